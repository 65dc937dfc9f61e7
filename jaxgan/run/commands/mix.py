"""`jaxgan mix`: shows samples of a run with styles of others."""

import dataclasses
from typing import Annotated

from jaxgan.run.bounds import Count
from jaxgan.run.command_line import option
from jaxgan.run.commands.metadata_options import MetadataOptions
from jaxgan.run.commands.shared_options import (
    CheckpointOptions,
    LatentOptions,
    Out,
    Run,
    SamplingOptions,
    picture_path,
)
from jaxgan.run.errors import RunError


@dataclasses.dataclass(frozen=True)
class MixCommand:
    """Show samples of a run with styles of others."""

    run: Run
    """The run's folder."""
    layers: Annotated[tuple[str, ...], option("LAYERS")] = ("coarse", "middle", "fine")
    """Which styles the columns give, a block of rows each:
    coarse, middle, fine (a third each), or numbers such as 0-3."""
    rows: Annotated[Count, option("N")] = 2
    """Of each block."""
    columns: Annotated[Count, option("N")] = 6
    """Sources of the styles that are mixed in."""
    out: Out = None
    """NAME.png; by default in RUN/generated."""
    latent: LatentOptions = dataclasses.field(default_factory=LatentOptions)
    sampling: SamplingOptions = dataclasses.field(default_factory=SamplingOptions)
    checkpoint: CheckpointOptions = dataclasses.field(default_factory=CheckpointOptions)
    metadata: MetadataOptions = dataclasses.field(default_factory=MetadataOptions)

    def execute(self) -> None:
        """Writes the picture, and prints where.

        Raises:
          RunError: if there is no such run, or it has no styles to mix.
        """
        import numpy as np

        from jaxgan.core.abilities import Layered
        from jaxgan.run import pictures
        from jaxgan.run.files import output_path
        from jaxgan.run.sampling import style_mixing

        if self.out:
            output_path.check_file(self.out, (".png",))
        if not self.layers:
            raise RunError("--layers: saw none, wanted coarse, middle, fine or numbers")
        loaded = self.checkpoint.load(self.run)
        if not isinstance(loaded.experiment.game, Layered):
            raise RunError(
                f"{loaded.name}: its generator has no styles to mix; wanted StyleGAN2, "
                "say"
            )
        if self.sampling.standing_statistics is not None:
            raise RunError("--standing-statistics: styles are mixed without")
        options = self.sampling.single(loaded.experiment)
        mixed = style_mixing.mixed(
            loaded.sampler(size=self.columns + 1, **options),
            loaded.state,
            self.latent.seed,
            self.layers,
            self.rows,
            self.latent.numbers(loaded.experiment),
        )
        path = self.out or picture_path(
            loaded, "mixing", self.latent, self.sampling, self.checkpoint
        )
        cells = pictures.singles(mixed, loaded.experiment.kind.picture)
        picture = pictures.mosaic(np.stack(cells), columns=self.columns + 1)
        with output_path.written(path):
            pictures.save_png(path, pictures.enlarged(picture, 768))
        self.metadata.mark(path, "mix", self, loaded)
        print(path)
