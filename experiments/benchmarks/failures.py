"""Runs that were made to fail, healthy runs, and what `jaxgan diagnose` says of each.

    python experiments/benchmarks/failures.py
    python experiments/benchmarks/failures.py --only overfitting cured --seeds 0 1 2

Every row is one run: what was wrong with it by construction, and all that was found.
A failure is missed if it is not among the findings; a healthy run is accused if there
are any. Below stand the runs that took the advice, each beside the run that did not.
Points and 8×8 digits: half a minute a run. With --histories FILE the metrics that the
diagnosis reads are written there, which is how the tests' file was made.
"""

import dataclasses
import json
import pathlib
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import optax
import tyro
from flax import linen as nn

from jaxgan import data, losses, recipes
from jaxgan.core import Players, Turn, schedules
from jaxgan.evaluation.diagnosis import diagnose
from jaxgan.evaluation.history import History, of_seed
from jaxgan.games.latent import LatentGame
from jaxgan.models import dcgan, toy
from jaxgan.nn import Dense, Packed
from jaxgan.run import launch, loop, not_finite, records
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options
from jaxgan.terms import adversarial, r1

MEASUREMENTS = 15
BATCH = 64
HELD_OUT = 397
he = nn.initializers.variance_scaling(2.0, "fan_in", "normal")


class Bottleneck(nn.Module):
    """A generator that is shown one number, whatever the latent."""

    generator: nn.Module

    @nn.compact
    def __call__(self, value, given, context):
        """Maps latents [B, Z]."""
        return self.generator(Dense(1)(value), given, context)


class Shift(nn.Module):
    """A cloud of points that can only be moved: the Dirac-GAN with some noise."""

    @nn.compact
    def __call__(self, value, given, context):
        """Maps latents [B, 2]."""
        return 0.1 * value + self.param("shift", nn.initializers.normal(1.0), (2,))


class Linear(nn.Module):
    """A discriminator with one slope."""

    @nn.compact
    def __call__(self, value, given, context):
        """Maps points [B, 2] to logits [B]."""
        return Dense(1, use_bias=False)(value)[:, 0]


def versus(
    loss: Any,
    rates: tuple[float, float],
    *penalties: Any,
    b1: float = 0.5,
    generator_every: int = 1,
    discriminator_every: int = 1,
    sgd: bool = False,
) -> recipes.Recipe:
    """A recipe of its own: learning rates of the generator and the discriminator."""
    make = optax.sgd if sgd else lambda rate: optax.adam(rate, b1=b1)
    return recipes.Recipe(
        (
            Turn("discriminator", (adversarial(loss), *penalties), discriminator_every),
            Turn("generator", (adversarial(loss),), generator_every),
        ),
        Players(*map(make, rates)),
    )


def r3gan(gamma: float, rate: float, steps: int) -> recipes.Recipe:
    """R3GAN with its schedules over this run's length."""
    return recipes.r3gan(
        gamma=(gamma, 0.1 * gamma),
        learning_rate=(rate, 0.1 * rate),
        half_life=(0.0, 500.0 * BATCH),
        burn_in_images=steps * BATCH,
        batch_size=BATCH,
    )


def blob() -> data.Arrays:
    """One Gaussian."""
    rng = np.random.default_rng(0)
    return data.arrays(0.1 * rng.standard_normal((20_000, 2)).astype(np.float32))


def points(
    recipe: recipes.Recipe,
    source: data.Arrays,
    generator: Any = None,
    discriminator: Any = None,
    latent_size: int = 2,
) -> Callable[[int], Experiment]:
    """Points in the plane."""
    widths = (64, 64, 64)
    plain = toy.Generator(widths, normalise=False, kernel_init=he)
    judge = toy.Discriminator(widths, pieces=2, kernel_init=he)
    game = LatentGame(generator or plain, discriminator or judge, latent_size)
    return lambda seed: Experiment(
        game=game,
        turns=recipe.turns,
        optimizers=recipe.optimizers,
        data=data.batches(source, BATCH, seed),
    )


