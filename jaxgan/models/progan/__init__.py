"""ProGAN: the networks that grow; published weights are read by `weights`."""

from jaxgan.models.progan.networks import Discriminator, Generator

__all__ = ["Discriminator", "Generator"]
