"""Networks that training reads: published ones, or trained here.

Of most the features are looked at, by losses and measures; in the latents of an
autoencoder a GAN is trained.

    content = feature_networks.content_network("published", ["conv5_4"])
    frozen = {"vgg": content.frozen}
    term = terms.perceptual(content.features, {"conv5_4": 1.0})

Experiments of stored runs import this module, so its path stays.
"""

from jaxgan.run.feature_networks.autoencoder_networks import (
    AutoencoderFile,
    autoencoder_of_file,
)
from jaxgan.run.feature_networks.content_networks import (
    Features,
    content_distance,
    content_network,
    weighted,
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
    "AutoencoderFile",
    "Features",
    "Guide",
    "NoisyTraining",
    "autoencoder_of_file",
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
    "weighted",
]
