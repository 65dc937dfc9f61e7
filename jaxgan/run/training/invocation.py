"""One invocation of training: what is asked for, against what the folder holds."""

import pathlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from jaxgan.run.devices import processes
from jaxgan.run.files import (
    checkpoints,
    claim,
    frozen_record,
    full_disk,
    run_directory,
)
from jaxgan.run.files.data_record import DataRecord
from jaxgan.run.training import loop, stored_networks, training_data
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
    request = request.of_run(stored)
    run = request.run
    prepared, record, frozen = prepare_with_data(request)
    identity = request.identity._replace(steps_per_dispatch=prepared.steps_per_dispatch)
    if prepared.warm_start:
        identity = identity._replace(**prepared.warm_start.weights.origins)
    with (
        full_disk.watch(run, lambda: _afterwards(request)),
        claim.claimed(run, identity, request.path, request.command) as withdraw,
    ):
        interrupts.forget = withdraw
        with processes.together():
            if processes.is_chief():
                training_data.keep(run, record, identity)
                frozen_record.write(run, frozen)
        outcome = loop.train(run, prepared, interrupts)
        return Trained(run, prepared.seeds, outcome)


def prepare_request(request: Request) -> Prepared:
    """Finds out all that can be wrong with a request that touches no folder.

    Raises:
      RunError: on all processes, if anything is.
    """
    _join(request)
    with processes.together():
        prepared = _prepare(request, None, training_data.built(request))
    _check_alike(prepared, {})
    return prepared


def prepare_with_data(
    request: Request,
) -> tuple[Prepared, DataRecord, frozen_record.Record]:
    """Finds out all that can be wrong, before a folder becomes a run.

    Raises:
      RunError: on all processes, if anything is.
    """
    _join(request)
    with processes.together():
        weights = _weights(request)
        parts = training_data.built(request)
        record = training_data.record_of(parts)
        run_directory.check(request.run, request.identity, record.places)
        training_data.check(request.run, record, request.options.data_changed)
        prepared = _prepare(request, weights, parts)
        frozen = frozen_record.record_of(
            prepared.experiment.frozen, processes.local(prepared.frozen)
        )
        frozen_record.check(request.run, frozen)
    known = {name: one["fingerprint"] for name, one in frozen.items()}
    _check_alike(prepared, {"data": record.without_places, "frozen networks": known})
    return prepared, record, frozen


def _join(request: Request) -> None:
    facts = {"config": request.identity, "experiment": request.path.read_text()}
    processes.join(request.options, facts)


def _check_alike(prepared: Prepared, facts: dict[str, Any]) -> None:
    start = prepared.warm_start
    processes.check_alike(
        {
            "--steps-per-dispatch": prepared.steps_per_dispatch,
            "--start-from": start and start.weights.facts,
            **facts,
        }
    )


def _weights(request: Request) -> stored_networks.Weights | None:
    """Reads the weights that a new run starts from, if it starts from any."""
    options = request.options
    starts = options.start_from, options.discriminator_from
    if starts == (None, None) or not _is_new(request.run):
        return None
    return stored_networks.read(*starts, average=options.from_average)


def _prepare(
    request: Request,
    weights: stored_networks.Weights | None,
    parts: Sequence[training_data.Built],
) -> Prepared:
    """Prepares what the loop needs for the experiments of all seeds."""
    experiments = [request.begun(part.experiment) for part in parts]
    seeds = [part.seed for part in parts]
    return prepare(experiments, request.options, seeds, weights)


def _is_new(run: pathlib.Path) -> bool:
    """Tells whether it begins at step 0; a run may be killed before its first save."""
    return not checkpoints.steps(run)


def _afterwards(request: Request) -> str:
    """Says how the run goes on, once what the disk lacks is there."""
    saved = checkpoints.steps(request.run)
    start = f"resumes from step {saved[-1]}" if saved else "starts again from step 0"
    return f"when that is mended, the run {start} with: {request.command}"
