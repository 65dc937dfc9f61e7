"""CUT on your own pictures of two kinds: one translator, of which patches tell.

    python experiments/translation/cut_folder.py --path horse2zebra

Pictures lie as for `cyclegan_folder`. Networks and constants are those of Park et al.
2020 (arXiv 2007.15651): an antialiased ResNet of nine blocks, of which 256 patches of
five layers are to tell where in the source they come from; 400 epochs of batches of 1,
of which the rate falls in the second half. `--variant fastcut` has no identity and
mirrors half of the pictures instead. `jaxgan apply RUN PICTURES` maps pictures of any
size.

The small variant is narrow and for a laptop. Emoji of two houses of drawers, 64 × 64
pixels, trained on disjoint halves (no drawing is there with its partner),

    jaxgan train cut_folder --variant small --path emoji-pairs.zip --steps 4120

take 20 minutes of a core (seed 0, one run, interrupted and resumed at 537). Test
drawings keep their shapes and can be recognised, but nearly all become orange and
yellow: what patches hold of each other does not say which colour is whose. By the true
partners of all 235: PSNR 9.87 dB and SSIM 0.274, where the source as it is has 11.85 dB
and 0.360 (10.68 and 0.261 after 537 steps). `cyclegan_folder` keeps colours here, and
is what we would take.
"""

import dataclasses
from typing import Annotated

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.data.unpaired import Partners
from jaxgan.games.contrastive import ContrastiveGame
from jaxgan.models import cut
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
    """Channels of the outermost maps of both networks."""
    blocks: int = 9
    """Residual blocks."""
    halvings: int = 3
    """Of the discriminator: 3 judge 70 × 70 pixels, 1 judge 16 × 16."""
    patch_width: Count = 256
    """Numbers that a patch is told from others by."""
    patches: Count = 256
    """Of every layer that are told from each other."""
    fast: bool = False
    """FastCUT: no identity, a weight of 10, half of the pictures mirrored."""
    learning_rate: float = 2e-4
    """Adam's, for both players."""
    epochs: Count = 200
    """At the full rate."""
    decay_epochs: Annotated[int, Bounds(least=0)] = 200
    """In so many more it falls to nothing."""


DEFAULT = Config()
FASTCUT = dataclasses.replace(DEFAULT, fast=True, epochs=150, decay_epochs=50)
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
    patch_width=64,
    patches=64,
    batch_size=2,
    learning_rate=4e-4,
    epochs=5,
    decay_epochs=5,
)
VARIANTS = {"default": DEFAULT, "fastcut": FASTCUT, "small": SMALL}
OPTIONS = Options(steps=400_000)


def compared(blocks: int) -> tuple[int, ...]:
    """Finds the layers whose patches are compared, all of the encoder and its blocks.

    With too few blocks for the published ones they are the first and the last.
    """
    if blocks >= 7:
        return cut.LAYERS
    return tuple(sorted({*cut.LAYERS[:3], 10, 9 + blocks}))


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
    rate = schedules.linear_decay(
        config.learning_rate,
        config.epochs,
        config.decay_epochs,
        every=max(1, source.size // batch),
    )
    held_out = None
    if config.held_out is not None:
        shown = opened(config.held_out, "aligned" if config.aligned else "ignored")
        held_out = data.crop_batches(shown, batch, config.seed, crop=False)
    game = ContrastiveGame(
        cut.Generator(
            *(config.channels[1], config.width, config.blocks),
            layers=compared(config.blocks),
        ),
        cut.Discriminator(config.width, config.halvings),
        cut.PatchMLP(config.patch_width),
        mirrored=0.5 if config.fast else 0.0,
    )
    constants = recipes.FASTCUT if config.fast else {}
    return Experiment(
        game=game,
        recipe=recipes.cut(game.project, rate, patches=config.patches, **constants),
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
        patch_width=4,
        patches=4,
        batch_size=4,
    )


if __name__ == "__main__":
    launch.main(__file__)
