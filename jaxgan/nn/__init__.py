"""Building blocks of generators and discriminators."""

from jaxgan.nn.attention import SelfAttention
from jaxgan.nn.conv import Conv, ConvTranspose, Dense, conv, conv_transpose, normal_init
from jaxgan.nn.embedding import Embedding
from jaxgan.nn.minibatch import MinibatchDiscrimination, minibatch_deviation
from jaxgan.nn.noise import Dropout, normal, uniform
from jaxgan.nn.norm import BatchNorm, ConditionalBatchNorm, FiLM
from jaxgan.nn.packing import Packed
from jaxgan.nn.resample import average_pool, double, halve, max_pool, repeat
from jaxgan.nn.spectral import SpectralNorm

__all__ = [
    "BatchNorm",
    "ConditionalBatchNorm",
    "Conv",
    "ConvTranspose",
    "Dense",
    "Dropout",
    "Embedding",
    "FiLM",
    "MinibatchDiscrimination",
    "Packed",
    "SelfAttention",
    "SpectralNorm",
    "average_pool",
    "conv",
    "conv_transpose",
    "double",
    "halve",
    "max_pool",
    "minibatch_deviation",
    "normal",
    "normal_init",
    "repeat",
    "uniform",
]
