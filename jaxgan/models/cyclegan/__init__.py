"""CycleGAN: residual generators, and pix2pix's discriminator; `weights` reads files.

Zhu et al. 2017 (arXiv 1703.10593).
"""

from jaxgan.models.cyclegan.networks import Block, Discriminator, Generator

__all__ = ["Block", "Discriminator", "Generator"]
