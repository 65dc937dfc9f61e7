"""StyleGAN2: the networks; published weights are read by `weights`."""

from jaxgan.models.stylegan2.blocks import Architecture, sides
from jaxgan.models.stylegan2.networks import Discriminator, Generator, SynthesisNetwork

__all__ = ["Architecture", "Discriminator", "Generator", "SynthesisNetwork", "sides"]
