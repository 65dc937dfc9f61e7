"""The residual network that maps pictures to pictures.

Zhu et al. 2017 (arXiv 1703.10593), section 7.2 (the layers are those of Johnson et al.
2016, arXiv 1603.08155), as in the authors' PyTorch code: `blocks` of 9 for 256×256
pixels and 6 for 128×128 are its resnet_9blocks and resnet_6blocks. The discriminator
is pix2pix's, which is given nothing.
"""

from collections.abc import Callable, Collection
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Sample
from jaxgan.models import pix2pix
from jaxgan.models.attributes import check_attributes
from jaxgan.models.pix2pix.layers import ONE, Norm, check_sides, normalised
from jaxgan.nn import (
    Conv,
    ConvTranspose,
    Dropout,
    Network,
    blur_halve,
    double,
    normal_init,
    reflect,
)
from jaxgan.nn.conv import Initializer

HALVINGS = 2
GROWN = ((1, 0), (1, 0))
"""Padding 1 and output padding 1: twice the size exactly."""
Step = Callable[[jax.Array], jax.Array]


class Block(nn.Module):
    """x + norm(conv3×3(relu(norm(conv3×3(x))))), mirrored at the edges.

    Attributes:
      norm, dropout, dropout_at_use, own_at_use, kernel_init, dtype: of the network.
    """

    norm: Norm
    dropout: float
    dropout_at_use: bool
    own_at_use: bool
    kernel_init: Initializer
    dtype: Any

    @nn.compact
    def __call__(self, x: jax.Array, context: Context) -> jax.Array:
        """Maps [B, H, W, C] to the same shape."""
        options = {"own_at_use": self.own_at_use, "dtype": self.dtype}

        def layer(y: jax.Array, number: int) -> jax.Array:
            conv = Conv(
                x.shape[-1],
                padding="VALID",
                use_bias=self.norm.biased,
                kernel_init=self.kernel_init,
                dtype=self.dtype,
                name=f"conv{number}",
            )
            y = conv(reflect(y, 1))
            return normalised(self.norm, y, context, f"norm{number}", **options)

        y = nn.relu(layer(x, 1))
        y = Dropout(self.dropout, self.dropout_at_use, name="dropout")(y, context)
        return x + layer(y, 2)


