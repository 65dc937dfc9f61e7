"""The paired game: examples are made from given sources (pix2pix, SRGAN)."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
from flax import linen as nn

from jaxgan.core.context import Context, example_keys
from jaxgan.core.microbatches import batch_size
from jaxgan.core.ranges import check_count
from jaxgan.core.types import Players, Sample, Tree, Variables, Verdict
from jaxgan.games.checks import check_floats, check_network, checked_batch
from jaxgan.games.draws import Draw
from jaxgan.games.latent import apply_module, as_sample

Degrade = Callable[[jax.Array, Tree], Any]
"""f(keys [B], target [B, ...]) -> source [B, ...], or `Sample(target, source)` where
the target changes too, as by a crop of both."""


@dataclasses.dataclass(frozen=True)
class PairedGame:
    """Targets beside their sources, against what the generator makes of the sources.

    Isola et al. 2017 (arXiv 1611.07004), section 3: a conditional GAN whose condition
    is a picture. The batch is `Sample(target, source)`; real is that, and fake is
    `Sample(G(source), source)`. Modules are called as

    - `generator(source, noise, context)`, where noise is `()` unless it is asked for:
      other chance, such as dropout, comes from the context, in use too;
    - `discriminator(value, source, context)`, or `discriminator(value, (), context)` if
      it sees no source, as in super-resolution.

    Attributes:
      generator: the module. It returns a value like the target, or a `Sample` of that
        and of features.
      discriminator: the module. It returns logits, or a `Verdict`.
      judges_source: whether the discriminator is shown what the value was made from.
      degrade: makes the source from the target, by keys from the context, on the
        device; the batch then needs no source. Real and fake examples have the same.
      noise_size: Z of noise [B, Z] that the generator gets; 0 is none.
      draw: f(key, shape) -> one example's noise.

    Raises:
      TypeError: if a module is called otherwise.
      ValueError: if a number is out of range; when a batch is seen, if it has no
        sources, or what is made of them does not have the shape of the targets.
    """

    generator: nn.Module
    discriminator: nn.Module
    judges_source: bool = True
    degrade: Degrade | None = None
    noise_size: int = 0
    draw: Draw = jax.random.normal

    def __post_init__(self):
        check_network("generator", self.generator)
        check_network("discriminator", self.discriminator)
        check_count("noise_size", self.noise_size, least=0)

    def init(self, key: jax.Array, batch: Sample) -> Players[Variables]:
        """Makes both players' variables; of `batch` only shapes matter."""
        key_generator, key_discriminator, key_examples = jax.random.split(key, 3)
        keys = example_keys(key_examples, batch_size(checked_batch(batch)))
        context = Context(keys, batch, train=True)
        latent, _ = self.latent({}, context)
        real, _ = self.real({}, latent, context)
        output, generator = self.generator.init_with_output(
            key_generator, latent.given, latent.value, context
        )
        _check_alike(as_sample(output, ()).value, real.value)
        discriminator = self.discriminator.init(
            key_discriminator, real.value, self._shown(real), context
        )
        return Players(generator, discriminator)

    def latent(
        self, variables: Variables, context: Context
    ) -> tuple[Sample, Variables]:
        """Finds the sources, and draws noise beside them: `Sample(noise, source)`."""
        return Sample(self._noise(context), self._pair(context).given), variables

    def real(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """The targets, with the sources that the latent has."""
        del latent
        return self._pair(context), variables

    def generate(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """Makes values of sources."""
        output, variables = apply_module(
            self.generator, variables, latent.given, latent.value, context
        )
        return as_sample(output, latent.given), variables

    def discriminate(
        self, variables: Variables, sample: Sample, context: Context
    ) -> tuple[Verdict, Variables]:
        """Judges values, beside their sources or alone."""
        verdict, variables = apply_module(
            self.discriminator, variables, sample.value, self._shown(sample), context
        )
        if not isinstance(verdict, Verdict):
            verdict = Verdict(verdict)
        return verdict, variables

    def apply(self, variables: Variables, given: Tree, context: Context) -> Sample:
        """Maps a user's own sources: see `core.abilities.Applicable`."""
        latent = Sample(self._noise(context), given)
        return self.generate(variables, latent, context)[0]

    def _noise(self, context: Context) -> Tree:
        if not self.noise_size:
            return ()
        shape = (self.noise_size,)
        return jax.vmap(lambda key: self.draw(key, shape))(context.draw("latent"))

    def _pair(self, context: Context) -> Sample:
        """Targets and sources. What is drawn for them is always drawn alike."""
        batch = checked_batch(context.batch)
        if self.degrade is not None:
            made = self.degrade(context.draw("degrade"), batch.value)
            batch = made if isinstance(made, Sample) else Sample(batch.value, made)
        if not jax.tree.leaves(batch.given):
            raise ValueError(
                "batch.given: saw (), wanted the sources of the targets: a batch "
                "Sample(target, source), or a game with a `degrade`"
            )
        check_floats("batch.given", batch.given)
        return Sample(batch.value, batch.given)

    def _shown(self, sample: Sample) -> Tree:
        return sample.given if self.judges_source else ()


def _check_alike(made: Tree, target: Tree) -> None:
    shapes = [jax.tree.map(lambda x: tuple(x.shape), tree) for tree in (made, target)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"generator: saw values {shapes[0]}, wanted {shapes[1]}, as the targets are"
        )
