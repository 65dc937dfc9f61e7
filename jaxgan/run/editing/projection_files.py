"""What was found of pictures, as files."""

import pathlib
from collections.abc import Iterator, Sequence

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run import pictures
from jaxgan.run.editing import latent_file, tuned_run
from jaxgan.run.editing.editor import Projection
from jaxgan.run.files import output_path
from jaxgan.run.kinds.drawing import walks
from jaxgan.run.sampling.stored_run import StoredRun

RATE = 8.0
"""Pictures of the way per second."""
SIDE = 768
"""Pixels, about, that the picture of all is enlarged to."""


class ProjectionFiles:
    """Writes what was found to a folder."""

    def __init__(self, stored: StoredRun, out: pathlib.Path, video: str = "gif"):
        self._stored, self._out, self._video = stored, out, video

    def write(self, projection: Projection, names: Sequence[str]) -> None:
        """Writes all.

        before_after.png has a row for each picture: itself, the mean, what was found,
        and what the tuned generator makes of it. A tuned run has a file of its own with
        the latents, for it adds its own noise to them.

        Raises:
          RunError: if a file cannot be written.
        """
        found, tuned = projection
        shown = [found.targets, found.before, found.after]
        shown += [tuned.pictures] if tuned else []
        with output_path.written(self._out):
            self._out.mkdir(parents=True, exist_ok=True)
            grid = self._picture(np.stack(shown, axis=1), len(shown))
            path = self._out / "before_after.png"
            pictures.save_png(path, pictures.enlarged(grid, SIDE))
            way = [np.stack([found.targets, one], axis=1) for one in found.frames]
            frames = [self._picture(one, 2) for one in way]
            path = self._out / f"way.{self._video}"
            walks.write_frames(path, [*frames, *frames[-1:] * int(RATE)], RATE)
        path = self._out / "latents.npz"
        latents = latent_file.Latents(found.code, found.noise, names)
        latent_file.write(path, latents, distance=found.distance)
        if tuned is None:
            return
        about = {"pictures": list(names), "distances": tuned.distance.tolist()}
        path = self._out / "tuned"
        tuned_run.write(self._stored, tuned.variables, path, about)
        latents = latents._replace(noise=())
        latent_file.write(path / "latents.npz", latents, distance=tuned.distance)

    def _picture(self, rows: np.ndarray, columns: int) -> np.ndarray:
        """Draws pictures [B, columns, H, W, C] in rows."""
        flat = Sample(rows.reshape(-1, *rows.shape[2:]))
        cells = pictures.singles(flat, self._stored.experiment.kind.picture)
        return pictures.mosaic(np.stack(cells), columns)


def table(projection: Projection, names: Sequence[str], title: str) -> Iterator[str]:
    """Writes how far from each picture the mean is, what was found, and the tuned."""
    found, tuned = projection
    heads = ["the mean", "found", *["tuned"] * (tuned is not None)]
    columns = [found.distance_before, found.distance]
    columns += [tuned.distance] if tuned else []
    width = max(len(title), *map(len, names))
    yield "  ".join([f"{title:{width}}", *(f"{head:>9}" for head in heads)])
    for name, *numbers in zip(names, *columns):
        yield "  ".join([f"{name:{width}}", *(f"{x:9.4f}" for x in numbers)])
