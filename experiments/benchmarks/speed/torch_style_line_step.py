"""The train steps of ProGAN, StyleGAN and StyleGAN3 in PyTorch: f(real) -> G's loss.

Real images are [B, 3, H, W]. What can be computed once is computed once: the slope that
R1 takes on every step is that of the logits that are judged.
"""

import torch
from torch.nn import functional as F
from torch_step import slope_penalty, update


class Average:
    """The generator's running average."""

    def __init__(self, net):
        self.net = net
        self.values = [parameter.detach().clone() for parameter in net.parameters()]

    def move(self, decay):
        """Towards the parameters."""
        with torch.no_grad():
            parameters = list(self.net.parameters())
            torch._foreach_lerp_(self.values, parameters, 1 - decay)


def adam(net, rate, share=1.0):
    """The line's: betas (0, 0.99), corrected for a lazy penalty."""
    return torch.optim.Adam(net.parameters(), rate * share, (0.0, 0.99**share))


def squared_slopes(logits, real):
    """[B]: ‖∇ logits‖², to be differentiated."""
    (slope,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
    return slope.square().sum((1, 2, 3))


def progan_step(generator, discriminator, decay=0.99):
    """`recipes.progan` at levels up to 64×64."""
    optimizers = [adam(net, 1e-3) for net in (generator, discriminator)]
    average = Average(generator)

    def step(real):
        with torch.no_grad():
            fake = generator(torch.randn(len(real), generator.latent))
        judged = discriminator(real)
        value = (discriminator(fake) - judged).mean() + 1e-3 * judged.square().mean()
        value = value + 10 * slope_penalty(discriminator, real, fake)
        update(optimizers[1], value)
        value = -discriminator(generator(torch.randn(len(real), generator.latent)))
        update(optimizers[0], value.mean())
        average.move(decay)
        return value.mean()

    return step


def mixed_styles(generator, count, track=False):
    """[B, L, W]: of two latents, in nine of ten examples."""
    w = generator.styles(torch.randn(count, generator.latent), track)
    other = generator.styles(torch.randn(count, generator.latent))
    layers = generator.layers
    first = torch.randint(1, layers, (count,))
    first = torch.where(torch.rand(count) < 0.9, first, layers)
    keep = torch.arange(layers) < first[:, None]
    return torch.where(keep[..., None], w[:, None], other[:, None])


def stylegan_step(generator, discriminator, gamma=10.0, half_life=5_000.0):
    """`recipes.stylegan` at levels up to 64×64."""
    optimizers = [adam(net, 1e-3) for net in (generator, discriminator)]
    average = Average(generator)

    def step(real):
        with torch.no_grad():
            fake = generator.synthesis(mixed_styles(generator, len(real)))
        seen = real.detach().requires_grad_()
        judged = discriminator(seen)
        value = F.softplus(-judged).mean() + F.softplus(discriminator(fake)).mean()
        value = value + gamma / 2 * squared_slopes(judged, seen).mean()
        update(optimizers[1], value)
        fake = generator.synthesis(mixed_styles(generator, len(real), track=True))
        value = F.softplus(-discriminator(fake)).mean()
        update(optimizers[0], value)
        average.move(0.5 ** (len(real) / half_life))
        return value

    return step


def stylegan3_step(generator, discriminator, gamma=1.0, every=16):
    """`recipes.stylegan3`; R1 on every 16th call, by an update of its own."""
    optimizers = [
        adam(generator, 0.0025),
        adam(discriminator, 0.002, every / (every + 1)),
    ]
    average, calls = Average(generator), 0

    def generate(count, mode):
        w = generator.styles(torch.randn(count, generator.latent), mode == "track")
        ws = w[:, None].expand(-1, generator.layers, -1)
        return generator.synthesis(ws, mode)

    def step(real):
        nonlocal calls
        calls += 1
        with torch.no_grad():
            fake = generate(len(real), "train")
        value = F.softplus(-discriminator(real)).mean()
        update(optimizers[1], value + F.softplus(discriminator(fake)).mean())
        if calls % every == 0:
            seen = real.detach().requires_grad_()
            value = squared_slopes(discriminator(seen), seen).mean()
            update(optimizers[1], every * gamma / 2 * value)
        value = F.softplus(-discriminator(generate(len(real), "track"))).mean()
        update(optimizers[0], value)
        average.move(0.5 ** (32 / 10_000))
        return value

    return step
