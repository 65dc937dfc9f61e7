"""Numbers that cannot be meant are refused by whatever takes them, by name."""

import math

import jax.numpy as jnp
import optax
import pytest

from jaxgan import losses, recipes, terms
from jaxgan.augment.ada import ada
from jaxgan.core import Turn, schedules
from jaxgan.core.ranges import check_count, check_number
from jaxgan.core.turns import turn_names
from jaxgan.models import dcgan, mlp, toy
from jaxgan.nn import Packed
from jaxgan.optimizers import adam, clip_weights, lazy_adam

BAD = (-1.0, math.nan, math.inf, -math.inf)
RATES = {
    "acgan": ("generator_rate", "discriminator_rate"),
    "afm": ("learning_rate",),
    "ali": ("learning_rate", "discriminator_rate"),
    "biggan": ("generator_rate", "discriminator_rate"),
    "cut": ("learning_rate",),
    "cyclegan": ("learning_rate",),
    "dvdgan": ("generator_rate", "discriminator_rate"),
    "esrgan": ("learning_rate", "pixel_rate"),
    "gat": ("learning_rate",),
    "hinge": ("generator_rate", "discriminator_rate"),
    "infogan": ("generator_rate", "discriminator_rate"),
    "least_squares": ("learning_rate", "discriminator_rate"),
    "minimax": ("learning_rate", "discriminator_rate"),
    "mocogan": ("learning_rate",),
    "molgan": ("learning_rate", "discriminator_rate"),
    "netgan": ("learning_rate",),
    "nonsaturating": ("learning_rate", "discriminator_rate"),
    "pix2pix": ("learning_rate",),
    "progan": ("learning_rate",),
    "projected": ("generator_rate", "discriminator_rate"),
    "r3gan": (),
    "real_esrgan": ("learning_rate", "pixel_rate"),
    "reacgan": ("generator_rate", "discriminator_rate"),
    "relativistic": ("learning_rate", "discriminator_rate"),
    "srgan": ("learning_rate", "pixel_rate"),
    "stylegan": ("learning_rate",),
    "stylegan2": ("learning_rate",),
    "stylegan3": ("generator_rate", "discriminator_rate"),
    "vgan": ("learning_rate",),
    "wgan": ("learning_rate",),
    "wgan_gp": ("learning_rate",),
}
FIRST = {
    "cut": (None,),
    **dict.fromkeys(("srgan", "esrgan", "real_esrgan"), (terms.r1(1.0),)),
}
"""What these recipes want besides: a projection, and any term."""
WEIGHTED = (
    *(terms.r1, terms.r2, terms.gradient_penalty, terms.dragan, terms.drift),
    *(terms.lecam, terms.path_length, terms.orthogonal, terms.latent_consistency),
    *(terms.auxiliary_classifier, terms.feature_matching, terms.molgan_penalty),
    *(terms.mask_sparsity, terms.grid_cell),
)


@pytest.mark.parametrize("bad", [*BAD, 0.0])
@pytest.mark.parametrize("recipe", RATES)
def test_learning_rates(recipe, bad):
    for name in RATES[recipe]:
        with pytest.raises(ValueError, match=f"{name}: saw .*, wanted .*more than 0"):
            getattr(recipes, recipe)(*FIRST.get(recipe, ()), **{name: bad})


def test_every_recipe_is_here():
    made = {name for name in recipes.__all__ if name.islower()}
    assert made == set(RATES)


