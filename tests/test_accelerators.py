"""What a GPU or TPU computes, against the CPU. Run with: pytest -m accelerator"""

import jax
import numpy as np
import optax
import pytest

from jaxgan import losses, testing
from jaxgan.core import Players, Turn
from jaxgan.terms import adversarial, r1
from tests.conformance.games import GAMES


def one_step(game, device):
    """The state and metrics after a step with a second-order term, on a device."""
    case, play = GAMES[game], adversarial(losses.nonsaturating)
    turns = (Turn("discriminator", (play, r1(1.0))), Turn("generator", (play,)))
    sgd = optax.sgd(0.1)
    with jax.default_device(device), jax.default_matmul_precision("float32"):
        made = testing.Subject(case.game(), turns, Players(sgd, sgd), case.batch())
        state, measured = made.jitted_step(made.init(), made.batch)
    key = jax.random.key_data(state.key)
    return jax.device_get((state._replace(key=key), measured))


def check(game, device):
    wanted, seen = one_step(game, jax.devices("cpu")[0]), one_step(game, device)
    for (path, a), b in zip(
        jax.tree_util.tree_leaves_with_path(wanted), jax.tree.leaves(seen), strict=True
    ):
        name = jax.tree_util.keystr(path)
        np.testing.assert_allclose(b, a, 1e-3, 1e-5, err_msg=name, strict=True)


def test_the_check_itself():
    check("plain", jax.devices("cpu")[1])


@pytest.mark.accelerator
@pytest.mark.parametrize("game", GAMES)
def test_a_step_is_the_cpus(game):
    device = jax.devices()[0]
    if device.platform == "cpu":
        pytest.skip("JAX sees no accelerator")
    check(game, device)
