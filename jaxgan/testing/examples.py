"""Laws 3 and 6: every example goes its own way, on any number of devices."""

import dataclasses
import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType
from jax.sharding import PartitionSpec as P

from jaxgan.core.context import Context, example_keys
from jaxgan.core.frozen import FrozenNetworks
from jaxgan.core.microbatches import batch_size
from jaxgan.core.types import Tree
from jaxgan.testing.comparison import assert_close, assert_equal
from jaxgan.testing.subject import Subject


def check_draws_ignore_devices(subject: Subject) -> None:
    """Law 3: draws are the same on 1, 2, 4 and 8 devices.

    Keys must be equal; floats may differ by rounding, because backends fuse the
    transformation of bits to normals differently, and because a game's latent and its
    real examples may be computed from what it drew, as a style or a code is.
    """
    state, batch = subject.init(), subject.batch
    size = batch_size(batch)

    def draw(axis_name, state, batch):
        count = batch_size(batch)
        keys = example_keys(state.key, count, axis_name)
        context = Context(
            *(keys, batch, state.step, axis_name),
            train=True,
            frozen=FrozenNetworks(state.frozen),
        )
        latent, variables = subject.game.latent(state.variables.generator, context)
        real, _ = subject.game.real(variables, latent, context)
        return jax.random.key_data(context.draw("any")), latent, real

    wanted = jax.jit(functools.partial(draw, None))(state, batch)
    for devices in (2, 4, 8):
        if devices > jax.device_count() or size % devices:
            continue
        mesh = jax.make_mesh((devices,), ("data",), axis_types=(AxisType.Auto,))
        seen = jax.jit(
            jax.shard_map(
                functools.partial(draw, "data"),
                mesh=mesh,
                in_specs=(P(), P("data")),
                out_specs=P("data"),
            )
        )(state, batch)
        what = f"law 3: draws on {devices} devices, against 1"
        assert_equal(wanted[0], seen[0], what)
        assert_close(wanted[1], seen[1], what, 1e-5, 1e-6)
        assert_close(wanted[2], seen[2], f"{what}: real examples", 1e-4, 1e-5)


def check_examples_are_independent(subject: Subject, *, train: bool = False) -> None:
    """Law 6: fake i depends on latent i only, and real example i on i of the batch.

    Permuted keys give permuted fakes, with a permuted batch permuted real examples.

    Args:
      subject: what is checked.
      train: in training mode. Batch normalisation then reads the batch: pass False.
    """
    state, game, batch = subject.init(), subject.game, subject.batch
    size = batch_size(batch)
    keys = example_keys(jax.random.key(5), size)

    def samples(keys, batch):
        frozen = FrozenNetworks(state.frozen)
        context = Context(keys, batch, state.step, train=train, frozen=frozen)
        latent, variables = game.latent(state.variables.generator, context)

        def fakes(latent):
            return game.generate(variables, latent, context)[0].value

        def reals(batch):
            here = dataclasses.replace(context, batch=batch)
            return game.real(variables, latent, here)[0].value

        fake_slopes = jax.grad(_of_the_first(fakes), allow_int=True)(latent)
        real_slopes = jax.grad(_of_the_first(reals), allow_int=True)(batch)
        return (fakes(latent), reals(batch)), (fake_slopes, real_slopes)

    values, slopes = jax.jit(samples)(keys, batch)
    pairs = ("fake 0", "latent"), ("real example 0", "example of the batch")
    for (what, cause), slope in zip(pairs, slopes):
        _check_rows(slope, what, cause)
    order = np.random.default_rng(0).permutation(size)
    permuted, _ = jax.jit(samples)(*jax.tree.map(lambda x: x[order], (keys, batch)))
    wanted = jax.tree.map(lambda x: x[order], values)
    assert_close(wanted, permuted, "law 6: samples of permuted keys", 1e-4, 1e-5)


def check_features_are_not_judged(subject: Subject) -> None:
    """Law 6: what a generator says beside its value changes no verdict."""
    state, game, batch = subject.init(), subject.game, subject.batch

    def shown():
        keys = example_keys(jax.random.key(6), batch_size(batch))
        frozen = FrozenNetworks(state.frozen)
        context = Context(keys, batch, state.step, frozen=frozen)
        latent, variables = game.latent(state.variables.generator, context)
        return context, game.generate(variables, latent, context)[0]

    def verdicts():
        context, fake = shown()
        both = (fake, fake._replace(features=()))
        judge = state.variables.discriminator
        return [game.discriminate(judge, each, context)[0] for each in both]

    if not jax.tree.leaves(jax.eval_shape(lambda: shown()[1].features)):
        return
    said, unsaid = jax.jit(verdicts)()
    assert_close(said, unsaid, "law 6: verdicts without features", 1e-5, 1e-6)


def _of_the_first(function: Callable[[Tree], Tree]) -> Callable[[Tree], jax.Array]:
    """The sum of squares of the first example's numbers."""

    def total(argument):
        leaves = jax.tree.leaves(function(argument))
        floats = [x for x in leaves if jnp.issubdtype(x.dtype, jnp.floating)]
        return sum((jnp.sum(x[0] ** 2) for x in floats), jnp.zeros(()))

    return total


def _check_rows(slopes: Tree, what: str, cause: str) -> None:
    floats = [x for x in jax.tree.leaves(slopes) if x.dtype != jax.dtypes.float0]
    if not any(np.any(x[0]) for x in floats):
        raise AssertionError(f"law 6: {what} does not depend on {cause} 0")
    if any(np.any(x[1:]) for x in floats):
        raise AssertionError(f"law 6: {what} depends on another {cause}")
