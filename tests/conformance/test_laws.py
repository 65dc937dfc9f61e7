"""Laws 1 to 7 and 10, over tables: every recipe on one game, every game on one recipe.

Strict promotion, rank promotion, NaN checks and eight devices (law 10) are set for all
tests. A new recipe is found by itself; a new model or layer is covered by a row in
`games.py`; a new term by a row below.
"""

import dataclasses

import jax
import jax.numpy as jnp
import optax
import pytest

from jaxgan import losses, recipes, testing
from jaxgan.augment.ada_strengths import Strengths
from jaxgan.augment.diffaugment import diffaugment
from jaxgan.augment.level_noise import level_noise
from jaxgan.augment.moved_pairs import moved_pairs
from jaxgan.augment.scheduled import scheduled
from jaxgan.core import Augment, Players, Sample, Turn, schedules
from jaxgan.games.latent import LatentGame
from jaxgan.models import fastgan, projected, vgg
from jaxgan.models import lpips as lpips_networks
from jaxgan.terms import (
    adversarial,
    conditional_contrastive,
    consistency,
    dragan,
    drift,
    feature_matching,
    frobenius,
    gradient_penalty,
    latent_consistency,
    lecam,
    lpips,
    mean_absolute,
    orthogonal,
    perceptual,
    pixel,
    r1,
    r2,
    style,
    top_k,
    total_variation,
    unrolled,
)
from tests.conformance.games import (
    CLASSIFIED,
    CODED,
    CODES,
    FEATURED,
    GAMES,
    RELATED,
    REWARDED,
    Case,
    contrastive,
    images,
    with_transformations,
)
from tests.test_recipes import RECIPES

sgd = optax.sgd(0.05)


def check(recipe: recipes.Recipe, case, **options):
    constants = (*testing.CONSTANT_LEAVES, *case.constants)
    testing.check_step(
        case.game(),
        recipe.turns,
        recipe.optimizers,
        case.batch(),
        reads_batch=case.reads_batch,
        constants=constants,
        **options,
    )


def features(variables, images):
    """A frozen network of one layer, for perceptual losses."""
    return {"layer": jnp.tanh(images @ variables["kernel"])}


def atoms_reward(value):
    """The share of atoms of the second kind: a host's function."""
    return value["nodes"][..., 1].mean(axis=1)


CONTENT = perceptual(features, {"layer": 1.0}, frozen="network")
FROZEN = {"network": {"kernel": jnp.linspace(-1.0, 1.0, 10).reshape(2, 5)}}
RESTORED = {"perceptual": CONTENT, "pixel_steps": 1}
# Laws are played over a period of the turns: sixteen steps teach no more than four.
SHORT = {
    "afm": {"shrink": 2, "transport_steps": 3, "chain": True},
    "stylegan2": {"penalty_every": 4, "path_every": 2},
    "stylegan3": {"penalty_every": 4},
    "cut": {"project": contrastive().project, "patches": 5, "identity": False},
    "cyclegan": {"shape": (2,), "pool": 20},
    "infogan": {"codes": CODES},
    "srgan": RESTORED,
    "esrgan": RESTORED,
    "real_esrgan": RESTORED,
    "molgan": {"critic_steps": 2, "reward": atoms_reward},
    "reacgan": {"critic_steps": 2},
    "mocogan": {"categories": True},
    "dvdgan": {"grid_cells": 20.0},
    "wgan": {"critic_steps": 2, "first_rounds": 1, "first_critic_steps": 2},
}
# Whose discriminator says more than a logit, or sees more than a value.
HEADS = {
    "acgan": CLASSIFIED,
    "afm": GAMES["chained"],
    "ali": GAMES["joint"],
    "cut": GAMES["contrastive"],
    "cyclegan": GAMES["unpaired"],
    "pix2pix": GAMES["paired"],
    "srgan": GAMES["paired"],
    "esrgan": GAMES["paired"]._replace(reads_batch=True),
    "real_esrgan": GAMES["paired"],
    "of_pixels": GAMES["restored"],
    "infogan": CODED,
    "molgan": REWARDED,
    "reacgan": RELATED,
    "conditional_contrastive": RELATED,
    "mocogan": GAMES["moving"],
    "vgan": GAMES["masked"],
    "dvdgan": GAMES["predicted"],
    "feature_matching": FEATURED,
    "of_batches": FEATURED,
}
# Path lengths are compared with their mean, over the batch too; rewards are as large
# as the adversarial loss is.
READS_BATCH = {"afm", "molgan", "stylegan2"}
# A last bias has no part in path lengths, and Adam with β₁ = 0 remembers but the last
# gradient, which is theirs at the end of a period.
# A Wasserstein critic's last bias is the same on both sides.
NO_MEMORY = {
    "dvdgan": GAMES["predicted"].constants,
    "molgan": ("critic/logit/bias$",),
    "stylegan2": ("^opt_state/generator/0/mu/Dense_1/bias$",),
}


