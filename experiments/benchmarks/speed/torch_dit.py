"""Adversarial flow models' transformers in PyTorch, as `transformers.py` times them.

Names of parameters are those that `jaxgan.models.dit` imports. Images are [B, C, H, W].
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from jaxgan.nn import sinusoidal_positions


def positions(side, width):
    """[1, N, width]."""
    return torch.from_numpy(np.array(sinusoidal_positions(side, side, width)))[None]


class Patches(nn.Module):
    """Images to tokens."""

    def __init__(self, channels, width, patch):
        super().__init__()
        self.proj = nn.Conv2d(channels, width, patch, patch)

    def forward(self, x):
        """[B, C, H, W] to [B, N, width]."""
        return self.proj(x).flatten(2).transpose(1, 2)


class Table(nn.Module):
    """Rows of classes."""

    def __init__(self, classes, width):
        super().__init__()
        self.embedding_table = nn.Embedding(classes, width)

    def forward(self, labels):
        """[B] to [B, width]."""
        return self.embedding_table(labels)


class Attention(nn.Module):
    """Of all tokens; `prepare` is what becomes of queries and keys."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def prepare(self, name, x):
        """Queries, or keys, [B, heads, N, C]."""
        return x

    def forward(self, x):
        """[B, N, width] to the same shape."""
        count, tokens, width = x.shape
        shape = (count, tokens, 3, self.heads, width // self.heads)
        query, key, value = self.qkv(x).reshape(shape).permute(2, 0, 3, 1, 4)
        query, key = self.prepare("q_norm", query), self.prepare("k_norm", key)
        x = F.scaled_dot_product_attention(query, key, value)
        return self.proj(x.transpose(1, 2).reshape(count, tokens, width))


def modulation(width, parts):
    """Vectors of a condition."""
    return nn.Sequential(nn.SiLU(), nn.Linear(width, parts * width))


class Mlp(nn.Module):
    """Dense, GELU, dense."""

    def __init__(self, width):
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x):
        """The last axis to the same shape."""
        return self.fc2(F.gelu(self.fc1(x), approximate="tanh"))


def adaptive(x, shift, scale):
    """LayerNorm, scaled and shifted by a condition."""
    return F.layer_norm(x, x.shape[-1:], eps=1e-6) * (1 + scale) + shift


class DiTBlock(nn.Module):
    """adaLN-Zero."""

    def __init__(self, width, heads):
        super().__init__()
        self.attn, self.mlp = Attention(width, heads), Mlp(width)
        self.adaLN_modulation = modulation(width, 6)

    def forward(self, x, condition):
        """Tokens [B, N, width] to the same shape."""
        vectors = self.adaLN_modulation(condition)[:, None].chunk(6, -1)
        shift, scale, gate, *of_mlp = vectors
        x = x + gate * self.attn(adaptive(x, shift, scale))
        shift, scale, gate = of_mlp
        return x + gate * self.mlp(adaptive(x, shift, scale))


class LastLayer(nn.Module):
    """Patches of pixels."""

    def __init__(self, width, features, parts):
        super().__init__()
        self.linear = nn.Linear(width, features)
        self.adaLN_modulation = modulation(width, parts)

    def forward(self, x, condition):
        """[B, N, width] to [B, N, features]."""
        shift, scale = self.adaLN_modulation(condition)[:, None].chunk(2, -1)
        return self.linear(adaptive(x, shift, scale))


def pictures(x, patch):
    """Tokens [B, N, p² C] to [B, C, H, W]."""
    count, tokens, _ = x.shape
    side = round(tokens**0.5)
    x = x.reshape(count, side, side, patch, patch, -1)
    return x.permute(0, 5, 1, 3, 2, 4).reshape(count, -1, side * patch, side * patch)


class Trunk(nn.Module):
    """What DiT's generator and discriminator share."""

    def __init__(self, size, channels, patch, width, depth, heads, classes):
        super().__init__()
        self.patch, self.channels, self.size = patch, channels, size
        self.x_embedder = Patches(channels, width, patch)
        self.y_embedder = Table(classes, width)
        self.register_buffer("pos_embed", positions(size // patch, width))
        self.blocks = nn.ModuleList(DiTBlock(width, heads) for _ in range(depth))


class DiTGenerator(Trunk):
    """Noise [B, H W C] and labels to images."""

    def __init__(self, size, channels, patch, width, *others):
        super().__init__(size, channels, patch, width, *others)
        self.final_layer = LastLayer(width, patch**2 * channels, 2)

    def forward(self, z, labels):
        """[B, H W C] and [B] to [B, C, H, W]."""
        z = z.reshape(-1, self.size, self.size, self.channels).movedim(-1, 1)
        x, condition = self.x_embedder(z) + self.pos_embed, self.y_embedder(labels)
        for block in self.blocks:
            x = block(x, condition)
        return pictures(self.final_layer(x, condition), self.patch)


class DiTDiscriminator(Trunk):
    """Images and labels to logits [B]."""

    def __init__(self, size, channels, patch, width, *others):
        super().__init__(size, channels, patch, width, *others)
        self.dis_embed = nn.Parameter(torch.zeros(width))
        self.final_layer = nn.Sequential(
            nn.LayerNorm(width, 1e-6, elementwise_affine=False),
            nn.Linear(width, 1, bias=False),
        )

    def forward(self, x, labels):
        """[B, C, H, W] and [B] to [B]."""
        x, condition = self.x_embedder(x) + self.pos_embed, self.y_embedder(labels)
        x = torch.cat([self.dis_embed.expand(len(x), 1, -1), x], 1)
        for block in self.blocks:
            x = block(x, condition)
        return self.final_layer(x[:, 0])[:, 0]
