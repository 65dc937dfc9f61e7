"""The train steps of MoCoGAN, DVD-GAN and MolGAN in PyTorch: f(real, ...) -> G's loss.

Clips are [B, T, C, H, W], and labels are those of real clips; those of others are
drawn.
"""

import torch
from torch.nn import functional as F
from torch_step import update
from torch_style_line_step import Average


def drawn_frames(clips, count):
    """Some frames of every clip, none of them twice: [B, count, C, H, W]."""
    places = torch.rand(clips.shape[:2]).argsort(1)[:, :count].sort(1).values
    return clips[torch.arange(len(clips))[:, None], places]


def decay(count, seen, half_life=2_000.0):
    """Of the generator's average, which forgets the first steps."""
    return 0.5 ** (count / max(min(half_life, 0.05 * seen), 1e-8))


def mocogan_step(generator, discriminator):
    """`recipes.mocogan` with categories, and a single frame of every clip."""
    optimizers = [
        torch.optim.Adam(net.parameters(), 2e-4, (0.5, 0.999), weight_decay=1e-5)
        for net in (generator, discriminator)
    ]
    average, seen = Average(generator), 0

    def generate(count):
        labels = torch.randint(generator.classes, (count,))
        return generator(torch.randn(count, generator.latent), labels), labels

    def judge(clips):
        return discriminator(clips, drawn_frames(clips, 1).flatten(0, 1))

    def step(real, labels):
        nonlocal seen
        with torch.no_grad():
            fake, _ = generate(len(real))
        *judged, kinds = judge(real)
        value = F.cross_entropy(kinds, labels)
        for above, below in zip(judged, judge(fake)):
            value = value + F.softplus(-above).mean() + F.softplus(below).mean()
        update(optimizers[1], value)
        fake, asked = generate(len(real))
        *judged, kinds = judge(fake)
        value = F.cross_entropy(kinds, asked)
        for logits in judged:
            value = value + F.softplus(-logits).mean()
        update(optimizers[0], value)
        average.move(decay(len(real), seen))
        seen += len(real)
        return value

    return step


def dvdgan_step(generator, discriminator, judged=4, every=2):
    """`recipes.dvdgan`: the generator moves on every second call."""
    rates = 1e-4, 5e-4
    optimizers = [
        torch.optim.Adam(net.parameters(), rate, (0.0, 0.999))
        for net, rate in zip((generator, discriminator), rates)
    ]
    average, calls, last = Average(generator), 0, torch.zeros(())

    def generate(count):
        labels = torch.randint(generator.classes, (count,))
        return generator(torch.randn(count, generator.latent), labels), labels

    def judge(clips, labels):
        return discriminator(clips, drawn_frames(clips, judged), labels)

    def step(real, labels):
        nonlocal calls, last
        with torch.no_grad():
            fake, asked = generate(len(real))
        value = torch.zeros(())
        for above, below in zip(judge(real, labels), judge(fake, asked)):
            value = value + F.relu(1 - above).mean() + F.relu(1 + below).mean()
        update(optimizers[1], value)
        if calls % every == 0:
            last = -sum(logits.mean() for logits in judge(*generate(len(real))))
            update(optimizers[0], last)
        average.move(decay(len(real), calls * len(real)))
        calls += 1
        return last

    return step


def molgan_step(generator, discriminator, every=4):
    """`recipes.molgan`, with WGAN-GP of whole graphs."""
    optimizers = [
        torch.optim.Adam(net.parameters(), 1e-3, (0.5, 0.9))
        for net in (generator, discriminator)
    ]
    average, calls, last = Average(generator), 0, torch.zeros(())

    def generate(count):
        return generator(torch.randn(count, generator.latent))

    def step(*real):
        nonlocal calls, last
        count = len(real[0])
        with torch.no_grad():
            fake = generate(count)
        value = (discriminator(*fake) - discriminator(*real)).mean()
        update(optimizers[1], value + 10 * penalty(discriminator, real, fake))
        if calls % every == 0:
            last = -discriminator(*generate(count)).mean()
            update(optimizers[0], last)
        average.move(decay(count, calls * count, 32_000.0))
        calls += 1
        return last

    return step


def penalty(discriminator, real, fake):
    """Of slopes between graphs, one norm for bonds and atoms together."""
    share = torch.rand(len(real[0]))
    between = []
    for one, other in zip(real, fake):
        along = share.reshape(-1, *(1,) * (one.ndim - 1))
        between.append((one + along * (other - one)).requires_grad_())
    value = discriminator(*between).sum()
    slopes = torch.autograd.grad(value, between, create_graph=True)
    squares = sum(slope.square().flatten(1).sum(1) for slope in slopes)
    return ((squares.sqrt() - 1) ** 2).mean()