@pytest.mark.parametrize(("name", "transformations"), with_transformations(RECIPES))
def test_recipes(name, transformations):
    case = HEADS.get(name, GAMES["plain"])
    case = case._replace(
        reads_batch=case.reads_batch or name in READS_BATCH,
        constants=NO_MEMORY.get(name, ()),
    )
    options = SHORT.get(name, {})
    check(
        RECIPES[name](**options),
        case,
        frozen=FROZEN if options is RESTORED else {},
        transformations=transformations,
    )


PLAYED = {"chained", "plain", "joint", "paired", "unpaired", "contrastive"}
PLAYED |= {"moving", "masked", "predicted"}


@pytest.mark.parametrize(
    ("name", "transformations"), with_transformations(sorted(GAMES.keys() - PLAYED))
)
def test_games(name, transformations):
    """All but those on which `test_recipes` plays."""
    check(recipe_of(name), GAMES[name], transformations=transformations)


def recipe_of(game):
    """A recipe that has a use for all of a game."""
    if game.startswith("joint"):
        return recipes.ali()
    if game in ("contrastive", "mirrored"):
        return recipes.cut(**SHORT["cut"])
    if game == "chained":
        return recipes.afm(**SHORT["afm"])
    return recipes.nonsaturating()


def noise(strength, sample, context):
    """Adds normal numbers, each example's from its own key."""
    strength = 0.1 if isinstance(strength, tuple) else strength
    drawn = jax.vmap(lambda key: jax.random.normal(key, sample.value.shape[1:]))(
        context.draw("augment")
    )
    return sample._replace(value=sample.value + strength * drawn)


def both(term):
    """Turns of which both have the term."""
    play = adversarial(losses.hinge)
    return (
        Turn("discriminator", (play, term)),
        Turn("generator", (play, term)),
    )


def turns(*terms, every=1, start=0, generator=None, loss=losses.nonsaturating):
    """A discriminator with extra terms, on a turn of their own if it is lazy."""
    play = adversarial(loss)
    generator = generator or (play,)
    if every == 1:
        first = (Turn("discriminator", (play, *terms)),)
    else:
        first = (
            Turn("discriminator", (play,)),
            Turn("discriminator", terms, every=every, start=start),
        )
    return (*first, Turn("generator", generator))


@pytest.mark.slow
@pytest.mark.parametrize("all_examples", [False, True])
@pytest.mark.parametrize("name", ["contrastive", "mirrored"])
def test_cut_with_its_identity(name, all_examples):
    """Also of mirrored pictures, and against the patches of all of them."""
    case, project = GAMES[name], contrastive().project
    case = case._replace(reads_batch=all_examples)
    check(recipes.cut(project, patches=5, all_examples=all_examples), case)


