"""Options that several commands have in common."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import Positional

from jaxgan.run.bounds import FINITE, Bounds, Count, Seed
from jaxgan.run.command_line import Flag, Numbers, option

if TYPE_CHECKING:
    from jaxgan.run.experiment import Experiment
    from jaxgan.run.kinds import Kind
    from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
    from jaxgan.run.sampling.stored_run import StoredRun

Run = Annotated[Positional[pathlib.Path], option("RUN")]
"""The type of the argument that every command on a run has."""

Out = Annotated[pathlib.Path | None, option("PATH", "")]
"""The type of an option where to write, of which the docstring says the default."""

Step = Annotated[int | None, option("N", "the newest"), Bounds(least=0)]
"""The type of the number of a checkpoint."""

BatchSize = Annotated[Count, option("N")]
"""The type of a number of samples that are made at once."""


@dataclasses.dataclass(frozen=True)
class CheckpointOptions:
    """Which checkpoint of which run."""

    step: Step = None
    """Of the checkpoint."""
    run_seed: Annotated[Seed | None, option("SEED", "the first")] = None
    """Which of the runs that were trained side by side."""
    trust: Flag = False
    """Run the program in RUN, though it was not trained or imported here."""

    def load(self, run: pathlib.Path, parts: Sequence[str] = ()) -> "StoredRun":
        """Loads the run with this checkpoint, or parts of it: see `stored_run.load`.

        Raises:
          RunError: if there is none, or the run's program is not known.
        """
        from jaxgan.run.files import run_directory, run_program

        run_directory.read_identity(run)
        if self.trust:
            run_program.remember(run)
        run_program.check(run)
        from jaxgan.run.devices import xla
        from jaxgan.run.sampling import stored_run

        xla.set_up_xla()
        return stored_run.load(run, self.step, self.run_seed, parts=parts)


@dataclasses.dataclass(frozen=True)
class LatentOptions:
    """Which latents are drawn."""

    seed: Seed = 0
    """Of the samples."""
    label: Annotated[str | None, option("CLASS", "each sample of any class")] = None
    """Name or number of a class, for all samples."""

    def numbers(self, experiment: "Experiment") -> Any:
        """Finds the number [1] of the class, or None.

        Raises:
          RunError: if there is no such class.
        """
        from jaxgan.run.sampling import labels

        if self.label is None:
            return None
        return labels.label_numbers(experiment, self.label)


@dataclasses.dataclass(frozen=True)
class SamplingOptions:
    """How samples are made of them."""

    truncation: Annotated[Numbers, option("PSI,PSI,...", "none"), FINITE] = None
    """Less variety, better samples.
    Of StyleGAN, the share of the way from the mean style, 0 to 1;
    of others, where normal latents are cut off."""
    truncation_cutoff: Annotated[int | None, Bounds(least=0), option("N", "all")] = None
    """Truncate the first N layers only."""
    passes: Annotated[Count | None, option("N", "as trained")] = None
    """Passes of the generator per sample,
    of games that step from noise to a sample, as adversarial flow models."""
    noise_layers: Annotated[str | None, option("LAYERS", "all")] = None
    """Add noise in these layers only, such as 0-3 or none."""
    standing_statistics: Annotated[Count | None, option("N", "running averages")] = None
    """Normalise by batch statistics of N batches of samples."""
    current: Flag = False
    """Take the current generator, not its running average."""

    def each(self, experiment: "Experiment") -> list[dict[str, Any]]:
        """Makes the options of a `Sampler`, once for every value of --truncation.

        Raises:
          RunError: if the run has no current generator.
        """
        from jaxgan.run.sampling import sampling_options

        return sampling_options.options(experiment, **dataclasses.asdict(self))

    def single(self, experiment: "Experiment") -> dict[str, Any]:
        """Does what `each` does, for a command that takes one value.

        Raises:
          RunError: if there are several.
        """
        from jaxgan.run.sampling import sampling_options

        return sampling_options.single(experiment, **dataclasses.asdict(self))


@dataclasses.dataclass(frozen=True)
class MeasureOptions:
    """What is measured, and how."""

    metrics: Annotated[tuple[str, ...], option("NAME", "all that fit")] = ()
    """Of images fid, kid, inception-score, precision-recall, density-coverage,
    classes, modes, collapse, duplicates, memorisation.
    Of pictures made of pictures psnr, ssim, psnr-y, ssim-y, fid, kid.
    Of StyleGAN3 equivariance, too.
    Of videos frechet, kid, those of sets, and fvd, which wants its weights.
    Of predictions also mse, ssim, crps, csi-THRESHOLD.
    Of molecules structures, diversity, qed, logp, sa; of walks graph.
    By default what the experiment measures itself, too."""
    num: int = 2000
    """How many real and generated examples."""
    seed: Seed = 0
    """Of the samples, and of which real examples are seen."""
    neighbours: Annotated[int | None, option("N", "all")] = None
    """Training examples among which copies are looked for."""
    extractor: Annotated[
        Literal["classifier", "inception"] | None,
        option(default="the classifier, of labelled data of at most 64 pixels"),
    ] = None
    """What sees the images: one trained on the data, or FID's network."""
    weights: Annotated[pathlib.Path | None, option("FILE", "downloaded once")] = None
    """Of FID's Inception network; of videos of FVD's I3D: i3d_pretrained_400.pt."""

    def protocol(
        self, kind: "Kind", fitting: Sequence[str] = (), further: Sequence[str] = ()
    ) -> "EvaluationProtocol":
        """Makes the protocol of these options, for a kind of data.

        Args:
          kind: of data.
          fitting: measures beside the kind's that are taken unless some are named.
          further: those that may be named.

        Raises:
          RunError: naming the option that is wrong.
        """
        from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol

        protocol = EvaluationProtocol(
            self.metrics or [*kind.usual_measures, *fitting],
            self.num,
            self.seed,
            self.extractor,
            self.weights,
            self.neighbours,
        )
        protocol.check(kind.unit, [*kind.measures, *further])
        return protocol


def picture_path(
    loaded: "StoredRun",
    content: str,
    latents: LatentOptions,
    sampling: SamplingOptions,
    checkpoint: CheckpointOptions,
) -> pathlib.Path:
    """Names a picture in the run's folder by its content, and by what was chosen.

    Raises:
      RunError: if it is a symbolic link there.
    """
    from jaxgan.run.files import run_directory, safe_name

    label, noise = latents.label, sampling.noise_layers
    chosen: dict[str, Any] = {
        "step": loaded.step,
        "seed": latents.seed,
        "truncation": "_".join(f"{x:g}" for x in sampling.truncation or ()) or None,
        "truncation_cutoff": sampling.truncation_cutoff,
        "passes": sampling.passes,
        "noise": None if noise is None else safe_name.safe(noise, "layers"),
        "standing_statistics": sampling.standing_statistics,
        "run_seed": checkpoint.run_seed,
        "label": None if label is None else safe_name.safe(label, "class"),
    }
    parts = [f"{name}_{value}" for name, value in chosen.items() if value is not None]
    name = "_".join([content, *parts, *["current"] * sampling.current])
    path = loaded.directory / "generated" / f"{name}.png"
    suffixes = (".png", *loaded.experiment.kind.walk_suffixes)
    for one in (path.parent, *map(path.with_suffix, suffixes)):
        run_directory.check_no_link(one)
    return path
