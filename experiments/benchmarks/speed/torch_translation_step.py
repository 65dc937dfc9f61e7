"""The train steps of pix2pix, CycleGAN and ESRGAN in PyTorch, in the official order.

A step is f(pictures, pictures), [B, C, H, W] in [-1, 1], or [0, 1] for ESRGAN; it
returns the generator's loss. What can be computed once is computed once: critics are
shown the fakes that were made for the generator.
"""

import random

import torch
from torch.nn import functional as F
from torch_step import update


def bce(logits, real):
    """The logistic loss of being taken for real or fake."""
    target = torch.full_like(logits, float(real))
    return F.binary_cross_entropy_with_logits(logits, target)


def square(logits, real):
    """The least squares of the same."""
    return (logits - float(real)).square().mean()


def adam(rate, betas, *nets):
    """Adam over all parameters of several networks."""
    parameters = [parameter for net in nets for parameter in net.parameters()]
    return torch.optim.Adam(parameters, rate, betas)


def pix2pix_step(generator, discriminator):
    """`recipes.pix2pix`: f(source, target)."""
    optimizers = [adam(2e-4, (0.5, 0.999), net) for net in (generator, discriminator)]

    def judge(source, value):
        return discriminator(torch.cat([source, value], 1))

    def step(source, target):
        fake = generator(source)
        value = bce(judge(source, fake.detach()), False)
        value = 0.5 * (value + bce(judge(source, target), True))
        update(optimizers[1], value)
        value = bce(judge(source, fake), True) + 100 * F.l1_loss(fake, target)
        update(optimizers[0], value)
        return value

    return step


class Pool:
    """`terms.image_pool`."""

    def __init__(self, size=50):
        self.images, self.size = [], size

    def shown(self, images):
        """These, some of them swapped for earlier ones."""
        chosen = []
        for image in images.detach().split(1):
            if len(self.images) < self.size:
                self.images.append(image)
            elif random.random() > 0.5:
                place = random.randrange(self.size)
                image, self.images[place] = self.images[place], image
            chosen.append(image)
        return torch.cat(chosen)


def cyclegan_step(x_to_y, y_to_x, critic_x, critic_y):
    """`recipes.cyclegan`: f(x, y)."""
    betas = (0.5, 0.999)
    of_translators = adam(2e-4, betas, x_to_y, y_to_x)
    of_critics = adam(2e-4, betas, critic_x, critic_y)
    pools = Pool(), Pool()

    def step(x, y):
        fake_y, fake_x = x_to_y(x), y_to_x(y)
        value = square(critic_y(fake_y), True) + square(critic_x(fake_x), True)
        value = value + 10 * F.l1_loss(y_to_x(fake_y), x)
        value = value + 10 * F.l1_loss(x_to_y(fake_x), y)
        value = value + 5 * F.l1_loss(x_to_y(y), y)
        value = value + 5 * F.l1_loss(y_to_x(x), x)
        update(of_translators, value)
        of_critics.zero_grad()
        for critic, real, fake, pool in (
            (critic_x, x, fake_x, pools[0]),
            (critic_y, y, fake_y, pools[1]),
        ):
            shown = square(critic(pool.shown(fake)), False)
            (0.5 * (square(critic(real), True) + shown)).backward()
        of_critics.step()
        return value

    return step


def pixel_step(generator):
    """The pixels of `recipes.esrgan`, its first part: f(source, target)."""
    optimizer = adam(2e-4, (0.9, 0.99), generator)

    def step(source, target):
        value = F.l1_loss(generator(source), target)
        update(optimizer, value)
        return value

    return step


def esrgan_step(generator, discriminator, features, decay=0.999):
    """`recipes.esrgan` after its pixels: f(source, target)."""
    optimizers = [adam(1e-4, (0.9, 0.99), net) for net in (generator, discriminator)]
    average = [parameter.detach().clone() for parameter in generator.parameters()]

    def step(source, target):
        fake = generator(source)
        with torch.no_grad():
            wanted = features(target)
            judged = discriminator(target)
        value = 0.01 * F.l1_loss(fake, target) + F.l1_loss(features(fake), wanted)
        verdict = discriminator(fake)
        relative = bce(judged - verdict.mean(), False)
        relative = relative + bce(verdict - judged.mean(), True)
        value = value + 0.005 * 0.5 * relative
        update(optimizers[0], value)
        real, seen = discriminator(target), discriminator(fake.detach())
        of_discriminator = bce(real - seen.detach().mean(), True)
        of_discriminator = of_discriminator + bce(seen - real.detach().mean(), False)
        update(optimizers[1], 0.5 * of_discriminator)
        with torch.no_grad():
            torch._foreach_lerp_(average, list(generator.parameters()), 1 - decay)
        return value

    return step
