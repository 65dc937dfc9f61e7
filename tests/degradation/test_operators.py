"""The operators of Real-ESRGAN's chain against official vectors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

from jaxgan.degradation.correlation import by_blocks, by_transforms, correlate
from jaxgan.degradation.jpeg import compress, jpeg, quality_factor, smooth_rounding
from jaxgan.degradation.noise import (
    gaussian_noise,
    level_power,
    photons,
    poisson_error,
)
from jaxgan.degradation.resize import area, bicubic, bilinear, resize
from jaxgan.degradation.unsharp_mask import gaussian_line, sharpen, unsharp_mask


@pytest.fixture(scope="module")
def vectors(golden):
    npz = np.load(golden / "realesrgan_ops.npz")
    return {name: npz[name] for name in npz.files}


def pictures(array):
    """[B, C, H, W] to [B, H, W, C]."""
    return jnp.asarray(np.moveaxis(array, -3, -1))


def assert_near(seen, wanted, tolerance=1e-6):
    wanted = np.moveaxis(wanted, -3, -1)
    np.testing.assert_allclose(seen, wanted, rtol=0, atol=tolerance)


def assert_near_but_for_steps(seen, wanted, share=2e-3):
    """Where a rounding falls otherwise, a whole block of pixels differs a little."""
    wanted = np.moveaxis(wanted, -3, -1)
    assert np.mean(np.abs(seen - wanted) > 2e-6) <= share
    np.testing.assert_allclose(seen, wanted, rtol=0, atol=0.02)


@pytest.mark.parametrize("filter_", [correlate, by_blocks])
def test_filters(vectors, filter_):
    x, kernels = pictures(vectors["in/x"]), jnp.asarray(vectors["in/kernels"])
    size = () if filter_ is correlate else x.shape[1:3]
    one = jax.jit(jax.vmap(lambda x, k: filter_(x, k, *size)))
    assert_near(one(x, kernels), vectors["out/filter2D_per_image/y"], 2e-6)
    # The vectors use the first kernel for both.
    shared = jnp.stack([kernels[0]] * 2)
    assert_near(one(x, shared), vectors["out/filter2D_shared/y"], 2e-6)


def test_gaussian_noise(vectors):
    x, sigma = pictures(vectors["in/x"]), vectors["in/sigma"][:, None, None, None]
    color = pictures(vectors["in/gauss_color"])
    assert_near(gaussian_noise(x, color, sigma), vectors["out/gaussian_color/y"])
    gray = vectors["in/gauss_gray"][None, ..., None]
    flags = vectors["in/gray_flags"][:, None, None, None] > 0
    mixed = gaussian_noise(x, jnp.where(flags, gray, color), sigma)
    assert_near(mixed, vectors["out/gaussian_gray_mixed/y"])
    mixed = jnp.where(flags, gray, color)
    rounded = gaussian_noise(x, mixed, sigma, rounded=True)
    assert_near(rounded, vectors["out/gaussian_rounds/y"])
    free = gaussian_noise(x, color, sigma, clip=False)
    assert_near(free, vectors["out/gaussian_noclip/y"])


@pytest.mark.parametrize("case", ["color", "mixed_color", "mixed_gray"])
def test_poisson_noise(vectors, case):
    """The second of the mixed ones is gray."""
    for i in {"color": (0, 1), "mixed_color": (0,), "mixed_gray": (1,)}[case]:
        x, gray = pictures(vectors["in/x"][i]), case == "mixed_gray"
        values = jax.jit(photons)(x, gray)
        power = jax.jit(level_power)(values)
        rate = np.asarray(values) * 2.0 ** float(power) / 255
        if case == "color":
            assert_near(rate, vectors["out/poisson_color/rate"][i], 1e-4)
        if gray:
            wanted = np.repeat(vectors["out/poisson_mixed/rate_gray"][i], 3, 0)
            assert_near(rate, wanted, 1e-4)
        counts = pictures(vectors[f"in/poisson_counts_{case}"][i])
        noise = poisson_error(counts, values, power)
        y = jnp.clip(x + vectors["in/poisson_scale"][i] * noise, 0, 1)
        assert_near(y, vectors[f"out/poisson_{case.split('_')[0]}/y"][i])


@pytest.mark.parametrize("mode", [area, bilinear, bicubic])
def test_resizes(vectors, mode):
    x = pictures(vectors["in/x"][:1])
    name = f"out/resize_{mode.__name__}"
    for scale in (0.37, 0.5, 1.43):
        y = jax.jit(lambda x, scale=scale: resize(x, mode, scale))(x)
        assert_near(y, vectors[f"{name}/scale{scale}"], 2e-6)
    wanted = vectors[f"{name}/size_h2_w3"]
    y = jax.jit(lambda x: resize(x, mode, size=wanted.shape[2:]))(x)
    assert_near(y, wanted, 2e-6)


def test_jpeg(vectors):
    x = pictures(vectors["in/x"])
    np.testing.assert_allclose(
        jax.vmap(quality_factor)(jnp.array([5, 30, 49.9, 50, 75, 95])),
        vectors["out/quality_to_factor/f"],
        rtol=1e-5,
    )
    seen = jax.jit(jax.vmap(jpeg, in_axes=(0, None)))(x, 60.0)
    assert_near_but_for_steps(seen, vectors["out/jpeg_scalar_quality/y"])
    seen = jax.jit(jax.vmap(jpeg))(x, jnp.asarray(vectors["in/quality"]))
    assert_near_but_for_steps(seen, vectors["out/jpeg_per_image/y"])
    # The vectors' pictures were multiplied by 255 twice.
    coefficients = jax.jit(compress)(255.0 * x[0], 60.0)
    for mine, theirs in zip(coefficients, ("y", "cb", "cr")):
        wanted = vectors[f"out/jpeg_coefficients/{theirs}"][0]
        assert np.mean(mine.reshape(-1, 8, 8) != wanted) < 1e-3


def test_jpeg_with_a_gradient(vectors):
    x, cotangent = pictures(vectors["in/x"]), pictures(vectors["in/cotangent"])

    @jax.jit
    def smooth(x):
        one = lambda x: jpeg(x, 60.0, smooth_rounding)  # noqa: E731
        return jax.vmap(one)(x)

    y, back = jax.vjp(smooth, x)
    assert_near(y, vectors["out/jpeg_differentiable/y"], 1e-5)
    wanted = vectors["grad/jpeg_differentiable/in:x"]
    assert_near(back(cotangent)[0], wanted, 1e-4)


def test_unsharp_mask(vectors):
    x = pictures(vectors["in/x"])
    np.testing.assert_allclose(gaussian_line(11), vectors["out/usm/kernel1d"], 1e-5)
    wanted = vectors["out/usm/kernel1d_radius50"]
    np.testing.assert_allclose(gaussian_line(51), wanted, 1e-5)
    official = jax.jit(lambda x: unsharp_mask(x, radius=11))
    assert_near(official(x), vectors["out/usm/y"], 2e-6)
    bounds = jax.jit(sharpen)(2 * x - 1), 2 * jax.jit(unsharp_mask)(x) - 1
    np.testing.assert_allclose(*bounds, atol=1e-5)
    stronger = jax.jit(lambda x: unsharp_mask(x, 0.8, radius=11, threshold=5))
    assert_near(stronger(x), vectors["out/usm_weight/y"], 2e-6)


def test_devices_filter_their_own_pictures():
    """Products of matrices need no other device's pictures."""
    mesh = jax.make_mesh((8,), ("data",), axis_types=(AxisType.Auto,))
    over = NamedSharding(mesh, P("data"))
    filtered = jax.vmap(lambda x, k, size: by_blocks(x, k, size, 20))
    arrays = (
        jax.ShapeDtypeStruct((8, 32, 24, 3), jnp.float32, sharding=over),
        jax.ShapeDtypeStruct((8, 7, 7), jnp.float32, sharding=over),
        jax.ShapeDtypeStruct((8,), jnp.int32, sharding=over),
    )
    program = jax.jit(filtered).lower(*arrays).compile()
    text = program.as_text()
    assert "dot" in text
    collectives = ("all-gather", "all-reduce", "all-to-all", "collective-permute")
    assert not any(name in text for name in collectives)


@settings(max_examples=10, deadline=None)
@given(rows=st.integers(1, 20), columns=st.integers(1, 17), seed=st.integers(0, 2**31))
def test_filters_reflect_at_traced_sizes(rows, columns, seed):
    """To and fro, if the picture is smaller than the kernel."""
    rng = np.random.default_rng(seed)
    canvas = rng.uniform(size=(20, 17, 2)).astype(np.float32)
    kernel = rng.uniform(size=(9, 9)).astype(np.float32)
    padded = np.pad(canvas[:rows, :columns], [(4, 4), (4, 4), (0, 0)], "reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (9, 9), (0, 1))
    wanted = np.einsum("hwcij,ij->hwc", windows, kernel)
    for filter_ in FILTERS:
        seen = filter_(canvas, kernel, rows, columns)[:rows, :columns]
        np.testing.assert_allclose(seen, wanted, rtol=0, atol=2e-5)


FILTERS = [jax.jit(by_transforms), jax.jit(by_blocks)]
