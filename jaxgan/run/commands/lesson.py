"""`jaxgan lesson`: a page that teaches the game, and plays it in the browser."""

import dataclasses
import pathlib
from typing import Annotated

from jaxgan.run.command_line import Flag, option


@dataclasses.dataclass(frozen=True)
class LessonCommand:
    """Write a lesson about GANs: a folder that a browser opens, without a network.

    Live play runs jaxgan's own step, exported to ONNX (`pip install 'jaxgan[export]'`),
    by ONNX Runtime Web, which is downloaded once. It wants a web server:
    `python -m http.server` in the folder. All else works from the disk.
    """

    out: Annotated[pathlib.Path, option("FOLDER")] = pathlib.Path("lesson")
    """A new or an empty folder."""
    runtime: Annotated[pathlib.Path | None, option("FILE", "downloaded once")] = None
    """The published package onnxruntime-web-VERSION.tgz."""
    open: Flag = False
    """Serve the folder on this machine, and open it in a browser."""

    def execute(self) -> None:
        """Writes the folder, and prints where; serves it until it is interrupted.

        Raises:
          RunError: if the folder is not empty or cannot be written, or the package is
            another file.
        """
        from jaxgan.run.files import output_path

        output_path.check_new_folder(self.out)
        from jaxgan.run import progress
        from jaxgan.run.devices import xla
        from jaxgan.run.errors import warn
        from jaxgan.run.lesson import lesson_folder

        xla.set_up_xla()
        with progress.lasting("making the lesson"), output_path.written(self.out):
            written = lesson_folder.write(self.out, self.runtime)
        if written.missing:
            warn(f"no live play: {written.missing}")
        print(self.out / "index.html")
        if self.open:
            from jaxgan.run.web import local_server

            local_server.serve(self.out)
