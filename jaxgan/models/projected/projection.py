"""Features of a frozen network, mixed at random across channels and across scales.

Sauer et al. 2021 (arXiv 2111.01007), section 3.2.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from jaxgan.core.explicit_mesh import along_batch
from jaxgan.models.attributes import check_attributes
from jaxgan.nn import Network, conv
from jaxgan.nn.conv import Initializer


def double_aligned(x: jax.Array) -> jax.Array:
    """Twice the size, bilinear, corners onto corners: [B, H, W, C] to [B, 2H, 2W, C].

    New pixel i of 2n is old pixel i (n - 1) / (2n - 1): PyTorch's interpolate with
    align_corners=True, which `nn.double` is not.
    """

    def along(x: jax.Array) -> jax.Array:
        rows, columns = (_aligned(size, x.dtype) for size in x.shape[1:3])
        x = jnp.einsum("ph,bhwc->bpwc", rows, x)
        return jnp.einsum("qw,bpwc->bpqc", columns, x)

    return along_batch(along, x)


def _aligned(size: int, dtype: Any) -> jax.Array:
    """The matrix [2 · size, size] of an axis."""
    place = np.arange(2 * size) * (size - 1) / (2 * size - 1)
    weights = np.maximum(1.0 - np.abs(place[:, None] - np.arange(size)), 0.0)
    return jnp.asarray(weights, dtype)


def resized(x: jax.Array, size: int) -> jax.Array:
    """Images as squares of a side, bilinear: PyTorch's align_corners=False."""

    def enlarged(x: jax.Array) -> jax.Array:
        shape = (x.shape[0], size, size, x.shape[-1])
        return jax.image.resize(x, shape, "bilinear", antialias=False)

    return along_batch(enlarged, x)


def torch_uniform(inputs: int) -> Initializer:
    """U(±1 / √inputs): PyTorch's own, of kernels and biases alike."""
    bound = inputs**-0.5

    def init(key: jax.Array, shape: Sequence[int], dtype: Any = jnp.float32):
        return jax.random.uniform(key, tuple(shape), dtype, -bound, bound)

    return init


class Mix(nn.Module):
    """A random 1×1 convolution with a random bias, as PyTorch draws them.

    Attributes:
      features: of the output.
      dtype: of the computation.
    """

    features: int
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, H, W, C] to [B, H, W, features]."""
        init = torch_uniform(x.shape[-1])
        shape = (1, 1, x.shape[-1], self.features)
        kernel = self.param("kernel", init, shape, jnp.float32).astype(self.dtype)
        bias = self.param("bias", init, (self.features,), jnp.float32)
        return conv(x, kernel) + bias.astype(self.dtype).reshape(1, 1, 1, -1)


def mixed_widths(scales: int, width: int, expand: bool) -> tuple[list[int], list[int]]:
    """Channels after cross-channel and after cross-scale mixing, finest first."""
    channels = [width * 2**place if expand else width for place in range(scales)]
    halved = [max(width, features // 2) if expand else width for features in channels]
    return channels, halved


class Projection(Network):
    """Maps of a feature network -> cross-channel mixing -> cross-scale mixing.

    Every map becomes a random 1×1 convolution of itself (CCM). Then, from the coarsest
    on, each is added to what the next coarser one gave, enlarged to twice its size, and
    mixed by another random 1×1 convolution (CSM): y_i = W_i up(CCM_i + y_{i+1}) + b_i.
    There is no activation between. All of it is frozen: its variables, drawn from a
    seed, lie in `State.frozen` (`run.feature_networks.projected`), and no turn moves
    them. Gradients reach the images.

    Attributes:
      features: f(images [B, H, W, C] in [-1, 1]) -> {name: map}, finest first, each of
        half the size of the one before, such as `efficientnet.EfficientNet()` or
        `vgg.VGG(("relu1_1", "relu2_1", "relu3_2", "relu4_2"), *vgg.SMALL)`.
      width: channels of the finest map after mixing.
      expand: whether coarser maps have twice as many each.
      size: smaller images are enlarged to squares of so many pixels per side, to what
        the feature network was trained on; 1 changes nothing.
      dtype: of the computation beyond the feature network, which has its own.
    """

    features: nn.Module
    width: int = 64
    expand: bool = True
    size: int = 224
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(
        self, value: jax.Array, given: Any = (), context: Any = None
    ) -> list[jax.Array]:
        """Maps images [B, H, W, C] to maps [B, h, w, c], finest first.

        Each is of twice the size of the features that it is made of. Nothing is random
        once the variables are, so that `projection.apply(variables, images)` is all.

        Raises:
          ValueError: if features do not halve from one to the next.
        """
        del given, context
        check_attributes(self)
        if min(value.shape[1:3]) < self.size:
            value = resized(value, self.size)
        maps = [x.astype(self.dtype) for x in self.features(value).values()]
        channels, outputs = mixed_widths(len(maps), self.width, self.expand)
        mixed, coarser = [], None
        for place in reversed(range(len(maps))):
            x = Mix(channels[place], self.dtype, name=f"ccm_{place}")(maps[place])
            if coarser is not None:
                _check_halved(x, coarser)
                x = x + coarser
            mix = Mix(outputs[place], self.dtype, name=f"csm_{place}")
            # Mixed before it is enlarged, with which it commutes: cheaper.
            coarser = double_aligned(mix(x))
            mixed.append(coarser)
        return mixed[::-1]


def _check_halved(fine: jax.Array, enlarged: jax.Array) -> None:
    if fine.shape != enlarged.shape:
        seen, half = fine.shape[1:3], tuple(side // 2 for side in enlarged.shape[1:3])
        raise ValueError(
            f"features: saw a map of {seen[0]}×{seen[1]} before one of "
            f"{half[0]}×{half[1]}, wanted it twice as large"
        )
