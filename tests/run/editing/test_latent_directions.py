"""SeFa and GANSpace against closed forms, and against numpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.run.editing import latent_directions
from jaxgan.run.editing.codes import Codes
from jaxgan.run.editing.first_maps import FirstMaps
from jaxgan.run.errors import RunError
from tests.run.editing.games import linear, styles

seeds = st.integers(0, 10**6)


def alike(one, other, tolerance=1e-4):
    """Vectors are the same but for their signs."""
    np.testing.assert_allclose(np.abs(np.sum(one * other, axis=1)), 1.0, atol=tolerance)


def test_sefa_of_a_linear_generator_is_its_singular_vectors():
    codes = Codes(linear())
    found = latent_directions.find(codes, "sefa")
    kernel = np.asarray(codes.variables["params"]["dense"]["kernel"], np.float64)
    left, singular, _ = np.linalg.svd(kernel)
    alike(found.vectors, left.T)
    np.testing.assert_allclose(found.strengths, singular**2, rtol=1e-4)
    np.testing.assert_allclose(found.steps, 1.0, atol=0.05)  # of normal noise


def test_ganspace_of_a_linear_generator_is_nearly_the_same():
    """Of 2,000 draws: the largest directions, to what so many can tell."""
    codes = Codes(linear())
    found = latent_directions.find(codes, "ganspace", count=2)
    wanted = latent_directions.find(codes, "sefa", count=2)
    assert found.vectors.shape == (2, 6)
    alike(found.vectors[:1], wanted.vectors[:1], 0.05)
    np.testing.assert_allclose(found.strengths, wanted.strengths, rtol=0.15)


@given(seeds)
@settings(deadline=None, max_examples=10)
def test_principal_components_are_numpys(seed):
    rng = np.random.default_rng(seed)
    codes = rng.standard_normal((200, 5)) * [5.0, 3.0, 2.0, 1.0, 0.5] + 3.0
    turned = codes @ np.linalg.qr(rng.standard_normal((5, 5)))[0]
    vectors, variances = latent_directions.principal(turned, turned)
    values, wanted = np.linalg.eigh(np.cov(turned.T, bias=True))
    alike(vectors, wanted.T[::-1])
    np.testing.assert_allclose(variances, values[::-1], rtol=1e-6)


@given(seeds)
@settings(deadline=None, max_examples=10)
def test_what_is_seen_leads_back_to_codes(seed):
    """Of y = A z the direction of a component u is the least-squares one, A⁺ u."""
    rng = np.random.default_rng(seed)
    codes, map_of = rng.standard_normal((300, 4)), rng.standard_normal((4, 900))
    vectors, _ = latent_directions.principal(codes, codes @ map_of)
    seen = (codes - codes.mean(0)) @ map_of
    components = np.linalg.svd(seen, full_matrices=False)[2][:4]
    wanted = components @ np.linalg.pinv(map_of)
    alike(vectors, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), 1e-5)


@given(seeds)
@settings(deadline=None, max_examples=10)
def test_no_direction_changes_more_than_sefas_first(seed):
    rng = np.random.default_rng(seed)
    maps = [rng.standard_normal((count, 6)) for count in (3, 0, 7)]
    vectors, strengths = latent_directions.sefa(maps)
    np.testing.assert_allclose(vectors @ vectors.T, np.eye(6), atol=1e-9)
    other = rng.standard_normal(6)
    other /= np.linalg.norm(other)
    change = [
        sum(np.sum(np.square(a @ way)) for a in maps) for way in (vectors[0], other)
    ]
    np.testing.assert_allclose(change[0], strengths[0], rtol=1e-9)
    assert change[1] <= change[0]


def test_the_first_maps_of_styles_are_their_affine_layers():
    """Colours take the w of the next block's first layer: two maps, or one, of each."""
    codes = Codes(styles())
    code = np.asarray(codes.game.code(codes.drawn(0, np.arange(1))[1]))
    maps = FirstMaps(latent_directions.generate_of(codes), codes.variables, code)
    found = maps(codes.variables, code)
    synthesis = codes.variables["params"]["synthesis"]
    wanted = [
        [("block4", "conv1")],
        [("block4", "to_rgb"), ("block8", "conv0")],
        [("block8", "conv1")],
        [("block8", "to_rgb")],
    ]
    for rows, layers in zip(found, wanted, strict=True):
        kernels = [synthesis[block][name]["affine"]["kernel"] for block, name in layers]
        made = np.concatenate(kernels, axis=1).T / np.sqrt(8)
        grams = [x.T @ x for x in (rows, made)]
        np.testing.assert_allclose(*grams, rtol=1e-4, atol=1e-5)


