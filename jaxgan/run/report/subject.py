"""A stored run as the sections of its report look at it."""

import functools
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from jaxgan.core.types import Game, Sample, State
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import run_directory
from jaxgan.run.kinds import Kind
from jaxgan.run.sampling import interpolation, stored_run
from jaxgan.run.sampling.real_samples import real_samples
from jaxgan.run.sampling.sampler import Sampler

BATCH = 16
"""Samples at once: little memory, for the run may be training beside."""


class StoredSubject:
    """A `kinds.Subject` on disk; what it compiles it compiles once.

    Attributes:
      experiment: of the run.
      sampler: of batches of `BATCH`.
      steps: of all checkpoints.
      memory: what sections keep from one refresh of a live page to the next.
    """

    def __init__(self, directory: pathlib.Path, steps: Sequence[int]):
        """Loads the newest checkpoint.

        Raises:
          RunError: if it cannot be read.
        """
        self._loaded = stored_run.load(directory)
        self.experiment: Experiment = self._loaded.experiment
        self.sampler: Sampler = self._loaded.sampler(size=BATCH)
        self.steps = steps
        self.memory = _memory(directory.absolute())

    @property
    def kind(self) -> Kind:
        """The kind of its data."""
        return self.experiment.kind

    @property
    def game(self) -> Game:
        """The wiring."""
        return self.experiment.game

    @property
    def step(self) -> int:
        """The step of the newest checkpoint."""
        return self._loaded.step

    def state(self, step: int | None = None) -> State:
        """Reads a checkpoint, by default the newest.

        Raises:
          RunError: if it is not there any more.
        """
        if step in (None, self.step):
            return self._loaded.state
        return stored_run.load(self._loaded.directory, step).state

    def samples(self, num: int, step: int | None = None) -> Sample:
        """Generates the first samples of seed 0. Raises as `state`."""
        indices = np.arange(self.sampler.available(num))
        return self.sampler(self.state(step), 0, indices)

    def examples(self, num: int) -> Sample:
        """Reads the first real examples, as the discriminator is shown them."""
        return real_samples(self.experiment, self.state(), np.arange(num))

    @property
    def drawn(self) -> np.ndarray | None:
        """The real examples that training has drawn, uint8 [H, W, 3], if any."""
        path = self._loaded.directory / run_directory.SAMPLES / "real.png"
        if not path.is_file():
            return None
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))

    def walk(self, start: int, end: int, frames: int) -> Sample:
        """Walks from one sample of seed 0 to another: `frames` + 1 samples.

        Raises:
          RunError: if the game has no latent to walk through.
        """
        ends = (start, end)
        return interpolation.interpolate(self.sampler, self.state(), 0, ends, frames)


@functools.lru_cache(maxsize=1)
def _memory(directory: pathlib.Path) -> dict[str, Any]:
    del directory
    return {}
