"""The train steps of AFM and GAT in PyTorch: f(real, labels) -> G's loss.

Real images are [B, H, W, C]. As in the official code all that a discriminator judges on
its move goes through it in one pass.
"""

import torch
from torch.nn import functional as F
from torch_clips_step import decay
from torch_step import update
from torch_style_line_step import Average

EPSILON = 0.01


class Normalized(torch.autograd.Function):
    """The same; its gradient is divided by √s, a running mean of N ‖gradient‖²."""

    @staticmethod
    def forward(ctx, x, square):
        """The same; `square` is s."""
        ctx.square = square
        return x.view_as(x)

    @staticmethod
    def backward(ctx, gradient):
        """Moves s, and divides."""
        # Of a mean over examples: each one's own is so many times as large.
        own = gradient * len(gradient)
        square = own[0].numel() * own.square().flatten(1).sum(1).mean()
        ctx.square.lerp_(square, 0.1)
        return gradient / ctx.square.clamp(min=1e-24).sqrt(), None


def afm_step(generator, discriminator, rate=6e-4, gamma=0.5, transport=0.2, shrink=4):
    """`recipes.afm`: penalties on a quarter of the batch."""
    optimizers = [
        torch.optim.AdamW(net.parameters(), rate, (0.0, 0.9), weight_decay=0.01)
        for net in (generator, discriminator)
    ]
    average, seen, square = Average(generator), 0, torch.zeros(())
    numbers = generator.size**2 * generator.channels

    def step(real, labels):
        nonlocal seen
        count = len(real)
        real = real.movedim(-1, 1)
        with torch.no_grad():
            fake = generator(torch.randn(count, numbers), labels)
        near = [x[::shrink] for x in (real, fake)]
        near = [x + EPSILON * torch.randn_like(x) for x in near]
        few = labels[::shrink]
        judged = discriminator(
            torch.cat([real, fake, *near]), torch.cat([labels, labels, few, few])
        )
        above, below, *others = judged.split([count, count, *[len(few)] * 2])
        value = F.softplus(below - above).mean()
        value = value + 0.01 * (above + below).square().mean()
        for one, other in zip((above, below), others):
            slope = (other - one[::shrink]) / EPSILON
            value = value + gamma / 2 * slope.square().mean()
        update(optimizers[1], value)

        z = torch.randn(count, numbers)
        fake = generator(z, labels)
        with torch.no_grad():
            above = discriminator(real, labels)
        below = discriminator(Normalized.apply(fake, square), labels)
        moved = fake.movedim(1, -1).flatten(1) - z
        value = F.softplus(above - below).mean() + transport * moved.square().mean()
        update(optimizers[0], value)
        average.move(decay(count, seen, 20_000.0))
        seen += count
        return value

    return step


def noise_shares(levels):
    """Of noise on every level."""
    return [1 - 0.125 ** (1 - k / (levels - 1)) + 0.01 for k in range(levels)]


def drawn_noise(levels, like):
    """Noise of all levels beside each other: a chain, from the last to the first."""
    shares = noise_shares(levels)[::-1]
    made, noise, before = [], torch.zeros_like(like), 0.0
    for share in shares:
        fading = (1 - share) / (1 - before)
        rest = max(share**2 - (fading * before) ** 2, 0.0) ** 0.5
        noise = fading * noise + rest * torch.randn_like(like)
        made.append(noise)
        before = share
    return torch.cat(made[::-1], 1)


def hidden(levels, noise):
    """Levels beside each other, under noise."""
    shares = noise_shares(len(levels))
    return torch.cat([x * (1 - t) for x, t in zip(levels, shares)], 1) + noise


def gat_step(generator, discriminator, levels=4, rate=1.2e-3, gamma=0.1):
    """`recipes.gat` under `level_noise` without transforms."""
    nets = generator, discriminator
    optimizers = [torch.optim.Adam(net.parameters(), rate, (0.0, 0.99)) for net in nets]
    average, seen = Average(generator), 0

    def move(optimizer, value):
        parameters = optimizer.param_groups[0]["params"]
        optimizer.zero_grad()
        value.backward(inputs=parameters)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()

    def step(real, labels):
        nonlocal seen
        count = len(real)
        real = real.movedim(-1, 1).contiguous()
        with torch.no_grad():
            fake = generator(torch.randn(count, generator.latent), labels)
        noises = [drawn_noise(levels, real) for _ in range(2)]
        near = [x + EPSILON * torch.randn_like(x) for x in fake]
        other = real + EPSILON * torch.randn_like(real)
        shown = [
            *(hidden([real] * levels, noises[0]), hidden(fake, noises[1])),
            *(hidden([other] * levels, noises[0]), hidden(near, noises[1])),
        ]
        judged = discriminator(torch.cat(shown), labels.repeat(4))
        above, below, *others = judged.chunk(4)
        value = F.softplus(below - above).mean()
        for one, moved in zip((above, below), others):
            slope = (moved - one) / EPSILON
            value = value + gamma / 2 * slope.square().mean()
        move(optimizers[1], value)

        z = torch.randn(count, generator.latent)
        fake = generator(z, labels, track=True)
        with torch.no_grad():
            shown = hidden([real] * levels, drawn_noise(levels, real))
            above = discriminator(shown, labels)
        below = discriminator(hidden(fake, drawn_noise(levels, real)), labels)
        value = F.softplus(above - below).mean()
        move(optimizers[0], value)
        average.move(decay(count, seen, 20_000.0))
        seen += count
        return value

    return step
