"""Derivatives of every mode, `vmap`, and types under Explicit meshes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P
from jax.test_util import check_grads

from jaxgan import nn
from jaxgan.nn import convolution, grouped
from jaxgan.nn.formulations import Geometry
from jaxgan.nn.resample import average_pool, double, halve, max_pool, repeat
from jaxgan.nn.resampled import resampled_conv
from jaxgan.nn.upfirdn import BINOMIAL, downsample2d, upsample2d

from .test_conv import draw

OPERATORS = {
    "plain": (nn.conv, (8, 6, 6, 2), (3, 3, 2, 3)),
    "strided": (lambda x, k: nn.conv(x, k, 2), (8, 6, 6, 3), (4, 4, 3, 2)),
    "dense": (nn.conv, (8, 4, 4, 3), (1, 1, 3, 2)),
    "transposed": (
        lambda x, k: nn.conv_transpose(x, k, 2),
        *((8, 3, 3, 3), (4, 4, 2, 3)),
    ),
    "grouped": (lambda x, k: nn.conv(x, k, groups=2), (8, 4, 4, 4), (3, 3, 2, 4)),
    "enlarged": (
        lambda x, k: resampled_conv(x, k, BINOMIAL, up=2),
        *((8, 4, 4, 2), (3, 3, 2, 2)),
    ),
    "reduced": (
        lambda x, k: resampled_conv(x, k, BINOMIAL, down=2),
        *((8, 6, 6, 2), (3, 3, 2, 2)),
    ),
    "modulated": (
        lambda x, k: nn.modulated_conv(x, k, jnp.cos(x[:, 0, 0]), noise=x[..., :1]),
        *((8, 4, 4, 2), (3, 3, 2, 2)),
    ),
    # By Winograd's filtering.
    "filtered": (nn.conv, (8, 4, 4, 32), (3, 3, 32, 32)),
    "filtered_strided": (
        lambda x, k: nn.conv(x, k, 2),
        (8, 16, 16, 64),
        (4, 4, 64, 64),
    ),
}
QUICK = ("strided", "grouped", "filtered", "deviation")


def some_slow(names):
    return [
        name if name in QUICK else pytest.param(name, marks=pytest.mark.slow)
        for name in names
    ]


SMALL = [name for name, (_, image, _) in OPERATORS.items() if image[-1] < 32]


def arrays_of(name):
    function, image, kernel = OPERATORS[name]
    return function, draw(*image), draw(*kernel, seed=1) * (kernel[2] ** -0.5)


@pytest.mark.parametrize("name", some_slow(n for n in SMALL if n != "grouped"))
def test_both_modes_are_the_slopes(name):
    """Against differences, to the second order."""
    function, x, kernel = arrays_of(name)
    small = jax.jit(lambda x, k: jnp.sin(function(x, k)))
    check_grads(small, (x[:1], kernel), 2, ["fwd", "rev"], atol=2e-2, rtol=2e-2)


@pytest.mark.parametrize("name", some_slow(["grouped", "enlarged", "modulated"]))
def test_forward_and_reverse_mode_agree(name):
    """Jacobians, curvature along a direction by either order, and linearisation."""
    function, x, kernel = arrays_of(name)
    tangents = draw(*x.shape, seed=2), draw(*kernel.shape, seed=3)

    def total(x, kernel):
        return jnp.sum(jnp.sin(function(x, kernel)))

    def along(x, kernel):
        return jax.jvp(total, (x, kernel), tangents)[1]

    def against(x, kernel):
        slopes = jax.grad(total, (0, 1))(x, kernel)
        return sum(map(jnp.vdot, slopes, tangents))

    for other in (
        jax.grad(along, (0, 1)),
        lambda *a: jax.jvp(jax.grad(total, (0, 1)), a, tangents)[1],
    ):
        for seen, wanted in zip(
            jax.jit(other)(x, kernel), jax.jit(jax.grad(against, (0, 1)))(x, kernel)
        ):
            limit = 1e-4 * np.abs(wanted).max()
            np.testing.assert_allclose(seen, wanted, rtol=0, atol=limit)
    value, linear = jax.linearize(total, x, kernel)
    np.testing.assert_allclose(value, total(x, kernel), rtol=1e-5)
    np.testing.assert_allclose(linear(*tangents), along(x, kernel), rtol=1e-3)


def test_a_hessian():
    x, kernel = draw(1, 3, 3, 1), draw(2, 2, 1, 1, seed=1)

    def total(kernel):
        return jnp.sum(jnp.sin(nn.conv(x, kernel)))

    wanted = jax.jit(jax.jacrev(jax.grad(total)))(kernel)
    for hessian in (jax.hessian(total), jax.jacfwd(jax.jacfwd(total))):
        np.testing.assert_allclose(
            jax.jit(hessian)(kernel), wanted, rtol=1e-4, atol=1e-5
        )


@pytest.mark.parametrize("axes", [(0, None), (None, 0), (0, 0)])
@pytest.mark.parametrize(
    "name",
    [
        "strided",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("transposed", "grouped", "enlarged")
        ),
    ],
)
def test_vmap_is_one_after_another(name, axes):
    """Also of its gradient, the gradient of it, and twice."""
    function, image, kernel = OPERATORS[name]
    arrays = [
        draw(2, *shape, seed=3) if axis == 0 else draw(*shape, seed=3)
        for axis, shape in zip(axes, ((1, *image[1:]), kernel))
    ]

    def slopes(*arrays):
        return jax.grad(lambda *a: jnp.sum(jnp.sin(function(*a))), (0, 1))(*arrays)

    def loop(function):
        function = jax.jit(function)
        rows = [
            function(*(x if axis is None else x[n] for x, axis in zip(arrays, axes)))
            for n in range(2)
        ]
        return jax.tree.map(lambda *x: jnp.stack(x), *rows)

    def outside(*arrays):
        several = jax.vmap(function, axes)
        return jax.grad(lambda *a: jnp.sum(jnp.sin(several(*a))), (0, 1))(*arrays)

    close = {"rtol": 1e-4, "atol": 1e-4}
    np.testing.assert_allclose(
        jax.jit(jax.vmap(function, axes))(*arrays), loop(function), **close
    )
    wanted = loop(slopes)
    for a, b, axis, c in zip(
        jax.jit(jax.vmap(slopes, axes))(*arrays),
        wanted,
        axes,
        jax.jit(outside)(*arrays),
    ):
        np.testing.assert_allclose(a, b, **close)
        np.testing.assert_allclose(c, b if axis == 0 else b.sum(0), **close)
    twice = [x if axis is None else jnp.stack([x, x]) for x, axis in zip(arrays, axes)]
    seen = jax.jit(jax.vmap(jax.vmap(function, axes), axes))(*twice)
    np.testing.assert_allclose(seen[1], loop(function), **close)


POOLS = {
    "average_pool": average_pool,
    "max_pool": max_pool,
    "repeat": repeat,
    "double": double,
    "halve": halve,
    "upsample": lambda x: upsample2d(x, BINOMIAL),
    "downsample": lambda x: downsample2d(x, BINOMIAL),
    "deviation": nn.minibatch_deviation,
}


@pytest.mark.parametrize("name", some_slow([*OPERATORS, *POOLS]))
def test_an_explicit_mesh(name):
    """Types as `lax` has them, and the values that there are without a mesh."""
    if name in POOLS:
        function, x = POOLS[name], draw(8, 4, 4, 2)
        arrays = (x,)
    else:
        function, *arrays = arrays_of(name)
    mesh = jax.make_mesh((4, 2), ("data", "model"), axis_types=(AxisType.Explicit,) * 2)
    specs = []

    def total(*arrays):
        maps = function(*arrays)
        specs.append(jax.typeof(maps).sharding.spec)
        return jnp.sum(jnp.sin(maps))

    places = tuple(range(len(arrays)))
    wanted = jax.jit(jax.grad(total, places))(*arrays)
    split = [
        jax.device_put(x, NamedSharding(mesh, P() if place else P("data")))
        for place, x in enumerate(arrays)
    ]
    specs.clear()
    for seen in (
        jax.jit(jax.grad(lambda *a: total(*a), places))(*split),
        with_mesh(mesh, lambda: jax.jit(jax.grad(total, places))(*split)),
    ):
        for a, b in zip(seen, wanted):
            limit = 1e-4 * np.abs(b).max()
            np.testing.assert_allclose(a, b, rtol=0, atol=limit)
    assert {spec[0] for spec in specs} == {"data"}


def with_mesh(mesh, function):
    with jax.set_mesh(mesh):
        return function()


def test_a_mesh_of_both_kinds_of_axes():
    """Kernels may be split over Auto axes, and are refused over Explicit ones."""
    x, kernel = draw(8, 4, 4, 2), draw(3, 3, 2, 4, seed=1)
    wanted = nn.conv(x, kernel)
    for kind in (AxisType.Auto, AxisType.Explicit):
        mesh = jax.make_mesh(
            (4, 2), ("data", "model"), axis_types=(AxisType.Explicit, kind)
        )
        images = jax.device_put(x, NamedSharding(mesh, P("data")))
        kernels = jax.device_put(
            kernel, NamedSharding(mesh, P(None, None, None, "model"))
        )
        if kind == AxisType.Auto:
            np.testing.assert_allclose(
                jax.jit(nn.conv)(images, kernels), wanted, rtol=1e-4, atol=1e-5
            )
        else:
            with pytest.raises(
                TypeError, match=r"convolution_forward: saw kernel .*@mo"
            ):
                jax.jit(nn.conv)(images, kernels)


def test_sides_split_over_explicit_axes():
    """They stay so where they keep their size, as with `lax`; else are refused."""
    mesh = jax.make_mesh((4,), ("data",), axis_types=(AxisType.Explicit,))
    x, kernel = draw(2, 8, 4, 2), draw(3, 3, 2, 4, seed=1)
    images = jax.device_put(x, NamedSharding(mesh, P(None, "data")))
    slope = jax.jit(jax.grad(lambda x: jnp.sum(jnp.sin(nn.conv(x, kernel)))))
    assert jax.typeof(slope(images)).sharding.spec[1] == "data"
    np.testing.assert_allclose(slope(images), slope(x), rtol=1e-4, atol=1e-5)
    with pytest.raises(TypeError, match="sides that keep their size"):
        jax.jit(lambda x: nn.conv(x, kernel, 2))(images)


def test_what_does_not_fit_is_refused():
    geometry = Geometry((4, 4), (3, 3), 1, ((1, 1), (1, 1)))
    x, kernel = draw(1, 4, 4, 2), draw(3, 3, 2, 4, seed=1)
    for pair in (
        (x[:, :3], kernel),
        (x, kernel[:2]),
        (x[..., :1], kernel),
        (x, kernel.astype(jnp.bfloat16)),
        (x[0], kernel),
    ):
        with pytest.raises(TypeError, match="convolution_forward: saw image "):
            convolution.forward(geometry, *pair)
    with pytest.raises(TypeError, match="grouped_convolution_forward"):
        grouped.forward(grouped.Grouping(geometry, 2), x, kernel)
