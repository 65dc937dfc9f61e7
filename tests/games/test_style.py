"""The style game: mixing, running means, and the official losses through its turns."""

import dataclasses
import functools
import importlib
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan import recipes
from jaxgan.core import Augment, Context, Players, Sample, State, example_keys
from jaxgan.core.growth import Growing
from jaxgan.core.scene import set_scene
from jaxgan.games.latent import as_data
from jaxgan.games.style import StyleGame
from jaxgan.models import stylegan, stylegan2
from jaxgan.models.stylegan2.weights import import_torch
from jaxgan.nn.growth import as_grown
from jaxgan.nn.style import constant_noise
from tests.models.filled import filled


class Blind(nn.Module):
    """A discriminator without parameters."""

    @nn.compact
    def __call__(self, value, given, context):
        del given, context
        return jnp.mean(value, axis=(1, 2, 3))


SMALL = stylegan2.Generator(
    (8, 8, 3), style_size=5, mapping_layers=2, channel_base=32, channel_max=4
)
JUDGE = stylegan2.Discriminator(channel_base=32, channel_max=4)


def game(generator=SMALL, judge=JUDGE, **options):
    return StyleGame(generator, judge, 6, **options)


@functools.cache
def variables():
    z = jnp.zeros((2, 6))
    return filled(SMALL, z, (), Context(example_keys(jax.random.key(0), 2)))


def context(count, seed=1, train=True):
    return Context(example_keys(jax.random.key(seed), count), (), train=train)


def draw(count, mixing, train=True):
    made = game(mixing=mixing)
    return jax.jit(lambda v: made.latent(v, context(count, train=train)))(variables())


def test_styles_mix_per_example_from_a_random_layer_on():
    count = 2000
    w, plain = (np.asarray(draw(count, mixing)[0].value) for mixing in (0.9, 0.0))
    same = np.all(np.isclose(w, plain, 1e-5, 1e-6), axis=-1)
    layers = same.shape[1]
    assert layers == SMALL.layers == 4
    # The layers of an example are its first w up to some layer, then one other w.
    crossover = same.sum(axis=1)
    np.testing.assert_array_equal(same, np.arange(layers) < crossover[:, None])
    mixed = crossover < layers
    np.testing.assert_array_equal(np.all(w == w[:, -1:], axis=-1)[mixed], ~same[mixed])
    # 0.9 mix, each from one of layers 1, 2, 3 on: five standard deviations.
    share = np.bincount(crossover, minlength=layers + 1) / count
    assert share[0] == 0
    np.testing.assert_allclose(share[1:4], 0.3, atol=0.052)
    np.testing.assert_allclose(share[4], 0.1, atol=0.034)


def test_no_mixing_when_sampling():
    w, _ = draw(8, 1.0, train=False)
    np.testing.assert_array_equal(w.value, w.value[:, :1].repeat(4, axis=1))


def test_levels_that_have_not_begun_are_neither_mixed_nor_shown():
    """At 8×8, of 16×16: styles change at one of the layers 1, 2 and 3."""
    growing = Growing(last=2, batch=1, first=1, stable=10)
    generator = stylegan.Generator((16, 16, 1), 0, 5, 1, 32, 4, growing)
    data = Sample(jax.random.normal(jax.random.key(1), (64, 16, 16, 1)))
    here = Context(example_keys(jax.random.key(0), 64), data, train=True)
    variables = filled(generator, jnp.zeros((64, 6)), (), here)

    @jax.jit
    def both(variables):
        plain, mixed = (
            StyleGame(generator, Blind(), 6, mixing=mixing, shown=as_grown(growing))
            for mixing in (0.0, 1.0)
        )
        real, _ = mixed.real(variables, (), here)
        return [game.latent(variables, here)[0].value for game in (plain, mixed)], real

    (w, mixed), real = both(variables)
    crossover = np.all(np.isclose(w, mixed, 1e-5, 1e-6), axis=-1).sum(axis=1)
    assert w.shape == (64, 6, 5)
    assert set(crossover) == {1, 2, 3}
    means = np.asarray(data.value).reshape(64, 8, 2, 8, 2, 1).mean((2, 4))
    wanted = means.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_allclose(real.value, wanted, 1e-5, 1e-6)


