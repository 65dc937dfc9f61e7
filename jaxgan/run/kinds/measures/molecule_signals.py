"""How valid, unique and novel molecules are while they are trained."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import jax

from jaxgan.core.context import Context, example_keys
from jaxgan.core.types import Game, Sample, State
from jaxgan.diagnosis import names
from jaxgan.evaluation import molecules

if TYPE_CHECKING:
    from jaxgan.run.kinds.molecules import Molecules

SAMPLES = 500
"""Of each measurement: the same latents every time."""


def molecule_signals(
    game: Game, kind: "Molecules", num: int = SAMPLES
) -> Callable[[State], dict[str, float]]:
    """Makes the `measure` of an experiment of molecules, which `diagnose` reads.

    It is of the running average of the generator: shares of `num` samples.

    Args:
      game: the wiring.
      kind: of its data.
      num: of samples.
    """

    @jax.jit
    def sample(variables):
        context = Context(example_keys(jax.random.key(1), num))
        latent, _ = game.latent(variables, context)
        made, _ = game.generate(variables, latent, context)
        return made.value

    def measure(state: State) -> dict[str, float]:
        from jaxgan.run.kinds.measures.molecule_measures import names_of

        found = names_of(kind, Sample(jax.device_get(sample(state.ema))))
        signals = {
            names.VALIDITY: molecules.validity(found.strict),
            names.LOOSE_VALIDITY: molecules.validity(found.loose),
            names.UNIQUENESS: molecules.uniqueness(found.strict),
        }
        if kind.known is not None:
            known = kind.training_names
            signals[names.NOVELTY] = molecules.novelty(found.strict, known)
        return signals

    return measure
