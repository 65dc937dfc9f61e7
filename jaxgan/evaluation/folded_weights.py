"""Convolutions of ports to PyTorch, with the normalisation behind them folded in."""

import numpy as np

from jaxgan.weights import torch_layout


def folded(
    state: dict[str, np.ndarray],
    convolution: str,
    normalisation: str,
    shape: tuple[int, ...],
    epsilon: float,
) -> dict[str, np.ndarray]:
    """Kernel [*size, in, out] and bias [out] of a convolution and what follows it.

    A normalisation γ (x - μ) / √(σ² + ε) + β becomes part of the convolution before it,
    in float64.

    Args:
      state: arrays by name.
      convolution: the name of its weight [out, in, *size].
      normalisation: what the names of its four arrays begin with.
      shape: of the kernel.
      epsilon: ε.

    Raises:
      ValueError: naming the first array that is missing, has another shape, or numbers
        that are no finite floats.
    """
    *size, inputs, outputs = shape
    kernel = array(state, convolution, (outputs, inputs, *size))
    scale, shift, mean, variance = (
        array(state, f"{normalisation}.{part}", (outputs,))
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    if variance.min() < 0:
        name = f"{normalisation}.running_var"
        raise ValueError(f"saw {name!r} below 0: {variance.min():g}")
    factor = scale / np.sqrt(variance + epsilon)
    return {
        "kernel": (inside_out(kernel) * factor).astype(np.float32),
        "bias": (shift - mean * factor).astype(np.float32),
    }


def inside_out(kernel: np.ndarray) -> np.ndarray:
    """[out, in, *size] as [*size, in, out]."""
    return kernel.transpose(*range(2, kernel.ndim), 1, 0)


def array(
    state: dict[str, np.ndarray], name: str, shape: tuple[int, ...]
) -> np.ndarray:
    """An array of the state, of finite floats, in float64. Raises as `folded`."""
    if name not in state:
        raise ValueError(f"saw no array {name!r}")
    if state[name].shape != shape:
        raise ValueError(f"saw {name!r} of shape {state[name].shape}, wanted {shape}")
    torch_layout.array(state[name], name)
    return state[name].astype(np.float64)
