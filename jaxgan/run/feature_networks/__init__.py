"""Networks whose features losses and measures look at: published ones, or trained here.

    content = feature_networks.content_network("published", ["conv5_4"])
    frozen = {"vgg": content.frozen}
    term = terms.perceptual(content.features, {"conv5_4": 1.0})

Experiments of stored runs import this module, so its path stays.
"""

from jaxgan.run.feature_networks.content_networks import (
    Features,
    content_distance,
    content_network,
)
from jaxgan.run.feature_networks.guides import Guide, NoisyTraining, guide
from jaxgan.run.feature_networks.lpips_networks import (
    lpips_distance,
    lpips_of_files,
    trained_distance,
)
from jaxgan.run.feature_networks.projected_networks import (
    efficientnet_of_file,
    projected,
)
from jaxgan.run.feature_networks.vgg_networks import (
    random_weights,
    trained_here,
    vgg_of_file,
)

__all__ = [
    "Features",
    "Guide",
    "NoisyTraining",
    "content_distance",
    "content_network",
    "efficientnet_of_file",
    "guide",
    "lpips_distance",
    "lpips_of_files",
    "projected",
    "random_weights",
    "trained_distance",
    "trained_here",
    "vgg_of_file",
]
