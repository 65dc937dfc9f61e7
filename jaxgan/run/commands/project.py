"""`jaxgan project`: finds pictures in the latent space of a run."""

import dataclasses
import pathlib
import sys
from typing import Annotated, Literal

from tyro.conf import Positional

from jaxgan.run.bounds import Bounds, Count, Seed
from jaxgan.run.command_line import Flag, option
from jaxgan.run.commands.metadata_options import MetadataOptions
from jaxgan.run.commands.shared_options import CheckpointOptions, Out, Run
from jaxgan.run.errors import RunError


@dataclasses.dataclass(frozen=True)
class ProjectCommand:
    """Find pictures of your own in the latent space of a run."""

    run: Run
    """The run's folder."""
    pictures: Annotated[Positional[tuple[pathlib.Path, ...]], option("PICTURES")]
    """Files, folders and zips. Pictures of another size are cut to the square in the
    middle and resized."""
    out: Out = None
    """A new folder, by default RUN/projected: before_after.png, latents.npz, a video of
    the way, and the run tuned, which is a run like any other."""
    steps: Annotated[Count, option("N")] = 1000
    """Of the search."""
    pivotal: Annotated[int, option("N", "0"), Bounds(least=0)] = 0
    """Then tune the generator to the pictures for N steps; 350 are usual."""
    every_layer: Flag = False
    """Look for a code of its own for every layer: nearer to the picture, but farther
    from what the run makes."""
    weights: Annotated[pathlib.Path | None, option("FILE", "pixels")] = None
    """Of VGG-16: pictures are compared by its features (LPIPS)."""
    heads: Annotated[pathlib.Path | None, option("FILE", "all alike")] = None
    """Of LPIPS: how much each feature counts."""
    features: Flag = False
    """Compare pixels and the features of a network that is trained here, once."""
    video: Literal["gif", "webp", "mp4"] = "gif"
    """Of the way: its kind of file."""
    at_once: Annotated[Count, option("N")] = 16
    """Pictures that are looked for at a time."""
    seed: Seed = 0
    """Of what is drawn."""
    label: Annotated[str | None, option("CLASS", "none")] = None
    """Name or number of the class of all pictures, where the run is conditioned."""
    current: Flag = False
    """Take the current generator, not its running average."""
    checkpoint: CheckpointOptions = dataclasses.field(default_factory=CheckpointOptions)
    metadata: MetadataOptions = dataclasses.field(default_factory=MetadataOptions)

    def execute(self) -> None:
        """Writes what was found, and prints how near it is.

        Raises:
          RunError: if there is no such run or picture, or the run has no latents.
        """
        from jaxgan.run.application import picture_list
        from jaxgan.run.editing import fitted_pictures, projection_files
        from jaxgan.run.editing.editor import Editor
        from jaxgan.run.files import output_path
        from jaxgan.run.kinds.drawing import walks
        from jaxgan.run.progress import waiting

        if not self.pictures:
            raise RunError("PICTURES: saw none, wanted files, folders or zips")
        out = self.out or self.run / "projected"
        items = picture_list.items(self.pictures)
        output_path.check_new_folder(out)
        walks.check_moving(pathlib.Path(f"way.{self.video}"), projection_files.RATE)
        loaded = self.checkpoint.load(self.run)
        editor = Editor(loaded, current=self.current, label=self.label)
        project = editor.projector(
            steps=self.steps,
            pivotal=self.pivotal,
            seed=self.seed,
            every_layer=self.every_layer,
            weights=self.weights,
            heads=self.heads,
            features=self.features,
        )
        shape = fitted_pictures.shape_of(editor.codes)
        fitted = fitted_pictures.read(items, shape, _tell)
        with waiting("looking for the pictures") as progress:
            projection = project.of(fitted.images, progress, self.at_once)
        files = projection_files.ProjectionFiles(loaded, out, self.video)
        files.write(projection, fitted.names)
        names = ("before_after.png", f"way.{self.video}", "latents.npz")
        self.metadata.mark(out, "project", self, loaded, names, items)
        for line in projection_files.table(projection, fitted.names, project.title):
            print(line)
        print(out)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
