"""`jaxgan report`: one HTML page about a run."""

import dataclasses
import importlib.util
import pathlib

from jaxgan.run.command_line import Flag
from jaxgan.run.commands.shared_options import Out, Run
from jaxgan.run.errors import RunError

NEEDED = ("plotly", "jinja2")


@dataclasses.dataclass(frozen=True)
class ReportCommand:
    """Write one HTML page about a run, or serve it live."""

    run: Run
    """The run's folder."""
    out: Out = None
    """NAME.html; by default RUN/report.html."""
    live: Flag = False
    """Write no file; serve the page, and refresh it while the run trains."""
    port: int = 8008
    """Of 127.0.0.1, to serve at."""

    def execute(self) -> None:
        """Writes the page, and prints where; or serves it until it is interrupted.

        Raises:
          RunError: if there is no such run, a library is missing, or the page cannot be
            written.
        """
        from jaxgan.run.files import atomic_file, run_directory

        run_directory.read_identity(self.run)
        missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
        if missing:
            raise RunError(
                f"jaxgan report needs {' and '.join(missing)}",
                "pip install 'jaxgan[report]'",
            )
        if self.live:
            if self.out:
                raise RunError("--out: --live writes no file; leave one of them out")
            from jaxgan.run.report import live_server

            live_server.serve(self.run, self.port)
            return
        path = self.out or self.run / "report.html"
        _check_path(path)
        from jaxgan.run import progress
        from jaxgan.run.devices import xla
        from jaxgan.run.report import document

        xla.set_up_xla()
        with progress.lasting("making the report"):
            page = document.page(document.contents(self.run))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic_file.write_text(path, page)
        except OSError as error:
            raise RunError(
                f"{path} cannot be written: {error}", "choose --out"
            ) from error
        print(path)


def _check_path(path: pathlib.Path) -> None:
    if path.suffix not in (".html", ".htm"):
        raise RunError(f"--out: saw {path.name}, wanted NAME.html")
    if path.is_dir():
        raise RunError(f"--out: {path} is a folder, wanted a file")
