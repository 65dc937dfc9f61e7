"""A user's own pictures, brought to the size and channels of a generator's."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxgan.data import image_file
from jaxgan.data.image_layers import decode_layers
from jaxgan.data.source import DataError
from jaxgan.run.application.picture_list import Item
from jaxgan.run.editing.codes import Codes
from jaxgan.run.errors import RunError

LEVELS = 255 / 2


class Fitted(NamedTuple):
    """Holds pictures of one size.

    Attributes:
      images: float32 [B, H, W, C] in [-1, 1].
      names: of their files.
    """

    images: np.ndarray
    names: Sequence[str]


def shape_of(codes: Codes) -> tuple[int, int, int]:
    """Tells what a generator's pictures are like: [H, W, C].

    Raises:
      RunError: if it makes no square pictures, grey or in colours.
    """
    mean = jax.ShapeDtypeStruct((1, *codes.spread.mean.shape), np.float32)
    keys = jax.random.split(jax.random.key(0), 1)

    def made(code: jax.Array) -> Any:
        return codes.generate(codes.variables, codes.like(code), keys)

    shape: Any = getattr(jax.eval_shape(made, mean), "shape", ())
    try:
        _, height, width, channels = shape
    except ValueError:
        height, width, channels = 0, 1, 0
    if height != width or channels not in (1, 3):
        raise RunError(
            f"this generator makes {list(shape[1:])}, wanted square pictures, grey or "
            "coloured"
        )
    return height, width, channels


def read(
    items: Sequence[Item], shape: tuple[int, int, int], say: Callable[[str], None]
) -> Fitted:
    """Reads pictures as training reads them, and says what had to be done.

    The largest square in the middle is taken and resized; transparency is laid over
    white; grey becomes coloured, and colours grey.

    Args:
      items: the files.
      shape: that is wanted, of a square.
      say: prints a line.

    Raises:
      RunError: if one cannot be read.
    """
    images = []
    for item in items:
        try:
            data = item.read()
            layers = decode_layers(data, item.title)
            pixels = image_file.decode(data, item.title, shape[0], shape[2])
        except (DataError, OSError) as error:
            raise RunError(str(error)) from None
        notes = _notes(layers.colours.shape, shape, layers.alpha is not None)
        if notes:
            say(f"{item.title}: {', '.join(notes)}")
        images.append(_in_bounds(pixels))
    return Fitted(np.stack(images), [item.name[-1] for item in items])


def fit(pictures: Any, shape: tuple[int, int, int]) -> np.ndarray:
    """Brings arrays, or Pillow's image or images, to a shape.

    Args:
      pictures: [H, W, C], [B, H, W, C] or [H, W], uint8 or floats in [-1, 1]; an image
        of Pillow's, or a list of any of these.
      shape: that is wanted, of a square.

    Returns:
      float32 [B, H, W, C] in [-1, 1].

    Raises:
      RunError: if they are no pictures.
    """
    if isinstance(pictures, list | tuple):
        if not pictures:
            raise RunError("pictures: saw none, wanted at least one")
        return np.concatenate([fit(one, shape) for one in pictures])
    if hasattr(pictures, "convert"):
        pictures = _over_white(np.asarray(pictures.convert("RGBA")))
    array = np.asarray(pictures)
    floats = np.issubdtype(array.dtype, np.floating)
    try:
        *batch, _, _, channels = array.shape if array.ndim > 2 else (*array.shape, 1)
        stack = array.reshape(-1, *array.shape[len(batch) :][:2], channels)
    except ValueError:
        channels, stack = 0, array
    if channels not in (1, 3) or not stack.size or array.ndim > 4:
        raise RunError(
            f"pictures: saw shape {list(array.shape)}, wanted [H, W, C] or "
            "[B, H, W, C], grey or coloured"
        )
    if not floats and array.dtype != np.uint8:
        raise RunError(f"pictures: saw {array.dtype}, wanted uint8 or floats")
    if floats and not (np.abs(array) <= 1.0).all():
        raise RunError("pictures: saw values outside [-1, 1]")
    if floats and stack.shape[1:] == shape:
        return stack.astype(np.float32)
    levels = np.rint((stack + 1.0) * LEVELS) if floats else stack
    return np.stack([_fit(one, shape) for one in levels.astype(np.uint8)])


def _fit(pixels: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Cuts and resizes bytes [H, W, 1 or 3] as files are."""
    from PIL import Image

    *_, side, channels = shape
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    image = np.asarray(image.convert("L" if channels == 1 else "RGB"))
    image = image.reshape(*image.shape[:2], channels)
    return _in_bounds(image_file.resize(image, side))


def _in_bounds(pixels: np.ndarray) -> np.ndarray:
    """Bytes as float32 in [-1, 1]."""
    return pixels.astype(np.float32) / np.float32(LEVELS) - np.float32(1.0)


def _over_white(layers: np.ndarray) -> np.ndarray:
    """Lays RGBA over white."""
    opacity = layers[..., 3:] / 255.0
    colours = layers[..., :3] * opacity + 255.0 * (1.0 - opacity)
    return np.rint(colours).astype(np.uint8)


def _notes(
    seen: Sequence[int], wanted: tuple[int, int, int], transparent: bool
) -> list[str]:
    height, width, channels = seen
    notes = ["transparency is laid over white"] * transparent
    if height != width:
        short = min(height, width)
        notes.append(f"the middle {short} x {short} of {width} x {height} is taken")
    if min(height, width) != wanted[0]:
        notes.append(f"resized to {wanted[0]} x {wanted[0]}")
    if channels != wanted[2]:
        notes.append("made grey" if wanted[2] == 1 else "grey taken as colours")
    return notes
