"""The StyleGAN3 experiment is the published one: sizes, constants, precision."""

import dataclasses

import jax
import jax.numpy as jnp
import pytest

from jaxgan import data
from jaxgan.core import make_step
from jaxgan.run.files import experiment_file
from tests.experiments.test_experiments import EXPERIMENTS
from tests.experiments.test_stylegan2 import (
    FFHQ,
    counts,
    fake_folder,
    first_state,
    one_quick,
)

# Millions of parameters of the generators, as the official code prints them, and the
# discriminators, which are StyleGAN2's.
SIZES = {
    "t": (22.31, FFHQ["1024"][1]),
    "r": (15.09, FFHQ["1024"][1]),
    "t-256": (23.32, FFHQ["256"][1]),
    "r-256": (None, FFHQ["256"][1]),
}


@pytest.fixture(autouse=True)
def folders(monkeypatch):
    monkeypatch.setattr(data, "folder", fake_folder)


@pytest.fixture(scope="module")
def file():
    return experiment_file.load_module(EXPERIMENTS["stylegan3_ffhq"])


@pytest.mark.parametrize("variant", one_quick(SIZES))
def test_networks_are_the_published_size(file, variant):
    millions, judge = SIZES[variant]
    generator, discriminator = counts(file.VARIANTS[variant], file)
    assert discriminator == judge
    if millions is not None:
        assert round(generator / 1e6, 2) == millions


def test_constants_are_the_published_ones(file):
    """Images shown; squares forgotten in 20,000 images; averages of 10,000 per 32."""
    for variant, steps in (("t", 781_250), ("r-256", 390_625)):
        config = file.VARIANTS[variant]
        assert steps * config.batch_size == 25_000_000
        made = file.build(config)
        decay = made.game.generator.magnitude_decay
        assert decay ** (20_000 / config.batch_size) == pytest.approx(0.5)
        late = made.recipe.ema_decay(jnp.int32(10**6), config.batch_size)
        life = config.batch_size * 10_000 / 32
        assert late == pytest.approx(0.5 ** (config.batch_size / life), 1e-6)
        assert made.game.mixing == 0.0
    assert file.OPTIONS.steps == 781_250


@pytest.mark.parametrize("variant", one_quick(["r", "t"]))
def test_steps_trace_in_bfloat16(file, variant):
    """Under strict promotion; the state is a fixed point, and parameters float32."""
    config = file.tiny(file.VARIANTS[variant])
    made = file.build(dataclasses.replace(config, bfloat16=True))
    state, batch = first_state(made)
    step = make_step(
        made.game, made.recipe.turns, made.recipe.optimizers, augment=made.augment
    )
    after, _ = jax.eval_shape(step, state, batch)
    shapes = [
        jax.tree.map(lambda x: (x.shape, x.dtype), tree) for tree in (state, after)
    ]
    assert shapes[0] == shapes[1]
    params = jax.tree.leaves([player["params"] for player in after.variables])
    assert {leaf.dtype for leaf in params} == {jnp.dtype("float32")}