def digits(
    recipe: recipes.Recipe,
    train: int = 1_400,
    generator: Any = None,
    discriminator: Any = None,
    width: int = 8,
) -> Callable[[int], Experiment]:
    """The first `train` of 1,797 shuffled digits, without the last 397."""
    source = data.digits()
    order = np.random.default_rng(0).permutation(source.size)
    plain = dcgan.Generator(source.shape, width)
    judge = dcgan.Discriminator(width)
    game = LatentGame(generator or plain, discriminator or judge, 16)
    held_out = data.subset(source, order[-HELD_OUT:])
    return lambda seed: Experiment(
        game=game,
        turns=recipe.turns,
        optimizers=recipe.optimizers,
        ema_decay=schedules.half_life(10_000.0, ramp_up=0.05),
        data=data.batches(data.subset(source, order[:train]), BATCH, seed),
        held_out=data.batches(held_out, BATCH, seed),
    )


def _bare(width: int = 8, **options: Any) -> dcgan.Discriminator:
    return dcgan.Discriminator(width, normalise=False, **options)


@dataclasses.dataclass(frozen=True)
class Case:
    """One kind of run."""

    expected: str
    """The finding, or 'healthy'."""
    steps: int
    """Of training."""
    build: Callable[[], Callable[[int], Experiment]]
    """Makes f(seed) -> Experiment."""


HEALTHY = "healthy"
VANISHING = "vanishing generator gradient"
WEAK = "discriminator too weak"
OVERFITTING = "discriminator overfitting"
OSCILLATION = "oscillation without progress"
DIVERGENCE = "divergence"
DEAD = "dead latent dimensions"
COLLAPSE = "mode collapse"
MEMORISATION = "memorisation"

