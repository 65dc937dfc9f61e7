"""Filtered activations and low-pass filters against StyleGAN3's official vectors."""

import functools
import json
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.nn.activation import leaky
from jaxgan.nn.filtered_activation import filtered_activation
from jaxgan.nn.low_pass import low_pass

ACTIVATIONS = {"identity", "torgb", "negpad", "asym", "asym_flip"}
ACTIVATIONS |= {"up2_down2", "up4_down2_radial"}
FILTERS = {"12", "24", "radial_12", "radial_24"}


@pytest.fixture(scope="module")
def vectors(golden):
    npz = np.load(golden / "stylegan3_ops.npz")
    return npz, json.loads(str(npz["config"]))["cases"]


def nhwc(array):
    return jnp.asarray(np.moveaxis(array, 1, -1) if array.ndim == 4 else array)


def cotangent(y):
    return np.cos(0.7 * np.arange(y.size) + 0.3).reshape(y.shape).astype(np.float32)


def assert_close(seen, wanted, what):
    limit = 1e-5 * np.abs(wanted).max()
    np.testing.assert_allclose(seen, nhwc(wanted), 1e-5, limit, err_msg=what)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_official_activations(vectors, name):
    npz, cases = vectors
    case = f"flrelu_{name}"
    options = dict(cases[case]["args"])
    pads = options.get("padding", 0)
    left, right, above, below = [pads] * 4 if isinstance(pads, int) else pads
    run = functools.partial(
        filtered_activation,
        activation=leaky(options.get("slope", 0.2)),
        up_taps=npz.get(f"in/{case}/fu"),
        down_taps=npz.get(f"in/{case}/fd"),
        up=options.get("up", 1),
        down=options.get("down", 1),
        pads=((above, below), (left, right)),
        gain=options.get("gain", math.sqrt(2)),
        clamp=options.get("clamp"),
        flip=options.get("flip_filter", False),
    )
    wanted = npz[f"out/{case}/y"]

    @jax.jit
    def both(x, bias):
        y, pull = jax.vjp(run, x, bias)
        return y, pull(nhwc(cotangent(wanted)))

    y, slopes = both(nhwc(npz[f"in/{case}/x"]), jnp.asarray(npz[f"in/{case}/b"]))
    assert_close(y, wanted, case)
    for name, slope in zip("xb", slopes):
        assert_close(slope, npz[f"grad/{case}/in:{name}"], f"{case}: {name}")


def test_all_cases_are_known(vectors):
    names = set(vectors[1])
    assert {f"flrelu_{name}" for name in ACTIVATIONS} <= names
    known = {f"lp_{name}" for name in FILTERS}
    assert {n for n in names if n.startswith(("lp_", "flrelu_"))} == known | {
        f"flrelu_{name}" for name in ACTIVATIONS
    }


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_official_filters(vectors, name):
    npz, cases = vectors
    options = cases[f"lp_{name}"]["args"]
    made = low_pass(
        *(options[key] for key in ("numtaps", "cutoff", "width", "fs")),
        radial=options.get("radial", False),
    )
    assert_close(made, npz[f"out/lp_{name}/f"], name)


@pytest.mark.parametrize("radial", [False, True])
@pytest.mark.parametrize("taps", [2, 5, 12])
def test_filters_are_even_and_keep_brightness(taps, radial):
    made = low_pass(taps, 1.7, 3.0, 16.0, radial)
    assert made is not None
    np.testing.assert_allclose(made.sum(), 1.0, rtol=1e-12)
    np.testing.assert_allclose(made, np.flip(made), rtol=1e-12)
    if radial:
        np.testing.assert_allclose(made, made.T, rtol=1e-12)


def test_radial_filters_look_alike_in_all_directions():
    """The response to a wave depends on its frequency, hardly on its direction."""
    made = low_pass(24, 3.0, 4.0, 32.0, radial=True)
    assert made is not None
    place = (np.arange(24) - 11.5) / 32.0
    y, x = np.meshgrid(place, place, indexing="ij")

    def response(frequency, angle):
        wave = np.cos(angle) * x + np.sin(angle) * y
        return np.sum(made * np.cos(2 * np.pi * frequency * wave))

    for frequency, low, high in ((1.0, 0.9, 1.1), (8.0, -0.01, 0.01)):
        seen = [response(frequency, angle) for angle in np.linspace(0, np.pi, 9)]
        assert np.ptp(seen) < 0.01
        assert min(seen) > low
        assert max(seen) < high


def test_bad_numbers():
    assert low_pass(1, 2.0, 4.0, 32.0) is None
    for options in ((0, 2.0, 4.0, 32.0), (12, 17.0, 4.0, 32.0), (12, 2.0, 0.0, 32.0)):
        with pytest.raises(ValueError, match=r"low pass: saw .* wanted at least one"):
            low_pass(*options)
    with pytest.raises(ValueError, match=r"bias: saw \(2,\), wanted \(3,\)"):
        filtered_activation(jnp.zeros((1, 4, 4, 3)), jnp.zeros(2))
