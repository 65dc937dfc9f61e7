"""What is wrong with a run, read off its logged metrics.

Pure: a history in, findings out.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from jaxgan.diagnosis import molecule_rules as molecules
from jaxgan.diagnosis import names
from jaxgan.diagnosis import player_rules as players
from jaxgan.diagnosis import sample_rules as samples
from jaxgan.diagnosis import translation_rules as translations
from jaxgan.diagnosis.history import Finding, History, Row


class Rule(NamedTuple):
    """What is looked for.

    Attributes:
      name: of the finding.
      find: f(history) -> the finding, if it is there.
      sees: f(history) -> whether what it looks at was measured.
    """

    name: str
    find: Callable[[History], Finding | None]
    sees: Callable[[History], bool]


def _has(name: str) -> Callable[[History], bool]:
    return lambda history: name in history.names


RULES = (
    Rule("divergence", players.divergence, lambda history: True),
    Rule(
        "vanishing generator gradient",
        players.vanishing_gradient,
        _has(names.LOSS_SLOPE),
    ),
    Rule("oscillation without progress", players.oscillation, _has(names.DISTANCE)),
    Rule("discriminator too weak", players.weak_discriminator, _has(names.TOLD_APART)),
    Rule("discriminator overfitting", players.overfitting, _has(names.R_V)),
    Rule("dead latent dimensions", samples.dead_latents, _has(names.LATENT_SIZE)),
    Rule("mode collapse", samples.mode_collapse, _has(names.EFFECTIVE_NUMBER)),
    Rule("memorisation", samples.memorisation, _has(names.NEARER_TRAIN)),
    Rule(
        "nothing translated", translations.nothing_translated, translations.go_any_way
    ),
    Rule("source ignored", translations.source_ignored, translations.go_one_way),
    Rule(
        "direction collapsed",
        translations.direction_collapsed,
        translations.go_several_ways,
    ),
    Rule("steganographic cycle", translations.steganography, translations.go_back),
    Rule("checkerboards", translations.checkerboards, translations.show_patterns),
    Rule("molecules repeated", molecules.repeated, _has(names.UNIQUENESS)),
)
"""In order of cause and effect; those of pictures made of pictures, and of molecules,
last."""

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
NO_HELD_OUT_PICTURES = "overfitting: the Experiment has no held_out data"


class Diagnosis(NamedTuple):
    """What is known of a run.

    Attributes:
      step: of the last row.
      findings: all that was found; none in a healthy run.
      unseen: what could not be looked for, and why.
      looked_for: the names of the findings that there could have been.
    """

    step: int
    findings: tuple[Finding, ...]
    unseen: tuple[str, ...]
    looked_for: tuple[str, ...]

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
        finding for rule in RULES if (finding := rule.find(history)) is not None
    )
    unseen = _unseen(history)
    looked_for = tuple(rule.name for rule in RULES if rule.sees(history))
    if TOO_EARLY in unseen:
        looked_for = looked_for[:1]
    elif unseen:
        looked_for = tuple(name for name in looked_for if name not in OF_HELD_OUT)
    return Diagnosis(history.last, findings, unseen, looked_for)


def _unseen(history: History) -> tuple[str, ...]:
    """What cannot be looked for."""
    if len(history.series(names.LOSS_SLOPE)) < FEWEST:
        return (TOO_EARLY,)
    if translations.go_any_way(history):
        return () if names.R_V in history.names else (NO_HELD_OUT_PICTURES,)
    return () if names.NEARER_TRAIN in history.names else (NO_HELD_OUT,)
