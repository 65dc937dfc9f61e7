"""Building blocks of generators and discriminators."""

from jaxgan.nn.adaptive_norm import Modulation, adaptive_layer_norm, layer_norm
from jaxgan.nn.attention import SelfAttention
from jaxgan.nn.blur import blur_halve
from jaxgan.nn.clips import (
    average_pool3d,
    drawn_frames,
    folded,
    frame_by_frame,
    of_frames,
)
from jaxgan.nn.conv import Conv, ConvTranspose, Dense, conv, conv_transpose, normal_init
from jaxgan.nn.conv3d import Conv3d, ConvTranspose3d, conv3d, conv3d_transpose
from jaxgan.nn.embedding import Embedding
from jaxgan.nn.equalized import EqualizedConv, EqualizedDense
from jaxgan.nn.gated import LayerScale, SwiGLU
from jaxgan.nn.group_norm import GroupNorm
from jaxgan.nn.heads import ClassHead, CodeHead, Headed, ProxyHead
from jaxgan.nn.minibatch import MinibatchDiscrimination, group_size, minibatch_deviation
from jaxgan.nn.modulated import modulated_conv
from jaxgan.nn.network import Network
from jaxgan.nn.noise import Dropout, normal, normals, uniform
from jaxgan.nn.norm import BatchNorm, ConditionalBatchNorm, FiLM, InstanceNorm
from jaxgan.nn.packing import Packed
from jaxgan.nn.padding import reflect, replicate
from jaxgan.nn.patches import from_patches, patches, sinusoidal_positions
from jaxgan.nn.pixel_shuffle import pixel_shuffle, pixel_unshuffle
from jaxgan.nn.prelu import PReLU
from jaxgan.nn.recurrent import GRU, ConvGRU
from jaxgan.nn.repeated import repeated
from jaxgan.nn.resample import (
    average_pool,
    double,
    enlarge,
    halve,
    max_pool,
    repeat,
)
from jaxgan.nn.resampled import resampled_conv
from jaxgan.nn.rms_norm import RMSNorm, rms_norm
from jaxgan.nn.spectral import PowerIteration, SpectralNorm
from jaxgan.nn.timestep import TimestepEmbedding, sinusoids
from jaxgan.nn.token_attention import MultiHeadAttention
from jaxgan.nn.upfirdn import downsample2d, resample_filter, upfirdn2d, upsample2d

__all__ = [
    "GRU",
    "BatchNorm",
    "ClassHead",
    "CodeHead",
    "ConditionalBatchNorm",
    "Conv",
    "Conv3d",
    "ConvGRU",
    "ConvTranspose",
    "ConvTranspose3d",
    "Dense",
    "Dropout",
    "Embedding",
    "EqualizedConv",
    "EqualizedDense",
    "FiLM",
    "GroupNorm",
    "Headed",
    "InstanceNorm",
    "LayerScale",
    "MinibatchDiscrimination",
    "Modulation",
    "MultiHeadAttention",
    "Network",
    "PReLU",
    "Packed",
    "PowerIteration",
    "ProxyHead",
    "RMSNorm",
    "SelfAttention",
    "SpectralNorm",
    "SwiGLU",
    "TimestepEmbedding",
    "adaptive_layer_norm",
    "average_pool",
    "average_pool3d",
    "blur_halve",
    "conv",
    "conv3d",
    "conv3d_transpose",
    "conv_transpose",
    "double",
    "downsample2d",
    "drawn_frames",
    "enlarge",
    "folded",
    "frame_by_frame",
    "from_patches",
    "group_size",
    "halve",
    "layer_norm",
    "max_pool",
    "minibatch_deviation",
    "modulated_conv",
    "normal",
    "normal_init",
    "normals",
    "of_frames",
    "patches",
    "pixel_shuffle",
    "pixel_unshuffle",
    "reflect",
    "repeat",
    "repeated",
    "replicate",
    "resample_filter",
    "resampled_conv",
    "rms_norm",
    "sinusoidal_positions",
    "sinusoids",
    "uniform",
    "upfirdn2d",
    "upsample2d",
]
