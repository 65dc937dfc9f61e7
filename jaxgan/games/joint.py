"""The joint game: examples are judged together with their codes (ALI, BiGAN)."""

import dataclasses
from typing import Any

import jax
from flax import linen as nn

from jaxgan.core.context import Context, example_keys
from jaxgan.core.microbatches import batch_size
from jaxgan.core.types import Players, Sample, Tree, Variables
from jaxgan.games.checks import check_network, checked_batch
from jaxgan.games.latent import LatentGame, apply_module, as_sample


class Directions(nn.Module):
    """A generator and an encoder in one tree: {'generator': ..., 'encoder': ...}.

    Attributes:
      generator: of values from codes.
      encoder: of codes from values.
    """

    generator: nn.Module
    encoder: nn.Module

    def generate(self, code: Tree, given: Tree, context: Context) -> Any:
        """Maps codes z to what the generator makes of them."""
        return self.generator(code, given, context)

    def encode(self, value: Tree, given: Tree, context: Context) -> jax.Array:
        """Maps values x to codes."""
        return self.encoder(value, given, context)

    def __call__(self, latent: Sample, real: Sample, context: Context) -> jax.Array:
        """Plays both directions, to make all variables; returns the codes."""
        self.generate(latent.value, latent.given, context)
        return self.encode(real.value, real.given, context)


@dataclasses.dataclass(frozen=True)
class JointGame(LatentGame):
    """Real pairs (x, E(x)) against fake pairs (G(z), z).

    Dumoulin et al. 2017 (arXiv 1606.00704), section 2, where the encoder draws its
    codes, and Donahue et al. 2017 (arXiv 1605.09782), section 3, where it computes
    them. If the discriminator cannot tell the pairs apart, the generator and the
    encoder invert each other. The encoder is on the generator's side: both want to
    deceive, so the loss must look at real pairs too, as `losses.bidirectional` does.

    Values are {'x': x, 'z': z}. The discriminator is called with them as
    `discriminator(value, given, context)`, the encoder as `encoder(x, given, context)`;
    what that draws comes from the context's keys, which the generator has too, so it
    must not name its streams 'latent' or 'given'.

    Attributes:
      encoder: the module. It returns codes like the latents, [B, Z].

    Raises:
      TypeError: if a module is called otherwise.
      ValueError: when it first encodes, if its codes are of another shape.
    """

    encoder: nn.Module = dataclasses.field(kw_only=True)

    def __post_init__(self):
        super().__post_init__()
        check_network("encoder", self.encoder)

    def init(self, key: jax.Array, batch: Sample) -> Players[Variables]:
        """Makes both players' variables; of `batch` only shapes matter."""
        key_generator, key_discriminator, key_examples = jax.random.split(key, 3)
        keys = example_keys(key_examples, batch_size(checked_batch(batch)))
        context = Context(keys, batch, train=True)
        latent, _ = self.latent({}, context)
        real, _ = super().real({}, latent, context)
        code, generator = self._directions.init_with_output(
            key_generator, latent, real, context
        )
        self._check(code, latent.value.shape)
        pair = {"x": real.value, "z": latent.value}
        return Players(
            generator,
            self.discriminator.init(key_discriminator, pair, real.given, context),
        )

    def real(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """The data with their codes, without labels that nobody looks at."""
        real, variables = super().real(variables, latent, context)
        code, variables = apply_module(
            self._directions,
            variables,
            real.value,
            real.given,
            context,
            method="encode",
        )
        self._check(code, latent.value.shape)
        return real._replace(value={"x": real.value, "z": code}), variables

    def generate(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """Maps a latent to a value beside it."""
        output, variables = apply_module(
            self._directions,
            variables,
            latent.value,
            latent.given,
            context,
            method="generate",
        )
        fake = as_sample(output, latent.given)
        return fake._replace(value={"x": fake.value, "z": latent.value}), variables

    def observed(self, sample: Sample) -> Sample:
        """Takes the value x from a pair."""
        return sample._replace(value=sample.value["x"])

    def encode(
        self, variables: Variables, value: Tree, context: Context, given: Tree = ()
    ) -> jax.Array:
        """Codes [B, Z] of values.

        Args:
          variables: of the generator's side: current or averaged.
          value: x, [B, ...].
          context: of sampling; an encoder that draws takes its keys [B].
          given: labels [B], if the game is conditional.
        """
        code, _ = apply_module(
            self._directions, variables, value, given, context, method="encode"
        )
        return code

    def reconstruct(
        self, variables: Variables, value: Tree, context: Context, given: Tree = ()
    ) -> Tree:
        """What the generator makes of the codes of values; arguments as of `encode`."""
        code = self.encode(variables, value, context, given)
        sample, _ = self.generate(variables, Sample(code, given), context)
        return sample.value["x"]

    @property
    def _directions(self) -> Directions:
        return Directions(self.generator, self.encoder)

    def _check(self, code: jax.Array, wanted: tuple[int, ...]) -> None:
        shape = getattr(code, "shape", None)
        if shape != wanted:
            raise ValueError(
                f"encoder: saw codes {shape}, wanted {wanted}, as the latents are"
            )
