"""Small videos to read."""

import numpy as np
from PIL import Image


def film(frames, size=16, seed=0, channels=3):
    """Noise [T, size, size, channels], bytes."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (frames, size, size, channels)).astype(np.uint8)


def pictures(values):
    return [Image.fromarray(x[..., 0] if x.shape[-1] == 1 else x) for x in values]


def write(path, values, **options):
    """Writes frames without loss: NAME.png (APNG), .webp, or .gif of few colours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    first, *rest = pictures(values)
    if path.suffix == ".webp":
        options |= {"lossless": True}
    first.save(path, save_all=True, append_images=rest, **options)
    return path


def write_frames(folder, values, name="{:d}.png"):
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(pictures(values)):
        one.save(folder / name.format(number))
    return folder
