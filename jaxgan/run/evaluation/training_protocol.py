"""What is measured while a run trains, and against what."""

from jaxgan.run.errors import RunError
from jaxgan.run.evaluation import real_data
from jaxgan.run.evaluation.judge import Judge
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.options import Options


def protocol_of(experiment: Experiment, options: Options) -> EvaluationProtocol:
    """Makes the protocol; by default the first of the kind's measures is measured."""
    names = options.evaluate_metrics or tuple(experiment.kind.measures)[:1]
    weights = options.evaluate_weights
    return EvaluationProtocol(names, options.evaluate_num, weights=weights)


def check(experiment: Experiment, options: Options) -> None:
    """Checks what is asked for, before anything is computed.

    Raises:
      RunError: naming the option.
    """
    kind = experiment.kind
    if not kind.measures:
        raise RunError(
            f"--evaluate-every: {kind.unit} have no measures; what the experiment "
            "measures itself is told at every --sample-every"
        )
    protocol = protocol_of(experiment, options)
    protocol.check(kind.unit, kind.measures, "--evaluate-")
    real_data.choose(experiment, options.evaluate_split, "--evaluate-split")


def judge_of(experiment: Experiment, options: Options) -> Judge:
    """Makes what measures; it may train a classifier, or download weights.

    Raises:
      RunError: if there can be no such judge of these data.
    """
    split = options.evaluate_split
    data = real_data.choose(experiment, split, "--evaluate-split")
    return Judge(data, protocol_of(experiment, options))
