"""BigGAN; BigGAN-deep is `jaxgan.models.biggan.deep`."""

from jaxgan.models.biggan.networks import Discriminator, Generator

__all__ = ["Discriminator", "Generator"]
