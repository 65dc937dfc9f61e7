"""StyleGAN2's train step in PyTorch: `recipes.stylegan2`."""

import math

import torch
from torch.nn import functional as F
from torch_step import update, use_tensor_cores


def mixed_styles(generator, count, device, track):
    """Styles [count, layers, ...], nine in ten of two latents; track moves the mean."""
    z, other = torch.randn(2, count, generator.latent, device=device)
    w, others = generator.mapping(z, track), generator.mapping(other)
    layers = generator.layers
    mixes = torch.rand(count, device=device) < 0.9
    first = torch.randint(1, layers, (count,), device=device)
    first = torch.where(mixes, first, layers)
    keep = torch.arange(layers, device=device) < first[:, None]
    return torch.where(keep[..., None], w[:, None], others[:, None])


def make_step(generator, discriminator, device, dtype, gamma=10.0, rate=0.002):
    """f(real) -> None: one update of either player; R1 every 16, paths every 4 calls.

    Args:
      generator: a `torch_stylegan2.Generator`, that is moved to the device.
      discriminator: a `torch_stylegan2.Discriminator`, likewise.
      device: 'cpu' or 'cuda'.
      dtype: of the computation; bfloat16 by autocast.
      gamma: R1's.
      rate: Adam's, before the correction for lazy penalties.
    """
    use_tensor_cores(device)
    for net in (generator, discriminator):
        net.to(device, memory_format=torch.channels_last)
    optimizers = [
        torch.optim.Adam(net.parameters(), rate * share, (0.0, 0.99**share))
        for net, share in ((generator, 4 / 5), (discriminator, 16 / 17))
    ]
    calls, path_mean = 0, torch.zeros((), device=device)

    def cast():
        return torch.autocast(device, dtype, enabled=dtype != torch.float32)

    def styles(count, track=False):
        return mixed_styles(generator, count, device, track)

    def generate(w):
        with cast():
            return generator.synthesis(w).float()

    def judge(images):
        with cast():
            return discriminator(images).float()

    def penalise(real):
        real = real.detach().requires_grad_()
        (slope,) = torch.autograd.grad(judge(real).sum(), real, create_graph=True)
        return 16 * gamma / 2 * slope.square().sum((1, 2, 3)).mean()

    def paths(count):
        nonlocal path_mean
        w = styles(count)
        images = generate(w)
        noise = torch.randn_like(images) / math.sqrt(images[0, 0].numel())
        (slope,) = torch.autograd.grad((images * noise).sum(), w, create_graph=True)
        lengths = slope.square().sum(2).mean(1).sqrt()
        mean = path_mean.lerp(lengths.mean(), 0.01)
        path_mean = mean.detach()
        return 4 * 2.0 * (lengths - mean).square().mean()

    def step(real):
        nonlocal calls
        calls += 1
        with torch.no_grad():
            fake = generate(styles(len(real)))
        value = F.softplus(-judge(real)).mean() + F.softplus(judge(fake)).mean()
        update(optimizers[1], value)
        if calls % 16 == 0:
            update(optimizers[1], penalise(real))
        fake = generate(styles(len(real), track=True))
        update(optimizers[0], F.softplus(-judge(fake)).mean())
        if calls % 4 == 0:
            update(optimizers[0], paths(len(real) // 2))

    return step
