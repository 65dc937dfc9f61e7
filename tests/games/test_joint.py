"""The joint game: pairs, who learns from which, codes and reconstructions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan import losses
from jaxgan.core import Augment, Context, Sample, State, example_keys
from jaxgan.core.abilities import conditioned, is_labelled
from jaxgan.core.scene import set_scene
from jaxgan.games.joint import JointGame
from jaxgan.games.latent import as_data
from jaxgan.models.ali import Code
from jaxgan.nn import BatchNorm, Dense
from jaxgan.terms import adversarial, gradient_penalty

B, X, Z = 6, 2, 3
BATCH = Sample(jax.random.normal(jax.random.key(7), (B, X)), jnp.arange(B) % 3)


class Linear(nn.Module):
    """Adds the label, if there is one."""

    out: int

    @nn.compact
    def __call__(self, value, given, context):
        offset = 0.0 if isinstance(given, tuple) else given.astype(jnp.float32)[:, None]
        kernel = nn.initializers.normal(1.0)
        return Dense(self.out, use_bias=False, kernel_init=kernel)(value) + offset


class Drawing(nn.Module):
    @nn.compact
    def __call__(self, value, given, context):
        return Code(Z)(BatchNorm()(value, context), context)


class Judge(nn.Module):
    """a·x + b·z"""

    @nn.compact
    def __call__(self, value, given, context):
        pair = jnp.concatenate([value["x"], value["z"]], axis=1)
        return Linear(1)(pair, given, context)[:, 0]


def context(seed=0, batch=BATCH, train=True):
    return Context(example_keys(jax.random.key(seed), B), batch, train=train)


def make(encoder=None, **options):
    encoder = encoder or Linear(Z)
    game = JointGame(Linear(X), Judge(), latent_size=Z, encoder=encoder, **options)
    return game, game.init(jax.random.key(0), BATCH)


def kernels(players):
    generator, judge = (player["params"] for player in players)
    g, e = (generator[name]["Dense_0"]["kernel"] for name in ("generator", "encoder"))
    return np.asarray(g), np.asarray(e), np.asarray(jax.tree.leaves(judge)[0])[:, 0]


def scene(game, players, player, params):
    state = State(jnp.int32(0), jax.random.key(0), players, *[()] * 4)
    return set_scene(game, Augment(), player, params, state, context())[0]


def test_pairs():
    game, players = make()
    g, e, _ = kernels(players)
    play = scene(game, players, "generator", players.generator["params"])
    np.testing.assert_array_equal(play.real.value["x"], BATCH.value)
    np.testing.assert_allclose(play.real.value["z"], BATCH.value @ e, 1e-5, 1e-6)
    np.testing.assert_array_equal(play.fake.value["z"], play.latent.value)
    np.testing.assert_allclose(play.fake.value["x"], play.latent.value @ g, 1e-5, 1e-6)
    assert play.real.given == play.fake.given == ()


def test_each_direction_learns_from_its_own_pairs():
    """Of linear players: ∂/∂G = -σ(-f) a zᵀ, ∂/∂E = σ(r) b xᵀ, as means over pairs."""
    game, players = make()
    term = adversarial(losses.bidirectional)

    def objective(params):
        play = scene(game, players, "generator", params)
        return jnp.mean(term.apply((), play)[0]), (play.latent.value, play.real)

    slopes, (z, real) = jax.grad(objective, has_aux=True)(players.generator["params"])
    g, e, judge = kernels(players)
    a, b = judge[:X], judge[X:]
    x, z = np.asarray(real.value["x"]), np.asarray(z)

    def sigmoid(t):
        return 1 / (1 + np.exp(-t))

    fake_weight = -sigmoid(-(z @ g @ a + z @ b))
    real_weight = sigmoid(x @ a + x @ e @ b)
    wanted = np.einsum("b,bi,j->ij", fake_weight, z, a) / B
    seen = slopes["generator"]["Dense_0"]["kernel"]
    np.testing.assert_allclose(seen, wanted, 1e-4, 1e-6)
    wanted = np.einsum("b,bi,j->ij", real_weight, x, b) / B
    seen = slopes["encoder"]["Dense_0"]["kernel"]
    np.testing.assert_allclose(seen, wanted, 1e-4, 1e-6)


def test_penalties_look_at_both_parts():
    """The slope of a linear discriminator is (a, b), whatever the pair."""
    game, players = make()
    play = scene(game, players, "discriminator", players.discriminator["params"])
    value, _ = gradient_penalty().apply((), play)
    judge = kernels(players)[2]
    np.testing.assert_allclose(value, (np.linalg.norm(judge) - 1) ** 2, rtol=1e-4)


def test_codes_and_reconstructions():
    game, players = make()
    g, e, _ = kernels(players)
    still = context(batch=(), train=False)
    codes = game.encode(players.generator, BATCH.value, still)
    np.testing.assert_allclose(codes, BATCH.value @ e, 1e-5, 1e-6)
    again = game.reconstruct(players.generator, BATCH.value, still)
    np.testing.assert_allclose(again, BATCH.value @ e @ g, 1e-4, 1e-5)


def test_drawn_codes_have_keys_of_their_own():
    """Examples do not share them, and latents do not use them too."""
    game, players = make(Drawing())
    value = jnp.ones((B, X))

    def codes(seed):
        here = context(seed, train=False)
        return np.asarray(game.encode(players.generator, value, here))

    seen = codes(0)
    assert len(np.unique(seen)) == B * Z
    np.testing.assert_array_equal(seen, codes(0))
    assert not np.any(seen == codes(1))
    play = scene(game, players, "generator", players.generator["params"])
    numbers = play.real.value["z"], play.latent.value
    assert abs(np.corrcoef(*(np.ravel(x) for x in numbers))[0, 1]) < 0.9


def test_both_directions_have_collections():
    """Those of the encoder change on the generator's turn, as real pairs are made."""
    game, players = make(Drawing())
    variables = players.generator
    latent, _ = game.latent(variables, context())
    _, after = game.real(variables, latent, context())
    mean = after["batch_stats"]["encoder"]["BatchNorm_0"]["mean"]
    np.testing.assert_allclose(mean, 0.1 * BATCH.value.mean(0), 1e-4, 1e-6)
    assert jax.tree.structure(after) == jax.tree.structure(variables)


