"""GAT's transformers in PyTorch, as `transformers.py` times them.

Names of parameters are those that `jaxgan.models.gat` imports. Images are [B, C, H, W].
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch_dit import Attention, Patches, Table, modulation, pictures, positions

from jaxgan.nn.rotary import angles


def rms(x, eps=1e-6):
    """RMSNorm without a gain."""
    return F.rms_norm(x, x.shape[-1:], eps=eps)


class RotaryAttention(Attention):
    """Queries and keys normalised, and turned by where their tokens are."""

    def __init__(self, width, heads, side, before):
        super().__init__(width, heads)
        size = width // heads
        self.q_norm, self.k_norm = (
            nn.RMSNorm(size, torch.finfo(torch.float32).eps) for _ in range(2)
        )
        turns = angles(side, side, size)
        turns = np.concatenate([np.zeros((before, size // 2)), turns])
        turned = torch.from_numpy(np.repeat(turns, 2, axis=1)).float()
        for name, table in (("cos", turned.cos()), ("sin", turned.sin())):
            self.register_buffer(name, table, persistent=False)

    def prepare(self, name, x):
        """Queries, or keys, [B, heads, N, C]."""
        x = getattr(self, name)(x)
        other = torch.stack([-x[..., 1::2], x[..., ::2]], -1).flatten(-2)
        return x * self.cos + other * self.sin


class SwiGLU(nn.Module):
    """(silu(x W₁) ⊙ x W₂) W₃."""

    def __init__(self, width):
        super().__init__()
        hidden = int(2 / 3 * 4 * width)
        self.w12 = nn.Linear(width, 2 * hidden)
        self.w3 = nn.Linear(hidden, width)

    def forward(self, x):
        """The last axis to the same shape."""
        gate, value = self.w12(x).chunk(2, -1)
        return self.w3(F.silu(gate) * value)


class GATGeneratorBlock(nn.Module):
    """Modulated by w; nothing is shifted."""

    def __init__(self, width, heads, side):
        super().__init__()
        self.attn, self.mlp = RotaryAttention(width, heads, side, 0), SwiGLU(width)
        self.adaLN_modulation = modulation(width, 4)

    def forward(self, x, w):
        """Tokens [B, N, width] to the same shape."""
        scale, gate, of_mlp, gate_of_mlp = self.adaLN_modulation(w)[:, None].chunk(
            4, -1
        )
        x = x + gate * self.attn(rms(x) * (1 + scale))
        return x + gate_of_mlp * self.mlp(rms(x) * (1 + of_mlp))


class GATBlock(nn.Module):
    """The discriminator's."""

    def __init__(self, width, heads, side):
        super().__init__()
        self.attn, self.mlp = RotaryAttention(width, heads, side, 1), SwiGLU(width)
        self.norm1, self.norm2 = nn.RMSNorm(width, 1e-6), nn.RMSNorm(width, 1e-6)
        self.ls_attn = nn.Parameter(torch.full((width,), 0.1))
        self.ls_mlp = nn.Parameter(torch.full((width,), 0.1))

    def forward(self, x):
        """Tokens [B, N, width] to the same shape."""
        x = x + self.ls_attn * self.attn(self.norm1(x))
        return x + self.ls_mlp * self.mlp(self.norm2(x))


class SlowLinear(nn.Linear):
    """m · (x W + b)."""

    def forward(self, x):
        """The last axis to another."""
        return 0.01 * super().forward(x)


def slow_mlp(first, width):
    """Two of them."""
    return nn.Sequential(SlowLinear(first, width), nn.SiLU(), SlowLinear(width, width))


def unit(x):
    """Of unit second moment."""
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-8)


class LevelLayer(nn.Module):
    """Patches of pixels, of one level."""

    def __init__(self, width, features):
        super().__init__()
        self.linear = nn.Linear(width, features)
        self.adaLN_modulation = modulation(width, 1)

    def forward(self, x, w):
        """[B, N, width] to [B, N, features]."""
        return self.linear(rms(x) * (1 + self.adaLN_modulation(w)[:, None]))


class GATGenerator(nn.Module):
    """z and labels to levels."""

    def __init__(
        self, size, channels, patch, width, depth, heads, classes, levels, latent
    ):
        super().__init__()
        self.patch, self.latent, self.each = patch, latent, depth // levels
        self.y_embedder = Table(classes, latent)
        self.latent_embedder = slow_mlp(2 * latent, width)
        side = size // patch
        places = positions(side, width)
        self.register_buffer("pos_embed", places, persistent=False)
        self.register_buffer("w_avg", torch.zeros(classes, width))
        self.blocks = nn.ModuleList(
            GATGeneratorBlock(width, heads, side) for _ in range(depth)
        )
        self.final_layers = nn.ModuleList(
            LevelLayer(width, patch**2 * channels) for _ in range(levels)
        )

    def forward(self, z, labels, track=False):
        """[B, Z] and [B] to images [B, C, H, W], one for each level."""
        w = self.latent_embedder(torch.cat([unit(self.y_embedder(labels)), unit(z)], 1))
        if track:
            self.track(w.detach(), labels)
        x, total, made = self.pos_embed.expand(len(w), -1, -1), 0.0, []
        for place, block in enumerate(self.blocks, 1):
            x = block(x, w)
            if place % self.each == 0:
                total = total + self.final_layers[place // self.each - 1](x, w)
                made.append(pictures(total, self.patch))
        return made

    def track(self, w, labels):
        """Moves the means of the classes that are met."""
        own = F.one_hot(labels, len(self.w_avg)).float()
        counts = own.sum(0)
        met = own.T @ w / counts.clamp(min=1)[:, None]
        pace = 0.005 * (counts > 0).float()[:, None]
        self.w_avg += pace * (met - self.w_avg)


class Condition(Table):
    """A class as what a logit is compared with."""

    def __init__(self, classes, size):
        super().__init__(classes, size)
        self.latent_embedder = slow_mlp(size, size)

    def forward(self, labels):
        """[B] to [B, width]."""
        return self.latent_embedder(super().forward(labels))


class GATDiscriminator(nn.Module):
    """Levels beside each other, [B, levels · C, H, W], and labels to logits [B]."""

    def __init__(
        self, size, channels, patch, width, depth, heads, classes, levels, condition
    ):
        super().__init__()
        self.x_embedder = Patches(levels * channels, width, patch)
        self.y_embedder = Condition(classes, condition)
        side = size // patch
        places = positions(side, width)
        self.register_buffer("pos_embed", places, persistent=False)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.blocks = nn.ModuleList(GATBlock(width, heads, side) for _ in range(depth))
        self.final_layer = nn.Sequential(
            nn.RMSNorm(width, 1e-6), nn.Linear(width, condition)
        )

    def forward(self, x, labels):
        """[B, levels · C, H, W] and [B] to [B]."""
        x = self.x_embedder(x) + self.pos_embed
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1)
        for block in self.blocks:
            x = block(x)
        return (self.final_layer(x[:, 0]) * self.y_embedder(labels)).sum(1)
