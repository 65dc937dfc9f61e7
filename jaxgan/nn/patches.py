"""Convolutions as matrix products, for XLA's CPU backend.

A stride that divides the kernel's size is first folded into the channels, so that all
that is copied is contiguous.
"""

import jax.numpy as jnp
from jax import lax


def conv_by_patches(x, kernel, stride, pads):
    """One product of [B · H' · W', height · width · C] with the kernel's matrix."""
    size = kernel.shape[:2]
    outs = [
        (n + sum(pad) - k) // stride + 1 for n, k, pad in zip(x.shape[1:3], size, pads)
    ]
    spans = [(out - 1) * stride + k for out, k in zip(outs, size)]
    x = _pad(
        x,
        [
            (pad[0], span - n - pad[0])
            for n, span, pad in zip(x.shape[1:3], spans, pads)
        ],
    )
    if stride > 1 and all(k % stride == 0 for k in size):
        x, kernel = _space_to_depth(x, stride), _split(kernel, stride)
        size, stride = kernel.shape[:2], 1
    ends = [(out - 1) * stride + 1 for out in outs]
    shifts = [
        x[:, i : i + ends[0] : stride, j : j + ends[1] : stride]
        for i in range(size[0])
        for j in range(size[1])
    ]
    return jnp.concatenate(shifts, axis=-1) @ kernel.reshape(-1, kernel.shape[-1])


def transpose_by_shifts(x, kernel, stride, low, outs):
    """One product per place of the kernel, shifted and added up."""
    whole = stride > 1 and all(k % stride == 0 for k in kernel.shape[:2])
    if whole:
        step, kernel = stride, _split(kernel, stride)
        first = [0, 0]
        sizes = [n + k - 1 for n, k in zip(x.shape[1:3], kernel.shape[:2])]
        stride = 1
    else:
        step, first, sizes = 1, low, outs

    def place(i, j):
        edges = [
            (at - cut, size - (n - 1) * stride - 1 - (at - cut), stride - 1)
            for at, cut, size, n in zip((i, j), first, sizes, x.shape[1:3])
        ]
        return _pad(x @ kernel[i, j].T, edges)

    height, width = kernel.shape[:2]
    y = sum(
        (place(i, j) for i in range(height) for j in range(width) if i or j),
        start=place(0, 0),
    )
    if not whole:
        return y
    y = _depth_to_space(y, step)
    return _pad(
        y, [(-cut, out - n + cut) for cut, out, n in zip(low, outs, y.shape[1:3])]
    )


def _pad(x, edges):
    """Zeros around, and if three numbers are given between, the pixels; or a crop."""
    rows, columns = (edge if len(edge) == 3 else (*edge, 0) for edge in edges)
    none = (0, 0, 0)
    return lax.pad(x, jnp.zeros((), x.dtype), [none, rows, columns, none])


def _space_to_depth(x, step):
    b, h, w, c = x.shape
    x = x.reshape(b, h // step, step, w // step, step, c).transpose(0, 1, 3, 2, 4, 5)
    return x.reshape(b, h // step, w // step, step * step * c)


def _depth_to_space(x, step):
    b, h, w, c = x.shape
    x = x.reshape(b, h, w, step, step, -1).transpose(0, 1, 3, 2, 4, 5)
    return x.reshape(b, h * step, w * step, c // step**2)


def _split(kernel, step):
    """The stride-1 kernel of the same convolution after `_space_to_depth`."""
    h, w, c, out = kernel.shape
    kernel = kernel.reshape(h // step, step, w // step, step, c, out)
    kernel = kernel.transpose(0, 2, 1, 3, 4, 5)
    return kernel.reshape(h // step, w // step, step * step * c, out)
