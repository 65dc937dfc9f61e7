"""Samples of networks that grow: the program has the levels of one span."""

import jax
import jax.numpy as jnp
import numpy as np

import tests.run.growing as experiment
from jaxgan.core import Context
from jaxgan.core.seeds import key_of
from jaxgan.nn import growth
from jaxgan.run.devices.first_state import first_state
from jaxgan.run.sampling.sampler import Sampler

STEPS = (0, 3, 11, 12, 21, 22, 1000)


def test_no_other_level_is_in_the_program_and_bits_are_the_same(monkeypatch):
    made = experiment.build(experiment.Config())
    state = first_state(made, (0,), made.data(0))
    keys = jax.vmap(jax.random.fold_in, (None, 0))(key_of(7), jnp.arange(4))

    @jax.jit
    def of_any_level(variables, step):
        context = Context(keys, step=step)
        latent, _ = made.game.latent(variables, context)
        return made.game.generate(variables, latent, context)[0].value

    states = [state._replace(step=jnp.int32(step)) for step in STEPS]
    wanted = [np.asarray(of_any_level(one.ema, one.step)) for one in states]
    assert not np.array_equal(wanted[2], wanted[3])

    def switch(*arguments):
        raise AssertionError("a program of several levels")

    monkeypatch.setattr(growth.nn, "switch", switch)
    draw = Sampler(made, size=4)
    draw.compile(states[0], np.arange(4))
    for one, before in zip(states, wanted, strict=True):
        np.testing.assert_array_equal(draw(one, 7, np.arange(4)).value, before)
    assert draw._render._cache_size() == len(made.data.pace.spans)
