"""What a game may be able to do beside playing.

Whoever uses a trained generator asks for an ability, `isinstance(game, Walkable)`, and
says plainly if there is none. It never asks which game it is. All methods are pure, and
may be traced.

What fakes are conditioned on when nobody trains comes from the kind of use: from labels
(`Labelled`, `conditioned`) or from the user's own inputs (`Applicable`). It is never
taken from the training data.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import jax

from jaxgan.core.context import Context
from jaxgan.core.interpolation import Share
from jaxgan.core.types import Game, Sample, Tree, Variables


@runtime_checkable
class Truncatable(Protocol):
    """A game that can trade the variety of its samples for their quality."""

    def truncated(self, share: float, cutoff: int | None = None) -> Game:
        """Makes the same game, with samples nearer to the typical one.

        Args:
          share: how near; what it means is the game's.
          cutoff: so many of the first layers only.

        Raises:
          ValueError: if it cannot.
        """
        ...


@runtime_checkable
class Labelled(Protocol):
    """A game whose samples may be conditioned on class labels."""

    @property
    def labelled(self) -> bool:
        """Whether they are: a game of this kind may also be unconditional."""
        ...

    def of_labels(self, labels: jax.Array) -> Game:
        """Makes the same game, whose fakes are of these classes; it reads no data.

        Args:
          labels: integers [B], one for every example that is drawn.

        Raises:
          ValueError: if samples are not conditioned on labels, or (when fakes are
            drawn) there is not one label per example.
        """
        ...

    def of_classes(self, classes: int) -> Game:
        """Makes the same game, whose fakes are of uniformly drawn classes.

        An example's class comes from its own key. No data are read.

        Args:
          classes: how many there are; the source of the data tells, if no game does.

        Raises:
          ValueError: if samples have no labels, or there are fewer than two classes.
        """
        ...


@runtime_checkable
class Drawn(Protocol):
    """A game that may draw the classes of its fakes by itself."""

    @property
    def drawn_classes(self) -> int:
        """How many there are to draw from; 0 where it draws none."""
        ...


@runtime_checkable
class Walkable(Protocol):
    """A game with ways from one latent to another."""

    def between(self, start: Tree, end: Tree, share: Share) -> Tree:
        """Makes the latents at a share of the way, with the conditions of the start.

        Args:
          start: latents of B examples, as the game's `latent` draws them.
          end: likewise.
          share: 0 is exactly the start, 1 exactly the end.
        """
        ...


@runtime_checkable
class Layered(Protocol):
    """A game whose latents have one part per layer of the generator."""

    def layer_count(self, latent: Tree) -> int:
        """Counts the layers that a latent (or its shapes) has parts for."""
        ...

    def mixed(self, latent: Tree, other: Tree, layers: Sequence[int]) -> Tree:
        """Makes the latent with the parts of some layers from another.

        Args:
          latent: of B examples.
          other: likewise.
          layers: numbers from 0, the coarsest, on.

        Raises:
          ValueError: if there is no such layer.
        """
        ...


@runtime_checkable
class Mapped(Protocol):
    """A game whose latents a network makes of noise, as StyleGAN's mapping does."""

    def noise(self, context: Context) -> Tree:
        """Draws noise, with what it is conditioned on: a `Sample`."""
        ...

    def mapped(self, variables: Variables, noise: Tree, context: Context) -> Tree:
        """Makes latents of it: those that `latent` has when nobody trains.

        Args:
          variables: of the generator.
          noise: as `noise` draws it.
          context: of sampling.
        """
        ...


@runtime_checkable
class Transformable(Protocol):
    """A game whose generator may be told to move, turn or scale what it draws."""

    @property
    def transformable(self) -> bool:
        """Whether it can: a game of this kind may also have another generator."""
        ...

    def transformed(
        self, variables: Variables, matrix: jax.typing.ArrayLike
    ) -> Variables:
        """Makes the generator's variables with which its images are moved.

        Args:
          variables: of the generator.
          matrix: [3, 3], or [B, 3, 3] for B examples, by which the coordinates of the
            image (x to the right, y down, in sides of the image, from its centre) are
            multiplied before the generator looks at them: an image moved by t has the
            translation by -t.

        Raises:
          ValueError: if the generator cannot, or it is no such matrix.
        """
        ...


