"""The train step of jaxgan in PyTorch."""

import torch
from torch.nn import functional as F

LOSSES = {
    "nonsaturating": (
        lambda real, fake: (F.softplus(-real) + F.softplus(fake)).mean(),
        lambda fake: F.softplus(-fake).mean(),
    ),
    "hinge": (
        lambda real, fake: (F.relu(1 - real) + F.relu(1 + fake)).mean(),
        lambda fake: -fake.mean(),
    ),
    "wasserstein": (
        lambda real, fake: (fake - real).mean(),
        lambda fake: -fake.mean(),
    ),
}
"""Of a discriminator, f(real, fake), and of a generator, f(fake), of float32 logits."""


def make_step(
    generator,
    discriminator,
    device,
    dtype,
    compiled,
    latent,
    loss,
    rate,
    betas,
    every=1,
    penalty=0.0,
):
    """f(real) -> None: a discriminator's update; every so many calls a generator's.

    Args:
      generator: a network, that is moved to the device.
      discriminator: another.
      device: 'cpu' or 'cuda'.
      dtype: of the computation; bfloat16 by autocast.
      compiled: whether networks go through `torch.compile`.
      latent: numbers per latent.
      loss: of `LOSSES`.
      rate: Adam's.
      betas: Adam's.
      every: so many updates of the discriminator per one of the generator.
      penalty: the gradient penalty's weight.
    """
    use_tensor_cores(device)
    nets = [
        net.to(device, memory_format=torch.channels_last)
        for net in (generator, discriminator)
    ]
    optimizers = [torch.optim.Adam(net.parameters(), rate, betas) for net in nets]
    generator, discriminator = map(torch.compile, nets) if compiled else nets
    of_discriminator, of_generator = LOSSES[loss]
    calls = 0

    def cast():
        return torch.autocast(device, dtype, enabled=dtype != torch.float32)

    def generate(count):
        with cast():
            return generator(torch.randn(count, latent, device=device))

    def judge(images):
        with cast():
            return discriminator(images).float()

    def step(real):
        nonlocal calls
        calls += 1
        with torch.no_grad():
            fake = generate(len(real))
        value = of_discriminator(judge(real), judge(fake))
        if penalty:
            value = value + penalty * slope_penalty(judge, real, fake)
        update(optimizers[1], value)
        if calls % every == 0:
            update(optimizers[0], of_generator(judge(generate(len(real)))))

    return step


def use_tensor_cores(device):
    """On a GPU, as jaxgan does."""
    if device == "cuda":
        torch.backends.cudnn.benchmark = True
        # As cuDNN does in PyTorch, and all products in JAX.
        torch.backends.cuda.matmul.allow_tf32 = True


def slope_penalty(judge, real, fake):
    """Of gradients between real and fake, as in WGAN-GP."""
    alpha = torch.rand(len(real), 1, 1, 1, device=real.device)
    between = (real + alpha * (fake - real)).requires_grad_()
    (slope,) = torch.autograd.grad(judge(between).sum(), between, create_graph=True)
    return ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()


def update(optimizer, value):
    """Moves the optimizer's parameters, and computes the gradient of no others."""
    optimizer.zero_grad()
    value.backward(inputs=optimizer.param_groups[0]["params"])
    optimizer.step()
