"""What the players make of one batch, and how the generator hears of it.

Everything is as the players see it while they train: training mode, the current
generator, augmented verdicts. Nothing is changed.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax.extend.core import Var

from jaxgan.core.abilities import observed
from jaxgan.core.context import Context
from jaxgan.core.scene import real_examples, set_scene
from jaxgan.core.turns import main_turn
from jaxgan.core.types import Augment, Game, Play, Sample, State, Tree, Turn

SIDE = 16
"""Pixels per side, at most, of the small pictures that samples are compared by."""


class Reading(NamedTuple):
    """What was read off one batch.

    Attributes:
      fakes: small pictures of the generator's samples, [B, D]; see `small`. Where
        they are not made as real examples are, of what is observed of them.
      train_logits: of the training examples, [V]: one per verdict.
      held_out_logits: of examples that are never trained on, [V], or [0] without.
      fake_logits: of the samples, [V].
      loss_slopes: |∂L/∂logit| of the generator's loss L, times V so that the size of
        the batch does not matter, [V]. 1 for a Wasserstein or hinge generator.
      value_slopes: ‖∂D/∂x‖ at the samples, [B].
      latent_slopes: ∂(u·G(z))/∂z for a random direction u of samples, [B, Z]. Their
        mean square over examples and directions is that of the Jacobian's columns. z
        is what is drawn, and nothing that a latent has of the batch: labels, sources.
      layers: norms of the generator's gradient of L, by top-level module.
    """

    fakes: jax.Array
    train_logits: jax.Array
    held_out_logits: jax.Array
    fake_logits: jax.Array
    loss_slopes: jax.Array
    value_slopes: jax.Array
    latent_slopes: jax.Array
    layers: dict[str, jax.Array]


def make_probe(
    game: Game, turns: Sequence[Turn], augment: Augment
) -> Callable[[State, jax.Array, Tree, Tree], Reading]:
    """Makes the pure function f(state, keys [B], batch, held_out) -> `Reading`.

    Args:
      game: the wiring.
      turns: of which the generator's main turn gives the loss L: see `main_turn`.
      augment: applied to whatever is judged.

    Raises:
      ValueError: if the generator has no turn.
    """
    found = main_turn(turns, "generator")
    if found is None:
        raise ValueError("turns: saw none of the generator's, wanted one at least")
    name, turn = found

    def make(params: Tree, state: State, context: Context) -> Play:
        return set_scene(game, augment, turn.player, params, state, context)[0]

    def samples(params: Tree, state: State, context: Context) -> tuple[Tree, Tree]:
        scene = make(params, state, context)
        return scene.real.value, scene.fake.value

    def unseen(scene: Play, state: State, held_out: Tree) -> jax.Array:
        if not jax.tree.leaves(held_out):
            return jnp.zeros(0)
        context = dataclasses.replace(scene.context, batch=held_out).fork("generator")
        real = real_examples(game, state.variables.generator, context)
        return _per_example(_logits(scene, real, "real"))

    def probe(state: State, keys: jax.Array, batch: Tree, held_out: Tree) -> Reading:
        context = Context(keys, batch, state.step, train=True)
        params = state.variables.generator["params"]
        scene = make(params, state, context)
        drawn, whole = _drawn(game, state.variables.generator, context, scene.latent)
        value, to_generator = jax.vjp(
            lambda drawn: scene.generate(whole(drawn), "generator").value, drawn
        )
        real_logits = scene.real_verdict.logits
        _, to_real = _judged(scene, scene.real, "real")
        logits, to_value = _judged(scene, scene.fake._replace(value=value), "fake")
        real_pull, pull = jax.grad(_loss, argnums=(2, 3))(
            turn, state, real_logits, logits, name, scene
        )
        # Latents too may be made by parameters, as StyleGAN's are; and real examples.
        _, to_params = jax.vjp(lambda params: samples(params, state, context), params)
        (heard,) = to_params((*to_real(real_pull), *to_value(pull)))
        (sensed,) = to_generator(_random_directions(value, keys))
        return Reading(
            fakes=small(_as_real(game, scene, value)),
            train_logits=_per_example(real_logits),
            held_out_logits=unseen(scene, state, held_out),
            fake_logits=_per_example(logits),
            loss_slopes=_sizes(pull),
            value_slopes=_norms(*to_value(_of_the_mean(logits))),
            latent_slopes=_rows(sensed, keys.shape[0]),
            layers={name: optax.global_norm(part) for name, part in heard.items()},
        )

    return probe


def _as_real(game: Game, scene: Play, value: Tree) -> Tree:
    """What of the samples is to be compared with real examples."""
    alike = jax.tree.structure(scene.real.value) == jax.tree.structure(value)
    sample = scene.fake._replace(value=value)
    return value if alike else observed(game, sample).value


def small(value: Tree) -> jax.Array:
    """Examples as rows [B, D]: all leaves, no more than 16 places along any axis.

    Averages of neighbours take the place of finer pictures: distances between them are
    cheap, and blind to noise.
    """
    rows = []
    for leaf in jax.tree.leaves(value):
        leaf = leaf.astype(jnp.float32)
        if leaf.ndim > 2:
            inner = [min(length, SIDE) for length in leaf.shape[1:-1]]
            shape = (leaf.shape[0], *inner, leaf.shape[-1])
            leaf = jax.image.resize(leaf, shape, "linear", antialias=True)
        rows.append(leaf.reshape(leaf.shape[0], -1))
    return jnp.concatenate(rows, axis=1)


def _loss(
    turn: Turn, state: State, real: Tree, fake: Tree, name: str, scene: Play
) -> jax.Array:
    """The generator's objective as a function of the logits of both samples."""
    scene = scene._replace(
        real_verdict=scene.real_verdict._replace(logits=real),
        fake_verdict=scene.fake_verdict._replace(logits=fake),
    )
    total = jnp.zeros(())
    for term in turn.terms:
        value, _ = term.apply(state.terms[name][term.name], scene)
        weight = term.weight(state.step) if callable(term.weight) else term.weight
        total = total + weight * jnp.mean(value)
    return total