@pytest.mark.parametrize(
    ("recipe", "options"),
    [
        ("afm", {"b2": 1.0}),
        ("afm", {"epsilon": 0.0}),
        ("afm", {"gamma": -1.0}),
        ("afm", {"shrink": 0}),
        ("afm", {"transport": (-0.1, 0.0)}),
        ("afm", {"transport_steps": 0}),
        ("afm", {"weight_decay": -1.0}),
        ("hinge", {"b1": 1.0}),
        ("hinge", {"b2": -0.1}),
        ("hinge", {"critic_steps": 0}),
        ("hinge", {"critic_steps": 1.5}),
        ("reacgan", {"critic_steps": -1}),
        ("biggan", {"decay": 1.0}),
        ("r3gan", {"gamma": (-1.0, 0.1)}),
        ("r3gan", {"gamma": (0.1, math.nan)}),
        ("r3gan", {"learning_rate": (0.0, 1e-4)}),
        ("r3gan", {"b2": (0.9, 1.0)}),
        ("r3gan", {"half_life": (0.0, -1.0)}),
        ("r3gan", {"burn_in_images": 0}),
        ("r3gan", {"batch_size": 0}),
        ("gat", {"gamma": -1.0}),
        ("gat", {"clip": 0.0}),
        ("gat", {"epsilon": 0.0}),
        ("stylegan2", {"gamma": -1.0}),
        ("stylegan2", {"path_weight": math.inf}),
        ("stylegan2", {"penalty_every": 0}),
        ("stylegan2", {"half_life": -1.0, "ramp_up": 0.1}),
        ("stylegan3", {"gamma": -1.0}),
        ("stylegan3", {"penalty_every": 0}),
        ("molgan", {"critic_steps": 0}),
        ("netgan", {"generator_decay": -1.0}),
        ("molgan", {"adversarial_share": 1.5}),
        ("molgan", {"reward_start": -1}),
        ("wgan", {"clip": 0.0}),
        ("mocogan", {"weight_decay": -1e-5}),
        ("dvdgan", {"critic_steps": 0}),
        ("dvdgan", {"grid_cells": -1.0}),
        ("vgan", {"b1": 1.0}),
    ],
)
def test_constants_of_recipes(recipe, options):
    name = {"half_life": "images", "clip": "limit"}
    first = next(iter(options))
    first = first if recipe in ("gat", "r3gan") else name.get(first, first)
    with pytest.raises(ValueError, match=f"{first}: saw "):
        getattr(recipes, recipe)(**options)


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("term", WEIGHTED)
def test_weights_of_terms(term, bad):
    made = term(weight=bad)
    with pytest.raises(ValueError, match=rf"{made.name}\.weight: saw "):
        turn_names([Turn("discriminator", (made,))])


def test_weights_that_are_functions_or_arrays_pass():
    """And 0, which turns a term into a measurement."""
    weights = (lambda step: -1.0, jnp.float32(-1.0), 0, 0.0, 2)
    for weight in weights:
        turn_names([Turn("generator", (terms.adversarial(losses.hinge, weight),))])


CALLS = {
    "start": lambda: schedules.cosine(math.nan, 1.0, 3),
    "end": lambda: schedules.cosine(0.0, math.inf, 3),
    "steps": lambda: schedules.cosine(0.0, 1.0, 0),
    "images": lambda: schedules.half_life(math.inf),
    "ramp_up": lambda: schedules.half_life(1.0, 0.0),
    "decay": lambda: schedules.constant_decay(math.nan),
    "learning_rate": lambda: lazy_adam(-1.0, 0.0, 0.9, 4),
    "b2": lambda: adam(1e-3, 0.0, math.nan),
    "eps": lambda: adam(1e-3, 0.0, 0.9, -1.0),
    "every": lambda: lazy_adam(1e-3, 0.0, 0.9, 0),
    "limit": lambda: clip_weights(math.inf),
    "target": lambda: ada(batch_size=4, target=math.nan),
    "spread": lambda: terms.dragan(spread=-1.0),
    "margin": lambda: terms.data_to_data_cross_entropy(margin=2.0),
    "temperature": lambda: terms.conditional_contrastive(temperature=math.inf),
    "samples": lambda: terms.grid_cell(samples=0),
    "fake": lambda: terms.auxiliary_classifier(fake=-1.0),
    "widths": lambda: toy.Generator((8, 0)),
    "width": lambda: dcgan.Generator((8, 8, 1), 0),
    "shape": lambda: mlp.Generator((0, 8, 1)),
    "dropout": lambda: mlp.Discriminator((4,), 1.0),
    "size": lambda: Packed(toy.Discriminator((4,)), 0),
}


@pytest.mark.parametrize("name", CALLS)
def test_other_numbers(name):
    with pytest.raises(ValueError, match=f"^{name}: saw .*, wanted "):
        CALLS[name]()


def test_schedules_of_optax_pass():
    recipes.hinge(optax.linear_schedule(1e-3, 0.0, 10), jnp.float32(1e-3))


def test_what_is_said():
    with pytest.raises(ValueError, match=r"^x: saw 2, wanted at least 3, less than 5$"):
        check_number("x", 2, least=3, below=5)
    with pytest.raises(ValueError, match=r"^x: saw inf, wanted a finite number, mo"):
        check_number("x", math.inf, above=3)
    check_number("x", 10**400, above=3)
    with pytest.raises(ValueError, match=r"^n: saw True, wanted a whole number, at le"):
        check_count("n", True)
