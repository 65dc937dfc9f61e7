"""Boundaries that people have drawn, as the Berkeley segmentation set stores them."""

import io

import numpy as np

from jaxgan.data.source import DataError


def boundaries(data: bytes) -> np.ndarray:
    """How many of its annotators drew a boundary through each pixel, bytes [H, W].

    Black is where all did, white where nobody: 255 (1 - share). A reader for `pairs`,
    of BSDS500's groundTruth/*.mat (Arbeláez et al. 2011, IEEE TPAMI 33(5)):
    `read={".mat": boundaries}`.

    Args:
      data: contents of a MATLAB file whose `groundTruth` is a row of structures, each
        with the logical array `Boundaries`.

    Raises:
      DataError: if it is none.
    """
    import scipy.io

    content = scipy.io.loadmat(io.BytesIO(data), variable_names=["groundTruth"])
    if "groundTruth" not in content:
        raise DataError("no groundTruth in it")
    drawn = [one["Boundaries"][0, 0] for one in content["groundTruth"].ravel()]
    share = np.mean([np.asarray(one) > 0 for one in drawn], axis=0)
    return np.rint(255.0 * (1.0 - share)).astype(np.uint8)
