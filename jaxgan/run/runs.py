"""Runs from Python: load one, sample from it, look at it, measure it.

run = jaxgan.load("runs/digits")
images = run.sample(16, seed=7)
"""

import functools
import os
import pathlib
from typing import TYPE_CHECKING, Any, Unpack

from PIL import Image

from jaxgan.core.types import Sample, State, Tree
from jaxgan.run import notebook
from jaxgan.run.devices.xla import set_up_xla
from jaxgan.run.errors import warn
from jaxgan.run.files import metrics_log
from jaxgan.run.sampling import stored_run
from jaxgan.run.sampling.run_samples import Label, RunSamples, SampleOptions

if TYPE_CHECKING:
    from jaxgan.diagnosis.diagnose import Diagnosis
    from jaxgan.run.application.picture_function import PictureFunction
    from jaxgan.run.editing.editor import Editor


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

    def __init__(self, stored: stored_run.StoredRun):
        """Wraps a run that was read from disk; `load` does that."""
        self._stored, self._samples = stored, RunSamples(stored)
        self.directory: pathlib.Path = stored.directory
        self.name: str = stored.name
        self.experiment = stored.experiment
        self.config: Any = stored.config
        self.step: int = stored.step
        self.state: State = stored.state

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes that it was trained on, by number; () without labels."""
        return self._samples.classes

    def sample(
        self,
        num: int = 64,
        *,
        seed: int = 0,
        label: Label | None = None,
        **options: Unpack[SampleOptions],
    ) -> Tree:
        """Samples values, as numpy arrays [num, ...].

        Images are float32 [num, H, W, C] in [-1, 1], points [num, 2]. Sample i depends
        on the seed and i alone: more samples begin with the same ones.

        Args:
          num: how many.
          seed: of the samples; the run's own seed plays no part.
          label: the name or number of one class for all, or those of each [num]; by
            default of classes drawn uniformly.
          options: see `SampleOptions`.

        Raises:
          RunError: if an argument does not fit the run.
        """
        return self._samples(num, seed, label, **options).value

    def generate(
        self,
        num: int = 64,
        *,
        seed: int = 0,
        label: Label | None = None,
        **options: Unpack[SampleOptions],
    ) -> Sample:
        """Samples values with what they are conditioned on; arguments as of `sample`.

        Raises:
          RunError: if an argument does not fit the run.
        """
        return self._samples(num, seed, label, **options)

    def picture(
        self,
        num: int = 64,
        *,
        seed: int = 0,
        label: Label | None = None,
        **options: Unpack[SampleOptions],
    ) -> Image.Image:
        """Draws samples in one picture, as `jaxgan sample` does; arguments as of it.

        Raises:
          RunError: if an argument does not fit the run.
        """
        sample = self._samples(num, seed, label, **options)
        return Image.fromarray(self._samples.picture(sample))

    def apply(
        self,
        *,
        direction: str | None = None,
        tile: int | None = None,
        overlap: int | None = None,
        seed: int = 0,
        current: bool = False,
    ) -> "PictureFunction":
        """Gives the function that makes pictures of pictures, of any size.

            enlarged = run.apply()(Image.open("small.png"))

        Args:
          direction: of a run that maps both ways: 'x_to_y' or 'y_to_x'.
          tile: go through pictures in squares of so many pixels; by default they are
            mapped whole, as long as there is memory for it.
          overlap: pixels of neighbouring squares that are blended; by default a quarter
            of a square, at most 32.
          seed: of what is drawn, such as dropout.
          current: take the current generator, not its running average.

        Raises:
          RunError: if the run makes no pictures of pictures, or an argument does not
            fit it.
        """
        from jaxgan.run.application.picture_function import PictureFunction

        return PictureFunction(
            self.experiment,
            self.state,
            direction=direction,
            ema=not current,
            seed=seed,
            tile=tile,
            overlap=overlap,
            say=warn,
        )

    def editor(self, *, label: Label | None = None, current: bool = False) -> "Editor":
        """Gives what finds pictures and directions in the latent space, and edits.

        Args:
          label: name or number of the class of all, where the run is conditioned.
          current: take the current generator, not its running average.

        Raises:
          RunError: if the run has no latents to edit.
        """
        from jaxgan.run.editing.editor import Editor

        return Editor(self._stored, label=label, current=current)

    def metrics(self) -> list[dict[str, Any]]:
        """Reads the rows of metrics.jsonl: `step`, and numbers by name.

        Names are those of `jaxgan/run/README.md`. Of several seeds that were trained
        side by side they are this run's.
        """
        path = self.directory / metrics_log.METRICS
        return metrics_log.read_rows(path, self._stored.seed)

    def diagnose(self) -> "Diagnosis":
        """Says what is wrong with the run, why, and what to try.

        Returns:
          Its `verdict` is one line; each of its `findings` has `name`, `evidence` and
          `advice`.
        """
        from jaxgan.run.diagnosis import stored_diagnosis

        seed = "" if self._stored.seed is None else str(self._stored.seed)
        return stored_diagnosis.diagnoses(self.directory)[seed]

    def evaluate(
        self,
        *metrics: str,
        num: int = 2000,
        seed: int = 0,
        split: str | None = None,
        real: str | os.PathLike[str] | None = None,
        extractor: str | None = None,
        weights: str | os.PathLike[str] | None = None,
        **options: Unpack[SampleOptions],
    ) -> dict[str, float]:
        """Measures samples as `jaxgan evaluate` does, and keeps what it finds.

        Args:
          metrics: like 'fid'; by default all of the kind of data, and what the
            experiment measures itself.
          num: how many real and generated examples.
          seed: of the samples, and of which real examples are seen.
          split: of the run's data: 'train' (default), 'held_out', or as they call it.
          real: a folder of examples to compare with, instead.
          extractor: 'classifier' or 'inception', which see images.
          weights: file of the Inception network's weights.
          options: see `SampleOptions`.

        Returns:
          Numbers by their full names, such as 'FID (classifier)'; their protocol is in
          the run's evaluations.jsonl.

        Raises:
          RunError: if a measure or an argument does not fit the run.
        """
        from jaxgan.run.evaluation.scores import scores

        return scores(
            self._stored,
            metrics,
            num=num,
            seed=seed,
            split=split,
            real=real,
            extractor=extractor,
            weights=weights,
            **options,
        )

    def __repr__(self) -> str:
        seed = self._stored.seed
        name = f"{self.name}, step={self.step}"
        name += "" if seed is None else f", seed={seed}"
        return f"<jaxgan.Run {self.directory}: {name}>"

    def _repr_html_(self) -> str:
        """Shows a notebook what the run is, its losses, and some samples."""
        latest: dict[str, Any] = {}
        for row in self.metrics():
            latest |= row if row["step"] <= self.step else {}
        title = f"{self.directory}: {self.name}"
        return notebook.summary(title, self.step, latest, self._preview)

    @functools.cached_property
    def _preview(self) -> str:
        picture = self._samples.preview()
        return "" if picture is None else notebook.image(picture)


def load(
    run: str | os.PathLike[str],
    *,
    step: int | None = None,
    seed: int | None = None,
    trust: bool = False,
) -> Run:
    """Loads a run, to sample from it and to look at it.

    Its folder holds a program, the copy of its experiment, which is run.

    Args:
      run: its folder.
      step: of the checkpoint; by default the newest that can be read.
      seed: which of several runs that were trained side by side; by default the first.
      trust: run the program of a run that was not trained or imported here, and
        remember it.

    Raises:
      RunError: if there is no such run, checkpoint or seed; or if its program is not
        known and not trusted.
    """
    set_up_xla()
    return Run(stored_run.load(pathlib.Path(run), step, seed, trust=trust))


def apply(run: str | os.PathLike[str] | Run, **options: Any) -> "PictureFunction":
    """Gives the function of a run that makes pictures of pictures.

        enlarged = jaxgan.apply("runs/esrgan_folder")(Image.open("small.png"))

    Args:
      run: its folder, or the run itself.
      options: of `Run.apply`.

    Raises:
      RunError: if there is no such run, or it makes no pictures of pictures.
    """
    loaded = run if isinstance(run, Run) else load(run)
    return loaded.apply(**options)
