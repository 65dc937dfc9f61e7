"""Convolutions of clips against `jax.lax`, and pools against numpy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax

from jaxgan.nn import Conv3d, ConvTranspose3d, average_pool3d, conv3d, conv3d_transpose

LAYOUT = ("NDHWC", "DHWIO", "NDHWC")
TOLERANCE = {"rtol": 2e-5, "atol": 2e-5}
few = settings(max_examples=6, deadline=None, derandomize=True)
lengths = st.integers(1, 4)
kernels = st.tuples(lengths, lengths, lengths)
strides = st.tuples(st.integers(1, 3), st.integers(1, 2))
paddings = st.sampled_from(["SAME", "VALID", ((1, 0), (1, 1), (0, 2))])


def draw(*shape, seed=0):
    draws = np.random.default_rng(seed).standard_normal(shape)
    return jnp.asarray(draws.astype(np.float32))


def reference(x, kernel, stride, padding):
    steps = (stride[0], stride[1], stride[1])
    return lax.conv_general_dilated(x, kernel, steps, padding, dimension_numbers=LAYOUT)


@few
@given(kernels, strides, paddings)
def test_conv3d_and_its_gradients_are_laxs(kernel, stride, padding):
    x, kernel = draw(2, 5, 6, 4, 3), draw(*kernel, 3, 2, seed=1)

    @jax.jit
    def both(x, kernel):
        ours, back = jax.vjp(lambda *pair: conv3d(*pair, stride, padding), x, kernel)
        theirs, their_back = jax.vjp(
            lambda *pair: reference(*pair, stride, padding), x, kernel
        )
        cotangent = jnp.cos(jnp.arange(ours.size, dtype=jnp.float32))
        cotangent = cotangent.reshape(ours.shape)
        return (ours, *back(cotangent)), (theirs, *their_back(cotangent))

    for ours, theirs in zip(*both(x, kernel)):
        np.testing.assert_allclose(ours, theirs, **TOLERANCE)


@few
@given(kernels, strides, st.booleans())
def test_conv3d_transpose_is_the_gradient_of_conv3d(kernel, stride, padded):
    """Of the smallest image that the convolution maps to that size."""
    pads = tuple((int(padded and k > 1), 0) for k in kernel)
    y, kernel = draw(2, 3, 2, 4, 3), draw(*kernel, 2, 3, seed=1)

    @jax.jit
    def both(y, kernel):
        ours = conv3d_transpose(y, kernel, stride, pads)
        out, back = jax.vjp(
            lambda x: reference(x, kernel, stride, pads), jnp.zeros(ours.shape)
        )
        assert out.shape == y.shape
        return ours, back(y)[0]

    np.testing.assert_allclose(*both(y, kernel), **TOLERANCE)


def test_layers_have_the_shapes_of_pytorchs():
    """A 4×4×4 kernel halves and doubles with strides of 2 and zeros around."""
    x, ones = jnp.zeros((2, 4, 8, 8, 3)), ((1, 1),) * 3
    options = {"size": (4, 4, 4), "stride": (2, 2), "padding": ones}
    for layer, wanted in (
        (Conv3d(5, **options), (2, 2, 4, 4, 5)),
        (ConvTranspose3d(5, **options, spectral=True), (2, 8, 16, 16, 5)),
    ):
        output, variables = layer.init_with_output(jax.random.key(0), x)
        assert output.shape == wanted
        kernel = variables["params"]["kernel"]
        assert sorted(kernel.shape[-2:]) == [3, 5]


def test_a_clip_is_made_once_however_often_it_is_seen():
    """On CPUs: logarithms in it are those of its numbers, not of copies."""
    x, kernel = draw(2, 7, 4, 4, 3), draw(4, 1, 1, 3, 2)

    def seen(x, kernel):
        return conv3d(jnp.log1p(jnp.square(x)), kernel, padding="VALID")

    text = jax.jit(seen).lower(x, kernel).compile().as_text()
    logs = [line for line in text.splitlines() if " log-plus-one(" in line]
    sizes = {line.partition("= f32[")[2].partition("]")[0] for line in logs}
    counts = {np.prod(list(map(int, size.split(",")))) for size in sizes}
    assert counts == {x.size}


def test_what_cannot_be_convolved():
    x = jnp.zeros((1, 2, 4, 4, 1))
    with pytest.raises(ValueError, match="frames: saw 2, wanted at least 4: a kernel"):
        conv3d(x, jnp.zeros((4, 1, 1, 1, 1)), padding="VALID")
    with pytest.raises(ValueError, match="padding: saw 'SAME', wanted 'VALID'"):
        conv3d_transpose(x, jnp.zeros((1, 1, 1, 1, 1)), padding="SAME")


@pytest.mark.parametrize("shape", [(2, 4, 6, 2, 3), (1, 5, 3, 4, 1), (1, 1, 4, 4, 2)])
def test_pools_are_means_of_pairs(shape):
    x = np.asarray(draw(*shape), np.float64)
    for axis in (1, 2, 3):
        if x.shape[axis] > 1:
            pairs = np.arange(x.shape[axis] // 2) * 2
            x = (x.take(pairs, axis) + x.take(pairs + 1, axis)) / 2
    np.testing.assert_allclose(average_pool3d(draw(*shape)), x, rtol=1e-5, atol=1e-6)
