"""Published weights as a run: written beside its place, and moved when it is whole."""

import json
import pathlib
import shutil
from collections.abc import Mapping
from typing import Any

from jaxgan.run.errors import RunError
from jaxgan.run.files import (
    atomic_file,
    checkpoints,
    claim,
    config_json,
    frozen_record,
    full_disk,
    output_path,
    run_directory,
)
from jaxgan.run.importable.imported_state import Imported


def check_empty(run: pathlib.Path) -> None:
    """Checks that a folder is empty, or can be made.

    Raises:
      RunError: if anything is in it, or it cannot.
    """
    output_path.check_new_folder(run, "--run-dir")


def write(run: pathlib.Path, imported: Imported, origin: Mapping[str, Any]) -> None:
    """Writes the run beside its place, and moves it there when it is whole.

    Args:
      run: the folder.
      imported: what is to become a run.
      origin: of the weights; kept as imported.json.

    Raises:
      RunError: if the folder is not empty, or may not be written.
    """
    run = run.absolute()
    unfinished = run.with_name(f".{run.name}.importing")
    shutil.rmtree(unfinished, ignore_errors=True)
    source = pathlib.Path(str(imported.model.__file__))
    name = imported.model.__name__.rpartition(".")[2]
    identity = run_directory.Identity(
        name, "imported", config_json.to_json(imported.config)
    )
    try:
        with full_disk.watch(run), claim.claimed(unfinished, identity, source):
            with checkpoints.Checkpoints(unfinished) as saves:
                saves.save(imported.state, 0)
            text = json.dumps(origin, indent=2) + "\n"
            atomic_file.write_text(unfinished / run_directory.IMPORTED, text)
            frozen_record.write(unfinished, imported.frozen)
        check_empty(run)
        unfinished.replace(run)
    except PermissionError as error:
        raise RunError(f"--run-dir: {error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
