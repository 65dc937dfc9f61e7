"""StyleGAN2's operators against the official vectors, and against definitions."""

import functools
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.nn import activation, minibatch_deviation
from jaxgan.nn.activation import activate
from jaxgan.nn.conv import conv
from jaxgan.nn.modulated import demodulation, modulated_conv, unit_second_moment
from jaxgan.nn.resampled import resampled_conv
from jaxgan.nn.upfirdn import (
    downsample2d,
    filter2d,
    resample_filter,
    upfirdn2d,
    upsample2d,
)

few = settings(max_examples=5, deadline=None, derandomize=True)
SETUPS = {"1331", "1331_gain2_flip", "nonorm", "8taps_1d", "2d", "none"}
RESAMPLERS = {
    "upfirdn2d": upfirdn2d,
    "filter2d": filter2d,
    "upsample2d": upsample2d,
    "downsample2d": downsample2d,
}


@pytest.fixture(scope="module")
def vectors(golden):
    npz = np.load(golden / "stylegan2_ops.npz")
    return npz, json.loads(str(npz["config"]))["cases"]


def nhwc(array):
    return jnp.asarray(np.moveaxis(array, 1, -1) if array.ndim == 4 else array)


def hwio(array):
    return jnp.asarray(array.transpose(2, 3, 1, 0))


def cotangent(y):
    return np.cos(0.7 * np.arange(y.size) + 0.3).reshape(y.shape).astype(np.float32)


def check(npz, case, function, inputs, back, tolerance=1e-5):
    """Value and gradients of all inputs; `back` restores PyTorch's order."""
    wanted = npz[f"out/{case}/y"]
    weights = nhwc(cotangent(wanted))

    @jax.jit
    def run(inputs):
        y, pull = jax.vjp(lambda inputs: function(**inputs), inputs)
        return y, pull(weights)[0]

    y, slopes = run(inputs)
    assert_close(back["y"](y), wanted, tolerance, case)
    assert set(slopes) == {
        key.split(":")[1]
        for key in npz.files
        if key.startswith(f"grad/{case}/in:") and not key.endswith("second")
    }
    for name, slope in slopes.items():
        official = npz[f"grad/{case}/in:{name}"]
        assert_close(back[name](slope), official, tolerance, f"{case}: {name}")


def assert_close(seen, wanted, tolerance, what):
    scale = np.abs(wanted).max()
    np.testing.assert_allclose(seen, wanted, tolerance, tolerance * scale, err_msg=what)


def as_is(x):
    return x


def nchw(x):
    return jnp.moveaxis(x, -1, 1) if x.ndim == 4 else x


def oihw(x):
    return x.transpose(3, 2, 0, 1)


def pads_of(padding):
    """Official paddings are (left, right, above, below)."""
    if isinstance(padding, int):
        padding = [padding] * 4
    left, right, above, below = padding
    return ((above, below), (left, right))


def swapped(factor):
    """Official factors are (horizontal, vertical)."""
    return factor if isinstance(factor, int) else (factor[1], factor[0])


def test_filters(vectors):
    npz, cases = vectors
    assert {f"setup_{name}" for name in SETUPS} == {
        name for name in cases if name.startswith("setup")
    }
    for name in SETUPS:
        case = cases[f"setup_{name}"]
        options = dict(case["args"])
        options["flip"] = options.pop("flip_filter", False)
        seen = resample_filter(case["f"], **options)
        wanted = npz[f"out/setup_{name}/f"]
        if seen.ndim < wanted.ndim:
            seen = np.outer(seen, seen)
        assert_close(seen, wanted, 1e-6, name)


def test_resamplers(vectors):
    npz, cases = vectors
    found = [name for name, case in cases.items() if case["op"] in RESAMPLERS]
    assert len(found) == 16
    for name in found:
        options = {}
        for key, value in cases[name]["args"].items():
            if key == "padding":
                options["pads"] = pads_of(value)
            elif key == "flip_filter":
                options["flip"] = value
            else:
                options[key] = swapped(value) if key in ("up", "down") else value
        taps = npz[f"in/{name}/f"]
        if name.startswith("upfirdn_up"):
            taps = jnp.asarray(taps)  # as if they were not known when compiling
        resample = RESAMPLERS[cases[name]["op"]]
        function = functools.partial(resample, taps=taps, **options)
        inputs = {"x": nhwc(npz[f"in/{name}/x"])}
        check(npz, name, function, inputs, {"y": nchw, "x": nchw})


