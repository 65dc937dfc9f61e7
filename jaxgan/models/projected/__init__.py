"""Projected discriminators, which judge the features of a frozen network.

Sauer et al. 2021 (arXiv 2111.01007). `weights` reads official files.

    features = efficientnet.EfficientNet()
    projection = projected.Projection(features)
    discriminator = projected.Discriminator(projection)
    frozen = {
        "projection": feature_networks.projected(
            projection, feature_networks.efficientnet_of_file(features, "lite0.pth")
        )
    }
    augment = diffaugment(LIGHT)

The official code augments within the discriminator; an `Augment` does the same, since
it sees whatever is judged, real and fake, on either turn.
"""

from jaxgan.models.projected.discriminator import (
    Discriminator,
    DownBlock,
    ScaleDiscriminator,
)
from jaxgan.models.projected.projection import Projection, double_aligned, mixed_widths

__all__ = [
    "Discriminator",
    "DownBlock",
    "Projection",
    "ScaleDiscriminator",
    "double_aligned",
    "mixed_widths",
]
