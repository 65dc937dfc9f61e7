"""jaxgan: generative adversarial networks in JAX.

A GAN is a game between two players. `make_step(game, turns, optimizers)` turns its
description into one pure function, `step(state, batch) -> (state, metrics)`.
`jaxgan.train("digits", steps=2000)` trains an experiment, `jaxgan.load(folder)` loads a
run, and either gives a `Run` to sample from.
"""

import contextlib
import importlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jaxgan.core import (
        Augment,
        Context,
        Game,
        Loss,
        Players,
        Sample,
        State,
        Term,
        Turn,
        Verdict,
        init_state,
        make_step,
    )
    from jaxgan.run.editing_call import directions, edit, project
    from jaxgan.run.errors import RunError
    from jaxgan.run.python_call import train
    from jaxgan.run.runs import Run, apply, load

__version__ = "0.1.0"

__all__ = [
    "Augment",
    "Context",
    "Game",
    "Loss",
    "Players",
    "Run",
    "RunError",
    "Sample",
    "State",
    "Term",
    "Turn",
    "Verdict",
    "__version__",
    "apply",
    "directions",
    "edit",
    "init_state",
    "load",
    "make_step",
    "project",
    "train",
]

_OF_RUNS = {
    "Run": "jaxgan.run.runs",
    "RunError": "jaxgan.run.errors",
    "apply": "jaxgan.run.runs",
    "directions": "jaxgan.run.editing_call",
    "edit": "jaxgan.run.editing_call",
    "load": "jaxgan.run.runs",
    "project": "jaxgan.run.editing_call",
    "train": "jaxgan.run.python_call",
}


def _quiet_start() -> None:
    """Lets Ctrl-C end our own programs in a line, while their libraries load.

    Nothing is to be saved by then, and what they raise instead may be anything. From
    `main` on, which experiments and commands end with, interrupts are heard there.
    """
    ours = sys.orig_argv[1:3] == ["-m", "jaxgan"]
    path = getattr(sys.modules.get("__main__"), "__file__", None)
    with contextlib.suppress(OSError, ValueError):
        if path:
            with open(path, encoding="utf-8") as file:
                text = file.read(100_000)
            ours |= "launch.main(__file__)" in text or "jaxgan.run.commands.cli" in text
    if ours and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def _end(number: int, frame: Any) -> None:
    del frame
    print("interrupted (SIGINT)", file=sys.stderr, flush=True)
    os._exit(128 + number)


_quiet_start()


def __getattr__(name: str) -> Any:
    # On first use, so that `jaxgan --help` does not wait for JAX.
    if name not in __all__:
        raise AttributeError(f"module 'jaxgan' has no attribute {name!r}")
    module = importlib.import_module(_OF_RUNS.get(name, "jaxgan.core"))
    return getattr(module, name)
