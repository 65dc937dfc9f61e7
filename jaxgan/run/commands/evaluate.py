"""`jaxgan evaluate`: measures a run, or one folder of images against another."""

import argparse
import sys
from collections.abc import Sequence
from json import dumps

from jaxgan import data
from jaxgan.data.source import DataError
from jaxgan.run.devices import xla
from jaxgan.run.errors import RunError
from jaxgan.run.evaluation import stored_evaluation
from jaxgan.run.evaluation.judge import Judge, Measurement, some
from jaxgan.run.evaluation.real_data import RealData
from jaxgan.run.files import evaluations_log
from jaxgan.run.kinds import Kind, images
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.kinds.measure import Score
from jaxgan.run.sampling import sampling_options, stored_run

OF_RUNS = (
    *("step", "run_seed", "split", "real", "current"),
    *("truncation", "truncation_cutoff", "standing_statistics"),
)
"""Options that say nothing of two folders."""
ARROWS = {"lower": "↓", "higher": "↑", None: " "}


def command(arguments: argparse.Namespace) -> None:
    """`jaxgan evaluate RUN`, or `jaxgan evaluate REAL FAKE`.

    Raises:
      RunError: if there is nothing to measure, or a measure does not fit.
    """
    xla.set_up_xla()
    (_folders if arguments.fake else _run)(arguments)


def _protocol(arguments: argparse.Namespace, kind: Kind) -> EvaluationProtocol:
    protocol = EvaluationProtocol(
        arguments.metrics or list(kind.measures),
        arguments.num,
        arguments.seed,
        arguments.extractor,
        arguments.weights,
        arguments.neighbours,
    )
    protocol.check(kind.unit, kind.measures)
    return protocol


def _run(arguments: argparse.Namespace) -> None:
    """Measures a run's samples; unless measures are named, the experiment does too."""
    loaded = stored_run.load(arguments.run, arguments.step, arguments.run_seed)
    found = stored_evaluation.evaluate(
        loaded,
        _protocol(arguments, loaded.experiment.kind),
        folder=arguments.real,
        split=arguments.split,
        by_experiment=not arguments.metrics,
        batch_size=arguments.batch_size,
        **sampling_options.single(arguments, loaded.experiment),
    )
    seed = stored_evaluation.seed_of(loaded)
    for place, one in enumerate(found):
        if place and not arguments.json:
            print()
        _tell(one, loaded.step, seed, arguments.json)
        if one.near:
            path = stored_evaluation.picture_path(loaded)
            unit = loaded.experiment.kind.unit
            print(
                f"the samples nearest to training {unit}, left of them: {path}",
                file=sys.stderr,
            )


def _folders(arguments: argparse.Namespace) -> None:
    """Measures two folders (or zips) of images, which are resized to one size."""
    for option in OF_RUNS:
        if getattr(arguments, option) not in (None, False):
            name = option.replace("_", "-")
            raise RunError(f"--{name}: saw it with two folders, wanted a run")
    size, protocol = arguments.size, _protocol(arguments, images)
    try:
        real, fake = (data.folder(p, size) for p in (arguments.run, arguments.fake))
    except DataError as error:
        raise RunError(str(error)) from error
    judge = Judge(
        RealData(images, real, real, None, "all of the first folder"), protocol
    )
    indices = some(fake.size, min(protocol.num, fake.size), protocol.seed)
    card = {"real": str(arguments.run), "generated": str(arguments.fake)}
    card["resized to"] = f"{size} pixels"
    found = judge(fake.examples(indices))
    _tell(found._replace(card={**card, **found.card}), None, None, arguments.json)


def _tell(found: Measurement, step: int | None, seed: int | None, json: bool) -> None:
    """Prints a table and the protocol, or lines of JSON."""
    if json:
        for row in evaluations_log.rows(found.scores, step or 0, found.card, seed):
            print(dumps(row))
        return
    print(table([score for _, score in found.scores]))
    if step is not None:
        print(f"\nof step {step:,}, measured so:")
    for _, score in found.scores:
        if score.about:
            print(f"  {score.metric}: {score.about}")
    width = max(map(len, found.card))
    for name, value in found.card.items():
        print(f"  {name:{width}}  {value}")


def table(scores: Sequence[Score]) -> str:
    """Writes a line per score: its name, if lower or higher is better, its value."""
    width = max(len(score.metric) for score in scores)
    return "\n".join(
        f"{one.metric:{width}} {ARROWS[one.better]} {one.shown}" for one in scores
    )
