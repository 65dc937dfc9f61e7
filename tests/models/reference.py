"""Layers by their definitions, in float64 numpy: images [B, C, H, W], as in PyTorch."""

import numpy as np


def convolution(x, weight, bias=None, stride=1, padding=None, groups=1):
    """PyTorch's conv2d; by default padded to the same size."""
    x, weight = np.asarray(x, np.float64), np.asarray(weight, np.float64)
    size = weight.shape[-1]
    edge = (size - 1) // 2 if padding is None else padding
    x = np.pad(x, ((0, 0), (0, 0), (edge, edge), (edge, edge)))
    seen = np.lib.stride_tricks.sliding_window_view(x, (size, size), (2, 3))
    seen = seen[:, :, ::stride, ::stride]
    parts = [
        np.einsum("bihwkl,oikl->bohw", part, kernel)
        for part, kernel in zip(
            np.split(seen, groups, axis=1), np.split(weight, groups, axis=0)
        )
    ]
    y = np.concatenate(parts, axis=1)
    return y if bias is None else y + np.asarray(bias, np.float64)[None, :, None, None]


def pooled(x):
    """Means of 2×2 places."""
    b, c, h, w = x.shape
    return x.reshape(b, c, h // 2, 2, w // 2, 2).mean((3, 5))


def relu(x):
    """max(x, 0)."""
    return np.maximum(x, 0.0)


def leaky(x, slope=0.2):
    """Leaky ReLU."""
    return np.where(x > 0, x, slope * x)


def resampled(x, taps, up=1, down=1, pads=(0, 0), gain=1.0, flip=False):
    """upfirdn2d: zeros between pixels, zeros around, a convolution, every down-th."""
    x = np.asarray(x, np.float64)
    b, c, h, w = x.shape
    spread = np.zeros((b, c, h * up, w * up))
    spread[:, :, ::up, ::up] = x
    taps = np.asarray(taps, np.float64) / np.sum(taps)
    kernel = gain * np.multiply.outer(taps, taps)
    kernel = kernel if flip else kernel[::-1, ::-1]
    before, after = pads
    edges = ((0, 0), (0, 0), (max(before, 0), max(after, 0)))
    spread = np.pad(spread, (*edges, edges[-1]))
    cut = slice(max(-before, 0), spread.shape[2] - max(-after, 0))
    wide = slice(max(-before, 0), spread.shape[3] - max(-after, 0))
    seen = np.lib.stride_tricks.sliding_window_view(
        spread[:, :, cut, wide], kernel.shape, (2, 3)
    )
    return np.einsum("bchwkl,kl->bchw", seen[:, :, ::down, ::down], kernel)


def transposed(x, weight, padding):
    """PyTorch's conv_transpose2d with stride 2, every channel by the same [k, k]."""
    b, c, h, w = x.shape
    size = len(weight)
    whole = np.zeros((b, c, 2 * (h - 1) + size, 2 * (w - 1) + size))
    for row in range(h):
        for column in range(w):
            place = x[:, :, row, column, None, None] * weight
            whole[:, :, 2 * row : 2 * row + size, 2 * column : 2 * column + size] += (
                place
            )
    edge = slice(padding, -padding or None)
    return whole[:, :, edge, edge]


def channels_last(x):
    """[B, C, H, W] as [B, H, W, C] in float32."""
    return np.transpose(x, (0, 2, 3, 1)).astype(np.float32)
