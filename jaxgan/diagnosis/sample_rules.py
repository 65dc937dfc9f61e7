"""Failures of the samples: what the generator makes, and of what.

See `jaxgan.diagnosis.player_rules` for what a rule is.
"""

from jaxgan.diagnosis import names
from jaxgan.diagnosis.history import Finding, History
from jaxgan.diagnosis.player_rules import FAR, oscillation

ALIKE = 0.5
"""Different samples per different real example: half of the data's variety is gone."""

UNCOVERED = 0.6
"""Share of the data's own coverage. Of ten classes of digits, four have it."""

GOOD, FAIR = 0.85, 0.3
"""Shares of the data's own precision. Good samples that leave much of the data
uncovered leave it out. Fair ones may just be unfinished, unless they are far from the
data too: what is left out draws them to one side."""

COPIED = 0.8
"""Share of samples that lie nearer to a training example than to any held-out one; 1/2
if nothing is copied."""

CLOSE = 0.8
"""Median ratio of those two distances; 1 if nothing is copied."""


def dead_latents(history: History) -> Finding | None:
    """A generator that is deaf to much of its latent."""
    size, unused = history.late(names.LATENT_SIZE), history.late(names.LATENT_UNUSED)
    rank, most = history.late(names.LATENT_RANK), history.late(names.LATENT_DIRECTIONS)
    if not (unused > 0.1 * size or rank <= 0.5 * most):
        return None
    return Finding(
        "dead latent dimensions",
        f"{unused:.0f} of the latent's {size:.0f} numbers change nothing, and samples "
        f"change with {rank:.0f} of {most:.0f} directions",
        (
            "look for a layer of the generator that is too narrow, or whose units have "
            "all died (then a lower learning rate, or another initialisation)",
            "a smaller `latent_size`, if the data need no more",
        ),
    )


def mode_collapse(history: History) -> Finding | None:
    """Samples of far less variety than the data, or only of a part of them."""
    number, all_numbers = _both(history, "effective_number")
    covered, all_covered = _both(history, "coverage")
    precise, all_precise = _both(history, "precision")
    far = history.late(names.DISTANCE) > FAR
    precise_enough = precise > (FAIR if far else GOOD) * all_precise
    dropped = precise_enough and covered < UNCOVERED * all_covered
    # A whole cloud that swings through the data does not cover them either.
    if number > 0.9 * all_numbers and oscillation(history):
        dropped = False
    if not (number < ALIKE * all_numbers or dropped):
        return None
    return Finding(
        "mode collapse",
        f"samples count as {number:.1f} different ones, as many real examples as "
        f"{all_numbers:.1f}; {covered:.1%} of the data have a sample near them (near "
        f"other data: {all_covered:.1%}), {precise:.1%} of samples lie among the data",
        (
            "`recipes.r3gan`, or `terms.r1` with `recipes.relativistic`",
            "pack what the discriminator sees (`nn.Packed`), or show it the batch's "
            "variety (`nn.minibatch_deviation`, `nn.MinibatchDiscrimination`)",
            "`recipes.wgan_gp`; a generator that looks ahead (`terms.unrolled`)",
            "a larger batch; a lower learning rate of the generator, or, where "
            "discriminator/accuracy is near 1, of the discriminator",
        ),
    )


def memorisation(history: History) -> Finding | None:
    """Samples that are training examples."""
    share = history.late(names.NEARER_TRAIN)
    ratio = history.late(names.DISTANCE_RATIO)
    if not (share > COPIED and ratio < CLOSE):
        return None
    return Finding(
        "memorisation",
        f"{share:.1%} of samples lie nearer to a training example than to any of as "
        f"many held-out ones (1/2 without copying), at {ratio:.2f} of the distance",
        (
            "more data, or `flip=True` of `data.batches` where mirror images are real",
            "a smaller generator (`width`), or an earlier checkpoint (`jaxgan sample "
            "RUN --step`)",
            "augmentation of all that is judged: `augment.ada`, `augment.diffaugment`",
        ),
    )


def _both(history: History, name: str) -> tuple[float, float]:
    """A number of the samples, and of the data."""
    return history.late(f"samples/{name}"), history.late(f"data/{name}")
