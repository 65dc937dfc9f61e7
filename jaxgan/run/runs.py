"""Runs from Python: load one, sample from it, look at it, measure it.

run = jaxgan.load("runs/digits")
images = run.sample(16, seed=7)
"""

import functools
import os
import pathlib
from typing import Any, TypedDict, Unpack

import numpy as np
from PIL import Image

from jaxgan.core.types import Sample, State, Tree
from jaxgan.run import pictures, run_view
from jaxgan.run.devices.xla import set_up_xla
from jaxgan.run.diagnosis import stored_diagnosis
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.sampling import labels, sampling_options, stored_run


class SampleOptions(TypedDict, total=False):
    """How samples are made; all of it may be left out.

    Attributes:
      truncation: less variety, better samples; what it means is the game's.
      truncation_cutoff: truncate so many of the first layers only.
      standing_statistics: normalise by statistics of so many batches of samples.
      current: take the current generator, not its running average.
      batch_size: samples per compiled call, 64.
    """

    truncation: float | None
    truncation_cutoff: int | None
    standing_statistics: int | None
    current: bool
    batch_size: int


class Run:
    """A trained run, with one of its checkpoints.

    Attributes:
      directory: its folder.
      name: of the experiment.
      experiment: rebuilt from the copy in the folder.
      config: an instance of the experiment's Config.
      step: of the checkpoint.
      state: of the checkpoint, on one device: `state.ema` are the averaged generator's
        variables.
    """

    def __init__(self, stored: stored_run.StoredRun, seed: int | None):
        """Wraps a run that was read from disk; `load` does that.

        Args:
          stored: the run.
          seed: which it is of several that were trained side by side; None if alone.
        """
        self._stored, self._seed = stored, seed
        self._samplers: dict[tuple[Any, ...], Any] = {}
        self.directory: pathlib.Path = stored.directory
        self.name: str = stored.name
        self.experiment: Experiment = stored.experiment
        self.config: Any = stored.config
        self.step: int = stored.step
        self.state: State = stored.state

    def sample(
        self,
        num: int = 64,
        *,
        seed: int = 0,
        label: str | int | list[int] | np.ndarray | None = None,
        **options: Unpack[SampleOptions],
    ) -> Tree:
        """Samples values, as numpy arrays [num, ...].

        Images are float32 [num, H, W, C] in [-1, 1], points [num, 2]. Sample i depends
        on the seed and i alone: more samples begin with the same ones.

        Args:
          num: how many.
          seed: of the samples; the run's own seed plays no part.
          label: the name or number of one class for all, or numbers [num]; by default
            of classes drawn uniformly.
          options: see `SampleOptions`.

        Raises:
          RunError: if an argument does not fit the run.
        """
        return self.generate(num, seed=seed, label=label, **options).value

    def generate(
        self,
        num: int = 64,
        *,
        seed: int = 0,
        label: str | int | list[int] | np.ndarray | None = None,
        **options: Unpack[SampleOptions],
    ) -> Sample:
        """Samples values with what they are conditioned on; arguments as of `sample`.

        Raises:
          RunError: if an argument does not fit the run.
        """
        if num < 1:
            raise RunError(f"num: saw {num}, wanted at least 1")
        numbers = None
        if label is not None:
            numbers = np.resize(labels.label_numbers(self.experiment, label), num)
        draw = self._sampler(**options)
        return draw(self.state, seed, np.arange(num), numbers)

    def _sampler(self, **options: Any) -> Any:
        """Makes a sampler, whose functions are compiled once."""
        key = tuple(sorted(options.items()))
        if key not in self._samplers:
            size = options.pop("batch_size", 64)
            truncation = options.pop("truncation", None)
            values = None if truncation is None else [truncation]
            chosen = sampling_options.single(
                self.experiment, truncation=values, **options
            )
            self._samplers[key] = self._stored.sampler(size=size, **chosen)
        return self._samplers[key]

    def picture(
        self,
        num: int = 64,
        *,
        seed: int = 0,
        label: str | int | list[int] | np.ndarray | None = None,
        **options: Unpack[SampleOptions],
    ) -> Image.Image:
        """Draws samples in one picture, as `jaxgan sample` does; arguments as of it.

        Raises:
          RunError: if an argument does not fit the run.
        """
        sample = self.generate(num, seed=seed, label=label, **options)
        drawn = self.experiment.kind.picture(sample)
        return Image.fromarray(pictures.enlarged(drawn))

    def metrics(self) -> list[dict[str, Any]]:
        """Reads the rows of metrics.jsonl: `step`, and numbers by name.

        Names are those of `jaxgan/run/README.md`.
        """
        return stored_diagnosis.rows(self.directory, self._seed)

    def diagnose(self) -> stored_diagnosis.Diagnosis:
        """Says what is wrong with the run, why, and what to try.

        Returns:
          Its `verdict` is one line; each of its `findings` has `name`, `evidence` and
          `advice`.

        Raises:
          RunError: if it was not trained here.
        """
        found = stored_diagnosis.diagnoses(self.directory)
        return found["" if self._seed is None else str(self._seed)]

    def evaluate(
        self,
        *metrics: str,
        num: int = 2000,
        seed: int = 0,
        split: str | None = None,
        real: str | os.PathLike[str] | None = None,
        weights: str | os.PathLike[str] | None = None,
        extractor: str | None = None,
        **options: Unpack[SampleOptions],
    ) -> dict[str, float]:
        """Measures samples as `jaxgan evaluate` does, and keeps what it found.

        Args:
          metrics: like 'fid'; by default all of the kind of data, and what the
            experiment measures itself.
          num: how many real and generated examples.
          seed: of the samples, and of which real examples are seen.
          split: of the run's data: 'train' (default), 'held_out', or as they call it.
          real: a folder of examples to compare with, instead.
          weights: file of the Inception network's weights.
          extractor: 'classifier' or 'inception', which see images.
          options: see `SampleOptions`.

        Returns:
          Numbers by their full names, such as 'FID (classifier)'; their protocol is in
          the run's evaluations.jsonl.

        Raises:
          RunError: if a measure or an argument does not fit the run.
        """
        from jaxgan.run.evaluation import stored_evaluation

        chosen: dict[str, Any] = {"batch_size": 64, **options}
        chosen["ema"] = not chosen.pop("current", False)
        return stored_evaluation.figures(
            self._stored,
            metrics,
            num,
            seed,
            extractor=extractor,
            weights=None if weights is None else pathlib.Path(weights),
            folder=None if real is None else pathlib.Path(real),
            split=split,
            **chosen,
        )

    def __repr__(self) -> str:
        seed = "" if self._seed is None else f", seed={self._seed}"
        return f"<jaxgan.Run {self.directory}: {self.name}, step={self.step}{seed}>"

    def _repr_html_(self) -> str:
        """Shows a notebook what the run is, its losses, and some samples."""
        return f"{run_view.heading(self._stored, self.metrics())}{self._preview}"

    @functools.cached_property
    def _preview(self) -> str:
        return run_view.samples(self._stored, self._sampler())


def load(
    run: str | os.PathLike[str], *, step: int | None = None, seed: int | None = None
) -> Run:
    """Loads a run, to sample from it and to look at it.

    Args:
      run: its folder.
      step: of the checkpoint; by default the newest that can be read.
      seed: which of several runs that were trained side by side; by default the first.

    Raises:
      RunError: if there is no such run, checkpoint or seed.
    """
    set_up_xla()
    stored = stored_run.load(pathlib.Path(run), step, seed)
    return Run(stored, _seed_of(stored))


def _seed_of(stored: stored_run.StoredRun) -> int | None:
    from jaxgan.run.evaluation import stored_evaluation

    return stored_evaluation.seed_of(stored)
