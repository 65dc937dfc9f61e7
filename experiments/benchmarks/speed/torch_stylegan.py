"""StyleGAN in PyTorch, fully grown: the function of `jaxgan.models.stylegan`.

Parameters have the names of genforce/genforce, so that what `export_torch` returns can
be loaded. Both networks are unconditional.
"""

import itertools
import math

import torch
from torch import nn
from torch.nn import functional as F
from torch_progan import convolved, leaky, unit_second_moment, with_deviation

GAIN = math.sqrt(2)


def blur(x):
    """Filters by the outer product of [1, 2, 1] / 4."""
    taps = torch.tensor([1.0, 2.0, 1.0], device=x.device) / 4
    kernel = (taps[:, None] * taps).expand(x.shape[1], 1, -1, -1)
    return F.conv2d(x, kernel.to(x.dtype), padding=1, groups=x.shape[1])


class Dense(nn.Module):
    """With an equalised learning rate, `multiplier` times it."""

    def __init__(self, channels, features, gain=GAIN, multiplier=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(features, channels) / multiplier)
        self.bias = nn.Parameter(torch.zeros(features))
        self.gain, self.multiplier = gain / math.sqrt(channels), multiplier

    def forward(self, x):
        """[B, C] to [B, features]."""
        weight = self.weight * (self.gain * self.multiplier)
        return F.linear(x, weight, self.bias * self.multiplier)


class Conv(nn.Module):
    """Likewise; perhaps halves the size."""

    def __init__(self, channels, features, size=3, gain=GAIN, down=False):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(features, channels, size, size))
        self.bias = nn.Parameter(torch.zeros(features))
        self.gain, self.down = gain / math.sqrt(channels * size**2), down

    def forward(self, x):
        """[B, C, H, W] to features."""
        return convolved(x, self.weight * self.gain, self.bias, down=self.down)


class Noise(nn.Module):
    """Noise by one strength per feature."""

    def __init__(self, features, side):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(features))
        self.noise: torch.Tensor
        self.register_buffer("noise", torch.randn(1, 1, side, side))

    def forward(self, x, constant):
        """Adds it."""
        noise = self.noise
        if not constant:
            noise = torch.randn(len(x), *noise.shape[1:], device=x.device)
        return x + self.weight[:, None, None] * noise


class StyledLayer(nn.Module):
    """Convolution, noise, bias, leaky ReLU; normalised, and given its style."""

    def __init__(self, channels, features, style, side, up):
        super().__init__()
        if channels:
            self.weight = nn.Parameter(torch.randn(features, channels, 3, 3))
            self.gain = GAIN / math.sqrt(9 * channels)
        else:
            self.const = nn.Parameter(torch.ones(1, features, side, side))
        self.first, self.up = not channels, up
        self.apply_noise = Noise(features, side)
        self.bias = nn.Parameter(torch.zeros(features))
        self.style = Dense(style, 2 * features, gain=1.0)

    def forward(self, x, w, constant):
        """[B, C, H, W] to the same size or twice it."""
        if self.first:
            x = self.const.expand(len(w), -1, -1, -1)
            x = x.contiguous(memory_format=torch.channels_last)
        else:
            x = convolved(x, self.weight * self.gain, up=self.up)
        x = blur(x) if self.up else x
        x = leaky(self.apply_noise(x, constant) + self.bias[:, None, None])
        scale, shift = self.style(w)[:, :, None, None].chunk(2, 1)
        return (1 + scale) * F.instance_norm(x, eps=1e-8) + shift


class Mapping(nn.Module):
    """z to w."""

    def __init__(self, latent, style, layers):
        super().__init__()
        for place in range(layers):
            dense = Dense(style if place else latent, style, multiplier=0.01)
            self.add_module(f"dense{place}", dense)
        self.layers = layers

    def forward(self, z):
        """[B, Z] to [B, W]."""
        x = unit_second_moment(z)
        for place in range(self.layers):
            x = leaky(getattr(self, f"dense{place}")(x))
        return x


class Mean(nn.Module):
    """Keeps w's running mean."""

    def __init__(self, style):
        super().__init__()
        self.w_avg: torch.Tensor
        self.register_buffer("w_avg", torch.zeros(style))


class Synthesis(nn.Module):
    """w to image."""

    def __init__(self, sides, widths, style):
        super().__init__()
        self.layers, before = 2 * len(sides), 0
        for level, (side, width) in enumerate(zip(sides, widths)):
            for place, channels in enumerate((before, width)):
                up = level > 0 and not place
                layer = StyledLayer(channels, width, style, side, up)
                self.add_module(f"layer{2 * level + place}", layer)
            self.add_module(f"output{level}", Conv(width, 3, 1, gain=1.0))
            before = width

    def forward(self, ws, constant=False):
        """[B, L, W] to [B, 3, H, W]."""
        x = None
        for place in range(self.layers):
            x = getattr(self, f"layer{place}")(x, ws[:, place], constant)
        return getattr(self, f"output{self.layers // 2 - 1}")(x)


class Generator(nn.Module):
    """`stylegan.Generator`."""

    def __init__(self, sides, widths, latent, style, layers):
        super().__init__()
        self.mapping = Mapping(latent, style, layers)
        self.truncation = Mean(style)
        self.synthesis = Synthesis(sides, widths, style)
        self.latent, self.layers = latent, 2 * len(sides)

    def styles(self, z, track=False):
        """[B, Z] to [B, W]; perhaps moves its mean."""
        w = self.mapping(z)
        if track:
            self.truncation.w_avg.lerp_(w.detach().mean(0), 0.005)
        return w

    def forward(self, z):
        """[B, Z] to [B, 3, H, W], with constant noise."""
        w = self.styles(z)[:, None].expand(-1, self.layers, -1)
        return self.synthesis(w, constant=True)


class Discriminator(nn.Module):
    """`stylegan.Discriminator`, of maps with so many channels, from 4×4 on."""

    def __init__(self, widths, features):
        super().__init__()
        down = widths[::-1]
        for level, width in enumerate(down):
            self.add_module(f"input{level}", Conv(3, width, 1))
        for level, (before, after) in enumerate(itertools.pairwise(down)):
            self.add_module(f"layer{2 * level}", Conv(before, before))
            self.add_module(f"layer{2 * level + 1}", Conv(before, after, down=True))
        self.last, first = 2 * (len(widths) - 1), widths[0]
        self.add_module(f"layer{self.last}", Conv(first + 1, first))
        self.add_module(f"layer{self.last + 1}", Dense(16 * first, features))
        self.add_module(f"layer{self.last + 2}", Dense(features, 1, gain=1.0))

    def forward(self, x):
        """[B, 3, H, W] to [B]."""
        layers = [getattr(self, f"layer{place}") for place in range(self.last + 3)]
        x = leaky(self.input0(x))
        for place in range(0, self.last, 2):
            x = blur(leaky(layers[place](x)))
            x = leaky(layers[place + 1](x))
        x = leaky(layers[self.last](with_deviation(x, unbiased=False)))
        x = leaky(layers[self.last + 1](x.flatten(1)))
        return layers[self.last + 2](x)[:, 0]
