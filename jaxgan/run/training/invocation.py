"""One invocation of training: what is asked for, against what the folder holds."""

import dataclasses
import pathlib
from typing import NamedTuple

from jaxgan.run.devices import processes, seed_axis
from jaxgan.run.files import (
    checkpoints,
    claim,
    experiment_file,
    full_disk,
    run_directory,
)
from jaxgan.run.training import loop, warm_start
from jaxgan.run.training.prepare import Prepared, prepare
from jaxgan.run.training.request import Request


class Trained(NamedTuple):
    """Tells what came of a request.

    Attributes:
      run: the run's folder.
      seeds: of the runs in it.
      outcome: how it ended.
    """

    run: pathlib.Path
    seeds: tuple[int, ...]
    outcome: loop.Outcome


def train(request: Request, interrupts: loop.Interrupts) -> Trained:
    """Trains what is asked for, or resumes it.

    Args:
      request: what is asked for.
      interrupts: stop it.

    Raises:
      Interrupted: if it was stopped before its first step.
      RunError: if it cannot be, or fails.
    """
    request.options.check()
    stored = run_directory.check(request.run, request.identity)
    if stored is not None:
        kept = {
            "steps_per_dispatch": stored.steps_per_dispatch,
            "start_from": stored.start_from,
        }
        options = dataclasses.replace(request.options, **kept)
        request = request._replace(options=options)
    prepared = prepare_request(request)
    run = request.run
    identity = request.identity._replace(steps_per_dispatch=prepared.steps_per_dispatch)
    if prepared.warm_start:
        source = str(prepared.warm_start.weights.origin)
        identity = identity._replace(start_from=source)
    with (
        full_disk.watch(run, lambda: _afterwards(request)),
        claim.claimed(run, identity, request.path, request.command) as withdraw,
    ):
        interrupts.forget = withdraw
        outcome = loop.train(run, prepared, interrupts)
        return Trained(run, prepared.seeds, outcome)


def prepare_request(request: Request) -> Prepared:
    """Finds out all that can be wrong, before a folder becomes a run.

    Raises:
      RunError: on all processes, if anything is.
    """
    facts = {"config": request.identity, "experiment": request.path.read_text()}
    processes.join(request.options, facts)
    with processes.together():
        prepared = _prepare(request)
    start = prepared.warm_start
    processes.check_alike(
        {
            "--steps-per-dispatch": prepared.steps_per_dispatch,
            "--start-from": start and (start.weights.origin, start.weights.fingerprint),
        }
    )
    return prepared


def _prepare(request: Request) -> Prepared:
    """Builds the experiment of every seed, and what the loop needs for all of them."""
    options = request.options
    weights = None
    if (
        options.start_from is not None
        and not options.benchmark
        and _is_new(request.run)
    ):
        weights = warm_start.read(options.start_from)
    configs = seed_axis.configs(request.config, options.seeds)
    experiments = [experiment_file.build(request.module, one) for one in configs]
    seeds = [getattr(one, "seed", 0) for one in configs]
    return prepare(experiments, options, seeds, weights)


def _is_new(run: pathlib.Path) -> bool:
    """Tells whether it begins at step 0; a run may be killed before its first save."""
    return not checkpoints.steps(run)


def _afterwards(request: Request) -> str:
    """Says how the run goes on, once what the disk lacks is there."""
    saved = checkpoints.steps(request.run)
    start = f"resumes from step {saved[-1]}" if saved else "starts again from step 0"
    return f"when that is mended, the run {start} with: {request.command}"
