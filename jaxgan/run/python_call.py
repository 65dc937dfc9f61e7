"""From a call in Python to a trained run; `launch` is the same from a command line."""

import os
import pathlib
import signal
from types import ModuleType
from typing import Any

from jaxgan.run import keywords
from jaxgan.run.devices.xla import set_up_xla
from jaxgan.run.errors import RunError
from jaxgan.run.files import experiment_catalogue, experiment_file
from jaxgan.run.options import Options
from jaxgan.run.runs import Run, load


def train(
    experiment: str | os.PathLike[str] | ModuleType,
    *,
    variant: str | None = None,
    **options: Any,
) -> Run:
    """Trains an experiment, or resumes its run.

        run = jaxgan.train("digits", steps=2000, seed=3, run_dir="runs/digits")

    It is the command `jaxgan train` as a function: the same call goes on where a run
    was stopped, and does nothing if all steps are done. In a notebook one panel shows
    progress and samples. To interrupt it saves the run, and then interrupts the caller.

    Args:
      experiment: the name of one that `jaxgan list` shows, the path of a file, or a
        module: it defines `Config`, `VARIANTS` and `build`. The run keeps a copy.
      variant: the name of the config to start from; by default the first.
      options: fields of `jaxgan.run.options.Options`, such as steps, run_dir,
        sample_every, seeds, start_from; and fields of the experiment's Config.

    Returns:
      The run, with its newest checkpoint; of several seeds, the first one's.

    Raises:
      RunError: if it cannot be trained, or training fails.
    """
    path = _path(experiment)
    module = experiment_file.load_module(path)
    chosen, config = experiment_file.variant(module, variant)
    general = getattr(module, "OPTIONS", Options())
    config, general = keywords.split(options, config, general)
    if general.benchmark:
        raise RunError("benchmark: saw it in Python, wanted it on a command line")
    set_up_xla()
    from jaxgan.run.training import closing, invocation
    from jaxgan.run.training.request import Request
    from jaxgan.run.training.stop_signals import Interrupted, Interrupts

    command = _call(experiment, variant, options)
    request = Request(path, module, chosen, config, general, command)
    try:
        with Interrupts() as interrupts:
            trained = invocation.train(request, interrupts)
    except Interrupted as error:
        signal.raise_signal(error.number)
        raise
    closing.tell(trained, command)
    if trained.outcome.code:
        # To whomever it would have gone, had nobody been training.
        signal.raise_signal(signal.Signals[trained.outcome.reason])
    return load(trained.run)


def _path(experiment: Any) -> pathlib.Path:
    if isinstance(experiment, ModuleType):
        file = getattr(experiment, "__file__", None)
        if file is None:
            raise RunError(
                f"experiment: saw the module {experiment.__name__}, which has no file"
            )
        return pathlib.Path(file)
    if isinstance(experiment, str | os.PathLike):
        return experiment_catalogue.find(os.fspath(experiment))
    raise RunError(
        f"experiment: saw {type(experiment).__name__}, wanted the name or path of a "
        "file that defines Config, VARIANTS and build(config)",
        "the run keeps a copy of the file, to resume and to sample from; in a notebook "
        "%%writefile my_experiment.py at the top of a cell makes one",
    )


def _call(experiment: Any, variant: str | None, options: dict[str, Any]) -> str:
    """Writes the call, to be typed again."""
    if isinstance(experiment, ModuleType):
        first = experiment.__name__
    else:
        first = repr(os.fspath(experiment))
    given = {"variant": variant, **options} if variant else options
    words = [first, *(f"{name}={_shown(value)}" for name, value in given.items())]
    return f"jaxgan.train({', '.join(words)})"


def _shown(value: Any) -> str:
    return repr(str(value) if isinstance(value, os.PathLike) else value)
