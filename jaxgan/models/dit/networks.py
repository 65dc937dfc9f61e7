"""Adversarial flow models' transformers: DiT as generator, discriminator, classifier.

Lin et al. 2025 (arXiv 2511.22475), table 10, over the blocks of Peebles
and Xie 2023 (arXiv 2212.09748), for any size, patch and number of channels. Trained as
`recipes.afm` says.
"""

import functools
import math
import operator
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.explicit_mesh import along_batch
from jaxgan.core.timed import times_of
from jaxgan.core.types import Verdict
from jaxgan.models.attributes import check_attributes
from jaxgan.models.dit.layers import Transformer
from jaxgan.nn import Dense, Modulation, adaptive_layer_norm, from_patches, layer_norm
from jaxgan.nn.conv import torch_init

zeros = nn.initializers.zeros_init()


class Generator(Transformer):
    """Noise of the image's shape -> patches -> blocks -> image.

    At first it is 0, or the noise itself if `residual`: the last layer and every
    modulation start at 0. Without times it maps noise at once; with one it is told the
    time that it starts from, with two also the one it goes to.

    Attributes:
      shape: of one image, (H, W, C).
      residual: the network tells a velocity v, and the image is x - (s - t) v: from
        time s to t, from 1 to 0 where no times are given.
      repetitions: go through all blocks R times; each time another vector, of the
        time 1 - i / R, joins the condition. The last layer is not told it.
    """

    shape: Sequence[int] = (32, 32, 4)
    residual: bool = False
    repetitions: int = 1

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps noise [B, H, W, C], or [B, H W C], to [B, H, W, C].

        Images are not squashed into [-1, 1].

        Args:
          value: noise, or what the last step left.
          given: labels [B] if there are classes; with times, `Timed`.
          context: whose surroundings do not matter.

        Raises:
          ValueError: if an attribute or `given` is not as wanted.
        """
        check_attributes(self)
        del context
        height, width, channels = self._checked_shape()
        source = along_batch(lambda x: x.reshape(-1, *self.shape), value)
        condition = self.of_label(given, source.shape[0])
        condition = functools.reduce(operator.add, self.of_times(given), condition)
        x, blocks = self.tokens(source), self.blocks()
        if self.repetitions == 1:
            x = blocks(x, condition)
        else:
            times = (
                1.0 - jnp.arange(self.repetitions, dtype=jnp.float32) / self.repetitions
            )
            for vector in self.time_embedding("time")(times):
                x = blocks(x, condition + vector[None])
        modulation = Modulation(2, self.width, dtype=self.dtype, name="last_modulation")
        x = adaptive_layer_norm(x, *modulation(condition)).astype(jnp.float32)
        x = Dense(self.patch**2 * channels, kernel_init=zeros, name="image")(x)
        image = from_patches(x, height, width, self.patch)
        if not self.residual:
            return image
        if not self.times:
            return source - image
        start, end = times_of(given, 2)
        return source - (start - end).reshape(-1, 1, 1, 1) * image

    def _checked_shape(self) -> Sequence[int]:
        if len(self.shape) != 3:
            raise ValueError(f"shape: saw {tuple(self.shape)}, wanted (H, W, C)")
        if self.repetitions > 1 and self.times:
            raise ValueError(
                f"repetitions: saw {self.repetitions} with {self.times} times, "
                "wanted 1 where times are told"
            )
        return self.shape

    @property
    def latent_size(self) -> int:
        """Numbers of the noise: as many as the image has."""
        return math.prod(self.shape)


class Discriminator(Transformer):
    """A learned token, then patches -> blocks -> a dense layer of the token -> logit.

    Every modulation starts at 0, so at first all logits are the same, whatever is
    shown. It is told the time of what it judges, if `times` is 1; never the noise that
    a fake was made of, with which training diverges (section 3.4).
    """

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps images [B, H, W, C] to logits [B].

        Args:
          value: images.
          given: labels [B] if there are classes; with times, `Timed`.
          context: whose surroundings do not matter.

        Raises:
          ValueError: if an attribute or `given` is not as wanted.
        """
        check_attributes(self)
        del context
        condition = self.of_label(given, value.shape[0])
        condition = functools.reduce(operator.add, self.of_times(given), condition)
        x = layer_norm(self.judged(value, condition).astype(jnp.float32))
        logit = Dense(1, use_bias=False, kernel_init=torch_init, name="logit")
        return Verdict(logit(x)[:, 0], x)


class Classifier(Transformer):
    """What guides a generator: the class of an image with so much noise in it.

    The time is its only modulation.
    """

    times: int = 1

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps images [B, H, W, C] and `Timed((), (times [B],))` to [B, classes].

        Raises:
          ValueError: if there is no time, an attribute or `given` is not as wanted.
        """
        check_attributes(self)
        del context
        (condition,) = self.of_times(given)
        x = layer_norm(self.judged(value, condition).astype(jnp.float32))
        return Dense(self.classes, kernel_init=torch_init, name="logits")(x)
