"""`jaxgan directions`: finds what can be changed in the samples of a run."""

import dataclasses
import pathlib
from typing import Annotated, Literal

from jaxgan.run.bounds import Bounds, Count, Seed
from jaxgan.run.command_line import Flag, option
from jaxgan.run.commands.metadata_options import MetadataOptions
from jaxgan.run.commands.shared_options import CheckpointOptions, Out, Run


@dataclasses.dataclass(frozen=True)
class DirectionsCommand:
    """Find directions along which the samples of a run change most."""

    run: Run
    """The run's folder."""
    method: Literal["sefa", "ganspace"] = "sefa"
    """sefa: of the weights that see a latent first. ganspace: principal components of
    w, or of what those weights make of z."""
    count: Annotated[Count, option("N")] = 8
    """How many are shown."""
    amount: Annotated[float, option("X"), Bounds(above=0)] = 3.0
    """How far to both sides: in standard deviations of latents."""
    frames: Annotated[int, option("N"), Bounds(least=2)] = 7
    """Pictures of each direction."""
    layers: Annotated[str | None, option("LAYERS", "all")] = None
    """That are looked at, and moved: such as 0-3."""
    num: Annotated[Count, option("N")] = 1
    """Samples that are moved, each in a row of its own."""
    out: Out = None
    """A new folder, by default RUN/directions-METHOD: a strip of pictures for each
    direction, all of them numbered in directions.png, and directions.npz."""
    seed: Seed = 0
    """Of the samples."""
    label: Annotated[str | None, option("CLASS", "none")] = None
    """Name or number of their class, where the run is conditioned."""
    current: Flag = False
    """Take the current generator, not its running average."""
    checkpoint: CheckpointOptions = dataclasses.field(default_factory=CheckpointOptions)
    metadata: MetadataOptions = dataclasses.field(default_factory=MetadataOptions)

    def execute(self) -> None:
        """Writes the directions, and prints where.

        Raises:
          RunError: if there is no such run, or it has no latents.
        """
        from jaxgan.run.editing import codes, direction_files, edits, latent_directions
        from jaxgan.run.files import output_path
        from jaxgan.run.progress import lasting
        from jaxgan.run.sampling.noise_layers import numbers_of_layers

        out: pathlib.Path = self.out or self.run / f"directions-{self.method}"
        output_path.check_new_folder(out)
        loaded = self.checkpoint.load(self.run)
        of_run = codes.Codes(loaded, current=self.current, label=self.label)
        layers = numbers_of_layers(self.layers, of_run.layers)
        with lasting("looking for directions"):
            found = latent_directions.find(of_run, self.method, layers)
        amounts = direction_files.amounts(-self.amount, self.amount, self.frames)
        shown = min(self.count, len(found.vectors))
        strips = [
            edits.moved(
                of_run, found, number, amounts, layers, seed=self.seed, count=self.num
            )
            for number in range(shown)
        ]
        picture = loaded.experiment.kind.picture
        direction_files.write(out, found, strips, len(amounts), picture)
        self.metadata.mark(out, "directions", self, loaded, ("*.png", "*.npz"))
        print(out)
