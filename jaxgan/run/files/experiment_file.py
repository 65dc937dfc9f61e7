"""Experiment files as modules."""

import ast
import difflib
import importlib.util
import pathlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from jaxgan.run.errors import RunError

if TYPE_CHECKING:
    from jaxgan.run.experiment import Experiment

WANTED = ("Config", "VARIANTS", "build")


def experiment_files(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """Finds the experiments of a folder and of the folders in it, by their names."""
    paths = [*folder.glob("[!_]*.py"), *folder.glob("[!_.]*/[!_]*.py")]
    return {path.stem: path for path in sorted(paths, key=lambda path: path.stem)}


def load_module(path: pathlib.Path) -> ModuleType:
    """Runs an experiment's file as a module.

    Raises:
      RunError: if it is not there, or is no experiment.
    """
    if not path.is_file():
        raise RunError(f"there is no experiment {path}")
    name = f"jaxgan_experiment_{path.resolve().parent.name}_{path.stem}"
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    # Dataclasses look their annotations up in the module of their class.
    sys.modules[name] = module
    specification.loader.exec_module(module)
    missing = [name for name in WANTED if not hasattr(module, name)]
    if missing:
        raise RunError(f"{path} is no experiment: it defines no {', '.join(missing)}")
    return module


def variant(module: ModuleType, name: str | None) -> tuple[str, Any]:
    """Finds the name and config of a variant; the first one by default.

    Raises:
      RunError: if there is no such variant.
    """
    variants: dict[str, Any] = module.VARIANTS
    if name is None:
        name = next(iter(variants))
    if name not in variants:
        near = difflib.get_close_matches(name, list(variants), n=1)
        raise RunError(
            f"--variant: there is no {name!r}",
            (f"did you mean {near[0]!r}? " if near else "")
            + f"variants: {', '.join(variants)}",
        )
    return name, variants[name]


def build(module: ModuleType, config: Any) -> "Experiment":
    """Builds the experiment; what it finds wrong with config or data is told plainly.

    Raises:
      RunError: if `build` raises ValueError, or cannot find or read a file.
    """
    try:
        return module.build(config)
    except (ValueError, OSError) as error:
        raise RunError(str(error)) from error


def first_line(path: pathlib.Path) -> str:
    """Reads the first line of an experiment's docstring; the file is not run."""
    try:
        text = ast.get_docstring(ast.parse(path.read_text())) or ""
    except (SyntaxError, ValueError) as error:  # or it is no text at all
        return f"(does not parse: {error})"
    return text.split("\n")[0]
