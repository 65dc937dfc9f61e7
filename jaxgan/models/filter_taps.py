"""The taps of a filter, found in what published files hold of it."""

import numpy as np


def taps_of(name: str, made: np.ndarray) -> tuple[float, ...]:
    """Finds the taps that a filter [N] or [height, width] of sum 1 was made of.

    They are whole numbers where those give the same filter.

    Args:
      name: of the array, for errors.
      made: the filter.

    Raises:
      ValueError: if it is not the product of one row of taps with itself.
    """
    made = np.asarray(made, np.float64)
    row = made if made.ndim == 1 else made.sum(0)
    product = row if made.ndim == 1 else np.multiply.outer(row, row)
    alike = product.shape == made.shape and np.allclose(product, made, atol=1e-6)
    if made.ndim not in (1, 2) or not alike or abs(row.sum() - 1.0) > 1e-4:
        raise ValueError(
            f"{name}: saw another filter, wanted one row of taps times itself, of sum 1"
        )
    counts = row / np.abs(row[np.abs(row) > 1e-6]).min()
    whole = np.round(counts)
    return tuple(map(float, whole if np.allclose(counts, whole, atol=1e-3) else row))


def check_taps(name: str, taps: tuple[float, ...], made: np.ndarray) -> None:
    """Checks that a filter is that of these taps.

    Raises:
      ValueError: if it is another.
    """
    row = np.asarray(taps, np.float64) / sum(taps)
    wanted = row if made.ndim == 1 else np.multiply.outer(row, row)
    if made.shape != wanted.shape or not np.allclose(made, wanted, atol=1e-6):
        raise ValueError(f"{name}: saw another filter, wanted that of the taps {taps}")
