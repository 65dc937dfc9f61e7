"""CUT: networks without aliasing, and vectors of patches; `weights` reads the latter's.

Park et al. 2020 (arXiv 2007.15651).
"""

from jaxgan.models.cut.networks import (
    LAYERS,
    Discriminator,
    Generator,
    PatchMLP,
    patches,
    unit_length,
    xavier_init,
)

__all__ = [
    "LAYERS",
    "Discriminator",
    "Generator",
    "PatchMLP",
    "patches",
    "unit_length",
    "xavier_init",
]
