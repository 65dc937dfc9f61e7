"""Tables that labels are looked up in are found, however it is done."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen

from jaxgan import data, losses, nn
from jaxgan.core import Players, Term, Turn
from jaxgan.core.recipe import Recipe
from jaxgan.games.latent import LatentGame, as_data, unconditional, uniform_labels
from jaxgan.run.devices.placement import place
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.training.label_tables import depends, tables
from jaxgan.run.training.program import fit
from jaxgan.terms import adversarial

LABELS = jax.ShapeDtypeStruct((8,), jnp.int32)
ROWS = 5


def table(width=3):
    return jnp.zeros((ROWS, width))


def joined(labels):
    """By the number of the example, too."""
    return jnp.zeros((8, ROWS))[jnp.arange(8), labels]


def in_a_loop(labels):
    def add(total, scale):
        return total + table()[labels].sum() * scale, None

    return jax.lax.scan(add, 0.0, jnp.ones(3))[0]


@jax.custom_jvp
def with_a_rule(labels, x):
    return table()[labels] * x


with_a_rule.defjvp(lambda values, tangents: (with_a_rule(*values),) * 2)

LOOKUPS = {
    "index": lambda labels: table()[labels],
    "take": lambda labels: jnp.take(table(), labels, axis=0),
    "another axis": lambda labels: jnp.take(table().T, labels, axis=1),
    "within bounds": lambda labels: table().at[labels].get(mode="promise_in_bounds"),
    "one-hot": lambda labels: jax.nn.one_hot(labels, ROWS),
    "along an axis": lambda labels: jnp.take_along_axis(
        jnp.zeros((8, ROWS)), labels[:, None], axis=1
    ),
    "cross-entropy": lambda labels: optax.softmax_cross_entropy_with_integer_labels(
        jnp.zeros((8, ROWS)), labels
    ),
    "joined": joined,
    "vmap": jax.vmap(lambda label: table()[label]),
    "map": lambda labels: jax.lax.map(lambda label: table()[label], labels),
    "scan": in_a_loop,
    "loop": lambda labels: jax.lax.fori_loop(
        0, 3, lambda n, x: x + table()[labels].sum(), 0.0
    ),
    "cond": lambda labels: jax.lax.cond(
        labels[0] > 0, lambda x: table()[x], lambda x: jnp.zeros((8, 3)), labels
    ),
    "jit": jax.jit(lambda labels: table()[labels]),
    "checkpoint": jax.checkpoint(lambda labels: table()[labels]),
    "custom rule": lambda labels: with_a_rule(labels, 2.0),
    "gradient": lambda labels: jax.grad(lambda t: t[labels].sum())(table()),
    "half": lambda labels: table()[labels.reshape(2, 4)[1].astype(jnp.int8)],
}


def found(function, *shapes):
    program = jax.make_jaxpr(function)(*shapes)
    return [one.rows for one in tables(program, [True] * len(program.jaxpr.invars))]


@pytest.mark.parametrize("name", LOOKUPS)
def test_lookups(name):
    assert set(found(LOOKUPS[name], LABELS)) == {ROWS}


@pytest.mark.parametrize(
    "harmless",
    [
        lambda labels: labels[:, None] == labels[None, :],
        lambda labels: table()[jnp.clip(labels, 0, 1)],
        lambda labels: table()[labels % 2],
        lambda labels: jnp.zeros(8)[jnp.argsort(labels)],
        lambda labels: labels + jnp.arange(8),
    ],
)
def test_what_is_none(harmless):
    assert found(harmless, LABELS) == []


def test_modules_are_named():
    module = nn.Embedding(ROWS, 2, name="words")
    program = jax.make_jaxpr(
        lambda labels: module.init_with_output(jax.random.key(0), labels)[0]
    )(LABELS)
    (seen,) = tables(program, [True])
    assert seen.rows == ROWS
    assert "words" in seen.name


def test_dependence():
    def program(function):
        return jax.make_jaxpr(function)(LABELS, jnp.zeros(8, jnp.int32))

    uses = program(lambda labels, x: jax.jit(lambda a: a * 2)(labels) + x)
    leaves = program(lambda labels, x: x * 2)
    assert depends(uses, [True, False])
    assert not depends(leaves, [True, False])


class Generator(nn.Network):
    rows: int

    @linen.compact
    def __call__(self, value, given, context):
        x = nn.Dense(4)(value)
        return x + nn.Embedding(self.rows, 4)(given) if self.rows else x


class Discriminator(nn.Network):
    rows: int

    @linen.compact
    def __call__(self, value, given, context):
        x = nn.Dense(4)(value)
        return jnp.sum(x * nn.Embedding(self.rows, 4)(given) if self.rows else x, -1)


def experiment_of(generator=4, discriminator=4, conditioning=as_data, terms=()):
    values = np.zeros((16, 4), np.float32)
    source = data.arrays(values, np.arange(16) % 4, ("a", "b", "c", "d"))
    turns = (
        Turn("discriminator", (adversarial(losses.nonsaturating), *terms)),
        Turn("generator", (adversarial(losses.nonsaturating),)),
    )
    return Experiment(
        game=LatentGame(
            Generator(generator), Discriminator(discriminator), 2, conditioning
        ),
        recipe=Recipe(turns, Players(optax.sgd(0.1), optax.sgd(0.1))),
        data=data.batches(source, 8),
    )


def fitted(experiment, seeds=(0,)):
    batch = experiment.data(0)
    if len(seeds) > 1:
        batch = jax.tree.map(lambda x: np.stack([x] * len(seeds)), batch)
    return fit(experiment, place(1, 8, 1, 1), seeds, {0: batch})


@pytest.mark.parametrize(
    "options",
    [
        {"generator": 2},
        {"discriminator": 2},
        {"generator": 2, "conditioning": uniform_labels(4)},
        {"discriminator": 2, "conditioning": uniform_labels(4)},
    ],
)
@pytest.mark.parametrize("seeds", [(0,), (0, 1)])
def test_too_few_classes_are_refused(options, seeds):
    """Nothing is compiled, and both numbers are told."""
    with pytest.raises(RunError, match=r"for 2 \(.*Embedding.*the 4 of.*a, b, c, d"):
        fitted(experiment_of(**options), seeds)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"generator": 6, "discriminator": 9},
        {"conditioning": uniform_labels(4)},
        {"generator": 0, "discriminator": 0, "conditioning": unconditional},
    ],
)
def test_enough(options):
    fitted(experiment_of(**options))


@pytest.mark.parametrize("count", [2, 6])
def test_fakes_of_other_classes(count):
    """Some would never be made, or made and never seen."""
    wide = {"generator": 6, "discriminator": 6}
    with pytest.raises(RunError, match=f"fakes of {count}, wanted them of the 4"):
        fitted(experiment_of(**wide, conditioning=uniform_labels(count)))


def test_terms_are_looked_at():
    def apply(state, play):
        logits = jnp.zeros((len(play.real.given), 3))
        return optax.softmax_cross_entropy_with_integer_labels(
            logits, play.real.given
        ), state

    with pytest.raises(RunError, match=r"for 3.*the 4 of the data"):
        fitted(experiment_of(terms=(Term("classes", apply, weight=1.0),)))


def test_a_generator_that_does_not_look():
    with pytest.raises(RunError, match="labels that the generator does not look at"):
        fitted(experiment_of(generator=0))


def test_labels_where_there_are_none():
    experiment = experiment_of()
    source = data.without_labels(experiment.data.source)
    bare = dataclasses.replace(experiment, data=data.batches(source, 8))
    with pytest.raises(RunError, match="wanted labels"):
        fitted(bare)
