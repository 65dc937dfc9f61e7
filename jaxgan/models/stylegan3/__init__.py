"""StyleGAN3, T and R: the generator; published weights are read by `weights`.

Its discriminator is StyleGAN2's.
"""

from jaxgan.models.stylegan2 import Discriminator
from jaxgan.models.stylegan3.design import Stage, stages
from jaxgan.models.stylegan3.networks import (
    Generator,
    SynthesisNetwork,
    transformed,
)

__all__ = [
    "Discriminator",
    "Generator",
    "Stage",
    "SynthesisNetwork",
    "stages",
    "transformed",
]
