"""The latent space of a run, from Python."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxgan.core.types import Tree
from jaxgan.run.editing import edits, fitted_pictures, latent_directions, tuned_run
from jaxgan.run.editing.codes import Codes
from jaxgan.run.editing.latent_directions import Directions, Method
from jaxgan.run.editing.latent_file import Latents
from jaxgan.run.editing.picture_distance import check_shape, distance_of
from jaxgan.run.editing.pivotal_tuning import Tuned, tuned
from jaxgan.run.editing.projector import Found, Projector, joined
from jaxgan.run.sampling.stored_run import StoredRun


class Projection(NamedTuple):
    """What was found of pictures.

    Attributes:
      found: codes, noise maps, pictures before and after, and distances.
      tuned: the generator that was tuned to them, if that was asked for.
    """

    found: Found
    tuned: Tuned | None = None

    @property
    def latents(self) -> Latents:
        """The latents: of the tuned generator, where there is one, without noise."""
        return Latents(self.found.code, () if self.tuned else self.found.noise)


class Editor:
    """Finds pictures and directions in a run's latent space, and edits.

    Attributes:
      codes: of the run.
    """

    def __init__(self, stored: StoredRun, **options: Any):
        """Computes nothing yet.

        Args:
          stored: the run.
          options: of `Codes`.

        Raises:
          RunError: if latents of this run cannot be edited.
        """
        self._stored, self._options = stored, options
        self.codes = Codes(stored, **options)
        self.directions = functools.lru_cache(self._directions)

    def projector(
        self,
        *,
        steps: int = 1000,
        pivotal: int = 0,
        seed: int = 0,
        every_layer: bool = False,
        weights: Any = None,
        heads: Any = None,
        features: bool = False,
    ) -> "PictureProjector":
        """Gives the function that finds pictures; arguments are those of the command.

        Raises:
          RunError: if there is nothing to see with, or not these pictures, or a number
            is out of range.
        """
        distance = distance_of(weights, heads, features)
        check_shape(distance, fitted_pictures.shape_of(self.codes))
        projector = Projector(self.codes, distance, every_layer=every_layer)
        return PictureProjector(projector, self.codes, steps, pivotal, seed)

    def tuned_to(self, projection: Projection) -> "Editor":
        """Gives the editor of the generator that was tuned to pictures.

        Raises:
          ValueError: if none was.
        """
        if projection.tuned is None:
            raise ValueError("projection: saw no tuned generator, wanted pivotal > 0")
        variables = projection.tuned.variables
        state = tuned_run.with_generator(self._stored.state, variables)
        return Editor(self._stored._replace(state=state), **self._options)

    def edit(
        self,
        direction: int,
        amounts: float | Sequence[float],
        *,
        method: Method = "sefa",
        layers: Sequence[int] | None = None,
        num: int = 1,
        seed: int = 0,
        latents: Latents | None = None,
    ) -> Tree:
        """Makes values of latents that are moved along a direction: see `edits.moved`.

        Returns:
          Values [num, amounts, ...]; [num, ...] of a single amount.

        Raises:
          RunError: if an argument does not fit the run.
        """
        several = np.ndim(amounts) > 0
        each = tuple(np.atleast_1d(np.asarray(amounts, np.float64)).tolist())
        sample = edits.moved(
            self.codes,
            self.directions(method),
            direction,
            each,
            layers,
            seed=seed,
            count=num,
            latents=latents,
        )
        value = np.asarray(sample.value)
        return value.reshape(-1, len(each), *value.shape[1:]) if several else value

    def _directions(self, method: Method = "sefa") -> Directions:
        """Finds directions, by 'sefa' or 'ganspace'."""
        return latent_directions.find(self.codes, method)


class PictureProjector:
    """Finds latents of arrays and Pillow's images, as `jaxgan project` of files."""

    def __init__(
        self, projector: Projector, codes: Codes, steps: int, pivotal: int, seed: int
    ):
        self._projector, self._codes = projector, codes
        self._steps, self._pivotal, self._seed = steps, pivotal, seed

    def __call__(self, pictures: Any) -> Projection:
        """Finds the latents of one picture or several.

        Args:
          pictures: see `fitted_pictures.fit`; of another size they are cut to the
            square in the middle and resized.

        Raises:
          RunError: if they are no pictures.
        """
        shape = fitted_pictures.shape_of(self._codes)
        return self.of(fitted_pictures.fit(pictures, shape))

    @property
    def title(self) -> str:
        """The distance that is made smaller."""
        return self._projector.distance.title

    def of(
        self,
        images: np.ndarray,
        tell: Callable[[int, int], None] = lambda done, total: None,
        at_once: int = 16,
    ) -> Projection:
        """Finds the latents of images [B, H, W, C] of the generator's size.

        Args:
          images: in [-1, 1].
          tell: f(done, total), of all steps.
          at_once: images that are looked for at a time; the generator is tuned to all.

        Raises:
          RunError: if they are of another size, or there are no steps.
        """
        groups = [images[at : at + at_once] for at in range(0, len(images), at_once)]
        total = self._steps * len(groups) + self._pivotal
        parts = []
        for place, group in enumerate(groups):
            before = place * self._steps
            parts.append(
                self._projector(
                    group,
                    steps=self._steps,
                    seed=self._seed,
                    first=place * at_once,
                    tell=lambda done, _, before=before: tell(before + done, total),
                )
            )
        found = joined(parts)
        if not self._pivotal:
            return Projection(found)
        made = tuned(
            self._codes,
            found.code,
            images,
            self._projector.distance,
            steps=self._pivotal,
            tell=lambda done, _: tell(total - self._pivotal + done, total),
        )
        return Projection(found, made)
