"""Small training pictures, in which the page looks for the nearest one."""

import io
from typing import NamedTuple

import numpy as np

from jaxgan.data.source import DataError
from jaxgan.run.errors import RunError
from jaxgan.run.sampling.real_samples import real_samples
from jaxgan.run.sampling.stored_run import StoredRun

SIDE = 32
"""Pixels, at most, that pictures are brought to by means of squares."""
COLUMNS = 50
AT_ONCE = 250


class TrainingPictures(NamedTuple):
    """Pictures of the data, or why there are none.

    Attributes:
      sheet: a PNG of them, `COLUMNS` in a row, or b''.
      count: how many.
      total: how many the data have.
      square: pixels of a picture, to each side, that became one.
      missing: why there are none; '' if there are.
    """

    sheet: bytes = b""
    count: int = 0
    total: int = 0
    square: int = 1
    missing: str = ""


def of_run(stored: StoredRun, wanted: int) -> TrainingPictures:
    """Reads training pictures, the first that the discriminator saw.

    Args:
      stored: the run.
      wanted: how many; 0 leaves them out.
    """
    if not wanted:
        return TrainingPictures(missing="they were left out")
    source = stored.experiment.data.source
    try:
        total = source.size
        if not total:
            return TrainingPictures(missing="this run has none")
        chosen = np.arange(min(wanted, total))
        values = [
            real_samples(stored.experiment, stored.state, chosen[at : at + AT_ONCE])
            for at in range(0, len(chosen), AT_ONCE)
        ]
    except (DataError, RunError, OSError) as error:
        return TrainingPictures(missing=str(error).splitlines()[0])
    images = np.concatenate([np.asarray(one.value) for one in values])
    square = -(-max(images.shape[1:3]) // SIDE)
    small = shrunk(images, square)
    return TrainingPictures(_png(small), len(small), total, square)


def shrunk(images: np.ndarray, square: int) -> np.ndarray:
    """Means over squares of pictures [N, H, W, C] in [-1, 1], uint8 [N, h, w, C]."""
    count, height, width, channels = images.shape
    height, width = height // square, width // square
    whole = images[:, : height * square, : width * square]
    cells = whole.reshape(count, height, square, width, square, channels)
    means = np.clip(cells.mean((2, 4)), -1.0, 1.0)
    return np.rint((means + 1.0) * 127.5).astype(np.uint8)


def _png(small: np.ndarray) -> bytes:
    from PIL import Image

    count, height, width, channels = small.shape
    rows = -(-count // COLUMNS)
    sheet = np.zeros((rows * COLUMNS, height, width, channels), np.uint8)
    sheet[:count] = small
    sheet = sheet.reshape(rows, COLUMNS, height, width, channels).swapaxes(1, 2)
    sheet = sheet.reshape(rows * height, COLUMNS * width, channels)
    file = io.BytesIO()
    Image.fromarray(sheet[..., 0] if channels == 1 else sheet).save(file, "PNG")
    return file.getvalue()