CASES = {
    "healthy: ring, R3GAN": Case(
        HEALTHY, 3000, lambda: points(r3gan(0.1, 1e-3, 3000), data.ring())
    ),
    "healthy: one Gaussian, non-saturating": Case(
        HEALTHY, 2000, lambda: points(recipes.nonsaturating(2e-4), blob())
    ),
    "healthy: ring, WGAN-GP": Case(
        HEALTHY, 2500, lambda: points(recipes.wgan_gp(1e-3), data.ring())
    ),
    "healthy: digits, non-saturating": Case(
        HEALTHY, 2000, lambda: digits(recipes.nonsaturating(5e-4))
    ),
    "healthy: digits, hinge, spectral": Case(
        HEALTHY,
        2500,
        lambda: digits(
            recipes.hinge(5e-4, 5e-4, critic_steps=1),
            discriminator=dcgan.Discriminator(16, spectral=True),
        ),
    ),
    "healthy: digits, R3GAN": Case(
        HEALTHY,
        2500,
        lambda: digits(r3gan(1.0, 1e-3, 2500), discriminator=_bare()),
    ),
    "vanishing: digits, minimax, 10 turns of D": Case(
        VANISHING,
        2000,
        lambda: digits(
            versus(losses.minimax, (2e-4, 2e-4), generator_every=10),
            discriminator=_bare(),
        ),
    ),
    "vanishing: ring, minimax, quick D": Case(
        VANISHING,
        2000,
        lambda: points(
            versus(losses.minimax, (1e-5, 1e-3), generator_every=5), data.ring()
        ),
    ),
    "weak: digits, D's rate 1e-7": Case(
        WEAK, 1500, lambda: digits(versus(losses.nonsaturating, (5e-4, 1e-7)))
    ),
    "weak: ring, D's rate 1e-6": Case(
        WEAK,
        1500,
        lambda: points(versus(losses.nonsaturating, (1e-3, 1e-6)), data.ring()),
    ),
    "overfitting: 200 digits": Case(
        OVERFITTING,
        3000,
        lambda: digits(recipes.nonsaturating(5e-4), 200, discriminator=_bare(16)),
    ),
    "overfitting: 100 digits, batch normalisation": Case(
        OVERFITTING,
        2500,
        lambda: digits(
            recipes.nonsaturating(5e-4), 100, discriminator=dcgan.Discriminator(16)
        ),
    ),
    "oscillation: Dirac-GAN, Wasserstein": Case(
        OSCILLATION,
        2000,
        lambda: points(
            versus(losses.wasserstein, (0.01, 0.01), sgd=True),
            blob(),
            Shift(),
            Linear(),
        ),
    ),
    "oscillation: Dirac-GAN, Adam 0.9": Case(
        OSCILLATION,
        2000,
        lambda: points(
            versus(losses.nonsaturating, (1e-2, 1e-2), b1=0.9),
            blob(),
            Shift(),
            Linear(),
        ),
    ),
    "divergence: ring, WGAN without a constraint": Case(
        DIVERGENCE, 1500, lambda: points(recipes.wgan(1e-3, 1e9), data.ring())
    ),
    "divergence: digits, WGAN without a constraint": Case(
        DIVERGENCE,
        1500,
        lambda: digits(recipes.wgan(1e-3, 1e9), discriminator=_bare()),
    ),
    "divergence: digits, least squares, SGD 10": Case(
        DIVERGENCE,
        300,
        lambda: digits(
            versus(losses.least_squares, (10.0, 10.0), sgd=True), discriminator=_bare()
        ),
    ),
    "dead latents: digits, bottleneck": Case(
        DEAD,
        2000,
        lambda: digits(
            recipes.nonsaturating(5e-4),
            generator=Bottleneck(dcgan.Generator((8, 8, 1), 8)),
        ),
    ),
    "dead latents: ring, bottleneck": Case(
        DEAD,
        2000,
        lambda: points(
            r3gan(0.1, 1e-3, 2000),
            data.ring(),
            Bottleneck(toy.Generator((64, 64, 64), normalise=False, kernel_init=he)),
        ),
    ),
    "collapse: ring, minimax": Case(
        COLLAPSE, 4000, lambda: points(recipes.minimax(1e-3), data.ring())
    ),
    "collapse: digits, quick G": Case(
        COLLAPSE,
        2000,
        lambda: digits(
            versus(losses.nonsaturating, (5e-3, 2e-4), b1=0.9), discriminator=_bare()
        ),
    ),
    "memorisation: 40 digits": Case(
        MEMORISATION,
        4000,
        lambda: digits(r3gan(1.0, 1e-3, 4000), 40, discriminator=_bare(16), width=16),
    ),
}
"""What is wrong by construction."""


@dataclasses.dataclass(frozen=True)
class Cure:
    """A run that takes the advice on another's finding."""

    case: str
    """Of `CASES`."""
    advice: str
    """What was changed."""
    figure: str
    """Which metric must be better."""
    cured: Case
    """The changed run, as long as the other."""


CURES = {
    "cured: vanishing gradient": Cure(
        "vanishing: digits, minimax, 10 turns of D",
        "recipes.nonsaturating",
        "samples/distance",
        Case(
            HEALTHY,
            2000,
            lambda: digits(
                versus(losses.nonsaturating, (2e-4, 2e-4), generator_every=10),
                discriminator=_bare(),
            ),
        ),
    ),
    "cured: mode collapse": Cure(
        "collapse: ring, minimax",
        "recipes.r3gan",
        "samples/coverage",
        Case(HEALTHY, 4000, lambda: points(r3gan(0.1, 1e-3, 4000), data.ring())),
    ),
    "packed: mode collapse": Cure(
        "collapse: ring, minimax",
        "nn.Packed, 4",
        "samples/coverage",
        Case(
            HEALTHY,
            4000,
            lambda: points(
                recipes.minimax(1e-3),
                data.ring(),
                discriminator=Packed(
                    toy.Discriminator((64, 64, 64), pieces=2, kernel_init=he), 4
                ),
            ),
        ),
    ),
    "cured: overfitting": Cure(
        "overfitting: 200 digits",
        "terms.r1, weight 3",
        "overfitting/r_v",
        Case(
            HEALTHY,
            3000,
            lambda: digits(
                versus(losses.nonsaturating, (5e-4, 5e-4), r1(3.0)),
                200,
                discriminator=_bare(16),
            ),
        ),
    ),
    "more data: overfitting": Cure(
        "overfitting: 200 digits",
        "all 1,400 digits",
        "overfitting/r_v",
        Case(
            HEALTHY,
            3000,
            lambda: digits(recipes.nonsaturating(5e-4), discriminator=_bare(16)),
        ),
    ),
}


