"""Failures of the game: what goes wrong between generator and discriminator.

A rule is f(history) -> Finding or None. Thresholds are constants with their reasons,
and were tried on the runs of `experiments/benchmarks/diagnosis/failures.py`. A metric
that was not measured is NaN, to which nothing compares, so its rule is silent.
"""

import numpy as np

from jaxgan.diagnosis import names
from jaxgan.diagnosis.history import Finding, History, shown

SURE = 0.95
"""Of pairs ranked rightly: a discriminator that is never in doubt."""

GUESSING = 0.6
"""Of pairs ranked rightly: hardly better than 1/2."""

KNOWING = 0.7
"""Of pairs ranked rightly: a discriminator that learnt something, be it by heart."""

BEHIND = 0.2
"""Of pairs ranked rightly, in the median: below it samples are ahead all the time, and
not by turns as in a circle."""

APART = 0.9
"""Accuracy of the nearest neighbour's test, beyond which anybody tells fakes apart."""

FAR = 0.1
"""Energy distance from the data, over the data's mean distance. It is about 0.01 where
only fine structure is missing, and 0.5 for samples in a wrong place."""

ENDLESS = 100.0
"""Margin that is a sign of divergence, if it doubles from one third of the run to the
next. Logistic and hinge margins stay below 50; that of a 1-Lipschitz critic cannot
exceed the distance between the two sets, and shrinks."""

FAINT = 0.05
"""|dL/dlogit| of the generator: 1/2 for logistic losses where players are even, always
1 for Wasserstein and hinge. Arjovsky and Bottou 2017 (arXiv 1701.04862, figure 2) show
how it dies as the discriminator nears its optimum."""

FLAT = 0.05
"""Share of the discriminator's margin that its slope at the samples makes up over the
data's own extent. A straight slope makes up all of it."""

SWINGING = 1 / 3
"""Swings are looked for after this share of the steps, in at least six places."""

WIDE = 0.5
"""Deviations of the data by which samples swing: below 0.3 in healthy runs."""

OVERFITTED = 0.6
"""r_v: 0 is no overfitting, 1 is complete. ADA keeps r_t at 0.6 (Karras et al. 2020,
arXiv 2006.06676, section 3.1); r_v counts on the same scale."""


def divergence(history: History) -> Finding | None:
    """A number that is not finite, or a margin that grows without bound."""
    evidence = _not_finite(history) or _endless(history)
    if evidence is None:
        return None
    return Finding(
        "divergence",
        evidence,
        (
            "constrain the discriminator: `terms.gradient_penalty` "
            "(`recipes.wgan_gp`), `terms.r1`, or `nn.SpectralNorm`",
            "lower the learning rate of both players",
            "`recipes.r3gan`, whose loss with its penalties provably converges locally",
        ),
    )


def _not_finite(history: History) -> str | None:
    for row in history.rows:
        if "not_finite" in row:
            metrics = ", ".join(row["not_finite"]) or "the state"
            first = row["leaf"]
            return f"at step {row['step']} not finite: {metrics}; first tensor: {first}"
    return None


def _endless(history: History) -> str | None:
    def margin(read):
        return abs(read(names.REAL_LOGITS) - read(names.FAKE_LOGITS))

    late, before = margin(history.late), margin(history.before)
    if not (late > ENDLESS and late > 2 * before):
        return None
    return (
        "the discriminator's margin between real and fake grows without bound: from "
        f"{shown(before, 3)} in the middle third of the run to {shown(late, 3)}"
    )


def vanishing_gradient(history: History) -> Finding | None:
    """A discriminator that is sure, and tells the generator nothing."""
    ranking = history.late(names.RANKING)
    slope, reach = history.late(names.LOSS_SLOPE), history.late(names.REACH)
    # At exactly 0 the loss may not go by these logits at all (`terms.unrolled`).
    silent = slope == 0 and history.late(names.GENERATOR_GRADIENT_NORM) == 0
    if not (ranking > SURE and (0 < slope < FAINT or silent or reach < FLAT)):
        return None
    return Finding(
        "vanishing generator gradient",
        f"the discriminator ranks {ranking:.1%} of pairs rightly, the slope of the "
        f"generator's loss in its logits is {shown(slope)} (1/2 if players are even), "
        f"and its own slope at the samples makes up {shown(reach)} of its margin",
        (
            "`recipes.nonsaturating` instead of `recipes.minimax`: its slope does not "
            "vanish where the discriminator is sure",
            "`terms.r1` or `terms.gradient_penalty` on the discriminator's turn",
            "a lower learning rate of the discriminator, or fewer of its steps (a "
            "smaller `every` of the generator's `Turn`)",
        ),
    )


