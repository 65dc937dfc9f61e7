"""The benchmarked networks in PyTorch, layer for layer those of `jaxgan.models`."""

import itertools

import torch
import torch_r3gan as r3gan
import torch_stylegan2 as stylegan2
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import spectral_norm

from jaxgan.models import dcgan

__all__ = ["r3gan", "stylegan2"]


def dense_generator():
    """`mlp.Generator`."""
    return nn.Sequential(
        *(nn.Linear(100, 256), nn.LeakyReLU(0.2), nn.BatchNorm1d(256)),
        *(nn.Linear(256, 512), nn.LeakyReLU(0.2), nn.BatchNorm1d(512)),
        *(nn.Linear(512, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28))),
    )


def dense_discriminator():
    """`mlp.Discriminator`."""
    return nn.Sequential(
        *(nn.Flatten(), nn.Linear(784, 512), nn.LeakyReLU(0.2), nn.Dropout(0.3)),
        *(nn.Linear(512, 256), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(256, 1)),
    )


class Grow(nn.Module):
    """A transposed convolution 4×4/2, cut to a size."""

    def __init__(self, channels, features, size, bias):
        super().__init__()
        self.conv = nn.ConvTranspose2d(channels, features, 4, 2, 1, bias=bias)
        self.size = size

    def forward(self, x):
        """[B, C, H, W] to [B, features, size, size]."""
        return self.conv(x)[..., : self.size, : self.size]


class Shrink(nn.Module):
    """A convolution 4×4/2, padded below and on the right where a side is odd."""

    def __init__(self, channels, features, size, bias):
        super().__init__()
        self.conv = nn.Conv2d(channels, features, 4, 2, 1, bias=bias)
        self.odd = size % 2

    def forward(self, x):
        """[B, C, H, W] to half the size, rounded up."""
        return self.conv(F.pad(x, (0, 1, 0, 1)) if self.odd else x)


def dcgan_generator(size, channels, width, latent):
    """`dcgan.Generator`."""
    *growing, base = dcgan.sizes(size)
    widths = [width * 2**place for place in range(len(growing))]
    layers = [
        nn.Linear(latent, base * base * widths[-1], bias=False),
        nn.Unflatten(1, (widths[-1], base, base)),
    ]
    for place in reversed(range(len(widths))):
        out = widths[place - 1] if place else channels
        layers += [nn.BatchNorm2d(widths[place]), nn.ReLU()]
        layers += [Grow(widths[place], out, growing[place], bias=not place)]
    return nn.Sequential(*layers, nn.Tanh())


def dcgan_discriminator(size, channels, width, normalise):
    """`dcgan.Discriminator`."""
    *shrinking, base = dcgan.sizes(size)
    layers, before = [], channels
    for place, side in enumerate(shrinking):
        norm = normalise and place > 0
        layers += [Shrink(before, width * 2**place, side, bias=not norm)]
        before = width * 2**place
        layers += [nn.BatchNorm2d(before)] if norm else []
        layers += [nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(before * base * base, 1))


class GeneratorBlock(nn.Module):
    """`resnet.GeneratorBlock`."""

    def __init__(self, channels, width):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(width)
        self.conv1 = nn.Conv2d(channels, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        self.shortcut = nn.Conv2d(channels, width, 1)

    def forward(self, x):
        """Doubles the size."""
        y = self.conv1(_double(F.relu(self.norm1(x))))
        y = self.conv2(F.relu(self.norm2(y)))
        return y + _double(self.shortcut(x))


def _double(x):
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


class DiscriminatorBlock(nn.Module):
    """`resnet.DiscriminatorBlock`; one that does not halve keeps the channels."""

    def __init__(self, channels, width, halve, first):
        super().__init__()
        self.halve, self.first = halve, first
        self.conv1 = spectral_norm(nn.Conv2d(channels, width, 3, padding=1))
        self.conv2 = spectral_norm(nn.Conv2d(width, width, 3, padding=1))
        if halve:
            self.shortcut = spectral_norm(nn.Conv2d(channels, width, 1))

    def forward(self, x):
        """Halves the size, or not."""
        x = x if self.first else F.relu(x)
        y = self.conv2(F.relu(self.conv1(x)))
        if not self.halve:
            return y + x
        return F.avg_pool2d(y, 2) + self.shortcut(F.avg_pool2d(x, 2))


def resnet_generator(latent, widths):
    """`resnet.Generator` of three channels, from a base of 4×4."""
    first, last = widths[0], widths[-1]
    return nn.Sequential(
        *(nn.Linear(latent, 16 * first), nn.Unflatten(1, (first, 4, 4))),
        *(GeneratorBlock(*pair) for pair in itertools.pairwise(widths)),
        *(nn.BatchNorm2d(last), nn.ReLU(), nn.Conv2d(last, 3, 3, padding=1)),
        nn.Tanh(),
    )


class Sum(nn.Module):
    """Over places."""

    def forward(self, x):
        """[B, C, H, W] to [B, C]."""
        return torch.sum(F.relu(x), dim=(2, 3))


def resnet_discriminator(widths, halvings):
    """`resnet.Discriminator` with spectral normalisation."""
    blocks = [
        DiscriminatorBlock(channels, width, place < halvings, not place)
        for place, (channels, width) in enumerate(itertools.pairwise((3, *widths)))
    ]
    return nn.Sequential(*blocks, Sum(), spectral_norm(nn.Linear(widths[-1], 1)))
