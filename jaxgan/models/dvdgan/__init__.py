"""DVD-GAN: ConvGRUs and residual blocks, one critic of frames and one of whole clips.

Clark et al. 2019 (arXiv 1907.06571). `Generator` makes clips of noise and classes,
`Predictor` what follows given frames (DVD-GAN-FP); the design of the latter is that of
radar nowcasting (Ravuri et al. 2021, arXiv 2104.00954).
"""

from jaxgan.models.dvdgan.discriminator import Discriminator
from jaxgan.models.dvdgan.generator import Generator
from jaxgan.models.dvdgan.predictor import Predictor

__all__ = ["Discriminator", "Generator", "Predictor"]
