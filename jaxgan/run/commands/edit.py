"""`jaxgan edit`: moves latents of a run along a direction."""

import dataclasses
import pathlib
import re
from typing import Annotated, Literal

from tyro.constructors import PrimitiveConstructorSpec

from jaxgan.run.bounds import FINITE, Bounds, Count, Seed
from jaxgan.run.command_line import Flag, option
from jaxgan.run.commands.metadata_options import MetadataOptions
from jaxgan.run.commands.shared_options import CheckpointOptions, Out, Run

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"


def _span(words: list[str]) -> tuple[float, ...]:
    match = re.fullmatch(rf"({_NUMBER})(?:\.\.({_NUMBER}))?", words[0].strip())
    if not match:
        raise ValueError("wanted a number, or two such as -3..3")
    return tuple(float(number) for number in match.groups() if number is not None)


Span = Annotated[
    tuple[float, ...],
    PrimitiveConstructorSpec(
        nargs=1,
        metavar="A..B",
        instance_from_str=_span,
        is_instance=lambda value: isinstance(value, tuple),
        str_from_instance=lambda value: ["..".join(f"{x:g}" for x in value)],
    ),
]
"""The type of a number, or of a way from one to another: '-3..3'."""


@dataclasses.dataclass(frozen=True)
class EditCommand:
    """Change samples of a run, or pictures of yours found in it, along a direction."""

    run: Run
    """The run's folder; RUN/projected/tuned, say."""
    direction: Annotated[int, option("N"), Bounds(least=0)] = 0
    """Its number: see jaxgan directions."""
    amount: Annotated[Span, FINITE] = (-3.0, 3.0)
    """How far, in standard deviations of latents: from A to B, or one number."""
    layers: Annotated[str | None, option("LAYERS", "all")] = None
    """That are changed, such as 0-5."""
    method: Literal["sefa", "ganspace"] = "sefa"
    """By which directions are found."""
    directions: Annotated[pathlib.Path | None, option("FILE", "found anew")] = None
    """directions.npz of jaxgan directions."""
    latents: Annotated[pathlib.Path | None, option("FILE", "drawn")] = None
    """latents.npz of jaxgan project."""
    num: Annotated[Count, option("N")] = 4
    """Samples that are changed, each in a row of its own."""
    frames: Annotated[Count, option("N")] = 7
    """Pictures from A to B."""
    rate: Annotated[float, Bounds(above=0)] = 12.0
    """Pictures per second, if they move."""
    out: Out = None
    """NAME.png, by default in RUN/generated; NAME.gif, .webp or .mp4 move, there and
    back again; NAME.npz: arrays."""
    seed: Seed = 0
    """Of the samples."""
    label: Annotated[str | None, option("CLASS", "none")] = None
    """Name or number of their class, where the run is conditioned."""
    current: Flag = False
    """Take the current generator, not its running average."""
    checkpoint: CheckpointOptions = dataclasses.field(default_factory=CheckpointOptions)
    metadata: MetadataOptions = dataclasses.field(default_factory=MetadataOptions)

    def execute(self) -> None:
        """Writes the pictures, and prints where.

        Raises:
          RunError: if there is no such run, direction or layer.
        """
        from jaxgan.run.editing import codes, direction_files, edits, latent_file
        from jaxgan.run.editing import latent_directions as found
        from jaxgan.run.files import output_path
        from jaxgan.run.kinds.drawing import walks
        from jaxgan.run.sampling.noise_layers import numbers_of_layers

        if self.out:
            output_path.check_file(self.out, direction_files.SUFFIXES)
            walks.check_moving(self.out, self.rate)
        latents = latent_file.read(self.latents) if self.latents else None
        given = direction_files.read(self.directions) if self.directions else None
        loaded = self.checkpoint.load(self.run)
        of_run = codes.Codes(loaded, current=self.current, label=self.label)
        layers = numbers_of_layers(self.layers, of_run.layers)
        directions = given or found.find(of_run, self.method)
        amounts = direction_files.amounts(self.amount[0], self.amount[-1], self.frames)
        sample = edits.moved(
            *(of_run, directions, self.direction, amounts, layers),
            seed=self.seed,
            count=self.num,
            latents=latents,
        )
        path = self.out or direction_files.path_of(loaded, self.direction)
        picture = loaded.experiment.kind.picture
        direction_files.write_rows(path, sample, len(amounts), picture, self.rate)
        self.metadata.mark(path, "edit", self, loaded)
        print(path)
