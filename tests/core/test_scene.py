"""The two main passes of a turn: what they share, what flows, and what changes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Augment, Context, Players, Sample, State, Verdict, example_keys
from jaxgan.core.scene import real_examples, set_scene

B = 4


class Encoded:
    """Real examples go through the generator's side: x · e, fakes are z · g.

    Every method of the generator's side counts itself in the collection 'calls'; both
    add a draw of the same stream.
    """

    def latent(self, variables, context):
        z = jax.vmap(jax.random.normal)(context.draw("z"))
        return z, _called(variables, 1.0)

    def real(self, variables, latent, context):
        value = context.batch * variables["params"]["e"] + _noise(context)
        given = (latent, variables["calls"] + jnp.zeros(B))
        return Sample(value, given), _called(variables, 10.0)

    def generate(self, variables, latent, context):
        value = latent * variables["params"]["g"] + _noise(context)
        given = (latent, variables["calls"] + jnp.zeros(B))
        said = {"square": jnp.square(variables["params"]["g"]) + jnp.zeros(B)}
        return Sample(value, given, said), _called(variables, 100.0)

    def discriminate(self, variables, sample, context):
        assert sample.features == ()
        return Verdict(sample.value * variables["params"]["d"]), variables


def _called(variables, weight):
    return {**variables, "calls": variables["calls"] * 2.0 + weight}


def _noise(context):
    return jax.vmap(jax.random.uniform)(context.draw("noise"))


PARAMS = Players(
    {"e": jnp.float32(3.0), "g": jnp.float32(5.0)}, {"d": jnp.float32(0.5)}
)
VARIABLES = Players(
    {"params": PARAMS.generator, "calls": jnp.zeros(())},
    {"params": PARAMS.discriminator},
)
STATE = State(jnp.int32(0), jax.random.key(0), VARIABLES, *[()] * 4)


def context():
    return Context(example_keys(jax.random.key(1), B), jnp.arange(1.0, B + 1))


def scene(player, params=None, game=None, augment=None):
    params = getattr(PARAMS, player) if params is None else params
    return set_scene(
        game or Encoded(), augment or Augment(), player, params, STATE, context()
    )


def test_real_and_fake_examples_share_latent_and_draws():
    play, _ = scene("generator")
    for sample in (play.real, play.fake):
        np.testing.assert_array_equal(sample.given[0], play.latent)
    real_noise = play.real.value - 3.0 * context().batch
    fake_noise = play.fake.value - 5.0 * play.latent
    np.testing.assert_allclose(real_noise, fake_noise, rtol=1e-4, atol=1e-5)
    assert np.std(fake_noise) > 0.1


@pytest.mark.parametrize("player", Players._fields)
def test_gradients_flow_to_the_mover_only(player):
    """Into what makes real examples too on the generator's turn: dx/de = batch."""

    def total(params, which):
        return jnp.sum(getattr(scene(player, params)[0], which).value)

    params = getattr(PARAMS, player)
    slopes = {which: jax.grad(total)(params, which) for which in ("real", "fake")}
    if player == "discriminator":
        assert all(float(slope["d"]) == 0.0 for slope in slopes.values())
        return
    play, _ = scene(player)
    np.testing.assert_allclose(slopes["real"]["e"], np.sum(context().batch), rtol=1e-6)
    np.testing.assert_allclose(slopes["fake"]["g"], np.sum(play.latent), rtol=1e-5)
    assert float(slopes["real"]["g"]) == float(slopes["fake"]["e"]) == 0.0


@pytest.mark.parametrize("player", Players._fields)
def test_collections_go_through_latent_real_and_fake_in_this_order(player):
    play, collections = scene(player)
    np.testing.assert_array_equal(play.real.given[1], 1.0)
    np.testing.assert_array_equal(play.fake.given[1], 12.0)
    if player == "generator":
        assert collections == {"calls": 124.0}
    else:
        assert collections == {}


def test_real_examples_outside_of_turns():
    seen = real_examples(Encoded(), VARIABLES.generator, context())
    np.testing.assert_allclose(
        seen.value, 3.0 * context().batch + _noise(context()), rtol=1e-6
    )


def test_features_are_for_terms_and_nobody_judges_them():
    """They pass augmentations and stop there; `Encoded.discriminate` wants none."""
    seen = []

    def apply(state, sample, context):
        seen.append(sample.features)
        return sample._replace(value=2.0 * sample.value)

    play, _ = scene("generator", augment=Augment(apply=apply))
    assert [jax.tree.leaves(features) != [] for features in seen] == [False, True]
    for sample in (play.fake, play.generate(play.latent, "again")):
        np.testing.assert_array_equal(sample.features["square"], 25.0)
        play.discriminate(sample, "once more")

    def term(params):
        return jnp.mean(scene("generator", params)[0].fake.features["square"])

    # d/dg g² = 2 g, and nothing else hears of it.
    assert jax.grad(term)(PARAMS.generator) == {"e": 0.0, "g": 10.0}


class Counted(Encoded):
    """A discriminator that says how often it was asked before, and shows its draws."""

    def discriminate(self, variables, sample, context):
        logits = sample.value * 0.0 + variables["asked"]
        asked = {**variables, "asked": variables["asked"] + 1.0}
        return Verdict(logits, _noise(context)), asked


def test_repeated_passes_are_the_main_ones():
    """They begin with what the main pass began with, and draw what it drew.

    So do those of every second example.
    """
    state = STATE._replace(
        variables=VARIABLES._replace(
            discriminator={"params": PARAMS.discriminator, "asked": jnp.zeros(())}
        )
    )
    play, after = set_scene(
        Counted(), Augment(), "discriminator", PARAMS.discriminator, state, context()
    )
    assert after["asked"] == 2.0
    mains = {"real": play.real_verdict, "fake": play.fake_verdict}
    for stream, main in mains.items():
        for every in (1, 2):
            sample = jax.tree.map(lambda x: x[::every], getattr(play, stream))  # noqa: B023
            again = play.discriminate(sample, stream)
            for seen, wanted in zip(again, main):
                np.testing.assert_array_equal(seen, wanted[::every])
    assert play.real_verdict.logits[0] == 0.0
    assert play.fake_verdict.logits[0] == 1.0
