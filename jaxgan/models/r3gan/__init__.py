"""R3GAN: the networks; published weights are read by `weights`."""

from jaxgan.models.r3gan.networks import BASE, Block, Discriminator, Generator

__all__ = ["BASE", "Block", "Discriminator", "Generator"]
