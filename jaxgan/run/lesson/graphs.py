"""Functions of plain arrays that the page runs: moves, looks and probes of the game.

All that a run has lies in two vectors: its floats, both players' variables first, and
its counts. Nothing is drawn inside but what a penalty wants: data and latents are
inputs, as are the learning rates.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.context import Context, example_keys
from jaxgan.core.state import init_state
from jaxgan.core.step import make_step
from jaxgan.core.types import Augment, PlayerName, Players, Sample, State
from jaxgan.diagnosis.probe import make_probe
from jaxgan.run.lesson import toy_game

SAMPLES, FOLD, LATTICE = 512, 25, 33
"""Samples that are shown, lines of the latent plane, and places of D's surface."""

SEEDS = 4
"""Networks to begin with."""


class Graph(NamedTuple):
    """A function and what it takes and gives.

    Attributes:
      function: of arrays, to a tuple of arrays.
      inputs: shapes and dtypes by name, in order.
      outputs: names, in order.
      metrics: names of the numbers of the output 'metrics', in order.
    """

    function: Callable[..., tuple[jax.Array, ...]]
    inputs: dict[str, jax.ShapeDtypeStruct]
    outputs: tuple[str, ...]
    metrics: tuple[str, ...] = ()


def first_state(name: str, seed: int = 0) -> State:
    """Makes a state that the game of a recipe begins with."""
    chosen = toy_game.CHOICES[name]
    recipe = toy_game.recipe(name, chosen.rates)
    points = jnp.zeros((toy_game.BATCH, toy_game.LATENT))
    return init_state(
        jax.random.key(seed),
        toy_game.game(),
        recipe.turns,
        recipe.optimizers,
        Sample(points, points),
    )


class Vectors:
    """The state of a recipe's game as two vectors, and back.

    Attributes:
      floats, counts: numbers of entries.
      variables: how many of the floats, from the first on, are the players' variables.
    """

    def __init__(self, name: str):
        """Looks at the shapes of a recipe's state."""
        state = jax.eval_shape(lambda: first_state(name))
        self._kept = (state.variables, state.opt_state)
        leaves, self._structure = jax.tree.flatten(self._kept)
        self._shapes = [(leaf.shape, leaf.dtype) for leaf in leaves]
        self._key = jax.random.key_data(first_state(name).key)
        self._terms = jax.tree.leaves(state.terms)
        if self._terms:
            raise ValueError(f"{name}: saw terms that remember, wanted none")
        self.floats, self.counts = (
            sum(int(np.prod(shape)) for shape, dtype in self._shapes if dtype == kind)
            for kind in (jnp.float32, jnp.int32)
        )
        self.variables = sum(x.size for x in jax.tree.leaves(state.variables))

    def of(self, state: State) -> tuple[jax.Array, jax.Array]:
        """Joins a state's arrays: floats [F], counts [C]."""
        leaves = jax.tree.leaves((state.variables, state.opt_state))
        return tuple(  # type: ignore[return-value]
            jnp.concatenate(
                [jnp.zeros(0, kind)]
                + [leaf.reshape(-1) for leaf in leaves if leaf.dtype == kind]
            )
            for kind in (jnp.float32, jnp.int32)
        )

    def state(self, floats: jax.Array, counts: jax.Array, step: jax.Array) -> State:
        """Makes the state again; the generator's average is the generator."""
        vectors, places = (
            {"float32": floats, "int32": counts},
            dict.fromkeys(("float32", "int32"), 0),
        )
        leaves = []
        for shape, dtype in self._shapes:
            start = places[dtype.name]
            places[dtype.name] = end = start + int(np.prod(shape))
            leaves.append(vectors[dtype.name][start:end].reshape(shape))
        variables, opt_state = jax.tree.unflatten(self._structure, leaves)
        return State(
            step=step,
            key=jax.random.wrap_key_data(jnp.asarray(self._key)),
            variables=variables,
            opt_state=opt_state,
            ema=variables.generator,
            terms={},
            augment=(),
        )


