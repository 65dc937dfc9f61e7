"""StyleGAN2 in PyTorch, the function of `jaxgan.models.stylegan2` at its defaults.

Parameters have the names of the published weights, so that `import_torch` reads them:
the generator adds up colours, the discriminator is residual. Both are unconditional.
"""

import math

import torch
from torch import nn
from torch_stylegan2_layers import Colours, Conv, Dense, Layer, Mapping, twice


class SynthesisBlock(nn.Module):
    """Twice the size, but for the first."""

    def __init__(self, channels, features, style, side):
        super().__init__()
        if channels:
            self.conv0 = Layer(channels, features, style, side, 2)
        else:
            self.const = nn.Parameter(torch.randn(features, side, side))
        self.conv1 = Layer(features, features, style, side, 1)
        self.torgb = Colours(features, style)
        self.first = not channels

    def forward(self, x, image, ws, constant):
        """Features and image, from ws [B, 2 or 3, W]."""
        if self.first:
            x = self.const.expand(len(ws), -1, -1, -1)
            x = x.contiguous(memory_format=torch.channels_last)
        else:
            x = self.conv0(x, ws[:, 0], constant)
            image = twice(image)
        x = self.conv1(x, ws[:, -2], constant)
        drawn = self.torgb(x, ws[:, -1]).float()
        return x, drawn if image is None else image + drawn


class Synthesis(nn.Module):
    """w to image."""

    def __init__(self, sides, widths, style):
        super().__init__()
        self.sides, before = sides, 0
        for side, width in zip(sides, widths):
            block = SynthesisBlock(before, width, style, side)
            self.add_module(f"b{side}", block)
            before = width

    def forward(self, ws, constant=False):
        """[B, L, W] to [B, 3, H, W]."""
        x = image = None
        for place, side in enumerate(self.sides):
            here = ws[:, max(2 * place - 1, 0) : 2 * place + 2]
            x, image = getattr(self, f"b{side}")(x, image, here, constant)
        return image


class Generator(nn.Module):
    """Of images of the last of the sides: `stylegan2.Generator`."""

    def __init__(self, sides, widths, latent, style, layers):
        super().__init__()
        self.mapping = Mapping(latent, style, layers)
        self.synthesis = Synthesis(sides, widths, style)
        self.latent, self.layers = latent, 2 * len(sides)

    def forward(self, z):
        """[B, Z] to [B, 3, H, W], with constant noise."""
        w = self.mapping(z)[:, None].expand(-1, self.layers, -1)
        return self.synthesis(w, constant=True)


class DiscriminatorBlock(nn.Module):
    """Halves the size; a 1×1 convolution goes around."""

    def __init__(self, channels, features, first):
        super().__init__()
        if first:
            self.fromrgb = Conv(3, channels, 1)
        self.first = first
        self.conv0 = Conv(channels, channels, 3)
        self.conv1 = Conv(channels, features, 3, down=2)
        self.skip = Conv(channels, features, 1, down=2, leaky=False)

    def forward(self, x):
        """[B, C, H, W] to half the size."""
        x = self.fromrgb(x) if self.first else x
        half = math.sqrt(0.5)
        return self.conv1(self.conv0(x), half) + self.skip(x, half)


class Epilogue(nn.Module):
    """The deviation of groups of four, and dense layers."""

    def __init__(self, width):
        super().__init__()
        self.conv = Conv(width + 1, width, 3)
        self.fc = Dense(16 * width, width, leaky=True)
        self.out = Dense(width, 1)

    def forward(self, x):
        """[B, C, 4, 4] to [B]."""
        x = x.float()
        groups = x.reshape(-1, min(4, len(x)), *x.shape[1:])
        spread = groups.var(1, unbiased=False).add(1e-8).sqrt().mean((1, 2, 3))
        spread = spread.repeat_interleave(groups.shape[1])[:, None, None, None]
        x = torch.cat([x, spread.expand(-1, -1, *x.shape[2:])], 1)
        return self.out(self.fc(self.conv(x).flatten(1)))[:, 0]


class Discriminator(nn.Module):
    """`stylegan2.Discriminator`."""

    def __init__(self, sides, widths):
        super().__init__()
        self.sides = sides[:0:-1]
        for place in range(len(sides) - 1, 0, -1):
            first = place == len(sides) - 1
            block = DiscriminatorBlock(widths[place], widths[place - 1], first)
            self.add_module(f"b{sides[place]}", block)
        self.b4 = Epilogue(widths[0])

    def forward(self, x):
        """[B, 3, H, W] to [B]."""
        for side in self.sides:
            x = getattr(self, f"b{side}")(x)
        return self.b4(x)
