"""Hands in the latent space, each as one call."""

import os
from typing import TYPE_CHECKING, Any

from jaxgan.core.types import Tree
from jaxgan.run.runs import Run, load
from jaxgan.run.sampling.labels import Label

if TYPE_CHECKING:
    from jaxgan.run.editing.editor import Editor, PictureProjector
    from jaxgan.run.editing.latent_directions import Directions

AnyRun = str | os.PathLike[str] | Run


def project(
    run: AnyRun, *, label: Label | None = None, current: bool = False, **options: Any
) -> "PictureProjector":
    """Gives the function that finds pictures in the latent space of a run.

        projection = jaxgan.project("runs/faces")(Image.open("me.png"))
        print(projection.found.distance_before, projection.found.distance)

    Args:
      run: its folder, or the run itself.
      label: name or number of the class of the pictures, where it is conditioned.
      current: take the current generator, not its running average.
      options: of `Editor.projector`.

    Raises:
      RunError: if there is no such run, or it has no latents to look through.
    """
    return _editor(run, label=label, current=current).projector(**options)


def directions(
    run: AnyRun,
    method: str = "sefa",
    *,
    label: Label | None = None,
    current: bool = False,
) -> "Directions":
    """Finds the directions along which samples of a run change most.

    Args:
      run: its folder, or the run itself.
      method: 'sefa' or 'ganspace'.
      label: of the samples, where the run is conditioned.
      current: take the current generator, not its running average.

    Raises:
      RunError: if there is no such run or method, or it has no latents.
    """
    return _editor(run, label=label, current=current).directions(method)


def edit(
    run: AnyRun,
    direction: int,
    amounts: Any = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0),
    *,
    label: Label | None = None,
    current: bool = False,
    **options: Any,
) -> Tree:
    """Makes values of latents that are moved along a direction.

        strip = jaxgan.edit("runs/faces", 3, [-3, 0, 3], layers=range(6), seed=7)

    Args:
      run: its folder, or the run itself.
      direction: its number.
      amounts: in standard deviations of latents: one, or several.
      label: of the samples, where the run is conditioned.
      current: take the current generator, not its running average.
      options: of `Editor.edit`.

    Returns:
      Values [num, amounts, ...]; [num, ...] of one amount.

    Raises:
      RunError: if there is no such run, direction or layer.
    """
    return _editor(run, label=label, current=current).edit(
        direction, amounts, **options
    )


def _editor(run: AnyRun, **options: Any) -> "Editor":
    loaded = run if isinstance(run, Run) else load(run)
    return loaded.editor(**options)
