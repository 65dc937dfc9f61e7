"""Equivariance against the official vectors, and generators that have it or not."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.evaluation import equivariance as measured
from jaxgan.evaluation import movements
from jaxgan.evaluation.equivariance import Draws, batch_differences, decibels
from jaxgan.models import stylegan3
from jaxgan.models.stylegan3.weights import import_torch
from tests.models.golden import images, under

SHIFTS = ((0.06, -0.1), (-0.24, 0.13), (0.0, 0.0))
ANGLES = (0.4, -2.2)


@pytest.fixture(scope="module")
def vectors(golden):
    return np.load(golden / "stylegan3_equivariance.npz")


def check(npz, case, moved):
    wanted, mask = images(npz[f"out/{case}/z"]), npz[f"out/{case}/mask"]
    limit = 1e-4 * np.abs(wanted).max()
    np.testing.assert_allclose(moved.images, wanted, 1e-4, limit, err_msg=case)
    np.testing.assert_array_equal(moved.inside, mask[0, 0] > 0, case)


@pytest.mark.parametrize("place", range(3))
def test_official_translations(vectors, place):
    x = images(vectors["in/x"])
    for kind, fractional in (("int", False), ("frac", True)):
        moved = movements.translated(x, SHIFTS[place], fractional)
        check(vectors, f"{kind}_translation{place}", moved)


@pytest.mark.parametrize("place", range(2))
def test_official_rotations(vectors, place):
    x = images(vectors["in/x"])
    check(vectors, f"rotation{place}", movements.rotated(x, ANGLES[place]))
    moved = movements.pseudo_rotated(x, ANGLES[place])
    check(vectors, f"pseudo_rotation{place}", moved)


def test_official_filter(vectors):
    made = movements.band_limit(movements.rotation_matrix(0.4), 1)
    wanted = vectors["out/filters/up1_angle0.4"]
    np.testing.assert_allclose(made, wanted, 1e-4, 1e-6)


def test_official_decibels(vectors):
    config = json.loads(str(vectors["config"]))
    made = config["modules"][""]["ctor"]
    module = stylegan3.Generator(
        (made["img_resolution"],) * 2 + (made["img_channels"],),
        style_size=made["w_dim"],
        channel_base=made["channel_base"],
        channel_max=made["channel_max"],
        synthesis_layers=made["num_layers"],
        critical_layers=made["num_critical"],
    )
    variables = import_torch(under(vectors, "state/"), module)
    variables = jax.tree.map(jnp.asarray, variables)
    context = Context(example_keys(jax.random.key(0), config["batch_size"]))

    @jax.jit
    def generate(z, given, matrix):
        moved = stylegan3.transformed(variables, matrix)
        return module.apply(moved, z, given, context)

    first = generate(vectors["in/z"][0], (), np.eye(3, dtype=np.float32))
    np.testing.assert_allclose(
        first, images(vectors["out/first_batch/orig"]), 1e-4, 1e-5
    )
    sums = sum(
        batch_differences(
            generate,
            vectors["in/z"][place],
            (),
            Draws(*(vectors[f"in/u_{kind}"][place] for kind in ("int", "frac", "rot"))),
            config["translate_max"],
            config["rotate_max"],
        )
        for place in range(config["batches"])
    )
    np.testing.assert_allclose(decibels(sums), vectors["out/metric/all_three"], 1e-4)


def spots(latents, given, matrix):
    """A Gaussian spot per latent (x, y), wide enough for the pixels, where it is."""
    place = (np.arange(32) + 0.5) / 32 - 0.5
    x, y = np.meshgrid(place, place)
    points = np.stack([x, y, np.ones_like(x)], -1) @ np.asarray(matrix, float).T
    away = points[None, ..., :2] - latents[:, None, None]
    made = np.exp(-np.sum(away**2, -1) / (2 * 0.07**2))
    return made[..., None].astype(np.float32)


LATENTS = np.random.default_rng(0).uniform(-0.1, 0.1, (6, 2))


def test_what_moves_and_what_does_not():
    """A spot moves as its coordinates do; one that sticks has few decibels."""
    moving = measured(spots, LATENTS, batch=4, seed=3)
    assert moving.translation > 100
    assert moving.fractional_translation > 50
    assert moving.rotation > 50

    def stuck(latents, given, matrix):
        return spots(latents, given, np.eye(3))

    assert max(measured(stuck, LATENTS, batch=4, seed=3)) < 35

    def mirrored(latents, given, matrix):
        return spots(latents, given, np.linalg.inv(matrix))

    assert max(measured(mirrored, LATENTS, batch=4, seed=3)) < 35


def test_nothing_moves():
    """Without any movement, nothing differs but what a filter takes."""
    seen = measured(spots, LATENTS, translate=0.0, rotate=0.0)
    assert seen.translation == np.inf
    assert seen.fractional_translation > 100


def test_every_latent_counts_once():
    """Of 5 in batches of 4, the last is measured and those beside it are not."""
    counts = []

    def count(latents, given, matrix):
        counts.append(len(latents))
        return spots(latents, given, matrix)

    draws = Draws(np.full(2, 0.5), np.full(2, 0.5), 0.5)
    sums = batch_differences(count, LATENTS[:4], (), draws, count=1)
    assert counts == [4] * 4
    assert sums[0, 1] == 32 * 32


def test_bad_input():
    for options, said in (
        ({"translate": 1.0}, r"translate: saw 1\.0, wanted a number in \[0, 1\)"),
        ({"rotate": -0.1}, r"rotate: saw -0\.1, wanted a number in \[0, 1\]"),
        ({"batch": 0}, "batch: saw 0, wanted an integer"),
        ({"bounds": (1.0, 1.0)}, "bounds: saw"),
    ):
        with pytest.raises(ValueError, match=said):
            measured(spots, LATENTS, **options)
    with pytest.raises(ValueError, match=r"latents: saw shape \(6,\), wanted \[N"):
        measured(spots, LATENTS[:, 0])
    with pytest.raises(ValueError, match=r"saw images \(32, 16\), wanted squares"):
        measured(lambda *x: spots(*x)[:, :, :16], LATENTS)
    with pytest.raises(ValueError, match="saw no pixel inside both, wanted larger"):
        measured(lambda *x: spots(*x)[:, :8, :8], LATENTS)
