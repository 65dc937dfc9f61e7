"""Low-resolution pictures from others, on the device, from a key per example.

Every function is of arrays alone: it can be compiled, mapped and sharded.
"""

from jaxgan.degradation.bicubic import Degrade, bicubic_degradation
from jaxgan.degradation.blur_kernels import gaussian_kernel, plateau_kernel, sinc_kernel
from jaxgan.degradation.correlation import correlate
from jaxgan.degradation.crop import with_crop
from jaxgan.degradation.imresize import imresize
from jaxgan.degradation.jpeg import jpeg, smooth_rounding
from jaxgan.degradation.noise import gaussian_noise, poisson_noise
from jaxgan.degradation.random_blur import Blur, KernelShares
from jaxgan.degradation.real_esrgan import real_esrgan_degradation
from jaxgan.degradation.resize import area, bicubic, bilinear, resize
from jaxgan.degradation.second_order import SecondOrder, Stage
from jaxgan.degradation.unsharp_mask import sharpen, unsharp_mask

__all__ = [
    "Blur",
    "Degrade",
    "KernelShares",
    "SecondOrder",
    "Stage",
    "area",
    "bicubic",
    "bicubic_degradation",
    "bilinear",
    "correlate",
    "gaussian_kernel",
    "gaussian_noise",
    "imresize",
    "jpeg",
    "plateau_kernel",
    "poisson_noise",
    "real_esrgan_degradation",
    "resize",
    "sharpen",
    "sinc_kernel",
    "smooth_rounding",
    "unsharp_mask",
    "with_crop",
]
