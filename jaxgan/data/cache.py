"""Arrays kept between runs, in the user's cache folder."""

import hashlib
import os
import pathlib
import tempfile
import warnings
from collections.abc import Callable, Iterable

import numpy as np


def cache_folder() -> pathlib.Path:
    """$JAXGAN_CACHE, else jaxgan in $XDG_CACHE_HOME, else ~/.cache/jaxgan."""
    if "JAXGAN_CACHE" in os.environ:
        return pathlib.Path(os.environ["JAXGAN_CACHE"])
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(home) / "jaxgan"


def cached_array(
    identity: Iterable[object],
    make: Callable[[], np.ndarray],
    folder: pathlib.Path | None = None,
) -> np.ndarray:
    """The array that `make` makes, memory-mapped from the cache after the first time.

    Args:
      identity: everything the array depends on.
      make: computes it.
      folder: of the cache. If it cannot be written, the array stays in memory.
    """
    digest = hashlib.sha256()
    for part in identity:
        digest.update(repr(part).encode() + b"\0")
    folder = folder or cache_folder() / "images"
    path = folder / f"{digest.hexdigest()[:32]}.npy"
    if path.exists():
        try:
            return np.load(path, mmap_mode="r")
        except (ValueError, OSError) as error:
            warnings.warn(f"{path}: damaged, made again ({error})", stacklevel=2)
    array = make()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            np.save(file, array)
        os.replace(file.name, path)
    except OSError as error:
        warnings.warn(
            f"{folder}: cannot be written, not cached ({error})", stacklevel=2
        )
        return array
    return np.load(path, mmap_mode="r")
