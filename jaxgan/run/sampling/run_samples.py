"""Samples of a stored run, whose compiled functions are kept for the next call."""

from typing import Any, TypedDict, Unpack

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run import pictures
from jaxgan.run.errors import RunError
from jaxgan.run.sampling import labels, preview_grid, sampling_options
from jaxgan.run.sampling.labels import Label
from jaxgan.run.sampling.sampler import Sampler
from jaxgan.run.sampling.stored_run import StoredRun


class SampleOptions(TypedDict, total=False):
    """Names the ways to make samples; each may be left out.

    Attributes:
      truncation: less variety, better samples; what it means is the game's.
      truncation_cutoff: truncate so many of the first layers only.
      passes: of the generator per sample, where a game may take more or fewer.
      noise_layers: add noise in these layers only: '0-3', '2' or 'none'.
      standing_statistics: normalise by statistics of so many batches of samples.
      current: take the current generator, not its running average.
      batch_size: samples per compiled call, 64.
    """

    truncation: float | None
    truncation_cutoff: int | None
    passes: int | None
    noise_layers: str | None
    standing_statistics: int | None
    current: bool
    batch_size: int


class RunSamples:
    """Samples from one checkpoint in any number of ways."""

    def __init__(self, stored: StoredRun):
        self._stored = stored
        self._samplers: dict[tuple[Any, ...], Sampler] = {}

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes that the run was trained on, by number."""
        return labels.class_names(self._stored.experiment)

    def __call__(
        self,
        num: int,
        seed: int = 0,
        label: Label | None = None,
        **options: Unpack[SampleOptions],
    ) -> Sample:
        """Makes samples, as numpy arrays [num, ...].

        Raises:
          RunError: if an argument does not fit the run.
        """
        if num < 1:
            raise RunError(f"num: saw {num}, wanted at least 1")
        numbers = None
        if label is not None:
            known = self._stored.experiment
            numbers = labels.label_numbers(known, label, num)
        draw = self._sampler(**options)
        indices = np.arange(draw.available(num))
        return draw(self._stored.state, seed, indices, numbers)

    def preview(self) -> np.ndarray | None:
        """Draws the samples that the pictures during training show, if they can be."""
        draw = self._sampler()
        grid = preview_grid.grid_of(draw, self._stored.experiment.kind.preview)
        indices = np.arange(grid.num)
        samples = draw(self._stored.state, 0, indices, grid.labels)
        try:
            return self.picture(samples)
        except RunError:  # of another kind than the experiment says
            return None

    def picture(self, sample: Sample) -> np.ndarray:
        """Draws samples in one picture, uint8 [H, W, 3], large enough to see."""
        return pictures.enlarged(self._stored.experiment.kind.picture(sample))

    def _sampler(self, **options: Any) -> Sampler:
        key = tuple(sorted(options.items()))
        if key not in self._samplers:
            self._samplers[key] = self._new_sampler(**options)
        return self._samplers[key]

    def _new_sampler(
        self, truncation: float | None = None, batch_size: int = 64, **options: Any
    ) -> Sampler:
        values = None if truncation is None else [truncation]
        experiment = self._stored.experiment
        chosen = sampling_options.single(experiment, truncation=values, **options)
        return Sampler(experiment, size=batch_size, **chosen)
