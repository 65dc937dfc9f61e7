"""EfficientNet-Lite: features for projected discriminators. See arXiv 1905.11946."""

from jaxgan.models.efficientnet.networks import LITE0, EfficientNet, Stage
from jaxgan.models.efficientnet.weights import PUBLISHED, export_torch, import_torch

__all__ = [
    "LITE0",
    "PUBLISHED",
    "EfficientNet",
    "Stage",
    "export_torch",
    "import_torch",
]
