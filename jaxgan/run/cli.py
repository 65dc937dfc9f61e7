"""The `jaxgan` command. JAX loads only when a command needs it."""

import argparse
import importlib
import pathlib
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

from jaxgan.run.errors import RunError, suggestion

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


def _folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "run", type=pathlib.Path, metavar="RUN", help="the run's folder"
    )


def _run(parser: argparse.ArgumentParser) -> None:
    _folder(parser)
    parser.add_argument(
        "--step", type=int, help="of the checkpoint (default: the newest)"
    )


def _samples(parser: argparse.ArgumentParser) -> None:
    _run(parser)
    parser.add_argument(
        "--seed", type=int, default=0, help="of the samples (default: 0)"
    )
    parser.add_argument(
        "--run-seed",
        type=int,
        help="which of the runs that were trained with --seeds (default: the first)",
    )
    parser.add_argument("--label", help="name or number of a class, for all samples")
    parser.add_argument(
        "--truncation", type=float, help="cut the normal latents off at ±this"
    )
    parser.add_argument(
        "--current",
        action="store_true",
        help="the current generator instead of its running average",
    )
    parser.add_argument(
        "--batch-size", type=int, default=64, help="samples at once (default: 64)"
    )


def _sample(parser: argparse.ArgumentParser) -> None:
    _samples(parser)
    parser.add_argument("--num", type=int, default=64, help="how many (default: 64)")
    parser.add_argument(
        "--out",
        type=pathlib.Path,
        help="NAME.png: one picture of all (default, in RUN/generated); NAME.npz: "
        "arrays; any other name: a folder of one picture each",
    )


def _interpolate(parser: argparse.ArgumentParser) -> None:
    _samples(parser)
    parser.add_argument(
        "--points", type=int, default=4, help="samples to pass through (default: 4)"
    )
    parser.add_argument(
        "--frames",
        type=int,
        default=8,
        help="pictures from one sample to the next (default: 8)",
    )
    parser.add_argument(
        "--rate", type=float, default=12.0, help="frames per second (default: 12)"
    )
    parser.add_argument(
        "--out",
        type=pathlib.Path,
        help="NAME.png: a strip (default, in RUN/generated); NAME.gif; NAME.mp4",
    )


def _report(parser: argparse.ArgumentParser) -> None:
    _folder(parser)
    parser.add_argument(
        "--out", type=pathlib.Path, help="NAME.html (default: RUN/report.html)"
    )
    parser.add_argument(
        "--live",
        action="store_true",
        help="write no file; serve the page, and refresh it while the run trains",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8008,
        help="of 127.0.0.1, to serve at (default: 8008)",
    )


def _evaluate(parser: argparse.ArgumentParser) -> None:
    _run(parser)
    parser.add_argument(
        "fake",
        type=pathlib.Path,
        nargs="?",
        metavar="FAKE",
        help="a folder of images, to be measured against RUN, then a folder too",
    )
    parser.add_argument(
        "--metrics", nargs="+", metavar="NAME", help="which (default: all that fit)"
    )
    parser.add_argument(
        "--num", type=int, default=2000, help="images of a kind (default: 2000)"
    )
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    parser.add_argument(
        "--run-seed",
        type=int,
        help="which of the runs that were trained with --seeds (default: the first)",
    )
    parser.add_argument(
        "--extractor",
        choices=("classifier", "inception"),
        help="what sees the images (default: a classifier trained on the data, if they "
        "are labelled and of at most 64 pixels; else FID's Inception network)",
    )
    parser.add_argument(
        "--weights",
        type=pathlib.Path,
        help="file of the Inception network's weights",
    )
    parser.add_argument(
        "--current",
        action="store_true",
        help="the current generator instead of its running average",
    )
    parser.add_argument(
        "--size", type=int, default=64, help="pixels of folders' images (default: 64)"
    )
    parser.add_argument("--json", action="store_true", help="print lines of JSON")


def _train(parser: argparse.ArgumentParser) -> None:
    there = ", ".join(_experiments()) or "none in ./experiments"
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
    "train": Command("train or resume an experiment", _train, "cli:train"),
    "sample": Command("generate samples of a run", _sample, "generated:sample"),
    "interpolate": Command(
        "walk between samples of a run", _interpolate, "generated:interpolate"
    ),
    "evaluate": Command(
        "measure a run's samples, or a folder of images against another",
        _evaluate,
        "evaluating:command",
    ),
    "report": Command(
        "write one HTML page about a run, or serve it live",
        _report,
        "report.command:write",
    ),
    "fingerprint": Command("hash a checkpoint's whole state", _run, "listing:identify"),
    "forecast": Command(
        "compile an experiment's step, for TPUs that are not here too",
        _forecast,
        "cli:forecast",
    ),
    "list": Command("list experiments and runs", _list, "listing:show"),
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


def _experiments() -> list[str]:
    return sorted(p.stem for p in EXPERIMENTS.glob("*.py") if p.stem[0] != "_")


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
    from jaxgan.run import forecast

    forecast.main(path, rest, own.target, own.largest_batch, own.json)


def _file(experiment: str) -> pathlib.Path:
    path = pathlib.Path(experiment)
    if path.suffix != ".py":
        path = EXPERIMENTS / f"{experiment}.py"
    if not path.is_file():
        hint = suggestion(path.stem, _experiments()) if _experiments() else ""
        raise RunError(f"there is no experiment {path}", hint)
    return path


if __name__ == "__main__":
    main()
