"""`jaxgan sample`: generates from a run."""

import dataclasses
from typing import Annotated, Any

from jaxgan.run.bounds import Count
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
from jaxgan.run.errors import RunError


@dataclasses.dataclass(frozen=True)
class SampleCommand:
    """Generate samples of a run."""

    run: Run
    """The run's folder, or one that `jaxgan export` made."""
    num: Annotated[Count | None, option("N", "64, or 8 of each truncation")] = None
    """How many. Of several truncations, like 1,0.7,0.5, each is a row.
    Pictures made of pictures are those of the first held-out ones, one of each."""
    out: Out = None
    """NAME.png: one picture of all, by default in RUN/generated.
    NAME.npz: arrays. Any other name: a new folder of one file each.
    Of videos also NAME.gif, NAME.webp, NAME.mp4: all of them, moving."""
    batch_size: BatchSize = 64
    """Samples at once."""
    latent: LatentOptions = dataclasses.field(default_factory=LatentOptions)
    sampling: SamplingOptions = dataclasses.field(default_factory=SamplingOptions)
    checkpoint: CheckpointOptions = dataclasses.field(default_factory=CheckpointOptions)
    metadata: MetadataOptions = dataclasses.field(default_factory=MetadataOptions)

    def execute(self) -> None:
        """Writes the samples, and prints where.

        Raises:
          RunError: if there is no such run, options do not fit it, or the samples
            cannot be written where they are wanted.
        """
        from jaxgan.run.exporting import exported_folder

        if exported_folder.is_one(self.run):
            self._sample_exported()
            return
        from jaxgan.run.sampling import kept_programs, sample_files, sampler

        if self.out:
            sample_files.check_path(self.out)

        generator = "variables" if self.sampling.current else "ema"
        loaded = self.checkpoint.load(self.run, parts=[generator])
        if self.out:
            sample_files.check_path(self.out, loaded.experiment.kind)
        each = self.sampling.each(loaded.experiment)
        num = (64 if len(each) == 1 else 8) if self.num is None else self.num
        samples = [
            sampler.generate(
                loaded.experiment,
                loaded.state,
                num,
                self.latent.seed,
                label=self.latent.label,
                batch_size=self.batch_size,
                programs=kept_programs.of_run(loaded, options),
                **options,
            )
            for options in each
        ]
        path = self.out or picture_path(
            loaded, "samples", self.latent, self.sampling, self.checkpoint
        )
        truncations = [options["truncation"] for options in each]
        sample_files.save(path, samples, truncations, loaded.experiment)
        self.metadata.mark(path, "sample", self, loaded)
        print(path)

    def _sample_exported(self) -> None:
        from jaxgan.run.exporting import exported_folder

        sampling, usual = self.sampling, SamplingOptions()
        psi: Any = sampling.truncation or (1.0,)
        others = dataclasses.replace(sampling, truncation=None)
        if others != usual or self.checkpoint != CheckpointOptions() or len(psi) > 1:
            raise RunError(
                f"{self.run}: an exported folder takes --num, --seed, --label, "
                "--truncation PSI, --out and --no-metadata"
            )
        num, latent = self.num or 64, self.latent
        exported_folder.sample(
            *(self.run, self.out, num, latent.seed, latent.label, psi[0]),
            marked=not self.metadata.no_metadata,
        )
