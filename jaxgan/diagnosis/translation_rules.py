"""Failures of games that make pictures of pictures: of pairs, or across two domains.

See `jaxgan.diagnosis.player_rules` for what a rule is, and `jaxgan.diagnosis.
translation` for what is measured. Thresholds were tried on the networks and runs of
`tests/run/diagnosis`, and on young runs of pix2pix and CycleGAN.
"""

from collections.abc import Sequence

import numpy as np

from jaxgan.diagnosis import names
from jaxgan.diagnosis.history import Finding, History, shown
from jaxgan.diagnosis.sample_rules import ALIKE

UNTOUCHED = 0.3
"""Change of the sources, as a share of what it would take to be the targets. Who gains
0.3 dB on them by a best guess changes a quarter; but is nearer to the targets then."""

NO_NEARER = 0.98
"""Distance to the target, as a share of the source's: a gain of 0.2 dB."""

LIKE_THE_SOURCE = 0.15
"""As UNTOUCHED, where targets are any of another domain, and nearly all would differ
from a source by more than its own translation does."""

THE_SOURCE, SEEN_THROUGH = 0.05, 0.8
"""The same where the domains may differ in little that is measured here; and the share
of pairs that the discriminator then ranks rightly: it knows what is missing."""

STILL_THERE, APART = 0.5, 0.1
"""Share of the difference in looks between two domains that is left in outputs, and
what there must be of it: energy distances of 16 pictures, which for two halves of one
domain stay below the latter."""

RETURNS = 0.4
"""Distance of what the way back makes from the source, in the source's deviations."""

BREAKS, LOST = 2.0, 0.25
"""How many times that distance grows by noise that nobody sees, and at least to which.
A way back that looks at what is seen hands on noise of 2 levels as noise of about as
many: 0.03 to 0.07 of the deviations."""

STANDS_OUT, SEEN = 10.0, 2.0
"""Contrast of a pattern over that of the targets; and its deviation in levels of 255.
Two sets of photographs or drawings differ by up to 5 in contrast, healthy generators
with transposed convolutions by up to 7, with 2 levels."""


class _Way:
    """The late signals of one direction, and how well critics see through it."""

    def __init__(self, history: History, direction: str):
        self._history, self.direction = history, direction
        self.ranking = history.late(names.RANKING)
        self.name = direction.replace("_", " ")

    def late(self, label: str) -> float:
        """See `History.late`."""
        return self._history.late(names.of_way(self.direction, label))

    def told(self, evidence: str) -> str:
        """Names the direction, if there are several."""
        return f"{self.name}: {evidence}" if self.name else evidence


def _ways(history: History) -> list[_Way]:
    found = {
        names.way_of(name)[0]
        for name in history.names
        if name.startswith(names.TRANSLATION)
    }
    return [_Way(history, direction) for direction in sorted(found)]


def go_any_way(history: History) -> bool:
    """Tells if pictures are made of pictures."""
    return bool(_ways(history))


def go_one_way(history: History) -> bool:
    """Tells if they are, and in one direction."""
    return len(_ways(history)) == 1


def go_several_ways(history: History) -> bool:
    """Tells if they are, and in several directions."""
    return len(_ways(history)) > 1


def go_back(history: History) -> bool:
    """Tells if a way leads back."""
    return any(np.isfinite(way.late(names.WAY_BACK)) for way in _ways(history))


def show_patterns(history: History) -> bool:
    """Tells if pictures are large enough to see patterns."""
    return any(np.isfinite(way.late(names.PATTERN)) for way in _ways(history))


def _finding(name: str, evidence: Sequence[str], advice: tuple[str, ...]):
    return Finding(name, "; ".join(evidence), advice) if evidence else None


def nothing_translated(history: History) -> Finding | None:
    """Outputs that are their sources, where targets are not."""
    ways = _ways(history)
    paired = any(np.isfinite(way.late(names.ERROR)) for way in ways)
    enlarging = any(way.late(names.ENLARGEMENT) > 1 for way in ways)
    evidence = [way.told(_unchanged(way)) for way in ways if _is_unchanged(way)]
    if paired and enlarging:
        advice = (
            "train longer, with a higher learning rate; first with `terms.pixel` alone",
            "check the range of values: sources and targets both in [-1, 1]",
            "a larger generator (`width`, more blocks)",
        )
    elif paired:
        advice = (
            "check that targets are not the sources once more, and the direction",
            "a higher learning rate of the generator, or a larger weight of "
            "`terms.pixel`",
            "a discriminator that learns faster; a generator without a way around its "
            "layers",
        )
    else:
        advice = (
            "smaller weights of `terms.identity` and of `terms.cycle`, or of "
            "`terms.patch_nce`: all three are least where nothing changes",
            "a discriminator that learns faster, or sees more of a picture at once "
            "(more of its `halvings`)",
            "check that the two domains are not the same pictures",
        )
    return _finding("nothing translated", evidence, advice)