class Generator(Network):
    """Conv 7×7, [Conv 3×3/2]², blocks, [ConvTranspose 3×3/2]², conv 7×7, tanh.

    Every convolution but the last is followed by norm and ReLU. The edges of the
    picture, and in blocks, are mirrored. Use is as of pix2pix's: with dropout, if there
    is any, and every picture's own statistics.

    Attributes:
      channels: of the picture that is made.
      width: channels of the first and last maps.
      blocks: in between, at a quarter of the size, with 4 · width channels.
      norm: see `pix2pix.Norm`.
      dropout: the probability, within blocks. pix2pix has 0.5 with this network.
      dropout_at_use: whether to drop outside of training too.
      own_at_use: see `pix2pix.Generator`.
      antialiased: convolve without a stride, then `blur_halve`: CUT's.
      antialiased_up: `double`, then convolve: CUT's.
      layers: whose maps come beside the picture, as `Sample(picture, features=maps)`
        with the maps of `features`: what `games.contrastive` wants of a translator.
      kernel_init: of all kernels.
      dtype: of the computation; the picture is float32.
    """

    channels: int = 3
    width: int = 64
    blocks: int = 9
    norm: Norm = Norm.INSTANCE
    dropout: float = 0.0
    dropout_at_use: bool = True
    own_at_use: bool = True
    antialiased: bool = False
    antialiased_up: bool = False
    layers: tuple[int, ...] = ()
    kernel_init: Initializer = normal_init
    dtype: Any = jnp.float32

    def __call__(
        self, value: jax.Array, given: Any, context: Context
    ) -> jax.Array | Sample:
        """Maps pictures [B, H, W, C] to [B, H, W, channels] in [-1, 1].

        Raises:
          ValueError: if an attribute or the size is not as wanted.
        """
        del given
        picture, maps = self._through(value, context, self.layers, True)
        return Sample(picture, features=maps) if self.layers else picture

    def features(
        self,
        value: jax.Array,
        given: Any,
        context: Context,
        layers: Collection[int],
    ) -> dict[int, jax.Array]:
        """Maps pictures to what layers say, as far as the last that is asked for.

        CUT's `encode_only`; call it as `module.apply(variables, value, given, context,
        layers, method="features")`. Layers have their numbers in the official code's
        `nn.Sequential`: 0 is the mirrored picture, and those of the antialiased network
        that CUT compares are 4 and 8, convolutions before their norm, and 12 and 16,
        the first and the fifth block. A norm's are behind its ReLU, which that code
        computes in place.

        Args:
          value: pictures [B, H, W, C].
          given: nothing, as in a call.
          context: of the pass.
          layers: their numbers.

        Returns:
          {layer: [B, H', W', C']}.

        Raises:
          ValueError: if there is no such layer, or as in a call.
        """
        del given
        return self._through(value, context, tuple(layers), False)[1]

    @nn.compact
    def _through(
        self, value: jax.Array, context: Context, layers: Collection[int], whole: bool
    ) -> tuple[jax.Array, dict[int, jax.Array]]:
        check_attributes(self)
        check_sides(value, 4, 8, f"the network halves them {HALVINGS} times")
        steps = self._steps(context)
        for layer in layers:
            if not 0 <= layer < len(steps):
                raise ValueError(
                    f"layers: saw {layer}, wanted numbers from 0 to {len(steps) - 1}"
                )
        count = len(steps) if whole else max(layers, default=-1) + 1
        x, found = value, {}
        for place, step in enumerate(steps[:count]):
            x = step(x)
            if place in layers:
                found[place] = x
            if step is nn.relu and place - 1 in layers:
                found[place - 1] = x
        return x, found

    def _steps(self, context: Context) -> list[Step]:
        """What the official code's `nn.Sequential` holds, in its order."""
        shared = {"kernel_init": self.kernel_init, "dtype": self.dtype}
        inner = {"use_bias": self.norm.biased, **shared}

        def normal(name: str) -> list[Step]:
            options = {"own_at_use": self.own_at_use, "dtype": self.dtype}

            def norm(x: jax.Array) -> jax.Array:
                return normalised(self.norm, x, context, f"{name}_norm", **options)

            return [norm, nn.relu]

        def edge(x: jax.Array) -> jax.Array:
            return reflect(x, 3)

        def picture(x: jax.Array) -> jax.Array:
            return jnp.tanh(x.astype(jnp.float32))

        wide = {"size": 7, "padding": "VALID"}
        steps = [edge, Conv(self.width, **wide, **inner, name="enter")]
        steps += normal("enter")
        for place in range(HALVINGS):
            steps += self._down(place, normal, inner)
        for number in range(self.blocks):
            steps.append(self._block(number, context))
        for place in range(HALVINGS):
            steps += self._up(place, normal, inner)
        leave = Conv(self.channels, **wide, **shared, name="leave")
        return [*steps, edge, leave, picture]

    def _down(self, place: int, normal: Callable[[str], list[Step]], options: Any):
        name = f"down_{place}"
        stride = 1 if self.antialiased else 2
        width = self.width * 2 ** (place + 1)
        conv = Conv(width, stride=stride, padding=ONE, **options, name=name)
        return [conv, *normal(name), *[blur_halve] * self.antialiased]

    def _block(self, number: int, context: Context) -> Step:
        block = Block(
            self.norm,
            self.dropout,
            self.dropout_at_use,
            self.own_at_use,
            self.kernel_init,
            self.dtype,
            name=f"block_{number}",
        )
        return lambda x: block(x, context)

    def _up(self, place: int, normal: Callable[[str], list[Step]], options: Any):
        name = f"up_{place}"
        width = self.width * 2 ** (HALVINGS - 1 - place)
        if self.antialiased_up:
            conv = Conv(width, padding=ONE, **options, name=name)
            return [double, conv, *normal(name)]
        conv = ConvTranspose(width, size=3, padding=GROWN, **options, name=name)
        return [conv, *normal(name)]


class Discriminator(pix2pix.Discriminator):
    """pix2pix's, with instance normalisation, of pictures alone."""

    norm: Norm = Norm.INSTANCE
