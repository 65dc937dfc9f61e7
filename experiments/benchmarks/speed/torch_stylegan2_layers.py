"""The layers of StyleGAN2 in PyTorch.

They scale activations rather than making a kernel per example, as the official code
does in training; `FUSED` turns the other way on, for comparison.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

FUSED = False
"""One kernel per example, all in one grouped convolution."""
TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8


def activate(x, bias, gain=1.0):
    """√2 · gain · leaky_relu(x + bias)."""
    bias = bias.reshape(1, -1, *(1,) * (x.ndim - 2))
    return F.leaky_relu(x + bias, 0.2) * (math.sqrt(2) * gain)


def blur(x, pads, gain=1.0, down=1):
    """Pads all four sides, filters by the outer product of the taps, thins out."""
    channels = x.shape[1]
    for taps, stride in (
        (TAPS[:, None], (down, 1)),
        (TAPS[None], (1, down)),
    ):
        kernel = (taps * math.sqrt(gain)).expand(channels, 1, -1, -1).to(x)
        edges = [pads if size > 1 else (0, 0) for size in reversed(taps.shape)]
        x = F.conv2d(
            F.pad(x, [*edges[0], *edges[1]]), kernel, None, stride, 0, 1, channels
        )
    return x


def twice(x):
    """Twice the size, filtered."""
    channels = x.shape[1]
    taps = 2 * TAPS
    kernel = (taps[:, None] * taps[None]).expand(channels, 1, -1, -1).to(x)
    return F.conv_transpose2d(x, kernel, None, 2, 1, 0, channels)


class Dense(nn.Module):
    """With an equalised learning rate, `multiplier` times it."""

    def __init__(self, channels, features, start=0.0, multiplier=1.0, leaky=False):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(features, channels) / multiplier)
        self.bias = nn.Parameter(torch.full((features,), start))
        self.gain, self.multiplier = multiplier / math.sqrt(channels), multiplier
        self.leaky = leaky

    def forward(self, x):
        """[B, C] to [B, features]."""
        bias = self.bias * self.multiplier
        if not self.leaky:
            return F.linear(x, self.weight * self.gain, bias)
        return activate(F.linear(x, self.weight * self.gain), bias)


class Mapping(nn.Module):
    """z to w, and w's running mean."""

    def __init__(self, latent, features, layers):
        super().__init__()
        self.layers = layers
        for place in range(layers):
            inside = features if place else latent
            self.add_module(
                f"fc{place}", Dense(inside, features, multiplier=0.01, leaky=True)
            )
        self.w_avg: torch.Tensor
        self.register_buffer("w_avg", torch.zeros(features))

    def forward(self, z, track=False):
        """[B, Z] to [B, W]."""
        x = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
        for place in range(self.layers):
            x = getattr(self, f"fc{place}")(x)
        if track:
            self.w_avg.lerp_(x.detach().mean(0), 0.005)
        return x


def modulated(x, weight, styles, demodulate, up):
    """Convolution of example i by the kernel times the styles s_i."""
    factors = None
    if demodulate:
        squares = weight.square().sum((2, 3))
        factors = (styles.square() @ squares.T + 1e-8).rsqrt()
    if FUSED:
        return _by_groups(x, weight, styles, factors, up)
    x = _convolved(x * styles[:, :, None, None], weight, up, 1)
    return x if factors is None else x * factors[:, :, None, None]


def _by_groups(x, weight, styles, factors, up):
    count, channels, height, width = x.shape
    kernels = weight[None] * styles[:, None, :, None, None]
    if factors is not None:
        kernels = kernels * factors[:, :, None, None, None]
    x = x.reshape(1, count * channels, height, width)
    x = _convolved(x, kernels.flatten(0, 1), up, count)
    return x.reshape(count, -1, *x.shape[2:])


def _convolved(x, weight, up, groups):
    if up == 1:
        return F.conv2d(x, weight, padding=weight.shape[-1] // 2, groups=groups)
    kernel = weight.transpose(0, 1)
    if groups > 1:
        channels = weight.shape[1]
        kernel = weight.reshape(groups, -1, *weight.shape[1:]).transpose(1, 2)
        kernel = kernel.reshape(groups * channels, -1, *weight.shape[2:])
    x = F.conv_transpose2d(x, kernel, stride=2, groups=groups)
    return blur(x, (1, 1), 4.0)


class Layer(nn.Module):
    """A modulated convolution, noise, bias, leaky ReLU."""

    def __init__(self, channels, features, style, side, up):
        super().__init__()
        self.affine = Dense(style, channels, start=1.0)
        self.weight = nn.Parameter(torch.randn(features, channels, 3, 3))
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.bias = nn.Parameter(torch.zeros(features))
        self.noise_const: torch.Tensor
        self.register_buffer("noise_const", torch.randn(side, side))
        self.up = up

    def forward(self, x, w, constant):
        """[B, C, H, W] to the same size or twice it."""
        x = modulated(x, self.weight, self.affine(w), True, self.up)
        noise = self.noise_const
        if not constant:
            noise = torch.randn(len(x), 1, *noise.shape, device=x.device)
        x = x + (noise * self.noise_strength).to(x.dtype)
        return activate(x, self.bias)


class Colours(nn.Module):
    """A modulated 1×1 convolution."""

    def __init__(self, channels, style):
        super().__init__()
        self.affine = Dense(style, channels, start=1.0)
        self.weight = nn.Parameter(torch.randn(3, channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, x, w):
        """[B, C, H, W] to three channels."""
        styles = self.affine(w) / math.sqrt(self.weight.shape[1])
        x = modulated(x, self.weight, styles, False, 1)
        return x + self.bias[:, None, None]


class Conv(nn.Module):
    """With an equalised learning rate; perhaps halves the size."""

    def __init__(self, channels, features, size, down=1, leaky=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(features, channels, size, size))
        if leaky:
            self.bias = nn.Parameter(torch.zeros(features))
        self.down, self.leaky = down, leaky
        self.gain = 1 / math.sqrt(channels * size**2)

    def forward(self, x, gain=1.0):
        """[B, C, H, W] to features."""
        weight, edge = self.weight * self.gain, self.weight.shape[-1] // 2
        if self.down == 1:
            x = F.conv2d(x, weight, padding=edge)
        elif edge:
            x = F.conv2d(blur(x, (edge + 1, edge + 1)), weight, stride=2)
        else:
            x = F.conv2d(blur(x, (1, 1), down=2), weight)
        return activate(x, self.bias, gain) if self.leaky else x * gain
