"""The handwritten digits that ship with scikit-learn: data that is always there."""

import numpy as np

from jaxgan.data.source import Arrays, arrays, check_count


def digits(size: int = 8) -> Arrays:
    """1,797 handwritten digits, 8×8, one channel, labelled '0' to '9'.

    The test set of Alpaydin and Kaynak's 1998 'Optical Recognition of Handwritten
    Digits' (UCI), as scikit-learn ships it: grey values 0 to 16, here [-1, 1].

    Args:
      size: pixels per side; other than 8, images are resized by Lanczos' filter.

    Raises:
      DataError: if the size is not a positive integer.
    """
    from sklearn import datasets

    check_count("size", size, 1)
    flat, labels = datasets.load_digits(return_X_y=True)
    values = np.asarray(flat, np.float32).reshape(-1, 8, 8)
    if size != 8:
        values = np.stack([_resized(value, size) for value in values])
    values = values[..., None] / np.float32(8.0) - np.float32(1.0)
    return arrays(values, labels, [str(n) for n in range(10)])


def _resized(value: np.ndarray, size: int) -> np.ndarray:
    from PIL import Image

    image = Image.fromarray(value).resize((size, size), Image.Resampling.LANCZOS)
    return np.clip(np.asarray(image), 0.0, 16.0)  # the filter overshoots
