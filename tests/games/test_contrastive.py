"""CUT's game: one way, one critic, maps of the encoder, a projection, mirrors."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan import losses
from jaxgan.core import Augment, Context, Sample, State, example_keys
from jaxgan.core.abilities import Applicable, Directed, directed
from jaxgan.core.scene import set_scene
from jaxgan.games.contrastive import ContrastiveGame
from jaxgan.nn import Dense
from jaxgan.terms import adversarial, identity_patch_nce, patch_nce

B, H, W = 6, 3, 4
BATCH = Sample(
    {
        side: jax.random.normal(jax.random.key(seed), (B, H, W, 2))
        for side, seed in (("x", 1), ("y", 2))
    }
)


class Translator(nn.Module):
    """Linear, and not the same from left to right; its maps are what it takes in."""

    @nn.compact
    def __call__(self, value, given, context):
        assert given == ()
        ramp = jnp.arange(1.0, W + 1.0)[None, None, :, None]
        return Sample(Dense(2)(value * ramp), features=(value, value * ramp))


class Judge(nn.Module):
    @nn.compact
    def __call__(self, value, given, context):
        return Dense(1)(value.reshape(len(value), -1))[:, 0]


class Projection(nn.Module):
    @nn.compact
    def __call__(self, value, given, context):
        return tuple(
            Dense(5)(jnp.take_along_axis(maps.reshape(B, -1, 2), places[:, :, None], 1))
            for maps, places in zip(value, given)
        )


def context(seed=0, batch=BATCH, train=True):
    return Context(example_keys(jax.random.key(seed), B), batch, train=train)


def make(projection=None, mirrored=0.0):
    game = ContrastiveGame(Translator(), Judge(), projection, mirrored)
    return game, game.init(jax.random.key(0), BATCH)


def play_of(game, players, player="generator"):
    state = State(jnp.int32(0), jax.random.key(0), players, *[()] * 4)
    params = getattr(players, player)["params"]
    return set_scene(game, Augment(), player, params, state, context())[0]


def test_one_way():
    game, players = make(Projection())
    assert set(players.generator["params"]) == {"x_to_y", "projection"}
    assert set(players.discriminator["params"]) == {"y"}
    play = play_of(game, players)
    np.testing.assert_array_equal(play.real.value["y"], BATCH.value["y"])
    assert set(play.real.value) == set(play.fake.value) == {"y"}
    assert set(play.fake_verdict.logits) == {"y"}
    np.testing.assert_array_equal(play.fake.features[0], BATCH.value["x"])
    assert isinstance(game, Applicable)
    assert not isinstance(game, Directed)
    with pytest.raises(
        ValueError, match="direction: saw 'y_to_x', wanted none: this C"
    ):
        directed(game, "y_to_x")
    still = context(batch=(), train=False)
    made = game.apply(players.generator, BATCH.value["x"], still)
    np.testing.assert_array_equal(made.value, play.fake.value["y"])
    np.testing.assert_array_equal(made.given, BATCH.value["x"])


def test_projection():
    """Of what maps have at positions, rows first; or that as it is."""
    game, players = make(Projection())
    maps = BATCH.value["x"], BATCH.value["y"][:, :2]
    places = jnp.tile(jnp.array([[0, W + 2, 1]]), (B, 1)), jnp.full((B, 1), W + 3)
    wanted = (
        np.stack([maps[0][:, 0, 0], maps[0][:, 1, 2], maps[0][:, 0, 1]], 1),
        np.asarray(maps[1])[:, 1, 3][:, None],
    )
    params = players.generator["params"]
    for number, seen in enumerate(game.project(params, maps, places, context())):
        dense = params["projection"][f"Dense_{number}"]
        vectors = wanted[number] @ dense["kernel"] + dense["bias"][None, None]
        np.testing.assert_allclose(seen, vectors, 1e-5, 1e-6)
    plain, players = make()
    seen = plain.project(players.generator["params"], maps, places, context())
    jax.tree.map(np.testing.assert_array_equal, seen, wanted)


def test_mirrors():
    """Half of the examples, both domains alike; maps lie as the pictures do."""
    game, players = make(mirrored=0.5)
    seen, draw = [], jax.jit(lambda keys: game.latent({}, Context(keys, BATCH))[0])
    for seed in range(50):
        latent = draw(context(seed).keys)
        mirrored = latent.features["mirrored"]
        for side in ("x", "y"):
            wanted = np.where(
                mirrored[:, None, None, None],
                BATCH.value[side][:, :, ::-1],
                BATCH.value[side],
            )
            np.testing.assert_array_equal(latent.value[side], wanted)
        seen.append(mirrored)
    assert abs(np.mean(seen) - 0.5) < 0.1
    assert np.all(np.any(seen, axis=0))
    assert not np.any(np.all(seen, axis=0))
    fake, _ = game.generate(players.generator, latent, context())
    np.testing.assert_array_equal(fake.features[0], BATCH.value["x"])
    ramp = np.arange(1.0, W + 1.0)
    factor = np.where(mirrored[:, None], ramp[::-1], ramp)[:, None, :, None]
    np.testing.assert_allclose(fake.features[1], BATCH.value["x"] * factor, rtol=1e-6)
    # The real ones are not mirrored; nor is what a user has.
    real, _ = game.real({}, latent, context())
    np.testing.assert_array_equal(real.value["y"], BATCH.value["y"])
    assert make()[0].latent({}, context())[0].features == ()


@pytest.mark.parametrize("mirrored", [0.0, 1.0])
def test_patches_of_the_fake_lie_on_those_of_the_picture(mirrored):
    """The loss of given maps, at all positions, where G translates mirrored or not."""
    game, players = make(mirrored=mirrored)
    play = play_of(game, players)
    generator = players.generator

    def encoded(picture):
        return game.generate(generator, Sample({"x": picture}), context())[0]

    flip = slice(None, None, -1 if mirrored else None)
    for term, side in ((patch_nce, "x"), (identity_patch_nce, "y")):
        seen, _ = term(game.project, patches=H * W).apply((), play)
        picture = BATCH.value[side]
        made = encoded(picture[:, :, flip]).value["y"]
        pairs = zip(encoded(made).features, encoded(picture).features)
        wanted = [
            nce(np.asarray(query)[:, :, flip], np.asarray(key)) for query, key in pairs
        ]
        np.testing.assert_allclose(seen, np.mean(wanted, axis=0), rtol=1e-3)


def nce(query, key):
    """Of the patches of one map against all of the same example, [B]."""
    query, key = (x.reshape(B, H * W, -1).astype(np.float64) for x in (query, key))
    query, key = (
        x / (np.linalg.norm(x, axis=2, keepdims=True) + 1e-7) for x in (query, key)
    )
    logits = query @ np.swapaxes(key, 1, 2) / 0.07
    most = logits.max(axis=2)
    total = most + np.log(np.exp(logits - most[:, :, None]).sum(axis=2))
    return np.mean(total - np.einsum("bii->bi", logits), axis=1)


def test_who_learns():
    """The projection learns, and the critic is shown what the generator made."""
    game, players = make(Projection())
    term = patch_nce(game.project, patches=2)

    def objective(params):
        changed = players._replace(generator={**players.generator, "params": params})
        return jnp.mean(term.apply((), play_of(game, changed))[0])

    slopes = jax.jit(jax.grad(objective))(players.generator["params"])
    assert all(np.any(x) for x in jax.tree.leaves(slopes))
    play = play_of(game, players, "discriminator")
    value, _ = adversarial(losses.least_squares).apply((), play)
    assert value.shape == (B,)


def test_errors():
    game, players = make()
    with pytest.raises(TypeError, match="projection: saw a int"):
        dataclasses.replace(game, projection=3)
    with pytest.raises(TypeError, match="generator: saw a NoneType"):
        dataclasses.replace(game, generator=None)
    with pytest.raises(ValueError, match="mirrored: saw 2"):
        dataclasses.replace(game, mirrored=2)
    silent = dataclasses.replace(game, generator=Judge(), projection=Projection())
    with pytest.raises(ValueError, match=r"generator: saw features \[\], wanted maps"):
        silent.init(jax.random.key(0), BATCH)
    play = play_of(game, players)
    for term in (patch_nce(game.project), identity_patch_nce(game.project)):
        with pytest.raises(ValueError, match=f"{term.name}: saw it on the disc"):
            term.apply((), play_of(game, players, "discriminator"))
        with pytest.raises(ValueError, match=f"{term.name}: saw fakes without"):
            term.apply((), play._replace(fake=Sample(play.fake.value)))
    for wrong in ({"patches": 0}, {"temperature": 0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            patch_nce(game.project, **wrong)