def test_labels_reach_all_three():
    game, players = make(conditioning=as_data)
    g, e, judge = kernels(players)
    latent, _ = game.latent(players.generator, context())
    real, _ = game.real(players.generator, latent, context())
    labels = np.asarray(BATCH.given, np.float32)[:, None]
    np.testing.assert_allclose(real.value["z"], BATCH.value @ e + labels, 1e-5, 1e-6)
    fake, _ = game.generate(players.generator, latent, context())
    np.testing.assert_allclose(fake.value["x"], latent.value @ g + labels, 1e-5, 1e-6)
    verdict, _ = game.discriminate(players.discriminator, fake, context())
    pair = np.concatenate([fake.value["x"], fake.value["z"]], axis=1)
    np.testing.assert_allclose(verdict.logits, pair @ judge + labels[:, 0], 1e-4, 1e-5)
    assert is_labelled(game)
    asked = conditioned(game, jnp.full(B, 2))
    assert isinstance(asked, JointGame)
    np.testing.assert_array_equal(asked.latent({}, context(batch=()))[0].given, 2)


def test_abilities_of_latents_are_those_of_the_latent_game():
    game, _ = make()
    narrow = game.truncated(0.1)
    assert isinstance(narrow, JointGame)
    latent, _ = narrow.latent({}, context())
    assert np.abs(latent.value).max() <= 0.1
    same = narrow.between(latent, latent, 0.5)
    np.testing.assert_allclose(same.value, latent.value, rtol=1e-5)


def test_codes_must_be_like_latents():
    game = JointGame(Linear(X), Judge(), latent_size=Z, encoder=Linear(Z + 1))
    with pytest.raises(
        ValueError, match=r"encoder: saw codes \(6, 4\), wanted \(6, 3\)"
    ):
        game.init(jax.random.key(0), BATCH)