def test_activations(vectors):
    npz, cases = vectors
    found = [name for name, case in cases.items() if case["op"] == "bias_act"]
    assert len(found) == 13
    for name in found:
        options = dict(cases[name]["args"])
        kind = options.pop("act")
        kind = getattr(activation, {"lrelu": "leaky_relu"}.get(kind, kind))
        if "alpha" in options:
            kind = activation.leaky(options.pop("alpha"))
        axis = options.pop("dim", -1)
        inputs = {
            key: nhwc(npz[f"in/{name}/{key}"])
            for key in ("x", "b")
            if f"in/{name}/{key}" in npz.files
        }

        def function(x, b=None, kind=kind, axis=axis, options=options):
            return activate(x, b, kind, axis=axis, **options)

        check(npz, name, function, inputs, {"y": nchw, "x": nchw, "b": as_is})
        second = f"grad/{name}/in:x/second"
        if second in npz.files:
            weights = nhwc(cotangent(npz[f"out/{name}/y"]))

            def penalty(x, inputs=inputs, function=function, weights=weights):
                slope = jax.grad(
                    lambda x: jnp.sum(function(**{**inputs, "x": x}) * weights)
                )(x)
                return jnp.sum(slope**2)

            slope = jax.jit(jax.grad(penalty))(inputs["x"])
            assert_close(nchw(slope), npz[second], 1e-4, f"{name}: second")


def test_resampled_convolutions(vectors):
    npz, cases = vectors
    found = [name for name, case in cases.items() if case["op"] == "conv2d_resample"]
    assert len(found) == 11
    back = {"y": nchw, "x": nchw, "w": oihw}
    for name in found:
        options = dict(cases[name]["args"])
        up, down = options.get("up", 1), options.get("down", 1)
        taps = npz[f"in/{name}/f"] if f"in/{name}/f" in npz.files else None
        # Theirs correlates unless told otherwise; ours turns the kernel to go up.
        turn = options.get("flip_weight", True) == (up > 1)
        flip = options.get("flip_filter", False)

        def function(x, w, up=up, down=down, taps=taps, turn=turn, flip=flip, n=name):
            w = w[::-1, ::-1] if turn else w
            if n == "conv_asympad":
                return conv(x, w, padding=pads_of(cases[n]["args"]["padding"]))
            if n == "conv_3x3_up2_down2":
                x = upfirdn2d(x, taps, up=2, gain=4.0, pads=((4, 3), (4, 3)))
                y = conv(x, w[::-1, ::-1], padding="VALID")
                return upfirdn2d(y, taps, down=2)
            return resampled_conv(x, w, taps, up=up, down=down, flip=flip)

        inputs = {"x": nhwc(npz[f"in/{name}/x"]), "w": hwio(npz[f"in/{name}/w"])}
        check(npz, name, function, inputs, back)


def test_modulated_convolutions(vectors):
    """Fused and not: the official code's two ways are one formula."""
    npz, cases = vectors
    found = [name for name, case in cases.items() if case["op"] == "modulated_conv2d"]
    assert len(found) == 12
    for name in found:
        args = cases[name]["args"]
        inputs = {
            key.rsplit("/", 1)[1]: npz[key]
            for key in npz.files
            if key.startswith(f"in/{name}/")
        }
        taps = inputs.pop("f", None)
        inputs = {"x": nhwc(inputs["x"]), "kernel": hwio(inputs["weight"])} | {
            key: nhwc(inputs[key]) for key in ("styles", "noise") if key in inputs
        }

        def function(x, weight, styles, noise=None, args=args, taps=taps):
            if noise is not None and noise.ndim == 2:
                noise = noise[None, :, :, None]
            return modulated_conv(
                x,
                weight,
                styles,
                noise=noise,
                taps=taps,
                demodulate=args.get("demodulate", True),
                up=args.get("up", 1),
                down=args.get("down", 1),
            )

        inputs["weight"] = inputs.pop("kernel")
        back = {"y": nchw, "x": nchw, "weight": oihw, "styles": as_is, "noise": nchw}
        check(npz, name, function, inputs, back)


def test_second_moment(vectors):
    npz, _ = vectors
    case = "normalize_2nd_moment"
    inputs = {"x": jnp.asarray(npz[f"in/{case}/x"])}
    check(npz, case, unit_second_moment, inputs, {"y": as_is, "x": as_is})


def test_minibatch_deviations(vectors):
    """Official groups are strided over the batch: ours, re-ordered."""
    npz, cases = vectors
    found = [name for name, case in cases.items() if case["op"] == "minibatch_std"]
    assert len(found) == 4
    for name in found:
        args = cases[name]["args"]
        batch = npz[f"in/{name}/x"].shape[0]
        group = min(args["group_size"] or batch, batch)
        order = np.arange(batch).reshape(group, -1).T.reshape(-1)

        def function(x, group=group, order=order, channels=args["num_channels"]):
            y = minibatch_deviation(x[order], group, channels)
            return y[np.argsort(order)]

        inputs = {"x": nhwc(npz[f"in/{name}/x"])}
        check(npz, name, function, inputs, {"y": nchw, "x": nchw}, 1e-4)


factors = st.tuples(st.integers(1, 3), st.integers(1, 3))
edges = st.tuples(*[st.tuples(st.integers(-1, 3), st.integers(-1, 3))] * 2)


