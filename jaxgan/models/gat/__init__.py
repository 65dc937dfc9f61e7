"""GAT: transformers of patches; official weights are read by `weights`."""

from jaxgan.models.gat.networks import Discriminator, Generator

__all__ = ["Discriminator", "Generator"]