def test_running_mean_sees_the_first_styles_in_training():
    w, changed = draw(64, 0.0)
    old = variables()["style_average"]["mapping"]["mean"]
    new = changed["style_average"]["mapping"]["mean"]
    wanted = 0.995 * old + 0.005 * jnp.mean(w.value[:, 0], axis=0)
    np.testing.assert_allclose(new, wanted, 1e-5, 1e-6)
    mixed, again = draw(64, 1.0)
    assert np.any(mixed.value != w.value)
    np.testing.assert_allclose(again["style_average"]["mapping"]["mean"], new, 1e-6)
    _, still = draw(64, 0.5, train=False)
    np.testing.assert_array_equal(still["style_average"]["mapping"]["mean"], old)


def test_conditions_reach_both_players():
    conditional = game(
        SMALL.clone(classes=3), JUDGE.clone(classes=3), conditioning=as_data
    )
    batch = Sample(jnp.zeros((4, 8, 8, 3)), jnp.array([0, 1, 2, 0]))
    surroundings = Context(example_keys(jax.random.key(0), 4), batch, train=True)

    def judged(key, given):
        players = conditional.init(key, batch)
        here = Sample(batch.value, given)
        latent, _ = conditional.latent(
            players.generator, Context(surroundings.keys, here)
        )
        fake, _ = conditional.generate(players.generator, latent, surroundings)
        verdict, _ = conditional.discriminate(
            players.discriminator, batch._replace(given=given), surroundings
        )
        return fake, verdict.logits

    run = jax.jit(judged)
    fake, logits = run(jax.random.key(0), batch.given)
    np.testing.assert_array_equal(fake.given, batch.given)
    other, others = run(jax.random.key(0), batch.given.at[1].set(0))
    changed = np.any(np.asarray(fake.value != other.value), axis=(1, 2, 3))
    np.testing.assert_array_equal(changed, [False, True, False, False])
    np.testing.assert_array_equal(logits != others, [False, True, False, False])


def test_every_second_style_is_generated_as_among_all():
    """What path lengths rely on: noise goes with the example, not with its place."""
    state = State(jnp.int32(0), jax.random.key(0), Players(variables(), {}), *[()] * 4)

    def both(params):
        batch = Sample(jnp.zeros((4, 8, 8, 3)))
        surroundings = dataclasses.replace(context(4), batch=batch)
        chosen = game(judge=Blind())
        scene, _ = set_scene(
            chosen, Augment(), "generator", params, state, surroundings
        )
        fewer = jax.tree.map(lambda x: x[::2], scene.latent)
        return scene.generate(scene.latent, "any"), scene.generate(fewer, "any")

    players = state.variables._replace(discriminator={"params": {}})
    state = state._replace(variables=players)
    every, second = jax.jit(both)(variables()["params"])
    assert np.std(every.value[0] - every.value[1]) > 1e-3
    np.testing.assert_allclose(second.value, every.value[::2], 1e-5, 1e-6)


def test_bad_arguments():
    with pytest.raises(ValueError, match="latent_size: saw 0"):
        StyleGame(SMALL, JUDGE, 0)
    with pytest.raises(ValueError, match=r"mixing: saw 1\.5, wanted a number in"):
        game(mixing=1.5)


PHASES = {
    "discriminator": "Dmain",
    "discriminator_r1": "Dreg",
    "generator": "Gmain",
    "generator_path_length": "Greg",
}
VALUES = {
    "Dmain": ("Loss.D.loss", 1.0),
    "Dreg": ("Loss.r1_penalty", 0.5),
    "Gmain": ("Loss.G.loss", 1.0),
    "Greg": ("Loss.pl_penalty", 1.0),
}


