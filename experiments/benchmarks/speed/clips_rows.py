"""The rows of `clips.py`: MoCoGAN, DVD-GAN and MolGAN, each small."""

import numpy as np
from clips_workloads import (
    CLASSES,
    Workload,
    averaged,
    clips,
    fill_both,
    graphs,
    made_clips,
)

from jaxgan import recipes
from jaxgan.games.latent import LatentGame, uniform_labels
from jaxgan.models import dvdgan, mocogan, molgan
from jaxgan.models.mocogan import weights as mocogan_weights


def _mocogan() -> Workload:
    frames, width, content, motion, noise = 16, 16, 16, 4, 0.1
    generator = mocogan.Generator((32, 32, 1), frames, width, content, motion, CLASSES)

    def torch():
        import torch_clips as networks

        return (
            networks.MoCoGANGenerator(frames, 3, width, content, motion, CLASSES),
            networks.MoCoGANDiscriminator(3, width, noise, CLASSES),
        )

    def fill(generator, discriminator, begun):
        import torch

        def load(net, variables):
            state = mocogan_weights.export_torch(variables)
            state = {
                name.removeprefix("main.") if net is not generator else name: x
                for name, x in state.items()
            }
            tensors = {name: torch.from_numpy(np.array(x)) for name, x in state.items()}
            net.load_state_dict(tensors)

        load(generator, begun.generator)
        for name in ("image", "video"):
            own = {
                kind: part[name]
                for kind, part in begun.discriminator.items()
                if name in part
            }
            load(discriminator.get_submodule(name), own)

    def train(*nets):
        from torch_clips_step import mocogan_step

        return mocogan_step(*nets)

    def judged(discriminator, real, labels):
        del labels
        patches, clip, _ = discriminator(real, real.flatten(0, 1))
        return clip, patches.unflatten(0, (len(real), -1))

    return Workload(
        "MoCoGAN, 16 frames of 32²",
        LatentGame(
            generator,
            mocogan.Discriminator(width, CLASSES, 1, noise),
            generator.latent_size,
            uniform_labels(CLASSES),
        ),
        averaged(recipes.mocogan(categories=True)),
        8,
        clips(frames),
        torch,
        fill,
        train,
        made_clips,
        judged,
    )


def _dvdgan() -> Workload:
    frames, latent, embedding = 12, 32, 16
    widths, critic_widths = (64, 32, 16, 16), (16, 32, 64, 64)

    def torch():
        import torch_clips as networks

        return (
            networks.DVDGANGenerator(latent, frames, widths, CLASSES, embedding),
            networks.DVDGANDiscriminator(critic_widths, CLASSES),
        )

    def train(*nets):
        from torch_clips_step import dvdgan_step

        return dvdgan_step(*nets)

    def judged(discriminator, real, labels):
        return discriminator(real, real, labels)[::-1]

    return Workload(
        "DVD-GAN, 12 frames of 32²",
        LatentGame(
            dvdgan.Generator((32, 32, 1), frames, widths, CLASSES, embedding),
            dvdgan.Discriminator(critic_widths, 4, CLASSES),
            latent,
            uniform_labels(CLASSES),
        ),
        averaged(recipes.dvdgan()),
        8,
        clips(frames),
        torch,
        fill_both,
        train,
        made_clips,
        judged,
        period=2,
    )


def _molgan() -> Workload:
    latent, widths, convolutions, group = 32, (64, 128, 256), (64, 32), 8

    def torch():
        import torch_molgan as networks

        return (
            networks.Generator(latent, 9, widths),
            networks.Discriminator(convolutions, 128, convolutions, group),
        )

    def train(*nets):
        from torch_clips_step import molgan_step

        return molgan_step(*nets)

    def made(generator, z):
        names = "adjacency", "nodes"
        logits = generator.logits(z)
        return {name: x.softmax(-1).numpy() for name, x in zip(names, logits)}

    return Workload(
        "MolGAN, 9 atoms",
        LatentGame(
            molgan.Generator(9, widths=widths),
            molgan.Discriminator(convolutions, widths=convolutions, group=group),
            latent,
        ),
        averaged(recipes.molgan(1e-3, 0.5, 0.9), 32_000.0),
        128,
        graphs,
        torch,
        fill_both,
        train,
        made,
        lambda discriminator, *real: [discriminator(*real)],
        period=4,
    )


WORKLOADS: dict[str, Workload] = {
    "mocogan": _mocogan(),
    "dvdgan": _dvdgan(),
    "molgan": _molgan(),
}
