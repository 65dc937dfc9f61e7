"""Functions of the step, and the decay of the generator's running average."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import optax

from jaxgan.core.ranges import check_count, check_number

Decay = Callable[[jax.Array, int], jax.Array]
"""f(step, images per step) -> the weight, in [0, 1], that the old average keeps."""
LAST = 2**30
"""A step at which every schedule has ended."""


def cosine(start: float, end: float, steps: int) -> Callable[[jax.Array], jax.Array]:
    """Half a cosine wave from `start` to `end` over `steps`, then `end` for ever.

    start + ½(1 - cos(π min(t / steps, 1))) (end - start): every schedule of R3GAN
    (arXiv 2501.05441, appendix) has this form.

    Raises:
      ValueError: if there is no step, or an end is not finite.
    """
    check_number("steps", steps, least=1)
    check_number("start", start)
    check_number("end", end)

    def value(step):
        progress = jnp.minimum(jnp.asarray(step, jnp.float32) / steps, 1.0)
        return start + 0.5 * (1.0 - jnp.cos(jnp.pi * progress)) * (end - start)

    return value


def linear_decay(
    value: float, constant: int, decay: int, *, every: int = 1, first: int = 1
) -> optax.Schedule:
    """A number that stays, and then falls to nothing in equal steps.

    In period k, counted from `first`, it is value (1 - max(0, k + 1 - constant) /
    (decay + 1)): the learning rate of pix2pix, CycleGAN and CUT (Isola et al. 2017,
    arXiv 1611.07004; Zhu et al. 2017, arXiv 1703.10593, section 4), where a period is
    an epoch, 100 and 100 of them. Their code counts from 1 since July 2020, and then
    trains the last epoch with 0; before, it counted from 0.

    Args:
      value: at the beginning.
      constant: periods before it falls.
      decay: periods in which it falls; 0 thereafter.
      every: steps of a period.
      first: the number of the first period.

    Raises:
      ValueError: if a number is out of range.
    """
    check_number("value", value)
    check_count("constant", constant, least=0)
    check_count("decay", decay, least=0)
    check_count("every", every)
    check_count("first", first, least=0)

    def scheduled(step):
        period = jnp.asarray(step) // every + first
        fallen = jnp.maximum(period + 1 - constant, 0).astype(jnp.float32)
        return value * jnp.maximum(1.0 - fallen / (decay + 1), 0.0)

    return scheduled


def no_average(step: jax.Array, images: int) -> jax.Array:
    """The running average is the current generator."""
    del step, images
    return jnp.zeros((), jnp.float32)


def constant_decay(decay: float, start: int = 0) -> Decay:
    """The same weight on every step, as BigGAN counts (0.9999).

    Args:
      decay: the weight.
      start: until this step there is no averaging.

    Raises:
      ValueError: if `decay` is not in [0, 1), or the start is negative.
    """
    if not 0.0 <= decay < 1.0:
        raise ValueError(f"decay: saw {decay}, wanted a number in [0, 1)")
    check_number("start", start, least=0)

    def value(step, images):
        del images
        return jnp.where(jnp.asarray(step) < start, 0.0, jnp.float32(decay))

    return value


def going_on(decay: Decay, steps: float) -> Decay:
    """The decay of an average that begins with a trained one, and has less to forget.

    min(what the decay comes to in the long run, max(the decay, ½^(1 / steps))): from
    the first step on its half-life is so many steps, or that of the long run, and it
    grows beyond as the decay's own does. StyleGAN2-ADA's code, where it resumes from
    another network, has its 10,000 images at once (Karras et al. 2020, arXiv
    2006.06676, official PyTorch code, `ema_rampup`).

    Args:
      decay: of an average that begins with nothing.
      steps: the half-life.

    Raises:
      ValueError: if there are no such steps.
    """
    check_number("steps", steps, above=0)

    def value(step, images):
        last = decay(jnp.asarray(LAST, jnp.int32), images)
        return jnp.minimum(last, jnp.maximum(decay(step, images), 0.5 ** (1.0 / steps)))

    return value


def half_life(
    images: float | Callable[[jax.Array], jax.Array], ramp_up: float | None = None
) -> Decay:
    """Decay ½^(images per step / half-life): the same average at any batch size.

    Args:
      images: after how many real images the weight of a parameter value has halved; a
        number, or a function of the step. 0 means no averaging.
      ramp_up: if given, the half-life is at most this share of the images seen so far
        (StyleGAN2 uses 0.05), so that the average forgets the first steps.

    Raises:
      ValueError: if a half-life is negative, or a number is not finite.
    """
    if not callable(images) and not images >= 0:
        raise ValueError(f"images: saw {images}, wanted a half-life of at least 0")
    check_number("images", images, least=0)

    def value(step, images_per_step):
        life = images(step) if callable(images) else images
        return _halved(images_per_step, life)

    return value if ramp_up is None else ramped_up(value, ramp_up)


def ramped_up(
    decay: Decay,
    share: float,
    seen: Callable[[jax.Array, int], jax.Array] | None = None,
) -> Decay:
    """The decay, or that of a half-life of a share of what was seen, if that is less.

    Args:
      decay: in the long run.
      share: 0.05 in StyleGAN2.
      seen: f(step, images per step) -> images that the average may go back to, see
        `jaxgan.core.growth.Growing.since_phase`; None: all.

    Raises:
      ValueError: if the share is not above 0.
    """
    check_number("ramp_up", share, above=0)

    def all_of_them(step, images):
        return jnp.asarray(step, jnp.float32) * images

    count = seen or all_of_them

    def value(step, images):
        young = _halved(images, share * count(step, images))
        return jnp.minimum(decay(step, images), young)

    return value


def _halved(images: int, life: float | jax.Array) -> jax.Array:
    """½^(images / life); without a life, 0."""
    # 1e-8 images: half of nothing stays nothing, and the division stays finite.
    return 0.5 ** (images / jnp.maximum(jnp.asarray(life, jnp.float32), 1e-8))