def part(npz, prefix):
    return import_torch(
        {key.removeprefix(prefix): npz[key] for key in npz.files if prefix in key}
    )


def official(golden):
    npz = np.load(golden / "stylegan2_loss.npz")
    config = json.loads(str(npz["config"]))
    made = config["modules"]["G"]["ctor"]
    sizes = made["synthesis_kwargs"]
    generator = stylegan2.Generator(
        (16, 16, 3),
        style_size=made["w_dim"],
        mapping_layers=made["mapping_kwargs"]["num_layers"],
        noise=constant_noise,
        **sizes,
    )
    judge = stylegan2.Discriminator(**sizes)
    players = Players(part(npz, "state/G/"), part(npz, "state/D/"))
    return npz, config, generator, judge, jax.tree.map(jnp.asarray, players)


def test_official_losses(golden, monkeypatch):
    """Values per example and gradients of the recipe's turns, weights included."""
    npz, config, generator, judge, players = official(golden)
    chosen = game(generator, judge, mixing=0.0)
    loss = config["loss"]
    recipe = recipes.stylegan2(loss["r1_gamma"], loss["pl_weight"])
    # Ours thins to every second example, theirs takes the first half.
    order = np.array([0, 2, 1, 3])
    z = jnp.asarray(npz["in/z"][order])
    monkeypatch.setattr(StyleGame, "_draw", lambda self, stream, context: z)
    noise = npz["in/pl_noise_unscaled"].transpose(0, 2, 3, 1) / 16
    module = importlib.import_module("jaxgan.terms.path_length")
    monkeypatch.setattr(module, "_directions", lambda *_: jnp.asarray(noise))
    batch = Sample(jnp.asarray(npz["in/real_img"][order].transpose(0, 2, 3, 1)))
    surroundings = Context(example_keys(jax.random.key(0), 4), batch, train=True)
    state = State(jnp.int32(0), jax.random.key(0), players, (), (), (), ())
    for turn, phase in zip(recipe.turns, PHASES.values(), strict=True):
        (term,) = turn.terms

        @jax.jit
        def run(params, turn=turn, term=term):
            def objective(params):
                scene, collections = set_scene(
                    chosen, Augment(), turn.player, params, state, surroundings
                )
                value, memory = term.apply(jnp.float32(config["pl_mean_value"]), scene)
                return term.weight * jnp.mean(value), (value, memory, collections)

            return jax.grad(objective, has_aux=True)(params)

        params = getattr(players, turn.player)["params"]
        slopes, (value, memory, collections) = run(params)
        name, factor = VALUES[phase]
        wanted = npz[f"out/{phase}/{name}"].ravel() * factor
        if phase == "Greg":
            np.testing.assert_allclose(memory, npz["out/Greg/new_pl_mean"], 1e-5)
        else:
            wanted = wanted[order]
        np.testing.assert_allclose(value, wanted, 1e-4, 1e-5, err_msg=phase)
        if phase == "Gmain":
            np.testing.assert_allclose(
                collections["style_average"]["mapping"]["mean"],
                npz["out/Gmain/state_after/G/mapping.w_avg"],
                1e-5,
            )
        side = turn.player[0].upper()
        wanted = part(npz, f"grad/{phase}/{side}/")["params"]
        paths = jax.tree_util.tree_leaves_with_path(wanted)
        seen = dict(jax.tree_util.tree_leaves_with_path(slopes))
        assert len(paths) > 15
        for path, leaf in paths:
            what = f"{phase}: {jax.tree_util.keystr(path)}"
            scale = np.abs(leaf).max()
            np.testing.assert_allclose(
                seen.pop(path), leaf, 1e-3, 1e-3 * scale, err_msg=what
            )
        assert all(not np.any(rest) for rest in seen.values()), phase