def test_directions_of_some_layers_are_those_of_their_maps():
    codes = Codes(styles())
    every = latent_directions.find(codes, "sefa")
    some = latent_directions.find(codes, "sefa", layers=[2])
    kernel = codes.variables["params"]["synthesis"]["block8"]["conv1"]["affine"]
    left, *_ = np.linalg.svd(np.asarray(kernel["kernel"]) / np.sqrt(8))
    alike(some.vectors, left.T, 1e-3)
    assert every.strengths[0] > some.strengths[0]


def test_components_of_w_are_those_of_many_draws():
    codes = Codes(styles())
    found = latent_directions.find(codes, "ganspace")
    values, vectors = np.linalg.eigh(np.cov(codes.spread.codes.T, bias=True))
    np.testing.assert_allclose(found.strengths, values[::-1], rtol=1e-3)
    alike(found.vectors[:3], vectors.T[::-1][:3], 1e-3)
    np.testing.assert_allclose(found.steps**2, found.strengths, rtol=1e-3)
    assert codes.spread.mean.shape == (4, 8)
    np.testing.assert_allclose(
        codes.spread.deviation**2, found.strengths.sum(), rtol=1e-3
    )


@given(seeds, st.integers(0, 7), st.sets(st.integers(0, 3)), st.floats(-3, 3, width=32))
@settings(deadline=None, max_examples=15)
def test_moves_are_along_one_direction_in_some_layers(seed, number, layers, amount):
    found = latent_directions.Directions(
        np.float32(np.linalg.qr(np.random.default_rng(seed).normal(size=(8, 8)))[0]),
        np.arange(1.0, 9.0, dtype=np.float32),
        np.ones(8, np.float32),
    )
    code = np.random.default_rng(seed).normal(size=(2, 4, 8)).astype(np.float32)
    moved = found.moved(code, number, amount, sorted(layers))
    others = [layer for layer in range(4) if layer not in layers]
    np.testing.assert_array_equal(moved[:, others], code[:, others])
    way = (moved - code)[:, sorted(layers)] @ found.vectors.T
    wanted = np.zeros(8)
    wanted[number] = amount * found.steps[number]
    np.testing.assert_allclose(way, np.broadcast_to(wanted, way.shape), atol=1e-4)
    np.testing.assert_array_equal(found.moved(code, number, 0.0), code)


def test_there_is_no_direction_beyond_the_last():
    found = latent_directions.Directions(np.eye(3), np.ones(3), np.ones(3))
    with pytest.raises(RunError, match="--direction: saw 3, wanted 0 to 2"):
        found.moved(np.zeros((1, 1, 3)), 3, 1.0)


@given(st.integers(-3, 9), st.integers(1, 5))
@settings(deadline=None, max_examples=15)
def test_moves_want_layers_and_vectors_of_the_code(layer, size):
    """What is of another generator is refused, and not left out."""
    found = latent_directions.Directions(np.eye(3), np.ones(3), np.ones(3))
    code = np.zeros((1, 4, size))
    if size != 3:
        with pytest.raises(RunError, match=f"of 3 numbers, wanted {size}: they are of"):
            found.moved(code, 0, 1.0)
    elif 0 <= layer < 4:
        assert np.count_nonzero(found.moved(code, 0, 1.0, [layer])) == 1
    else:
        with pytest.raises(RunError, match=f"--layers: saw {layer}, wanted 0 to 3"):
            found.moved(code, 0, 1.0, [0, layer])


def test_signs_do_not_depend_on_the_solver():
    vectors, _ = latent_directions.sefa([np.diag([3.0, 2.0, 1.0])])
    np.testing.assert_allclose(vectors, np.eye(3), atol=1e-12)
