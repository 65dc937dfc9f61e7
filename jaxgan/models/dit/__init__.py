"""Plain transformers as adversarial flow models have them, and their weights."""

from jaxgan.models.dit.layers import Block
from jaxgan.models.dit.networks import Classifier, Discriminator, Generator
from jaxgan.models.dit.published import PUBLISHED, Published

__all__ = [
    "PUBLISHED",
    "Block",
    "Classifier",
    "Discriminator",
    "Generator",
    "Published",
]
