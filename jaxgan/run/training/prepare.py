"""What is found out, and can be wrong, before a run begins."""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax

from jaxgan.core.types import State, Tree
from jaxgan.run import few_examples
from jaxgan.run.devices import processes, seed_axis
from jaxgan.run.devices.placement import Placement, place
from jaxgan.run.evaluation import while_training
from jaxgan.run.experiment import Experiment, pace_of
from jaxgan.run.options import Options
from jaxgan.run.training import dispatch, previews, warm_start
from jaxgan.run.training.program import Program, fit, lower_step, read_frozen
from jaxgan.run.training.warm_start import WarmStart, Weights


class Prepared(NamedTuple):
    """Holds an experiment whose parts fit together and onto the devices.

    Attributes:
      experiment: of the first seed; those of other seeds differ in their data only.
      options: how far it trains, and how often it tells.
      program: the compiled functions.
      data: f(step) -> this process's slice of the batch of all runs.
      steps_per_dispatch: how many steps are handed to the devices at a time.
      warm_start: what a new run takes from another.
      frozen: networks by name, on the devices.
    """

    experiment: Experiment
    options: Options
    program: Program
    data: Callable[[int], Tree]
    steps_per_dispatch: int
    warm_start: WarmStart | None = None
    frozen: Tree = ()

    @property
    def seeds(self) -> tuple[int, ...]:
        """Names the runs side by side by their seeds."""
        return self.program.seeds

    @property
    def description(self) -> str:
        """Says in a line, for people, what is trained where."""
        generator, discriminator = self.program.parameters
        parts, each = self.options.microbatches, self.steps_per_dispatch
        platform = jax.local_devices()[0].platform
        sizes = [str(size) for size, _ in itertools.groupby(self.program.pace.sizes)]
        return (
            f"parameters: generator {generator:,}, discriminator {discriminator:,}; "
            f"batch {', then '.join(sizes)} on "
            f"{self.program.placement.count} {platform}"
            + (f" of {jax.process_count()} processes" if processes.several() else "")
            + (f" in {parts} parts" if parts > 1 else "")
            + ("; shared draws" if self.options.shared_draws else "")
            + (f"; seeds {self.seeds[0]} to {self.seeds[-1]}" if self._several else "")
            + (f"; {each} steps per dispatch" if each > 1 else "")
        )

    def first_state(self) -> State:
        """Makes the state before step 0, on the devices."""
        state = self.program.init()
        return self.warm_start(state, self.seeds) if self.warm_start else state

    def lowered_step(self, step: int) -> jax.stages.Lowered | None:
        """Lowers the next step, if it is to be compiled ahead of its first call.

        Several processes may compile together, and so in the same order.

        Args:
          step: the number of finished steps.
        """
        if processes.several() or self.steps_per_dispatch > 1:
            return None
        return lower_step(self.program, self.data(step), step)

    @property
    def _several(self) -> bool:
        return len(self.seeds) > 1


def prepare(
    experiments: Sequence[Experiment],
    options: Options,
    seeds: Sequence[int],
    weights: Weights | None = None,
) -> Prepared:
    """Traces the step. Only frozen networks are read, and nothing is compiled.

    Args:
      experiments: what to train side by side; they differ in their data only.
      options: how; the devices and the intervals count here.
      seeds: of the runs: initialisation and every draw.
      weights: to begin with, as far as they fit.

    Raises:
      RunError: if the parts of the experiment, the devices or the intervals do not fit,
        or nothing of the weights does.
    """
    experiment, pace = experiments[0], pace_of(experiments[0].data)
    while_training.check(experiment, options)
    if processes.is_chief():
        few_examples.tell_trainer(
            experiment.data.source, max(pace.sizes), experiment.kind
        )
    data = seed_axis.together([one.data for one in experiments])
    placement = _placement(options, pace.sizes)
    part = processes.own_batches(data, jax.process_index(), jax.process_count())
    each = dispatch.choose(options, part)
    batch, count = data(0), len(seeds)
    frozen = read_frozen(experiment, placement)
    program = fit(
        *(experiment, placement, tuple(seeds)),
        _of_spans(batch, pace.starts, pace.sizes, options.steps, axis=int(count > 1)),
        options.shared_draws,
        frozen=jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype), frozen),
    )
    state = jax.eval_shape(lambda x: seed_axis.member(x, 0, count), program.target)
    previews.check(
        experiment, state, batch if count == 1 else jax.tree.map(lambda x: x[0], batch)
    )
    start = weights and warm_start.fit(weights, program.target, seeds, experiment)
    return Prepared(experiment, options, program, part, each, start, frozen)


def _placement(options: Options, sizes: Sequence[int]) -> Placement:
    """Lays a run out on devices that divide the batches of all steps."""

    def of_size(size: int) -> Placement:
        parts = options.microbatches, options.model_parallel
        return place(options.devices, size, *parts)

    for size in dict.fromkeys(sizes):
        of_size(size)  # which names it
    return of_size(math.gcd(*sizes))


def _of_spans(
    batch: Tree, starts: Sequence[int], sizes: Sequence[int], stop: int, axis: int
) -> dict[int, Tree]:
    """Finds the shapes of the batches of all spans, by their first steps.

    Args:
      batch: of the first span.
      starts: of the spans.
      sizes: of their batches.
      stop: the step after the last: spans behind it are left out.
      axis: of examples; one of runs may come before.
    """

    def resized(leaf: Any, size: int) -> jax.ShapeDtypeStruct:
        shape = list(leaf.shape)
        shape[axis] = size
        return jax.ShapeDtypeStruct(tuple(shape), leaf.dtype)

    return {
        start: jax.tree.map(lambda leaf, size=size: resized(leaf, size), batch)
        for start, size in zip(starts, sizes)
        if start < stop or not start
    }
