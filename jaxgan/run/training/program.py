"""The compiled functions of a run: the first state, and the step that also counts."""

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxgan.core import metrics
from jaxgan.core.pace import Pace
from jaxgan.core.types import Players, State, Tree
from jaxgan.run import progress
from jaxgan.run.devices import frozen_networks, processes
from jaxgan.run.devices.first_state import first_state, state_shapes
from jaxgan.run.devices.placement import Placement, with_sharding
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment, pace_of
from jaxgan.run.training import label_fit
from jaxgan.run.training.span_play import make_play

Totals = dict[str, metrics.Mean]

QUICK = {"xla_backend_optimization_level": 1}
"""Of what runs seldom, on CPUs: half the time to compile it, and the same bits."""


class Program(NamedTuple):
    """Holds all that runs on the devices during training.

    Attributes:
      placement: the devices.
      seeds: of the runs that it trains.
      names: of the metrics, in the order of the finite flags.
      target: shapes and shardings of the state, to restore into.
      init: f() -> the state before step 0.
      zeros: f() -> metrics of no steps.
      steps: for each span of the pace f(state, totals, batch, frozen) -> (state,
        totals, finite [metrics]): a step. It consumes the state, which has no frozen
        networks, and the totals; `finite` is of this step's metrics. It is compiled
        when it is first called.
      put: f(batch) -> the global batch on the devices, of which every process gives its
        slice.
      agree: f(number) -> what all processes agree to do, see `processes.Agreement`.
      is_finite: f(state) -> bool scalar: are all numbers of the players finite?
      frozen: shapes and shardings of the frozen networks.
      pace: examples per step.
      microbatches: parts that the batch is gone through in.
    """

    placement: Placement
    seeds: tuple[int, ...]
    names: tuple[str, ...]
    target: State
    init: Callable[[], State]
    zeros: Callable[[], Totals]
    steps: tuple[jax.stages.Wrapped, ...]
    put: Callable[[Tree], Tree]
    agree: Callable[[int], int]
    is_finite: Callable[[State], jax.Array]
    pace: Pace
    frozen: Tree = ()
    microbatches: int = 1

    def step_at(self, step: int) -> jax.stages.Wrapped:
        """Finds the step of the span that a step is in."""
        return self.steps[self.pace.place(step)]

    @property
    def parameters(self) -> Players[int]:
        """Counts the numbers that each player learns, in one run."""
        return Players(
            *(
                sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(player["params"]))
                // len(self.seeds)
                for player in self.target.variables
            )
        )


def read_frozen(experiment: Experiment, placement: Placement) -> Tree:
    """Reads the frozen networks of an experiment, whole on every device.

    Raises:
      RunError: if one cannot be read.
    """
    return frozen_networks.load(experiment.frozen, placement.whole)


def fit(
    experiment: Experiment,
    placement: Placement,
    seeds: tuple[int, ...],
    batches: Mapping[int, Tree],
    shared_draws: bool = False,
    frozen: Tree = (),
) -> Program:
    """Calls `compile_program`, and tells plainly what does not fit.

    Raises:
      RunError: if game, turns, optimizers and data do not fit together.
    """
    try:
        with progress.lasting("tracing the step"):
            return compile_program(
                experiment, placement, seeds, batches, shared_draws, frozen
            )
    except ValueError as error:
        if ", wanted " not in str(error):  # not one of ours: it needs its traceback
            raise
        raise RunError(f"the parts of this experiment do not fit: {error}") from error


def compile_program(
    experiment: Experiment,
    placement: Placement,
    seeds: tuple[int, ...],
    batches: Mapping[int, Tree],
    shared_draws: bool = False,
    frozen: Tree = (),
) -> Program:
    """Traces steps and prepares everything; XLA compiles at the first call.

    Args:
      experiment: what to train.
      placement: on which devices.
      seeds: of the runs; several are trained side by side.
      batches: by the step, batches of which only shapes and dtypes matter; of several
        runs [seeds, B, ...]. The steps of these spans are traced.
      shared_draws: as `make_step` has it.
      frozen: shapes of the frozen networks by name, or `()`.
    """
    pace = pace_of(experiment.data)
    divided = {
        "microbatches": placement.microbatches,
        "sharding": placement.constraint,
    }
    plays = [
        jax.jit(make_play(experiment, seeds, shared_draws, span, **divided))
        for span in pace.spans
    ]
    shapes = {step: _shapes(batch) for step, batch in batches.items()}
    begin = next(iter(shapes.values()))
    state = state_shapes(experiment, seeds, begin)
    full = state._replace(frozen=frozen)
    traced = [plays[pace.place(step)].trace(full, x) for step, x in shapes.items()]
    label_fit.check(experiment, len(seeds), traced[0].jaxpr, full, begin)
    _, measured = traced[0].out_info
    names = tuple(sorted(measured))

    def zeros():
        return jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), measured)

    whole, lying = placement.whole, placement.state(state)
    quick = QUICK if placement.platform == "cpu" else None
    return Program(
        placement=placement,
        seeds=seeds,
        names=names,
        target=with_sharding(state, lying),
        init=jax.jit(
            lambda: first_state(experiment, seeds, _zeros(begin)),
            out_shardings=lying,
            compiler_options=quick,
        ),
        zeros=jax.jit(zeros, out_shardings=whole, compiler_options=quick),
        steps=tuple(
            jax.jit(
                _counted(play, names),
                donate_argnums=(0, 1),
                out_shardings=(lying, whole, whole),
            )
            for play in plays
        ),
        put=functools.partial(processes.put, sharding=placement.batches(len(seeds))),
        agree=processes.Agreement(placement.batch, whole),
        pace=pace,
        is_finite=jax.jit(_is_finite, compiler_options=quick),
        frozen=with_sharding(frozen, whole),
        microbatches=placement.microbatches,
    )


def _counted(
    play: Callable[[State, Tree], tuple[State, Totals]], names: tuple[str, ...]
) -> Callable[[State, Totals, Tree, Tree], tuple[State, Totals, jax.Array]]:
    """Makes the step that adds its metrics up, and looks whether they are finite."""

    def step(state, totals, batch, frozen):
        state, measured = play(state._replace(frozen=frozen), batch)
        state = state._replace(frozen=())
        finite = jnp.stack(
            [jnp.all(jnp.isfinite(measured[name].total)) for name in names]
        )
        return state, metrics.merge(totals, measured), finite

    return step


def lower_step(program: Program, batch: Tree, step: int) -> jax.stages.Lowered:
    """Lowers a step, ready for XLA, as `trace_step` traces it."""
    return trace_step(program, batch, step).lower()


def trace_step(program: Program, batch: Tree, step: int) -> jax.stages.Traced:
    """Traces a step from shapes alone: no device need be there.

    Args:
      program: of `compile_program`.
      batch: of the size that it was given.
      step: whose span it is.
    """
    placement = program.placement
    if placement.mesh is not None:
        batch = with_sharding(batch, placement.batches(len(program.seeds)))
    return program.step_at(step).trace(
        program.target,
        with_sharding(jax.eval_shape(program.zeros), placement.whole),
        batch,
        program.frozen,
    )


def _shapes(batch: Tree) -> Tree:
    return jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype), batch)


def _zeros(shapes: Tree) -> Tree:
    return jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), shapes)


def _is_finite(state: State) -> jax.Array:
    leaves = jax.tree.leaves((state.variables, state.ema))
    checks: list[Any] = [
        jnp.all(jnp.isfinite(x)) for x in leaves if jnp.issubdtype(x.dtype, jnp.inexact)
    ]
    return jnp.all(jnp.stack(checks)) if checks else jnp.array(True)
