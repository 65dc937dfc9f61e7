"""A forecast, as text."""

import dataclasses
import json
import math
from typing import Any

from jaxgan.core.types import Players
from jaxgan.run.devices.compiled_program import ProgramFacts
from jaxgan.run.forecast.chips import Chip

REDUCE = "all-reduce"


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
      model_parallel: neighbours that share what is large.
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
    model_parallel: int = 1

    @property
    def roofline(self) -> tuple[float, str]:
        """Finds seconds per step at published peaks, and which it is; or NaN."""
        arithmetic = self.program.flops / self.chip.flops
        traffic = self.program.accessed / self.chip.bandwidth
        if traffic > arithmetic:
            return traffic, "memory bandwidth"
        return arithmetic, "arithmetic"

    @property
    def exchange(self) -> float:
        """Finds seconds of a step that links are busy at their published peak; or NaN.

        Of N devices each sends 2 (N - 1) / N times what is reduced, and half as often
        what is gathered or scattered (Patarasu and Yuan 2009, "Bandwidth optimal
        all-reduce algorithms"). Where the compiler lists less than the gradients,
        because loops count once, these are taken: four bytes per parameter.
        """
        listed = self.program.collectives
        if self.devices == 1 or not listed:
            return 0.0
        size = {kind: of.bytes for kind, of in listed.items()}
        gradients = 4 * sum(self.parameters) / self.model_parallel
        reduced = max(size.pop(REDUCE, 0), gradients)
        sent = 2 * reduced + sum(size.values())
        return sent * (self.devices - 1) / self.devices / self.chip.links

    @property
    def weak_scaling(self) -> float:
        """Finds what a device does here, over what it does alone; or NaN.

        With the same share of the batch, at published peaks, and if it waits for all
        that is exchanged: a compiler hides some of it behind other work. Latencies are
        not known.
        """
        alone = self.roofline[0]
        return alone / (alone + self.exchange)


def to_json(forecast: Forecast) -> str:
    """Writes one line; null is what is not known."""
    seconds, bound = forecast.roofline
    facts = {
        "compiles": True,
        **vars(forecast),
        "memory": forecast.program.memory,
        "roofline_seconds": seconds,
        "roofline_bound": None if math.isnan(seconds) else bound,
        "exchange_seconds": forecast.exchange,
        "weak_scaling": forecast.weak_scaling,
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
        "weak scaling": _weak_scaling(forecast),
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


def _weak_scaling(forecast: Forecast) -> str:
    if forecast.devices == 1:
        return "there is one device"
    if math.isnan(forecast.weak_scaling):
        return "what links or the device can do is not known"
    return (
        f"{forecast.weak_scaling:.1%} of what each does alone, if it waits for "
        f"{1e3 * forecast.exchange:.3g} ms at the published peak of links, apart from "
        "latencies"
    )


def size(count: float) -> str:
    """Writes bytes for people."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1024
    return f"{count:,.3g} GiB"
