"""What beginners pass is refused by name, with what was seen and what is wanted."""

import jax
import optax
import pytest

from jaxgan import init_state, losses, make_step
from jaxgan.core import Players, Turn
from jaxgan.terms import adversarial
from tests.conformance.games import GAMES

play = adversarial(losses.hinge)
TURNS = (Turn("discriminator", (play,)), Turn("generator", (play,)))
adam = optax.adam(1e-3)
ADAMS = Players(adam, adam)


def started(key=None, turns=TURNS, optimizers=ADAMS):
    case = GAMES["plain"]
    key = jax.random.key(0) if key is None else key
    return init_state(key, case.game(), turns, optimizers, case.batch())


@pytest.mark.parametrize(
    ("optimizers", "message"),
    [
        (adam, r"optimizers: saw one GradientTransf.*, wanted Players\(generator="),
        ((adam, adam), r"optimizers: saw a tuple, wanted Players\(generator=\.\.\., d"),
        ([adam, adam], r"optimizers: saw a list, wanted Players"),
        ({"generator": adam}, r"optimizers: saw a dict, wanted Players"),
        (Players(adam, 1e-3), r"optimizers\.discriminator: saw a float, wanted an opt"),
        (
            Players(optax.adam, adam),
            r"optimizers\.generator: saw a function, wanted an",
        ),
    ],
)
def test_optimizers(optimizers, message):
    with pytest.raises(TypeError, match=message):
        make_step(GAMES["plain"].game(), TURNS, optimizers)
    with pytest.raises(TypeError, match=message):
        started(optimizers=optimizers)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (
            0,
            r"key: saw int 0, wanted a scalar typed key, as made by jax.random.key\(se",
        ),
        (jax.random.PRNGKey(0), r"key: saw uint32\[2\], wanted a scalar typed key"),
        (jax.random.split(jax.random.key(0)), r"key: saw key<fry>\[2\], wanted a scal"),
    ],
)
def test_keys(key, message):
    with pytest.raises(TypeError, match=message):
        started(key)


@pytest.mark.parametrize(
    ("turns", "message"),
    [
        (TURNS[0], r"turns: saw one Turn, wanted a sequence of them: \(turn,\)"),
        ([play], r"turns\[0\]: saw a Term, wanted a Turn"),
        ([*TURNS, "generator"], r"turns\[2\]: saw a str, wanted a Turn"),
        (
            [Turn("generator", play)],
            r"turns\[0\]\.terms: saw a Term, wanted a tuple of Terms, such as \(adver",
        ),
        ([Turn("generator", losses.hinge)], r"turns\[0\]\.terms: saw a Loss, wanted"),
        ([Turn("generator", adversarial)], r"turns\[0\]\.terms: saw a function, wan"),
        (
            [TURNS[0], Turn("generator", (play, losses.hinge))],
            r"turns\[1\]\.terms\[1\]: saw a Loss, wanted a Term, such as adversaria",
        ),
    ],
)
def test_turns_and_terms(turns, message):
    with pytest.raises(TypeError, match=message):
        make_step(GAMES["plain"].game(), turns, ADAMS)
    with pytest.raises(TypeError, match=message):
        started(turns=turns)


def test_a_batch_without_examples():
    case = GAMES["plain"]
    batch = jax.tree.map(lambda x: x[:0], case.batch())
    with pytest.raises(ValueError, match="batch: saw 0 examples, wanted at least 1"):
        init_state(jax.random.key(0), case.game(), TURNS, ADAMS, batch)


def test_more_than_optax_makes_will_do():
    """Whatever has `init` and `update`."""
    every_second = optax.MultiSteps(adam, 2)
    started(
        optimizers=Players(every_second, optax.inject_hyperparams(optax.adam)(1e-3))
    )
