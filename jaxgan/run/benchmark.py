"""How fast the step of an experiment is on this machine: numbers, and no run."""

import math
import statistics
import time
from typing import Any

import jax

from jaxgan.run.experiment import Experiment
from jaxgan.run.program import Program


def measure(experiment: Experiment, program: Program, steps: int) -> dict[str, Any]:
    """Times the compiled step on one batch that lies on the devices already.

    Turns that are not played on every step make steps of several lengths, so whole
    periods of turns are timed, and divided by their length.

    Args:
      experiment: what is trained.
      program: its compiled functions.
      steps: the least number of steps to time.

    Returns:
      Images per second; seconds per step, median and quartiles; seconds to compile the
      first state and the step, or to find them in the compilation cache; of one device,
      bytes of memory at the peak, and floating-point operations per step as XLA counts
      them, and per second; the device's kind and the number of devices. None is what a
      backend does not tell.
    """
    batch = program.put(experiment.data(0))
    began = time.perf_counter()
    state, totals = jax.block_until_ready((program.init(), program.zeros()))
    compiled = program.step.lower(state, totals, batch).compile()
    compile_seconds = time.perf_counter() - began
    period = math.lcm(*(turn.every for turn in experiment.turns))
    seconds = []
    # The first period only warms up.
    for _ in range(1 + math.ceil(steps / period)):
        began = time.perf_counter()
        for _ in range(period):
            state, totals, finite = compiled(state, totals, batch)
        jax.block_until_ready((state, finite))
        seconds.append((time.perf_counter() - began) / period)
    median = statistics.median(seconds[1:])
    flops = _flops(compiled)
    device = jax.tree.leaves(batch)[0].sharding.device_set
    return {
        "images_per_second": round(experiment.data.batch_size / median, 1),
        "seconds_per_step": median,
        "seconds_per_step_quartiles": _quartiles(seconds[1:]),
        "timings": len(seconds) - 1,
        "steps_per_timing": period,
        "batch_size": experiment.data.batch_size,
        "compile_seconds": round(compile_seconds, 3),
        "peak_memory_bytes": _peak_memory(compiled),
        "flops_per_step": flops,
        "flops_per_second": flops and flops / median,
        "device_kind": min(d.device_kind for d in device),
        "devices": len(device),
        "jax": jax.__version__,
    }


def _quartiles(seconds: list[float]) -> list[float]:
    if len(seconds) < 2:
        return [seconds[0], seconds[0]]
    first, _, third = statistics.quantiles(seconds, method="inclusive")
    return [first, third]


def _flops(compiled: Any) -> float | None:
    return (compiled.cost_analysis() or {}).get("flops")


def _peak_memory(compiled: Any) -> int | None:
    """What the allocator saw at most; on CPU, which has none, what XLA planned."""
    seen = jax.local_devices()[0].memory_stats()
    if seen and "peak_bytes_in_use" in seen:
        return seen["peak_bytes_in_use"]
    plan = compiled.memory_analysis()
    if plan is None:
        return None
    # Donated arguments share their memory with outputs.
    kept = plan.argument_size_in_bytes + plan.output_size_in_bytes
    return kept + plan.temp_size_in_bytes - plan.alias_size_in_bytes
