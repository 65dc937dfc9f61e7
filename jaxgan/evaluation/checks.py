"""What the metrics refuse, before they compute anything."""

import math
import numbers

import numpy as np


def features(name: str, value, least: int = 1) -> np.ndarray:
    """A finite array [N, D] with enough rows.

    Raises:
      ValueError: naming the argument, if it is not.
    """
    array = numeric(name, value)
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(f"{name}: saw shape {array.shape}, wanted [N, D]")
    return _enough(name, array, least)


def pair(real, fake, least: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Two sets of features of the same width.

    Raises:
      ValueError: naming the set, if one cannot be used or they do not fit.
    """
    real, fake = features("real", real, least), features("fake", fake, least)
    if real.shape[1] != fake.shape[1]:
        raise ValueError(
            f"fake: saw shape {fake.shape}, wanted [N, {real.shape[1]}] as `real` has"
        )
    return real, fake


def flat(name: str, value, least: int = 1) -> np.ndarray:
    """Any finite array [N, ...], as rows [N, D].

    Raises:
      ValueError: naming the argument, if it is not.
    """
    array = numeric(name, value)
    if array.ndim < 2 or 0 in array.shape:
        raise ValueError(f"{name}: saw shape {array.shape}, wanted [N, ...]")
    return _enough(name, array.reshape(len(array), -1), least)


def images(name: str, value, least: int = 1) -> np.ndarray:
    """Finite images [N, H, W, C].

    Raises:
      ValueError: naming the argument, if it is not.
    """
    array = numeric(name, value)
    if array.ndim != 4 or 0 in array.shape:
        raise ValueError(f"{name}: saw shape {array.shape}, wanted [N, H, W, C]")
    return _enough(name, array, least)


def image_pairs(first, second) -> tuple[np.ndarray, np.ndarray]:
    """Two sets of images of the same shape.

    Raises:
      ValueError: naming the set, if one cannot be used or they do not fit.
    """
    first, second = images("first", first), images("second", second)
    if first.shape != second.shape:
        raise ValueError(
            f"second: saw shape {second.shape}, wanted {first.shape} as `first` has"
        )
    return first, second


def count(name: str, value, least: int = 1) -> int:
    """An integer that is large enough.

    Raises:
      ValueError: naming the argument, if it is not.
    """
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or int(value) < least:
        raise ValueError(f"{name}: saw {value!r}, wanted an integer, at least {least}")
    return int(value)


def bounds(value) -> tuple[float, float]:
    """The darkest and the brightest value of a pixel.

    Raises:
      ValueError: if the first is not below the second, or one is not finite.
    """
    low, high = map(float, value)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(
            f"bounds: saw {value}, wanted a finite (low, high), low < high"
        )
    return low, high


def within(name: str, array: np.ndarray, low: float, high: float) -> None:
    """Checks that all values lie in an interval, to a thousandth of its length.

    Raises:
      ValueError: naming the argument, if one does not.
    """
    least, most, slack = float(array.min()), float(array.max()), 1e-3 * (high - low)
    if least < low - slack or most > high + slack:
        raise ValueError(
            f"{name}: saw values from {least:g} to {most:g}, "
            f"wanted them in [{low:g}, {high:g}]"
        )


def numeric(name: str, value) -> np.ndarray:
    """An array of finite real numbers.

    Raises:
      ValueError: naming the argument and the first bad index, if it is not.
    """
    array = np.asarray(value)
    if array.dtype.name in ("float16", "bfloat16"):
        array = array.astype(np.float32)  # numpy itself knows no bfloat16
    if array.dtype.kind not in "uif":
        raise ValueError(f"{name}: saw dtype {array.dtype}, wanted real numbers")
    if array.dtype.kind == "f":
        _check_finite(name, array)
    return array


def _check_finite(name: str, array: np.ndarray) -> None:
    for start in range(0, len(array) if array.ndim else 0, 1024):
        bad = np.argwhere(~np.isfinite(array[start : start + 1024]))
        if len(bad):
            index = (int(bad[0, 0]) + start, *map(int, bad[0, 1:]))
            raise ValueError(
                f"{name}: saw {array[index]} at index {index}, wanted finite numbers"
            )


def _enough(name: str, array: np.ndarray, least: int) -> np.ndarray:
    if len(array) < least:
        raise ValueError(f"{name}: saw {len(array)} samples, wanted at least {least}")
    return array
