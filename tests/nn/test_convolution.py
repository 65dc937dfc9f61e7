"""Every formulation against XLA's, and what accelerators are given."""

import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jax import lax
from jax.sharding import AxisType

from jaxgan.nn import (
    conv,
    conv_transpose,
    convolution,
    few_features,
    formulations,
    winograd,
)
from jaxgan.nn.formulations import Geometry

from .test_conv import draw, reference

PLACES = {
    name: [
        getattr(module, function)
        for module in (formulations, few_features)
        for function in dir(module)
        if function.startswith(name)
    ]
    for name in convolution.Choice._fields
}
pads = st.tuples(st.integers(0, 2), st.integers(0, 2))


@st.composite
def geometries(draw_from):
    size = st.tuples(st.integers(1, 9), st.integers(1, 9))
    kernel = st.tuples(st.integers(1, 4), st.integers(1, 4))
    made = Geometry(
        draw_from(size),
        draw_from(kernel),
        draw_from(st.integers(1, 3)),
        (draw_from(pads), draw_from(pads)),
    )
    fits = zip(made.maps, made.pads, made.kernel)
    assume(all(m > 0 and max(pad) < k for m, pad, k in fits))
    return made


def pairs_of(geometry, channels, features):
    """The arrays of the three maps."""
    image = draw(2, *geometry.image, channels)
    kernel = draw(*geometry.kernel, channels, features, seed=1)
    maps = draw(2, *geometry.maps, features, seed=2)
    return {
        "forward": (image, kernel),
        "image_gradient": (maps, kernel),
        "kernel_gradient": (image, maps),
    }


few = settings(max_examples=3, deadline=None, derandomize=True)
many = settings(max_examples=60, deadline=None, derandomize=True)


@few
@given(geometries(), st.integers(1, 3), st.integers(1, 3))
def test_formulations_are_equal(geometry, channels, features):
    assert_equal_maps(geometry, channels, features)


@pytest.mark.slow
@many
@given(geometries(), st.integers(1, 3), st.integers(1, 3))
def test_formulations_are_equal_of_many(geometry, channels, features):
    assert_equal_maps(geometry, channels, features)


def assert_equal_maps(geometry, channels, features):
    for name, pair in pairs_of(geometry, channels, features).items():
        wanted = getattr(convolution.leave_to_xla(), name)
        expected = jax.jit(functools.partial(wanted, geometry))(*pair)
        for function in PLACES[name]:
            phases = function is formulations.image_gradient_by_phases
            if phases and geometry.stride > 1 and not geometry.folds:
                continue
            np.testing.assert_allclose(
                jax.jit(functools.partial(function, geometry))(*pair),
                expected,
                rtol=1e-5,
                atol=1e-5,
                err_msg=f"{function.__name__} {geometry}",
            )


@st.composite
def filtered(draw_from):
    """Geometries that Winograd's filtering serves, and a tile."""
    size = draw_from(st.integers(2, 3))
    tile = draw_from(st.sampled_from([2, 4] if size < 4 else [2]))
    stride = draw_from(st.integers(1, 3))
    kernel = (size * stride, size * stride)
    image = draw_from(st.tuples(st.integers(1, 13), st.integers(1, 13)))
    made = Geometry(image, kernel, stride, (draw_from(pads), draw_from(pads)))
    assume(all(m > 0 and max(p) < kernel[0] for m, p in zip(made.maps, made.pads)))
    assert winograd.serves(made, tile)
    return tile, made


@few
@given(filtered(), st.integers(1, 3), st.integers(1, 3))
def test_winograd_equals_xla(filtering, channels, features):
    """To its stated rounding, relative to the largest value."""
    tile, geometry = filtering
    for name, pair in pairs_of(geometry, channels, features).items():
        wanted = getattr(convolution.leave_to_xla(), name)(geometry, *pair)
        function = getattr(convolution.by_winograd(tile), name)
        found = jax.jit(functools.partial(function, geometry))(*pair)
        tolerance = {2: 3e-6, 4: 3e-5}[tile] * max(np.abs(wanted).max(), 1)
        np.testing.assert_allclose(found, wanted, rtol=0, atol=tolerance)


@pytest.mark.parametrize(("tile", "size"), [(2, 2), (4, 2), (2, 3), (4, 3), (2, 5)])
def test_winograd_takes_as_few_products_as_there_are_places(tile, size):
    """The identity of Lavin & Gray's equation 8, in float64, on one tile."""
    matrices = winograd.transforms(tile, size)
    rng = np.random.default_rng(0)
    image = rng.standard_normal((tile + size - 1,) * 2)
    kernel = rng.standard_normal((size, size))
    products = (matrices.kernel @ kernel @ matrices.kernel.T) * (
        matrices.image @ image @ matrices.image.T
    )
    maps = matrices.maps @ products @ matrices.maps.T
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))
    np.testing.assert_allclose(
        maps, np.einsum("ijkl,kl->ij", windows, kernel), atol=1e-12
    )


