"""Failures of molecules that are made: see `jaxgan.diagnosis.player_rules`."""

from jaxgan.diagnosis import names
from jaxgan.diagnosis.history import Finding, History

REPEATED = 0.5
"""Different ones among some hundreds of valid samples: half of them were there before.
Of the data hardly one is."""

FEW = 0.05
"""Share of samples that are valid, below which there is nothing to repeat."""


def repeated(history: History) -> Finding | None:
    """Valid samples that are the same few molecules: MolGAN's usual end."""
    unique = history.late(names.UNIQUENESS)
    if not (unique < REPEATED and history.late(names.VALIDITY) > FEW):
        return None
    before = history.before(names.UNIQUENESS)
    fell = f", {before:.1%} before" if before > unique else ""
    return Finding(
        "molecules repeated",
        f"{unique:.1%} of the valid samples are different molecules{fell}; "
        f"{history.late(names.VALIDITY):.1%} of all samples are valid",
        (
            "an earlier checkpoint (`jaxgan sample RUN --step`): uniqueness falls as "
            "validity rises",
            "show the critic the batch's variety (`group` of `molgan.Discriminator`)",
            "a larger `adversarial_share` of `recipes.molgan`, or no reward",
            "a lower learning rate of the generator; a larger batch",
        ),
    )
