"""Every formulation against XLA's, and what accelerators are given."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jaxgan.nn import conv, conv_transpose, convolution, formulations
from jaxgan.nn.formulations import Geometry

from .test_conv import draw, reference

PLACES = {
    name: [getattr(formulations, f) for f in dir(formulations) if f.startswith(name)]
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


@settings(max_examples=25, deadline=None, derandomize=True)
@given(geometries(), st.integers(1, 3), st.integers(1, 3))
def test_formulations_are_equal(geometry, channels, features):
    image = draw(2, *geometry.image, channels)
    kernel = draw(*geometry.kernel, channels, features, seed=1)
    maps = draw(2, *geometry.maps, features, seed=2)
    pairs = {
        "forward": (image, kernel),
        "image_gradient": (maps, kernel),
        "kernel_gradient": (image, maps),
    }
    for name, pair in pairs.items():
        wanted = getattr(convolution.leave_to_xla(geometry, channels), name)
        for function in PLACES[name]:
            phases = function is formulations.image_gradient_by_phases
            if phases and geometry.stride > 1 and not geometry.folds:
                continue
            np.testing.assert_allclose(
                function(geometry, *pair),
                wanted(geometry, *pair),
                rtol=1e-5,
                atol=1e-5,
                err_msg=f"{function.__name__} {geometry}",
            )


def test_each_choice_is_made_for_some_shape():
    shapes = itertools.product((1, 2), (3, 4), (1, 64))
    chosen = {
        function
        for stride, size, channels in shapes
        for function in convolution.choose(
            Geometry((8, 8), (size, size), stride, ((1, 1), (1, 1))), channels
        )
    }
    assert chosen == set().union(*PLACES.values()) - {
        formulations.image_gradient_by_xla,
        formulations.kernel_gradient_by_xla,
    }


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


def test_forward_mode_is_refused_plainly():
    x, kernel = draw(1, 4, 4, 2), draw(3, 3, 2, 2)
    with pytest.raises(TypeError, match="forward-mode"):
        jax.jvp(lambda x: conv(x, kernel), (x,), (x,))


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
