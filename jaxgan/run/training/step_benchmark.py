"""How fast the step of an experiment is on this machine: numbers, and no run."""

import math
import statistics
import time
from typing import Any

import jax

from jaxgan.core.pace import Span
from jaxgan.core.turns import rhythm
from jaxgan.core.types import Tree
from jaxgan.run.devices.compiled_program import facts, operations
from jaxgan.run.devices.first_state import state_shapes
from jaxgan.run.experiment import Experiment
from jaxgan.run.training.prepare import Prepared
from jaxgan.run.training.span_play import make_play


def measure(prepared: Prepared) -> dict[str, Any]:
    """Times the compiled step on one batch that lies on the devices already.

    Of networks that grow it is that of the last level.

    Turns that are not played on every step make steps of several lengths, so whole
    periods of turns are timed, and divided by their length: of the turns that there are
    in the long run, after the last has started or stopped.

    Args:
      prepared: what is trained; its options tell the least number of steps to time.

    Returns:
      Images per second; seconds per step, median and quartiles; seconds to compile the
      first state and the step, or to find them in the compilation cache; of one device,
      bytes of memory at the peak, or on CPU as planned, and floating-point operations
      of a step on which every turn is due, or None where XLA cannot count them, and per
      second, or None if there are other steps; the device's kind and the number of
      devices.
    """
    program, experiment, options = (
        prepared.program,
        prepared.experiment,
        prepared.options,
    )
    last = program.pace.starts[-1]
    batch = program.put(prepared.data(last))
    began = time.perf_counter()
    state, totals = jax.block_until_ready((program.init(), program.zeros()))
    step = program.step_at(last)
    compiled = step.lower(state, totals, batch, prepared.frozen).compile()
    compile_seconds = time.perf_counter() - began
    turns = experiment.recipe.turns
    settled, period = rhythm(turns)
    settled = max(settled, last)
    if settled:
        state = state._replace(step=state.step + settled)
    seconds = []
    # The first period only warms up.
    for _ in range(1 + math.ceil(options.benchmark / period)):
        began = time.perf_counter()
        for _ in range(period):
            state, totals, finite = compiled(state, totals, batch, prepared.frozen)
        jax.block_until_ready((state, finite))
        seconds.append((time.perf_counter() - began) / period)
    median = statistics.median(seconds[1:])
    images = experiment.data.batch_size * len(program.seeds)
    used = jax.tree.leaves(batch)[0].sharding.device_set
    counted = count_operations(
        *(experiment, program.seeds, batch, options.shared_draws),
        program.pace.spans[-1],
        program.frozen,
    )
    flops = None if math.isnan(counted) else counted / len(used)
    alike = period == 1 and all(turn.stop is None for turn in turns)
    return {
        "images_per_second": round(images / median, 1),
        "seconds_per_step": median,
        "seconds_per_step_quartiles": _quartiles(seconds[1:]),
        "timings": len(seconds) - 1,
        "steps_per_timing": period,
        "batch_size": experiment.data.batch_size,
        "seeds": len(program.seeds),
        "microbatches": program.microbatches,
        "compile_seconds": round(compile_seconds, 3),
        "peak_memory_bytes": _seen_by_allocator() or facts(compiled).memory,
        "flops_per_step": flops,
        "flops_per_second": flops / median if flops and alike else None,
        "device_kind": min(device.device_kind for device in used),
        "devices": len(used),
        "jax": jax.__version__,
    }


def count_operations(
    experiment: Experiment,
    seeds: tuple[int, ...],
    batch: Tree,
    shared_draws: bool,
    span: Span,
    frozen: Tree = (),
) -> float:
    """Counts the operations of a step of all seeds on which every turn is due.

    Args:
      experiment, seeds, shared_draws, span: as `make_play` takes them.
      batch: of a step of the span.
      frozen: shapes of the frozen networks by name, or `()`.

    Returns:
      See `compiled_program.operations`.
    """
    shapes = jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype), batch)
    state = state_shapes(experiment, seeds, shapes)._replace(frozen=frozen)
    play = make_play(experiment, seeds, shared_draws, span)
    return operations(play, state, shapes)


def _quartiles(seconds: list[float]) -> list[float]:
    if len(seconds) < 2:
        return [seconds[0], seconds[0]]
    first, _, third = statistics.quantiles(seconds, method="inclusive")
    return [first, third]


def _seen_by_allocator() -> int | None:
    """Reads bytes in use at the fullest moment; a CPU has no allocator that tells."""
    return (jax.local_devices()[0].memory_stats() or {}).get("peak_bytes_in_use")
