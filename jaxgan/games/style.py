"""The style-based game: the latent is w, what the mapping makes of noise."""

import dataclasses
from collections.abc import Sequence
from typing import Protocol

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from jaxgan.core.context import Context, example_keys
from jaxgan.core.interpolation import Share, lerp
from jaxgan.core.microbatches import batch_size
from jaxgan.core.types import Players, Sample, Tree, Variables, Verdict
from jaxgan.games.checks import check_network, checked_batch
from jaxgan.games.latent import (
    Conditioning,
    Shown,
    apply_module,
    as_sample,
    unchanged,
    unconditional,
)


class StyleGenerator(Protocol):
    """A Flax module that generates in two stages.

    Called as a whole, `generator(z, given, context)`, it makes all of its variables.
    """

    def styles(self, value: jax.Array, given: Tree, context: Context) -> jax.Array:
        """Maps latents z [B, Z] to styles w [B, L, W], one per layer."""
        ...

    def synthesize(self, styles: jax.Array, context: Context) -> Tree:
        """Maps styles w [B, L, W] to values."""
        ...


@dataclasses.dataclass(frozen=True)
class StyleGame:
    """A mapping and a synthesis against a discriminator of samples.

    The latent is `Sample(w, given)` with w [B, L, W], so that terms can look at the
    synthesis alone, as path length regularisation does. Training mixes styles: with a
    probability, the layers of an example from a random one on take the w of a second z
    (Karras et al. 2019, arXiv 1812.04948, section 3.1). The official code decides so
    once per batch; here every example decides for itself. Running means of w see the
    first z only, and only on the generator's turns.

    Attributes:
      generator: the module, a `StyleGenerator`.
      discriminator: the module, called as `discriminator(value, given, context)`.
      latent_size: Z.
      conditioning: what samples are conditioned on.
      mixing: the probability of mixing styles; 0.9 for StyleGAN2, but 0 in its
        configuration for CIFAR-10 and in StyleGAN3. A generator that grows has a method
        `layers_in_use(step)`: no others are mixed.
      shown: what the discriminator is shown of the data, as for `LatentGame`.

    Raises:
      ValueError: if a number is out of range.
    """

    generator: nn.Module
    discriminator: nn.Module
    latent_size: int
    conditioning: Conditioning = unconditional
    mixing: float = 0.9
    shown: Shown = unchanged

    def __post_init__(self):
        check_network("generator", self.generator)
        check_network("discriminator", self.discriminator)
        if self.latent_size < 1:
            raise ValueError(f"latent_size: saw {self.latent_size}, wanted at least 1")
        if not 0.0 <= self.mixing <= 1.0:
            raise ValueError(f"mixing: saw {self.mixing}, wanted a number in [0, 1]")

    def init(self, key: jax.Array, batch: Sample) -> Players[Variables]:
        """Makes both players' variables; of `batch` only shapes matter."""
        key_generator, key_discriminator, key_examples = jax.random.split(key, 3)
        keys = example_keys(key_examples, batch_size(checked_batch(batch)))
        context = Context(keys, batch, train=True)
        z, given = self._draw("latent", context), self._given(context)
        real, _ = self.real({}, Sample((), given), context)
        return Players(
            self.generator.init(key_generator, z, given, context),
            self.discriminator.init(key_discriminator, real.value, real.given, context),
        )

    def latent(
        self, variables: Variables, context: Context
    ) -> tuple[Sample, Variables]:
        """Draws z, maps it to w, and mixes styles in training."""
        given = self._given(context)
        w, changed = self._styles(variables, "latent", given, context)
        if context.train and self.mixing and w.shape[1] > 1:
            other, _ = self._styles(variables, "mixing_latent", given, context)
            w = self._mixed(w, other, context)
        return Sample(w, given), changed

    def real(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """The data as they are shown, without labels that nobody looks at."""
        del latent
        batch = checked_batch(context.batch)
        value = self.shown(batch.value, context)
        return Sample(value, self.conditioning.real(batch.given)), variables

    def generate(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """Synthesises from w a sample with the same `given`."""
        output, variables = apply_module(
            self.generator, variables, latent.value, context, method="synthesize"
        )
        return as_sample(output, latent.given), variables

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

    def truncated(self, share: float, cutoff: int | None = None) -> "StyleGame":
        """The same game with styles nearer to their running mean.

        w becomes mean + share · (w - mean): Karras et al. 2019 (arXiv 1812.04948),
        appendix B, where the share is ψ. The generator must have the attributes
        `truncation` and `truncation_cutoff`.

        Args:
          share: in [0, 1]: 0 is the mean, 1 changes nothing.
          cutoff: so many of the first layers; None is all.

        Raises:
          ValueError: if a number is out of range, or the generator has no truncation.
        """
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"truncation: saw {share}, wanted a number in [0, 1]")
        if cutoff is not None and cutoff < 0:
            raise ValueError(f"truncation cutoff: saw {cutoff}, wanted at least 0")
        if not hasattr(self.generator, "truncation"):
            raise ValueError(
                f"generator: saw {type(self.generator).__name__}, wanted one with a "
                "`truncation`"
            )
        options = {"truncation": share, "truncation_cutoff": cutoff}
        return dataclasses.replace(self, generator=self.generator.clone(**options))

    @property
    def transformable(self) -> bool:
        """Whether the generator has a method `transformed`, as StyleGAN3's has."""
        return hasattr(self.generator, "transformed")

    def transformed(
        self, variables: Variables, matrix: jax.typing.ArrayLike
    ) -> Variables:
        """The generator's variables with its images moved by a matrix [3, 3].

        Raises:
          ValueError: if the generator cannot, or it is no such matrix.
        """
        if not self.transformable:
            raise ValueError(
                f"generator: saw {type(self.generator).__name__}, wanted one with a "
                "method `transformed`"
            )
        return self.generator.transformed(variables, matrix)  # pyright: ignore

    @property
    def labelled(self) -> bool:
        """Whether samples are conditioned on class labels."""
        return self.conditioning.labelled

    @property
    def drawn_classes(self) -> int:
        """How many classes those of fakes are drawn from; 0 where none are drawn."""
        return self.conditioning.classes

    def of_labels(self, labels: jax.Array) -> "StyleGame":
        """The same game, with fakes of these classes [B]."""
        conditioning = self.conditioning.of_labels(labels)
        return dataclasses.replace(self, conditioning=conditioning)

    def of_classes(self, classes: int) -> "StyleGame":
        """The same game, with fakes of uniformly drawn classes."""
        conditioning = self.conditioning.of_classes(classes)
        return dataclasses.replace(self, conditioning=conditioning)

    def between(self, start: Sample, end: Sample, share: Share) -> Sample:
        """Styles on a straight line: w, unlike z, has no preferred length."""
        return start._replace(value=lerp(start.value, end.value, share))

    def noise(self, context: Context) -> Sample:
        """Draws z, and what to condition on: see `core.abilities.Mapped`."""
        return Sample(self._draw("latent", context), self._given(context))

    def mapped(self, variables: Variables, noise: Sample, context: Context) -> Sample:
        """Maps z to w, one style for all layers."""
        w, _ = apply_module(
            *(self.generator, variables, noise.value, noise.given, context),
            method="styles",
        )
        return Sample(w, noise.given)

    def layer_count(self, latent: Sample) -> int:
        """Counts the layers L of styles w [B, L, W]."""
        return latent.value.shape[1]

    def mixed(self, latent: Sample, other: Sample, layers: Sequence[int]) -> Sample:
        """Styles with those of some layers from others.

        Karras et al. 2019 (arXiv 1812.04948), section 3.1: the first layers are the
        coarsest.

        Raises:
          ValueError: if there is no such layer.
        """
        count, chosen = self.layer_count(latent), np.asarray(layers, int)
        if np.any((chosen < 0) | (chosen >= count)):
            raise ValueError(
                f"layers: saw {list(layers)}, wanted numbers from 0 to {count - 1}"
            )
        taken = np.isin(np.arange(count), chosen)[None, :, None]
        return latent._replace(value=jnp.where(taken, other.value, latent.value))

    def _draw(self, stream, context):
        return jax.vmap(lambda key: jax.random.normal(key, (self.latent_size,)))(
            context.draw(stream)
        )

    def _given(self, context):
        given = context.batch.given if isinstance(context.batch, Sample) else ()
        return self.conditioning.fake(context.draw("given"), given)

    def _styles(self, variables, stream, given, context):
        z = self._draw(stream, context)
        return apply_module(
            self.generator, variables, z, given, context, method="styles"
        )

    def _mixed(self, w, other, context):
        """Layers [crossover, L) of w from the other, where an example mixes."""
        layers = w.shape[1]
        if hasattr(self.generator, "layers_in_use"):
            layers = self.generator.layers_in_use(context.step)

        def crossover(key):
            key_whether, key_where = jax.random.split(key)
            mixes = jax.random.uniform(key_whether) < self.mixing
            return jnp.where(
                mixes, jax.random.randint(key_where, (), 1, layers), layers
            )

        first = jax.vmap(crossover)(context.draw("mixing"))
        keep = jnp.arange(w.shape[1])[None] < first[:, None]
        return jnp.where(keep[..., None], w, other)
