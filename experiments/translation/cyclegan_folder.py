"""CycleGAN on your own pictures of two kinds, without partners: horses and zebras.

    python experiments/translation/cyclegan_folder.py --path horse2zebra

Pictures lie in trainA and trainB of one folder, or in two (`--path photos --other
paintings`). Networks, constants and the order of moves are those of Zhu et al. 2017
(arXiv 1703.10593): ResNets of nine blocks, discriminators of 70 × 70 pixels beside
pools of 50 earlier fakes, 200 epochs of batches of 1, of which the rate falls in the
second half. `jaxgan apply RUN PICTURES --direction y_to_x` takes pictures of any size
back.

The small variant is narrow and for a laptop. Emoji of two houses of drawers, 64 × 64
pixels, trained on disjoint halves (no drawing is there with its partner),

    jaxgan train cyclegan_folder --variant small --path emoji-pairs.zip --steps 4120

take 12 minutes of a core. Test drawings are recognised, in colours and flat shapes of
the other house, with a grain that shows in plain places. By the true partners of all
235, seed 0 (interrupted and resumed thrice; distance: of features of a small VGG that
was trained on CIFAR-10, right on 70 %, by `feature_networks.trained_distance`; it is
not LPIPS):

                   PSNR   SSIM   distance
    x to y        12.23  0.336      0.434
    y to x        12.03  0.300      0.425
    source itself 11.85  0.360      0.418

Seeds 1 and 2 end alike: 12.30 and 12.26 dB, back 11.87 and 11.99; SSIM 0.339 and 0.343,
back 0.296 and 0.298. After 1,229 steps PSNR was 11.76 and 11.93, distances 0.479 and
0.446. By these measures
the source as it is stays as near, or nearer: partners mean the same, their outlines
differ, and what is made is less sharp. FID was not measured.
"""

import dataclasses
from typing import Annotated

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.data.unpaired import Partners
from jaxgan.games.unpaired import UnpairedGame
from jaxgan.models import cyclegan
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds, Count
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import domains
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = "pictures"
    """The folder or zip of both domains, or of the first."""
    other: str | None = None
    """The folder or zip of the second domain, if it lies elsewhere."""
    sides: tuple[str, str] = ("A", "B")
    """Names of the folders of the domains x and y."""
    split: str | None = None
    """The folder that is trained on; by default 'train', if there is one."""
    partners: Partners = "ignored"
    """'apart' takes no picture together with its partner of the same name."""
    held_out: str | None = None
    """The folder that progress is shown on, such as 'test'."""
    aligned: bool = False
    """Files of equal names are partners there, to compare with."""
    size: int = 256
    """Pixels per side of what is shown to the networks."""
    load_size: int | None = 286
    """Pixels per side that pictures are resized to first; None leaves them."""
    channels: tuple[int, int] = (3, 3)
    """Of x and of y: 1 for grey, 3 for colour."""
    flip: bool = True
    """Mirror pictures left to right at random."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 1
    """Pictures of each domain per step."""
    width: int = 64
    """Channels of the outermost maps of all networks."""
    blocks: int = 9
    """Residual blocks: 9 for 256 pixels, 6 for 128."""
    halvings: int = 3
    """Of the discriminators: 3 judge 70 × 70 pixels, 1 judge 16 × 16."""
    learning_rate: float = 2e-4
    """Adam's, for both players."""
    cycle_weight: Annotated[float, Bounds(least=0)] = 10.0
    """Of the way there and back."""
    identity_weight: Annotated[float, Bounds(least=0)] = 5.0
    """Of what is there already and should stay."""
    pool: Annotated[int, Bounds(least=0)] = 50
    """Earlier fakes of a domain that are kept."""
    epochs: Count = 100
    """At the full rate; in as many more it falls to nothing."""


DEFAULT = Config()
SMALL = dataclasses.replace(
    DEFAULT,
    path="emoji-pairs",
    sides=("noto", "twemoji"),
    partners="apart",
    held_out="test",
    aligned=True,
    size=64,
    load_size=None,
    flip=False,
    width=16,
    blocks=3,
    halvings=2,
    batch_size=2,
    learning_rate=4e-4,
    epochs=5,
)
VARIANTS = {"default": DEFAULT, "small": SMALL}
OPTIONS = Options(steps=200_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""

    def opened(split: str | None, partners: Partners):
        return data.unpaired(
            config.path,
            config.other,
            config.size,
            load_size=config.load_size,
            channels=config.channels,
            sides=config.sides,
            split=split,
            partners=partners,
        )

    source, batch = opened(config.split, config.partners), config.batch_size
    shapes = {name: one.shape for name, one in source.shapes.value.items()}
    rate = schedules.linear_decay(
        config.learning_rate,
        config.epochs,
        config.epochs,
        every=max(1, source.size // batch),
    )
    held_out = None
    if config.held_out is not None:
        shown = opened(config.held_out, "aligned" if config.aligned else "ignored")
        held_out = data.crop_batches(shown, batch, config.seed, crop=False)

    def generator(domain: str):
        return cyclegan.Generator(shapes[domain][-1], config.width, config.blocks)

    def discriminator():
        return cyclegan.Discriminator(config.width, config.halvings)

    return Experiment(
        game=UnpairedGame(
            generator("y"), generator("x"), discriminator(), discriminator()
        ),
        recipe=recipes.cyclegan(
            shapes,
            rate,
            cycle_weight=config.cycle_weight,
            identity_weight=config.identity_weight,
            pool=config.pool,
        ),
        data=data.crop_batches(source, batch, config.seed, flip=config.flip),
        kind=domains,
        held_out=held_out,
    )


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(
        config,
        size=16,
        load_size=16,
        width=2,
        blocks=1,
        halvings=1,
        pool=4,
        batch_size=4,
    )


if __name__ == "__main__":
    launch.main(__file__)
