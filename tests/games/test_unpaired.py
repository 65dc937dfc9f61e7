"""The unpaired game: who maps what to where, who judges it, and what is not shared."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen as nn

from jaxgan import losses, make_step
from jaxgan.core import (
    Augment,
    Context,
    Players,
    Sample,
    State,
    Turn,
    Verdict,
    example_keys,
    init_state,
)
from jaxgan.core.abilities import Applicable, Directed, directed
from jaxgan.core.scene import set_scene
from jaxgan.games.unpaired import UnpairedGame
from jaxgan.nn import BatchNorm, Dense
from jaxgan.terms import adversarial, cycle, identity

B, X, Y = 6, 2, 3
BATCH = Sample(
    {
        "x": jax.random.normal(jax.random.key(7), (B, X)),
        "y": jax.random.normal(jax.random.key(8), (B, Y)),
    }
)


class Linear(nn.Module):
    out: int

    @nn.compact
    def __call__(self, value, given, context):
        assert given == ()
        kernel = nn.initializers.normal(1.0)
        return Dense(self.out, use_bias=False, kernel_init=kernel)(value)


class Judge(nn.Module):
    featured: bool = False

    @nn.compact
    def __call__(self, value, given, context):
        logits = Linear(1)(value, given, context)[:, 0]
        return Verdict(logits, value) if self.featured else logits


class Normalised(nn.Module):
    """Adds noise, and says what it looked at."""

    @nn.compact
    def __call__(self, value, given, context):
        noise = jax.vmap(jax.random.normal)(context.draw("noise"))
        made = BatchNorm()(value, context) + noise[:, None]
        return Sample(made, features=value)


def context(seed=0, batch=BATCH, train=True):
    return Context(example_keys(jax.random.key(seed), B), batch, train=train)


def make(*translators, judge=Judge(), batch=BATCH):  # noqa: B008  immutable
    game = UnpairedGame(*(translators or (Linear(Y), Linear(X))), judge, judge)
    return game, game.init(jax.random.key(0), batch)


def kernels(side):
    return {name: jax.tree.leaves(tree)[0] for name, tree in side["params"].items()}


def play_of(game, players, player, batch=BATCH):
    state = State(jnp.int32(0), jax.random.key(0), players, *[()] * 4)
    params, here = getattr(players, player)["params"], context(batch=batch)
    return set_scene(game, Augment(), player, params, state, here)[0]


def test_both_directions():
    game, players = make()
    maps, critics = kernels(players.generator), kernels(players.discriminator)
    play = play_of(game, players, "generator")
    x, y = BATCH.value["x"], BATCH.value["y"]
    assert set(play.fake.value) == set(play.real.value) == {"x", "y"}
    np.testing.assert_array_equal(play.real.value["x"], x)
    np.testing.assert_allclose(play.fake.value["y"], x @ maps["x_to_y"], 1e-5, 1e-6)
    np.testing.assert_allclose(play.fake.value["x"], y @ maps["y_to_x"], 1e-5, 1e-6)
    for side in ("x", "y"):
        seen = play.fake_verdict.logits[side]
        wanted = (play.fake.value[side] @ critics[side])[:, 0]
        np.testing.assert_allclose(seen, wanted, 1e-4, 1e-5)
    assert play.real.given == play.fake.given == play.fake.features == ()
    assert play.real_verdict.features == ()


def test_terms_play_from_pictures_of_their_own():
    """The cycle there and back, and what each translator makes of its own target."""
    game, players = make(Linear(X), Linear(X), batch=square())
    maps = kernels(players.generator)
    play = play_of(game, players, "generator", square())
    x, y = (np.asarray(square().value[side]) for side in ("x", "y"))
    g, f = np.asarray(maps["x_to_y"]), np.asarray(maps["y_to_x"])
    seen, _ = cycle(3.0, y=0.5).apply((), play)
    wanted = np.mean(np.abs(x @ g @ f - x), 1) + 0.5 * np.mean(np.abs(y @ f @ g - y), 1)
    np.testing.assert_allclose(seen, wanted, rtol=1e-4)
    seen, _ = identity(x=0.25).apply((), play)
    wanted = 0.25 * np.mean(np.abs(x @ f - x), 1) + np.mean(np.abs(y @ g - y), 1)
    np.testing.assert_allclose(seen, wanted, rtol=1e-4)


def square():
    return Sample({"x": BATCH.value["x"], "y": BATCH.value["y"][:, :X]})


def test_networks_that_are_one_module_share_nothing():
    one = Linear(X)
    _, players = make(one, one, batch=square())
    maps, critics = kernels(players.generator), kernels(players.discriminator)
    assert not np.any(maps["x_to_y"] == maps["y_to_x"])
    assert not np.any(critics["x"] == critics["y"])


def test_collections_draws_and_features_are_of_each():
    game, players = make(
        Normalised(), Normalised(), judge=Judge(featured=True), batch=square()
    )
    before = players.generator
    here = context(batch=square())
    fake, after = game.generate(before, square(), here)
    assert jax.tree.structure(before) == jax.tree.structure(after)
    for name in ("x_to_y", "y_to_x"):
        assert np.any(
            jax.tree.leaves(before["batch_stats"][name])[0]
            != jax.tree.leaves(after["batch_stats"][name])[0]
        )
    np.testing.assert_array_equal(fake.features["y"], square().value["x"])
    same = Sample({"x": square().value["x"], "y": square().value["x"]})
    fake, _ = game.generate(before, same, here)
    apart = fake.value["x"] - fake.value["y"]  # of one network, but for its noise
    assert np.all(np.abs(apart) > 1e-6)
    verdict, _ = game.discriminate(players.discriminator, fake, here)
    np.testing.assert_array_equal(verdict.features["x"], fake.value["x"])


def test_pictures_of_a_user():
    game, players = make()
    maps = kernels(players.generator)
    assert isinstance(game, Applicable)
    assert isinstance(game, Directed)
    assert game.directions == ("x_to_y", "y_to_x")
    assert game.directed("y_to_x").directions == ("y_to_x", "x_to_y")
    still = context(batch=(), train=False)
    for direction, source in zip(game.directions, ("x", "y")):
        picture = BATCH.value[source]
        chosen = directed(game, direction)
        made = chosen.apply(players.generator, picture, still)
        np.testing.assert_allclose(made.value, picture @ maps[direction], 1e-5, 1e-6)
        np.testing.assert_array_equal(made.given, picture)
    assert directed(game) is game
    first = game.apply(players.generator, BATCH.value["x"], still)
    np.testing.assert_allclose(
        first.value, BATCH.value["x"] @ maps["x_to_y"], 1e-5, 1e-6
    )


def test_work():
    """The discriminator's turn pays for no cycle and no identity; nobody else does.

    In products of one network with a batch, each of which is 2 · B · D² operations.
    """
    size, batch = 64, 32
    pictures = Sample({side: jnp.ones((batch, size)) for side in ("x", "y")})
    play = adversarial(losses.least_squares)

    class Critic(nn.Module):
        @nn.compact
        def __call__(self, value, given, context):
            return jnp.mean(Linear(size)(value, given, context), axis=1)

    game = UnpairedGame(Linear(size), Linear(size), Critic(), Critic())
    sgd = optax.sgd(0.1)

    def products(player, *terms):
        turns, optimizers = (Turn(player, terms),), Players(sgd, sgd)
        state = jax.eval_shape(
            lambda key: init_state(key, game, turns, optimizers, pictures),
            jax.random.key(0),
        )
        step = jax.jit(make_step(game, turns, optimizers))
        cost = step.lower(state, pictures).compile().cost_analysis()
        return cost["flops"] / (2 * batch * size**2) / 2

    # Per direction: a fake; real and fake judged; two gradients of the critic's kernel.
    assert products("discriminator", play) == pytest.approx(5, rel=0.1)
    alone = products("generator", play)
    # A cycle is a pass more, a gradient of its kernel and one of the fake.
    assert products("generator", play, cycle()) == pytest.approx(alone + 3, rel=0.1)
    both = products("generator", play, cycle(), identity())
    assert both == pytest.approx(alone + 5, rel=0.1)


def test_errors():
    game, players = make()
    with pytest.raises(ValueError, match="direction: saw 'back', wanted one of"):
        game.directed("back")
    with pytest.raises(TypeError, match="discriminator_x: saw a int"):
        dataclasses.replace(game, discriminator_x=3)
    for value, seen in (
        (BATCH.value["x"], r"\(6, 2\)"),
        ({"x": BATCH.value["x"]}, r"\['x'\]"),
    ):
        with pytest.raises(ValueError, match=f"batch.value: saw {seen}, wanted the do"):
            game.real({}, Sample(()), context(batch=Sample(value)))
    play = play_of(game, players, "generator")
    with pytest.raises(ValueError, match=r"identity: saw x \[6, 2\] and y \[6, 3\]"):
        identity().apply((), play)
    for term in (cycle(), identity()):
        with pytest.raises(ValueError, match=f"{term.name}: saw it on the discrim"):
            term.apply((), play_of(game, players, "discriminator"))
        with pytest.raises(ValueError, match=f"{term.name}: saw fake pictures"):
            term.apply((), play._replace(fake=Sample(BATCH.value["x"])))
    with pytest.raises(ValueError, match="x: saw -1"):
        cycle(x=-1)
