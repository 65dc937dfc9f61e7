"""Small batches of small maps are not computed as large ones are."""

import jax
import jax.numpy as jnp
import pytest

from jaxgan.nn import conv, convolution
from jaxgan.nn.formulations import Geometry

from .test_conv import draw


@pytest.mark.parametrize(("batch", "tile"), [(64, 4), (16, 4), (4, 2), (1, None)])
def test_winograd_is_left_out_where_a_kernel_serves_few_tiles(batch, tile):
    """An example has 4 tiles of 4², or 16 of 2²."""
    geometry = Geometry((8, 8), (3, 3), 1, ((1, 1), (1, 1)))
    chosen = convolution.choose(geometry, 64, 64, jnp.float32, batch)
    direct = convolution.choose_direct(geometry, 64, batch)
    assert chosen == (convolution.by_winograd(tile) if tile else direct)
    assert (chosen == direct) == (tile is None)


def test_a_step_of_one_example_does_not_transform_kernels():
    """Forward and both gradients of a convolution use the batch's own choice."""
    x, kernel = draw(1, 8, 8, 64), draw(3, 3, 64, 64, seed=1)

    def loss(x, kernel):
        return jnp.sum(conv(x, kernel) ** 2)

    def text(batch):
        many = x.repeat(batch, 0)
        step = jax.jit(jax.grad(loss, (0, 1)))
        return step.lower(many, kernel).as_text()

    assert "inlineable" in text(64)
    assert "inlineable" not in text(1)
