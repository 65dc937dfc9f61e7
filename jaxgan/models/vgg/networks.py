"""The convolutional part of VGG, whose maps are read off by name, and a classifier."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from jaxgan.core.ranges import check_count, check_number
from jaxgan.models.attributes import check_widths
from jaxgan.nn import Conv, Dense, Network, max_pool

MEAN = (0.485, 0.456, 0.406)
"""Of ImageNet's channels, in [0, 1]."""
DEVIATION = (0.229, 0.224, 0.225)
"""The standard deviations of the same."""


class Configuration(NamedTuple):
    """How large a network is.

    Attributes:
      depths: convolutions of every block.
      widths: their channels.
    """

    depths: tuple[int, ...]
    widths: tuple[int, ...] = (64, 128, 256, 512, 512)


CONFIGURATIONS: Mapping[str, Configuration] = {
    "vgg11": Configuration((1, 1, 2, 2, 2)),
    "vgg13": Configuration((2, 2, 2, 2, 2)),
    "vgg16": Configuration((2, 2, 3, 3, 3)),
    "vgg19": Configuration((2, 2, 4, 4, 4)),
}
"""Table 1 of the paper: A, B, D and E."""

SMALL = Configuration((1, 1, 2, 2), (16, 32, 64, 128))
"""Small enough to be trained in minutes, on images of 32 pixels per side."""


def layer_names(depths: Sequence[int]) -> list[str]:
    """The names of all maps, in the order in which they are computed.

    Those of BasicSR: conv<i>_<j> before and relu<i>_<j> after the activation of the
    j-th convolution of the i-th block, pool<i> after the block.
    """
    names = []
    for block, depth in enumerate(depths, 1):
        for place in range(1, depth + 1):
            names += [f"conv{block}_{place}", f"relu{block}_{place}"]
        names.append(f"pool{block}")
    return names


class VGG(Network):
    """Blocks of 3×3 convolutions and ReLUs, each halved by the maxima of 2×2 pixels.

    Images are shown as [0, 1] minus `mean` over `deviation`, per channel. What comes
    after the last map that is asked for is neither computed nor among the parameters.
    A side that is odd loses its last pixel where it is halved, as in PyTorch.

    Attributes:
      layers: the names of the maps to return; see `layer_names`.
      depths: convolutions of every block; the default is VGG-19.
      widths: channels of every block.
      mean: of each channel in [0, 1]; ImageNet's. Zeros, with deviations of 1, are what
        BasicSR has without `use_input_norm`.
      deviation: of each channel in [0, 1].
      dtype: of the computation.
    """

    layers: Sequence[str] = ("conv5_4",)
    depths: Sequence[int] = CONFIGURATIONS["vgg19"].depths
    widths: Sequence[int] = CONFIGURATIONS["vgg19"].widths
    mean: Sequence[float] = MEAN
    deviation: Sequence[float] = DEVIATION
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(
        self, value: jax.Array, given: Any = (), context: Any = None
    ) -> dict[str, jax.Array]:
        """Maps images [B, H, W, 3] in [-1, 1] to float32 [B, H', W', C] by layer.

        Grey images [B, H, W, 1] are repeated to three channels. Nothing is random, so
        that `network.apply(variables, images)` is all.

        Raises:
          ValueError: if a layer is unknown, there are none, or the images are too small
            for it.
        """
        del given, context
        names = layer_names(self._checked())
        names = names[: max(map(names.index, self.layers)) + 1]
        check_size(value, 2 ** sum(name.startswith("pool") for name in names))
        x = standardized(value, self.mean, self.deviation).astype(self.dtype)
        maps = {}
        for name in names:
            if name.startswith("conv"):
                width = self.widths[int(name[4 : name.index("_")]) - 1]
                init = nn.initializers.he_normal()
                x = Conv(width, kernel_init=init, dtype=self.dtype, name=name)(x)
            elif name.startswith("relu"):
                x = nn.relu(x)
            else:
                x = max_pool(x[:, : x.shape[1] // 2 * 2, : x.shape[2] // 2 * 2])
            maps[name] = x
        return {name: maps[name].astype(jnp.float32) for name in self.layers}

    def _checked(self) -> Sequence[int]:
        """The depths, once the attributes fit each other."""
        check_widths(self.widths)
        if len(self.depths) != len(self.widths):
            raise ValueError(
                f"depths: saw {len(self.depths)} blocks, wanted {len(self.widths)} as "
                "`widths` has"
            )
        for depth in self.depths:
            check_count("depths", depth)
        for deviation in self.deviation:
            check_number("deviation", deviation, above=0)
        names = layer_names(self.depths)
        unknown = [name for name in self.layers if name not in names]
        if unknown or not self.layers:
            seen = repr(unknown[0]) if unknown else "none"
            raise ValueError(f"layers: saw {seen}, wanted some of {', '.join(names)}")
        return self.depths


class Classifier(nn.Module):
    """A VGG with one dense layer on the means of its last map: how one is trained.

    Attributes:
      trunk: whose parameters lie under 'trunk'; of its layers the last is looked at.
      classes: how many.
    """

    trunk: VGG
    classes: int

    @nn.compact
    def __call__(
        self, x: jax.Array, dropout: Callable[[jax.Array], jax.Array] = lambda x: x
    ) -> tuple[jax.Array, jax.Array]:
        """Maps images in [-1, 1] to features [B, C] and logits [B, classes].

        Args:
          x: [B, H, W, C].
          dropout: what happens to features before the logits.
        """
        maps = self.trunk(x)[self.trunk.layers[-1]]
        features = jnp.mean(maps, axis=(1, 2))
        init = nn.initializers.glorot_uniform()
        return features, Dense(self.classes, kernel_init=init)(dropout(features))


def standardized(
    images: jax.Array, mean: Sequence[float], deviation: Sequence[float]
) -> jax.Array:
    """((x + 1) / 2 - mean) / deviation of images in [-1, 1], of three channels.

    Raises:
      ValueError: if the images have neither three channels nor one.
    """
    channels = images.shape[-1]
    if images.ndim != 4 or channels not in (1, len(mean)):
        raise ValueError(
            f"images: saw shape {images.shape}, wanted [B, H, W, 1 or {len(mean)}]"
        )
    shift = np.asarray([[[[2.0 * m - 1.0 for m in mean]]]], np.float32)
    scale = np.asarray([[[[2.0 * s for s in deviation]]]], np.float32)
    shape = (*images.shape[:-1], len(mean))
    return (jnp.broadcast_to(images.astype(jnp.float32), shape) - shift) / scale


def check_size(images: jax.Array, least: int) -> None:
    """Checks that something is left of images where they are made smaller.

    Raises:
      ValueError: if a side is below the least.
    """
    if min(images.shape[1:3]) < least:
        raise ValueError(
            f"images: saw {images.shape[1]}×{images.shape[2]} pixels, wanted at least "
            f"{least}×{least} for these layers"
        )
