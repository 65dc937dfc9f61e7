"""The unpaired game: two translators between pictures of domains without partners."""

import dataclasses
from typing import Any

import jax
import numpy as np
from flax import linen as nn

from jaxgan.core.context import Context, example_keys
from jaxgan.core.microbatches import batch_size
from jaxgan.core.types import Players, Sample, Tree, Variables, Verdict
from jaxgan.games.checks import check_network, checked_batch
from jaxgan.games.latent import as_sample
from jaxgan.games.networks import apply_networks, init_networks

DIRECTIONS = {"x_to_y": ("x", "y"), "y_to_x": ("y", "x")}
"""The domains that a direction leads from and to."""


@dataclasses.dataclass(frozen=True)
class UnpairedGame:
    """Two translators between two domains, each with a critic of where it leads.

    Zhu et al. 2017 (arXiv 1703.10593), section 3: G maps x to y, F maps y to x. The
    batch is `Sample({"x": x, "y": y})`; example i of x and example i of y have nothing
    to do with each other. So is the latent, from which fakes {"x": F(y), "y": G(x)} are
    made, and any other pair of pictures may stand in its place: `terms.cycle` plays
    from the fakes, and `terms.identity` from the domains swapped, on the generator's
    turn only. Logits are {"x": ..., "y": ...}.

    All four are called as `module(value, given, context)` with nothing given, and keep
    their variables apart, even if two of them are one module: the params of the sides
    are {"x_to_y": ..., "y_to_x": ...} and {"x": ..., "y": ...}.

    Attributes:
      x_to_y: the translator G.
      y_to_x: the translator F.
      discriminator_x: judges x and F(y).
      discriminator_y: judges y and G(x).
      direction: which of the two `apply` takes.

    Raises:
      TypeError: if a module is called otherwise.
      ValueError: if there is no such direction.
    """

    x_to_y: nn.Module
    y_to_x: nn.Module
    discriminator_x: nn.Module
    discriminator_y: nn.Module
    direction: str = "x_to_y"

    def __post_init__(self):
        for name in ("x_to_y", "y_to_x", "discriminator_x", "discriminator_y"):
            check_network(name, getattr(self, name))
        if self.direction not in DIRECTIONS:
            raise ValueError(
                f"direction: saw {self.direction!r}, wanted one of {list(DIRECTIONS)}"
            )

    def init(self, key: jax.Array, batch: Sample) -> Players[Variables]:
        """Makes both players' variables; of `batch` only shapes matter."""
        value = domains(batch)
        key_generator, key_discriminator, key_examples = jax.random.split(key, 3)
        context = Context(
            example_keys(key_examples, batch_size(batch)), batch, train=True
        )
        return Players(
            init_networks(self._translators, key_generator, _from(value), context)[1],
            init_networks(self._critics, key_discriminator, value, context)[1],
        )

    def latent(
        self, variables: Variables, context: Context
    ) -> tuple[Sample, Variables]:
        """The pictures of both domains."""
        return Sample(domains(context.batch)), variables

    def real(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """The pictures of both domains."""
        del latent
        return Sample(domains(context.batch)), variables

    def generate(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """Translates both: {"x": F(y), "y": G(x)}; features likewise."""
        outputs, variables = apply_networks(
            self._translators, variables, _from(latent.value), context
        )
        made = {
            DIRECTIONS[name][1]: as_sample(output, ())
            for name, output in outputs.items()
        }
        features = {side: sample.features for side, sample in made.items()}
        return Sample(
            {side: sample.value for side, sample in made.items()},
            features=features if jax.tree.leaves(features) else (),
        ), variables

    def discriminate(
        self, variables: Variables, sample: Sample, context: Context
    ) -> tuple[Verdict, Variables]:
        """Judges pictures of both domains, each by its own critic."""
        outputs, variables = apply_networks(
            self._critics, variables, sample.value, context
        )
        return as_verdict(outputs), variables

    @property
    def directions(self) -> tuple[str, ...]:
        """The ways to translate, the one that `apply` takes first."""
        return tuple(sorted(DIRECTIONS, key=lambda name: name != self.direction))

    def directed(self, direction: str) -> "UnpairedGame":
        """The same game, which applies this direction."""
        return dataclasses.replace(self, direction=direction)

    def apply(self, variables: Variables, given: Tree, context: Context) -> Sample:
        """Translates pictures [B, H, W, C] of the domain that the direction is from."""
        outputs, _ = apply_networks(
            {self.direction: self._translators[self.direction]},
            variables,
            {self.direction: given},
            context,
        )
        return as_sample(outputs[self.direction], given)

    @property
    def _translators(self) -> dict[str, nn.Module]:
        return {"x_to_y": self.x_to_y, "y_to_x": self.y_to_x}

    @property
    def _critics(self) -> dict[str, nn.Module]:
        return {"x": self.discriminator_x, "y": self.discriminator_y}


def domains(batch: Any) -> dict[str, jax.Array]:
    """The pictures of both domains, {"x": ..., "y": ...}.

    Raises:
      TypeError: if the batch is no sample of floats.
      ValueError: if it does not have the two domains.
    """
    value = checked_batch(batch).value
    if not isinstance(value, dict) or set(value) != {"x", "y"}:
        seen = sorted(value) if isinstance(value, dict) else np.shape(value)
        raise ValueError(
            f"batch.value: saw {seen}, wanted the domains of unpaired data: "
            '{"x": [B, ...], "y": [B, ...]}'
        )
    return value


def as_verdict(outputs: dict[str, Any]) -> Verdict:
    """Joins what several discriminators say: logits, or verdicts, by name."""
    verdicts = {
        name: output if isinstance(output, Verdict) else Verdict(output)
        for name, output in outputs.items()
    }
    features = {name: verdict.features for name, verdict in verdicts.items()}
    return Verdict(
        {name: verdict.logits for name, verdict in verdicts.items()},
        features if jax.tree.leaves(features) else (),
    )


def _from(value: dict[str, jax.Array]) -> dict[str, jax.Array]:
    """What every direction starts from."""
    return {name: value[source] for name, (source, _) in DIRECTIONS.items()}
