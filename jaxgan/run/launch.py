"""From a command line to a trained run."""

import dataclasses
import json
import os
import pathlib
import sys
import traceback
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from jaxgan.run import command_line
from jaxgan.run.devices.xla import set_up_xla
from jaxgan.run.errors import RunError
from jaxgan.run.files import full_disk, run_directory
from jaxgan.run.files.config_json import to_json
from jaxgan.run.files.experiment_file import build, load_module, variant
from jaxgan.run.options import Options, of_the_run

if TYPE_CHECKING:
    from jaxgan.run.training.prepare import Prepared

__all__ = ["Options", "main"]


def main(path: str, arguments: Sequence[str] | None = None) -> None:
    """Trains an experiment, or resumes it; ends the process with a status if it fails.

    Args:
      path: of the experiment's file: `__file__` from inside it.
      arguments: of the command line; by default the process's own.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        code = train(pathlib.Path(path), list(arguments))
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


def train(path: pathlib.Path, arguments: list[str]) -> int:
    """As `main`, but raises errors and returns the status."""
    module = load_module(path)
    name, options, config = parse(module, path.stem, arguments)
    options.check()
    default = name == next(iter(module.VARIANTS))
    folder = path.stem if default else f"{path.stem}-{name}"
    folder += f"-{options.seeds}-seeds" if options.seeds > 1 else ""
    run = options.run_dir or pathlib.Path("runs") / folder
    identity = run_directory.Identity(
        path.stem, name, to_json(config), **of_the_run(options)
    )
    if not options.benchmark:
        stored = run_directory.check(run, identity)
        if stored is not None:
            each = stored.steps_per_dispatch
            options = dataclasses.replace(options, steps_per_dispatch=each)
    set_up_xla()
    from jaxgan.run.devices import processes
    from jaxgan.run.files import claim
    from jaxgan.run.training import loop, step_benchmark

    processes.join(options, {"config": identity, "experiment": path.read_text()})
    # All that can be wrong with a config shows before the folder becomes its run.
    with processes.together():
        prepared = _prepare(module, config, options)
    each = prepared.steps_per_dispatch
    processes.check_alike({"--steps-per-dispatch": each})
    identity = identity._replace(steps_per_dispatch=each)
    if options.benchmark:
        measured = step_benchmark.measure(prepared)
        print(json.dumps({"experiment": path.stem, "variant": name, **measured}))
        return 0
    try:
        with full_disk.watch(run), claim.claimed(run, identity, path):
            outcome = loop.train(run, prepared)
    except full_disk.FullDisk as error:
        raise full_disk.FullDisk(
            error.args[0], _after_full_disk(run), code=1
        ) from error
    except PermissionError as error:
        raise RunError(str(error)) from error
    if processes.is_chief():
        _tell(run, run_directory.sample_folders(run, prepared.seeds), outcome)
    return outcome.code


def _prepare(module: ModuleType, config: Any, options: Options) -> "Prepared":
    """Builds the experiment of every seed, and what the loop needs for all of them."""
    from jaxgan.run.devices import seed_axis
    from jaxgan.run.training import prepare

    runs = seed_axis.configs(config, options.seeds)
    experiments = [build(module, one) for one in runs]
    seeds = [getattr(one, "seed", 0) for one in runs]
    return prepare.prepare(experiments, options, seeds)


def _tell(run: pathlib.Path, samples: list[pathlib.Path], outcome: Any) -> None:
    from jaxgan.run.diagnosis import stored_diagnosis

    print(f"step {outcome.step}: {outcome.fingerprint}")
    for line in stored_diagnosis.closing_lines(run):
        print(line)
    if outcome.reason == "done":
        from jaxgan.run import pictures
        from jaxgan.run.files import metrics_log

        animated = [str(pictures.animate(folder)) for folder in samples]
        print(f"pictures: {run / 'samples'}, animated: {', '.join(animated)}")
        if len(samples) > 1:
            rows = metrics_log.read_rows(run / metrics_log.METRICS)
            print(f"curves: {pictures.curves(run / 'curves.png', rows)}")
        print(f"sample with: jaxgan sample {run}", flush=True)
    else:
        why = "time is up" if outcome.reason == "minutes" else outcome.reason
        print(f"stopped ({why}) and saved in {run}")
        print(f"resume with: {run_directory.command()}", flush=True)


def _after_full_disk(run: pathlib.Path) -> str:
    from jaxgan.run.files import checkpoints

    saved = checkpoints.steps(run)
    start = f"resumes from step {saved[-1]}" if saved else "starts again from step 0"
    return f"make room; the run then {start} with: {run_directory.command()}"


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
    """A dataclass of all options: those of the config first, of every run last."""
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
    """The variant that is asked for: its config has the defaults of the others."""
    words = [word for argument in arguments for word in argument.split("=", 1)]
    last = [place for place, word in enumerate(words) if word == "--variant"][-1:]
    return words[last[0] + 1] if last and last[0] + 1 < len(words) else None


def _program(name: str) -> str:
    """What is typed before the options: digits.py, or jaxgan train digits."""
    program = pathlib.Path(sys.argv[0]).name
    if program.endswith(".py"):
        return program
    return " ".join([program, *sys.argv[1:2], name])
