"""Names of metrics: the measurements write them, rules and reports read them.

The step's own are 'TURN/LABEL', with the turn's name and a label of `core.metrics`.
"""

# Of the step.
DISCRIMINATOR_LOSS = "discriminator/loss"
GENERATOR_LOSS = "generator/loss"
LOSSES = (DISCRIMINATOR_LOSS, GENERATOR_LOSS)
REAL_LOGITS = "discriminator/real_logits"
FAKE_LOGITS = "discriminator/fake_logits"
REAL_SIGNS = "discriminator/real_signs"
RANKING = "discriminator/ranking"
GENERATOR_GRADIENT_NORM = "generator/gradient_norm"

# How varied samples are, and how near to the data; the data's own beside them.
EFFECTIVE_NUMBER = "samples/effective_number"
DATA_EFFECTIVE_NUMBER = "data/effective_number"
PRECISION = "samples/precision"
DATA_PRECISION = "data/precision"
COVERAGE = "samples/coverage"
DATA_COVERAGE = "data/coverage"
TOLD_APART = "samples/told_apart"
DISTANCE = "samples/distance"
POSITION = "samples/position_"
"""And the number of the direction."""

# What the discriminator knows of examples that it was trained on.
R_T = "overfitting/r_t"
R_V = "overfitting/r_v"
HELD_OUT_LOGITS = "overfitting/held_out_logits"
TRAIN_ABOVE_HELD_OUT = "overfitting/train_above_held_out"
HELD_OUT_ABOVE_FAKE = "overfitting/held_out_above_fake"
NEARER_TRAIN = "memory/nearer_train"
DISTANCE_RATIO = "memory/distance_ratio"

# What reaches the generator.
SIGNAL = "signal/"
"""And the name of a layer: the norm of the gradient there."""
LOSS_SLOPE = "signal/loss_slope"
VALUE_SLOPE = "signal/value_slope"
REACH = "signal/reach"

# Which parts of the latent the generator listens to.
LATENT_SIZE = "latent/size"
LATENT_UNUSED = "latent/unused"
LATENT_RANK = "latent/rank"
LATENT_DIRECTIONS = "latent/directions"
LATENT_EFFECTIVE_DIMENSIONS = "latent/effective_dimensions"

# How what is made of pictures lies beside its sources and its targets; see `of_way`.
TRANSLATION = "translation/"
CHANGE = "change"
ERROR = "error"
ENLARGEMENT = "enlargement"
GAP = "gap"
GAP_LEFT = "gap_left"
DIFFERENT = "different"
TARGETS_DIFFERENT = "targets_different"
WAY_BACK = "way_back"
WAY_BACK_SHAKEN = "way_back_shaken"
PATTERN = "pattern"
TARGETS_PATTERN = "targets_pattern"
PATTERN_PERIOD = "pattern_period"
PATTERN_LEVELS = "pattern_levels"

# What samples of molecules are.
MOLECULES = "molecules/"
VALIDITY = "molecules/validity"
LOOSE_VALIDITY = "molecules/loose_validity"
UNIQUENESS = "molecules/uniqueness"
NOVELTY = "molecules/novelty"

AUGMENT = "augment/"
"""And the name of a number that an augmentation adapts."""
EVALUATION = "evaluation/"
"""And the name of a measure, taken while a run trains."""
IMAGES_PER_SECOND = "images_per_second"

GROUPS = (
    *("samples/", "data/", "latent/", "memory/", "overfitting/"),
    *(SIGNAL, TRANSLATION, MOLECULES, AUGMENT),
)
"""How the names of signals of health begin."""


def of_player(player: str, label: str) -> str:
    """Names a metric of a player's weights or first turn."""
    return f"{player}/{label}"


def of_way(direction: str, label: str) -> str:
    """Names a signal of what is made of pictures in a direction; '' is the only one."""
    return f"{TRANSLATION}{direction}/{label}" if direction else TRANSLATION + label


def way_of(name: str) -> tuple[str, str]:
    """Takes apart what `of_way` made: the direction, and the label."""
    *direction, label = name.removeprefix(TRANSLATION).split("/")
    return "/".join(direction), label
