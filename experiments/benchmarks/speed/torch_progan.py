"""ProGAN in PyTorch, fully grown: the function of `jaxgan.models.progan`.

Parameters have the names and scales of facebookresearch/pytorch_GAN_zoo, so that what
`export_torch` returns can be loaded; the first layer's biases are those of places.
Where sizes change kernels are enlarged, as the official code's `fused_scale`: fewer
products than of enlarged or of not yet halved maps.
"""

import itertools
import math

import torch
from torch import nn
from torch.nn import functional as F


def leaky(x):
    """Of slope 0.2, without a gain."""
    return F.leaky_relu(x, 0.2)


def unit_second_moment(x):
    """x / √(mean(x²) + 10⁻⁸) along the channels."""
    return x * (x.square().mean(1, keepdim=True) + 1e-8).rsqrt()


def convolved(x, weight, bias=None, up=False, down=False):
    """A convolution of enlarged maps, or one whose result is halved, or neither."""
    if up:
        kernel = _enlarged(weight.flip(2, 3)).transpose(0, 1)
        return F.conv_transpose2d(x, kernel, bias, 2, 1)
    if down:
        return F.conv2d(x, _enlarged(weight) / 4, bias, 2, 1)
    return F.conv2d(x, weight, bias, padding=weight.shape[-1] // 2)


def _enlarged(weight):
    """The kernel with 2 × 2 equal taps in it."""
    padded = F.pad(weight, (1, 1, 1, 1))
    rows = padded[..., 1:, :] + padded[..., :-1, :]
    return rows[..., 1:] + rows[..., :-1]


def with_deviation(x, unbiased):
    """A map more: the deviation within groups of four neighbours, of all features."""
    groups = x.reshape(-1, min(4, len(x)), *x.shape[1:])
    spread = groups.var(1, unbiased=unbiased).add(1e-8).sqrt().mean((1, 2, 3))
    spread = spread.repeat_interleave(groups.shape[1])[:, None, None, None]
    return torch.cat([x, spread.expand(-1, -1, *x.shape[2:])], 1)


class Layer(nn.Module):
    """A layer whose kernel and biases are multiplied by √(2 / fan-in)."""

    def __init__(self, module, up=False, down=False):
        super().__init__()
        self.module, self.up, self.down = module, up, down
        nn.init.normal_(module.weight)
        nn.init.zeros_(module.bias)
        self.gain = math.sqrt(2 / module.weight[0].numel())

    def forward(self, x):
        """As the module."""
        weight, bias = self.module.weight * self.gain, self.module.bias * self.gain
        if weight.ndim == 2:
            return F.linear(x, weight, bias)
        return convolved(x, weight, bias, self.up, self.down)


def conv(channels, features, size=3, **how):
    """A convolution."""
    return Layer(nn.Conv2d(channels, features, size), **how)


class Generator(nn.Module):
    """Of maps with so many channels, from 4×4 on."""

    def __init__(self, widths, latent):
        super().__init__()
        self.latent, first = latent, widths[0]
        self.formatLayer = Layer(nn.Linear(latent, 16 * first))
        self.groupScale0 = nn.ModuleList([conv(first, first)])
        self.scaleLayers = nn.ModuleList(
            nn.ModuleList([conv(before, after, up=True), conv(after, after)])
            for before, after in itertools.pairwise(widths)
        )
        self.toRGBLayers = nn.ModuleList(conv(width, 3, 1) for width in widths)

    def forward(self, z):
        """[B, Z] to [B, 3, H, W]."""
        x = leaky(self.formatLayer(unit_second_moment(z)))
        x = x.reshape(len(x), -1, 4, 4).contiguous(memory_format=torch.channels_last)
        x = unit_second_moment(x)
        for layer in (*self.groupScale0, *itertools.chain(*self.scaleLayers)):
            x = unit_second_moment(leaky(layer(x)))
        return self.toRGBLayers[-1](x)


class Discriminator(nn.Module):
    """Of maps with so many channels, from 4×4 on, and so many features at last."""

    def __init__(self, widths, features):
        super().__init__()
        first = widths[0]
        self.groupScaleZero = nn.ModuleList(
            [conv(first + 1, first), Layer(nn.Linear(16 * first, features))]
        )
        self.decisionLayer = Layer(nn.Linear(features, 1))
        self.fromRGBLayers = nn.ModuleList(conv(3, width, 1) for width in widths)
        self.scaleLayers = nn.ModuleList(
            nn.ModuleList([conv(after, after), conv(after, before, down=True)])
            for before, after in itertools.pairwise(widths)
        )

    def forward(self, x):
        """[B, 3, H, W] to [B]."""
        x = leaky(self.fromRGBLayers[-1](x))
        for block in reversed(self.scaleLayers):
            for layer in block:
                x = leaky(layer(x))
        x = leaky(self.groupScaleZero[0](with_deviation(x, unbiased=True)))
        x = leaky(self.groupScaleZero[1](x.flatten(1)))
        return self.decisionLayer(x)[:, 0]
