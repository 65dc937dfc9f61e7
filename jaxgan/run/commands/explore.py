"""`jaxgan explore`: a page that plays with a trained generator."""

import dataclasses
import pathlib
from typing import Annotated

from jaxgan.run.bounds import Bounds
from jaxgan.run.command_line import Flag, option
from jaxgan.run.commands.metadata_options import MetadataOptions
from jaxgan.run.commands.shared_options import CheckpointOptions, Out, Run


@dataclasses.dataclass(frozen=True)
class ExploreCommand:
    """Write a page that explores a run's generator: a folder that a browser opens.

    Its networks run in the browser (`pip install 'jaxgan[export]'`), by ONNX Runtime
    Web, which is downloaded once. It wants a web server: --open is one, or
    `python -m http.server` in the folder.
    """

    run: Run
    """The run's folder."""
    out: Out = None
    """A new or an empty folder, by default RUN/explorer."""
    latents: Annotated[pathlib.Path | None, option("FILE", "none")] = None
    """latents.npz of jaxgan project: pictures to start from."""
    training: Annotated[int, Bounds(least=0), option("N")] = 2_000
    """Training pictures, small, among which the nearest one is shown; they are in the
    folder, for all to see who get it. 0 leaves them out."""
    runtime: Annotated[pathlib.Path | None, option("FILE", "downloaded once")] = None
    """The published package onnxruntime-web-VERSION.tgz."""
    open: Flag = False
    """Serve the folder on this machine, and open it in a browser; a folder that has
    been made of this checkpoint before is served as it is."""
    current: Flag = False
    """Take the current generator, not its running average."""
    checkpoint: CheckpointOptions = dataclasses.field(default_factory=CheckpointOptions)
    metadata: MetadataOptions = dataclasses.field(default_factory=MetadataOptions)

    def execute(self) -> None:
        """Writes the folder, and prints where; serves it until it is interrupted.

        Raises:
          RunError: if there is no such run, it cannot be explored, or the folder cannot
            be written.
        """
        out = self.out or self.run / "explorer"
        if not self._is_there(out):
            self._write(out)
        print(out / "index.html")
        if self.open:
            from jaxgan.run.web import local_server

            local_server.serve(out)

    def _is_there(self, out: pathlib.Path) -> bool:
        """Whether all that is wanted is to open a page that has been made."""
        plain = ExploreCommand(
            self.run, self.out, open=True, checkpoint=self.checkpoint
        )
        if self != plain or self.checkpoint.run_seed is not None:
            return False
        from jaxgan.run.explore import explorer_folder
        from jaxgan.run.files import checkpoints

        newest = checkpoints.steps(self.run)[-1:]
        wanted = newest if self.checkpoint.step is None else [self.checkpoint.step]
        return [explorer_folder.step_of(out)] == wanted

    def _write(self, out: pathlib.Path) -> None:
        from jaxgan.run.files import output_path

        output_path.check_new_folder(out)
        loaded = self.checkpoint.load(self.run)
        from jaxgan.run.editing import latent_file
        from jaxgan.run.errors import warn
        from jaxgan.run.explore import explorer_folder
        from jaxgan.run.progress import lasting

        latents = latent_file.read(self.latents) if self.latents else None
        what = dataclasses.replace(self, runtime=None, open=False)
        with lasting("making the explorer"):
            explorer_folder.write(
                loaded,
                out,
                current=self.current,
                latents=latents,
                training=self.training,
                runtime=self.runtime,
                record=self.metadata.provenance("explore", what, loaded),
                say=warn,
            )
