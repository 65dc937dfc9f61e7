"""Pairs are moved and holed alike; each transform by its own law."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.augment.diffaugment import diffaugment
from jaxgan.augment.moved_pairs import REACH, SHARES, erased, moved, moved_pairs
from jaxgan.core import Augment, Context, Players, Sample, State, Verdict, example_keys
from jaxgan.core.scene import set_scene

B, SIDE = 8, 10
KEYS = example_keys(jax.random.key(0), 600)


def images(count=B):
    return 1.0 + jnp.arange(SIDE * SIDE * count, dtype=jnp.float32).reshape(
        count, SIDE, SIDE, 1
    )


class Shown:
    """Fakes are the reals; the logits are what the discriminator is shown."""

    def latent(self, variables, context):
        return (), variables

    def real(self, variables, latent, context):
        return Sample(context.batch), variables

    generate = real

    def discriminate(self, variables, sample, context):
        own = jax.vmap(jax.random.uniform)(context.draw("dropout"))
        return Verdict(sample.value, own), variables


VARIABLES = Players({"params": jnp.zeros(())}, {"params": jnp.zeros(())})
STATE = State(jnp.int32(0), jax.random.key(0), VARIABLES, *[()] * 4)  # pyright: ignore


def play(augment, player="discriminator", seed=1, batch=None, axis_name=None):
    """What is judged on a turn."""
    batch = images() if batch is None else batch
    keys = example_keys(jax.random.key(seed), len(batch), axis_name)
    context = Context(keys, batch, axis_name=axis_name, train=True)
    params = VARIABLES.generator["params"]
    scene = Shown(), augment, player, params, STATE, context
    return set_scene(*scene)[0]  # pyright: ignore


@functools.partial(jax.jit, static_argnums=0)
def verdicts(player, seed):
    """Of the main passes, of what repeats them, and of every second real example."""
    made = play(moved_pairs(), player, seed)
    streams = ("real", "fake", "penalty")
    again = [made.discriminate(made.fake, stream).logits for stream in streams]
    some = made.discriminate(Sample(made.real.value[::2]), "real").logits
    return made.real_verdict, made.fake_verdict, again, some


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 2**31 - 1),
    player=st.sampled_from(["generator", "discriminator"]),
)
def test_a_pair_is_treated_alike(seed, player):
    """Also where a term judges again, or only some, and under a name of its own."""
    real, fake, again, some = verdicts(player, seed)
    for seen in (fake.logits, *again):
        np.testing.assert_array_equal(seen, real.logits)
    np.testing.assert_array_equal(some, real.logits[::2])
    # What the discriminator draws itself is its own in every pass.
    assert np.all(real.features != fake.features)


def test_pairs_differ_from_each_other_and_unpaired_ones_within():
    batch = jnp.broadcast_to(images(1), (B, SIDE, SIDE, 1))
    seen = np.asarray(play(moved_pairs(1.0), batch=batch).real_verdict.logits)
    assert len({x.tobytes() for x in seen}) == B
    transforms = (functools.partial(moved, probability=1.0),)
    lone = play(diffaugment(transforms))
    assert not np.array_equal(lone.real_verdict.logits, lone.fake_verdict.logits)


def test_pairs_are_the_same_on_any_number_of_devices():
    augment = moved_pairs(0.5, holes=1)
    wanted = play(augment).real_verdict.logits

    def shown(batch):
        made = play(augment, batch=batch, axis_name="devices")
        return made.real_verdict.logits, made.fake_verdict.logits

    for count in (2, 8):
        parts = images().reshape(count, B // count, SIDE, SIDE, 1)
        for seen in jax.pmap(shown, axis_name="devices")(parts):
            np.testing.assert_array_equal(seen.reshape(wanted.shape), wanted)


def test_without_a_probability_nothing_happens():
    made = play(moved_pairs(0.0))
    np.testing.assert_array_equal(made.real_verdict.logits, images())
    with pytest.raises(ValueError, match=r"probability: saw 1\.5"):
        moved_pairs(1.5)
    assert not Augment().paired


@pytest.mark.parametrize("size", [(10, 10), (7, 16)])
def test_moves(size):
    """Down and to the right by whole places, zeros come in, all moves occur."""
    image = np.asarray(jax.random.normal(jax.random.key(1), (*size, 2)))
    most = [math.floor(REACH * side + 0.5) for side in size]
    moves = {}
    for i, j in np.ndindex(most[0] + 1, most[1] + 1):
        shifted = np.zeros_like(image)
        shifted[i:, j:] = image[: size[0] - i, : size[1] - j]
        moves[shifted.tobytes()] = (i, j)
    each = jax.jit(jax.vmap(moved, (0, None)))
    seen = [moves[np.asarray(x).tobytes()] for x in each(KEYS, image)]
    assert set(seen) == set(moves.values())
    half = jax.jit(jax.vmap(functools.partial(moved, probability=0.5), (0, None)))
    still = sum(np.array_equal(x, image) for x in half(KEYS, image))
    assert 270 < still < 400


def test_holes():
    """One rectangle each, whose area and sides are as drawn; about all places occur."""
    side = 32
    image = jnp.ones((side, side, 1))
    seen = np.asarray(jax.jit(jax.vmap(erased, (0, None)))(KEYS, image))[..., 0]
    areas, ratios = [], []
    for x in seen:
        rows, columns = np.where((x == 0).any(1))[0], np.where((x == 0).any(0))[0]
        assert not x[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].any()
        assert (x == 1).sum() + len(rows) * len(columns) == side**2
        areas.append(len(rows) * len(columns) / side**2)
        ratios.append(len(rows) / len(columns))
    # Sides are rounded to whole places, and cut where they are longer than the image.
    assert SHARES[0] - 0.02 < min(areas) < 0.12
    assert 0.44 < max(areas) < SHARES[1] + 0.03
    assert 0.27 < min(ratios) < 0.35
    assert 2.9 < max(ratios) < 3.7
    assert 250 < sum(ratio > 1.0 for ratio in ratios) < 350
    assert (seen == 0).mean(0).min() > 0.005
    half = jax.jit(jax.vmap(functools.partial(erased, probability=0.5), (0, None)))
    assert 250 < sum(np.all(np.asarray(x) == 1) for x in half(KEYS, image)) < 350


def test_gradients_flow_to_what_is_left():
    def total(x):
        return jnp.sum(jax.vmap(moved)(KEYS[:B], x))

    slope = np.asarray(jax.grad(total)(images()))
    assert set(np.unique(slope)) == {0.0, 1.0}
    assert (slope.sum((1, 2, 3)) >= 49).all()
