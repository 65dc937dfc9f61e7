"""MolGAN's networks in PyTorch, with the names of our layers."""

import torch
from torch import nn
from torch.nn import functional as F


class Generator(nn.Module):
    """Logits of bonds, made symmetric, and of atoms; and a draw of both."""

    def __init__(self, latent, size, widths, bonds=4, atoms=5):
        super().__init__()
        self.latent, self.size, self.kinds = latent, size, (bonds, atoms)
        self.hidden = len(widths)
        for place, (before, after) in enumerate(zip([latent, *widths], widths)):
            self.add_module(f"Dense_{place}", nn.Linear(before, after))
        self.bonds = nn.Linear(widths[-1], bonds * size * size)
        self.atoms = nn.Linear(widths[-1], size * atoms)

    def logits(self, z):
        """Maps [B, Z] to [B, N, N, E] and [B, N, T]."""
        for place in range(self.hidden):
            z = torch.tanh(self.get_submodule(f"Dense_{place}")(z))
        bonds = self.bonds(z).unflatten(1, (self.kinds[0], self.size, self.size))
        bonds = 0.5 * (bonds + bonds.transpose(2, 3)).permute(0, 2, 3, 1)
        return bonds, self.atoms(z).unflatten(1, (self.size, self.kinds[1]))

    def forward(self, z):
        """Draws ones and zeros, whose gradients are those of the shares."""
        bonds, atoms = self.logits(z)
        noise = torch.empty_like(bonds).exponential_().log_().neg_()
        upper = torch.ones(self.size, self.size, dtype=torch.bool).triu()[..., None]
        noise = torch.where(upper, noise, noise.transpose(1, 2))
        return through(bonds + noise), F.gumbel_softmax(atoms, hard=True)


def through(logits):
    """The largest as ones and zeros, with the gradient of the shares."""
    soft = logits.softmax(-1)
    hard = torch.zeros_like(soft).scatter_(-1, soft.argmax(-1, keepdim=True), 1.0)
    return hard + (soft - soft.detach())


class GraphConvolution(nn.Module):
    """Over all kinds of bonds at once."""

    def __init__(self, channels, features, kinds):
        super().__init__()
        self.features = features
        self.neighbours = nn.Linear(channels, kinds * features)
        self.add_module("self", nn.Linear(channels, features))

    def forward(self, bonds, x):
        """Maps bonds [B, N, N, R] and x [B, N, C]."""
        told = self.neighbours(x).reshape(len(x), -1, self.features)
        return torch.tanh(bonds.flatten(2) @ told + self.get_submodule("self")(x))


class Judge(nn.Module):
    """Graph convolutions, a sum over atoms, dense layers."""

    def __init__(self, convolutions, aggregation, widths, group, kinds=3, atoms=5):
        super().__init__()
        self.convolutions, self.dense = len(convolutions), len(widths)
        self.group, before = group, atoms
        for place, features in enumerate(convolutions):
            layer = GraphConvolution(before, features, kinds)
            self.add_module(f"GraphConvolution_{place}", layer)
            before = features + atoms
        self.gate = nn.Linear(before, aggregation)
        self.said = nn.Linear(before, aggregation)
        for place, (sees, makes) in enumerate(zip([aggregation, *widths], widths)):
            self.add_module(f"Dense_{place}", nn.Linear(sees, makes))
        self.logit = nn.Linear(widths[-1] + bool(group), 1)

    def forward(self, adjacency, atoms):
        """Maps graphs to [B]."""
        bonds, x = adjacency[..., 1:], atoms
        for place in range(self.convolutions):
            h = self.get_submodule(f"GraphConvolution_{place}")(bonds, x)
            x = torch.cat([h, atoms], -1)
        x = torch.tanh((self.gate(x).sigmoid() * self.said(x).tanh()).sum(1))
        for place in range(self.dense):
            x = torch.tanh(self.get_submodule(f"Dense_{place}")(x))
        if self.group:
            y = x.unflatten(0, (-1, self.group))
            y = (y.var(1, unbiased=False) + 1e-8).sqrt().mean(1)
            x = torch.cat([x, y.repeat_interleave(self.group)[:, None]], 1)
        return self.logit(x)[:, 0]


class Discriminator(nn.Module):
    """The critic."""

    def __init__(self, convolutions, aggregation, widths, group):
        super().__init__()
        self.critic = Judge(convolutions, aggregation, widths, group)

    def forward(self, adjacency, atoms):
        """Maps graphs to [B]."""
        return self.critic(adjacency, atoms)
