"""DVD-GAN's two discriminators: of whole frames, and of clips at half the size."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Verdict
from jaxgan.models.attributes import check_attributes, check_widths
from jaxgan.models.biggan.layers import Normalisation
from jaxgan.models.dvdgan.layers import DiscriminatorBlock, FrameAttention
from jaxgan.models.labels import labels
from jaxgan.nn import (
    Dense,
    Embedding,
    Network,
    PowerIteration,
    average_pool,
    drawn_frames,
    frame_by_frame,
)

MOVING = 2
"""So many of the first blocks of the clips' critic see more frames than one."""


class Critic(nn.Module):
    """Blocks -> ReLU -> sum over places -> w · h + b + ⟨embedding of the class, h⟩.

    Attributes:
      widths: channels after every block, all of which halve the sides that are longer
        than one place.
      moving: so many of the first blocks convolve and halve over time too.
      classes: if positive, scores are of clips together with their labels.
      attention: the blocks, counted from 0, that `FrameAttention` follows.
      how: it normalises.
    """

    widths: Sequence[int]
    moving: int = 0
    classes: int = 0
    attention: Sequence[int] = ()
    how: Normalisation = Normalisation()

    @nn.compact
    def __call__(self, x: jax.Array, given: Any, train: bool) -> jax.Array:
        """Maps clips [B, T, H, W, C], and labels [B], to scores [B, T'].

        There is one for each frame, or for each that is left where frames are halved.

        Raises:
          ValueError: if there are no labels where there are classes, or a side that is
            to be halved is odd.
        """
        x = x.astype(self.how.dtype)
        for place, width in enumerate(self.widths):
            halve = min(x.shape[2:4]) > 1
            flags = halve, not place, place < self.moving
            block = DiscriminatorBlock(width, *flags, self.how, name=f"block_{place}")
            x = block(x, train)
            if place in self.attention:
                attend = FrameAttention(self.how.dtype, name=f"attention_{place}")
                x = frame_by_frame(attend, x)
        x = jnp.sum(nn.relu(x), axis=(2, 3))
        scores = Dense(1, name="linear", **self.how.kernels)(x, train)[..., 0]
        if self.classes:
            table = Embedding(
                self.classes, x.shape[-1], name="embedding", **self.how.kernels
            )
            vectors = table(labels(given, x.shape[0]), train)
            scores = scores + jnp.sum(x * vectors[:, None], axis=-1)
        return scores


class Discriminator(Network):
    """D_S and D_T: logits {'frame': [B], 'clip': [B]}.

    Clark et al. 2019 (arXiv 1907.06571), section 3.2. D_S sees some frames, drawn from
    each example's key, at their full size, and adds up their scores; D_T sees all, of
    means of 2×2 pixels, through two blocks that convolve over time and further ones
    that do not, and adds up the scores of the frames that are left.

    Where frames are given (`Predictor`), D_S sees none of them, and D_T those and what
    follows as one clip.

    Attributes:
      widths: channels after every block, in both.
      frames: that D_S sees of each clip; shorter clips it sees whole.
      classes: as in `Critic`.
      attention: as in `Critic`. The paper's have none.
      spectral: how singular values are estimated.
      dtype: of the computation; logits are float32.
    """

    widths: Sequence[int] = (256, 512, 1024, 2048, 2048)
    frames: int = 8
    classes: int = 0
    attention: Sequence[int] = ()
    spectral: PowerIteration = PowerIteration()
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps clips [B, T, H, W, C], and labels [B] or given frames, to logits.

        Raises:
          ValueError: if an attribute, the clips or what is given are not as wanted.
        """
        check_attributes(self)
        check_widths(self.widths)
        how = Normalisation(self.spectral, dtype=self.dtype)
        shared = {"classes": self.classes, "attention": self.attention, "how": how}
        drawn = drawn_frames(value, context.draw("frames"), self.frames)
        spatial = Critic(self.widths, name="spatial", **shared)
        of_frames = jnp.sum(spatial(drawn, given, context.train), axis=1)
        whole = value if self.classes else _after(given, value)
        temporal = Critic(self.widths, MOVING, name="temporal", **shared)
        small = frame_by_frame(average_pool, whole)
        of_clip = jnp.sum(temporal(small, given, context.train), axis=1)
        logits = {"frame": of_frames, "clip": of_clip}
        return Verdict(jax.tree.map(lambda x: x.astype(jnp.float32), logits))


def _after(given: Any, value: jax.Array) -> jax.Array:
    """One clip of given frames, if there are any, and of what follows."""
    if isinstance(given, tuple) and not given:
        return value
    shape = getattr(given, "shape", ())
    if len(shape) != 5 or shape[2:] != value.shape[2:] or shape[0] != value.shape[0]:
        raise ValueError(
            f"given: saw {list(shape)}, wanted frames of the size of those judged, "
            f"{list(value.shape)}, or ()"
        )
    return jnp.concatenate([jnp.asarray(given, value.dtype), value], axis=1)
