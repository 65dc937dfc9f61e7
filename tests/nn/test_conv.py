"""Convolutions against `jax.lax`, and transposed ones against loops in numpy."""

import functools
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jax import lax
from jax.sharding import AxisType
from jax.sharding import PartitionSpec as P

from jaxgan.nn import Conv, ConvTranspose, Dense, conv, conv_transpose
from jaxgan.nn.formulations import LAYOUT

TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}
PADDINGS = ["SAME", "VALID", ((1, 1), (1, 1)), ((2, 0), (0, 1))]
few = settings(max_examples=6, deadline=None, derandomize=True)
sizes = st.tuples(st.integers(4, 9), st.integers(4, 9))
kernels = st.tuples(st.integers(1, 4), st.integers(1, 4))


def fits(kernel, padding):
    return isinstance(padding, str) or min(kernel) > max(map(max, padding))


def draw(*shape, seed=0):
    draws = np.random.default_rng(seed).standard_normal(shape)
    return jnp.asarray(draws.astype(np.float32))


def reference(x, kernel, stride, padding="SAME"):
    return lax.conv_general_dilated(
        x, kernel, (stride, stride), padding, dimension_numbers=LAYOUT
    )


def reference_transpose(x, kernel, stride):
    return lax.conv_transpose(
        x,
        kernel,
        (stride, stride),
        "SAME",
        dimension_numbers=LAYOUT,
        transpose_kernel=True,
    )


@few
@given(sizes, kernels, st.integers(1, 3), st.sampled_from(PADDINGS))
def test_conv_is_laxs(size, kernel, stride, padding):
    x, kernel = draw(2, *size, 3), draw(*kernel, 3, 4, seed=1)

    @jax.jit
    def both(*pair):
        return conv(*pair, stride, padding), reference(*pair, stride, padding)

    np.testing.assert_allclose(*both(x, kernel), **TOLERANCE)


@pytest.mark.parametrize("stride", [1, 2])
def test_a_kernel_as_large_as_the_image_is_a_matrix(stride):
    x, kernel = draw(3, 4, 5, 2), draw(4, 5, 2, 3, seed=1)
    text = str(jax.make_jaxpr(lambda x: conv(x, kernel, stride, "VALID"))(x))
    assert "dot_general" in text
    assert "convolution" not in text

    def slopes(function):
        def value(*pair):
            return jnp.sum(jnp.sin(function(*pair, stride, "VALID")))

        return jax.jit(jax.value_and_grad(value, (0, 1)))(x, kernel)

    for ours, theirs in zip(*map(jax.tree.leaves, map(slopes, (conv, reference)))):
        np.testing.assert_allclose(ours, theirs, **TOLERANCE)


@few
@given(sizes, kernels, st.integers(1, 3))
def test_conv_transpose_is_laxs(size, kernel, stride):
    x, kernel = draw(2, *size, 3), draw(*kernel, 4, 3, seed=1)

    @jax.jit
    def both(*pair):
        return conv_transpose(*pair, stride), reference_transpose(*pair, stride)

    np.testing.assert_allclose(*both(x, kernel), **TOLERANCE)


@few
@given(kernels, st.integers(1, 3), st.sampled_from(PADDINGS))
def test_conv_transpose_is_the_gradient_of_conv(kernel, stride, padding):
    assume(fits(kernel, padding))
    kernel = draw(*kernel, 2, 3, seed=1)
    y = draw(2, 3, 4, 3)
    transposed = functools.partial(conv_transpose, stride=stride, padding=padding)

    @jax.jit
    def both(y, kernel):
        ours = transposed(y, kernel)
        out, vjp = jax.vjp(
            lambda x: reference(x, kernel, stride, padding), jnp.zeros(ours.shape)
        )
        assert out.shape == y.shape
        return ours, vjp(y)[0]

    np.testing.assert_allclose(*both(y, kernel), **TOLERANCE)


