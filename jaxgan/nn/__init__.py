"""Building blocks of generators and discriminators."""

from jaxgan.nn.attention import SelfAttention
from jaxgan.nn.blur import blur_halve
from jaxgan.nn.conv import Conv, ConvTranspose, Dense, conv, conv_transpose, normal_init
from jaxgan.nn.embedding import Embedding
from jaxgan.nn.equalized import EqualizedConv, EqualizedDense
from jaxgan.nn.heads import ClassHead, CodeHead, Headed, ProxyHead
from jaxgan.nn.minibatch import MinibatchDiscrimination, group_size, minibatch_deviation
from jaxgan.nn.modulated import modulated_conv
from jaxgan.nn.network import Network
from jaxgan.nn.noise import Dropout, normal, uniform
from jaxgan.nn.norm import BatchNorm, ConditionalBatchNorm, FiLM, InstanceNorm
from jaxgan.nn.packing import Packed
from jaxgan.nn.padding import reflect, replicate
from jaxgan.nn.pixel_shuffle import pixel_shuffle, pixel_unshuffle
from jaxgan.nn.prelu import PReLU
from jaxgan.nn.resample import (
    average_pool,
    double,
    enlarge,
    halve,
    max_pool,
    repeat,
)
from jaxgan.nn.resampled import resampled_conv
from jaxgan.nn.spectral import PowerIteration, SpectralNorm
from jaxgan.nn.upfirdn import downsample2d, resample_filter, upfirdn2d, upsample2d

__all__ = [
    "BatchNorm",
    "ClassHead",
    "CodeHead",
    "ConditionalBatchNorm",
    "Conv",
    "ConvTranspose",
    "Dense",
    "Dropout",
    "Embedding",
    "EqualizedConv",
    "EqualizedDense",
    "FiLM",
    "Headed",
    "InstanceNorm",
    "MinibatchDiscrimination",
    "Network",
    "PReLU",
    "Packed",
    "PowerIteration",
    "ProxyHead",
    "SelfAttention",
    "SpectralNorm",
    "average_pool",
    "blur_halve",
    "conv",
    "conv_transpose",
    "double",
    "downsample2d",
    "enlarge",
    "group_size",
    "halve",
    "max_pool",
    "minibatch_deviation",
    "modulated_conv",
    "normal",
    "normal_init",
    "pixel_shuffle",
    "pixel_unshuffle",
    "reflect",
    "repeat",
    "replicate",
    "resample_filter",
    "resampled_conv",
    "uniform",
    "upfirdn2d",
    "upsample2d",
]
