"""The command `jaxgan report`."""

import argparse
import importlib.util
import pathlib

from jaxgan.run.errors import RunError
from jaxgan.run.files import atomic_file, run_directory

NEEDED = ("plotly", "jinja2")


def write(arguments: argparse.Namespace) -> None:
    """`jaxgan report RUN`.

    Raises:
      RunError: if there is no such run, a library is missing, or the page cannot be
        written.
    """
    run_directory.read_identity(arguments.run)
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise RunError(
            f"jaxgan report needs {' and '.join(missing)}",
            "pip install 'jaxgan[report]'",
        )
    if arguments.live:
        if arguments.out:
            raise RunError("--out: --live writes no file; leave one of them out")
        from jaxgan.run.report import live_server

        live_server.serve(arguments.run, arguments.port)
        return
    path = arguments.out or arguments.run / "report.html"
    _check_path(path)
    from jaxgan.run.devices import xla
    from jaxgan.run.report import document

    xla.set_up_xla()
    page = document.page(document.contents(arguments.run))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_file.write_text(path, page)
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error}", "choose --out") from error
    print(path)


def _check_path(path: pathlib.Path) -> None:
    if path.suffix not in (".html", ".htm"):
        raise RunError(f"--out: saw {path.name}, wanted NAME.html")
    if path.is_dir():
        raise RunError(f"--out: {path} is a folder, wanted a file")
