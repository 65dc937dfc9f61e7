"""FastGAN's generator, in projected GANs' form; `weights` reads official files."""

from jaxgan.models.fastgan.networks import Excitation, Generator, UpBlock, width_at

__all__ = ["Excitation", "Generator", "UpBlock", "width_at"]
