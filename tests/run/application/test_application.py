"""Pictures of any size through generators that take some sizes only."""

import types
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core.types import Players, Sample
from jaxgan.run.application import application as module
from jaxgan.run.application.application import Application
from jaxgan.run.errors import RunError

LARGEST = 127 / 128


class Enlarging:
    """Repeats pixels, takes multiples of some number, and averages neighbours."""

    def __init__(self, scale=1, multiple=1, channels=3, radius=0):
        self.scale, self.multiple = scale, multiple
        self.channels, self.radius = channels, radius

    def apply(self, variables, given, context):
        *_, height, width, channels = given.shape
        if channels != self.channels or height % self.multiple or width % self.multiple:
            raise ValueError("such pictures are not taken")
        size = 2 * self.radius + 1
        radius = self.radius
        made: Any = given
        if radius:
            padded = jnp.pad(
                given, ((0, 0), (radius, radius), (radius, radius), (0, 0))
            )
            made = sum(
                padded[:, i : i + height, j : j + width] / size**2
                for i in range(size)
                for j in range(size)
            )
        made = made.repeat(self.scale, 1).repeat(self.scale, 2) * variables["share"]
        return Sample(made, given)


class Drawing(Enlarging):
    """Draws one number for each picture."""

    def apply(self, variables, given, context):
        drawn = jax.vmap(lambda key: jax.random.uniform(key, (1, 1, 1)))(context.keys)
        return Sample(given * 0.0 + drawn)


class TwoWays(Enlarging):
    """Maps there as it is, and back negated."""

    directions = ("x_to_y", "y_to_x")

    def directed(self, direction):
        if direction not in self.directions:
            raise ValueError(f"direction: saw {direction!r}, wanted x_to_y, y_to_x")
        return TwoWays() if direction == "x_to_y" else Negated()


class Negated(Enlarging):
    """Negates."""

    def apply(self, variables, given, context):
        return Sample(-given)


def make(game, **options):
    share = {"share": jnp.float32(0.5)}
    state: Any = types.SimpleNamespace(
        ema={"share": jnp.float32(1.0)}, variables=Players(share, {}), step=jnp.int32(3)
    )
    experiment: Any = types.SimpleNamespace(game=game)
    return Application(experiment, state, **options)


def picture(height, width, channels=3, seed=0):
    drawn = np.random.default_rng(seed).uniform(
        -LARGEST, LARGEST, (height, width, channels)
    )
    return drawn.astype(np.float32)


@pytest.mark.parametrize("scale", [1, 2, 4])
@pytest.mark.parametrize("multiple", [1, 4, 16])
@pytest.mark.parametrize("size", [(1, 1), (1, 5), (7, 3), (16, 32), (33, 17)])
def test_any_size_is_extended_and_cut(scale, multiple, size):
    image = picture(*size)
    made = make(Enlarging(scale, multiple))(image)
    np.testing.assert_allclose(made, image.repeat(scale, 0).repeat(scale, 1), atol=1e-6)


@pytest.mark.parametrize("tile", [16, 24])
def test_tiles_are_as_the_whole_away_from_what_they_do_not_see(tile):
    image = picture(50, 70, 1)
    game = Enlarging(2, 4, channels=1, radius=1)
    whole = make(game)(image)
    seen = []
    made = make(game, tile=tile, overlap=4)(image, lambda *told: seen.append(told))
    assert seen[-1][0] == seen[-1][1] == len(seen) > 1
    assert made.shape == whole.shape == (100, 140, 1)
    # Only a pixel at a tile's edge misses a neighbour: it weighs 1 of 8 and 7 of 8.
    assert np.abs(made - whole).max() < 0.2
    assert np.abs(made - whole).mean() < 0.01
    inner = (slice(0, 20), slice(0, 20))  # of the first tile, away from its edge
    np.testing.assert_allclose(made[inner], whole[inner], atol=1e-6)


def test_pictures_smaller_than_a_tile_are_whole():
    image = picture(5, 40)
    made = make(Enlarging(2, 8), tile=16, overlap=4)(image)
    np.testing.assert_allclose(made, image.repeat(2, 0).repeat(2, 1), atol=1e-6)