def test_conv_transpose_is_pytorchs():
    """ConvTranspose2d(k=4, s=2, p=1): y[2i + a - 1, 2j + b - 1] += x[i, j] w[a, b]."""
    x, kernel = np.asarray(draw(1, 3, 2, 2)), np.asarray(draw(4, 4, 3, 2, seed=1))
    full = np.zeros((1, 8, 6, 3))
    for i in range(3):
        for j in range(2):
            patch = np.einsum("bc,hwfc->bhwf", x[:, i, j], kernel)
            full[:, 2 * i : 2 * i + 4, 2 * j : 2 * j + 4] += patch
    np.testing.assert_allclose(
        jax.jit(conv_transpose, static_argnums=2)(x, kernel, 2),
        full[:, 1:-1, 1:-1],
        **TOLERANCE,
    )


CASES = [
    (conv, reference, (5, 6), (3, 3, 2, 3), 1),
    (conv, reference, (6, 6), (4, 4, 2, 3), 2),
    (conv, reference, (7, 5), (3, 3, 2, 3), 2),
    (conv_transpose, reference_transpose, (3, 4), (4, 4, 3, 2), 2),
    (conv_transpose, reference_transpose, (3, 4), (3, 3, 3, 2), 2),
]


def _second(function, stride):
    """The gradient of a gradient penalty, by both arguments."""

    def penalty(x, kernel):
        slope = jax.grad(lambda x: jnp.sum(jnp.sin(function(x, kernel, stride))))(x)
        return jnp.sum(jnp.square(slope))

    return jax.grad(penalty, (0, 1))


@pytest.mark.parametrize(("ours", "theirs", "size", "kernel", "stride"), CASES)
def test_gradients_of_both_orders(ours, theirs, size, kernel, stride):
    x, kernel = draw(2, *size, 2), draw(*kernel, seed=1)

    def first(function):
        return jax.grad(lambda *a: jnp.sum(jnp.sin(function(*a, stride))), (0, 1))

    @jax.jit
    def both(x, kernel):
        return [
            (first(function)(x, kernel), _second(function, stride)(x, kernel))
            for function in (ours, theirs)
        ]

    for a, b in zip(*map(jax.tree.leaves, both(x, kernel))):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)


def test_too_much_padding():
    with pytest.raises(
        ValueError, match=r"padding: saw .* wanted less than the kernel"
    ):
        conv_transpose(draw(1, 3, 3, 2), draw(2, 2, 3, 2), 1, ((0, 2), (0, 0)))


@pytest.mark.parametrize("function", [conv, conv_transpose])
def test_inside_branches_loops_and_vmap(function):
    kernel = draw(4, 4, 2, 2)
    xs = draw(3, 2, 4, 4, 2, seed=1)

    def gradient(x):
        return jax.grad(lambda k: jnp.sum(jnp.sin(function(x, k, 2))))(kernel)

    @jax.jit
    def everywhere(xs):
        return (
            jnp.stack([gradient(x) for x in xs]),
            jax.vmap(gradient)(xs),
            lax.map(gradient, xs),
            lax.cond(
                jnp.all(xs < 100),
                jax.vmap(gradient),
                lambda xs: jnp.zeros((len(xs), *kernel.shape)),
                xs,
            ),
        )

    expected, *others = everywhere(xs)
    for other in others:
        np.testing.assert_allclose(other, expected, **TOLERANCE)


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("function", [conv, conv_transpose])
def test_inside_shard_map(function, check):
    mesh = jax.make_mesh((4,), ("data",), axis_types=(AxisType.Auto,))
    x, kernel = draw(8, 4, 4, 2), draw(4, 4, 2, 2, seed=1)

    def gradient(x, kernel):
        return jax.grad(lambda x: jnp.sum(jnp.sin(function(x, kernel, 2))))(x)

    sharded = jax.shard_map(
        gradient,
        mesh=mesh,
        in_specs=(P("data"), P()),
        out_specs=P("data"),
        check_vma=check,
    )
    np.testing.assert_allclose(
        jax.jit(sharded)(x, kernel), jax.jit(gradient)(x, kernel), **TOLERANCE
    )


