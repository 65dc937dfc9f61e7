"""`jaxgan interpolate`: walks between samples of a run."""

import dataclasses
from typing import Annotated

from jaxgan.run.bounds import Bounds, Count
from jaxgan.run.command_line import option
from jaxgan.run.commands.metadata_options import MetadataOptions
from jaxgan.run.commands.shared_options import (
    BatchSize,
    CheckpointOptions,
    LatentOptions,
    Out,
    Run,
    SamplingOptions,
    picture_path,
)


@dataclasses.dataclass(frozen=True)
class InterpolateCommand:
    """Walk between samples of a run."""

    run: Run
    """The run's folder."""
    points: Annotated[int, option("N"), Bounds(least=2)] = 4
    """Samples to pass through."""
    frames: Annotated[Count, option("N")] = 8
    """Pictures from one sample to the next."""
    move: Annotated[tuple[float, float] | None, option("SIDES DEGREES", "none")] = None
    """Move pictures that far on a figure of eight, and turn them by so much:
    of generators that can be told to, as StyleGAN3's."""
    rate: Annotated[float, Bounds(above=0)] = 12.0
    """Frames per second."""
    out: Out = None
    """NAME.png: a strip, by default in RUN/generated; NAME.gif; NAME.mp4."""
    batch_size: BatchSize = 64
    """Samples at once."""
    latent: LatentOptions = dataclasses.field(default_factory=LatentOptions)
    sampling: SamplingOptions = dataclasses.field(default_factory=SamplingOptions)
    checkpoint: CheckpointOptions = dataclasses.field(default_factory=CheckpointOptions)
    metadata: MetadataOptions = dataclasses.field(default_factory=MetadataOptions)

    def execute(self) -> None:
        """Writes the walk, and prints where.

        Raises:
          RunError: if there is no such run, or options do not fit it.
        """
        from jaxgan.run.files import output_path
        from jaxgan.run.kinds import walks
        from jaxgan.run.sampling import interpolation, movement

        loaded = self.checkpoint.load(self.run)
        kind = loaded.experiment.kind
        if self.out:
            output_path.check_file(self.out, kind.walk_suffixes)
            walks.check_moving(self.out, self.rate)
        options = self.sampling.single(loaded.experiment)
        game = loaded.experiment.game
        moves = None if self.move is None else movement.Movement(game, *self.move)
        walk = interpolation.interpolate(
            loaded.sampler(size=self.batch_size, **options),
            loaded.state,
            self.latent.seed,
            range(self.points),
            self.frames,
            self.latent.numbers(loaded.experiment),
            move=moves,
        )
        path = self.out or picture_path(
            loaded,
            "interpolation" if moves is None else "movement",
            self.latent,
            self.sampling,
            self.checkpoint,
        ).with_suffix(kind.walk_suffixes[0])
        with output_path.written(path):
            kind.walk(path, walk, self.rate)
        self.metadata.mark(path, "interpolate", self, loaded)
        print(path)
