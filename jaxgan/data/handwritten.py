"""The handwritten digits that ship with scikit-learn: data that is always there."""

import numpy as np

from jaxgan.data.source import Arrays, arrays


def digits() -> Arrays:
    """1,797 handwritten digits, 8×8, one channel, labelled.

    The test set of Alpaydin and Kaynak's 1998 'Optical Recognition of Handwritten
    Digits' (UCI), as scikit-learn ships it: grey values 0 to 16, here [-1, 1].
    """
    from sklearn import datasets

    bunch = datasets.load_digits()
    values = np.asarray(bunch.images, np.float32)[..., None] / 8.0 - 1.0
    return arrays(values, np.asarray(bunch.target), [str(n) for n in range(10)])