@pytest.mark.parametrize(
    ("layer", "shape", "kernel"),
    [
        (Dense(3), (2, 3), (5, 3)),
        (Conv(3, size=3, stride=2), (2, 3, 3, 3), (3, 3, 5, 3)),
        (Conv(3, size=3, padding="VALID"), (2, 4, 4, 3), (3, 3, 5, 3)),
        (ConvTranspose(3), (2, 12, 12, 3), (4, 4, 3, 5)),
    ],
)
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.bfloat16])
def test_layers(layer, shape, kernel, dtype):
    x = draw(2, 5) if isinstance(layer, Dense) else draw(2, 6, 6, 5)
    layer = layer.clone(dtype=dtype)

    def init(layer):
        return jax.eval_shape(layer.init_with_output, jax.random.key(0), x)

    y, variables = init(layer)
    assert y.shape == shape
    assert y.dtype == dtype
    shapes = jax.tree.map(lambda leaf: leaf.shape, variables)
    assert shapes == {"params": {"kernel": kernel, "bias": (3,)}}
    assert {leaf.dtype for leaf in jax.tree.leaves(variables)} == {jnp.dtype("float32")}
    _, without = init(layer.clone(use_bias=False))
    assert list(without["params"]) == ["kernel"]


def grouped_reference(x, kernel, stride, padding, groups):
    return lax.conv_general_dilated(
        x,
        kernel,
        (stride, stride),
        padding,
        dimension_numbers=LAYOUT,
        feature_group_count=groups,
    )


@few
@given(
    sizes,
    kernels,
    st.integers(1, 2),
    st.sampled_from(PADDINGS),
    st.integers(2, 3),
    st.integers(1, 2),
    st.integers(1, 3),
)
def test_groups_are_laxs(size, kernel, stride, padding, groups, inner, outer):
    """Values, and gradients of both orders, of convolutions in groups."""
    assume(fits(kernel, padding))
    x = draw(2, *size, groups * inner)
    kernel = draw(*kernel, inner, groups * outer, seed=1)

    @functools.partial(jax.jit, static_argnums=0)
    def orders(function, *pair):
        def value(*pair):
            return jnp.sum(jnp.sin(function(*pair)))

        def slopes(*pair):
            return jnp.sum(jnp.cos(jax.grad(value)(*pair)))

        return function(*pair), jax.grad(value, (0, 1))(*pair), jax.grad(slopes)(*pair)

    def ours(x, kernel):
        return conv(x, kernel, stride, padding, groups)

    def theirs(x, kernel):
        return grouped_reference(x, kernel, stride, padding, groups)

    seen, wanted = orders(ours, x, kernel), orders(theirs, x, kernel)
    for a, b in zip(jax.tree.leaves(seen), jax.tree.leaves(wanted)):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)


def test_groups_must_divide():
    x = draw(2, 4, 4, 6)
    with pytest.raises(ValueError, match="groups: saw 4, wanted a divisor of 6 chan"):
        conv(x, draw(3, 3, 1, 8), groups=4)
    with pytest.raises(ValueError, match="groups: saw 0, wanted a divisor"):
        Conv(4, groups=0).init(jax.random.key(0), x)


def test_accelerators_get_grouped_convolutions():
    """One for the maps and one for each gradient, as XLA has them."""
    x, kernel = draw(2, 4, 4, 6), draw(3, 3, 3, 4, seed=1)

    def loss(x, kernel):
        return jnp.sum(conv(x, kernel, groups=2) ** 2)

    traced = jax.jit(jax.value_and_grad(loss, (0, 1))).trace(x, kernel)
    text = traced.lower(lowering_platforms=("cuda",)).as_text()
    counts = re.findall(r"(\w+)_group_count = 2", text)
    assert sorted(counts) == ["batch", "feature", "feature"]
    assert text.count("stablehlo.convolution") == 3
    assert "group_count = 2" not in traced.lower().as_text()
