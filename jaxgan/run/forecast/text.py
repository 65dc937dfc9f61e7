"""A forecast, as text."""

import dataclasses
import json
import math
from typing import Any

from jaxgan.core.types import Players
from jaxgan.run.devices.compiled_program import ProgramFacts
from jaxgan.run.forecast.chips import Chip


@dataclasses.dataclass(frozen=True)
class Forecast:
    """Of one experiment on some devices; all of a program is per device.

    Attributes:
      experiment: its name and variant.
      target: as asked for, or 'this machine'.
      device: the kind.
      devices: how many.
      chips: how many these are.
      batch: examples per step, over all devices.
      parameters: how many numbers each player learns.
      chip: what is published of one device.
      program: what the compiler says of the step.
      largest_batch: that was compiled and fits; None: it was not looked for.
      microbatches: parts that the batch is gone through in.
      blank: why blank images stood in for the data; '' if they did not.
    """

    experiment: str
    target: str
    device: str
    devices: int
    chips: int
    batch: int
    parameters: Players[int]
    chip: Chip
    program: ProgramFacts
    largest_batch: int | None = None
    microbatches: int = 1
    blank: str = ""

    @property
    def roofline(self) -> tuple[float, str]:
        """Finds seconds per step at published peaks, and which it is; or NaN."""
        arithmetic = self.program.flops / self.chip.flops
        traffic = self.program.accessed / self.chip.bandwidth
        if traffic > arithmetic:
            return traffic, "memory bandwidth"
        return arithmetic, "arithmetic"


def to_json(forecast: Forecast) -> str:
    """Writes one line; null is what is not known."""
    seconds, bound = forecast.roofline
    facts = {
        "compiles": True,
        **vars(forecast),
        "memory": forecast.program.memory,
        "roofline_seconds": seconds,
        "roofline_bound": None if math.isnan(seconds) else bound,
    }
    return json.dumps(_plain(facts))


def _plain(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value


def report(forecast: Forecast) -> str:
    """Writes a few lines for people."""
    rows = {
        "devices": _devices(forecast),
        "batch": _batch(forecast),
        "parameters": "generator {:,}, discriminator {:,}".format(*forecast.parameters),
        "memory": _memory(forecast.program, forecast.chip),
        "": _parts(forecast.program),
        "work": _work(forecast.program),
        "time": _estimate(forecast.program),
        "roofline": _roofline(forecast),
        "collectives": _collectives(forecast.program),
    }
    if forecast.largest_batch is not None:
        rows["largest batch"] = f"{forecast.largest_batch:,} fits: it was compiled"
    if forecast.blank:
        rows["data"] = f"blank images of the same shape, for {forecast.blank}"
    return "\n".join(
        [
            f"{forecast.experiment} compiles for {forecast.target}; each device:",
            *(f"  {label:13} {text}" for label, text in rows.items()),
        ]
    )


def _devices(forecast: Forecast) -> str:
    chips, count = forecast.chips, forecast.devices
    among = "" if chips == count else f", on {chips} chips"
    return f"{count} × {forecast.device}{among}"


def _batch(forecast: Forecast) -> str:
    parts = f", in {forecast.microbatches} parts" if forecast.microbatches > 1 else ""
    return f"{forecast.batch:,}, {forecast.batch // forecast.devices:,} each{parts}"


def _memory(program: ProgramFacts, chip: Chip) -> str:
    limit = "" if math.isnan(chip.memory) else f" of {size(chip.memory)}"
    return (
        f"{size(program.memory)}{limit}; the compiler's own peak: {size(program.peak)}"
    )


def _parts(program: ProgramFacts) -> str:
    return (
        f"arguments {size(program.arguments)}, outputs {size(program.outputs)} "
        f"({size(program.aliased)} in place), "
        f"temporaries {size(program.temporaries)}, code {size(program.code)}"
    )


def _work(program: ProgramFacts) -> str:
    if math.isnan(program.flops):
        return "not counted: there are loops, and JAX_PLATFORMS leaves out the CPU"
    return (
        f"{program.flops / 1e9:,.3g} GFLOP, {size(program.accessed)} accessed, "
        "in a step in which every turn is due"
    )


def _estimate(program: ProgramFacts) -> str:
    if program.seconds is None:
        return "the compiler gives no estimate"
    return f"{1e3 * program.seconds:.3g} ms per step, estimates the compiler"


def _roofline(forecast: Forecast) -> str:
    seconds, bound = forecast.roofline
    if math.isnan(seconds):
        counted = not math.isnan(forecast.program.flops)
        return (
            f"{'the peaks of this device are' if counted else 'the work is'} not known"
        )
    return f"{1e3 * seconds:.3g} ms per step, at the published peak of {bound}"


def _collectives(program: ProgramFacts) -> str:
    counts = program.collectives.items()
    kinds = [f"{of.count} {kind} ({size(of.bytes)})" for kind, of in counts]
    return ", ".join(kinds) or "none"


def size(count: float) -> str:
    """Writes bytes for people."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1024
    return f"{count:,.3g} GiB"
