"""Noise maps of style-based generators: listed by size, replaced, silenced."""

import jax
import numpy as np
import pytest

from jaxgan.core import Context, Sample, example_keys
from jaxgan.core.latent_abilities import Editable, Noisy
from jaxgan.games import noise_maps
from jaxgan.games.latent import LatentGame
from jaxgan.games.style import StyleGame
from jaxgan.models import stylegan, stylegan2
from tests.games.test_latent import Echo, Judge
from tests.models.filled import filled

SIZES = {"style_size": 5, "mapping_layers": 1, "channel_base": 64, "channel_max": 4}
GENERATORS = {
    "stylegan": (stylegan.Generator((16, 16, 1), **SIZES), (4, 4, 8, 8, 16, 16)),
    "stylegan2": (stylegan2.Generator((16, 16, 1), **SIZES), (4, 8, 8, 16, 16)),
}
CONTEXT = Context(example_keys(jax.random.key(0), 2))


@pytest.fixture(params=GENERATORS, scope="module")
def made(request):
    """(game, variables, latent, sides of the maps, f(variables) -> images)."""
    generator, sides = GENERATORS[request.param]
    game = StyleGame(generator, Judge(), 4)
    variables = filled(generator, np.zeros((2, 4), np.float32), (), CONTEXT)
    w = jax.random.normal(jax.random.key(1), (2, generator.layers, 5))

    @jax.jit
    def images(variables):
        return game.generate(variables, Sample(w), CONTEXT)[0].value

    return game, variables, sides, images


def test_maps_are_listed_from_the_smallest_on(made):
    game, variables, sides, _ = made
    assert isinstance(game, Noisy)
    assert [x.shape for x in game.noise_maps(variables)] == [(s, s) for s in sides]


def test_maps_that_are_replaced_are_those_that_are_listed(made):
    game, variables, sides, images = made
    maps = [np.full((s, s), k, np.float32) for k, s in enumerate(sides)]
    changed = game.with_noise_maps(variables, maps)
    jax.tree.map(np.testing.assert_array_equal, game.noise_maps(changed), maps)
    own = game.with_noise_maps(changed, game.noise_maps(variables))
    jax.tree.map(np.testing.assert_array_equal, own, dict(variables))
    assert np.abs(images(changed) - images(variables)).max() > 1e-3
    with pytest.raises(ValueError, match=r"maps: saw .*, wanted \[\(4, 4\)"):
        game.with_noise_maps(variables, maps[1:])


def test_silent_layers_are_those_whose_map_does_not_matter(made):
    """A map counts in a picture if, and only if, its layer may be heard."""
    game, variables, sides, images = made
    some = game.noise_in(variables, [0, len(sides) - 1])
    for place in range(len(sides)):
        maps = list(game.noise_maps(variables))
        maps[place] = 3.0 - maps[place]
        change = images(game.with_noise_maps(some, maps)) - images(some)
        heard = bool(np.abs(change).max() > 1e-6)
        assert heard == (place in (0, len(sides) - 1))
    every = game.noise_in(variables, range(len(sides)))
    np.testing.assert_array_equal(images(every), images(variables))
    with pytest.raises(ValueError, match=r"noise layers: saw \[9\], wanted numbers f"):
        game.noise_in(variables, [9])


def test_generators_without_noise_have_no_maps():
    assert noise_maps.listed({"params": {}}) == []
    assert noise_maps.replaced({"params": {}}, []) == {"params": {}}
    with pytest.raises(ValueError, match="wanted none at all"):
        noise_maps.only_in({"params": {}}, [0])
    assert not isinstance(LatentGame(Echo(), Judge(), 4), Noisy)


@pytest.mark.parametrize("style", [False, True])
def test_codes_are_the_numbers_of_latents(style):
    generator = GENERATORS["stylegan2"][0]
    game = (StyleGame if style else LatentGame)(
        generator if style else Echo(), Judge(), 4
    )
    assert isinstance(game, Editable)
    assert game.even is not style
    latent = Sample(
        np.random.default_rng(0).normal(size=(3, 6, 5)[: 2 + style]), "kept"
    )
    code = game.code(latent)
    assert code.shape == ((3, 6, 5) if style else (3, 1, 6))
    moved = game.with_code(latent, code + 1.0)
    np.testing.assert_array_equal(moved.value, latent.value + 1.0)
    assert moved.given == "kept"
    assert not LatentGame(Echo(), Judge(), 4, draw=jax.random.uniform).even