def test_without_memory_there_are_tiles(monkeypatch):
    lines, image = [], picture(300, 310)
    application = make(Enlarging(2, 4), say=lines.append)
    monkeypatch.setattr(module.memory, "available", lambda: 2**20)
    made = application(image)
    np.testing.assert_allclose(made, image.repeat(2, 0).repeat(2, 1), atol=1e-6)
    assert lines == [
        "310 x 300 pixels at once take more memory than is left: in tiles of 256"
    ]


@pytest.mark.parametrize("options", [{}, {"tile": 16, "overlap": 4}])
def test_bands_are_the_picture_in_few_rows(options):
    image = picture(300, 22)
    application = make(Enlarging(2, 4), **options)
    bands = [*application.bands(image)]
    assert len(bands) > 1
    assert max(len(band) for band in bands) <= module.BAND
    assert np.concatenate(bands).shape == application.shape_of(300, 22)
    np.testing.assert_array_equal(np.concatenate(bands), application(image))
    with pytest.raises(RunError, match="shape"):
        application.bands(image[..., 0])  # before any band is asked for


class Standard(Enlarging):
    """Takes the mean of every picture away, in a loop."""

    def apply(self, variables, given, context):
        def body(x, _):
            return x - jnp.mean(x, (1, 2), keepdims=True), None

        return Sample(jax.lax.scan(body, given, None, length=1)[0])


@pytest.mark.parametrize(("game", "told"), [(Standard(), 1), (Enlarging(radius=1), 0)])
def test_it_is_told_once_that_tiles_are_not_parts_of_the_whole(game, told):
    lines = []
    application = make(game, tile=16, overlap=4, say=lines.append)
    application(picture(9, 12))  # in one
    assert not lines
    for _ in range(2):
        application(picture(20, 30))
    assert len(lines) == told
    assert all("colours differ from those of the whole" in line for line in lines)


def test_current_or_averaged():
    image = picture(4, 4)
    np.testing.assert_allclose(make(Enlarging())(image), image)
    np.testing.assert_allclose(make(Enlarging(), ema=False)(image), image / 2)


def test_draws_are_of_the_seed_alone():
    one, other = picture(4, 4), picture(9, 5, seed=1)
    first = make(Drawing(), seed=1)
    assert first(one)[0, 0, 0] == first(other)[0, 0, 0]
    assert make(Drawing(), seed=2)(one)[0, 0, 0] != first(one)[0, 0, 0]


def test_directions():
    image = picture(4, 4)
    np.testing.assert_array_equal(make(TwoWays())(image), image)
    np.testing.assert_array_equal(make(TwoWays(), direction="y_to_x")(image), -image)
    with pytest.raises(RunError, match=r"--direction: saw 'z', wanted x_to_y, y_to_x"):
        make(TwoWays(), direction="z")
    with pytest.raises(RunError, match="goes one way"):
        make(Enlarging(), direction="x_to_y")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"tile": 18, "overlap": 2}, "saw 18, wanted a side .* takes: 20"),
        ({"tile": 16, "overlap": 8}, "less than half of --tile 16"),
        ({"overlap": -1}, "--overlap: saw -1"),
        ({"seed": -1}, "seed"),
    ],
)
def test_bad_options(options, told):
    with pytest.raises(RunError, match=told):
        make(Enlarging(1, 4), **options)


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (picture(4, 4)[..., 0], "shape"),
        (picture(4, 4, 1), "wanted .H, W, 3."),
        (picture(4, 4) * 2, "outside"),
        (picture(4, 4) * np.float32(np.nan), "outside"),
        (picture(4, 4).astype(np.float64), "float64"),
        (picture(0, 4), "shape"),
    ],
)
def test_what_is_no_picture_is_refused(image, told):
    with pytest.raises(RunError, match=told):
        make(Enlarging())(image)


def test_a_game_that_maps_nothing_is_refused():
    with pytest.raises(RunError, match="cannot be applied"):
        make(types.SimpleNamespace())
