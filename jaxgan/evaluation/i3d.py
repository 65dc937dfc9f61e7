"""FVD's I3D with published weights that the user has, and the extractor they make."""

import functools
import os
import pathlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.evaluation import checks, folded_weights
from jaxgan.evaluation.extractor import Extractor, Outputs, fingerprint
from jaxgan.evaluation.i3d_network import CLASSES, I3D, LEAST_FRAMES
from jaxgan.weights.array_file import read_arrays
from jaxgan.weights.errors import WeightsError

EPSILON = 0.001
"""That the network's batch normalisations add to variances, in the published graph."""
NAME = "I3D"
"""Of the network with the published weights."""
BLACK_TO_WHITE = 131.0
"""Between black and white clips of 15 frames: what FVD's official example tells of."""
TOLERANCE = 0.03
"""Of that, as a share: other versions of TensorFlow, and ports, tell of up to 134.2."""


class VideoNetwork(Extractor):
    """I3D as an extractor, which sees clips; see `i3d`."""

    def title(self, measure: str) -> str:
        """FVD is the Fréchet distance of the published weights; others say whose."""
        if self.name == NAME and measure == "Fréchet distance":
            return "FVD"
        return super().title(measure)

    def check(self, images: np.ndarray) -> None:
        """Checks that clips are numbers [B, T, H, W, C], long enough.

        Raises:
          ValueError: naming what was seen and wanted, if they are not.
        """
        check_shape(images.shape[1:])
        if not images.size:
            raise ValueError(f"clips: saw shape {list(images.shape)}, wanted some")
        checks.numeric("clips", images)


def check_shape(shape: tuple[int, ...]) -> None:
    """Checks that clips of a shape (T, H, W, C) can be seen.

    Raises:
      ValueError: naming what was seen and wanted, if they cannot be.
    """
    if len(shape) != 4 or shape[0] < LEAST_FRAMES or shape[-1] not in (1, 3):
        raise ValueError(
            f"clips: saw shape {list(shape)}, wanted [T, H, W, 1 or 3] of at least "
            f"{LEAST_FRAMES} frames, which I3D needs"
        )


def i3d(weights: str | os.PathLike, *, batch_size: int = 8) -> VideoNetwork:
    """FVD's I3D with weights of a file: features are the logits of 400 actions.

    The distance of these is called FVD if the file holds the published weights, of
    whatever conversion: that is known by the distance between a black and a white clip
    of 15 frames, which the official example tells. Clips [B, T, H, W, 1 or 3] are
    uint8, or floats in [-1, 1], rounded to 256 levels. Of any size, they are resized to
    224 × 224 by TensorFlow 1's rule as in the official code; ports have used others.

    Args:
      weights: a file of PyTorch with the state dict of the port that is common for FVD,
        `i3d_pretrained_400.pt` (`Conv3d_1a_7x7.conv3d.weight`, ...,
        `Mixed_5c.b3b.bn.running_var`, `logits.conv3d.bias`); also as .safetensors or
        .npz. TorchScript (`i3d_torchscript.pt`) is a program, and is not read.
      batch_size: of what the network gets.

    Raises:
      WeightsError: if the file cannot be read, or is not of this network.
    """
    variables = load(weights)
    distance = black_to_white(variables)
    known = abs(distance / BLACK_TO_WHITE - 1.0) <= TOLERANCE
    about = f"black to white {distance:.1f}, published about {BLACK_TO_WHITE:g}"
    return VideoNetwork(
        name=NAME if known else f"{NAME} of other weights",
        published=False,  # KID and others are, plainly named, those of images.
        description=f"I3D; weights of {pathlib.Path(weights).name} ({about})",
        fingerprint=fingerprint(variables),
        feature_count=CLASSES,
        class_count=0,
        classes=(),
        shape=None,
        weights=variables,
        compute=compute,
        batch_size=batch_size,
    )


def compute(variables: Any, clips: jax.Array) -> Outputs:
    """Logits as features."""
    logits = I3D().apply(variables, clips)
    return Outputs(logits, jnp.zeros((len(clips), 0)))


def black_to_white(variables: Any) -> float:
    """|f(black) - f(white)|² of clips of 15 frames: their FVD, as neither varies."""
    clips = np.zeros((2, 15, 1, 1, 1), np.uint8)
    clips[1] = 255
    black, white = np.asarray(_logits(variables, clips), np.float64)
    return float(np.square(black - white).sum())


@jax.jit
def _logits(variables: Any, clips: jax.Array) -> jax.Array:
    return compute(variables, clips).features


def load(path: str | os.PathLike) -> dict[str, Any]:
    """Variables for `I3D` of a file with a port's state dict; see `convert`.

    Raises:
      WeightsError: if the file cannot be read, or is not of this network.
    """
    try:
        return convert(read_arrays(path))
    except WeightsError:
        raise
    except ValueError as error:
        raise WeightsError(f"{path}: not of FVD's I3D: {error}") from None


def convert(state: dict[str, np.ndarray]) -> dict[str, Any]:
    """Variables for `I3D` of the state dict of a port to PyTorch.

    Normalisations become part of the convolutions before them, with ε = 1e-3 as in the
    published graph, whatever ε a port has. Raises as `folded_weights.folded`.
    """

    def variables(layer: dict[str, Any], name: str) -> dict[str, Any]:
        if "kernel" not in layer:
            return {
                inner: variables(value, f"{name}.{inner}" if name else inner)
                for inner, value in layer.items()
            }
        shape, weight = layer["kernel"].shape, f"{name}.conv3d.weight"
        if name != "logits":
            return folded_weights.folded(state, weight, f"{name}.bn", shape, EPSILON)
        *size, inputs, outputs = shape
        kernel = folded_weights.array(state, weight, (outputs, inputs, *size))
        bias = folded_weights.array(state, f"{name}.conv3d.bias", (outputs,))
        return {
            "kernel": folded_weights.inside_out(kernel).astype(np.float32),
            "bias": bias.astype(np.float32),
        }

    return {"params": variables(shapes()["params"], "")}


@functools.cache
def shapes() -> Any:
    """The tree of `I3D`'s variables, without numbers."""
    clip = jax.ShapeDtypeStruct((1, LEAST_FRAMES, 8, 8, 3), jnp.uint8)
    return jax.eval_shape(I3D().init, jax.random.key(0), clip)
