"""What an experiment is made of: all that the training loop needs to know.

Experiments of stored runs import this module, so its path stays.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol, runtime_checkable

import jax
import numpy as np

from jaxgan.core.pace import Pace
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Augment, Game, Sample, State, Tree
from jaxgan.run.kinds import Kind, images


class Batches(Protocol):
    """The data: a function of the step, and a few facts about it."""

    @property
    def source(self) -> Any:
        """Tells where examples come from; its `classes` name or count the labels."""

    @property
    def batch_size(self) -> int:
        """Counts examples per step, over all devices.

        Data whose batches change their size tell how by a `pace`, a `core.pace.Pace`;
        this is then the last size.
        """
        ...

    def __call__(self, step: int, /) -> Tree:
        """Makes the global batch of a step: numpy leaves [B, ...]."""
        ...


@runtime_checkable
class Addressed(Batches, Protocol):
    """Data of which a device that holds all examples can make the batches itself.

    For every step, `pick(examples(), rows(step))` is the batch of the step, bit by bit.
    """

    @property
    def nbytes(self) -> int:
        """Counts the bytes of all examples."""
        ...

    def examples(self) -> Tree:
        """Reads all examples: numpy leaves [n, ...]."""

    def rows(self, step: int, /) -> Tree:
        """Finds what tells the batch of a step: numpy leaves [B, ...]."""

    def pick(self, examples: Tree, rows: Tree, /) -> Tree:
        """Makes the batch of these rows: jax leaves [B, ...]. Pure."""


def _nothing(state: State) -> dict[str, float]:
    del state
    return {}


@dataclasses.dataclass(frozen=True)
class Frozen:
    """A network that training reads and never changes: VGG's features, a teacher.

    Its variables are read once, when training begins, and lie whole on every device.
    They are no part of checkpoints and fingerprints: the run records their source and
    their hash, and goes on with no others.

    Attributes:
      load: f() -> variables, any tree of arrays.
      source: where they come from, in words: a file's name, 'random, seed 0'.
      shapes: f() -> their shapes, which forecasts need: a tree of arrays or of
        `jax.ShapeDtypeStruct`s. None: they are read for that.
      fingerprint: what `jaxgan.run.files.fingerprint` makes of them, if no others will
        do: 'sha256:...'.
    """

    load: Callable[[], Tree]
    source: str
    shapes: Callable[[], Tree] | None = None
    fingerprint: str | None = None


class Decoder(NamedTuple):
    """What makes what is looked at of what is trained on: pictures of latents.

    Samples and examples of the data are decoded wherever people or measures see them;
    players, terms and signals see latents.

    Attributes:
      network: its name among the experiment's frozen networks.
      decode: f(variables, values [B, ...]) -> pictures [B, ...]. Pure.
    """

    network: str
    decode: Callable[[Tree, jax.Array], jax.Array]


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A GAN, its data, and how to draw what it makes.

    Attributes:
      game: the wiring.
      recipe: turns, optimizers, and the decay of the generator's running average.
      data: the batch of every step.
      augment: applied to whatever the discriminator judges.
      kind: of the data: how examples are drawn, written, measured and reported.
      progress: f(state, sample) -> uint8 picture [H, W, 3], drawn during training; by
        default that of the kind. It may show the discriminator too.
      measure: f(state) -> {name: number}, logged whenever progress is drawn.
      held_out: examples of the same kind that are never trained on. With them
        `jaxgan diagnose` sees overfitting and memorisation; without, it cannot.
      frozen: networks that terms and games read by name, `context.frozen["vgg"]`.
      decoder: of values, where what is trained on are latents of pictures.

    Raises:
      TypeError: naming what is none of these.
      ValueError: if the decoder is of a network that is not there.
    """

    game: Game
    recipe: Recipe
    data: Batches
    augment: Augment = Augment()  # noqa: RUF009  immutable
    kind: Kind = images
    progress: Callable[[State, Sample], np.ndarray] | None = None
    measure: Callable[[State], dict[str, float]] = _nothing
    held_out: Batches | None = None
    frozen: Mapping[str, Frozen] = dataclasses.field(default_factory=dict)
    decoder: Decoder | None = None

    def __post_init__(self):
        _check_recipe(self.recipe)
        _check_batches("data", self.data)
        if self.held_out is not None:
            _check_batches("held_out", self.held_out)
        if isinstance(self.kind, type) or not hasattr(self.kind, "picture"):
            raise TypeError(
                f"kind: saw {self.kind!r}, wanted a kind of data, such as "
                "jaxgan.run.kinds.images"
            )
        _check_frozen(self.frozen)
        if self.decoder is not None and self.decoder.network not in self.frozen:
            raise ValueError(
                f"decoder: saw that of {self.decoder.network!r}, wanted one of the "
                f"frozen networks: {', '.join(self.frozen) or 'there are none'}"
            )


def _check_recipe(recipe: Any) -> None:
    if not isinstance(recipe, Recipe):
        raise TypeError(
            f"recipe: saw a {type(recipe).__name__}, wanted a Recipe, such as "
            "recipes.nonsaturating()"
        )


def _check_frozen(networks: Any) -> None:
    wanted = "wanted {'name': Frozen(load, source)}"
    if not isinstance(networks, Mapping):
        raise TypeError(f"frozen: saw a {type(networks).__name__}, {wanted}")
    for name, network in networks.items():
        if not isinstance(name, str) or not isinstance(network, Frozen):
            raise TypeError(
                f"frozen: saw {name!r}: a {type(network).__name__}, {wanted}"
            )


def _check_batches(name: str, data: Any) -> None:
    if not callable(data) or not hasattr(data, "batch_size"):
        raise TypeError(
            f"{name}: saw a {type(data).__name__}, wanted batches, such as "
            "jaxgan.data.batches(source, 64)"
        )


def pace_of(data: Batches) -> Pace:
    """Finds how many examples each step takes."""
    return getattr(data, "pace", None) or Pace((data.batch_size,))


def examples(data: Batches, indices: np.ndarray) -> Tree:
    """Finds examples of the data by index, counted from step 0 on."""
    pace = pace_of(data)
    found = [pace.step_of(int(index)) for index in indices]
    steps, places = np.array(found, np.int64).reshape(-1, 2).T
    order, parts = [], []
    for step in np.unique(steps):
        rows = np.flatnonzero(steps == step)
        order.append(rows)
        parts.append(jax.tree.map(lambda x, at=places[rows]: x[at], data(int(step))))
    back = np.argsort(np.concatenate(order))
    return jax.tree.map(lambda *x: np.concatenate(x)[back], *parts)