def _is_unchanged(way: _Way) -> bool:
    change = way.late(names.CHANGE)
    if np.isfinite(way.late(names.ERROR)):
        return change < UNTOUCHED and way.late(names.ERROR) > NO_NEARER
    left = way.late(names.GAP_LEFT) > STILL_THERE and way.late(names.GAP) > APART
    return (change < LIKE_THE_SOURCE and left) or (
        change < THE_SOURCE and way.ranking > SEEN_THROUGH
    )


def _unchanged(way: _Way) -> str:
    change, error = way.late(names.CHANGE), way.late(names.ERROR)
    if np.isfinite(error):
        times = way.late(names.ENLARGEMENT)
        sources = "sources"
        if times > 1:
            sources = f"sources enlarged {shown(times)} times (bicubic)"
        return (
            f"outputs differ from their {sources} by {shown(change)} of what targets "
            f"do, and are {shown(error, 3)} times as far from the targets as these are"
        )
    still = f"and the discriminator ranks {way.ranking:.1%} of pairs rightly"
    if way.late(names.GAP) > APART:
        still = (
            f"and {shown(way.late(names.GAP_LEFT))} of the difference between the "
            "domains in colours and detail is left"
        )
    return (
        f"outputs differ from their sources by {shown(change)} of what pictures of the "
        f"other domain do, {still}"
    )


def source_ignored(history: History) -> Finding | None:
    """A generator that makes the same of whatever it is given."""
    if not go_one_way(history):
        return None
    return _finding(
        "source ignored",
        [_alike(way) for way in _ways(history) if _is_alike(way)],
        (
            "check that pairs are pairs: that names or order of sources and targets "
            "belong together, and pictures are cut alike",
            "a larger weight of what ties outputs to their sources: `terms.pixel`, or "
            "`terms.patch_nce`",
            "show the discriminator the source (`judges_source` of `games.paired`)",
            "a lower learning rate, if all units of a layer have died",
        ),
    )


def direction_collapsed(history: History) -> Finding | None:
    """One way of a cycle, or both, makes the same of whatever it is given."""
    if not go_several_ways(history):
        return None
    return _finding(
        "direction collapsed",
        [way.told(_alike(way)) for way in _ways(history) if _is_alike(way)],
        (
            "a larger weight of `terms.cycle` for the cycle that leads through it (its "
            "`x` is of the cycle that begins in x)",
            "a lower learning rate, or `terms.r1` on the discriminator's turn",
            "show the critic earlier outputs too (`pool` of `recipes.cyclegan`)",
        ),
    )


def _is_alike(way: _Way) -> bool:
    return way.late(names.DIFFERENT) < ALIKE * way.late(names.TARGETS_DIFFERENT)


def _alike(way: _Way) -> str:
    return (
        f"outputs of different sources count as {way.late(names.DIFFERENT):.1f} "
        f"different ones, as many targets as {way.late(names.TARGETS_DIFFERENT):.1f}"
    )


def steganography(history: History) -> Finding | None:
    """A way back that reads what nobody sees."""
    evidence = [
        way.told(
            "the way back comes within "
            f"{shown(way.late(names.WAY_BACK))} of the sources' deviations, and with "
            "noise of 2 levels of 255 on the outputs only within "
            f"{shown(way.late(names.WAY_BACK_SHAKEN))}"
        )
        for way in _ways(history)
        if _is_hidden(way)
    ]
    return _finding(
        "steganographic cycle",
        evidence,
        (
            "a smaller weight of `terms.cycle`, above all of the cycle that begins "
            "where pictures hold more (its `x` or `y`)",
            "`games.contrastive` with `recipes.cut`, which has no way back to hide for",
            "a discriminator that looks closer: fewer of its `halvings`, a higher "
            "learning rate; noise on all that is judged and sent back",
        ),
    )


def _is_hidden(way: _Way) -> bool:
    back, with_noise = way.late(names.WAY_BACK), way.late(names.WAY_BACK_SHAKEN)
    return back < RETURNS and with_noise > max(BREAKS * back, LOST)


def checkerboards(history: History) -> Finding | None:
    """A pattern as wide as a stride, which the targets have not."""
    evidence = [
        way.told(
            f"a pattern that repeats every {way.late(names.PATTERN_PERIOD):.0f} pixels "
            f"has {shown(way.late(names.PATTERN))} times the power of its surroundings "
            f"(in targets: {shown(way.late(names.TARGETS_PATTERN))}), a deviation of "
            f"{shown(way.late(names.PATTERN_LEVELS))} levels of 255"
        )
        for way in _ways(history)
        if _has_pattern(way)
    ]
    return _finding(
        "checkerboards",
        evidence,
        (
            "enlarge first and convolve then (`nn.repeat`, `nn.enlarge`, `nn.Conv`) "
            "instead of `nn.ConvTranspose`; or the antialiased `models.cut`",
            "a size of `nn.ConvTranspose` that is a multiple of its stride: 4 for 2",
            "train longer, at a falling learning rate: young generators all have some",
        ),
    )


def _has_pattern(way: _Way) -> bool:
    contrast, usual = way.late(names.PATTERN), way.late(names.TARGETS_PATTERN)
    return (
        contrast > STANDS_OUT * max(usual, 1.0)
        and way.late(names.PATTERN_LEVELS) > SEEN
    )