def train(case: Case, seeds: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Trains all seeds side by side; the rows of each."""
    build = case.build()
    experiments = [build(seed) for seed in seeds]
    every = max(1, case.steps // MEASUREMENTS)
    options = Options(
        steps=case.steps,
        log_every=every,
        diagnose_every=every,
        sample_every=2 * case.steps,
        save_every=2 * case.steps,
    )
    experiments = [dataclasses.replace(one, picture=_nothing) for one in experiments]
    with tempfile.TemporaryDirectory() as folder:
        run = pathlib.Path(folder)
        try:
            prepared = loop.prepare(experiments, options, seeds)
            loop.train(experiments[0], run, options, prepared)
        except RunError as error:
            print(error)
        rows = records.read_rows(run / records.METRICS)
        end = not_finite.recorded(run, rows[-1]["step"] if rows else 0)
    return {seed: [*of_seed(rows, str(seed)), *end] for seed in seeds}


def _nothing(sample: Any) -> np.ndarray:
    del sample
    return np.zeros((1, 1, 3), np.uint8)


def compact(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows for a file: one per step, of four digits, without what no rule reads."""
    by_step: dict[int, dict[str, Any]] = {}
    for row in rows:
        by_step.setdefault(row["step"], {}).update(row)
    return [
        {
            name: float(f"{value:.4g}") if isinstance(value, float) else value
            for name, value in row.items()
            if name.split("/")[0] in READ or name in READ
        }
        for row in by_step.values()
    ]


READ = (
    *("step", "not_finite", "leaf", "signal/loss_slope", "signal/reach"),
    *(
        "discriminator/ranking",
        "discriminator/real_logits",
        "discriminator/fake_logits",
    ),
    *("generator/loss", "generator/gradient_norm"),
    *("samples", "data", "overfitting", "memory", "latent"),
)
"""Metrics, and groups of them, that rules read."""


def main(
    only: tuple[str, ...] = (),
    seeds: tuple[int, ...] = (0, 1),
    histories: pathlib.Path | None = None,
) -> None:
    """Trains and prints.

    Args:
      only: words, of which a case must have one in its name.
      seeds: of the runs of each case.
      histories: add the metrics to this file, one line per run.
    """
    launch.use_compilation_cache()
    cases = {**CASES, **{name: cure.cured for name, cure in CURES.items()}}
    for name, case in cases.items():
        if only and not any(word in name for word in only):
            continue
        began = time.monotonic()
        for seed, rows in train(case, seeds).items():
            line = {"case": name, "seed": seed, "rows": compact(rows)}
            print(told(name, case, seed, line["rows"]), flush=True)
            if histories:
                with histories.open("a") as file:
                    file.write(json.dumps(line, separators=(",", ":")) + "\n")
        print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)


def told(name: str, case: Case, seed: int, rows: Sequence[dict[str, Any]]) -> str:
    """A row of the table."""
    found = diagnose(rows)
    names = [finding.name for finding in found.findings]
    right = not names if case.expected == HEALTHY else case.expected in names
    figure = CURES[name].figure if name in CURES else ""
    late = f" | {figure} {History(rows).late(figure):.3g}" if figure else ""
    return (
        f"| {name} | {seed} | {case.expected} | {found.verdict} | "
        f"{'yes' if right else 'NO'}{late} |"
    )


if __name__ == "__main__":
    tyro.cli(main)
