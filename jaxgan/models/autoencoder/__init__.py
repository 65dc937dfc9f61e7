"""The autoencoder of latent diffusion. Rombach et al. 2022 (arXiv 2112.10752)."""

from jaxgan.models.autoencoder.networks import (
    WIDTHS,
    Autoencoder,
    Decoder,
    Encoder,
    Posterior,
)
from jaxgan.models.autoencoder.weights import Spelling, export_torch, import_torch

__all__ = [
    "WIDTHS",
    "Autoencoder",
    "Decoder",
    "Encoder",
    "Posterior",
    "Spelling",
    "export_torch",
    "import_torch",
]