@few
@given(factors, factors, edges, st.integers(1, 4), st.booleans())
def test_upfirdn_is_its_definition(up, down, pads, count, separable):
    """Zeros, pads, a sum over taps and a stride, in numpy."""
    numbers = np.random.default_rng(0)
    x = numbers.standard_normal((1, 5, 4, 2)).astype(np.float32)
    shape = (count,) if separable else (count, 2)
    taps = numbers.standard_normal(shape).astype(np.float32)
    matrix = np.outer(taps, taps) if separable else taps
    between = np.zeros((1, 5 * up[0], 4 * up[1], 2))
    between[:, :: up[0], :: up[1]] = x
    wide = np.pad(between, [(0, 0), (3, 3), (3, 3), (0, 0)])
    (above, below), (left, right) = pads
    wide = wide[
        :,
        3 - above : wide.shape[1] - 3 + below,
        3 - left : wide.shape[2] - 3 + right,
    ]
    outs = [n - k + 1 for n, k in zip(wide.shape[1:3], matrix.shape)]
    if min(outs) < 1:
        with pytest.raises(ValueError, match="pads: saw"):
            upfirdn2d(jnp.asarray(x), taps, up=up, down=down, pads=pads)
        return
    wanted = sum(
        matrix[-1 - i, -1 - j] * wide[:, i : i + outs[0], j : j + outs[1]]
        for i in range(matrix.shape[0])
        for j in range(matrix.shape[1])
    )[:, :: down[0], :: down[1]]
    resample = functools.partial(upfirdn2d, up=up, down=down, pads=pads, gain=1.5)
    seen = jax.jit(lambda x: resample(x, taps))(x)
    np.testing.assert_allclose(seen, 1.5 * wanted, 1e-4, 1e-5)


def explicit(x, kernel, styles, up):
    """One modulated and demodulated kernel per example, as equations 1 and 3 say."""

    def one(x, style):
        weight = kernel * style[None, None, :, None]
        norm = jnp.sqrt(jnp.sum(weight**2, (0, 1, 2), keepdims=True) + 1e-8)
        taps = resample_filter([1.0, 3.0, 3.0, 1.0])
        return resampled_conv(x[None], weight / norm, taps, up=up)[0]

    return jax.vmap(one)(x, styles)


@pytest.mark.parametrize("up", [1, 2])
def test_modulation_by_its_definition_to_second_order(up):
    """The gradient of a squared gradient in all arguments, as path lengths want it."""
    x, kernel, styles = (
        jax.random.normal(key, shape)
        for key, shape in zip(
            jax.random.split(jax.random.key(0), 3),
            [(2, 4, 4, 3), (3, 3, 3, 2), (2, 3)],
        )
    )
    taps = resample_filter([1.0, 3.0, 3.0, 1.0])

    def penalty(function):
        def inner(*arguments):
            return jnp.sum(jnp.sin(function(*arguments)))

        def outer(*arguments):
            slopes = jax.grad(inner, (0, 1, 2))(*arguments)
            return sum(jnp.sum(slope**2) for slope in slopes)

        return jax.jit(jax.grad(outer, (0, 1, 2)))(x, kernel, styles)

    seen = penalty(lambda *args: modulated_conv(*args, taps=taps, up=up))
    wanted = penalty(functools.partial(explicit, up=up))
    for a, b in zip(seen, wanted):
        np.testing.assert_allclose(a, b, 1e-3, 1e-4 * np.abs(b).max())


def test_demodulation_gives_unit_norm():
    kernel = jax.random.normal(jax.random.key(0), (3, 3, 4, 5))
    styles = jax.random.normal(jax.random.key(1), (6, 4))
    scaled = kernel[None] * styles[:, None, None, :, None]
    scaled = scaled * demodulation(kernel, styles)[:, None, None, None]
    norms = jnp.sqrt(jnp.sum(scaled**2, (1, 2, 3)))
    np.testing.assert_allclose(norms, np.ones((6, 5)), 1e-5)


def test_errors_name_what_was_seen():
    x, kernel = jnp.zeros((2, 4, 4, 3)), jnp.zeros((3, 3, 3, 2))
    with pytest.raises(ValueError, match=r"taps: saw shape \(1, 1, 1\)"):
        resample_filter(np.ones((1, 1, 1)))
    with pytest.raises(ValueError, match="taps: saw a sum of 0"):
        resample_filter([1.0, -1.0])
    with pytest.raises(ValueError, match="taps: saw None"):
        resampled_conv(x, kernel, up=2)
    with pytest.raises(ValueError, match="up, down: saw 2 and 2"):
        resampled_conv(x, kernel, np.ones(2), up=2, down=2)
    with pytest.raises(ValueError, match=r"kernel: saw \(2, 2\), wanted an odd"):
        resampled_conv(x, jnp.zeros((2, 2, 3, 2)))
    with pytest.raises(ValueError, match=r"styles: saw \(2, 4\), wanted \(2, 3\)"):
        modulated_conv(x, kernel, jnp.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"bias: saw \(2,\), wanted \(3,\)"):
        activate(x, jnp.zeros(2))
    with pytest.raises(ValueError, match="clamp: saw -1"):
        activate(x, clamp=-1)
