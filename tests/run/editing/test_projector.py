"""What was generated is found again, by the official projector's rules."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.run.editing.codes import Codes
from jaxgan.run.editing.noise_regularisation import (
    halved,
    noise_regularisation,
    normalised,
)
from jaxgan.run.editing.projector import Projector, Schedule, joined
from jaxgan.run.errors import RunError
from tests.run.editing.games import linear, styles


@functools.cache
def codes_of(make):
    return Codes(make())


@functools.cache
def projector_of(codes, **options):
    """Whose programs are compiled once."""
    return Projector(codes, **options)


def made(codes, count=2, seed=5):
    """Pictures of known codes [count], with the run's own noise."""
    keys, latent = codes.drawn(seed, np.arange(count))
    code = np.asarray(codes.game.code(latent))
    return code, np.asarray(codes.render(codes.variables, latent, keys))


def test_a_known_w_is_found_again():
    """Four times nearer than the mean, and the picture ten times."""
    codes = codes_of(styles)
    code, pictures = made(codes)
    found = projector_of(codes)(pictures, steps=400, frames=4)
    apart = np.linalg.norm((found.code - code)[:, 0], axis=1)
    before = np.linalg.norm(codes.spread.mean[0] - code[:, 0], axis=1)
    assert (apart < before / 4).all(), apart / before
    assert (found.distance < found.distance_before / 10).all()
    assert found.code.shape == code.shape
    np.testing.assert_array_equal(found.code[:, 0], found.code[:, 3])
    assert found.frames.shape == (5, 2, 8, 8, 1)
    np.testing.assert_array_equal(found.frames[-1], found.after)


def test_a_known_z_of_a_linear_generator_is_found_exactly():
    codes = codes_of(linear)
    code, pictures = made(codes)
    found = projector_of(codes)(pictures, steps=300)
    np.testing.assert_allclose(found.code, code, atol=1e-2)
    assert found.noise == ()


def test_what_is_rendered_of_what_was_found_is_what_was_shown():
    """The code and the maps of noise are all there is to it."""
    codes = codes_of(styles)
    _, pictures = made(codes)
    found = projector_of(codes)(pictures, steps=3)
    for place in range(2):
        maps = [noise[place] for noise in found.noise]
        variables = codes.game.with_noise_maps(codes.variables, maps)
        latent = codes.like(jnp.asarray(found.code[place : place + 1]))
        again = codes.render(variables, latent, jax.random.split(jax.random.key(9), 1))
        np.testing.assert_allclose(again[0], found.after[place], atol=1e-5)
    for noise in found.noise:
        np.testing.assert_allclose(noise.mean((1, 2)), 0.0, atol=1e-5)
        np.testing.assert_allclose(np.square(noise).mean((1, 2)), 1.0, rtol=1e-4)


def test_pictures_do_not_see_each_other():
    codes = codes_of(styles)
    _, pictures = made(codes)
    projector = projector_of(codes)
    both = projector(pictures, steps=5, frames=1)
    again = projector(pictures, steps=5, frames=5)  # as many as segments
    np.testing.assert_allclose(both.code, again.code, atol=1e-6)
    other = projector(pictures[[0, 0]], steps=5, frames=1)
    np.testing.assert_allclose(other.code[0], both.code[0], atol=1e-5)
    assert np.abs(other.code[1] - both.code[1]).max() > 1e-4


def test_pictures_may_be_looked_for_some_at_a_time():
    codes = codes_of(styles)
    _, pictures = made(codes)
    projector = projector_of(codes)
    whole = projector(pictures, steps=4, frames=2)
    parts = [projector(pictures[:1], steps=4, frames=2)]
    parts.append(projector(pictures[1:], steps=4, frames=2, first=1))
    jax.tree.map(
        functools.partial(np.testing.assert_allclose, atol=1e-5), joined(parts), whole
    )


def test_every_layer_may_have_a_code_of_its_own():
    codes = codes_of(styles)
    _, pictures = made(codes)
    found = projector_of(codes, every_layer=True)(pictures, steps=20, frames=1)
    assert np.abs(found.code[:, 0] - found.code[:, 3]).max() > 1e-3


def test_the_schedule_is_the_official_one():
    """projector.py of the official PyTorch code, in numpy."""
    schedule = Schedule()
    for share in np.linspace(0.0, 1.0, 41)[:-1]:
        ramp = min(1.0, (1.0 - share) / 0.25)
        ramp = 0.5 - 0.5 * np.cos(ramp * np.pi)
        ramp *= min(1.0, share / 0.05)
        np.testing.assert_allclose(schedule.rate_at(share), 0.1 * ramp, atol=1e-7)
        shaking = 0.05 * max(0.0, 1.0 - share / 0.75) ** 2
        np.testing.assert_allclose(schedule.shaking_at(share), shaking, atol=1e-7)


def test_noise_regularisation_is_the_official_one():
    rng = np.random.default_rng(0)
    maps = [rng.standard_normal((side, side)) for side in (4, 8, 32)]
    total = 0.0
    for noise in maps:
        while True:
            for axis in (0, 1):
                total += np.mean(noise * np.roll(noise, 1, axis)) ** 2
            if len(noise) <= 8:
                break
            side = len(noise) // 2
            noise = noise.reshape(side, 2, side, 2).mean((1, 3))
    found = noise_regularisation([jnp.asarray(x, jnp.float32) for x in maps])
    np.testing.assert_allclose(found, total, rtol=1e-5)


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=10)
def test_noise_costs_less_than_what_is_alike_in_neighbours(seed):
    noise = np.random.default_rng(seed).standard_normal((32, 32)).astype(np.float32)
    smooth = np.asarray(normalised(noise + np.roll(noise, 1, 0)))
    assert noise_regularisation([noise]) < noise_regularisation([smooth]) / 5
    np.testing.assert_allclose(smooth.mean(), 0.0, atol=1e-5)
    np.testing.assert_allclose(np.square(smooth).mean(), 1.0, rtol=1e-4)
    np.testing.assert_allclose(halved(noise).mean(), noise.mean(), atol=1e-6)


def test_what_cannot_be_meant_is_refused():
    codes = codes_of(linear)
    _, pictures = made(codes)
    projector = projector_of(codes)
    with pytest.raises(RunError, match="--steps: saw 0, wanted at least 1"):
        projector(pictures, steps=0)
    with pytest.raises(RunError, match=r"saw shape \[4, 4, 1\], wanted \[8, 8, 1\]"):
        projector(pictures[:, :4, :4])
