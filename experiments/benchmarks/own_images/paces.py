"""Steps that processors would make in some time, for runs that are made elsewhere.

On an accelerator the same networks are trained in a fraction of the time. What they
would have become on a laptop is known when the steps are: a laptop counts what a step
costs, in seconds of one core (`--count`), and writes it down; elsewhere `--paces FILE`
makes as many steps as the minutes allow there.
"""

import json
import pathlib
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import jax

from jaxgan.core.pace import Span
from jaxgan.run.devices.first_state import first_state
from jaxgan.run.experiment import Experiment, pace_of
from jaxgan.run.files import experiment_catalogue, experiment_file
from jaxgan.run.training.span_play import make_play

TIMED = 15.0
"""Seconds of processors that are timed."""


class Pace(NamedTuple):
    """What steps cost.

    Attributes:
      starts: first steps of spans that are alike, 0 first.
      seconds: of one core, of a step of each.
    """

    starts: tuple[int, ...]
    seconds: tuple[float, ...]

    def steps_in(self, seconds: float) -> int:
        """Counts the steps from 0 on that so many seconds of a core allow."""
        stops = *self.starts[1:], None
        for start, stop, each in zip(self.starts, stops, self.seconds):
            if stop is None or seconds < (stop - start) * each:
                return start + int(seconds / each)
            seconds -= (stop - start) * each
        raise AssertionError


def count(experiment: str, variant: str | None, options: Mapping[str, Any]) -> Pace:
    """Times steps of an experiment on the processors here, compiling left out.

    Args:
      experiment: name or path.
      variant: of it; None is the first.
      options: fields of its config.
    """
    module = experiment_file.load_module(experiment_catalogue.find(experiment))
    _, config = experiment_file.variant(module, variant)
    made = module.build(type(config)(**{**vars(config), **options}))
    spans = pace_of(made.data).spans
    seconds = tuple(_seconds(made, span) for span in spans)
    return Pace(tuple(span.start for span in spans), seconds)


def _seconds(made: Experiment, span: Span) -> float:
    """Times a step of a span, from its first one on."""
    batch = made.data(span.start)
    state = jax.jit(lambda: first_state(made, (0,), batch))()
    frozen = {name: network.load() for name, network in made.frozen.items()}
    state = state._replace(step=state.step + span.start, frozen=frozen or ())
    play = jax.jit(make_play(made, (0,), False, span)).lower(state, batch).compile()
    state = jax.block_until_ready(play(state, batch)[0])
    period = max(turn.every for turn in made.recipe.turns)
    began, steps = time.process_time(), 0
    while steps < period or time.process_time() - began < TIMED:
        steps += 1
        state = jax.block_until_ready(play(state, made.data(span.start + steps))[0])
    return (time.process_time() - began) / steps


def write(path: pathlib.Path, paces: Mapping[str, Pace]) -> None:
    """Writes paces by the names of runs."""
    path.write_text(json.dumps({k: v._asdict() for k, v in paces.items()}, indent=1))


def read(path: pathlib.Path) -> dict[str, Pace]:
    """Reads them.

    Raises:
      SystemExit: if the file is not one of paces.
    """
    try:
        return {
            name: Pace(tuple(pace["starts"]), tuple(pace["seconds"]))
            for name, pace in json.loads(path.read_text()).items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SystemExit(
            f"--paces: saw {path} ({error}), wanted a file of --count"
        ) from None
