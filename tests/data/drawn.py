"""Files of pictures that tests make."""

import pathlib
import zipfile
import zlib

import numpy as np
from PIL import Image


def picture(seed, height=12, width=10, channels=3):
    """Random bytes [H, W, C]."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, channels), np.uint8)


def save(path: pathlib.Path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(path)
    return pixels


def fill(top, names, **options):
    """Saves random pictures of these names; {name: pixels}."""
    return {
        name: save(top / name, picture(zlib.crc32(str(top / name).encode()), **options))
        for name in names
    }


def zipped(folder, path):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, str(file.relative_to(folder)))
    return path


def as_bytes(values):
    """What was drawn as [-1, 1], as bytes."""
    return np.rint((np.asarray(values) + 1) * 127.5).astype(np.uint8)
