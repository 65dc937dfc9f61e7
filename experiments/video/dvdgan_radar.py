"""DVD-GAN-FP on rain: what a radar will see, from what it saw.

Clark et al. 2019 (arXiv 1907.06571), section 3.3, as radar nowcasting trains it (Ravuri
et al. 2021, arXiv 2104.00954): four frames are given, and encoded into the first states
of the ConvGRUs; eighteen follow. The mean of some predictions is held near what came,
cell by cell; single ones may differ from it, as the noise has it.

    python experiments/video/dvdgan_radar.py --path fmi-radar.npz --variant small

`data.radar` says what is in the file. `small` predicts eight frames of 32 pixels, for
two cores. After 1,200 steps (15 minutes of one core, seed 0), of rain over Finland that
was held out, eight members of 64 clips, at leads of 5, 10, 20 and 40 minutes:

                       MSE                     CRPS                    CSI of 20 dBZ
    DVD-GAN-FP         .032 .046 .049 .050     .080 .094 .095 .097     .13 .03 .01 .01
    persistence        .021 .043 .065 .074     .066 .104 .139 .152     .30 .14 .04 .03
    advection          .008 .014 .029 .051     .041 .057 .086 .123     .46 .34 .19 .07

Where it rains is right and blurred, and hard rain is missing. By CRPS the ensemble is
better than persistence from the second frame on, and than advection from half an hour
on. The default has not been trained.
"""

import dataclasses
from typing import Annotated

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.games.paired import PairedGame
from jaxgan.models import dvdgan
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds, Count
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import Predictions
from jaxgan.run.options import Options

RAIN = (20.0, 35.0)
"""dBZ from which on it rains, and rains hard."""


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = "fmi-radar.npz"
    """The file of frames."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 16
    """Clips per step."""
    given: Count = 4
    """Frames that are known."""
    frames: Count = 18
    """Frames that are predicted."""
    size: int = 64
    """Pixels per side of what is cut out."""
    noise_size: Count = 120
    """Numbers of noise per prediction."""
    generator_widths: tuple[int, ...] = (768, 768, 384, 192, 96)
    """Channels of the smallest maps and after every doubling."""
    discriminator_widths: tuple[int, ...] = (96, 192, 384, 768, 768)
    """Channels after every block of both discriminators."""
    judged: Count = 8
    """Frames of every clip that are judged at their full size."""
    generator_rate: float = 5e-5
    """Adam's, for the generator."""
    discriminator_rate: float = 2e-4
    """Adam's, for both discriminators."""
    critic_steps: int = 2
    """Updates of the discriminators per update of the generator."""
    grid_cells: Annotated[float, Bounds(least=0)] = 20.0
    """Weight of the distance of mean predictions, cell by cell."""
    half_life: float = 0.0
    """Of the generator's running average, in clips; 0 is none."""


DEFAULT = Config()
SMALL = dataclasses.replace(
    DEFAULT,
    batch_size=4,
    frames=8,
    size=32,
    noise_size=16,
    generator_widths=(64, 32, 16, 16),
    discriminator_widths=(16, 32, 64, 64),
    judged=4,
    generator_rate=1e-3,
    discriminator_rate=5e-4,
    critic_steps=1,
    half_life=400.0,
)
VARIANTS = {"default": DEFAULT, "small": SMALL}
OPTIONS = Options(steps=500_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""

    def opened(split: str):
        whole = data.radar(
            config.path, config.given + config.frames, config.size, split=split
        )
        return data.prediction(whole, config.given)

    recipe = recipes.dvdgan(
        config.generator_rate,
        config.discriminator_rate,
        config.critic_steps,
        grid_cells=config.grid_cells,
    )
    if config.half_life:
        average = schedules.half_life(config.half_life, ramp_up=0.05)
        recipe = recipe._replace(ema_decay=average)
    batch = config.batch_size
    return Experiment(
        game=PairedGame(
            dvdgan.Predictor(config.frames, config.generator_widths),
            dvdgan.Discriminator(config.discriminator_widths, config.judged),
            noise_size=config.noise_size,
        ),
        recipe=recipe,
        data=data.clip_batches(opened("train"), batch, config.seed, flip=True),
        kind=Predictions(thresholds=RAIN, scale=data.to_dbz, scale_unit="dBZ"),
        held_out=data.clip_batches(opened("test"), batch, config.seed, crop=False),
    )


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(
        config,
        batch_size=8,
        given=2,
        frames=2,
        size=8,
        noise_size=3,
        generator_widths=(4, 4),
        discriminator_widths=(4, 4),
        judged=1,
    )


if __name__ == "__main__":
    launch.main(__file__)
