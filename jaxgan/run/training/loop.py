"""The training loop: steps, and what is due after them, until there is an end."""

import math
import pathlib
import time
from typing import NamedTuple

from jaxgan.core.types import State
from jaxgan.run.devices import processes
from jaxgan.run.evaluation import while_training
from jaxgan.run.files.checkpoints import Checkpoints
from jaxgan.run.files.fingerprint import fingerprint
from jaxgan.run.files.metrics_log import Records, Silence
from jaxgan.run.training import head_start, not_finite
from jaxgan.run.training.periodic_actions import PeriodicActions
from jaxgan.run.training.prepare import Prepared
from jaxgan.run.training.steps import Steps
from jaxgan.run.training.stop_signals import Interrupts, proposal, reason


class Outcome(NamedTuple):
    """Tells how a run ended.

    Attributes:
      step: finished steps, all saved.
      reason: 'done', 'minutes', or the name of a signal.
      code: the exit status.
      fingerprint: of the state.
    """

    step: int
    reason: str
    code: int
    fingerprint: str


def train(run: pathlib.Path, prepared: Prepared, interrupts: Interrupts) -> Outcome:
    """Trains to `options.steps`, from the newest checkpoint if there is one.

    Args:
      run: the run's folder.
      prepared: what to train, how far, and how often to tell.
      interrupts: stop it: at once before there is a step to save, else saved.

    Raises:
      RunError: if a number is not finite, or no checkpoint can be read.
    """
    options, before = prepared.options, prepared.program.pace.before
    opened = Records if processes.is_chief() else Silence
    # Others would wait in vain for a process that ends alone.
    interrupts.has_work = processes.several()
    with (
        Checkpoints(run, options.keep) as saves,
        processes.watched(),
    ):
        restored = saves.restore_newest(prepared.program.target)
        step = restored.step if restored else 0
        unit, every = prepared.experiment.kind.unit, options.save_every
        with opened(
            run, step, options.steps, before, prepared.seeds, unit, every
        ) as records:
            records.say(prepared.description)
            if restored:
                if step >= options.steps:
                    records.say(_finished(run, step, options.steps))
                    return _outcome(restored.state, step, stop=0)
                records.say(f"resuming {run} from step {step}")
            elif prepared.warm_start:
                prepared.warm_start.tell(run, prepared.seeds, records.say)
            evaluation = while_training.make(
                *(prepared.experiment, options, prepared.seeds, records, run),
                prepared.frozen,
            )
            records.compiling()
            with head_start.compiling(prepared.lowered_step(step)):
                state = restored.state if restored else prepared.first_state()
                steps = Steps(prepared, state, step)
                actions = PeriodicActions(
                    run, prepared, saves, records, evaluation, steps
                )
                if not processes.several():
                    actions.compile()
            try:
                stop = _go_on(steps, actions, prepared, interrupts)
                actions.after_all()
            except not_finite.NotFinite as found:
                saves.finish()
                state, totals = processes.local((steps.state, steps.totals))
                seeds = prepared.seeds
                raise not_finite.error(found, state, totals, seeds, saves) from None
            return _outcome(steps.state, steps.step, stop)


def _finished(run: pathlib.Path, step: int, steps: int) -> str:
    done = "all steps are done" if step == steps else f"--steps {steps} are long done"
    more = f"--steps {2 * step}, say, goes on"
    return f"{run} is at step {step}: {done}, nothing was trained; {more}"


def _go_on(
    steps: Steps, actions: PeriodicActions, prepared: Prepared, interrupts: Interrupts
) -> int:
    """Steps until there is a reason to stop, or to the last step: then 0."""
    deadline = math.inf
    with steps.batches() as fed:
        for batches in fed:
            actions.before_dispatch()
            steps.advance(batches)
            if deadline == math.inf:  # it was the first
                deadline = time.monotonic() + 60 * prepared.options.minutes
            interrupts.has_work = True
            actions.after_dispatch()
            late = processes.is_chief() and time.monotonic() > deadline
            stop = prepared.program.agree(proposal(interrupts.received, late))
            if stop:
                return stop
    return 0


def _outcome(state: State, step: int, stop: int) -> Outcome:
    return Outcome(step, *reason(stop), fingerprint(processes.local(state)))
