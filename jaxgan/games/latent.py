"""The classic game: noise in, samples out; unconditional or conditional."""

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context, example_keys
from jaxgan.core.heads import Codes
from jaxgan.core.microbatches import batch_size
from jaxgan.core.types import Players, Sample, Tree, Variables, Verdict

Draw = Callable[[jax.Array, tuple[int, ...]], jax.Array]
"""f(key, shape) -> one example's draw."""


class Conditioning(NamedTuple):
    """What the two kinds of samples are conditioned on.

    Attributes:
      real: f(given) -> given, from the data's.
      fake: f(keys [B], given) -> given, from per-example keys and the data's.
    """

    real: Callable[[Tree], Tree]
    fake: Callable[[jax.Array, Tree], Tree]


unconditional = Conditioning(lambda given: (), lambda keys, given: ())
"""Nobody looks at labels, whether the data has them or not."""


def _require(given: Tree) -> Tree:
    if not jax.tree.leaves(given):
        raise ValueError(
            "given: saw (), wanted labels [B]: a conditional game needs labelled data"
        )
    return given


as_data = Conditioning(_require, lambda keys, given: _require(given))
"""Fake i is conditioned on what real i is: class frequencies are the data's."""


def uniform_labels(classes: int) -> Conditioning:
    """Fakes of uniformly drawn classes, as SNGAN, SAGAN and BigGAN train.

    They do not depend on the data's labels.

    Raises:
      ValueError: if there are fewer than 2 classes.
    """
    if classes < 2:
        raise ValueError(f"classes: saw {classes}, wanted at least 2")

    def fake(keys, given):
        del given
        return jax.vmap(lambda key: jax.random.randint(key, (), 0, classes))(keys)

    return Conditioning(_require, fake)


def truncated_normal(threshold: float) -> Draw:
    """Standard normal numbers, each drawn again until it is within ±threshold.

    Brock et al. 2019 (arXiv 1809.11096), section 3.1: less variety, better samples.

    Raises:
      ValueError: if the threshold is not positive.
    """
    if not threshold > 0:
        raise ValueError(f"threshold: saw {threshold}, wanted more than 0")

    def draw(key, shape):
        return jax.random.truncated_normal(key, -threshold, threshold, shape)

    return draw


def with_codes(codes: Codes, noise: Draw = jax.random.normal) -> Draw:
    """Noise, and at the end InfoGAN's codes, which `mutual_information` finds there.

    Chen et al. 2016 (arXiv 1606.03657), section 4. Of a latent of Z numbers Z less the
    codes' size are noise: the game's `latent_size` counts both.

    Raises:
      ValueError: when a latent is drawn, if it has no room for the codes.
    """

    def draw(key, shape):
        rest = shape[0] - codes.size
        if len(shape) != 1 or rest < 0:
            raise ValueError(
                f"latent_size: saw {shape}, wanted at least the codes' {codes.size}"
            )
        key_noise, key_codes = jax.random.split(key)
        return jnp.concatenate([noise(key_noise, (rest,)), codes.draw(key_codes)])

    return draw


