"""The manner of sampling: truncation, passes and statistics, where a game has them."""

from collections.abc import Sequence
from typing import Any

import jax

from jaxgan.core.abilities import Stepped, Truncatable, conditioned
from jaxgan.core.context import Context, example_keys
from jaxgan.core.seeds import key_of
from jaxgan.core.types import Game, Variables
from jaxgan.games.standing_statistics import standing_statistics
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.no_data import NoData


def seed_key(seed: int) -> jax.Array:
    """Makes the key of the seed of samples.

    Raises:
      RunError: if it is no seed.
    """
    try:
        return key_of(seed)
    except ValueError as error:
        raise RunError(str(error)) from None


def truncated(game: Game, share: float | None, cutoff: int | None = None) -> Game:
    """Truncates a game, if that is asked for.

    Raises:
      RunError: if it cannot be.
    """
    if share is None:
        if cutoff is not None:
            raise RunError("--truncation-cutoff: saw it without --truncation")
        return game
    if not isinstance(game, Truncatable):
        raise RunError(f"--truncation: {type(game).__name__} has no truncation")
    try:
        return game.truncated(share, cutoff)
    except ValueError as error:
        raise RunError(f"--truncation: this game has not got it so: {error}") from error


def in_passes(game: Game, passes: int | None) -> Game:
    """Makes a game sample in so many passes, if that is asked for.

    Raises:
      RunError: if it cannot.
    """
    if passes is None:
        return game
    if not isinstance(game, Stepped):
        raise RunError(
            f"--passes: {type(game).__name__} makes its samples in one pass; leave it "
            "out"
        )
    try:
        return game.in_passes(passes)
    except ValueError as error:
        raise RunError(f"--{error}") from error


def options(
    experiment: Experiment,
    truncation: Sequence[float] | None = None,
    current: bool = False,
    **shared: Any,
) -> list[dict[str, Any]]:
    """Makes options of `Sampler`, once for every value of the truncation.

    Args:
      experiment: whose samples are to be made.
      truncation: values; None leaves it out.
      current: take the current generator instead of its running average.
      shared: further options of `Sampler`.

    Raises:
      RunError: if the run has no current generator.
    """
    data = experiment.data
    if current and isinstance(data, NoData) and not data.current:
        raise RunError("--current: one generator alone was imported; leave it out")
    shared = {**shared, "ema": not current}
    return [{"truncation": value, **shared} for value in truncation or (None,)]


def single(experiment: Experiment, **chosen: Any) -> dict[str, Any]:
    """Does what `options` does, for a command that takes one value.

    Raises:
      RunError: if there are several.
    """
    each = options(experiment, **chosen)
    if len(each) > 1:
        raise RunError(f"--truncation: saw {len(each)} numbers, wanted one")
    return each[0]


def card(
    *,
    truncation: float | None = None,
    truncation_cutoff: int | None = None,
    passes: int | None = None,
    noise_layers: str | None = None,
    standing_statistics: int | None = None,
    ema: bool = True,
    batch_size: int = 64,
) -> dict[str, Any]:
    """Writes what a protocol says of samples made with these options of `Sampler`."""
    entries = {
        "generator": "running average" if ema else "current",
        "truncation": "none" if truncation is None else truncation,
        "batch statistics": "running"
        if standing_statistics is None
        else f"standing: of {standing_statistics} batches of {batch_size} samples",
    }
    if truncation_cutoff is not None:
        entries["truncation cutoff"] = truncation_cutoff
    if passes is not None:
        entries["passes"] = passes
    if noise_layers is not None:
        entries["layers of noise"] = noise_layers
    return entries


class Standing:
    """Batch statistics of many batches of fakes, instead of running averages."""

    def __init__(self, game: Game, classes: int, size: int, passes: int | None):
        """Prepares; nothing is computed.

        Args:
          game: whose fakes, truncated as the samples will be.
          classes: that fakes are uniformly of, where they are of classes.
          size: of a batch.
          passes: how many batches; None leaves the running averages.

        Raises:
          RunError: if that is no positive number.
        """
        if passes is not None and passes < 1:
            raise RunError(f"--standing-statistics: saw {passes}, wanted at least 1")
        self._passes = passes
        self._averages: Variables = None
        self._standing: Variables = None

        def measure(variables, step):
            keys = example_keys(jax.random.key(0), size)
            context = Context(keys, step=step)
            fakes = conditioned(game, None, classes)
            return standing_statistics(fakes, variables, context, passes or 1)

        self._measure = jax.jit(measure)

    def __call__(self, variables: Variables, step: jax.Array) -> Variables:
        """Gives a generator's variables statistics that are measured once for them.

        Args:
          variables: of the generator.
          step: of the state.

        Raises:
          RunError: if it does not normalise over the batch.
        """
        if self._passes is None:
            return variables
        if "batch_stats" not in variables:
            raise RunError(
                "--standing-statistics: this generator keeps no batch statistics"
            )
        if self._averages is not variables:
            self._averages = variables
            self._standing = self._measure(variables, step)
        return self._standing
