"""`jaxgan interpolate`: walks between samples of a run."""

import dataclasses
import pathlib
from typing import TYPE_CHECKING, Annotated, Any

from jaxgan.run.bounds import SEED, Bounds, Count
from jaxgan.run.command_line import Flag, option
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
from jaxgan.run.errors import RunError

if TYPE_CHECKING:
    from jaxgan.run.sampling.stored_run import StoredRun


@dataclasses.dataclass(frozen=True)
class InterpolateCommand:
    """Walk between samples of a run."""

    run: Run
    """The run's folder."""
    points: Annotated[int, option("N"), Bounds(least=2)] = 4
    """Samples to pass through."""
    frames: Annotated[Count, option("N")] = 8
    """Pictures from one sample to the next."""
    keys: Annotated[tuple[int, ...], option("SEEDS", "samples of one seed"), SEED] = ()
    """Seeds, of whose first samples each is passed through, such as 3 14 15."""
    latents: Annotated[pathlib.Path | None, option("FILE", "drawn")] = None
    """latents.npz of jaxgan project, of which each is passed through."""
    loop: Flag = False
    """End where it began: a video of it, repeated, shows no seam."""
    move: Annotated[tuple[float, float] | None, option("SIDES DEGREES", "none")] = None
    """Move pictures that far on a figure of eight, and turn them by so much:
    of generators that can be told to, as StyleGAN3's."""
    rate: Annotated[float, Bounds(above=0)] = 12.0
    """Frames per second."""
    out: Out = None
    """NAME.png: a strip, by default in RUN/generated; NAME.gif; NAME.webp; NAME.mp4."""
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
        from jaxgan.run.kinds.drawing import walks
        from jaxgan.run.sampling import interpolation, movement

        if len(self.keys) == 1:
            raise RunError("--keys: saw one seed, wanted two at least")
        if self.keys and self.latents:
            raise RunError("--keys: saw seeds with --latents, wanted one of them")
        loaded = self.checkpoint.load(self.run)
        kind = loaded.experiment.kind
        if self.out and not kind.walk_suffixes:
            raise RunError(f"{kind.unit} have no latents to walk between")
        if self.out:
            output_path.check_file(self.out, kind.walk_suffixes)
            walks.check_moving(self.out, self.rate)
        options = self.sampling.single(loaded.experiment)
        game = loaded.experiment.game
        moves = None if self.move is None else movement.Movement(game, *self.move)
        draw = loaded.sampler(size=self.batch_size, **options)
        ways: Any = {"loop": self.loop, "move": moves}
        if self.latents:
            ends = self._ends(loaded)
            walk = interpolation.through(draw, loaded.state, ends, self.frames, **ways)
        else:
            walk = interpolation.interpolate(
                draw,
                loaded.state,
                self.latent.seed,
                range(self.points),
                self.frames,
                self.latent.numbers(loaded.experiment),
                keys=self.keys,
                **ways,
            )
        path = self.out or picture_path(
            loaded, self._content, self.latent, self.sampling, self.checkpoint
        ).with_suffix(kind.walk_suffixes[0])
        with output_path.written(path):
            kind.walk(path, walk, self.rate)
        self.metadata.mark(path, "interpolate", self, loaded)
        print(path)

    def _ends(self, loaded: "StoredRun") -> Any:
        """Reads latents of a file as the game has them."""
        import numpy as np

        from jaxgan.run.editing import codes, latent_file

        latents = latent_file.read(self.latents or pathlib.Path())
        if len(latents.code) < 2:
            raise RunError("--latents: saw one, wanted two at least")
        of_run = codes.Codes(
            loaded, current=self.sampling.current, label=self.latent.label
        )
        latents.variables(of_run, 0)
        return of_run.like(np.asarray(latents.code))

    @property
    def _content(self) -> str:
        """Names what is not told of by the options that all commands have."""
        what = "interpolation" if self.move is None else "movement"
        parts = [what, *["loop"] * self.loop, *map(str, self.keys)]
        parts += ["latents"] * (self.latents is not None)
        return "_".join(parts)
