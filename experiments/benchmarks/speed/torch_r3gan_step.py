"""R3GAN's train step in PyTorch: `recipes.r3gan`, its schedules at their start."""

import torch
from torch.nn import functional as F
from torch_step import update, use_tensor_cores


def make_step(generator, discriminator, device, dtype, latent, gamma=0.05, rate=2e-4):
    """f(real) -> None: an update of the discriminator, then one of the generator.

    Args:
      generator: a `torch_r3gan.Generator`, that is moved to the device.
      discriminator: a `torch_r3gan.Discriminator`, likewise.
      device: 'cpu' or 'cuda'.
      dtype: of the computation; bfloat16 by autocast.
      latent: numbers per latent.
      gamma: of both penalties.
      rate: Adam's.
    """
    use_tensor_cores(device)
    for net in (generator, discriminator):
        net.to(device, memory_format=torch.channels_last)
    optimizers = [
        torch.optim.Adam(net.parameters(), rate, (0.0, 0.9))
        for net in (generator, discriminator)
    ]

    def cast():
        return torch.autocast(device, dtype, enabled=dtype != torch.float32)

    def generate(count):
        with cast():
            return generator(torch.randn(count, latent, device=device)).float()

    def judge(images):
        with cast():
            return discriminator(images).float()

    def slope(logits, images):
        (found,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
        return found.square().sum((1, 2, 3))

    def step(real):
        with torch.no_grad():
            fake = generate(len(real))
        images = [x.detach().requires_grad_() for x in (real, fake)]
        logits = [judge(x) for x in images]
        slopes = sum(map(slope, logits, images))
        value = F.softplus(logits[1] - logits[0]) + gamma / 2 * slopes
        update(optimizers[1], value.mean())
        with torch.no_grad():
            judged = judge(real)
        value = F.softplus(judged - judge(generate(len(real))))
        update(optimizers[0], value.mean())

    return step
