"""Luma and chroma of pictures, by BT.601 in the range of studios."""

import numpy as np

from jaxgan.evaluation import checks

FORWARD = np.array(
    [
        [65.481, -37.797, 112.0],
        [128.553, -74.203, -93.786],
        [24.966, 112.0, -18.214],
    ]
)
"""From (R, G, B) in [0, 1] to (Y, Cb, Cr) in bytes, less `OFFSET`."""

OFFSET = np.array([16.0, 128.0, 128.0])

BACKWARD = np.array(
    [
        [0.00456621, 0.00456621, 0.00456621],
        [0.0, -0.00153632, 0.00791071],
        [0.00625893, -0.00318811, 0.0],
    ]
)
"""From (Y, Cb, Cr) in bytes to (R, G, B) in [0, 1], less `BLACK`: MATLAB's digits."""

BLACK = np.array([-222.921, 135.576, -276.836]) / 255.0


def rgb_to_ycbcr(images) -> np.ndarray:
    """Converts colours to Y in [16, 235], Cb and Cr in [16, 240], all over 255.

    Y = 16 + 65.481 R + 128.553 G + 24.966 B, for R, G, B in [0, 1]: BT.601, as MATLAB's
    `rgb2ycbcr` has it. JPEG's Y has another range and other weights.

    Args:
      images: [..., 3]; bytes, which give bytes, rounded, or numbers in [0, 1], which
        give numbers of their type.

    Raises:
      ValueError: if the last axis is not 3, or numbers are not finite.
    """
    images = _colors(images)
    return _like(images, (_unit(images) @ FORWARD + OFFSET) / 255.0)


def luma(images) -> np.ndarray:
    """Converts colours [..., 3] to Y [..., 1] alone, as `rgb_to_ycbcr` does.

    Raises:
      ValueError: if the last axis is not 3, or numbers are not finite.
    """
    images = _colors(images)
    return _like(images, (_unit(images) @ FORWARD[:, :1] + OFFSET[:1]) / 255.0)


def ycbcr_to_rgb(images) -> np.ndarray:
    """Converts Y, Cb and Cr, as `rgb_to_ycbcr` gives them, to R, G and B.

    MATLAB's inverse has six digits: the way there and back moves a colour by less than
    1e-4. Bytes are rounded and clipped (official Python code lets them wrap).

    Args:
      images: [..., 3], bytes or numbers in [0, 1].

    Raises:
      ValueError: if the last axis is not 3, or numbers are not finite.
    """
    images = _colors(images)
    return _like(images, 255.0 * _unit(images) @ BACKWARD + BLACK)


def _colors(images) -> np.ndarray:
    array = checks.numeric("images", images)
    if array.shape[-1:] != (3,):
        raise ValueError(f"images: saw shape {array.shape}, wanted [..., 3]")
    return array


def _unit(images: np.ndarray) -> np.ndarray:
    unit = 255.0 if images.dtype == np.uint8 else 1.0
    return images.astype(np.float64) / unit


def _like(images: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Numbers over 255 in the type of the images."""
    if images.dtype == np.uint8:
        return np.clip(np.round(255.0 * numbers), 0, 255).astype(np.uint8)
    return numbers.astype(images.dtype if images.dtype.kind == "f" else np.float64)
