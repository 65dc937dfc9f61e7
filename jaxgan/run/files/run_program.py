"""The program in a run's folder, and whether it is one that may run.

A run is sampled by running its copy of the experiment's file. Of a run that somebody
else has made that is somebody else's program, so it runs only if its contents are
known: those of a run that was trained or imported here, of an experiment that comes
with jaxgan, or of one that the user has trusted. Known contents are kept in the user's
cache by their SHA-256, a file each. Nothing else in the folder is ever run: checkpoints
are arrays and JSON, older copies of the experiment and Python's __pycache__ are not
looked at.
"""

import ast
import functools
import hashlib
import os
import pathlib
from types import ModuleType
from typing import NamedTuple

from jaxgan.data.cache import cache_folder
from jaxgan.run.errors import RunError, warn
from jaxgan.run.files import experiment_catalogue, experiment_file
from jaxgan.run.files.run_directory import EXPERIMENT

FOLDER = "known-programs"
"""In the user's cache."""
LARGEST = 2**20
"""Bytes of a program: hundreds of times those of any experiment."""
SHOWN = 12
"""Imported modules that are listed."""

_here: set[str] = set()
"""What is known for the rest of this process, even if it cannot be kept."""


class StoredProgram(NamedTuple):
    """The program of a run: what was read is what is hashed, shown and run.

    Attributes:
      path: of its file.
      content: of it.
    """

    path: pathlib.Path
    content: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of its contents."""
        return hashlib.sha256(self.content).hexdigest()


def load(directory: pathlib.Path) -> ModuleType:
    """Runs the program of a run as a module, if it is known.

    Raises:
      RunError: if it is not known, saying what would be run; or if it is no experiment.
    """
    program = check(directory)
    return experiment_file.load_module(program.path, program.content)


def check(directory: pathlib.Path) -> StoredProgram:
    """Reads the program of a run, and checks that it is known.

    Raises:
      RunError: if it is not, or there is none.
    """
    program = read(directory)
    if not is_known(program.digest):
        raise RunError(
            f"{directory} was not trained or imported here, and to use it is to run "
            f"its program:\n{described(program)}",
            "read it; if you trust it, add --trust (in Python: trust=True), and it is "
            "known from then on",
        )
    return program


def read(directory: pathlib.Path) -> StoredProgram:
    """Reads the program of a run.

    Raises:
      RunError: if there is none, or it is no file that an experiment could be.
    """
    path = directory / EXPERIMENT
    if not path.is_file():
        raise RunError(f"there is no experiment {path}")
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > LARGEST:
        raise RunError(f"{path}: saw more than {LARGEST} bytes, wanted an experiment")
    return StoredProgram(path, content)


def is_known(digest: str) -> bool:
    """Tells whether contents may run."""
    return digest in _here or _is_kept(_mark(digest)) or digest in _packaged()


def remember(directory: pathlib.Path) -> None:
    """Makes the program of a run known, because it was trained, imported or trusted.

    Without a cache that can be written it is known to this process only, with a
    warning.
    """
    program = read(directory)
    _here.add(program.digest)
    path = _mark(program.digest)
    if _is_kept(path):
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError as error:
        warn(
            f"{path.parent} cannot be written ({error.strerror}): other processes will "
            f"ask for --trust before they run {program.path}"
        )


def described(program: StoredProgram) -> str:
    """Shows what would be run: where, how much, what it imports and says of itself."""
    count = program.content.count(b"\n")
    lines = [
        f"  {program.path}: {count} lines, {len(program.content)} bytes, "
        f"sha256:{program.digest}"
    ]
    try:
        tree = ast.parse(program.content)
        text = (ast.get_docstring(tree) or "no docstring").split("\n")[0]
        names = _imports(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return "\n".join([*lines, f"  it does not parse ({type(error).__name__})"])
    more = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    shown = f"{', '.join(names[:SHOWN])}{more}" if names else "nothing"
    return "\n".join([*lines, f"  it imports {shown}", f"  it begins: {text[:80]}"])


def _imports(tree: ast.Module) -> list[str]:
    """Lists the packages that a program imports, wherever in it, strange ones first."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            own = node.level or not node.module
            found.add("." if own else str(node.module).partition(".")[0])
        elif isinstance(node, ast.Name) and node.id in ("__import__", "eval", "exec"):
            found.add(f"whatever {node.id} says")
    usual = ("jaxgan", "jax", "flax", "optax", "numpy", "dataclasses", "typing")
    return sorted(found, key=lambda name: (name in usual, name))


def _mark(digest: str) -> pathlib.Path:
    return cache_folder() / FOLDER / digest


def _is_kept(path: pathlib.Path) -> bool:
    """Tells whether this user has kept a mark: a cache may be shared."""
    try:
        owner = path.lstat().st_uid
    except OSError:
        return False
    return not hasattr(os, "getuid") or owner == os.getuid()


@functools.cache
def _packaged() -> frozenset[str]:
    """The SHA-256 of all experiments and importable networks that come with jaxgan."""
    importable = pathlib.Path(__file__).parents[1] / "importable"
    paths = [
        *experiment_file.experiment_files(experiment_catalogue.packaged()).values(),
        *importable.glob("*.py"),
    ]
    return frozenset(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)
