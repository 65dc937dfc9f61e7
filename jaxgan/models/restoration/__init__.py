"""Networks of SRGAN, ESRGAN and Real-ESRGAN; `weights` reads published files.

Generators enlarge pictures, `module(source, (), context)`, of any size; discriminators
judge the large picture alone.
"""

from jaxgan.models.restoration.compact import SRVGGNetCompact
from jaxgan.models.restoration.discriminators import (
    SRGANDiscriminator,
    UNetDiscriminator,
    VGGDiscriminator,
)
from jaxgan.models.restoration.rrdbnet import RRDBNet
from jaxgan.models.restoration.srresnet import MSRResNet, SRResNet

__all__ = [
    "MSRResNet",
    "RRDBNet",
    "SRGANDiscriminator",
    "SRResNet",
    "SRVGGNetCompact",
    "UNetDiscriminator",
    "VGGDiscriminator",
]
