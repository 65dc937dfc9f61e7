"""The option of commands that generate: what files say of themselves."""

import dataclasses
import pathlib
from typing import TYPE_CHECKING, Any

from jaxgan.run.command_line import Flag

if TYPE_CHECKING:
    from jaxgan.run.files.provenance import Provenance
    from jaxgan.run.sampling.stored_run import StoredRun

ELSEWHERE = ("run", "out", "pictures", "overwrite", "metadata")
"""Fields of commands that have no part in what is made: where they read and write."""


@dataclasses.dataclass(frozen=True)
class MetadataOptions:
    """What files say of themselves."""

    no_metadata: Flag = False
    """Write into files neither that they are synthetic nor how to make them again."""

    def provenance(
        self, command: str, options: Any, loaded: "StoredRun"
    ) -> "Provenance | None":
        """Says how the files of a command are made; None if that is not wanted.

        Args:
          command: of `jaxgan`.
          options: the command's dataclass.
          loaded: the run.
        """
        if self.no_metadata:
            return None
        from jaxgan.run.files import checkpoints, config_json, provenance

        chosen = config_json.to_json(options)
        for name in ELSEWHERE:
            chosen.pop(name, None)
        chosen["checkpoint"] = {
            "step": loaded.step,
            "run_seed": options.checkpoint.run_seed,
        }
        return provenance.Provenance(
            command,
            chosen,
            loaded.directory.resolve().name,
            loaded.name,
            loaded.step,
            checkpoints.saved_fingerprint(loaded.directory, loaded.step),
        )

    def mark(
        self, path: pathlib.Path, command: str, options: Any, loaded: "StoredRun"
    ) -> None:
        """Writes into a file, or every file of a folder, how it was made.

        Raises:
          RunError: if it cannot be written.
        """
        made = self.provenance(command, options, loaded)
        if made is None:
            return
        from jaxgan.run.files import output_path, provenance

        with output_path.written(path):
            provenance.mark(path, made)
