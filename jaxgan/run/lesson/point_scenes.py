"""Scenes in the plane: games that go well, that fail, and that are cured."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn

from jaxgan import data, losses, recipes
from jaxgan.core import Augment, Players, Turn
from jaxgan.core.types import Loss, Term
from jaxgan.games.latent import LatentGame
from jaxgan.models import toy
from jaxgan.nn import Packed
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import points
from jaxgan.run.lesson.recorder import Truth, Watch
from jaxgan.terms import adversarial, unrolled

BATCH, WIDTHS = 64, (64, 64, 64)
DEVIATION = 0.02
"""Of a mode of the ring: a little wider than PacGAN's 0.01, so that one can see it."""

he = nn.initializers.variance_scaling(2.0, "fan_in", "normal")


class Variant(NamedTuple):
    """One game of a scene: what it is called, how it is made, what is looked at."""

    title: str
    make: Callable[[], Experiment]
    watch: Watch


def versus(
    loss: Loss,
    rates: tuple[float, float],
    every: int = 1,
    b1: float = 0.5,
    term: Term | None = None,
) -> recipes.Recipe:
    """A recipe: rates of the generator and of the discriminator, by Adam."""
    return recipes.Recipe(
        (
            Turn("discriminator", (adversarial(loss),)),
            Turn("generator", (term or adversarial(loss),), every),
        ),
        Players(*(optax.adam(rate, b1=b1) for rate in rates)),
    )


def r3gan(steps: int) -> recipes.Recipe:
    """R3GAN, with its schedules over so many steps."""
    return recipes.r3gan(
        gamma=(0.1, 0.01),
        learning_rate=(1e-3, 1e-4),
        half_life=(0.0, 500.0 * BATCH),
        burn_in_images=steps * BATCH,
        batch_size=BATCH,
    )


def plane(
    recipe: recipes.Recipe,
    source: data.Source,
    held_out: data.Source | None = None,
    **parts: Any,
) -> Callable[[], Experiment]:
    """A game of points."""
    widths = parts.pop("widths", WIDTHS)
    pack = parts.pop("pack", 1)
    judge = toy.Discriminator(widths, pieces=2, kernel_init=he)
    game = LatentGame(
        toy.Generator(WIDTHS, normalise=False, kernel_init=he),
        Packed(judge, pack) if pack > 1 else judge,
        latent_size=2,
    )
    return lambda: Experiment(
        game=game,
        recipe=recipe,
        data=data.batches(source, BATCH, 0),
        held_out=data.batches(held_out, BATCH, 0) if held_out else None,
        kind=points,
        **parts,
    )


def ring() -> data.Source:
    """Eight Gaussians."""
    return data.ring(deviation=DEVIATION, size=20_000)


RING = Truth(data.ring_centres(), DEVIATION)


def on_ring(
    title: str, recipe: recipes.Recipe, steps: int, floor: float = 2.0, **parts: Any
) -> Variant:
    """A game on the ring."""
    watch = Watch(1.6, steps, RING, floor, parts.get("pack", 1))
    return Variant(title, plane(recipe, ring(), **parts), watch)


def moons(count: int, seed: int) -> data.Source:
    """Two half circles, each the other's hollow."""
    rng = np.random.default_rng(seed)
    angle, upper = np.pi * rng.random(count), rng.integers(2, size=count)
    sign = np.where(upper, 1.0, -1.0)
    place = np.stack([np.cos(angle) - 0.5 * sign, sign * (np.sin(angle) - 0.25)], 1)
    place = 0.8 * place + 0.04 * rng.standard_normal((count, 2))
    return data.arrays(place.astype(np.float32))


def shaken(size: float) -> Augment:
    """Moves all that is judged, real or fake, by a random step of this deviation."""

    def apply(state, sample, context):
        del state
        draw = jax.vmap(lambda key: jax.random.normal(key, (2,)))
        return sample._replace(
            value=sample.value + jnp.float32(size) * draw(context.draw("shaken"))
        )

    return Augment(apply=apply)


def overfitted(title: str, **parts: Any) -> Variant:
    """A game with 24 examples, and as wide a discriminator as it likes."""
    recipe = recipes.nonsaturating(5e-4)
    made = plane(recipe, moons(24, 0), moons(400, 1), widths=(96,) * 3, **parts)
    return Variant(title, made, Watch(1.5, 2_000))


def healthy() -> list[Variant]:
    """A game as it should be."""
    return [on_ring("R3GAN", r3gan(2_000), 2_000)]


def collapse() -> list[Variant]:
    """Few modes for all latents, and three ways out."""
    return [
        on_ring("The first GAN's game", recipes.minimax(1e-3), 4_000),
        on_ring("Cure 1: R3GAN", r3gan(4_000), 4_000),
        on_ring("Cure 2: judge four at once", recipes.minimax(1e-3), 4_000, pack=4),
        on_ring("Cure 3: WGAN-GP", recipes.wgan_gp(1e-3), 4_000, 0.0),
    ]


def vanishing() -> list[Variant]:
    """A discriminator that is too sure for one loss, and not for another.

    The generator goes down its gradient as it is: Adam would enlarge a small one.
    """
    optimizers = Players(optax.sgd(0.005), optax.adam(1e-3, b1=0.5))

    def game(title: str, loss: Loss) -> Variant:
        recipe = versus(loss, (1.0, 1.0), every=5)._replace(optimizers=optimizers)
        return on_ring(title, recipe, 1_500)

    return [
        game("Minimax", losses.minimax),
        game("Non-saturating", losses.nonsaturating),
    ]


def weak() -> list[Variant]:
    """A discriminator that hardly learns."""
    return [
        on_ring(
            "D learns too slowly", versus(losses.nonsaturating, (1e-3, 1e-6)), 1_500
        ),
        on_ring("Even rates", versus(losses.nonsaturating, (1e-3, 1e-3)), 1_500),
    ]


def critics() -> list[Variant]:
    """Two ways to keep a critic from being steep."""
    return [
        on_ring("Clipped weights", recipes.wgan(1e-3, first_rounds=0), 3_000, 0.0),
        on_ring("Gradient penalty", recipes.wgan_gp(1e-3), 3_000, 0.0),
    ]


def looking_ahead() -> list[Variant]:
    """A generator that foresees what the discriminator will answer."""
    loss, rates = losses.minimax, (1e-3, 1e-4)
    # Of a slope of exactly 0 the root has no gradient.
    ahead = unrolled(loss, 5, optax.adam(1e-4, b1=0.5, eps_root=1e-8))
    return [
        on_ring("Looks at now", versus(loss, rates), 2_000),
        on_ring("Looks 5 moves ahead", versus(loss, rates, term=ahead), 2_000),
    ]


def overfitting() -> list[Variant]:
    """A discriminator that knows 24 examples by heart."""
    return [
        overfitted("24 examples"),
        overfitted("24 examples, shaken", augment=shaken(0.15)),
    ]
