"""The published weights of FID's InceptionV3, and the extractor they make."""

import functools
import os
import pathlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.data.download import downloaded, sha256
from jaxgan.evaluation.extractor import Extractor, Outputs, fingerprint
from jaxgan.evaluation.folded_weights import array, folded
from jaxgan.evaluation.inception_network import CLASSES, TAPS, Inception, Taps
from jaxgan.weights.array_file import read_arrays
from jaxgan.weights.errors import WeightsError

DIGEST = "6726825d"
"""How the SHA-256 of the published file begins; it is part of the name."""
URL = (
    "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/"
    f"weights-inception-2015-12-05-{DIGEST}.pth"
)
EPSILON = 0.001
"""That the network's batch normalisations add to variances."""


def inception(
    weights: str | os.PathLike | None = None,
    *,
    tap: str = "2048",
    batch_size: int = 64,
    cache_dir: str | os.PathLike | None = None,
) -> Extractor:
    """FID's InceptionV3 with the published weights: features for FID, KID and others.

    Images are uint8, or floats in [-1, 1], which are rounded to 256 levels as in a
    file; of any size, resized by TensorFlow 1's rule; grey ones are repeated to three
    channels. Probabilities are the softmax of `logits_unbiased` over all 1,008 classes,
    as torch-fidelity's inception score has it. Everything is computed in float32.

    Args:
      weights: a file with the state dict of the network's ports to PyTorch. By default
        torch-fidelity's, downloaded once (95 MB, Apache licence 2.0). If the file is
        not that one, measures say so: `published` is False.
      tap: what the features are: '64', '192', '768', '2048' (FID's), 'logits_unbiased'
        or 'logits'.
      batch_size: of what the network gets.
      cache_dir: where the download is kept; see `jaxgan.data.cache.cache_folder`.

    Raises:
      DataError: if the weights cannot be had, naming what to download, from where and
        to which path.
      WeightsError: if the file is not of this network.
      ValueError: if the tap is unknown.
    """
    if tap not in TAPS:
        raise ValueError(f"tap: saw {tap!r}, wanted one of {', '.join(TAPS)}")
    if weights is None:
        path, known = downloaded(URL, DIGEST, cache_dir), True
    else:
        path = pathlib.Path(weights).expanduser()
        known = path.is_file() and sha256(path).startswith(DIGEST)
    network = Inception()

    def compute(variables: Any, images: jax.Array) -> Outputs:
        taps = Taps(*network.apply(variables, images))  # pyright: ignore
        probabilities = jax.nn.softmax(taps.logits_unbiased)
        return Outputs(getattr(taps, TAPS[tap]), probabilities)

    variables = load(path)
    name = "inception" if known else "inception of other weights"
    return Extractor(
        name=name if tap == "2048" else f"{name}, tap {tap}",
        published=known and tap == "2048",
        description=f"InceptionV3 of TensorFlow, 2015-12-05; weights of {path.name}",
        fingerprint=fingerprint(variables),
        feature_count=int(tap) if tap.isdigit() else CLASSES,
        class_count=CLASSES,
        classes=(),
        shape=None,
        weights=variables,
        compute=compute,
        batch_size=batch_size,
    )


def load(path: str | os.PathLike) -> dict[str, Any]:
    """Variables for `Inception` of a file with a port's state dict; see `convert`.

    Raises:
      WeightsError: if the file cannot be read, or is not of this network.
    """
    try:
        return convert(read_arrays(path))
    except ValueError as error:
        if isinstance(error, WeightsError):
            raise
        raise WeightsError(f"{path}: not of FID's InceptionV3: {error}") from None


def convert(state: dict[str, np.ndarray]) -> dict[str, Any]:
    """Variables for `Inception` of the state dict of a port to PyTorch.

    Normalisations become part of the convolutions before them. Raises as `folded`.
    """

    def variables(layer: dict[str, Any], name: str) -> dict[str, Any]:
        if "kernel" not in layer:
            return {
                inner: variables(value, f"{name}.{inner}" if name else inner)
                for inner, value in layer.items()
            }
        shape = layer["kernel"].shape
        if len(shape) == 2:
            return _dense(state, name, shape)
        return folded(state, f"{name}.conv.weight", f"{name}.bn", shape, EPSILON)

    return {"params": variables(_shapes()["params"], "")}


@functools.cache
def _shapes() -> Any:
    """The tree of `Inception`'s variables, without numbers."""
    image = jax.ShapeDtypeStruct((1, 299, 299, 3), jnp.uint8)
    return jax.eval_shape(Inception().init, jax.random.key(0), image)


def _dense(
    state: dict[str, np.ndarray], name: str, shape: tuple[int, ...]
) -> dict[str, np.ndarray]:
    kernel = array(state, f"{name}.weight", shape[::-1])
    return {
        "kernel": kernel.T.astype(np.float32),
        "bias": array(state, f"{name}.bias", shape[-1:]).astype(np.float32),
    }
