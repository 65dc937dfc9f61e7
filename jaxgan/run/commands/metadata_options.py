"""The option of commands that generate: what files say of themselves."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jaxgan.run.command_line import Flag

if TYPE_CHECKING:
    from jaxgan.run.application.picture_list import Item
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
        for name in chosen.keys() & vars(options).keys():
            value = getattr(options, name)
            if isinstance(value, pathlib.Path):  # nobody learns where it lies
                file = provenance.source_of(value.read_bytes())
                chosen[name] = {provenance.FILE: f"{value.name}, {file}"}
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
        self,
        path: pathlib.Path,
        command: str,
        options: Any,
        loaded: "StoredRun",
        patterns: str | Sequence[str] = "*",
        sources: "Sequence[Item]" = (),
        composite: bool = False,
    ) -> None:
        """Writes into a file, or files of a folder, how they were made.

        Args:
          path: of the file, or of the folder.
          command: of `jaxgan`.
          options: the command's dataclass.
          loaded: the run.
          patterns: one or several, of the names of files in a folder.
          sources: the user's own pictures that they were made of.
          composite: there is something real in them beside.

        Raises:
          RunError: if a file cannot be written.
        """
        made = self.provenance(command, options, loaded)
        if made is None:
            return
        from jaxgan.run.files import output_path, provenance

        if sources:
            names = ", ".join(item.name[-1] for item in sources)
            made = made.of_source(names, b"".join(item.read() for item in sources))
        with output_path.written(path):
            for pattern in [patterns] if isinstance(patterns, str) else patterns:
                provenance.mark(path, made, pattern, composite)
