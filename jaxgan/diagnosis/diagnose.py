"""What is wrong with a run, read off its logged metrics.

Pure: a history in, findings out.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from jaxgan.diagnosis import names
from jaxgan.diagnosis import player_rules as players
from jaxgan.diagnosis import sample_rules as samples
from jaxgan.diagnosis.history import Finding, History, Row

RULES: tuple[Callable[[History], Finding | None], ...] = (
    players.divergence,
    players.vanishing_gradient,
    players.oscillation,
    players.weak_discriminator,
    players.overfitting,
    samples.dead_latents,
    samples.mode_collapse,
    samples.memorisation,
)
"""In order of cause and effect."""

NAMES = (
    "divergence",
    "vanishing generator gradient",
    "oscillation without progress",
    "discriminator too weak",
    "discriminator overfitting",
    "dead latent dimensions",
    "mode collapse",
    "memorisation",
)
"""Of the findings, in the same order."""

OF_HELD_OUT = ("discriminator overfitting", "memorisation")
"""Those that only held-out data show."""

FEWEST = 3
"""Measurements that the last third must have, to call a run healthy."""

TOO_EARLY = (
    f"all but divergence: there are fewer than {FEWEST} measurements in the last third "
    "of the run (train longer, or lower --diagnose-every)"
)
NO_HELD_OUT = (
    "overfitting and memorisation: the Experiment has no held_out data, or fewer than "
    "16 examples"
)


class Diagnosis(NamedTuple):
    """What is known of a run.

    Attributes:
      step: of the last row.
      findings: all that was found; none in a healthy run.
      unseen: what could not be looked for, and why.
    """

    step: int
    findings: tuple[Finding, ...]
    unseen: tuple[str, ...]

    @property
    def looked_for(self) -> tuple[str, ...]:
        """The names of the findings that there could have been."""
        if TOO_EARLY in self.unseen:
            return NAMES[:1]
        blind = OF_HELD_OUT if NO_HELD_OUT in self.unseen else ()
        return tuple(name for name in NAMES if name not in blind)

    @property
    def verdict(self) -> str:
        """The names of the findings, or 'healthy', or 'too early to tell'."""
        if self.findings:
            return ", ".join(finding.name for finding in self.findings)
        return "too early to tell" if TOO_EARLY in self.unseen else "healthy"


def diagnose(rows: Sequence[Row]) -> Diagnosis:
    """Names what is wrong with a run.

    Args:
      rows: of metrics.jsonl, of one run, in order of step. A row with 'not_finite' (the
        names of metrics) and 'leaf' says how it ended.
    """
    history = History(rows)
    findings = tuple(
        finding for rule in RULES if (finding := rule(history)) is not None
    )
    unseen: tuple[str, ...] = ()
    if len(history.series(names.LOSS_SLOPE)) < FEWEST:
        unseen = (TOO_EARLY,)
    elif not len(history.series(names.NEARER_TRAIN)):
        unseen = (NO_HELD_OUT,)
    return Diagnosis(history.last, findings, unseen)