@runtime_checkable
class Observable(Protocol):
    """A game whose samples hold more than what is like the data."""

    def observed(self, sample: Sample) -> Sample:
        """Takes from a sample, real or fake, the part that is like the data.

        Pictures, files and measures are of that; the discriminator sees all.
        """
        ...


@runtime_checkable
class Chained(Protocol):
    """A game whose samples take many passes of the generator, as denoising does."""

    def sample(self, variables: Variables, context: Context) -> Sample:
        """Draws samples from nothing, one per key of the context.

        Args:
          variables: of the generator.
          context: of sampling. Its batch is not read.
        """
        ...


@runtime_checkable
class Stepped(Protocol):
    """A game whose samples may take more or fewer passes of one trained generator."""

    def in_passes(self, passes: int) -> Game:
        """Makes the same game, whose samples take so many from noise on.

        Raises:
          ValueError: if the generator is not trained for so many.
        """
        ...


@runtime_checkable
class Applicable(Protocol):
    """A game whose generator maps inputs: it translates, restores or enlarges them."""

    def apply(self, variables: Variables, given: Tree, context: Context) -> Sample:
        """Maps a user's own inputs: the value, and beside it what was given.

        Args:
          variables: of the generator: current or averaged.
          given: what to map: a tree of [B, ...] leaves. Their sizes need not be those
            of training, if the generator's layers take others.
          context: of sampling. Its batch is not read; what is drawn, be it noise or
            dropout, comes from its keys [B].
        """
        ...


@runtime_checkable
class Directed(Protocol):
    """A game that can be applied in several directions."""

    @property
    def directions(self) -> tuple[str, ...]:
        """Names them, the one that is taken unless another is asked for first."""
        ...

    def directed(self, direction: str) -> Game:
        """Makes the same game, which is applied in one of them.

        Raises:
          ValueError: if there is no such direction.
        """
        ...


def observed(game: Game, sample: Sample) -> Sample:
    """Takes from a sample of a game what is like the data: mostly all of it."""
    return game.observed(sample) if isinstance(game, Observable) else sample


def is_labelled(game: Game) -> bool:
    """Whether a game's samples are conditioned on class labels."""
    return isinstance(game, Labelled) and game.labelled


def is_transformable(game: Game) -> bool:
    """Whether a game's generator may be told to move what it draws."""
    return isinstance(game, Transformable) and game.transformable


def drawn_classes(game: Game) -> int:
    """How many classes a game draws those of its fakes from; 0 where it draws none."""
    return game.drawn_classes if isinstance(game, Drawn) else 0


def directed(game: Game, direction: str | None = None) -> Game:
    """Makes the game to apply.

    Args:
      game: the one that was trained.
      direction: that is asked for; None asks for nothing.

    Raises:
      ValueError: if there is no such direction, or a game that cannot choose is asked.
    """
    if direction is None:
        return game
    if not isinstance(game, Directed):
        raise ValueError(
            f"direction: saw {direction!r}, wanted none: this {type(game).__name__} "
            "goes one way"
        )
    return game.directed(direction)


def conditioned(game: Game, labels: jax.Array | None = None, classes: int = 0) -> Game:
    """Makes the game to sample with, which reads no data.

    Args:
      game: the one that was trained.
      labels: integers [B] that are asked for; None asks for nothing.
      classes: how many to draw from where labels are not asked for, if any are drawn.

    Raises:
      ValueError: if labels are asked of a game without, or there are no classes to draw
        from.
    """
    if isinstance(game, Labelled) and game.labelled:
        return game.of_classes(classes) if labels is None else game.of_labels(labels)
    if labels is not None:
        raise ValueError(
            f"labels: saw some, wanted none: this {type(game).__name__} is not "
            "conditioned on labels"
        )
    return game