def test_winograd_is_left_out_where_it_does_not_serve():
    pads = ((1, 1), (1, 1))
    for kernel, stride in (((3, 3), 2), ((1, 1), 1), ((3, 2), 1), ((4, 4), 1)):
        assert not winograd.serves(Geometry((8, 8), kernel, stride, pads), 4)
    served = Geometry((8, 8), (3, 3), 1, pads)
    assert convolution.choose(served, 64, 64) != convolution.choose(served, 64, 8)
    narrow = convolution.choose(served, 64, 64, jnp.bfloat16)
    assert narrow == convolution.choose(served, 64, 8)


@pytest.mark.parametrize("name", convolution.Choice._fields)
def test_winograd_is_as_few_functions_for_any_tile(name):
    """Called for each row of places, and left as calls: else XLA compiles them anew."""
    geometry = Geometry((8, 8), (4, 4), 2, ((1, 1), (1, 1)))
    pair = pairs_of(geometry, 2, 2)[name]

    def lowered(tile):
        function = getattr(convolution.by_winograd(tile), name)
        return jax.jit(functools.partial(function, geometry)).lower(*pair)

    small, large = lowered(2), lowered(4)
    texts = [program.as_text() for program in (small, large)]
    functions, more = (text.count("func.func") for text in texts)
    assert functions == more
    calls = texts[0].count("call @")
    assert calls > functions
    compiled = small.compile().as_text()
    assert compiled is not None
    assert compiled.count(" call(") == calls


@few
@given(geometries())
def test_image_gradients_without_stride_are_convolutions(geometry):
    geometry = geometry._replace(stride=1)
    maps, kernel = pairs_of(geometry, 2, 3)["image_gradient"]
    turned = jnp.swapaxes(kernel[::-1, ::-1], 2, 3)
    np.testing.assert_allclose(
        formulations.forward_by_xla(geometry.turned, maps, turned),
        formulations.image_gradient_by_xla(geometry, maps, kernel),
        rtol=1e-5,
        atol=1e-5,
    )


@pytest.mark.slow
def test_winograd_in_branches_loops_and_forward_mode():
    x, kernel = draw(2, 8, 8, 32), draw(3, 3, 32, 32, seed=1)
    geometry = Geometry((8, 8), (3, 3), 1, ((1, 1), (1, 1)))
    assert convolution.choose(geometry, 32, 32) == convolution.by_winograd(2)

    def often(function):
        def body(x, _):
            y = lax.cond(
                jnp.sum(x) < 1e6,
                lambda x: function(x, kernel, 1),
                lambda x: x,
                x,
            )
            return 0.1 * y, None

        return lambda x: lax.scan(body, x, None, length=3)[0]

    def slopes(function):
        return jax.jvp(often(function), (x,), (jnp.cos(x),))

    found, wanted = (jax.jit(functools.partial(slopes, f))() for f in (conv, reference))
    for a, b in zip(found, wanted):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-4)


def test_winograd_under_vmap_shard_map_and_second_derivatives():
    """Of a stride and channels for which `choose` takes it."""
    x, kernel = draw(8, 16, 16, 64), draw(4, 4, 64, 64, seed=1)
    geometry = Geometry((16, 16), (4, 4), 2, ((1, 1), (1, 1)))
    assert convolution.choose(geometry, 64, 64) == convolution.by_winograd(4)

    def penalty(function, x, kernel):
        slope = jax.grad(lambda x: jnp.sum(jnp.sin(0.1 * function(x, kernel, 2))))(x)
        return jnp.sum(slope**2, (1, 2, 3))

    def gradient(function):
        return jax.grad(lambda k, x: jnp.mean(penalty(function, x, k)))

    found = jax.jit(gradient(conv))(kernel, x)
    wanted = jax.jit(gradient(reference))(kernel, x)
    limit = 1e-4 * np.abs(wanted).max()
    np.testing.assert_allclose(found, wanted, rtol=0, atol=limit)
    each = jax.vmap(gradient(conv), (None, 0))(kernel, x.reshape(2, 4, 16, 16, 64))
    np.testing.assert_allclose(each.mean(0), wanted, rtol=0, atol=limit)
    mesh = jax.make_mesh((4,), ("data",), axis_types=(AxisType.Auto,))
    data = jax.P("data")
    sharded = jax.shard_map(
        lambda k, x: penalty(conv, x, k),
        mesh=mesh,
        in_specs=(None, data),
        out_specs=data,
    )
    np.testing.assert_allclose(
        jax.jit(sharded)(kernel, x), penalty(reference, x, kernel), rtol=1e-4
    )


