"""What an experiment's step needs of a device: it is compiled, and never runs."""

import contextlib
import functools
import math
import pathlib
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import jax

from jaxgan import data
from jaxgan.core.types import Players, Tree
from jaxgan.run.devices import frozen_networks
from jaxgan.run.devices.compiled_program import (
    ProgramFacts,
    facts,
    further_turns,
    has_scans,
)
from jaxgan.run.devices.placement import Placement, place, place_over
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment, pace_of
from jaxgan.run.files.experiment_file import build, load_module
from jaxgan.run.forecast import chips
from jaxgan.run.forecast.text import Forecast
from jaxgan.run.launch import parse
from jaxgan.run.training.program import fit, trace_step

LARGEST_COMPILES = 4
PROBE = 16


class DoesNotCompile(RunError):
    """The compiler refuses: most often because memory does not suffice."""


class _Subject(NamedTuple):
    """What is compiled, and for what."""

    experiment: Experiment
    seed: int
    target: str
    microbatches: int
    shared_draws: bool
    lay: Callable[[int, int], Placement]

    def placement(self, batch: Tree) -> Placement:
        """Says on which devices a batch of this shape lies."""
        return self.lay(_size(batch), self.microbatches)

    def measure(self, batch: Tree) -> tuple[Players[int], ProgramFacts]:
        """Compiles the step for a batch of this shape."""
        placement = self.placement(batch)
        parameters, traced = self._traced(batch, placement)
        further = 0.0
        if has_scans(traced.jaxpr.jaxpr):
            alone = place(1, _size(batch), self.microbatches)
            devices = len(placement.whole.device_set)
            further = further_turns(self._traced(batch, alone)[1]) / devices
        try:
            with chips.uncached():
                return parameters, facts(traced.lower().compile(), further)
        except jax.errors.JaxRuntimeError as error:
            reason = str(error).strip().splitlines()[0]
            raise DoesNotCompile(
                f"a batch of {_size(batch)} does not compile for {self.target}: "
                f"{reason}",
                chips.MISMATCH
                if "Unknown opcode" in reason
                else "try a smaller batch, more microbatches, or more devices",
                code=1,
            ) from error

    def _traced(
        self, batch: Tree, placement: Placement
    ) -> tuple[Players[int], jax.stages.Traced]:
        last = pace_of(self.experiment.data).starts[-1]
        program = fit(
            *(self.experiment, placement, (self.seed,), {last: batch}),
            shared_draws=self.shared_draws,
            frozen=frozen_networks.shapes(self.experiment.frozen),
        )
        return program.parameters, trace_step(program, batch, last)


def foresee(
    path: pathlib.Path,
    arguments: list[str],
    target: str | None,
    largest: bool = False,
    say: Callable[[str], None] = lambda message: None,
) -> Forecast:
    """Forecasts an experiment: compiles its step, of networks that grow the last.

    Args:
      path: of the experiment's file.
      arguments: for its own options and fields.
      target: like 'v5e:2x4'. None: the devices that are here.
      largest: whether to look for the largest batch that fits.
      say: f(message), told of every further compilation.

    Raises:
      RunError: if there is nothing to compile, or it does not.
    """
    devices = chips.compile_only_devices(target) if target else None
    module = load_module(path)
    name, options, config = parse(module, path.stem, arguments)
    options.check()
    if devices and options.devices is not None:
        raise RunError("--devices: a --target's devices are all used")
    sharing = options.model_parallel
    if devices and len(devices) % sharing:
        raise RunError(
            f"--model-parallel: saw {sharing}, which does not divide the "
            f"{len(devices)} devices of {target}"
        )
    experiment, blank = _built(module, config)
    subject = _Subject(
        experiment,
        getattr(config, "seed", 0),
        target or "this machine",
        options.microbatches,
        options.shared_draws,
        functools.partial(place_over, devices, model_parallel=sharing)
        if devices
        else functools.partial(place, options.devices, model_parallel=sharing),
    )
    batch = _last_batch(experiment)
    used = list(subject.placement(batch).whole.device_set)
    chip = chips.published(used)
    if largest and math.isnan(chip.memory):
        raise RunError("--largest-batch: how much memory there is, is not known")
    parameters, program = subject.measure(batch)
    return Forecast(
        experiment=f"{path.stem} ({name})",
        target=subject.target,
        device=used[0].device_kind,
        devices=len(used),
        chips=chips.chip_count(used),
        batch=_size(batch),
        microbatches=options.microbatches,
        blank=blank,
        model_parallel=sharing,
        parameters=parameters,
        chip=chip,
        program=program,
        largest_batch=_largest(subject, batch, program, chip, say) if largest else None,
    )


def _last_batch(experiment: Experiment) -> Tree:
    """Finds the shapes of a batch of the last span; our own data make none for it.

    One for 256 chips, of pictures of 1024 pixels, would be 13 GB.
    """
    batches: Any = experiment.data
    if isinstance(batches, data.Batches | data.CropBatches):
        return jax.tree.map(
            lambda x: jax.ShapeDtypeStruct((batches.batch_size, *x.shape[1:]), x.dtype),
            batches.shapes,
        )
    return _shapes(batches(pace_of(batches).starts[-1]))


def _shapes(batch: Tree, times: int = 1) -> Tree:
    """Finds the shapes of a batch, or of one so many times as large."""
    return jax.tree.map(
        lambda x: jax.ShapeDtypeStruct((x.shape[0] * times, *x.shape[1:]), x.dtype),
        batch,
    )


def _built(module: ModuleType, config: Any) -> tuple[Experiment, str]:
    """Builds the experiment, and says why its data are blank, or ''."""
    try:
        return build(module, config), ""
    except RunError as error:
        with contextlib.suppress(RunError), data.blank():
            return build(module, config), str(error)
        raise


def _size(batch: Tree) -> int:
    return jax.tree.leaves(batch)[0].shape[0]


def _largest(
    subject: _Subject,
    batch: Tree,
    program: ProgramFacts,
    chip: chips.Chip,
    say: Callable[[str], None],
) -> int:
    def memory(times: int) -> float:
        say(f"compiling a batch of {_size(batch) * times} ...")
        try:
            return subject.measure(_shapes(batch, times))[1].memory
        except DoesNotCompile as error:
            if "RESOURCE_EXHAUSTED" in error.args[0]:
                return math.inf
            raise

    return _size(batch) * largest_multiple(memory, program.memory, chip.memory)


def largest_multiple(
    memory: Callable[[int], float], single: float, limit: float
) -> int:
    """Finds the largest power of two of which the memory is within the limit.

    A straight line through two measurements says where to look; of what is returned the
    memory was measured. After `LARGEST_COMPILES` measurements it may be too small.

    Args:
      memory: f(multiple) -> bytes, a slow function.
      single: memory(1).
      limit: in bytes.
    """
    fits, beyond = (1, single), math.inf
    guess = PROBE
    for _ in range(LARGEST_COMPILES):
        needed = memory(guess)
        if needed <= limit:
            slope = max(needed - fits[1], 1.0) / (guess - fits[0])
            fits = (guess, needed)
            reach = guess + (limit - needed) / slope
        else:
            beyond = min(beyond, guess)
            reach = guess / 2
        guess = 2 ** int(math.log2(min(reach, beyond / 2)))
        if guess <= fits[0]:
            break
    return fits[0]
