"""Several steps at a time: what the host prepares for them, and the program of them.

Between two steps the host takes some time, in which a fast device has nothing to do.
So one call runs several steps, by `jax.lax.scan`: of a small set, which every device
holds as a whole, the host only tells which examples are whose; else it stacks batches.
"""

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import lax

from jaxgan.core.pace import Pace
from jaxgan.core.types import State, Tree
from jaxgan.run.devices import processes, seed_axis
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Addressed
from jaxgan.run.options import Options, whole_dispatches
from jaxgan.run.training.program import Program, Totals

MOST = 64
"""Steps of a dispatch, unless more are asked for."""

HELD = 2 * 2**30
"""Bytes of examples up to which every device holds all of them."""

STACKED = 2**28
"""Bytes of the stacked batches of a dispatch, unless more steps are asked for."""

BatchAt = Callable[[int], Tree]


class Dispatch(NamedTuple):
    """Hands the steps of the loop to the devices, several at a time.

    Attributes:
      feed: f(step, count=) -> what this process prepares for so many steps, of which
        that is the first: numpy leaves.
      put: f(that) -> the same of all processes, ready for `run`.
      run: f(step, state, totals, that) -> (state, totals, finite [(count,) metrics]).
        It consumes the state and the totals, as `Program.steps` do.
    """

    feed: Callable[..., Tree]
    put: Callable[[Tree], Tree]
    run: Callable[[int, State, Totals, Tree], tuple[State, Totals, jax.Array]]


def choose(options: Options, data: BatchAt) -> int:
    """Chooses how many steps make one dispatch.

    If the options leave it open: on CPU, where the host and the device are one, a
    single step; else the largest divisor of every interval, up to `MOST` and to half
    the interval of rows, for images per second leave out the first dispatch, which
    compiles. Batches that have to be stacked take no more than `STACKED` bytes.

    Args:
      options: of the run.
      data: this process's.

    Raises:
      RunError: if an interval is no multiple.
    """
    if options.steps_per_dispatch is not None:
        _check_multiples(options, options.steps_per_dispatch)
        return options.steps_per_dispatch
    if jax.local_devices()[0].platform == "cpu":
        return 1
    most = min(MOST, options.log_every // 2)
    if not is_held(data):
        size = sum(leaf.nbytes for leaf in jax.tree.leaves(data(0)))
        most = min(most, STACKED // max(size, 1))
    common = math.gcd(*whole_dispatches(options).values())
    return max((k for k in range(1, most + 1) if common % k == 0), default=1)


def _check_multiples(options: Options, steps: int) -> None:
    for option, value in whole_dispatches(options).items():
        if value % steps:
            nearest = max(1, round(value / steps)) * steps
            raise RunError(
                f"{option}: saw {value}, wanted a multiple of the {steps} steps of a "
                "dispatch (--steps-per-dispatch)",
                f"the nearest is {option} {nearest}",
            )


def is_held(data: BatchAt) -> bool:
    """Tells whether devices are to hold all examples, and to make the batches."""
    parts = _members(data)
    addressed = [part for part in parts if isinstance(part, Addressed)]
    return len(addressed) == len(parts) and sum(x.nbytes for x in addressed) <= HELD


def chunks(pace: Pace, step: int, stop: int, steps: int) -> list[range]:
    """Cuts the steps of a run into dispatches, of one size of the batch each.

    They end at multiples of `steps`, and where another span of the pace begins.

    Args:
      pace: examples per step.
      step: the first step.
      stop: the one after the last.
      steps: of a whole dispatch.

    Returns:
      The first steps of dispatches that are alike; their distance is their length.
    """
    found = []
    for span in pace.spans:
        step = max(step, span.start)
        end = stop if span.stop is None else min(stop, span.stop)
        while step < end:
            length = min(steps - step % steps, end - step)
            last = end - end % steps if length == steps else step + length
            found.append(range(step, last, length))
            step = last
    return found


def make_dispatch(
    program: Program, data: BatchAt, several: bool, frozen: Tree = ()
) -> Dispatch:
    """Prepares to hand a program its steps.

    Args:
      program: whose steps they are.
      data: this process's, see `processes.own_batches`.
      several: whether at a time, or one by one.
      frozen: networks, on the devices.
    """
    placement = program.placement
    alone = placement.mesh is None
    if not several:

        def single(step: int, state: State, totals: Totals, batch: Tree):
            return program.step_at(step)(state, totals, batch, frozen)

        put = _as_it_is if alone else program.put
        return Dispatch(lambda step, count: data(step), put, single)
    if is_held(data):
        parts: Any = _members(data)
        examples, pick = all_examples(parts)
        examples = processes.put(examples, placement.whole)
        rows = seed_axis.Together(tuple(part.rows for part in parts))
        rows = rows if len(parts) > 1 else parts[0].rows
    else:
        examples, pick, rows = (), lambda _, batch: batch, data

    def feed(step: int, count: int) -> Tree:
        return seed_axis.stack([rows(step + i) for i in range(count)])

    scans = [scan(program, pick, one) for one in program.steps]

    def run(step: int, state: State, totals: Totals, fed: Tree):
        scanned = scans[program.pace.place(step)]
        return scanned(state, totals, examples, fed, frozen)

    lying = placement.batches(len(program.seeds), stacked=True)
    put = _as_it_is if alone else functools.partial(processes.put, sharding=lying)
    return Dispatch(feed, put, run)


def scan(
    program: Program, pick: Callable[[Tree, Tree], Tree], step: jax.stages.Wrapped
) -> jax.stages.Wrapped:
    """Makes f(state, totals, examples, rows, frozen): many steps.

    It consumes the state and the totals, and returns (state, totals, finite), of which
    finite is [steps, metrics].

    Args:
      program: whose step it is.
      pick: f(examples, row) -> the batch of a step; rows have one more axis, the first.
      step: that of one of the spans.
    """
    placement, runs = program.placement, len(program.seeds)

    def steps(state, totals, examples, rows, frozen):
        def one(carry, row):
            batch = pick(examples, row)
            if placement.mesh is not None:
                batch = lax.with_sharding_constraint(batch, placement.batches(runs))
            state, totals, finite = step(*carry, batch, frozen)
            return (state, totals), finite

        (state, totals), finite = lax.scan(one, (state, totals), rows)
        return state, totals, finite

    lying = jax.tree.map(lambda leaf: leaf.sharding, program.target)
    whole = placement.whole
    return jax.jit(steps, donate_argnums=(0, 1), out_shardings=(lying, whole, whole))


def all_examples(
    parts: Sequence[Addressed],
) -> tuple[Tree, Callable[[Tree, Tree], Tree]]:
    """Finds all examples of some runs, and f(examples, rows) -> the batch of all.

    Of runs with the same examples these are there once, else with one more axis.
    """
    examples = [part.examples() for part in parts]
    if len(parts) == 1:
        return examples[0], parts[0].pick
    alike = all(_equal(examples[0], other) for other in examples[1:])
    pick = jax.vmap(parts[0].pick, (None if alike else 0, 0))
    return examples[0] if alike else seed_axis.stack(examples), pick


def _members(data: Any) -> Sequence[Any]:
    return data.members if isinstance(data, seed_axis.Together) else (data,)


def _equal(one: Tree, other: Tree) -> bool:
    return all(jax.tree.leaves(jax.tree.map(np.array_equal, one, other)))


def _as_it_is(fed: Tree) -> Tree:
    """Leaves it to `jax.jit`, which takes 7 µs to a single device, `device_put` 160."""
    return fed
