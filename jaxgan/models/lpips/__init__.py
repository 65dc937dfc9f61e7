"""LPIPS, a distance between images. Zhang et al. 2018 (arXiv 1801.03924)."""

from jaxgan.models.lpips.networks import LPIPS, AlexNet, alexnet, vgg16
from jaxgan.models.lpips.weights import (
    HEADS,
    PUBLISHED,
    export_torch,
    import_torch,
)

__all__ = [
    "HEADS",
    "LPIPS",
    "PUBLISHED",
    "AlexNet",
    "alexnet",
    "export_torch",
    "import_torch",
    "vgg16",
]
