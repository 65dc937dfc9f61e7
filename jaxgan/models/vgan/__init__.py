"""VGAN: a moving foreground, a still background, and a mask; `weights` reads files.

Vondrick et al. 2016 (arXiv 1609.02612).
"""

from jaxgan.models.vgan.networks import Discriminator, Generator

__all__ = ["Discriminator", "Generator"]
