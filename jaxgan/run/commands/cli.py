"""The `jaxgan` command. JAX loads only when a command needs it."""

import argparse
import importlib
import pathlib
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

from jaxgan.run.commands import arguments
from jaxgan.run.errors import RunError, suggestion
from jaxgan.run.files.experiment_file import experiment_files

EXPERIMENTS = pathlib.Path("experiments")


class Command(NamedTuple):
    """One command.

    Attributes:
      help: one line.
      options: f(parser), adds the arguments.
      run: 'module:function', called with the parsed arguments when it is its turn.
    """

    help: str
    options: Callable[[argparse.ArgumentParser], None]
    run: str


class Parser(argparse.ArgumentParser):
    """Like its base, but raises errors, with a suggestion for a mistyped option."""

    def error(self, message: str) -> NoReturn:
        """Raises instead of ending the process."""
        raise RunError(message, f"see {self.prog} --help")

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Parses everything, or names the option that was probably meant."""
        parsed, unknown = self.parse_known_args(arguments)
        if unknown:
            known = [name for name in self._option_string_actions if name[:2] == "--"]
            raise RunError(
                f"{self.prog} knows no {unknown[0]!r}", suggestion(unknown[0], known)
            )
        return parsed


def _train(parser: argparse.ArgumentParser) -> None:
    there = ", ".join(experiment_files(EXPERIMENTS)) or "none in ./experiments"
    parser.add_argument(
        "experiment",
        metavar="EXPERIMENT",
        help=f"a file, or the name of one in ./experiments (there: {there})",
    )
    parser.add_argument(
        "options",
        nargs=argparse.REMAINDER,
        metavar="...",
        help=f"see them with: {parser.prog} EXPERIMENT --help",
    )


def _forecast(parser: argparse.ArgumentParser) -> None:
    _forecast_options(parser)
    _train(parser)


def _forecast_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--target",
        help="TPUs to compile for, like v5e:2x4; they need not be there, libtpu must "
        "(default: the devices that are here)",
    )
    parser.add_argument(
        "--largest-batch",
        action="store_true",
        help="look for the largest batch that fits, by compiling a few more",
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON")


def _list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--experiments", type=pathlib.Path, default=EXPERIMENTS)
    parser.add_argument("--runs", type=pathlib.Path, default=pathlib.Path("runs"))


COMMANDS = {
    "train": Command("train or resume an experiment", _train, "commands.cli:train"),
    "import": Command(
        "make a run of published weights",
        arguments.importing,
        "commands.import_weights:command",
    ),
    "sample": Command(
        "generate samples of a run", arguments.sample, "commands.sample:sample"
    ),
    "interpolate": Command(
        "walk between samples of a run",
        arguments.interpolate,
        "commands.sample:interpolate",
    ),
    "mix": Command(
        "show samples of a run with styles of others",
        arguments.mix,
        "commands.mix:mixing",
    ),
    "evaluate": Command(
        "measure a run's samples, or a folder of images against another",
        arguments.evaluate,
        "commands.evaluate:command",
    ),
    "report": Command(
        "write one HTML page about a run, or serve it live",
        arguments.report,
        "commands.report:write",
    ),
    "fingerprint": Command(
        "hash a checkpoint's whole state",
        arguments.checkpoint,
        "commands.listing:identify",
    ),
    "diagnose": Command(
        "say what is wrong with a run, why, and what to try",
        arguments.diagnose,
        "commands.diagnose:tell",
    ),
    "forecast": Command(
        "compile an experiment's step, for TPUs that are not here too",
        _forecast,
        "commands.cli:forecast",
    ),
    "list": Command("list experiments and runs", _list, "commands.listing:show"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command; ends the process with a status if it fails."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_help())
        return
    name, *rest = arguments
    try:
        if name not in COMMANDS:
            raise RunError(
                f"jaxgan knows no command {name!r}", suggestion(name, list(COMMANDS))
            )
        command = COMMANDS[name]
        parser = Parser(prog=f"jaxgan {name}", description=command.help)
        command.options(parser)
        parsed = parser.parse(rest)
        module, function = command.run.split(":")
        getattr(importlib.import_module(f"jaxgan.run.{module}"), function)(parsed)
    except RunError as error:
        print(error, file=sys.stderr)
        sys.exit(error.code)


def _help() -> str:
    lines = "\n".join(
        f"  {name:12} {command.help}" for name, command in COMMANDS.items()
    )
    return (
        "usage: jaxgan COMMAND ...\n\nGenerative adversarial networks in JAX.\n\n"
        f"{lines}\n\nThe options of one: jaxgan COMMAND --help"
    )


def train(arguments: argparse.Namespace) -> None:
    """Trains a file, or the file of that name in ./experiments."""
    path = _file(arguments.experiment)
    from jaxgan.run import launch

    launch.main(str(path), arguments.options)


def forecast(arguments: argparse.Namespace) -> None:
    """Forecasts a file, or the file of that name in ./experiments."""
    path = _file(arguments.experiment)
    # Its own options may stand behind the experiment too, among the experiment's.
    parser = Parser(add_help=False, allow_abbrev=False)
    _forecast_options(parser)
    own, rest = parser.parse_known_args(arguments.options, arguments)
    from jaxgan.run.forecast import step_forecast

    step_forecast.main(path, rest, own.target, own.largest_batch, own.json)


def _file(experiment: str) -> pathlib.Path:
    known = experiment_files(EXPERIMENTS)
    path = pathlib.Path(experiment)
    if path.suffix != ".py":
        path = known.get(experiment, EXPERIMENTS / f"{experiment}.py")
    if not path.is_file():
        hint = suggestion(path.stem, list(known)) if known else ""
        raise RunError(f"there is no experiment {path}", hint)
    return path


if __name__ == "__main__":
    main()
