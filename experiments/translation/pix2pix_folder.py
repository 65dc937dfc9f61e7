"""pix2pix on your own pairs of pictures: what is drawn, mapped or masked, and back.

    python experiments/translation/pix2pix_folder.py --path facades --direction BtoA

Pairs lie side by side in every picture, as in pix2pix's sets, or in two folders of
equal names (`--path photos --targets maps`), or in one with folders of two names
(`--sides A B`). Networks, constants and the order of moves are those of Isola et al.
2017 (arXiv 1611.07004): a U-Net whose only noise is dropout, in use too; a
discriminator of 70 × 70 pixels; 200 epochs of batches of 1, of which the rate falls in
the second half. `jaxgan apply RUN PICTURES` then maps pictures of any size.

The other variants are narrow and for a laptop. The vessels of retinas (CHASE_DB1, 20
photographs of 512 × 512 pixels to learn from, in train/image and train/1stHO),

    jaxgan train pix2pix_folder --variant vessels --path chasedb1.zip --steps 1200

are learned from squares of 128 pixels in four minutes of one core (CPU time, seeds 0
to 2). `jaxgan apply` then finds them in the 8 whole photographs of subjects 11 to 14:
Dice 0.712, 0.718 and 0.717 against the first observer (above half of white, mean over
photographs) and areas under the curve of 0.941, 0.930 and 0.941, over all pixels. The
second observer's Dice is 0.808. With L1 in place of squares, at a weight of 100 and at
20 (and a rate of 3e-4), outputs were all but black after 360 and 180 steps, where we
stopped: the median of what a pixel may be is black, and tanh has no slope there.

`--variant retinas --steps 600` is the way back, of whole pictures at 128 pixels. After
these steps, four minutes of one core, held-out retinas are round and orange, with
vessels along the drawing, and mostly the bright disc where they meet; finer texture was
not reached; seeds 1 and 2 end alike.

`--variant edges` needs no pairs: lines are made of your pictures, and the network
learns to fill them. On emoji,

    jaxgan train pix2pix_folder --variant edges --path emoji-pairs.zip \
        --sides A twemoji --held-out test --steps 2472

take 7.5 minutes of one core (seed 0, one run). Drawings it has not seen, given as
lines, come back as yellow faces, red hats and blue plates with white letters; where
lines do not say the colour (a lizard's, a flag's) it guesses, and plain places show a
weave. PSNR of 235 is 13.5 dB, that of the mean picture 10.9.

`--variant small` is to make photographs of boundaries that people drew (BSDS500, its
zip as it is published): after 1,500 steps, eight minutes on two busy cores, there were
colours and textures, and nothing to be recognised. 200 photographs of everything are
too few for this: of their edges, which say more, L1 was 0.386 after 100 steps and 0.388
after 1,900.
"""

import dataclasses
from typing import Annotated, Literal

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.data import picture_functions
from jaxgan.data.pairs import Direction
from jaxgan.games.paired import PairedGame
from jaxgan.models import pix2pix
from jaxgan.models.pix2pix import Norm
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds, Count
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import pairs
from jaxgan.run.options import Options
from jaxgan.terms.criteria import mean_absolute, mean_squared


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = "pairs"
    """The folder or zip of pairs, or of sources."""
    targets: str | None = None
    """The folder or zip of targets, if they lie elsewhere."""
    sides: tuple[str, str] = ("A", "B")
    """Names of the folders of sources and of targets."""
    split: str | None = None
    """The folder that is trained on; by default 'train', if there is one."""
    held_out: str | None = None
    """The folder of pairs that progress is shown on, such as 'val'."""
    direction: Direction = "AtoB"
    """BtoA makes sources of the targets."""
    made: Literal["edges", "gray"] | None = None
    """Make the sources of the targets, which are then all that there is to be."""
    size: int = 256
    """Pixels per side of what is shown to the networks."""
    load_size: int | None = 286
    """Pixels per side that pictures are resized to first; None leaves them."""
    channels: tuple[int, int] = (3, 3)
    """Of sources and of targets: 1 for grey, 3 for colour."""
    boundaries: bool = False
    """Read MATLAB files as boundaries that people drew: BSDS500's."""
    turn: bool = False
    """Turn pairs by quarters at random."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 1
    """Pairs per step."""
    width: int = 64
    """Channels of the outermost maps of both networks."""
    halvings: int = 8
    """Levels of the U-Net: sides are multiples of 2 to this power."""
    instance_norm: bool = False
    """Normalise every picture by itself; by default the batch, as published."""
    learning_rate: float = 2e-4
    """Adam's, for both players."""
    l1_weight: Annotated[float, Bounds(least=0)] = 100.0
    """Of the distance to the target, beside the adversarial loss."""
    squared: bool = False
    """Square that distance, for targets that are black but for lines."""
    epochs: Count = 100
    """At the full rate; in as many more it falls to nothing."""


