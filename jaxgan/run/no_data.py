"""Runs without data: what there is of a network whose weights came from elsewhere.

Experiments of stored runs import this module, so its path stays.
"""

import dataclasses
from typing import Any, NoReturn

import jax
import jax.numpy as jnp
import optax
from flax import linen as nn

from jaxgan import losses
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Game, Players, Sample, Turn
from jaxgan.data.facts import Facts
from jaxgan.data.lazy_source import LazySource
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import Kind, images, pairs
from jaxgan.terms import adversarial

EXAMPLES = 4
"""In a batch, of which only shapes are known."""


@dataclasses.dataclass(frozen=True)
class NoData:
    """Stands in for the data of a run that has none.

    Attributes:
      source: of the examples that there are not.
      batch_size: of them.
      current: whether the run holds the current generator beside its average.
      given: the shape of what examples are made of, where that are pictures.
    """

    source: LazySource
    batch_size: int = EXAMPLES
    current: bool = True
    given: tuple[int, ...] = ()

    @property
    def shapes(self) -> Sample:
        """Tells what a batch would be like: shapes and types."""

        def floats(shape):
            return jax.ShapeDtypeStruct((self.batch_size, *shape), jnp.float32)

        value = floats(self.source.shape)
        if self.given:
            return Sample(value, floats(self.given))
        labels = jax.ShapeDtypeStruct((self.batch_size,), jnp.int32)
        return Sample(value, labels if self.source.classes else ())

    def __call__(self, step: int) -> NoReturn:
        """Refuses: there is no batch of any step.

        Raises:
          RunError: always.
        """
        _refuse()


def _refuse() -> NoReturn:
    raise RunError(
        "this run was imported: it holds networks, and no data",
        "jaxgan evaluate RUN --real FOLDER measures it against examples of yours",
    )


class NoDiscriminator(nn.Module):
    """Stands in for the discriminator of a run that has none."""

    def init(self, *arguments: Any, **named: Any) -> Any:
        """Makes no parameters."""
        del arguments, named
        return {"params": {}}

    def __call__(self, *arguments: Any) -> NoReturn:
        """Refuses to judge.

        Raises:
          RunError: always.
        """
        raise RunError("this run was imported without a discriminator")


def without_data(
    game: Game,
    shape: tuple[int, ...],
    classes: int,
    current: bool = True,
    examples: int = EXAMPLES,
    given: tuple[int, ...] = (),
    kind: Kind | None = None,
) -> Experiment:
    """Makes an experiment that samples, and does not train.

    Its optimizers keep no state; its turns are there for the form.

    Args:
      game: the wiring.
      shape: of one example.
      classes: of the labels; 0 without.
      current: whether there is a current generator beside the average.
      examples: in a batch that the networks can be shown.
      given: the shape of what examples are made of, where that are pictures.
      kind: of the examples; images, or pairs of them, unless it is told.
    """
    term = (adversarial(losses.nonsaturating),)
    facts = Facts(0, shape, tuple(map(str, range(classes))))
    return Experiment(
        game=game,
        recipe=Recipe(
            turns=(Turn("discriminator", term), Turn("generator", term)),
            optimizers=Players(optax.identity(), optax.identity()),
        ),
        data=NoData(LazySource(facts, _refuse), examples, current, given),
        kind=kind or (pairs if given else images),
    )
