"""Both players' main passes on one turn: the scene that the turn's terms look at."""

import dataclasses

import jax
import jax.numpy as jnp
from jax import lax

from jaxgan.core.context import Context
from jaxgan.core.frozen import FrozenNetworks
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


@dataclasses.dataclass(frozen=True)
class _Stage:
    """Both players as they are on a turn, for any number of passes.

    `after_real` is the discriminator as its main pass on reals left it, which that on
    fakes begins with, and whatever repeats it.
    """

    game: Game
    augment: Augment
    augment_state: Tree
    variables: Players[Variables]
    context: Context
    after_real: Variables | None = None

    def judge(
        self, discriminator: Variables, sample: Sample, stream: str
    ) -> tuple[Verdict, Variables]:
        """A verdict with float32 logits, and the discriminator thereafter."""
        count = batch_size(sample.value)
        fork = self.augment.surroundings(self.context, stream).thinned(count)
        sample = self.augment.apply(self.augment_state, sample, fork)
        fork = self.context.fork(stream).thinned(count)
        sample = sample._replace(features=())  # they are no part of what is judged
        verdict, discriminator = self.game.discriminate(discriminator, sample, fork)
        logits = jax.tree.map(lambda x: x.astype(jnp.float32), verdict.logits)
        return verdict._replace(logits=logits), discriminator

    def discriminate(self, sample: Sample, stream: str, params: Tree = None) -> Verdict:
        """See `types.Discriminate`."""
        player = self._player("discriminator", params)
        if stream == "fake" and self.after_real is not None:
            player = {**self.after_real, "params": player["params"]}
        return self.judge(player, sample, stream)[0]

    def generate(self, latent: Tree, stream: str, params: Tree = None) -> Sample:
        """See `types.Generate`."""
        fork = self.context.fork(stream).thinned(batch_size(latent))
        return self.game.generate(self._player("generator", params), latent, fork)[0]

    def _player(self, player: PlayerName, params: Tree) -> Variables:
        variables = getattr(self.variables, player)
        return variables if params is None else {**variables, "params": params}


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
      What the terms look at, and the mover's collections after its main pass: for a
      generator the latent, the real and the fake examples; for a discriminator two
      passes, real then fake. The other player's collections change inside the passes
      only.
    """
    context = dataclasses.replace(context, frozen=FrozenNetworks(state.frozen))
    mover = {**getattr(state.variables, player), "params": params}
    variables = state.variables._replace(**{player: mover})
    stage = _Stage(game, augment, state.augment, variables, context)
    fork = context.fork("generator")
    latent, generator = game.latent(variables.generator, fork)
    real, generator = game.real(generator, latent, fork)
    fake, generator = game.generate(generator, latent, fork)
    if player == "discriminator":
        latent, real, fake = lax.stop_gradient((latent, real, fake))
    real_verdict, after_real = stage.judge(variables.discriminator, real, "real")
    fake_verdict, discriminator = stage.judge(after_real, fake, "fake")
    stage = dataclasses.replace(stage, after_real=after_real)
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
        generate=stage.generate,
        discriminate=stage.discriminate,
    ), collections


def real_examples(game: Game, variables: Variables, context: Context) -> Sample:
    """What a discriminator is shown as real, outside of turns.

    Args:
      game: the wiring.
      variables: of the generator: current or averaged.
      context: whose batch holds the data, and whose keys [B] a game may draw from.
    """
    latent, variables = game.latent(variables, context)
    return game.real(variables, latent, context)[0]


def measure_logits(scene: Play) -> dict[str, jax.Array]:
    """Means over all logits: their values and, on D's turn, what D knows.

    The step measures them on a player's first turn of those in play (`turns.leads`).

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
