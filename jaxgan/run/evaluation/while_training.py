"""Evaluations while a run trains: the same as `jaxgan evaluate` makes afterwards.

They read the state and draw from keys of their own, so the run is the same without.
"""

import functools
import pathlib
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from jaxgan.core.types import Sample, State, Tree
from jaxgan.diagnosis import names
from jaxgan.run.devices import processes, seed_axis
from jaxgan.run.evaluation import training_protocol
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import evaluations_log, run_directory
from jaxgan.run.options import Options
from jaxgan.run.sampling import sampler, sampling_options


def check(experiment: Experiment, options: Options) -> None:
    """Checks what is asked for, if anything is, before anything is computed.

    Raises:
      RunError: naming the option.
    """
    if options.evaluate_every is not None:
        training_protocol.check(experiment, options)


class Interim:
    """Evaluates all runs of a folder, now and then.

    A step that the run's file holds already, by the same protocol, is not measured
    again: its scores are taken from there. Of several runs side by side, labels that
    samples are given are those of the first one's data.
    """

    def __init__(
        self,
        experiment: Experiment,
        options: Options,
        seeds: Sequence[int],
        records: Any,
        run: pathlib.Path,
        clock: Callable[[], float] = time.monotonic,
        frozen: Tree = (),
    ):
        """Makes the extractor, which may take a while.

        Args:
          experiment: of the first seed.
          options: how often, and by which protocol.
          seeds: of the runs.
          records: of the run, in which scores are noted.
          run: its folder.
          clock: seconds.
          frozen: networks of the experiment by name, on this process's devices.

        Raises:
          RunError: if there can be no such extractor of these data.
        """
        self._options, self._seeds, self._run = options, seeds, run
        self._records = records
        self._clock, self._began = clock, clock()
        self._judge = training_protocol.judge_of(experiment, options)
        self._experiment, self._frozen = experiment, frozen
        self._name = run_directory.read_identity(run).experiment
        self._known = evaluations_log.read(run)
        self._spent, self._last = clock() - self._began, 0.0
        self._put_off = False

    @functools.cached_property
    def _sampler(self) -> sampler.Sampler:
        return sampler.Sampler(
            self._experiment, source=self._judge.data.given, frozen=self._frozen
        )

    @property
    def _num(self) -> int:
        return self._sampler.available(self._judge.protocol.num)

    def is_due(self, start: int, step: int) -> bool:
        """Tells if a multiple of the interval was passed, and there is time for it."""
        every: int = self._options.evaluate_every or 1
        if step // every == start // every:
            return False
        share, elapsed = self._options.evaluate_share, self._clock() - self._began
        if self._spent + self._last <= share * (elapsed + self._last):
            self._put_off = False
            return True
        if not self._put_off:
            self._records.say(
                f"step {step}: evaluations are put off: they would take more than "
                f"{share:.0%} of the time (--evaluate-share)"
            )
        self._put_off = True
        return False

    def __call__(self, step: int, state: State) -> None:
        """Evaluates a state of all runs: tells, and writes to the logs and the file."""
        began, count = self._clock(), len(self._seeds)
        values = [
            self._of_run(step, seed_axis.member(state, place, count), place)
            for place in range(count)
        ]
        metrics = values[0].keys()
        self._records.note(
            step, [{_tag(name): part[name] for name in metrics} for part in values]
        )
        title = self._judge.title
        title = title if all(name.endswith(title) for name in metrics) else ""
        shown = [
            f"{name.removesuffix(title)} {_shown([part[name] for part in values])}"
            for name in metrics
        ]
        self._records.say(f"step {step}: {' · '.join(shown)}{title}")
        self._last = self._clock() - began
        self._spent += self._last

    def _of_run(self, step: int, state: State, place: int) -> dict[str, float]:
        """Finds the values of one run, by name."""
        seed = self._seeds[place]
        tag = seed if len(self._seeds) > 1 else None
        card = evaluations_log.run_card(self._name, seed, sampling_options.card())
        card |= self._judge.card(self._num)
        evaluations = [
            one
            for one in self._known
            if (one.step, one.seed, one.card) == (step, tag, card)
        ]
        done = {one.measure for one in evaluations}
        missing = [name for name in self._judge.names if name not in done]
        if missing:
            first, indices = self._judge.protocol.seed, np.arange(self._num)

            def draw(number: int) -> Sample:
                return self._sampler(state, first + number, indices)

            found = self._judge(draw(0), missing, draw)
            rows = evaluations_log.rows(found.scores, step, card, tag)
            evaluations_log.keep(self._run, rows)
            evaluations += map(evaluations_log.evaluation, rows)
        wanted = [one for one in evaluations if one.measure in self._judge.names]
        return {one.metric: one.value for one in wanted}


def make(
    experiment: Experiment,
    options: Options,
    seeds: Sequence[int],
    records: Any,
    run: pathlib.Path,
    frozen: Tree = (),
) -> Interim | None:
    """Makes an `Interim`; None if none is asked for, or another process evaluates.

    Raises:
      RunError: on all processes, if it cannot be made.
    """
    if options.evaluate_every is None:
        return None
    with processes.together():
        if processes.is_chief():
            frozen = processes.local(frozen)
            return Interim(experiment, options, seeds, records, run, frozen=frozen)
    return None


def _tag(metric: str) -> str:
    """Makes the name in the logs: 'evaluation/fid_classifier'."""
    return names.EVALUATION + re.sub("[^a-z0-9]+", "_", metric.lower()).strip("_")


def _shown(values: Sequence[float]) -> str:
    """Writes a number; of several runs their mean and deviation."""
    mean = f"{np.mean(values):.4g}"
    return mean if len(values) == 1 else f"{mean} ± {np.std(values, ddof=1):.2g}"