@dataclasses.dataclass(frozen=True)
class LatentGame:
    """A generator of noise against a discriminator of samples.

    Both are Flax modules called as `module(value, given, context)`. The batch is a
    `Sample`. The latent is `Sample(z, given)` with z [B, Z]. The generator returns a
    value, or a `Sample` of value and features; the discriminator a `Verdict`, or bare
    logits. Every collection but 'params' is state that changes without a gradient.

    Attributes:
      generator: the module.
      discriminator: the module.
      latent_size: Z.
      conditioning: what samples are conditioned on.
      draw: one example's latent from a key and a shape; standard normal by default.
    """

    generator: nn.Module
    discriminator: nn.Module
    latent_size: int
    conditioning: Conditioning = unconditional
    draw: Draw = jax.random.normal

    def __post_init__(self):
        if self.latent_size < 1:
            raise ValueError(f"latent_size: saw {self.latent_size}, wanted at least 1")

    def init(self, key: jax.Array, batch: Sample) -> Players[Variables]:
        """Makes both players' variables; of `batch` only shapes matter."""
        key_generator, key_discriminator, key_examples = jax.random.split(key, 3)
        keys = example_keys(key_examples, batch_size(batch))
        context = Context(keys, batch, train=True)
        latent, _ = self.latent({}, context)
        real, _ = self.real({}, latent, context)
        return Players(
            self.generator.init(key_generator, latent.value, latent.given, context),
            self.discriminator.init(key_discriminator, real.value, real.given, context),
        )

    def latent(
        self, variables: Variables, context: Context
    ) -> tuple[Sample, Variables]:
        """Draws Z numbers per example, and what to condition on."""
        z = jax.vmap(lambda key: self.draw(key, (self.latent_size,)))(
            context.draw("latent")
        )
        given = context.batch.given if isinstance(context.batch, Sample) else ()
        given = self.conditioning.fake(context.draw("given"), given)
        return Sample(z, given), variables

    def real(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """The data, without labels that nobody looks at."""
        del latent
        batch = context.batch
        return Sample(batch.value, self.conditioning.real(batch.given)), variables

    def generate(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """Maps a latent to a sample with the same `given`."""
        made, variables = apply_module(
            self.generator, variables, latent.value, latent.given, context
        )
        return as_sample(made, latent.given), variables

    def discriminate(
        self, variables: Variables, sample: Sample, context: Context
    ) -> tuple[Verdict, Variables]:
        """Judges a sample."""
        verdict, variables = apply_module(
            self.discriminator, variables, sample.value, sample.given, context
        )
        if not isinstance(verdict, Verdict):
            verdict = Verdict(verdict)
        return verdict, variables

    def truncated(self, share: float, cutoff: int | None = None) -> "LatentGame":
        """The same game with latents within ±share: see `truncated_normal`.

        The latents of one key move towards 0 together as the share gets smaller.

        Raises:
          ValueError: if latents are not standard normal, the share is not positive, or
            there is a cutoff.
        """
        if cutoff is not None:
            raise ValueError(
                f"truncation cutoff: saw {cutoff}, wanted none: only style-based "
                "generators have layers to truncate"
            )
        if self.draw is not jax.random.normal:
            raise ValueError(
                "truncation: saw latents of another distribution, wanted the standard "
                "normal"
            )
        if not share > 0:
            raise ValueError(f"truncation: saw {share}, wanted more than 0")
        return dataclasses.replace(self, draw=truncated_normal(share))


def apply_module(
    module: nn.Module, variables: Variables, *inputs: Any, method: str | None = None
) -> tuple[Any, Variables]:
    """What a module, or one of its methods, returns, and its variables thereafter."""
    collections = [name for name in variables if name != "params"]
    output, changed = module.apply(
        variables, *inputs, mutable=collections, method=method
    )
    return output, {**variables, **changed}


def as_sample(made: Tree, given: Tree) -> Sample:
    """What a generator returned, as a sample that is given this.

    A generator returns a value, or with features beside it `Sample(value, features=f)`.
    """
    return (
        made._replace(given=given) if isinstance(made, Sample) else Sample(made, given)
    )


def standing_statistics(
    game: LatentGame, variables: Variables, context: Context, passes: int = 16
) -> Variables:
    """The generator's variables with batch statistics of many batches of fakes.

    Brock et al. 2019 (arXiv 1809.11096), appendix C.1: running averages lag behind the
    weights and belong to another distribution of latents if that is truncated. Means
    and variances, those that a training pass normalises by, are averaged over passes.
    Spectral vectors iterate from pass to pass, as in the official code, but are
    returned as they were.

    Args:
      game: whose generator normalises over the batch.
      variables: of the generator: current or averaged.
      context: whose keys [B] say how many fakes a pass makes; every pass forks it.
      passes: how many batches.

    Raises:
      ValueError: if there are no passes or no batch statistics.
    """
    if passes < 1:
        raise ValueError(f"passes: saw {passes}, wanted at least 1")
    if "batch_stats" not in variables:
        raise ValueError(
            f"variables: saw {sorted(variables)}, wanted 'batch_stats' among them"
        )
    moving, seen = {**variables, "standing": {}}, []
    for number in range(passes):
        fork = dataclasses.replace(context.fork(f"standing_{number}"), train=True)
        latent, moving = game.latent(moving, fork)
        _, moving = game.generate(moving, latent, fork)
        seen.append(moving["standing"])
    mean = jax.tree.map(lambda *x: sum(x[1:], x[0]) / passes, *seen)
    return {**variables, "batch_stats": mean}
