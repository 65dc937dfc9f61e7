"""Both players' main passes on one turn: the scene that the turn's terms look at."""

import jax
import jax.numpy as jnp
from jax import lax

from jaxgan.core.context import Context
from jaxgan.core.microbatches import batch_size
from jaxgan.core.types import (
    Augment,
    Game,
    Play,
    PlayerName,
    Players,
    Sample,
    State,
    Tree,
    Variables,
    Verdict,
)


def set_scene(
    game: Game,
    augment: Augment,
    player: PlayerName,
    params: Tree,
    state: State,
    context: Context,
) -> tuple[Play, Variables]:
    """Plays both main passes of a turn.

    Args:
      game: the wiring.
      augment: applied to every sample that is judged.
      player: the mover.
      params: the mover's parameters, the ones to differentiate.
      state: everything else.
      context: of this turn and (micro)batch.

    Returns:
      What the terms look at, and the mover's collections after its main pass: two
      passes, real then fake, for a discriminator. The other player's collections
      change inside the passes only.
    """
    mover = {**getattr(state.variables, player), "params": params}
    variables = state.variables._replace(**{player: mover})

    def judge(discriminator, sample: Sample, stream: str) -> tuple[Verdict, Variables]:
        fork = context.fork(stream)
        sample = augment.apply(state.augment, sample, fork)
        verdict, discriminator = game.discriminate(discriminator, sample, fork)
        logits = jax.tree.map(lambda x: x.astype(jnp.float32), verdict.logits)
        return verdict._replace(logits=logits), discriminator

    def discriminate(sample, stream, params=None):
        params = variables.discriminator["params"] if params is None else params
        return judge({**variables.discriminator, "params": params}, sample, stream)[0]

    def generate(latent, stream, params=None):
        params = variables.generator["params"] if params is None else params
        changed = {**variables.generator, "params": params}
        fork = context.fork(stream).thinned(batch_size(latent))
        return game.generate(changed, latent, fork)[0]

    fork = context.fork("generator")
    latent, generator = game.latent(variables.generator, fork)
    fake, generator = game.generate(generator, latent, fork)
    if player == "discriminator":
        latent, fake = lax.stop_gradient((latent, fake))
    real = game.real(context.batch)
    real_verdict, discriminator = judge(variables.discriminator, real, "real")
    fake_verdict, discriminator = judge(discriminator, fake, "fake")
    moved = generator if player == "generator" else discriminator
    collections = {name: moved[name] for name in moved if name != "params"}
    return Play(
        player=player,
        context=context,
        params=Players(*(side["params"] for side in variables)),
        latent=latent,
        real=real,
        fake=fake,
        real_verdict=real_verdict,
        fake_verdict=fake_verdict,
        generate=generate,
        discriminate=discriminate,
    ), collections


def measure_logits(scene: Play) -> dict[str, jax.Array]:
    """Means over all logits: their values and, on D's turn, what D knows.

    'accuracy': share of logits on their own side of 0, real above and fake below;
    'ranking': share of pairs in which the real one is above its fake, which means the
    same for critics, whose logits have no zero (1/2: D cannot tell; ties count half);
    'real_signs': E[sign D(real)], the overfitting heuristic r_t of ADA (Karras et al.
    2020, arXiv 2006.06676, equation 1). No D(real) on the generator's turn: logging
    would compute it.
    """
    fake = scene.fake_verdict.logits
    measured = {"fake_logits": _mean(fake)}
    if scene.player == "discriminator":
        real = scene.real_verdict.logits
        signs = _mean(jax.tree.map(jnp.sign, real))
        above = jax.tree.map(lambda real, fake: jnp.sign(real - fake), real, fake)
        below = _mean(jax.tree.map(jnp.sign, fake))
        measured |= {
            "real_logits": _mean(real),
            "real_signs": signs,
            "accuracy": 0.5 + 0.25 * (signs - below),
            "ranking": 0.5 + 0.5 * _mean(above),
        }
    return measured


def _mean(tree: Tree) -> jax.Array:
    leaves = [jnp.mean(x) for x in jax.tree.leaves(tree)]
    return sum(leaves[1:], leaves[0]) / len(leaves)
