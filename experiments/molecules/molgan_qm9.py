"""MolGAN on small molecules: graphs of up to nine atoms, drawn all at once.

De Cao and Kipf 2018 (arXiv 1805.11973). `--path` is a file of SMILES: QM9's, or one of
your own; without it a hundred molecules that everybody knows are trained on.

    python experiments/molecules/molgan_qm9.py --path qm9.csv.gz
    jaxgan sample runs/molgan_qm9 --out samples
    jaxgan evaluate runs/molgan_qm9 --num 6400

The defaults are chosen to stay unique: the critic is shown how little a group of
molecules varies, and there is no reward. That costs validity. `--variant small` on
100,255 molecules of QM9, shares of 500 samples, mean ± deviation of three seeds:

    step    valid (strict)   valid (official)   unique          novel
    500     .156 ± .004      .49 ± .03          .991 ± .008     .64 ± .02
    1,000   .241 ± .04       .50 ± .03          .990 ± .011     .63 ± .03
    1,500   .191 ± .07       .44 ± .08          .997 ± .006     .67 ± .11
    2,000   .157 ± .12       .39 ± .13          .996 ± .008     .74 ± .16

At step 1,000 half of all samples break a valence, and a quarter keep them all but are
in pieces, or have a bond to a place without an atom. Validity falls again thereafter,
and seeds go apart. Every pair of atoms draws for itself, of shares that its latent says
(Gumbel noise, as published); of the likeliest graphs of latents a third were valid in
one run after 857 steps, none in another after 2,000: all chance had moved into these
draws. `--variant quiet` has none, so that a graph is a function of its latent, and
rates that fall over 1,000 steps:

    250     .231 ± .10       .59 ± .10          .64 ± .09       .58 ± .03
    500     .371 ± .07       .66 ± .06          .75 ± .12       .53 ± .03
    750     .373 ± .06       .62 ± .05          .88 ± .09       .57 ± .06
    1,000   .344 ± .02       .59 ± .02          .91 ± .08       .59 ± .05

So of 500 samples 157 are different molecules instead of 119, about 90 of them new
instead of 75; but a fourth run ended with .37 valid and only .66 unique, which is why
it is not the default. `--variant small_rewarded` has the noise, those rates, and from
step 200 on a reward for what is valid and like a drug, as much of it as of the game. Of
the one seed that was run (142 seconds of a core):

    250     .148             .65                1.000           .76
    500     .568             .83                .701            .50
    750     .436             .73                .775            .47
    1,000   .496             .75                .839            .55

208 of 500 samples are different molecules, about 115 of them new: the most of all, yet
with less variety than without a reward, so that it is not the default either. With a
reward and no noise (one seed) .45 to .56 were valid and only .50 to .61 unique.
Published, of 6,400 samples: valid (official) .981, unique .104, novel .942. Three runs
side by side took 170 to 230 seconds of a core. The default, `rewarded` and `published`
are not trained yet.
"""

import dataclasses
import functools
import pathlib
from typing import Annotated

import numpy as np
import optax

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.evaluation import molecule_properties as properties
from jaxgan.games.latent import LatentGame
from jaxgan.models import molgan
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds, Count
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import Molecules, molecule_signals
from jaxgan.run.options import Options

