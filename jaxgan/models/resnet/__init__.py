"""Residual networks; mimicry's weights are read by `weights`."""

from jaxgan.models.resnet.networks import Discriminator, Generator

__all__ = ["Discriminator", "Generator"]