def oscillation(history: History) -> Finding | None:
    """Samples that swing about the data and come no nearer."""
    along = [history.series(f"{names.POSITION}{i}", SWINGING) for i in range(2)]
    # Data of one dimension have one position.
    place = np.stack([x for x in along if len(x) == len(along[0])], axis=1)
    if len(place) < 6:
        return None
    swing = np.sqrt(np.mean(np.sum((place - place.mean(axis=0)) ** 2, axis=1)))
    path = np.linalg.norm(np.diff(place, axis=0), axis=1).sum()
    net = np.linalg.norm(place[-1] - place[0])
    # Means: what swings has no typical distance.
    parts = np.array_split(history.series(names.DISTANCE, SWINGING), 2)
    then, now = (float(np.mean(part)) for part in parts)
    if not (swing > WIDE and path > 3 * net and now > 0.5 * then):
        return None
    losses = np.std(history.series(names.GENERATOR_LOSS, SWINGING))
    return Finding(
        "oscillation without progress",
        f"the samples' mean swings by {shown(swing)} of the data's deviations: after a "
        f"way of {shown(path)} it is {shown(net)} from where it was; the distance to "
        f"the data was {shown(then)} and is {shown(now)}; the generator's loss swings "
        f"by {shown(losses)}",
        (
            "`terms.r1` on the discriminator's turn: it damps the rotation",
            "less momentum (`b1` of the recipe: 0.5 or 0)",
            "a lower learning rate, above all the generator's; `recipes.r3gan`",
        ),
    )


def weak_discriminator(history: History) -> Finding | None:
    """A discriminator that guesses where a nearest neighbour would know.

    One that is a quarter turn behind is not weak: see `oscillation`.
    """
    ranking = history.late(names.RANKING)
    apart = history.late(names.TOLD_APART)
    distance = history.late(names.DISTANCE)
    if not (ranking < GUESSING and apart > APART and distance > FAR):
        return None
    if ranking > BEHIND and oscillation(history):
        return None
    return Finding(
        "discriminator too weak",
        f"it ranks {ranking:.1%} of pairs rightly (1/2: a guess), while the nearest "
        f"neighbour tells {apart:.1%} of samples and data rightly apart; their "
        f"distance is {shown(distance)} of the data's own",
        (
            "a higher learning rate of the discriminator, or more of its steps (a "
            "larger `every` of the generator's `Turn`)",
            "a wider discriminator (`width`, `widths`)",
            "a smaller weight of `terms.r1` or `terms.gradient_penalty`, a larger "
            "`clip` of `recipes.wgan`, less of `nn.Dropout`",
        ),
    )


def overfitting(history: History) -> Finding | None:
    """A discriminator that knows its training examples by heart."""
    gap = history.late(names.R_V)
    above = history.late(names.TRAIN_ABOVE_HELD_OUT)
    # Where training examples are hardly known from samples, r_v is noise.
    knows = history.late(names.RANKING) > KNOWING
    if not (gap > OVERFITTED and above > GUESSING and knows):
        return None
    signs = history.late(names.R_T)
    doubt = history.late(names.HELD_OUT_ABOVE_FAKE)
    return Finding(
        "discriminator overfitting",
        f"r_v is {gap:.2f} (0: none, 1: complete), r_t {signs:.2f}: it puts "
        f"{above:.1%} of training examples above held-out ones, and {doubt:.1%} of "
        "those above samples",
        (
            "augmentation of all that is judged: `augment.ada`, `augment.diffaugment`",
            "more data, or `flip=True` of `data.batches` where mirror images are real",
            "a smaller discriminator, or `nn.Dropout` in it; a larger weight of "
            "`terms.r1` slows it down",
            "a lower learning rate, or an earlier checkpoint (`jaxgan sample RUN "
            "--step`)",
        ),
    )
