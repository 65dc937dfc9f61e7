"""Curves of the signals that the diagnosis reads, those that belong together in one."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jaxgan.diagnosis import names
from jaxgan.run.charts import Chart
from jaxgan.run.report.curves import Rows, curve_names, draw


class Plot(NamedTuple):
    """What is drawn together.

    Attributes:
      title: above the plot.
      about: what it means, and what is well.
      labels: of each metric; those that were not measured are left out.
      logarithmic: whether sizes matter and not differences.
    """

    title: str
    about: str
    labels: Mapping[str, str]
    logarithmic: bool = False


def _beside_the_data(samples: str, data: str) -> dict[str, str]:
    return {samples: "samples", data: "data"}


def _of_players(name: str) -> dict[str, str]:
    return {names.of_player(p, name): p for p in ("discriminator", "generator")}


PLOTS = (
    Plot(
        "Variety",
        "As how many different ones samples count, and as many real examples. Half of "
        "the data's and less is mode collapse.",
        _beside_the_data(names.EFFECTIVE_NUMBER, names.DATA_EFFECTIVE_NUMBER),
    ),
    Plot(
        "Distance to the data",
        "Energy distance, in the data's own mean distance: 0.01 where fine structure "
        "is missing, 0.5 for samples in a wrong place.",
        {names.DISTANCE: "samples"},
        logarithmic=True,
    ),
    Plot(
        "Precision",
        "The share that lies among real examples.",
        _beside_the_data(names.PRECISION, names.DATA_PRECISION),
    ),
    Plot(
        "Coverage",
        "The share of real examples near which there is a sample, or another real one.",
        _beside_the_data(names.COVERAGE, names.DATA_COVERAGE),
    ),
    Plot(
        "Told apart by a nearest neighbour",
        "The share of samples and data that it tells rightly: ½ if they are alike.",
        {names.TOLD_APART: "samples"},
    ),
    Plot(
        "Where samples are",
        "Their mean along the two directions in which the data vary most, in the "
        "data's deviations. Swings that come no nearer to 0 are oscillation.",
        {f"{names.POSITION}0": "first", f"{names.POSITION}1": "second"},
    ),
    Plot(
        "Overfitting",
        "r_v: 0 is none, 1 is complete; r_t: mean sign of logits of training examples "
        "(ADA's); the shares of pairs are ½ if there is no difference.",
        {
            names.R_V: "r_v",
            names.R_T: "r_t",
            names.REAL_SIGNS: "r_t while training",
            names.TRAIN_ABOVE_HELD_OUT: "training above held-out",
            names.HELD_OUT_ABOVE_FAKE: "held-out above samples",
        },
    ),
    Plot(
        "Memorisation",
        "Samples nearer to a training example than to any of as many held-out ones, "
        "and the ratio of the two distances: ½ and 1 if nothing is copied.",
        {names.NEARER_TRAIN: "nearer", names.DISTANCE_RATIO: "ratio"},
    ),
    Plot(
        "What reaches the generator",
        "The slope of its loss in the logits (½ where players of a logistic loss are "
        "even), and the share of the discriminator's margin that its slope at the "
        "samples makes up over the data's extent. Near 0, nothing is learnt.",
        {names.LOSS_SLOPE: "slope of the loss", names.REACH: "reach"},
        logarithmic=True,
    ),
    Plot(
        "Slope of the discriminator at samples",
        "The mean norm of the gradient in a sample.",
        {names.VALUE_SLOPE: "slope"},
    ),
    Plot(
        "Latent",
        "How many of its directions change anything, of those that could; how many of "
        "its numbers change nothing; and over how many the changes are spread.",
        {
            names.LATENT_DIRECTIONS: "directions that could",
            names.LATENT_RANK: "that do",
            names.LATENT_UNUSED: "unused numbers",
            names.LATENT_EFFECTIVE_DIMENSIONS: "effective dimensions",
        },
    ),
    Plot(
        "Updates",
        "The norm of each update in that of the weights.",
        _of_players("update_to_weight"),
        logarithmic=True,
    ),
    Plot(
        "Spectral norms",
        "The largest of each player's weight matrices.",
        _of_players("spectral_norm"),
        logarithmic=True,
    ),
    Plot(
        "Weights at the limit",
        "The share of weights of the largest size there is: clipping pins them there.",
        _of_players("pinned_weights"),
    ),
)
"""In this order. What belongs to them and is in none is shown by `_rest`."""

OF_WAYS = (
    Plot(
        "What is changed",
        "How far outputs are from their sources and from their targets, as shares of "
        "how far these are apart; and how much of the difference between two domains, "
        "in colours and detail, is left.",
        {
            names.CHANGE: "from sources",
            names.ERROR: "from targets",
            names.GAP_LEFT: "of the difference",
        },
    ),
    Plot(
        "Variety of outputs",
        "As how many different ones outputs of different sources count, and targets.",
        {names.DIFFERENT: "outputs", names.TARGETS_DIFFERENT: "targets"},
    ),
    Plot(
        "The way back",
        "How far it leads from the source, in deviations of the sources, without and "
        "with noise of 2 levels of 255 on the output. What is hidden there breaks by "
        "noise.",
        {names.WAY_BACK: "without", names.WAY_BACK_SHAKEN: "with noise"},
    ),
    Plot(
        "Patterns of 2 and 4 pixels",
        "The power of the one that stands out most, over that of its surroundings. "
        "Far above the targets' are checkerboards.",
        {names.PATTERN: "outputs", names.TARGETS_PATTERN: "targets"},
        logarithmic=True,
    ),
)
"""Of every direction in which pictures are made of pictures, by labels."""

UNSEEN = (names.LATENT_SIZE, names.HELD_OUT_LOGITS)
UNSEEN_OF_WAYS = (
    *(names.ENLARGEMENT, names.GAP),
    *(names.PATTERN_PERIOD, names.PATTERN_LEVELS),
)
"""Signals that others make superfluous."""


def is_signal(name: str) -> bool:
    """Tells whether a metric is drawn here and not among the curves."""
    return name.startswith(names.GROUPS) or any(name in plot.labels for plot in PLOTS)


def signals(rows: Rows) -> list[Chart]:
    """Draws every plot of which there are any metrics; then all other signals."""
    logged = [name for name in curve_names(rows) if is_signal(name)]
    logged = [name for name in logged if not _is_superfluous(name)]
    plots = [*PLOTS, *_of_ways(logged)]
    drawn = [figure for plot in plots if (figure := _figure(plot, logged, rows))]
    known = {name for plot in plots for name in plot.labels}
    rest = [name for name in logged if name not in known]
    return drawn + [
        figure for plot in _rest(rest) if (figure := _figure(plot, rest, rows))
    ]


def _is_superfluous(name: str) -> bool:
    of_way = name.startswith(names.TRANSLATION)
    return name in UNSEEN or (of_way and names.way_of(name)[1] in UNSEEN_OF_WAYS)


def _of_ways(logged: Sequence[str]) -> list[Plot]:
    """Puts what was measured of all directions into the same plots."""
    found = [names.way_of(x)[0] for x in logged if x.startswith(names.TRANSLATION)]
    return [
        plot._replace(
            labels={
                names.of_way(way, label): f"{way} {text}".strip().replace("_", " ")
                for way in sorted(set(found))
                for label, text in plot.labels.items()
            }
        )
        for plot in OF_WAYS
    ]


def _rest(rest: Sequence[str]) -> list[Plot]:
    """Puts layers' gradients in one plot, what an augmentation adapts in another."""
    layers, adapted = (
        {name: name.removeprefix(group) for name in rest if name.startswith(group)}
        for group in (names.SIGNAL, names.AUGMENT)
    )
    plots = [
        Plot(
            "Gradient by layer",
            "Norms of the generator's gradient, in each of its layers.",
            layers,
            logarithmic=True,
        ),
        Plot("Augmentation", "What it has adapted.", adapted),
    ]
    others = [name for name in rest if name not in {**layers, **adapted}]
    return plots + [Plot(name.replace("/", ": "), "", {name: name}) for name in others]


def _figure(plot: Plot, logged: Sequence[str], rows: Rows) -> Chart | None:
    labels = {name: label for name, label in plot.labels.items() if name in logged}
    if not labels:
        return None
    place = "signal-" + plot.title.lower().replace(" ", "-")
    return draw(rows, labels, place, plot.title, plot.about, plot.logarithmic)