# Losses and terms that no recipe uses, or in a way that none does. All of them at once,
# but for unrolling and laziness, and each alone in slow tests, which say whose fault it
# is.
QUICK = ("of_examples", "of_batches", "unrolled")
TERMS = {
    "of_examples": turns(
        drift(),
        gradient_penalty(one_sided=True),
        r1(lambda step: 0.1 * step.astype(jnp.float32)),
        orthogonal(0.1),
        consistency(Augment(apply=noise), fake=1.0),
        latent_consistency(20.0),
        generator=(adversarial(losses.nonsaturating), latent_consistency(0.5)),
    ),
    "of_batches": turns(
        dragan(),
        lecam(start=0),
        generator=(
            adversarial(losses.relativistic_average),
            top_k(losses.nonsaturating, 0.5),
            feature_matching(),
        ),
        loss=losses.relativistic_average,
    ),
    "batch_means": turns(loss=losses.relativistic_average),
    "dragan": turns(dragan()),
    "drift": turns(drift()),
    "one_sided": turns(gradient_penalty(one_sided=True)),
    "lazy": turns(r1(1.0), r2(0.5), every=2, start=1),
    "scheduled": turns(r1(lambda step: 0.1 * step.astype(jnp.float32))),
    "orthogonal": turns(orthogonal(0.1)),
    "consistency": turns(consistency(Augment(apply=noise), fake=1.0)),
    "latent_consistency": turns(
        latent_consistency(20.0),
        generator=(adversarial(losses.nonsaturating), latent_consistency(0.5)),
    ),
    "lecam": turns(lecam(start=0)),
    "top_k": turns(generator=(top_k(losses.nonsaturating, 0.5),)),
    "conditional_contrastive": both(conditional_contrastive()),
    "feature_matching": turns(generator=(feature_matching(),)),
    "of_pixels": turns(generator=(pixel(), total_variation(0.1))),
    "unrolled": turns(
        generator=(unrolled(losses.nonsaturating, 2, optax.sgd(0.1)),),
    ),
    "unrolled_adam": turns(
        generator=(unrolled(losses.nonsaturating, 1, optax.adam(0.1)),),
    ),
}


@pytest.mark.parametrize(
    ("name", "transformations"), with_transformations(TERMS, QUICK)
)
def test_terms(name, transformations):
    # DRAGAN's noise scales with the batch's deviation; unrolling learns from the batch;
    # the others compare with averages or ranks of the batch.
    reads_batch = name in (
        "batch_means",
        "dragan",
        "of_batches",
        "lecam",
        "top_k",
        "unrolled",
        "unrolled_adam",
    )
    case = HEADS.get(name, GAMES["plain"])
    case = case._replace(reads_batch=case.reads_batch or reads_batch)
    recipe = recipes.Recipe(TERMS[name], Players(sgd, sgd))
    check(recipe, case, transformations=transformations)


@pytest.mark.slow
@pytest.mark.parametrize("criterion", [mean_absolute, frobenius])
def test_terms_of_frozen_networks(criterion):
    """Of pairs each example's own, but for the norm of them all."""
    trunk = vgg.VGG(("conv1_1", "relu2_1"), (1, 1), (3, 4))
    distance = lpips_networks.LPIPS(trunk)
    image = jnp.zeros((1, 8, 8, 1))
    frozen = {
        "vgg": trunk.init(jax.random.key(0), image),
        "lpips": distance.init(jax.random.key(1), image, image),
    }
    layers = dict.fromkeys(trunk.layers, 0.5)
    play = adversarial(losses.nonsaturating)
    objective = (
        play,
        perceptual(trunk.apply, layers, criterion=criterion),
        style(trunk.apply, layers, criterion=criterion),
        lpips(distance.apply),
    )
    table = (Turn("discriminator", (play,)), Turn("generator", objective))
    case = GAMES["modern"]._replace(reads_batch=criterion is frobenius)
    players = Players(sgd, sgd)
    check(recipes.Recipe(table, players), case, frozen=frozen)
    subject = testing.Subject(case.game(), table, players, case.batch(), frozen=frozen)
    testing.check_explicit_mesh_agrees(subject)


