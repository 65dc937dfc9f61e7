"""`jaxgan report`: one HTML page about a run."""

import dataclasses
import importlib.util

from jaxgan.run.bounds import Port
from jaxgan.run.command_line import Flag
from jaxgan.run.commands.metadata_options import MetadataOptions
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
    port: Port = 8008
    """Of 127.0.0.1, to serve at."""
    trust: Flag = False
    """Run the program in RUN, though it was not trained or imported here."""
    metadata: MetadataOptions = dataclasses.field(default_factory=MetadataOptions)

    def execute(self) -> None:
        """Writes the page, and prints where; or serves it until it is interrupted.

        Raises:
          RunError: if there is no such run, its program is not known, a library is
            missing, or the page cannot be written.
        """
        from jaxgan.run.files import output_path, run_directory, run_program

        run_directory.read_identity(self.run)
        if self.trust:
            run_program.remember(self.run)
        if (self.run / run_directory.EXPERIMENT).exists():
            run_program.check(self.run)
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
        output_path.check_file(path, (".html", ".htm"))
        from jaxgan.run import progress
        from jaxgan.run.devices import xla
        from jaxgan.run.report import document

        xla.set_up_xla()
        with progress.lasting("making the report"):
            contents = document.contents(self.run)
        with output_path.written(path):
            document.write(path, contents, not self.metadata.no_metadata)
        print(path)
