"""One invocation of training: what is asked for, against what the folder holds."""

import dataclasses
import pathlib
from typing import NamedTuple

from jaxgan.run.errors import RunError
from jaxgan.run.files import checkpoints, claim, full_disk, run_directory
from jaxgan.run.training import loop
from jaxgan.run.training.request import Request, prepare_request


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


def train(request: Request) -> Trained:
    """Trains what is asked for, or resumes it.

    Raises:
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
    try:
        with (
            full_disk.watch(run),
            claim.claimed(run, identity, request.path, request.command),
        ):
            return Trained(run, prepared.seeds, loop.train(run, prepared))
    except full_disk.FullDisk as error:
        hint = _after_full_disk(request)
        raise full_disk.FullDisk(error.args[0], hint, code=1) from error
    except PermissionError as error:
        raise RunError(str(error)) from error


def _after_full_disk(request: Request) -> str:
    saved = checkpoints.steps(request.run)
    start = f"resumes from step {saved[-1]}" if saved else "starts again from step 0"
    return f"make room; the run then {start} with: {request.command}"