@pytest.mark.slow
def test_projected_discriminators():
    """The game hears of the frozen network too, by its discriminator.

    Separable, because biases in front of norms have no gradient.
    """
    trunk = vgg.VGG(("relu1_1", "relu2_1"), (1, 1), (2, 3))
    projection = projected.Projection(trunk, 2, size=1)
    game = LatentGame(
        fastgan.Generator((8, 8, 1), 1, lite=True),
        projected.Discriminator(projection, sizes=(16, 8), widths=(3,), separable=True),
        latent_size=3,
    )
    frozen = {"projection": projection.init(jax.random.key(0), images().value)}
    # One output: the vector of its spectral norm is ±1.
    one = ("discriminator/spectral/scale_./logits/", "spectral/image/")
    case = Case(lambda: game, images, reads_batch=True, constants=one)
    table = recipes.projected().turns
    check(recipes.Recipe(table, Players(sgd, sgd)), case, frozen=frozen)
    subject = testing.Subject(game, table, Players(sgd, sgd), images(), frozen=frozen)
    testing.check_explicit_mesh_agrees(subject)


def test_augmentation_with_a_state():
    """Noise whose strength adapts to the discriminator: the third home of state.

    Also what is quick of a plain game with a plain loss and lazy penalties.
    """

    def update(strength, metrics):
        sure = metrics["discriminator/real_logits"]
        return strength + 0.01 * jnp.tanh(sure.total / sure.count)

    augment = Augment(lambda: jnp.float32(0.1), noise, update)
    recipe = recipes.nonsaturating()._replace(turns=TERMS["lazy"])
    check(recipe, GAMES["plain"], augment=augment)


@pytest.mark.slow
def test_noise_over_levels():
    """GAT's recipe as it is played: reals are pictures, what is judged levels.

    What logits of a pair share has no gradient in a relativistic loss.
    """
    bias = ("discriminator.*/logit/bias$",)
    case = GAMES["levelled"]._replace(constants=bias)
    check(recipes.gat(), case, augment=level_noise(2))
    testing.check_explicit_mesh_agrees(
        subject_of(case, recipes.gat().turns, augment=level_noise(2))
    )


@pytest.mark.slow
def test_diffaugment():
    check(recipes.nonsaturating(), GAMES["lesson"], augment=diffaugment())


@pytest.mark.slow
def test_pairs_that_are_moved_alike():
    check(recipes.nonsaturating(), GAMES["lesson"], augment=moved_pairs(0.5))


@pytest.mark.slow
def test_scheduled_augmentation():
    strengths = Strengths(xflip=1.0, brightness=1.0, cutout=1.0)
    augment = scheduled(strengths, schedules.cosine(0.1, 0.9, 3))
    check(recipes.nonsaturating(), GAMES["lesson"], augment=augment)


def subject_of(case, turns, **options):
    return testing.Subject(
        case.game(), turns, Players(sgd, sgd), case.batch(), **options
    )


EXPLICIT = ("concatenated", "wgan_gp")
"""Rows that are quick and have what must be told how results lie."""


def explicit(names):
    return [
        name if name in EXPLICIT else pytest.param(name, marks=pytest.mark.slow)
        for name in names
    ]


@pytest.mark.parametrize("name", explicit(GAMES))
def test_games_under_an_explicit_mesh(name):
    turns = recipe_of(name).turns
    testing.check_explicit_mesh_agrees(subject_of(GAMES[name], turns))


@pytest.mark.parametrize("name", explicit({**RECIPES, **TERMS}))
def test_terms_under_an_explicit_mesh(name):
    table = (
        RECIPES[name](**SHORT.get(name, {})).turns if name in RECIPES else TERMS[name]
    )
    case = HEADS.get(name, GAMES["plain"])
    frozen = FROZEN if SHORT.get(name) is RESTORED else {}
    testing.check_explicit_mesh_agrees(subject_of(case, table, frozen=frozen))


@pytest.mark.slow
def test_augmentations_under_an_explicit_mesh():
    strengths = Strengths(xflip=1.0, rotate=1.0, brightness=1.0, cutout=1.0)
    ada = scheduled(strengths, schedules.cosine(0.1, 0.9, 3))
    for augment in (diffaugment(), moved_pairs(), ada):
        table = recipes.nonsaturating().turns
        testing.check_explicit_mesh_agrees(
            subject_of(GAMES["lesson"], table, augment=augment)
        )


