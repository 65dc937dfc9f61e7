"""How a run is to be trained this time: little here changes what it computes.

Experiments of stored runs import this module, so its path stays.
"""

import dataclasses
import math
import pathlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from jaxgan.run.errors import RunError


class Properties(NamedTuple):
    """What holds of an option, beside its type.

    Attributes:
      least: its smallest value, if there is one.
      of_the_run: it stays as it was when the run began.
      alike: all processes act upon it together.
      whole_dispatches: it counts steps in whole dispatches.
    """

    least: int | None = None
    of_the_run: bool = False
    alike: bool = False
    whole_dispatches: bool = False


def option(default: Any, **properties: Any) -> Any:
    """Makes a field of `Options`; the properties are those of `Properties`."""
    metadata = {"properties": Properties(**properties)}
    return dataclasses.field(default=default, metadata=metadata)


def count(default: int | None, **properties: Any) -> Any:
    """Makes a field of at least 1, or None; see `option`."""
    return option(default, least=1, **properties)


@dataclasses.dataclass(frozen=True)
class Options:
    """How to train this time.

    All but seeds, microbatches, shared draws, bad files and steps per dispatch can
    change whenever a run is resumed.
    """

    steps: int = count(10_000, alike=True, whole_dispatches=True)
    """Total steps to reach, those of earlier invocations included."""
    minutes: float = math.inf
    """Stop cleanly, and save, so many minutes after the first step is done."""
    run_dir: pathlib.Path | None = None
    """Folder of the run; by default runs/NAME, or runs/NAME-VARIANT."""
    log_every: int = count(100, whole_dispatches=True)
    """Steps between rows of metrics."""
    sample_every: int = count(1000, whole_dispatches=True)
    """Steps between pictures of samples."""
    save_every: int = count(1000, alike=True, whole_dispatches=True)
    """Steps between checkpoints."""
    diagnose_every: int = count(1000)
    """Steps between measurements for `jaxgan diagnose`."""
    evaluate_every: int | None = count(None, alike=True)
    """Steps between evaluations, the same as of `jaxgan evaluate`; by default none."""
    evaluate_metrics: tuple[str, ...] = ()
    """What these measure; by default the first measure of the kind of data: FID."""
    evaluate_num: int = 1000
    """How many real and how many generated examples they see."""
    evaluate_split: str = ""
    """Real examples to compare with: train, held_out, or as the data call them; by
    default train, but held_out, if there is any, of pictures made of pictures."""
    evaluate_weights: pathlib.Path | None = None
    """File of the Inception network's weights, for it to see the images."""
    evaluate_share: float = 1.0
    """The largest share of the time for them: one that would take more is put off."""
    keep: int = count(3, alike=True)
    """How many of the newest checkpoints to keep."""
    devices: int | None = count(None, alike=True)
    """Number of devices of this process; by default one on CPU, else all that divide
    the batch. With several processes, or --model-parallel, all by default."""
    model_parallel: int = count(1, alike=True)
    """Neighbouring devices that share every large parameter, and its optimizer's state,
    between them; the batch is split over groups of so many devices."""
    distributed: bool = False
    """Train together with the other processes of this cluster: a TPU pod, SLURM, Open
    MPI, Kubernetes."""
    coordinator: str | None = None
    """HOST:PORT at which the others reach process 0, where no cluster tells."""
    processes: int | None = count(None)
    """How many processes train together. With --coordinator and --process."""
    process: int | None = None
    """Which of them this one is, from 0."""
    heartbeat: int = count(100)
    """Seconds after which a process that is not heard of is given up: all end."""
    seeds: int = count(1, of_the_run=True, alike=True)
    """Train so many runs side by side in one program: --seed and the ones after it."""
    microbatches: int = count(1, of_the_run=True, alike=True)
    """Go through the batch in so many equal parts, one after the other, and average
    their gradients, to save memory. They must divide the batch of each device. Layers
    that read statistics of the batch, like BatchNorm, read each part's."""
    shared_draws: bool = option(False, of_the_run=True, alike=True)
    """Both players play on the same fakes, which are made once per step where both
    play; by default each turn draws its own."""
    skip_bad: bool = option(False, of_the_run=True, alike=True)
    """Leave out files of the data that are no images, or damaged; they are named. By
    default they are refused."""
    steps_per_dispatch: int | None = count(None, of_the_run=True, alike=True)
    """Steps that the devices do on their own, between looks of the host; the run keeps
    the number. It divides --steps and every interval. By default one on CPU, else the
    largest that does, up to 64."""
    start_from: str | None = option(None, alike=True)
    """RUN or RUN:STEP. A new run begins with the networks of that checkpoint, as far as
    their arrays have the same names and shapes: to fine-tune them on other data. The
    run records what was copied."""
    from_average: bool = option(False, alike=True)
    """With --start-from the generator, too, begins as the other run's average."""
    discriminator_from: str | None = option(None, alike=True)
    """RUN or RUN:STEP. A new run's discriminator begins with that of this checkpoint,
    and all else with what --start-from names, if there is one."""
    warm_up: int | None = option(None, least=0, alike=True)
    """Of a run that starts from another: steps over which its updates grow to what they
    are, while the average goes on from the other's, slowly; by default 100. With 0 both
    begin as they do from nothing."""
    data_changed: bool = option(False, alike=True)
    """Go on although the data are others than the run began with."""
    benchmark: int = option(0, least=0)
    """Instead of training, time so many single steps and print one line of JSON."""

    def check(self) -> None:
        """Checks the ranges.

        Raises:
          RunError: naming the option.
        """
        for name, properties in _properties():
            value, least = getattr(self, name), properties.least
            if value is not None and least is not None and value < least:
                raise RunError(f"{flag(name)}: saw {value}, wanted at least {least}")
        if not 0 < self.evaluate_share <= 1:
            raise RunError(
                f"--evaluate-share: saw {self.evaluate_share}, wanted more than 0, at "
                "most 1"
            )
        if self.start_from is None:
            self._check_no_start()
        if not self.minutes > 0:
            raise RunError(f"--minutes: saw {self.minutes}, wanted more than 0")
        weights = self.evaluate_weights
        if weights is not None and not weights.is_file():
            raise RunError(f"--evaluate-weights: there is no file {weights}")
        self._check_processes()

    def _check_no_start(self) -> None:
        if self.warm_up:
            raise RunError(
                f"--warm-up: saw {self.warm_up} without --start-from, wanted both"
            )
        if self.from_average:
            raise RunError("--from-average: saw it without --start-from, wanted both")

    def _check_processes(self) -> None:
        where = {
            "--coordinator": self.coordinator,
            "--processes": self.processes,
            "--process": self.process,
        }
        missing = [name for name, value in where.items() if value is None]
        if len(missing) == len(where):
            return
        if missing:
            raise RunError(
                f"several processes: saw no {', '.join(missing)}, wanted all of "
                "--coordinator HOST:PORT --processes N --process I",
                "in a cluster that JAX knows, --distributed alone finds them out",
            )
        if self.distributed:
            raise RunError("--distributed: finds out --coordinator, so give only one")
        assert self.coordinator is not None
        assert self.processes is not None
        assert self.process is not None
        host, _, port = self.coordinator.rpartition(":")
        if not (host and port.isdecimal() and 0 < int(port) < 2**16):
            raise RunError(
                f"--coordinator: saw {self.coordinator}, wanted HOST:PORT, the port "
                "from 1 to 65535"
            )
        if not 0 <= self.process < self.processes:
            raise RunError(
                f"--process: saw {self.process}, wanted 0 to {self.processes - 1}"
            )


def flag(name: str) -> str:
    """Spells the option of a field, as it stands on a command line."""
    return f"--{name.replace('_', '-')}"


def of_the_run(holder: Any) -> dict[str, Any]:
    """Picks the options that are part of a run, of whatever has these fields."""
    return {n: getattr(holder, n) for n, of in _properties() if of.of_the_run}


def alike(options: Options) -> dict[str, Any]:
    """Picks the options that all processes act upon together, by flag."""
    return {flag(n): getattr(options, n) for n, of in _properties() if of.alike}


def whole_dispatches(options: Options) -> dict[str, int]:
    """Picks the options that count steps in whole dispatches, by flag."""
    return {
        flag(n): getattr(options, n) for n, of in _properties() if of.whole_dispatches
    }


def _properties() -> Iterator[tuple[str, Properties]]:
    for field in dataclasses.fields(Options):
        if "properties" in field.metadata:
            yield field.name, field.metadata["properties"]
