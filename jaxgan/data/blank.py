"""Blank images in place of files, for programs that are compiled and never run."""

import contextlib
import contextvars
from collections.abc import Iterator, Sequence

import numpy as np

from jaxgan.data.source import Arrays, arrays

SIZE = 2**20
"""Of every blank source: more than any batch."""

_blank = contextvars.ContextVar("blank", default=False)


@contextlib.contextmanager
def blank() -> Iterator[None]:
    """While it lasts, `folder` and `image_dataset` look at no file.

    They return sources of grey images, of the shape and with the classes that are known
    without files: a folder's images have no labels.
    """
    token = _blank.set(True)
    try:
        yield
    finally:
        _blank.reset(token)


def is_blank() -> bool:
    """Whether files are not to be looked at."""
    return _blank.get()


def blank_images(shape: tuple[int, int, int], classes: Sequence[str] = ()) -> Arrays:
    """Grey images [SIZE, H, W, C] that take no memory, of all classes in turn."""
    values = np.broadcast_to(np.uint8(127), (SIZE, *shape))
    if not classes:
        return arrays(values)
    return arrays(values, np.arange(SIZE, dtype=np.int32) % len(classes), classes)
