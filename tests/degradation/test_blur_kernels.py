"""Kernels of blur against official values, and the ranges of random ones."""

import json
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import j1

from jaxgan.degradation.blur_kernels import (
    bessel_j1,
    gaussian_kernel,
    plateau_kernel,
    sinc_kernel,
)
from jaxgan.degradation.random_blur import (
    Blur,
    KernelShares,
    chosen,
    mixed_kernel,
    random_kernel,
)


@pytest.fixture(scope="module")
def vectors(golden):
    return np.load(golden / "realesrgan_kernels.npz")


def of_case(kind, options):
    size = options["kernel_size"]
    if kind == "sinc":
        return sinc_kernel(size, options["cutoff"], width=options.get("pad_to"))
    sigma = options["sig_x"], options["sig_y"]
    angle = options["theta"]
    if options["isotropic"]:
        sigma, angle = sigma[:1] * 2, 0.0
    family = plateau_kernel if kind == "plateau" else gaussian_kernel
    return family(size, sigma, angle, options.get("beta", 1.0))


def test_official_kernels(vectors):
    cases = json.loads(str(vectors["config"]))["cases"]
    for place, (kind, options) in enumerate(cases):
        wanted = vectors[f"out/kernel{place:02d}_{kind}/k"]
        seen = jax.jit(lambda kind=kind, options=options: of_case(kind, options))()
        np.testing.assert_allclose(seen, wanted, rtol=0, atol=5e-7)
    assert len(cases) == 10


SLOTS = {"iso": [0], "aniso": [0, 1, 2]}
NAMES = (
    *("iso", "aniso", "generalized_iso", "generalized_aniso"),
    *("plateau_iso", "plateau_aniso"),
)


def test_official_draws(vectors):
    """Each kind uses some of five numbers, in this order."""
    blur = Blur()
    make = jax.jit(lambda units, kind: mixed_kernel(iter(units), kind, 21, blur))
    for kind, name in enumerate(NAMES):
        units = np.full(5, 0.123, np.float32)
        slots = SLOTS.get(name, [0, 1, 2, 3, 4] if kind % 2 else [0, 3, 4])
        units[slots] = vectors[f"in/keep64_unit_draws_{name}"]
        wanted = vectors[f"out/random_{name}/k"]
        np.testing.assert_allclose(make(units, kind), wanted, rtol=0, atol=5e-7)


def test_bessel():
    x = np.linspace(0.0, 60.0, 500)
    np.testing.assert_allclose(bessel_j1(jnp.float32(x)), j1(x), rtol=0, atol=2e-6)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), ringing=st.floats(0.0, 1.0))
def test_laws_of_random_kernels(seed, ringing):
    """A sum of 1, point symmetry, and nothing beyond its size."""
    blur = Blur(sizes=(7, 11), sinc=round(ringing))
    units = np.random.default_rng(seed).uniform(size=9).astype(np.float32)
    kernel = np.asarray(_random(units, blur))
    np.testing.assert_allclose(kernel.sum(), 1.0, rtol=1e-5)
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1], rtol=0, atol=1e-6)
    if units[0] < 0.5:
        assert not kernel[:2].any()
        assert not kernel[:, :2].any()
    assert (kernel.min() < 0) == (round(ringing) == 1)


_random = jax.jit(
    lambda units, blur: random_kernel(iter(units), blur), static_argnums=1
)


def test_choices_are_as_often_as_their_shares():
    units = (np.arange(1000, dtype=np.float32) + 0.5) / 1000
    seen = jax.vmap(lambda u: chosen(u, np.array([2.0, 0.0, 5.0, 1.0])))(units)
    np.testing.assert_allclose(np.bincount(seen), [250, 0, 625, 125], atol=1)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"sizes": (7, 8)}, r"sizes: saw \(7, 8\), wanted odd numbers"),
        ({"sigma": (3.0, 0.2)}, "sigma: saw .*, wanted .least, largest."),
        ({"sigma": (0.0, 0.2)}, "sigma: saw 0.0, wanted more than 0"),
        ({"large_cutoff": (1.0, 4.0)}, "large_cutoff: saw 4.0, wanted more than 0"),
        ({"angle": (0.0, math.nan)}, "angle: saw nan, wanted a finite number"),
    ],
)
def test_bad_ranges(options, line):
    with pytest.raises(ValueError, match=line):
        Blur(**options)


def test_bad_shares_and_sizes():
    with pytest.raises(ValueError, match="isotropic: saw -1, wanted at least 0"):
        KernelShares(isotropic=-1)
    with pytest.raises(ValueError, match="saw only 0, wanted a positive number"):
        KernelShares(0, 0, 0, 0, 0, 0)
    with pytest.raises(ValueError, match="size: saw 8 in a width of 8"):
        gaussian_kernel(8, (1.0, 1.0))
    with pytest.raises(ValueError, match="size: saw 9 in a width of 7"):
        sinc_kernel(9, 1.0, width=7)
