"""The pictures of a run under way: the same latents, drawn again and again."""

import pathlib
from collections.abc import Sequence

import jax
import numpy as np

from jaxgan.core.types import State, Tree
from jaxgan.run import pictures
from jaxgan.run.devices import seed_axis
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import provenance, run_directory
from jaxgan.run.files.metrics_log import Records, Silence
from jaxgan.run.sampling import preview_grid, real_samples, sampler

MOVING = "moving.webp"
"""The newest samples, of kinds whose examples move."""


def check(experiment: Experiment, state: State, batch: Tree) -> None:
    """Checks that the kind of data can draw what there is; only shapes are looked at.

    Args:
      experiment: of one run.
      state: its shapes.
      batch: of its data.

    Raises:
      RunError: if it cannot.
    """
    shapes = real_samples.real_shapes(experiment, state, batch)
    one = jax.tree.map(lambda x: np.zeros((1, *x.shape[1:]), x.dtype), shapes)
    try:
        experiment.kind.picture(one)
    except RunError:
        raise
    except Exception:  # it may not like zeros
        return


class Previews:
    """Draws samples of the averaged generator of every run, in files and in the logs.

    What the experiment measures itself is told with them.
    """

    def __init__(
        self,
        experiment: Experiment,
        run: pathlib.Path,
        seeds: Sequence[int],
        records: Records | Silence,
        state: State,
        frozen: Tree = (),
    ):
        """Draws real examples, once in a run, beside the samples.

        Args:
          experiment: of the first seed.
          run: the run's folder.
          seeds: of the runs side by side.
          records: where pictures and measures go.
          state: any state of all runs, on this process's devices.
          frozen: networks of the experiment by name, there too.
        """
        self._experiment, self._records, self._seeds = experiment, records, seeds
        self._run = run
        self._folders = run_directory.sample_folders(run, seeds)
        self._frozen = frozen
        self._sampler = sampler.Sampler(experiment, frozen=frozen)
        first = seed_axis.member(state, 0, len(seeds))
        self._grid = preview_grid.grid_of(self._sampler, experiment.kind.preview)
        self._step: int | None = None
        self._draw_real(run / run_directory.SAMPLES / "real.png", first)

    def _draw_real(self, path: pathlib.Path, state: State) -> None:
        if path.exists():
            return
        indices = np.arange(self._grid.num)
        real = real_samples.real_samples(self._experiment, state, indices, self._frozen)
        picture = self._experiment.kind.picture(real)
        pictures.save_png(path, pictures.enlarged(picture))

    def compile(self, state: State) -> None:
        """Compiles what draws states that are like this one, of all runs."""
        member = seed_axis.member(state, 0, len(self._seeds))
        self._sampler.compile(member, np.arange(self._grid.num), self._grid.labels)

    def is_drawn(self, step: int) -> bool:
        """Tells whether there is a picture of a step."""
        return self._step == step

    def draw(self, step: int, state: State) -> None:
        """Draws a state of all runs, which lies on this process's devices."""
        run_directory.check_there(self._run)
        measures, count = [], len(self._seeds)
        for place, folder in enumerate(self._folders):
            member = seed_axis.member(state, place, count)
            shown = preview_grid.samples(self._sampler, self._grid, member)
            picture = preview_grid.picture(self._experiment, member, shown)
            path = folder / f"step_{step:08d}.png"
            pictures.save_png(path, picture)
            seed = self._seeds[place] if count > 1 else None
            origin = provenance.of_training(self._run, step, seed)
            provenance.mark(path, origin)
            if self._experiment.kind.moving:
                self._experiment.kind.play(folder / MOVING, shown)
                provenance.mark(folder / MOVING, origin)
            if not place:
                self._records.picture(step, picture)
            measures.append(self._experiment.measure(member))
        self._records.measured(step, measures)
        self._step = step
