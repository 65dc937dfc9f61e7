"""StyleGAN: the networks that grow; published weights are read by `weights`."""

from jaxgan.models.stylegan.networks import Discriminator, Generator, SynthesisNetwork

__all__ = ["Discriminator", "Generator", "SynthesisNetwork"]