def move(name: str, player: PlayerName) -> Graph:
    """Makes the graph of one move of a player: `make_step` of that player's turn."""
    vectors, game = Vectors(name), toy_game.game()
    place = ("discriminator", "generator").index(player)

    def step_of(rate: Any) -> Callable[..., Any]:
        rates = Players(jnp.ones(()), jnp.ones(()))._replace(**{player: rate})
        recipe = toy_game.recipe(name, rates)
        turn = recipe.turns[place]._replace(every=1)
        memory = {player: {term.name: term.init() for term in turn.terms}}
        step = make_step(game, (turn,), recipe.optimizers)
        return lambda state, batch: step(state._replace(terms=memory), batch)

    def function(floats, counts, step, rate, value, latent):
        state = vectors.state(floats, counts, step)
        moved, measured = step_of(rate)(state, Sample(value, latent))
        totals = [measured[label].total for label in sorted(measured)]
        return (*vectors.of(moved), jnp.stack(totals))

    inputs = {**_vectors(vectors), "rate": _floats(), **_batch()}
    measured = jax.eval_shape(
        lambda *x: step_of(x[3])(vectors.state(*x[:3]), Sample(*x[4:]))[1],
        *inputs.values(),
    )
    outputs = ("floats_after", "counts_after", "metrics")
    return Graph(function, inputs, outputs, tuple(sorted(measured)))


def look() -> Graph:
    """Makes the graph of what is drawn: samples, D's surface, its slopes, the fold."""
    vectors, game = Vectors("minimax"), toy_game.game()

    def function(variables, latent, plane, lattice):
        rest = jnp.zeros(vectors.floats - vectors.variables)
        state = vectors.state(
            jnp.concatenate([variables, rest]),
            jnp.zeros(vectors.counts, jnp.int32),
            jnp.zeros((), jnp.int32),
        )
        generator, discriminator = state.variables

        def made(latent):
            context = Context(jnp.zeros(0))
            return game.generate(generator, Sample(latent), context)[0].value

        def judged(value):
            context = Context(jnp.zeros(0))
            return game.discriminate(discriminator, Sample(value), context)[0].logits

        samples = made(latent)
        slopes = jax.grad(lambda value: jnp.sum(judged(value)))(samples)
        return samples, slopes, judged(samples), made(plane), judged(lattice)

    inputs = {
        "variables": _floats(vectors.variables),
        "latent": _floats(SAMPLES, toy_game.LATENT),
        "plane": _floats(FOLD**2, toy_game.LATENT),
        "lattice": _floats(LATTICE**2, 2),
    }
    return Graph(
        function, inputs, ("samples", "slopes", "verdicts", "folded", "surface")
    )


def probe(name: str) -> Graph:
    """Makes the graph of the diagnosis's own probe of a state."""
    vectors = Vectors(name)
    recipe = toy_game.recipe(name, toy_game.CHOICES[name].rates)
    read = make_probe(toy_game.game(), recipe.turns, Augment())
    memory = {
        turn.player: {t.name: t.init() for t in turn.terms} for turn in recipe.turns
    }

    def function(floats, counts, step, value, latent):
        state = vectors.state(floats, counts, step)._replace(terms=memory)
        keys = example_keys(jax.random.key(0), toy_game.BATCH)
        reading = read(state, keys, Sample(value, latent), ())
        return (
            reading.fakes,
            reading.train_logits,
            reading.fake_logits,
            reading.loss_slopes,
            reading.value_slopes,
        )

    inputs = {**_vectors(vectors), **_batch()}
    return Graph(
        function,
        inputs,
        ("fakes", "train_logits", "fake_logits", "loss_slopes", "value_slopes"),
    )


def _vectors(vectors: Vectors) -> dict[str, jax.ShapeDtypeStruct]:
    return {
        "floats": _floats(vectors.floats),
        "counts": jax.ShapeDtypeStruct((vectors.counts,), jnp.int32),
        "step": jax.ShapeDtypeStruct((), jnp.int32),
    }


def _batch() -> dict[str, jax.ShapeDtypeStruct]:
    points = _floats(toy_game.BATCH, toy_game.LATENT)
    return {"value": points, "latent": points}


def _floats(*shape: int) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(shape, jnp.float32)
