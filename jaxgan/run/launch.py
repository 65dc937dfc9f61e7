"""From a command line to a trained run.

Experiments of stored runs import this module, so its path stays.
"""

import dataclasses
import json
import os
import pathlib
import sys
import traceback
from collections.abc import Sequence
from types import ModuleType
from typing import Annotated, Any

import tyro

from jaxgan.run import command_line
from jaxgan.run.devices.xla import set_up_xla
from jaxgan.run.errors import RunError
from jaxgan.run.files import full_disk, run_directory
from jaxgan.run.files.experiment_file import check_not_imported, load_module, variant
from jaxgan.run.options import Options
from jaxgan.run.training import stop_signals
from jaxgan.run.training.stop_signals import Interrupted, Interrupts

__all__ = ["Options", "main"]


def main(path: str, arguments: Sequence[str] | None = None) -> None:
    """Trains an experiment, or resumes it; ends the process with a status if it fails.

    Args:
      path: of the experiment's file: `__file__` from inside it.
      arguments: of the command line; by default the process's own.
    """
    check_not_imported(pathlib.Path(path))
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        with Interrupts(command=True) as interrupts:
            code = train(pathlib.Path(path), list(arguments), interrupts)
    except Interrupted as error:
        if "JAXGAN_TRACEBACK" in os.environ:
            traceback.print_exc()
        stop_signals.tell(error)
        code = error.code
        if stop_signals.is_compiling():
            os._exit(code)
    except RunError as error:
        if "JAXGAN_TRACEBACK" in os.environ:
            traceback.print_exc()
        print(error, file=sys.stderr, flush=True)
        if isinstance(error, full_disk.FullDisk):
            # Orbax's thread, whose save failed, can keep the interpreter from ending.
            sys.stdout.flush()
            os._exit(error.code)
        code = error.code
    if code:
        sys.exit(code)


def train(
    path: pathlib.Path, arguments: list[str], interrupts: Interrupts | None = None
) -> int:
    """Does what `main` does, but raises errors and returns the status.

    Args:
      path: of the experiment's file.
      arguments: of the command line.
      interrupts: stop it; by default nothing does.
    """
    module = load_module(path)
    name, options, config = parse(module, path.stem, arguments)
    options.check()
    set_up_xla()
    from jaxgan.run.training import closing, invocation, step_benchmark
    from jaxgan.run.training.request import Request

    command = run_directory.command()
    request = Request(path, module, name, config, options, command)
    if options.benchmark:
        measured = step_benchmark.measure(invocation.prepare_request(request))
        print(json.dumps({"experiment": path.stem, "variant": name, **measured}))
        return 0
    trained = invocation.train(request, interrupts or Interrupts())
    closing.tell(trained, command)
    return trained.outcome.code


def parse(
    module: ModuleType, name: str, arguments: list[str]
) -> tuple[str, Options, Any]:
    """Parses the variant, the options and the config's fields.

    An experiment may define OPTIONS, an `Options` with its own defaults.

    Raises:
      RunError: if there is no such variant, or the rest does not fit.
    """
    chosen, config = variant(module, _variant(arguments))
    general = {field.name for field in dataclasses.fields(Options)} | {"variant"}
    clash = {field.name for field in dataclasses.fields(config)} & general
    if clash:
        raise RunError(
            f"{name}: Config fields {sorted(clash)} are options of every run"
        )
    parsed = command_line.parse(
        _options(module, chosen, config),
        arguments,
        _program(name),
        description=module.__doc__ or "",
        markers=(),
    )
    return chosen, parsed.training, parsed.config


def _options(module: ModuleType, chosen: str, config: Any) -> Any:
    """Makes a dataclass of all options: the config's first, those of every run last."""
    known = f"Start from one of: {', '.join(module.VARIANTS)}."
    general = getattr(module, "OPTIONS", Options())
    fields = [
        ("variant", Annotated[str, tyro.conf.arg(metavar="NAME", help=known)], chosen),
        ("config", Annotated[type(config), tyro.conf.arg(name="")], config),
        ("training", tyro.conf.OmitArgPrefixes[Options], general),
    ]
    return dataclasses.make_dataclass(
        "ExperimentOptions",
        [
            (name, kind, dataclasses.field(default=value))
            for name, kind, value in fields
        ],
    )


def _variant(arguments: Sequence[str]) -> str | None:
    """Finds the variant asked for: its config has the defaults of the others."""
    words = [word for argument in arguments for word in argument.split("=", 1)]
    last = [place for place, word in enumerate(words) if word == "--variant"][-1:]
    return words[last[0] + 1] if last and last[0] + 1 < len(words) else None


def _program(name: str) -> str:
    """Says what is typed before the options: digits.py, or jaxgan train digits."""
    first = run_directory.program()
    if (path := pathlib.Path(first[-1])).suffix == ".py":
        return path.name
    return " ".join([*first, *sys.argv[1:2], name])
