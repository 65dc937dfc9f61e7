"""pix2pix: a U-Net and a discriminator of patches; `weights` reads its files.

Isola et al. 2017 (arXiv 1611.07004).
"""

from jaxgan.models.pix2pix.layers import Norm
from jaxgan.models.pix2pix.patch import Discriminator
from jaxgan.models.pix2pix.unet import Generator

__all__ = ["Discriminator", "Generator", "Norm"]