DEFAULT = Config()
SMALL = dataclasses.replace(
    DEFAULT,
    sides=("groundTruth", "images"),
    channels=(1, 3),
    boundaries=True,
    held_out="val",
    size=64,
    load_size=96,
    width=32,
    halvings=6,
    batch_size=4,
    instance_norm=True,
)
VESSELS = dataclasses.replace(
    SMALL,
    path="chasedb1",
    sides=("image", "1stHO"),
    channels=(3, 1),
    boundaries=False,
    held_out="test",
    size=128,
    load_size=None,
    turn=True,
    width=16,
    halvings=5,
    learning_rate=5e-4,
    squared=True,
    epochs=120,
)
RETINAS = dataclasses.replace(
    VESSELS,
    sides=("1stHO", "image"),
    channels=(1, 3),
    load_size=144,
    turn=False,
    halvings=6,
    squared=False,
    epochs=60,
)
EDGES = dataclasses.replace(
    SMALL,
    path="pictures",
    sides=("A", "B"),
    boundaries=False,
    held_out=None,
    made="edges",
    load_size=64,
    width=24,
    learning_rate=5e-4,
    epochs=3,
)
VARIANTS = {
    "default": DEFAULT,
    "small": SMALL,
    "edges": EDGES,
    "vessels": VESSELS,
    "retinas": RETINAS,
}
MADE = {"edges": picture_functions.edges, "gray": picture_functions.gray}
OPTIONS = Options(steps=80_000, shared_draws=True)
"""Both players see the same fakes, as in the official code."""


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""

    def opened(split: str | None):
        return data.pairs(
            config.path,
            config.targets,
            config.size,
            load_size=config.load_size,
            channels=config.channels,
            sides=config.sides,
            split=split,
            direction=config.direction,
            made=config.made and MADE[config.made],
            read={".mat": data.boundaries} if config.boundaries else None,
        )

    source = opened(config.split)
    norm = Norm.INSTANCE if config.instance_norm else Norm.BATCH
    batch = config.batch_size
    rate = schedules.linear_decay(
        config.learning_rate,
        config.epochs,
        config.epochs,
        every=max(1, source.size // batch),
    )
    held_out = None if config.held_out is None else opened(config.held_out)
    return Experiment(
        game=PairedGame(
            pix2pix.Generator(source.shape[-1], config.width, config.halvings, norm),
            pix2pix.Discriminator(config.width, norm=norm),
        ),
        recipe=recipes.pix2pix(
            rate,
            config.l1_weight,
            criterion=mean_squared if config.squared else mean_absolute,
        ),
        data=data.crop_batches(source, batch, config.seed, flip=True, turn=config.turn),
        kind=pairs,
        held_out=held_out
        and data.crop_batches(held_out, batch, config.seed, crop=False),
    )


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(
        config, size=32, load_size=32, halvings=2, width=2, batch_size=4
    )


if __name__ == "__main__":
    launch.main(__file__)