def test_of_a_single_small_image_the_kernel_is_read_as_it_lies():
    """Its gradients are filtered all the same, and batches are not told apart."""
    pads = ((1, 1), (1, 1))
    small, larger = (Geometry((n, n), (3, 3), 1, pads) for n in (16, 17))
    sizes = 64, 64, jnp.float32
    filtered = convolution.by_winograd(2)
    columns = filtered._replace(forward=formulations.forward_by_columns)
    assert convolution.choose(small, *sizes, 1) == columns
    assert convolution.choose(larger, *sizes, 1) == filtered
    assert convolution.choose(small, *sizes) == convolution.by_winograd(4)
    single = Geometry((1, 1), (3, 3), 1, pads)
    assert convolution.choose(single, 64, 8).forward is formulations.forward_by_xla


@pytest.mark.parametrize("pad", [0, 1, 2])
def test_the_kernel_gradient_is_compiled_without_turning_an_operand_round(pad):
    """Of maps larger than the image XLA does so, and is slow at it on CPUs."""
    geometry = Geometry((8, 8), (3, 3), 1, ((pad, pad), (pad, pad)))
    pair = pairs_of(geometry, 8, 8)["kernel_gradient"]

    chosen = convolution.choose(geometry, 8, 8).kernel_gradient
    compiled = jax.jit(functools.partial(chosen, geometry)).lower(*pair).compile()
    assert "rhs_reversal" not in compiled.as_text()


def test_each_choice_is_made_for_some_shape():
    shapes = itertools.product((1, 2), (3, 4), ((1, 16), (16, 16), (64, 3)), (1, 64))
    chosen = {
        function
        for stride, size, sizes, batch in shapes
        for function in convolution.choose(
            Geometry((8, 8), (size, size), stride, ((1, 1), (1, 1))),
            *(*sizes, jnp.float32, batch),
        )
    }
    assert chosen == set().union(*PLACES.values()) - {
        formulations.image_gradient_by_xla,
        formulations.kernel_gradient_by_xla,
    }


@pytest.mark.parametrize("features", [1, 3])
def test_to_few_features_differ_by_rounding_only(features):
    """And their second derivatives, of many channels."""
    x, kernel = draw(2, 9, 8, 64), draw(3, 3, 64, features, seed=1) / 24

    def penalty(function, x, kernel):
        slope = jax.grad(lambda x: jnp.sum(jnp.tanh(function(x, kernel, 1, "SAME"))))(x)
        return jnp.sum(jnp.square(slope))

    def gradients(function):
        return jax.jit(jax.grad(functools.partial(penalty, function), (0, 1)))

    chosen = convolution.choose(
        Geometry((9, 8), (3, 3), 1, ((1, 1), (1, 1))), 64, features
    )
    assert chosen.forward is few_features.forward_by_places
    pairs = zip(gradients(conv)(x, kernel), gradients(reference)(x, kernel))
    for found, wanted in pairs:
        scale = np.abs(wanted).max()
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=3e-6 * scale)


def convolutions(function, *arrays, platform):
    """The convolutions that a platform is given, without the names of values."""
    lowered = jax.jit(function).trace(*arrays).lower(lowering_platforms=(platform,))
    lines = lowered.as_text().splitlines()
    assert not any("dot_general" in line for line in lines)
    return sorted(
        line.split("stablehlo.convolution")[1].split(")", 1)[1]
        for line in lines
        if "stablehlo.convolution" in line
    )


@pytest.mark.parametrize("platform", ["cuda", "tpu"])
@pytest.mark.parametrize(("size", "stride"), [(3, 1), (4, 2), (3, 2)])
def test_accelerators_get_what_lax_gives_them(platform, size, stride):
    """The same convolutions; of the second order as many, in one of two equal forms."""
    arrays = draw(2, 8, 8, 3), draw(size, size, 3, 4, seed=1)

    def first(function):
        return jax.grad(lambda *a: jnp.sum(jnp.sin(function(*a, stride))), (0, 1))

    def second(function):
        return jax.grad(lambda *a: jnp.sum(first(function)(*a)[0] ** 2), (0, 1))

    for order in (first, second):
        ours, theirs = (
            convolutions(order(f), *arrays, platform=platform)
            for f in (conv, reference)
        )
        assert len(ours) == len(theirs) > 0
        if order is first:
            assert ours == theirs


@pytest.mark.parametrize("function", [conv, conv_transpose])
def test_choices_differ_by_rounding_only(function, monkeypatch):
    """Gradients of three orders, chosen and left to XLA."""
    x, kernel = draw(2, 6, 6, 8), draw(4, 4, 8, 8, seed=1)

    def third(x, kernel):
        def first(x):
            return jax.grad(lambda x: jnp.sum(jnp.sin(function(x, kernel, 2))))(x)

        def second(x):
            return jax.grad(lambda x: jnp.sum(jnp.sin(first(x))))(x)

        return jnp.sum(second(x) ** 2)

    ours = jax.jit(jax.grad(third, (0, 1)))(x, kernel)
    monkeypatch.setattr(convolution, "choose", convolution.leave_to_xla)
    theirs = jax.jit(jax.grad(lambda *a: third(*a), (0, 1)))(x, kernel)
    for a, b in zip(ours, theirs):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-3 * np.abs(b).max())
