"""The entries behind a discriminator's first blocks: what FreezeD lets move."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core.context import Context, example_keys
from jaxgan.models import progan, r3gan, stylegan2
from jaxgan.models.stylegan2.blocks import Architecture

R3: dict[str, Any] = {"groups": (2, 2, 2), "embedding": 4}
SG2: dict[str, Any] = {"channel_base": 32, "channel_max": 4}
CASES = {
    "r3gan": (r3gan.Discriminator((4, 8, 8), blocks=(1, 2, 1), **R3), 16),
    "r3gan of classes": (r3gan.Discriminator((4, 4, 8), classes=3, **R3), 16),
    "r3gan, one stage": (r3gan.Discriminator((4,), (2,)), 4),
    "stylegan2": (stylegan2.Discriminator(**SG2), 16),
    "stylegan2, skip": (
        stylegan2.Discriminator(architecture=Architecture.SKIP, **SG2),
        16,
    ),
    "stylegan2 of classes": (stylegan2.Discriminator(classes=3, **SG2), 8),
    "stylegan2, no block": (stylegan2.Discriminator(**SG2), 4),
    "progan": (progan.Discriminator(16, **SG2), 16),
    "progan of classes": (progan.Discriminator(8, 3, **SG2), 8),
}


def entries(network, size):
    keys = example_keys(jax.random.key(0), 2)
    image = jnp.zeros((2, size, size, 3))
    given = jnp.zeros(2, jnp.int32) if network.classes else ()
    init = jax.eval_shape(network.init, jax.random.key(0), image, given, Context(keys))
    return set(init["params"])


def parts_after(network, depth, size):
    named = isinstance(network, stylegan2.Discriminator)
    return network.parts_after(depth, size) if named else network.parts_after(depth)


@pytest.mark.parametrize("name", CASES)
def test_after_none_are_all_and_every_stage_takes_its_own(name):
    network, size = CASES[name]
    every = entries(network, size)
    before = parts_after(network, 0, size)
    assert set(before) == every
    assert len(before) == len(every)
    stages = (
        len(network.widths) if hasattr(network, "widths") else size.bit_length() - 3
    )
    for depth in range(1, stages + 1):
        after = parts_after(network, depth, size)
        assert set(after) < set(before)
        before = after
    said = f"saw {stages + 1}, wanted a whole number from 0 to {stages}"
    with pytest.raises(ValueError, match=said):
        parts_after(network, stages + 1, size)
    assert "block_0_0" not in before
    assert not [one for one in before if one.startswith("block")]


@pytest.mark.parametrize("depth", [-1, 1.5, True])
def test_what_is_no_depth(depth):
    for name in ("r3gan", "stylegan2"):
        network, size = CASES[name]
        with pytest.raises(ValueError, match="wanted a whole number from 0 to"):
            parts_after(network, depth, size)


def test_what_moves_sees_only_what_rests_before_it():
    """Moved parts leave the maps behind the frozen stages as they were."""
    network, size = CASES["r3gan"]
    keys = example_keys(jax.random.key(0), 2)
    image = jax.random.normal(jax.random.key(1), (2, size, size, 3))
    variables = network.init(jax.random.key(0), image, (), Context(keys))
    moved = dict(variables["params"])
    for part in network.parts_after(2):
        moved[part] = jax.tree.map(lambda x: x + 0.5, moved[part])

    def seen(params):
        _, state = network.apply(
            {"params": params}, image, (), Context(keys), capture_intermediates=True
        )
        return state["intermediates"]

    before, after = seen(variables["params"]), seen(moved)
    for name in ("image", "block_0_0", "resize_0", "block_1_0", "block_1_1"):
        one, other = (jax.tree.leaves(x[name]) for x in (before, after))
        assert all(np.array_equal(*pair) for pair in zip(one, other, strict=True))
    last = [jax.tree.leaves(x["block_2_0"]) for x in (before, after)]
    assert not all(np.array_equal(*pair) for pair in zip(*last))
