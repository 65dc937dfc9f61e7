"""What is found out, and can be wrong, before a run begins."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax

from jaxgan.core.types import Tree
from jaxgan.run.devices import processes, seed_axis
from jaxgan.run.devices.placement import place
from jaxgan.run.evaluation import while_training
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options
from jaxgan.run.training import dispatch
from jaxgan.run.training.program import Program, fit


class Prepared(NamedTuple):
    """An experiment whose parts fit together and onto the devices.

    Attributes:
      program: the compiled functions.
      data: f(step) -> this process's slice of the batch of all runs.
      steps_per_dispatch: how many steps are handed to the devices at a time.
      description: a line for people.
    """

    program: Program
    data: Callable[[int], Tree]
    steps_per_dispatch: int
    description: str


def prepare(
    experiments: Sequence[Experiment], options: Options, seeds: Sequence[int]
) -> Prepared:
    """Traces the step. No file is touched and nothing is compiled.

    Args:
      experiments: what to train side by side; they differ in their data only.
      options: of which the devices and the intervals count.
      seeds: of the runs: initialisation and every draw.

    Raises:
      RunError: if the parts of the experiment, the devices or the intervals do not fit.
    """
    experiment, size = experiments[0], experiments[0].data.batch_size
    while_training.check(experiment, options)
    data = seed_axis.together([one.data for one in experiments])
    placement = place(
        options.devices, size, options.microbatches, options.model_parallel
    )
    own = processes.own_batches(data, jax.process_index(), jax.process_count())
    each = dispatch.choose(options, own)
    program = fit(experiment, placement, tuple(seeds), data(0), options.shared_draws)
    generator, discriminator = program.parameters
    return Prepared(
        program,
        own,
        each,
        f"parameters: generator {generator:,}, discriminator {discriminator:,}; "
        f"batch {size} on {placement.count} {jax.local_devices()[0].platform}"
        + (f" of {jax.process_count()} processes" if processes.several() else "")
        + (f" in {options.microbatches} parts" if options.microbatches > 1 else "")
        + ("; shared draws" if options.shared_draws else "")
        + (f"; seeds {seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else "")
        + (f"; {each} steps per dispatch" if each > 1 else ""),
    )