def _judged(scene: Play, sample: Sample, stream: str) -> tuple[Tree, Any]:
    """Logits, and how to pull their slopes back to the value."""
    return jax.vjp(
        lambda value: _logits(scene, sample._replace(value=value), stream),
        sample.value,
    )


def _logits(scene: Play, sample: Sample, stream: str) -> Tree:
    return scene.discriminate(sample, stream).logits


def _per_example(tree: Tree) -> jax.Array:
    """Means over everything but the leading axis, within leaves, then over them."""
    parts = [jnp.mean(x.reshape(x.shape[0], -1), axis=1) for x in jax.tree.leaves(tree)]
    return jnp.mean(jnp.stack(parts), axis=0)


def _of_the_mean(logits: Tree) -> Tree:
    """What to pull back for the gradient of the sum of `_per_example(logits)`."""
    return jax.grad(lambda tree: jnp.sum(_per_example(tree)))(logits)


def _sizes(tree: Tree) -> jax.Array:
    """Of the gradient of a mean: sums of |·| per verdict, times their number."""
    parts = [
        x.shape[0] * jnp.sum(jnp.abs(x).reshape(x.shape[0], -1), axis=1)
        for x in jax.tree.leaves(tree)
    ]
    return jnp.sum(jnp.stack(parts), axis=0)


def _norms(tree: Tree) -> jax.Array:
    squares = [
        jnp.sum(jnp.square(x.astype(jnp.float32)).reshape(x.shape[0], -1), axis=1)
        for x in jax.tree.leaves(tree)
    ]
    return jnp.sqrt(jnp.sum(jnp.stack(squares), axis=0))


def _drawn(
    game: Game, variables: Tree, context: Context, latent: Tree
) -> tuple[list[Any], Callable[[list[Any]], Tree]]:
    """Finds the leaves of a latent that are not made of the batch, by the program.

    Returns:
      The leaves; and f(leaves) -> the latent with these in their place.
    """

    def made(batch: Tree) -> list[Any]:
        fork = dataclasses.replace(context, batch=batch).fork("generator")
        return jax.tree.leaves(game.latent(variables, fork)[0])

    program = jax.make_jaxpr(made)(context.batch).jaxpr
    reached = set(program.invars)
    for equation in program.eqns:
        if any(x in reached for x in equation.invars if isinstance(x, Var)):
            reached.update(equation.outvars)
    leaves, structure = jax.tree.flatten(latent)
    places = [
        place
        for place, x in enumerate(program.outvars)
        if not (isinstance(x, Var) and x in reached)
    ]

    def whole(drawn: list[Any]) -> Tree:
        given = dict(zip(places, drawn))
        return structure.unflatten(
            [given.get(place, leaf) for place, leaf in enumerate(leaves)]
        )

    return [leaves[place] for place in places], whole


def _random_directions(value: Tree, keys: jax.Array) -> Tree:
    """Per-example normal draws of the value's shapes."""
    leaves, structure = jax.tree.flatten(value)
    draws = [
        jax.vmap(
            lambda key, leaf=leaf, place=place: jax.random.normal(
                jax.random.fold_in(key, place), leaf.shape[1:], leaf.dtype
            )
        )(keys)
        for place, leaf in enumerate(leaves)
    ]
    return structure.unflatten(draws)


def _rows(tree: Tree, count: int) -> jax.Array:
    """The float leaves [B, ...] of a gradient, side by side, [B, Z]."""
    leaves = [x for x in jax.tree.leaves(tree) if x.dtype != jax.dtypes.float0]
    rows = [x.astype(jnp.float32).reshape(x.shape[0], -1) for x in leaves]
    return jnp.concatenate([jnp.zeros((count, 0)), *rows], axis=1)
