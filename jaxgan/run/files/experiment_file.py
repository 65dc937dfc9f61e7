"""Experiment files as modules."""

import ast
import dataclasses
import difflib
import importlib.util
import os
import pathlib
import sys
import traceback
import typing
from types import ModuleType
from typing import TYPE_CHECKING, Any

from jaxgan.run.errors import RunError
from jaxgan.run.files import config_bounds, user_files
from jaxgan.run.options import Options

if TYPE_CHECKING:
    from jaxgan.run.experiment import Experiment

WANTED = ("Config", "VARIANTS", "build")
GUARD = 'its last lines should be: if __name__ == "__main__": launch.main(__file__)'
TRACEBACK = "JAXGAN_TRACEBACK=1 in the environment shows where"


def experiment_files(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """Finds the experiments of a folder and of the folders in it, by their names."""
    paths = [*folder.glob("[!_]*.py"), *folder.glob("[!_.]*/[!_]*.py")]
    return {path.stem: path for path in sorted(paths, key=lambda path: path.stem)}


def load_module(path: pathlib.Path, content: bytes | None = None) -> ModuleType:
    """Runs an experiment's file as a module.

    Args:
      path: of the file.
      content: of it, if it has been read.

    Raises:
      RunError: if it is not there, cannot be run, or is no experiment.
    """
    if not path.is_file():
        raise RunError(f"there is no experiment {path}")
    name = _name(path)
    specification = importlib.util.spec_from_file_location(name, path)
    if specification is None:
        raise RunError(f"{path} is no experiment, wanted a file NAME.py")
    module = importlib.util.module_from_spec(specification)
    # Dataclasses look their annotations up in the module of their class.
    sys.modules[name] = module
    _under_way.add(name)
    try:
        # Not by its loader, which would rather run a __pycache__ that lies beside it.
        content = path.read_bytes() if content is None else content
        exec(compile(content, str(path), "exec", dont_inherit=True), vars(module))
    except RunError:
        raise
    except SystemExit as error:
        raise RunError(f"{path} ends the program when it is imported", GUARD) from error
    except Exception as error:
        raise _raised(path, error, "cannot be run") from error
    finally:
        _under_way.remove(name)
    _check_module(path, module)
    return module


_under_way: set[str] = set()
"""Names of the modules that are being run."""


def check_not_imported(path: pathlib.Path) -> None:
    """Checks that a file does not train while it is imported, which would not end.

    Raises:
      RunError: if it does.
    """
    if _name(path) in _under_way:
        raise RunError(f"{path} trains when it is imported", GUARD)


def _name(path: pathlib.Path) -> str:
    return f"jaxgan_experiment_{path.resolve().parent.name}_{path.stem}"


def _raised(path: pathlib.Path, error: Exception, what: str) -> RunError:
    """Tells in a line what the user's own file has raised, and in which line of it."""
    if isinstance(error, SyntaxError):
        place, message = error.lineno, f"SyntaxError: {error.msg}"
    else:
        frames = traceback.extract_tb(error.__traceback__)
        own = os.path.realpath(path)
        lines = [one.lineno for one in frames if os.path.realpath(one.filename) == own]
        place, message = lines[-1] if lines else None, _in_a_line(error)
    where = f"{path}, line {place}" if place else f"{path}"
    return RunError(f"{where} {what}: {message}", TRACEBACK, code=1)


def _in_a_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _check_module(path: pathlib.Path, module: ModuleType) -> None:
    """Checks that a file defines what an experiment is."""
    missing = [name for name in WANTED if not hasattr(module, name)]
    if missing:
        raise RunError(f"{path} is no experiment: it defines no {', '.join(missing)}")
    kind, variants = module.Config, module.VARIANTS
    if not isinstance(kind, type) or not dataclasses.is_dataclass(kind):
        raise RunError(f"{path}: Config is no dataclass: @dataclasses.dataclass")
    try:
        typing.get_type_hints(kind)
    except Exception as error:
        raise RunError(f"{path}: Config: {_in_a_line(error)}") from None
    if not isinstance(variants, dict) or not variants:
        raise RunError(
            f"{path}: saw VARIANTS = {variants!r}, wanted a dict of at least one "
            'Config by name: {"default": Config()}'
        )
    for name, config in variants.items():
        if not isinstance(name, str) or not isinstance(config, kind):
            raise RunError(
                f"{path}: saw VARIANTS[{name!r}] = {config!r}, wanted a Config by its "
                "name"
            )
    if not callable(module.build):
        raise RunError(f"{path}: build is no function, wanted build(config)")
    options = getattr(module, "OPTIONS", Options())
    if not isinstance(options, Options):
        raise RunError(f"{path}: saw OPTIONS = {options!r}, wanted Options(...)")


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


def build(module: ModuleType, config: Any, skip_bad: bool = False) -> "Experiment":
    """Builds the experiment; what it finds wrong with config or data is told plainly.

    Args:
      module: of the experiment.
      config: of it.
      skip_bad: leave out files of the data that cannot be used.

    Raises:
      RunError: if a number of the config cannot be meant, `build` raises an error, or
        it returns something else.
    """
    from jaxgan.run.experiment import Experiment

    config_bounds.check(config, module.VARIANTS.values())
    path = pathlib.Path(str(module.__file__))
    try:
        with user_files.reading(skip_bad):
            experiment = module.build(config)
    except (ValueError, OSError) as error:
        if not str(error):
            raise _raised(path, error, "in build(config)") from error
        raise RunError(str(error)) from error
    except RunError:
        raise
    except Exception as error:
        raise _raised(path, error, "in build(config)") from error
    if not isinstance(experiment, Experiment):
        raise RunError(
            f"{path}: build(config) returned {_told(experiment)}, wanted an Experiment"
        )
    return experiment


def _told(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"


def first_line(path: pathlib.Path) -> str:
    """Reads the first line of an experiment's docstring; the file is not run."""
    try:
        text = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError) as error:
        return f"(does not parse: {error})"
    return text.split("\n")[0]
