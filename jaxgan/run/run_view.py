"""What a notebook shows of a run: a line about it, and some samples."""

import html
from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxgan.diagnosis import names
from jaxgan.run import notebook, pictures, progress
from jaxgan.run.sampling import preview_grid
from jaxgan.run.sampling.sampler import Sampler
from jaxgan.run.sampling.stored_run import StoredRun


def heading(stored: StoredRun, rows: Sequence[dict[str, Any]]) -> str:
    """Writes what a run is, and its losses up to its checkpoint, as HTML."""
    rows = [row for row in rows if row["step"] <= stored.step]
    logged = [row for row in rows if any(name in row for name in names.LOSSES)]
    about = [f"step {stored.step:,}", *map(progress.losses, logged[-1:])]
    title = html.escape(f"{stored.directory}: {stored.name}")
    return f"<div><b>{title}</b> {' · '.join(about)}</div>"


def samples(stored: StoredRun, draw: Sampler) -> str:
    """Draws the samples that training draws, as HTML."""
    kind = stored.experiment.kind
    grid = preview_grid.grid_of(draw, kind.preview)
    sample = draw(stored.state, 0, np.arange(grid.num), grid.labels)
    return notebook.image(pictures.enlarged(kind.picture(sample)))
