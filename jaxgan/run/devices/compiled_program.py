"""What a compiler tells about a program, and about the one that it made of it."""

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.extend as jex
from jax.sharding import SingleDeviceSharding

from jaxgan.run.devices.placement import with_sharding

KINDS = (
    *("all-reduce", "all-gather", "all-to-all", "reduce-scatter"),
    *("collective-permute", "collective-broadcast", "ragged-all-to-all"),
)
# `-start` of a pair is left out: `-done` has the same result, without its operands.
_COLLECTIVE = re.compile(
    rf"^\s*(?:ROOT )?%?\S+ = (\(.*?\)|\S+) ({'|'.join(KINDS)})(?:-done)?\(",
    re.MULTILINE,
)
_ARRAY = re.compile(r"\b(pred|[a-z]+\d+\w*)\[([\d,]*)\]")


class Collective(NamedTuple):
    """Counts communications of one kind.

    Attributes:
      count: how many there are in the program.
      bytes: of their results, on one device.
    """

    count: int
    bytes: int


class ProgramFacts(NamedTuple):
    """Describes a program, per device.

    Attributes:
      arguments: bytes.
      outputs: bytes.
      aliased: bytes of outputs that lie where arguments lay.
      temporaries: bytes.
      code: bytes.
      peak: bytes at the fullest moment, as the compiler has it; some compilers leave
        temporaries out.
      flops: of one call, by the longest way through every branch; NaN if not known.
      accessed: bytes that the operations of one call read and write; NaN likewise.
      seconds: the compiler's estimate for one call; None if it has no sane one.
      collectives: by kind.
    """

    arguments: int
    outputs: int
    aliased: int
    temporaries: int
    code: int
    peak: int
    flops: float
    accessed: float
    seconds: float | None
    collectives: dict[str, Collective]

    @property
    def memory(self) -> int:
        """Adds up the bytes that a device must have."""
        data = self.arguments + self.outputs - self.aliased + self.temporaries
        return data + self.code


def facts(compiled: jax.stages.Compiled, further: float = 0.0) -> ProgramFacts:
    """Asks a compiled program.

    Args:
      compiled: the program.
      further: operations per device of the turns of its loops, but for the single one
        that the compiler counts: see `further_turns`. What is read and written is taken
        to grow with them; time the compiler then tells none.
    """
    memory = compiled.memory_analysis()
    assert memory is not None
    cost = compiled.cost_analysis() or {}
    flops = cost.get("flops", 0.0)
    seconds = 0.0 if further else cost.get("optimal_seconds", 0.0)
    share = (flops + further) / flops if flops else 1.0
    return ProgramFacts(
        arguments=memory.argument_size_in_bytes,
        outputs=memory.output_size_in_bytes,
        aliased=memory.alias_size_in_bytes,
        temporaries=memory.temp_size_in_bytes,
        code=memory.generated_code_size_in_bytes,
        peak=memory.peak_memory_in_bytes,
        flops=flops + further,
        accessed=cost.get("bytes accessed", 0.0) * share,
        # On some programs it is negative.
        seconds=seconds if seconds > 0 else None,
        collectives=collectives(compiled.as_text() or ""),
    )


def operations(function: Callable, *arguments: Any) -> float:
    """Counts the floating-point operations of a function as it is written.

    By the longest way through every branch, and with all turns of a scan, of which the
    counter takes one; before anything is optimized: in a program
    compiled for a GPU, convolutions are calls of a library, which count nothing. It is
    lowered for a GPU wherever this runs, because there convolutions are themselves and
    not one of the formulations that are quick on CPUs; the CPU's counter counts it,
    because GPUs and TPUs have one only for compiled programs.

    Args:
      function: may be jitted. Nothing is computed.
      arguments: arrays, or their shapes.

    Returns:
      The number; NaN where JAX is kept from the CPU, as by JAX_PLATFORMS=cuda.
    """
    if (cpu := _cpu()) is None:
        return math.nan
    shapes = with_sharding(jax.eval_shape(lambda *x: x, *arguments), cpu)
    traced = jax.jit(function).trace(*shapes)
    return _counted(traced) + _further_turns(traced.jaxpr.jaxpr, cpu)


