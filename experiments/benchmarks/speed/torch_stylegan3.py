"""StyleGAN3's generator in PyTorch: the function of `jaxgan.models.stylegan3`.

Parameters, means and filters have the official names, so that what `export_torch`
returns can be loaded. Styles scale activations, so that there is one kernel for all
examples; filters are depthwise convolutions, those that enlarge transposed ones, axis
by axis where they are products. The official code has kernels of its own, for GPUs
only, and without them puts zeros between the pixels.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F
from torch_stylegan2_layers import Dense, Mapping

from jaxgan.models.stylegan3.design import resampling


class Input(nn.Module):
    """Waves of random frequencies, moved as w says, and mixed."""

    def __init__(self, stage, style):
        super().__init__()
        count, self.stage = stage.channels, stage
        drawn = torch.randn(count, 2)
        squares = drawn.square().sum(1, keepdim=True)
        freqs = drawn / squares.sqrt() * (-squares / 4).exp() * stage.cutoff
        self.weight = nn.Parameter(torch.randn(count, count))
        self.affine = Dense(style, 4)
        with torch.no_grad():
            self.affine.weight.zero_()
            self.affine.bias[0] = 1.0
        for name, value in {
            "freqs": freqs,
            "phases": torch.rand(count) - 0.5,
            "transform": torch.eye(3),
        }.items():
            self.register_buffer(name, value)

    def forward(self, w):
        """[B, W] to [B, C, size, size]."""
        stage, t = self.stage, self.affine(w)
        c, s, x, y = (t / t[:, :2].norm(dim=1, keepdim=True)).unbind(1)
        none, one = torch.zeros_like(c), torch.ones_like(c)
        moved = [c, -s, s * y - c * x, s, c, -s * x - c * y, none, none, one]
        moved = torch.stack(moved, 1).reshape(-1, 3, 3) @ self.transform
        phases = self.phases + (self.freqs @ moved[:, :2, 2:])[..., 0]
        freqs = self.freqs @ moved[:, :2, :2]
        spare = stage.rate / 2 - stage.cutoff
        strengths = 1 - (freqs.norm(dim=2) - stage.cutoff) / spare
        theta = torch.eye(2, 3, device=w.device) * (0.5 * stage.size / stage.rate)
        size = [1, 1, stage.size, stage.size]
        grid = F.affine_grid(theta[None], size, align_corners=False)
        waves = grid @ freqs.transpose(1, 2)[:, None]
        waves = torch.sin(2 * math.pi * (waves + phases[:, None, None]))
        waves = waves * strengths.clamp(0, 1)[:, None, None]
        mixed = waves @ (self.weight / math.sqrt(len(self.weight))).T
        return mixed.permute(0, 3, 1, 2)


def up_sampled(x, taps, up, pads):
    """Enlarges x, [B, C, H, W], by a filter."""
    channels, count = x.shape[1], len(taps)
    taps = up * taps
    for axis, kernel in ((2, taps[:, None]), (3, taps[None])):
        stride = [1, 1]
        stride[axis - 2] = up
        kernel = kernel.expand(channels, 1, -1, -1)
        x = F.conv_transpose2d(x, kernel, stride=stride, groups=channels)
    edges = []
    for low, high in reversed(pads):
        # The last pixel of a transposed convolution has no zeros behind it.
        edges += [low - count + 1, high - count + up]
    return F.pad(x, edges)


def down_sampled(x, taps, down):
    """Makes x smaller by a filter."""
    channels = x.shape[1]
    if taps.ndim == 2:
        kernel = taps.flip(0, 1).expand(channels, 1, -1, -1)
        return F.conv2d(x, kernel, stride=down, groups=channels)
    taps = taps.flip(0)
    for stride, kernel in (((down, 1), taps[:, None]), ((1, down), taps[None])):
        kernel = kernel.expand(channels, 1, -1, -1)
        x = F.conv2d(x, kernel, stride=stride, groups=channels)
    return x


class Layer(nn.Module):
    """down(leaky(up(modulated convolution + bias))), or to colours."""

    def __init__(self, before, after, style, size, radial, colours, decay):
        super().__init__()
        oversampling = 1 if colours else 2
        self.filters = resampling(before, after, size, oversampling, radial=radial)
        channels, features = before.channels, after.channels
        self.weight = nn.Parameter(torch.randn(features, channels, size, size))
        self.bias = nn.Parameter(torch.zeros(features))
        self.affine = Dense(style, channels, start=1.0)
        self.magnitude_ema: torch.Tensor
        self.register_buffer("magnitude_ema", torch.ones(()))
        for name in ("up", "down"):
            taps = getattr(self.filters, f"{name}_taps")
            if taps is not None:
                taps = torch.tensor(taps, dtype=torch.float32)
            self.register_buffer(f"{name}_filter", taps)
        self.colours, self.decay = colours, decay

    def forward(self, x, w, mode):
        """[B, C, H, W] to features; mode: 'apply', 'train' or 'track' means."""
        mean = self.magnitude_ema
        if mode != "apply":
            mean = x.detach().square().mean().lerp(mean, self.decay)
            if mode == "track":
                self.magnitude_ema.copy_(mean)
        weight, styles = self.weight, self.affine(w)
        factors = None
        if self.colours:
            styles = styles / math.sqrt(weight.shape[1])
        else:
            squares = weight.square().mean((1, 2, 3), keepdim=True)
            weight = weight * (squares + 1e-8).rsqrt()
            styles = styles * (styles.square().mean(1, keepdim=True) + 1e-8).rsqrt()
            squares = weight.square().sum((2, 3))
            factors = (styles.square() @ squares.T + 1e-8).rsqrt()
        x = x * (styles * mean.rsqrt())[:, :, None, None]
        x = F.conv2d(x, weight, padding=weight.shape[-1] - 1)
        x = x if factors is None else x * factors[:, :, None, None]
        x = x + self.bias[:, None, None]
        if self.colours:
            rows, columns = self.filters.pads
            return F.pad(x, [*columns, *rows]).clamp(-256, 256)
        if self.up_filter is None:
            rows, columns = self.filters.pads
            x = F.pad(x, [*columns, *rows])
        else:
            x = up_sampled(x, self.up_filter, self.filters.up, self.filters.pads)
        x = (F.leaky_relu(x, 0.2) * math.sqrt(2)).clamp(-256, 256)
        if self.down_filter is None:
            return x
        return down_sampled(x, self.down_filter, self.filters.down)


class Synthesis(nn.Module):
    """w to image."""

    def __init__(self, stages, style, size, radial, decay):
        super().__init__()
        self.input = Input(stages[0], style)
        self.names, before = [], stages[0]
        for place, after in enumerate(stages):
            colours = place == len(stages) - 1
            name = f"L{place}_{after.size}_{after.channels}"
            how = 1 if colours else size, radial, colours, decay
            self.add_module(name, Layer(before, after, style, *how))
            self.names.append(name)
            before = after

    def forward(self, ws, mode="train"):
        """[B, L, W] to [B, 3, H, W]."""
        x = self.input(ws[:, 0])
        for place, name in enumerate(self.names):
            x = getattr(self, name)(x, ws[:, place + 1], mode)
        return 0.25 * x


class Generator(nn.Module):
    """`stylegan3.Generator`."""

    def __init__(self, stages, latent, style, layers, size, radial, decay):
        super().__init__()
        self.mapping = Mapping(latent, style, layers)
        self.synthesis = Synthesis(stages, style, size, radial, decay)
        self.latent, self.layers = latent, len(stages) + 1

    def styles(self, z, track=False):
        """[B, Z] to [B, W]; perhaps moves its mean."""
        w = self.mapping(z)
        if track:
            self.mapping.w_avg.lerp_(w.detach().mean(0), 0.002)
        return w

    def forward(self, z):
        """[B, Z] to [B, 3, H, W]."""
        w = self.styles(z)[:, None].expand(-1, self.layers, -1)
        return self.synthesis(w, "apply")
