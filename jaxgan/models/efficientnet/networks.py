"""The convolutions of EfficientNet-Lite, as features: nothing in it is trained.

Tan and Le 2019 (arXiv 1905.11946), table 1, in the authors' Lite form: without squeeze
and excitation, with ReLU6; as timm's tf_efficientnet_lite0, which has TensorFlow's
padding and epsilon.
"""

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context, example_keys
from jaxgan.core.ranges import check_count
from jaxgan.nn import BatchNorm, Conv, Network

EPSILON = 1e-3
"""TensorFlow's, of batch normalisation."""


class Stage(NamedTuple):
    """Equal blocks, the first of which may halve.

    Attributes:
      size: of the kernel per channel.
      stride: of the first block.
      expansion: channels within a block over those of its input.
      width: channels of the output.
      depth: how many blocks.
    """

    size: int
    stride: int
    expansion: int
    width: int
    depth: int


LITE0 = (
    Stage(3, 1, 1, 16, 1),
    Stage(3, 2, 6, 24, 2),
    Stage(5, 2, 6, 40, 2),
    Stage(3, 2, 6, 80, 3),
    Stage(5, 1, 6, 112, 3),
    Stage(5, 2, 6, 192, 4),
    Stage(3, 1, 6, 320, 1),
)
"""Table 1 of the paper, which is B0's and Lite0's."""


class InvertedResidual(nn.Module):
    """Expands channels, filters each, projects; plus the input where shapes allow.

    Sandler et al. 2018 (arXiv 1801.04381), section 3.3.

    Attributes:
      stage: sizes.
      stride: of the filter.
      dtype: of the computation.
    """

    stage: Stage
    stride: int = 1
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, context: Context) -> jax.Array:
        """Maps [B, H, W, C] to [B, H / stride, W / stride, width]."""
        conv = functools.partial(Conv, use_bias=False, dtype=self.dtype)
        norm = functools.partial(BatchNorm, epsilon=EPSILON, dtype=self.dtype)
        y, width = x, x.shape[-1] * self.stage.expansion
        if self.stage.expansion > 1:
            y = conv(width, size=1, name="expand")(y)
            y = nn.relu6(norm(name="norm_expand")(y, context))
        wide = functools.partial(conv, width, size=self.stage.size, groups=width)
        y = wide(stride=self.stride, name="filter")(y)
        y = nn.relu6(norm(name="norm_filter")(y, context))
        y = conv(self.stage.width, size=1, name="project")(y)
        y = norm(name="norm_project")(y, context)
        return x + y if y.shape == x.shape and self.stride == 1 else y


class EfficientNet(Network):
    """A first convolution and stages of inverted residuals.

    Images in [-1, 1] are what it was trained on, as they are. What comes after the last
    map that is asked for is neither computed nor among the parameters.

    Attributes:
      layers: the names of the maps to return: stage_1 is what the first stage makes.
        The default is what projected GANs look at, at strides of 4, 8, 16 and 32.
      stages: sizes of all.
      stem: channels of the first convolution.
      dtype: of the computation.
    """

    layers: Sequence[str] = ("stage_2", "stage_3", "stage_5", "stage_7")
    stages: Sequence[Stage] = LITE0
    stem: int = 32
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(
        self, value: jax.Array, given: Any = (), context: Any = None
    ) -> dict[str, jax.Array]:
        """Maps images [B, H, W, 3] in [-1, 1] to float32 [B, H', W', C] by layer.

        Grey images [B, H, W, 1] are repeated to three channels. Norms use their running
        statistics, whatever the context: `network.apply(variables, images)` is all.

        Raises:
          ValueError: if a layer is unknown, there are none, or the images have other
            channels.
        """
        del given, context
        names = self._checked()
        if value.ndim != 4 or value.shape[-1] not in (1, 3):
            raise ValueError(
                f"images: saw shape {value.shape}, wanted [B, H, W, 1 or 3]"
            )
        still = Context(example_keys(jax.random.key(0), value.shape[0]))
        x = jnp.broadcast_to(value, (*value.shape[:-1], 3)).astype(self.dtype)
        x = Conv(self.stem, False, stride=2, dtype=self.dtype, name="stem")(x)
        norm = BatchNorm(epsilon=EPSILON, dtype=self.dtype, name="norm_stem")
        x = nn.relu6(norm(x, still))
        maps = {}
        for name, stage in zip(names, self.stages):
            for place in range(stage.depth):
                stride = 1 if place else stage.stride
                block = InvertedResidual(
                    stage, stride, self.dtype, name=f"{name}_{place}"
                )
                x = block(x, still)
            maps[name] = x.astype(jnp.float32)
        return {name: maps[name] for name in self.layers}

    def _checked(self) -> list[str]:
        """The names of all stages that are wanted, once the attributes are right."""
        check_count("stem", self.stem)
        for stage in self.stages:
            for name, number in zip(stage._fields, stage):
                check_count(f"stages: {name}", number)
        names = [f"stage_{number}" for number, _ in enumerate(self.stages, 1)]
        unknown = [name for name in self.layers if name not in names]
        if unknown or not self.layers:
            seen = repr(unknown[0]) if unknown else "none"
            raise ValueError(f"layers: saw {seen}, wanted some of {', '.join(names)}")
        return names[: max(map(names.index, self.layers)) + 1]
