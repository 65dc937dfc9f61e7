"""Feature networks of tests: what they see is cut out of their images."""

import json
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from jaxgan.core import Context, example_keys
from tests.models.golden import images


def context(count, train=False, **options):
    return Context(example_keys(jax.random.key(0), count), train=train, **options)


def config(npz):
    return json.loads(str(npz["config"]))


class Maps(nn.Module):
    """Some channels each, and every so many-th pixel of them."""

    channels: Sequence[int]
    strides: Sequence[int]

    def cut(self, x):
        ends = np.cumsum(self.channels)
        return [
            x[:, ::stride, ::stride, end - count : end]
            for end, count, stride in zip(ends, self.channels, self.strides)
        ]

    def __call__(self, value):
        return {str(place): x for place, x in enumerate(self.cut(value))}

    def images(self, maps):
        """The images that these maps are cut out of."""
        side = maps[0].shape[2] * self.strides[0]
        parts = [
            jnp.kron(images(x), jnp.ones((1, stride, stride, 1)))
            for x, stride in zip(maps, self.strides)
        ]
        assert {x.shape[1] for x in parts} == {side}
        return jnp.concatenate(parts, axis=-1)


class Row(Maps):
    """The maps in a row, as a projection has them; without variables."""

    def __call__(self, value):
        return self.cut(value)
