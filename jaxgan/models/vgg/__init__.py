"""VGG: what perceptual losses see. Simonyan and Zisserman 2015 (arXiv 1409.1556)."""

from jaxgan.models.vgg.networks import (
    CONFIGURATIONS,
    SMALL,
    VGG,
    Classifier,
    Configuration,
    layer_names,
)
from jaxgan.models.vgg.weights import PUBLISHED, export_torch, import_torch

__all__ = [
    "CONFIGURATIONS",
    "PUBLISHED",
    "SMALL",
    "VGG",
    "Classifier",
    "Configuration",
    "export_torch",
    "import_torch",
    "layer_names",
]
