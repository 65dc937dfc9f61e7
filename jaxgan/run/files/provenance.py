"""Where a generated file comes from: written into it, and read back."""

import dataclasses
import hashlib
import json
import pathlib
from typing import Any

import jax

import jaxgan
from jaxgan.run.errors import RunError
from jaxgan.run.files import run_directory, xmp

FILE = "file"
"""In place of an option that named a file of the user's: that file."""
TRAIN = "train"
"""The command whose pictures are made again by drawing a checkpoint."""
EXPORTED = "sample.py"
"""The program of an exported folder."""
EXPLORED = "explore"
"""The command whose page saves pictures."""
GENERATED = "trainedAlgorithmicMedia"
"""IPTC's word for what a trained model made of nothing,"""
COMPOSITE = "compositeWithTrainedAlgorithmicMedia"
"""and for what it made of something real."""


def versions() -> dict[str, str]:
    """Tells what the bits of samples depend on beside the run and the options."""
    return {
        "jaxgan": jaxgan.__version__,
        "jax": jax.__version__,
        "platform": jax.default_backend(),
    }


@dataclasses.dataclass(frozen=True)
class Provenance:
    """How a file was made, so that it can be made again.

    Attributes:
      command: of `jaxgan`.
      options: of the command, all of them, but for where it reads and writes.
      run: the name of the run's folder.
      experiment: of the run.
      step: of the checkpoint.
      fingerprint: that the checkpoint was saved with; '' of pictures that training
        draws before it saves.
      versions: see `versions`.
      source: 'sha256:...' of the user's own file that it was made of; '' of nothing.
      source_name: that file's name.
      file: which it is of a folder of files: its path there; '' of one file.
    """

    command: str
    options: dict[str, Any]
    run: str
    experiment: str
    step: int
    fingerprint: str = ""
    versions: dict[str, str] = dataclasses.field(default_factory=versions)
    source: str = ""
    source_name: str = ""
    file: str = ""

    def of_source(self, name: str, content: bytes) -> "Provenance":
        """Says the same of what was made of a file of the user's."""
        source = source_of(content)
        return dataclasses.replace(self, source=source, source_name=name)


def of_training(run: pathlib.Path, step: int, seed: int | None = None) -> Provenance:
    """Says how a picture that training draws is made.

    Args:
      run: the run's folder.
      step: that it is drawn at.
      seed: which it is of several that are trained side by side.
    """
    experiment = run_directory.read_identity(run).experiment
    options = {"checkpoint": {"step": step, "run_seed": seed}}
    return Provenance(TRAIN, options, run.resolve().name, experiment, step)


def source_of(content: bytes) -> str:
    """Tells which file of the user's it is, by its bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def mark(
    path: pathlib.Path,
    provenance: Provenance,
    pattern: str = "*",
    composite: bool = False,
) -> None:
    """Writes into a file, or into the files of a folder, how they were made.

    Args:
      path: of the file, or of the folder, and what is in it to any depth.
      provenance: of it.
      pattern: that names of files have.
      composite: there is something real in it beside.
    """
    if not path.is_dir():
        xmp.embed(path, packet(provenance, composite))
        return
    for file in sorted(path.rglob(pattern)):
        if file.is_file():
            name = file.relative_to(path).as_posix()
            own = dataclasses.replace(provenance, file=name)
            xmp.embed(file, packet(own, composite))


def packet(provenance: Provenance, composite: bool = False) -> bytes:
    """Writes how something was made as a packet of XMP: see `mark`."""
    record = json.dumps(dataclasses.asdict(provenance), ensure_ascii=False)
    source = COMPOSITE if provenance.source or composite else GENERATED
    tool = f"jaxgan {provenance.versions['jaxgan']}"
    return xmp.packet(record, source, tool)


def read(path: pathlib.Path) -> Provenance:
    """Reads how a file was made.

    Raises:
      RunError: if there is no such file, or it says nothing, or nothing that is
        understood.
    """
    if not path.is_file():
        raise RunError(f"{path}: there is no such file")
    try:
        record = xmp.record_in(path)
    except Exception as error:  # of zipfile, of numpy: whatever is in the file
        raise RunError(f"{path} is damaged: {error}", code=1) from None
    if record is None:
        raise RunError(
            f"{path} does not say that jaxgan made it: it did not, or was told "
            "--no-metadata, or the file was changed since"
        )
    return _of_json(path, record)


def _of_json(path: pathlib.Path, record: str) -> Provenance:
    try:
        stored = json.loads(record)
        known = {field.name: field for field in dataclasses.fields(Provenance)}
        made = Provenance(**{name: stored[name] for name in known if name in stored})
        for name in known:
            wanted = {"options": dict, "versions": dict, "step": int}.get(name, str)
            if not isinstance(getattr(made, name), wanted):
                raise TypeError(name)
    except (ValueError, TypeError, KeyError):
        raise RunError(
            f"{path}: what it says of its origin is not understood: {record!r:.80}",
            code=1,
        ) from None
    return made
