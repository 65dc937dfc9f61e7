"""Pictures in levels before they are judged: transformed, then hidden by noise."""

import functools
from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.augment.diffaugment import Transform, cutout, translation
from jaxgan.core.context import Context
from jaxgan.core.ranges import check_count, check_number
from jaxgan.core.types import Augment, Sample, Tree

Levels = tuple[jax.Array, ...]
"""Pictures of one size, from the first on; the last is finished."""

LevelTransform = Callable[[jax.Array, Levels], Levels]
"""f(key, levels, each [H, W, C]) -> levels, of one example."""


def alike(transform: Transform) -> LevelTransform:
    """Makes a transform do to every level the same."""
    return lambda key, levels: tuple(transform(key, level) for level in levels)


def flip(key: jax.Array, image: jax.Array, probability: float = 0.4) -> jax.Array:
    """Mirrors an image left to right, or not."""
    mirrored = jax.random.uniform(key) < probability
    return jnp.where(mirrored, image[:, ::-1], image)


def colour(key: jax.Array, levels: Levels, probability: float = 0.5) -> Levels:
    """Changes brightness, saturation and contrast of all levels, or does not.

    By as much as `diffaugment.colour`, but as GAT's code: saturation is the distance
    from the channels' mean, contrast that from the picture's, both of the last level as
    it was before any change.
    """
    draws = jax.random.uniform(key, (4,))
    means = colour_means(levels[-1])
    changed = tuple(recoloured(level, means, *draws[:3]) for level in levels)
    return jax.tree.map(
        lambda new, old: jnp.where(draws[3] < probability, new, old), changed, levels
    )


def colour_means(image: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Means of an image [H, W, C]: over channels [H, W, 1], and over all [1, 1, 1]."""
    return jnp.mean(image, axis=-1, keepdims=True), jnp.mean(image, keepdims=True)


def recoloured(
    image: jax.Array,
    means: tuple[jax.Array, jax.Array],
    shift: jax.Array,
    saturation: jax.Array,
    contrast: jax.Array,
) -> jax.Array:
    """An image [H, W, C] with other colours; the last three are in [0, 1)."""
    grey, mean = means
    image = image + (shift - 0.5)
    image = (image - grey) * (2.0 * saturation) + grey
    return (image - mean) * (0.5 + contrast) + mean


TRANSFORMS: Mapping[str, LevelTransform] = {
    "colour": colour,
    "translation": alike(translation),
    "cutout": alike(cutout),
    "flip": alike(flip),
}
"""As GAT trains: by as much as DiffAugment (arXiv 2006.10738), and mirrored."""


def transformed(transforms: Mapping[str, LevelTransform] = TRANSFORMS) -> Augment:
    """Applies transforms in turn to pictures or levels, alike to those of one picture.

    Each draws by its name: some of them alone do what they do among others.
    """

    def apply(state: Tree, sample: Sample, context: Context) -> Sample:
        del state
        single = not isinstance(sample.value, tuple)
        levels = (sample.value,) if single else sample.value
        for name, transform in transforms.items():
            levels = jax.vmap(transform)(context.draw(f"transform_{name}"), levels)
        return sample._replace(value=levels[0] if single else levels)

    return Augment(apply=apply)


def noise_shares(
    levels: int = 4, base: float = 0.125, least: float = 0.01
) -> np.ndarray:
    """How much noise hides every level: t = 1 - base^(1 - k / (levels - 1)) + least.

    With four levels .885, .76, .51, .01.

    Raises:
      ValueError: if a number is out of range, or the first share is more than 1.
    """
    check_count("levels", levels)
    check_number("least", least, least=0, below=1)
    check_number("base", base, least=least, below=1)
    place = np.linspace(1.0, 0.0, levels)[::-1]
    return 1.0 - base ** (1.0 - place) + least


def hidden(levels: Levels, noises: Levels, shares: np.ndarray) -> Levels:
    """x (1 - t) + t n of every level, where n of all levels is a chain.

    From the last level, whose share of noise is the smallest, to the first, noise is
    what is left of that before, and new:
    tₖ nₖ = a tₖ₊₁ nₖ₊₁ + √(tₖ² - a² tₖ₊₁²) eₖ with a = (1 - tₖ) / (1 - tₖ₊₁).

    Args:
      levels: x.
      noises: e, N(0, 1).
      shares: t, falling.
    """
    made, noise, before = [], jnp.zeros_like(levels[-1]), 0.0
    for level, new, share in zip(levels[::-1], noises[::-1], map(float, shares[::-1])):
        fading = (1.0 - share) / (1.0 - before)
        rest = max(share**2 - (fading * before) ** 2, 0.0) ** 0.5
        noise = fading * noise + rest * new
        made.append(level * (1.0 - share) + noise)
        before = share
    return tuple(made[::-1])


def level_noise(
    levels: int = 4,
    transforms: Mapping[str, LevelTransform] = TRANSFORMS,
    base: float = 0.125,
    least: float = 0.01,
) -> Augment:
    """Transforms pictures and levels, makes levels of pictures, and hides all by noise.

    Hyun et al. 2025 (arXiv 2509.24935), multi-level noise-perturbed supervision: the
    earlier a level, the more noise; that of one picture's levels hangs together. A
    real picture is as many equal levels.

    The official code takes the means that `colour` needs, in the passes of gradient
    penalties, of the picture that was not moved; here every pass takes its own.

    Args:
      levels: of a fake.
      transforms: see `transformed`; {} is none.
      base: of the noise, see `noise_shares`.
      least: share of noise on the last level.

    Raises:
      ValueError: if a number is out of range; when traced, if fakes have other levels.
    """
    shares = noise_shares(levels, base, least)
    before = transformed(transforms)

    def apply(state: Tree, sample: Sample, context: Context) -> Sample:
        value = before.apply(state, sample, context).value
        value = value if isinstance(value, tuple) else (value,) * levels
        if len(value) != levels:
            raise ValueError(f"value: saw {len(value)} levels, wanted {levels}")
        draw = functools.partial(jax.random.normal, shape=value[0].shape[1:])
        noises = tuple(
            jax.vmap(draw)(context.draw(f"level_noise_{place}"))
            for place in range(levels)
        )
        return sample._replace(value=hidden(value, noises, shares))

    return Augment(apply=apply)
