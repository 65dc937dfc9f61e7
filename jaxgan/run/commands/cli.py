"""The `jaxgan` program. JAX loads only when a command needs it."""

import atexit
import gc
import os
import sys
import traceback
from collections.abc import Sequence

import jaxgan
from jaxgan.run import command_line
from jaxgan.run.commands import COMMANDS
from jaxgan.run.errors import RunError, suggestion
from jaxgan.run.training import stop_signals
from jaxgan.run.training.stop_signals import Interrupted, Interrupts


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command; ends the process with a status if it fails."""
    if arguments is None:
        # What libraries load is no garbage: looking for some, every few hundred
        # objects, takes a sixth of the time from here to a picture.
        gc.set_threshold(100_000)
        # Nor when the process ends, which would take as long again.
        atexit.register(gc.freeze)
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_help())
        return
    if arguments[0] in ("-V", "--version"):
        print(f"jaxgan {jaxgan.__version__}")
        return
    name, *rest = arguments
    try:
        if name not in COMMANDS:
            raise RunError(
                f"jaxgan knows no command {name!r}", suggestion(name, list(COMMANDS))
            )
        with Interrupts(command=True):
            command_line.parse(COMMANDS[name], rest, f"jaxgan {name}").execute()
    except Interrupted as error:
        stop_signals.tell(error)
        sys.exit(error.code)
    except RunError as error:
        if "JAXGAN_TRACEBACK" in os.environ:
            traceback.print_exc()
        print(error, file=sys.stderr)
        sys.exit(error.code)
    except BrokenPipeError:  # whoever reads has seen enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _help() -> str:
    first = {
        name: (kind.__doc__ or "").split("\n")[0] for name, kind in COMMANDS.items()
    }
    lines = "\n".join(f"  {name:12} {line}" for name, line in first.items())
    return (
        "usage: jaxgan COMMAND ...\n\nGenerative adversarial networks in JAX.\n\n"
        f"{lines}\n\nThe options of one: jaxgan COMMAND --help"
    )


if __name__ == "__main__":
    main()
