"""A run with another generator: a folder like any run's."""

import json
import pathlib
import shutil
from typing import Any

from jaxgan.core.types import State, Variables
from jaxgan.run.files import (
    atomic_file,
    checkpoints,
    claim,
    config_json,
    data_record,
    frozen_record,
    output_path,
    run_directory,
)
from jaxgan.run.sampling import stored_experiment
from jaxgan.run.sampling.stored_run import StoredRun

TUNED = "tuned.json"
"""What a tuned run was made of."""


def with_generator(state: State, variables: Variables) -> State:
    """A state whose generator, and its average, are this one."""
    players = state.variables._replace(generator=variables)
    return state._replace(variables=players, ema=variables)


def write(
    stored: StoredRun, variables: Variables, path: pathlib.Path, about: dict[str, Any]
) -> None:
    """Writes a run that is another but for its generator, at the same step.

    Of several runs side by side it is the one alone.

    Args:
      stored: the other.
      variables: of the generator.
      path: of the new folder.
      about: what it was tuned to; kept as tuned.json.

    Raises:
      RunError: if it cannot be written.
    """
    origin = stored.directory
    identity = run_directory.read_identity(origin)
    first_seed = identity.config.get("seed", 0)
    identity = identity._replace(config=config_json.to_json(stored.config), seeds=1)
    place = 0 if stored.seed is None else stored.seed - first_seed
    known = stored_experiment.known_data(origin, place)
    output_path.check_new_folder(path)
    unfinished = path.with_name(f".{path.name}.tuning")
    shutil.rmtree(unfinished, ignore_errors=True)
    program = origin / run_directory.EXPERIMENT
    try:
        with output_path.written(path):
            with (
                claim.claimed(unfinished, identity, program),
                checkpoints.Checkpoints(unfinished) as saves,
            ):
                saves.save(with_generator(stored.state, variables), stored.step)
                if known is not None:
                    record = data_record.DataRecord((known,))
                    data_record.write(unfinished, record)
                frozen = origin / frozen_record.FILE
                if frozen.is_file():
                    shutil.copyfile(frozen, unfinished / frozen.name)
                text = json.dumps({"run": str(origin), **about}, indent=2) + "\n"
                atomic_file.write_text(unfinished / TUNED, text)
            unfinished.replace(path)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
