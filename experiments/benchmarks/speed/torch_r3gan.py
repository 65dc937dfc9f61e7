"""R3GAN in PyTorch, the function of `jaxgan.models.r3gan` without labels."""

import itertools
import math

import torch
from torch import nn
from torch.nn import functional as F

TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8


def _taps(x, gain):
    kernel = gain * TAPS[:, None] * TAPS[None]
    return kernel.expand(x.shape[1], 1, -1, -1).to(x)


def double(x):
    """Twice the size, zeros beyond the edge."""
    return F.conv_transpose2d(x, _taps(x, 4.0), None, 2, 1, 0, x.shape[1])


def halve(x):
    """Half the size, likewise."""
    return F.conv2d(x, _taps(x, 1.0), None, 2, 1, 1, x.shape[1])


def convolution(channels, features, size=1, groups=1, bias=False, gain=1.0):
    """Of He et al.'s initial weights."""
    made = nn.Conv2d(channels, features, size, 1, size // 2, 1, groups, bias)
    nn.init.normal_(made.weight, std=gain / math.sqrt(size**2 * channels // groups))
    if made.bias is not None:
        nn.init.zeros_(made.bias)
    return made


class Block(nn.Module):
    """`r3gan.Block`: an inverted bottleneck with twice the channels inside."""

    def __init__(self, channels, groups, depth):
        super().__init__()
        gain, hidden = math.sqrt(2 / 1.04) * depth**-0.25, 2 * channels
        self.conv1 = convolution(channels, hidden, bias=True, gain=gain)
        self.conv2 = convolution(hidden, hidden, 3, groups, True, gain)
        self.conv3 = convolution(hidden, channels, gain=0.0)

    def forward(self, x):
        """[B, C, H, W] to the same shape."""
        y = F.leaky_relu(self.conv2(F.leaky_relu(self.conv1(x), 0.2)), 0.2)
        return x + self.conv3(y)


def _stages(widths, groups, blocks):
    depth = blocks * len(widths)
    return nn.ModuleList(
        nn.Sequential(*(Block(width, count, depth) for _ in range(blocks)))
        for width, count in zip(widths, groups)
    )


def _resizes(widths):
    return nn.ModuleList(
        nn.Identity() if before == after else convolution(before, after)
        for before, after in itertools.pairwise(widths)
    )


class Generator(nn.Module):
    """`r3gan.Generator`."""

    def __init__(self, widths, groups, latent, blocks=2):
        super().__init__()
        self.basis = nn.Parameter(torch.randn(widths[0], 4, 4))
        self.scale = nn.Linear(latent, widths[0], bias=False)
        nn.init.normal_(self.scale.weight, std=latent**-0.5)
        self.resizes = _resizes(widths)
        self.stages = _stages(widths, groups, blocks)
        self.image = convolution(widths[-1], 3)

    def forward(self, z):
        """[B, Z] to [B, 3, H, W]."""
        x = self.basis * self.scale(z)[:, :, None, None]
        x = self.stages[0](x.contiguous(memory_format=torch.channels_last))
        for resize, stage in zip(self.resizes, self.stages[1:]):
            x = stage(double(resize(x)))
        return self.image(x)


class Discriminator(nn.Module):
    """`r3gan.Discriminator`."""

    def __init__(self, widths, groups, blocks=2):
        super().__init__()
        self.image = convolution(3, widths[0])
        self.stages = _stages(widths, groups, blocks)
        self.resizes = _resizes(widths)
        self.basis = nn.Parameter(torch.randn(widths[-1], 4, 4) / 4)
        self.head = nn.Linear(widths[-1], 1, bias=False)
        nn.init.normal_(self.head.weight, std=widths[-1] ** -0.5)

    def forward(self, x):
        """[B, 3, H, W] to [B]."""
        x = self.stages[0](self.image(x))
        for resize, stage in zip(self.resizes, self.stages[1:]):
            x = stage(resize(halve(x)))
        return self.head((x * self.basis).sum((2, 3)))[:, 0]