def further_turns(traced: jax.stages.Traced) -> float:
    """Counts the operations of the turns of scans but for the first, as written.

    What compilers leave out of a program's operations.

    Args:
      traced: a program for one device: of its parts each is counted alone.

    Returns:
      The number; NaN where JAX is kept from the CPU, which counts.
    """
    cpu = _cpu()
    return math.nan if cpu is None else _further_turns(traced.jaxpr.jaxpr, cpu)


def has_scans(jaxpr: Any) -> bool:
    """Tells whether there is a scan anywhere in a `jaxpr`."""
    return any(
        equation.primitive.name == "scan" or any(map(has_scans, _within(equation)))
        for equation in jaxpr.eqns
    )


def _cpu() -> SingleDeviceSharding | None:
    try:
        return SingleDeviceSharding(jax.local_devices(backend="cpu")[0])
    except RuntimeError:  # JAX_PLATFORMS leaves it out
        return None


def _counted(traced: jax.stages.Traced) -> float:
    cost = traced.lower(lowering_platforms=("cuda",)).cost_analysis()
    assert cost is not None
    return cost.get("flops", 0.0)


def _further_turns(jaxpr: Any, cpu: SingleDeviceSharding) -> float:
    """Counts the operations of the turns of scans but for those that are counted."""
    total = 0.0
    for equation in jaxpr.eqns:
        parts = equation.params
        if equation.primitive.name == "scan":
            once, more = _both(parts["jaxpr"], cpu)
            counted = min(parts["length"], parts["unroll"])
            total += parts["length"] * (once + more) - counted * once
        elif equation.primitive.name == "cond":
            each = [_both(branch, cpu) for branch in parts["branches"]]
            total += max(map(sum, each)) - max(once for once, _ in each)
        else:
            total += sum(_further_turns(one, cpu) for one in _within(equation))
    return total


def _within(equation: Any) -> list[Any]:
    """Lists the programs that are parameters of an operation."""
    leaves = jax.tree.leaves(list(equation.params.values()), is_leaf=_is_jaxpr)
    return [getattr(leaf, "jaxpr", leaf) for leaf in leaves if _is_jaxpr(leaf)]


def _both(part: Any, cpu: SingleDeviceSharding) -> tuple[float, float]:
    """Counts what the counter does of a part, and what it leaves out."""
    shapes = [jax.ShapeDtypeStruct(x.shape, x.dtype) for x in part.in_avals]
    function = jax.jit(jex.core.jaxpr_as_fun(part))
    once = _counted(function.trace(*with_sharding(shapes, cpu)))
    return once, _further_turns(part.jaxpr, cpu)


def _is_jaxpr(value: Any) -> bool:
    return isinstance(value, jex.core.Jaxpr | jex.core.ClosedJaxpr)


def collectives(hlo: str) -> dict[str, Collective]:
    """Counts the communications in the text of a compiled program.

    Those in a branch count as if it were taken, those in a loop as if it ran once.
    """
    totals: dict[str, Collective] = {}
    for shape, kind in _COLLECTIVE.findall(hlo):
        count, size = totals.get(kind, (0, 0))
        totals[kind] = Collective(count + 1, size + _bytes(shape))
    return totals


def _bytes(shape: str) -> int:
    """Counts the bytes of 'f32[8,3]{1,0}' or a tuple of such."""
    total = 0
    for dtype, sizes in _ARRAY.findall(shape):
        bits = 8 if dtype == "pred" else int(re.findall(r"\d+", dtype)[0])
        for size in filter(None, sizes.split(",")):
            bits *= int(size)
        total += -(-bits // 8)
    return total