def test_keys_are_all_different():
    """No draw is used twice: real and fake passes, turns, steps, examples."""
    seen = []

    def apply(state, sample, context):
        jax.debug.callback(lambda x: seen.append(x), jax.random.key_data(context.keys))
        return sample

    case = GAMES["plain"]
    recipe = recipes.nonsaturating()
    subject = testing.Subject(
        case.game(),
        recipe.turns,
        recipe.optimizers,
        case.batch(),
        augment=Augment(apply=apply),
    )
    state, step = subject.init(), jax.jit(subject.step())
    for _ in range(3):
        state, _ = step(state, subject.batch)
    jax.effects_barrier()
    rows = {tuple(map(int, row)) for keys in seen for row in keys}
    # 3 steps × (D: real and fake; G: real, unless pruned, and fake) × 16 examples.
    assert len(seen) >= 3 * 3
    assert len(rows) == sum(len(keys) for keys in seen)


def test_violations_are_found():
    """The checks can fail: each breach of a law is reported under its number."""
    case, recipe = GAMES["plain"], recipes.nonsaturating()
    game = case.game()

    class Entangled(type(game)):
        def generate(self, variables, latent, context):
            fake, variables = super().generate(variables, latent, context)
            value = fake.value + jnp.mean(fake.value, axis=0, keepdims=True)
            return fake._replace(value=value), variables

    class Averaging(type(game)):
        def real(self, variables, latent, context):
            real, variables = super().real(variables, latent, context)
            value = real.value + jnp.mean(real.value, axis=0, keepdims=True)
            return real._replace(value=value), variables

    class Unkeyed(type(game)):
        def real(self, variables, latent, context):
            real, variables = super().real(variables, latent, context)
            noise = jax.random.normal(jax.random.key(0), real.value.shape)
            return real._replace(value=real.value + noise), variables

    class Overheard(type(game)):
        def generate(self, variables, latent, context):
            fake, variables = super().generate(variables, latent, context)
            return fake._replace(features=fake.value), variables

        def discriminate(self, variables, sample, context):
            verdict, variables = super().discriminate(variables, sample, context)
            said = sum(jnp.sum(x, axis=1) for x in jax.tree.leaves(sample.features))
            return verdict._replace(logits=verdict.logits + said), variables

    class Forgetful(type(game)):
        def latent(self, variables, context):
            key = jax.random.key(0)
            return Sample(jax.random.normal(key, (16, 3))), variables

    def subject(kind, **changes):
        fields = (getattr(game, f.name) for f in dataclasses.fields(game))
        made = testing.Subject(
            kind(*fields), recipe.turns, recipe.optimizers, case.batch()
        )
        return dataclasses.replace(made, **changes)

    with pytest.raises(AssertionError, match="law 6: fake 0 depends on another"):
        testing.check_examples_are_independent(subject(Entangled))
    with pytest.raises(AssertionError, match="law 6: real example 0 depends on anot"):
        testing.check_examples_are_independent(subject(Averaging))
    with pytest.raises(AssertionError, match=r"law 3: .*: real examples"):
        testing.check_draws_ignore_devices(subject(Unkeyed))
    with pytest.raises(AssertionError, match="law 6: verdicts without features"):
        testing.check_features_are_not_judged(subject(Overheard))
    with pytest.raises((AssertionError, TypeError, ValueError)):
        testing.check_draws_ignore_devices(subject(Forgetful))
    frozen = Players(optax.set_to_zero(), optax.set_to_zero())
    with pytest.raises(AssertionError, match="law 1"):
        testing.check_only_the_mover_changes(subject(type(game), optimizers=frozen))
    with pytest.raises(AssertionError, match="law 7"):
        testing.check_every_leaf_changes(subject(type(game), optimizers=frozen))
    half = Augment(lambda: 0.5, update=lambda state, metrics: jnp.float16(state))
    with pytest.raises(AssertionError, match="law 5"):
        testing.check_second_call_does_not_trace(subject(type(game), augment=half))
    unkeyed = Augment(
        apply=lambda state, sample, context: sample._replace(
            value=sample.value * (1.0 + jnp.mean(sample.value))
        )
    )
    with pytest.raises(AssertionError, match="law 2"):
        testing.check_transformations_agree(
            subject(type(game), augment=unkeyed), only=("shard_map",)
        )
