"""MoCoGAN: content and motion apart; `weights` reads the authors' files.

Tulyakov et al. 2018 (arXiv 1707.04993).
"""

from jaxgan.models.mocogan.discriminators import (
    Discriminator,
    ImageDiscriminator,
    VideoDiscriminator,
)
from jaxgan.models.mocogan.generator import Generator

__all__ = ["Discriminator", "Generator", "ImageDiscriminator", "VideoDiscriminator"]
