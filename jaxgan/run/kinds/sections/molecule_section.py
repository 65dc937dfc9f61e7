"""A report's section of molecules: valid, unique and novel over training."""

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.evaluation import molecules
from jaxgan.run import embedded_pictures
from jaxgan.run.embedded_pictures import Picture
from jaxgan.run.kinds.kind import Section, Subject

SAMPLES = 500
"""Of each checkpoint."""


def over_training(subject: Subject) -> list[Picture]:
    """Draws the three shares of every checkpoint in one chart."""
    rows = [(step, _shares(subject, step)) for step in subject.steps]
    titles = ["validity (strict)", "uniqueness", "novelty"]
    steps, shares = [step for step, _ in rows], np.array([row for _, row in rows])
    return [
        embedded_pictures.picture(
            drawn(steps, dict(zip(titles, shares.T))),
            "Valid, unique and novel molecules over training",
        )
    ]


def _shares(subject: Subject, step: int) -> tuple[float, ...]:
    """Of the samples of a checkpoint; what is known of it is kept."""
    key = f"molecules/{step}"
    if key not in subject.memory:
        subject.memory[key] = _measured(subject, subject.samples(SAMPLES, step))
    return subject.memory[key]


def _measured(subject: Subject, sample: Sample) -> tuple[float, ...]:
    from jaxgan.run.errors import RunError
    from jaxgan.run.kinds.measures.molecule_measures import names_of

    kind = subject.kind
    names = names_of(kind, sample).strict  # pyright: ignore[reportArgumentType]
    shares = [molecules.validity(names), molecules.uniqueness(names)]
    try:
        known = kind.training_names  # pyright: ignore[reportAttributeAccessIssue]
        shares.append(molecules.novelty(names, known))
    except RunError:  # the data are not there
        shares.append(float("nan"))
    return tuple(shares)


def drawn(steps: list[int], curves: dict[str, np.ndarray]) -> np.ndarray:
    """A picture of shares over steps."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3.2), dpi=100, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot(xlabel="step", ylabel="share", ylim=(-0.02, 1.02))
    for name, values in curves.items():
        axes.plot(steps, values, marker="o", markersize=3, label=name)
    axes.grid(alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


OVER_TRAINING = Section(
    "molecules",
    "Valid, unique, novel",
    over_training,
    about=f"Shares of {SAMPLES} samples of every checkpoint: of all, those that are "
    "molecules; of these, the different ones, and those that were not trained on. "
    "Uniqueness that falls while validity rises is a generator that collapses.",
)