CRITIC_STEPS = 4
REWARD = (properties.valid_reward, properties.drug_likeness_reward)


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: pathlib.Path | None = None
    """A .csv, .tsv or .smi file of SMILES, which may end in .gz."""
    column: str | None = None
    """Of the SMILES; by default 'smiles', or the only one."""
    skip: bool = False
    """Leave out molecules that are too large, or of other elements."""
    seed: int = 0
    """Of everything that is drawn."""
    size: int = 9
    """Atoms that a molecule has at most."""
    elements: tuple[str, ...] = ("C", "N", "O", "F")
    """Of atoms."""
    batch_size: int = 128
    """Molecules per step."""
    latent_size: int = 32
    """Numbers per latent."""
    widths: tuple[int, ...] = (128, 256, 512)
    """Of the generator's hidden layers."""
    chance: Annotated[float, Bounds(least=0)] = 1.0
    """How much Gumbel noise every pair of atoms draws for itself, beside the latent."""
    convolutions: tuple[Count, ...] = (128, 64)
    """Features of the discriminator's graph convolutions."""
    group: int = 8
    """Examples whose deviation the critic is shown; 0 for none, as published."""
    learning_rate: float = 1e-3
    """Adam's at first, for both players."""
    decay_steps: int | None = 20_000
    """Steps of half a cosine down to a tenth of it; None for none, as published."""
    b1: float = 0.5
    """Adam's first beta."""
    b2: float = 0.9
    """Adam's second."""
    rewarded: bool = False
    """Whether validity and drug-likeness are rewarded."""
    adversarial_share: Annotated[float, Bounds(least=0, most=1)] = 0.5
    """λ, of the generator's objective, where there is a reward."""
    reward_start: Annotated[int, Bounds(least=0)] = 870
    """Steps before the generator hears of the reward: an epoch of QM9."""
    half_life: float = 32_000.0
    """Of the generator's running average, in molecules; 0 for none, as published."""


SMALL = Config(widths=(64, 128, 256), convolutions=(64, 32), decay_steps=2_000)
VARIANTS = {
    "default": Config(),
    "published": Config(group=0, b1=0.9, b2=0.999, decay_steps=None, half_life=0.0),
    "rewarded": Config(rewarded=True),
    "small": SMALL,
    "quiet": dataclasses.replace(SMALL, chance=0.0, decay_steps=1_000),
    "small_rewarded": dataclasses.replace(
        SMALL, decay_steps=1_000, rewarded=True, reward_start=200
    ),
}
OPTIONS = Options(
    steps=20_000,
    log_every=100,
    sample_every=1_000,
    save_every=1_000,
    diagnose_every=1_000,
    keep=20,
)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = data.molecules(
        *(config.path, config.size, config.elements),
        column=config.column,
        skip=config.skip,
    )
    # Every tenth molecule is held out.
    held_out = np.arange(source.size) % 10 == 9
    train = data.subset(source, np.flatnonzero(~held_out))
    game = LatentGame(
        molgan.Generator(
            config.size,
            widths=config.widths,
            atoms=len(config.elements) + 1,
            chance=config.chance,
        ),
        molgan.Discriminator(
            config.convolutions,
            widths=config.convolutions,
            group=config.group,
            rewarded=config.rewarded,
        ),
        config.latent_size,
    )
    kind = Molecules(config.elements, functools.partial(data.names_of, train))
    return Experiment(
        game=game,
        recipe=recipe_of(config),
        data=data.batches(train, config.batch_size, config.seed),
        held_out=data.batches(
            data.subset(source, np.flatnonzero(held_out)), config.batch_size
        ),
        kind=kind,
        measure=molecule_signals(game, kind),
    )


def recipe_of(config: Config) -> recipes.Recipe:
    """Makes the recipe: rates that fall, and a reward where one is asked for."""
    rate, steps = config.learning_rate, config.decay_steps
    # The generator's schedule counts its own updates.
    generator_rate, discriminator_rate = (
        rate
        if steps is None
        else optax.cosine_decay_schedule(rate, max(1, steps // every), 0.1)
        for every in (CRITIC_STEPS, 1)
    )
    reward = None
    if config.rewarded:
        reward = properties.molecule_reward(config.elements, REWARD)
    recipe = recipes.molgan(
        generator_rate,
        config.b1,
        config.b2,
        critic_steps=CRITIC_STEPS,
        reward=reward,
        adversarial_share=config.adversarial_share,
        reward_start=config.reward_start,
        discriminator_rate=discriminator_rate,
    )
    average = schedules.half_life(config.half_life, ramp_up=0.05)
    return recipe._replace(ema_decay=average)


def tiny(config: Config) -> Config:
    """Makes the config small enough for a test."""
    return dataclasses.replace(
        config, batch_size=8, widths=(8,), convolutions=(4,), latent_size=3
    )


if __name__ == "__main__":
    launch.main(__file__)
