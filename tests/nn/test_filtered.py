"""A filter in the kernel is the filter of the image, and accelerators are spared it."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import export, lax

from jaxgan.nn import convolution, filtered, resample_filter, resampled_conv, upfirdn2d
from jaxgan.nn.filtered import Plan
from jaxgan.nn.formulations import LAYOUT

from .test_conv import draw

UNEVEN = (0.1, 0.5, 0.3, 0.4)


def apart(plan, image, kernel):
    """Both steps, as XLA has them."""
    image = upfirdn2d(image, np.asarray(plan.taps), pads=plan.pads, flip=True)
    stride = (plan.stride, plan.stride)
    return lax.conv_general_dilated(
        image, kernel, stride, "VALID", dimension_numbers=LAYOUT
    )


@pytest.mark.parametrize(
    ("channels", "by_kernel"), [(64, True), (64, False), (3, False)]
)
def test_the_three_maps(channels, by_kernel):
    """By the larger kernel, which crops forbid and few channels are not worth."""
    pads = ((2, 3), (1, 2)) if by_kernel else ((2, 3), (-1, 2))
    plan = Plan((16, 17), 3, 2, UNEVEN, pads)
    image = draw(16, *plan.image, channels)
    kernel = draw(3, 3, channels, channels, seed=1)
    maps, transpose = jax.vjp(functools.partial(apart, plan), image, kernel)
    weights = draw(*maps.shape, seed=2)
    back, of_kernel = transpose(weights)
    for function, pair, wanted in (
        (filtered.forward, (image, kernel), maps),
        (filtered.image_gradient, (weights, kernel), back),
        (filtered.kernel_gradient, (image, weights), of_kernel),
    ):
        lowered = jax.jit(functools.partial(function, plan)).lower(*pair)
        assert ("6x6x" in lowered.as_text()) == by_kernel
        found = lowered.compile()(*pair)
        limit = 3e-5 * np.abs(wanted).max()
        np.testing.assert_allclose(found, wanted, rtol=0, atol=limit)


def test_of_two_taps_the_larger_kernel_enlarges():
    """Between few channels too; that which makes smaller stays in two steps."""
    plan = Plan((10, 12), 3, 2, (0.7, 0.2), ((1, 1), (1, 1)))
    image, kernel = draw(4, 10, 12, 5), draw(3, 3, 5, 7, seed=1)
    maps, transpose = jax.vjp(functools.partial(apart, plan), image, kernel)
    weights = draw(*maps.shape, seed=2)
    for function, pair, wanted, larger in (
        (filtered.forward, (image, kernel), maps, False),
        (filtered.image_gradient, (weights, kernel), transpose(weights)[0], True),
    ):
        lowered = jax.jit(functools.partial(function, plan)).lower(*pair)
        assert ("4x4x" in lowered.as_text()) == larger
        np.testing.assert_allclose(lowered.compile()(*pair), wanted, atol=1e-5)


@pytest.mark.parametrize("channels", [64, 5])
def test_programs_for_any_batch(channels):
    plan = Plan((8, 8), 3, 2, (0.7, 0.2), ((1, 1), (1, 1)))
    kernel = draw(3, 3, channels, channels, seed=1)
    (batch,) = export.symbolic_shape("b")
    for function, side in ((filtered.forward, 8), (filtered.image_gradient, 4)):
        apply = jax.jit(lambda x, f=function: f(plan, x, kernel))
        shape = jax.ShapeDtypeStruct((batch, side, side, channels), jnp.float32)
        program = export.export(apply, platforms=("cpu", "tpu"))(shape)
        for count in (1, 3):
            image = draw(count, side, side, channels)
            limit = 3e-5 * np.abs(wanted := apply(image)).max()
            found = jax.jit(program.call)(image)
            np.testing.assert_allclose(found, wanted, rtol=0, atol=limit)


@pytest.mark.parametrize("factors", [{"up": 2}, {"down": 2}])
@pytest.mark.parametrize("flip", [False, True])
def test_resampled_convolutions_with_many_channels(factors, flip):
    """A filter that is only known when it is run takes both steps."""
    x, kernel = draw(16, 16, 16, 64), draw(3, 3, 64, 32, seed=1)
    taps = resample_filter(UNEVEN)
    convolve = functools.partial(resampled_conv, flip=flip, **factors)
    found = jax.jit(lambda x, kernel: convolve(x, kernel, taps))(x, kernel)
    wanted = jax.jit(convolve)(x, kernel, jnp.asarray(taps))
    limit = 3e-5 * np.abs(wanted).max()
    np.testing.assert_allclose(found, wanted, rtol=0, atol=limit)


@pytest.mark.parametrize("factors", [{"up": 2}, {"down": 2}])
def test_accelerators_convolve_by_the_small_kernel(factors):
    x, kernel = draw(16, 16, 16, 64), draw(3, 3, 64, 64, seed=1)
    taps = resample_filter(UNEVEN)

    def loss(x, kernel):
        return jnp.sum(resampled_conv(x, kernel, taps, **factors) ** 2)

    traced = jax.jit(jax.value_and_grad(loss, (0, 1))).trace(x, kernel)
    text = traced.lower(lowering_platforms=("cuda",)).as_text()
    assert "6x6x" not in text
    assert text.count("stablehlo.convolution") == 3
    assert "6x6x" in traced.lower().as_text()
    assert convolution.choose(
        Plan((16, 16), 3, 2, UNEVEN, ((2, 2), (2, 2))).whole, 64, 64
    ) == convolution.by_winograd(4)
