"""`jaxgan apply`: maps a user's own pictures by a run."""

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
class ApplyCommand:
    """Translate, restore or enlarge pictures of your own."""

    run: Run
    """The run's folder: its generator makes pictures of pictures."""
    pictures: Annotated[Positional[tuple[pathlib.Path, ...]], option("PICTURES")]
    """Files, folders and zips."""
    out: Out = None
    """Folder of what is made, by default RUN/applied. Files have the names of their
    sources; what is there already is left as it is."""
    direction: Annotated[str | None, option("NAME", "the first")] = None
    """Of a run that maps both ways: x_to_y or y_to_x."""
    tile: Annotated[Count | None, option("N", "whole, if there is memory")] = None
    """Go through pictures in squares of N pixels. Networks that normalise every picture
    by itself, as CycleGAN's and pix2pix's, do so with every square: colours differ from
    those without this option, and from square to square."""
    overlap: Annotated[
        int | None, option("N", "a quarter, at most 32"), Bounds(least=0)
    ] = None
    """Pixels of neighbouring squares that are blended."""
    format: Annotated[
        Literal["png", "jpeg", "webp", "tiff"] | None, option(default="as the source")
    ] = None
    """Of the files."""
    overwrite: Flag = False
    """Make files that are there already anew."""
    current: Flag = False
    """Take the current generator, not its running average."""
    seed: Seed = 0
    """Of what is drawn, such as dropout."""
    checkpoint: CheckpointOptions = dataclasses.field(default_factory=CheckpointOptions)
    metadata: MetadataOptions = dataclasses.field(default_factory=MetadataOptions)

    def execute(self) -> None:
        """Writes a picture for each, and prints where.

        Raises:
          RunError: if there is no such run or picture, the run maps none, or some could
            not be read.
        """
        from jaxgan.run.application import gallery, picture_list
        from jaxgan.run.application.application import Application
        from jaxgan.run.application.picture_file import FORMATS
        from jaxgan.run.files import output_path

        if not self.pictures:
            raise RunError("PICTURES: saw none, wanted files, folders or zips")
        items = picture_list.items(self.pictures)
        out = self.out or self.run / "applied"
        output_path.check_folder(out, "--out")
        loaded = self.checkpoint.load(self.run)
        application = Application(
            loaded.experiment,
            loaded.state,
            direction=self.direction,
            ema=not self.current,
            seed=self.seed,
            tile=self.tile,
            overlap=self.overlap,
            say=_tell,
        )
        outcome = gallery.apply_to_all(
            application,
            items,
            out,
            format=FORMATS[self.format] if self.format else None,
            overwrite=self.overwrite,
            provenance=self.metadata.provenance("apply", self, loaded),
            say=_tell,
        )
        print(_summary(outcome, out))
        if outcome.bad:
            raise RunError(
                f"{len(outcome.bad)} of {len(items)} pictures could not be read", code=1
            )


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _summary(outcome, out: pathlib.Path) -> str:
    count, seconds = len(outcome.written), outcome.seconds
    line = f"{out}: {count} {'picture' if count == 1 else 'pictures'}"
    if count:
        line += f" in {seconds:.1f} s ({count / max(seconds, 1e-9):.2g} a second)"
    if outcome.left:
        line += f"; {len(outcome.left)} there already, left as they are"
    return line
