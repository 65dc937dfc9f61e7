"""Curves of the signals that the diagnosis reads, those that belong together in one."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jaxgan.run.charts import Chart
from jaxgan.run.report.curves import Rows, draw, names


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


def _beside_the_data(name: str) -> dict[str, str]:
    return {f"samples/{name}": "samples", f"data/{name}": "data"}


def _of_players(name: str) -> dict[str, str]:
    return {f"{p}/{name}": p for p in ("discriminator", "generator")}


PLOTS = (
    Plot(
        "Variety",
        "As how many different ones samples count, and as many real examples. Half of "
        "the data's and less is mode collapse.",
        _beside_the_data("effective_number"),
    ),
    Plot(
        "Distance to the data",
        "Energy distance, in the data's own mean distance: 0.01 where fine structure "
        "is missing, 0.5 for samples in a wrong place.",
        {"samples/distance": "samples"},
        logarithmic=True,
    ),
    Plot(
        "Precision",
        "The share that lies among real examples.",
        _beside_the_data("precision"),
    ),
    Plot(
        "Coverage",
        "The share of real examples near which there is a sample, or another real one.",
        _beside_the_data("coverage"),
    ),
    Plot(
        "Told apart by a nearest neighbour",
        "The share of samples and data that it tells rightly: ½ if they are alike.",
        {"samples/told_apart": "samples"},
    ),
    Plot(
        "Where samples are",
        "Their mean along the two directions in which the data vary most, in the "
        "data's deviations. Swings that come no nearer to 0 are oscillation.",
        {"samples/position_0": "first", "samples/position_1": "second"},
    ),
    Plot(
        "Overfitting",
        "r_v: 0 is none, 1 is complete; r_t: mean sign of logits of training examples "
        "(ADA's); the shares of pairs are ½ if there is no difference.",
        {
            "overfitting/r_v": "r_v",
            "overfitting/r_t": "r_t",
            "discriminator/real_signs": "r_t while training",
            "overfitting/train_above_held_out": "training above held-out",
            "overfitting/held_out_above_fake": "held-out above samples",
        },
    ),
    Plot(
        "Memorisation",
        "Samples nearer to a training example than to any of as many held-out ones, "
        "and the ratio of the two distances: ½ and 1 if nothing is copied.",
        {"memory/nearer_train": "nearer", "memory/distance_ratio": "ratio"},
    ),
    Plot(
        "What reaches the generator",
        "The slope of its loss in the logits (½ where players of a logistic loss are "
        "even), and the share of the discriminator's margin that its slope at the "
        "samples makes up over the data's extent. Near 0, nothing is learnt.",
        {"signal/loss_slope": "slope of the loss", "signal/reach": "reach"},
        logarithmic=True,
    ),
    Plot(
        "Slope of the discriminator at samples",
        "The mean norm of the gradient in a sample.",
        {"signal/value_slope": "slope"},
    ),
    Plot(
        "Latent",
        "How many of its directions change anything, of those that could; how many of "
        "its numbers change nothing; and over how many the changes are spread.",
        {
            "latent/directions": "directions that could",
            "latent/rank": "that do",
            "latent/unused": "unused numbers",
            "latent/effective_dimensions": "effective dimensions",
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

UNSEEN = ("latent/size", "overfitting/held_out_logits")
"""Signals that others make superfluous."""

PREFIXES = ("samples/", "data/", "latent/", "memory/", "overfitting/", "signal/")


def is_signal(name: str) -> bool:
    """Whether a metric is drawn here and not among the curves."""
    own = name.startswith((*PREFIXES, "augment/"))
    return own or any(name in plot.labels for plot in PLOTS)


def signals(rows: Rows) -> list[Chart]:
    """A figure per plot of which there are any metrics; then all other signals."""
    there = [name for name in names(rows) if is_signal(name) and name not in UNSEEN]
    drawn = [figure for plot in PLOTS if (figure := _figure(plot, there, rows))]
    known = {name for plot in PLOTS for name in plot.labels}
    rest = [name for name in there if name not in known]
    return drawn + [
        figure for plot in _rest(rest) if (figure := _figure(plot, rest, rows))
    ]


def _rest(rest: Sequence[str]) -> list[Plot]:
    """Layers' gradients in one plot, what an augmentation adapts in another."""
    layers = {n: n.removeprefix("signal/") for n in rest if n.startswith("signal/")}
    own = {n: n.removeprefix("augment/") for n in rest if n.startswith("augment/")}
    plots = [
        Plot(
            "Gradient by layer",
            "Norms of the generator's gradient, in each of its layers.",
            layers,
            logarithmic=True,
        ),
        Plot("Augmentation", "What it has adapted.", own),
    ]
    others = [name for name in rest if name not in {**layers, **own}]
    return plots + [Plot(name.replace("/", ": "), "", {name: name}) for name in others]


def _figure(plot: Plot, there: Sequence[str], rows: Rows) -> Chart | None:
    labels = {name: label for name, label in plot.labels.items() if name in there}
    if not labels:
        return None
    place = "signal-" + plot.title.lower().replace(" ", "-")
    return draw(rows, labels, place, plot.title, plot.about, plot.logarithmic)
