"""Law 1: who changes on a turn."""

import functools

import jax

from jaxgan.core.context import Context, example_keys
from jaxgan.core.frozen import FrozenNetworks
from jaxgan.core.microbatches import batch_size
from jaxgan.core.parts import divide
from jaxgan.testing.comparison import assert_close, assert_equal, equal
from jaxgan.testing.subject import Subject


def check_only_the_mover_changes(subject: Subject) -> None:
    """Law 1: a turn leaves the other player, and what rests, as it was, bit for bit."""
    for turn, before, after in subject.moves:
        other = "generator" if turn.player == "discriminator" else "discriminator"
        still = getattr(before.variables, turn.player)["params"]
        moved = getattr(after.variables, turn.player)["params"]
        if equal(still, moved):
            raise AssertionError(f"law 1: the {turn.player}'s turn moved nothing")
        assert_equal(
            divide(still, turn.parts).resting,
            divide(moved, turn.parts).resting,
            f"law 1: what is not in {turn.parts} changed on the {turn.player}'s turn",
        )
        for part in ("variables", "opt_state"):
            assert_equal(
                getattr(getattr(before, part), other),
                getattr(getattr(after, part), other),
                f"law 1: {part} of the {other} changed on the {turn.player}'s turn",
            )


def check_collections_change_in_the_main_pass(subject: Subject) -> None:
    """Law 1: collections are what the mover's main pass made them, and no other."""
    state, game, batch = subject.init(), subject.game, subject.batch
    keys_of = functools.partial(example_keys, count=batch_size(batch))

    def expected(turn):
        key = jax.random.fold_in(jax.random.fold_in(state.key, state.step), 0)
        frozen = FrozenNetworks(state.frozen)
        context = Context(keys_of(key), batch, state.step, train=True, frozen=frozen)
        fork = context.fork("generator")
        latent, generator = game.latent(state.variables.generator, fork)
        real, generator = game.real(generator, latent, fork)
        fake, generator = game.generate(generator, latent, fork)
        if turn.player == "generator":
            return generator
        discriminator = state.variables.discriminator
        for stream, sample in (("real", real), ("fake", fake)):
            fork = subject.augment.surroundings(context, stream)
            sample = subject.augment.apply(state.augment, sample, fork)
            fork = context.fork(stream)
            _, discriminator = game.discriminate(discriminator, sample, fork)
        return discriminator

    for turn, _, after in subject.moves:
        seen = dict(getattr(after.variables, turn.player))
        seen.pop("params")
        if not seen:
            continue
        wanted = dict(jax.jit(functools.partial(expected, turn))())
        wanted.pop("params")
        assert_close(
            wanted, seen, f"law 1: collections of the {turn.player}", 1e-4, 1e-5
        )
