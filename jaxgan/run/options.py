"""How a run is to be trained this time: little here changes what it computes."""

import dataclasses
import math
import pathlib

from jaxgan.run.errors import RunError

COUNTS = (
    *("steps", "log_every", "sample_every", "save_every", "keep"),
    *("devices", "model_parallel", "processes", "heartbeat", "seeds", "microbatches"),
    "steps_per_dispatch",
    *("diagnose_every", "evaluate_every"),
)

OF_THE_RUN = ("seeds", "microbatches", "shared_draws", "steps_per_dispatch")
"""Options that stay as they were when the run began."""


@dataclasses.dataclass(frozen=True)
class Options:
    """Options, all but `OF_THE_RUN` free to change whenever a run is resumed."""

    steps: int = 10_000
    """Total steps to reach, those of earlier invocations included."""
    minutes: float = math.inf
    """Stop cleanly, and save, after so many minutes."""
    run_dir: pathlib.Path | None = None
    """Folder of the run; by default runs/NAME, or runs/NAME-VARIANT."""
    log_every: int = 100
    """Steps between rows of metrics."""
    sample_every: int = 1000
    """Steps between pictures of samples."""
    save_every: int = 1000
    """Steps between checkpoints."""
    diagnose_every: int = 1000
    """Steps between measurements for `jaxgan diagnose`."""
    evaluate_every: int | None = None
    """Steps between evaluations, the same as of `jaxgan evaluate`; by default none."""
    evaluate_metrics: tuple[str, ...] = ()
    """What these measure; by default the first measure of the kind of data: FID."""
    evaluate_num: int = 1000
    """How many real and how many generated examples they see."""
    evaluate_split: str = "train"
    """Real examples to compare with: train, held_out, or as the data call them."""
    evaluate_weights: pathlib.Path | None = None
    """File of the Inception network's weights, for it to see the images."""
    evaluate_share: float = 1.0
    """The largest share of the time for them: one that would take more is put off."""
    keep: int = 3
    """How many of the newest checkpoints to keep."""
    devices: int | None = None
    """Number of devices of this process; by default one on CPU, else all that divide
    the batch. With several processes, or --model-parallel, all by default."""
    model_parallel: int = 1
    """Neighbouring devices that share every large parameter, and its optimizer's state,
    between them; the batch is split over groups of so many devices."""
    distributed: bool = False
    """Train together with the other processes of this cluster: a TPU pod, SLURM, Open
    MPI, Kubernetes."""
    coordinator: str | None = None
    """HOST:PORT at which the others reach process 0, where no cluster tells."""
    processes: int | None = None
    """How many processes train together. With --coordinator and --process."""
    process: int | None = None
    """Which of them this one is, from 0."""
    heartbeat: int = 100
    """Seconds after which a process that is not heard of is given up: all end."""
    seeds: int = 1
    """Train so many runs side by side in one program: --seed and the ones after it."""
    microbatches: int = 1
    """Go through the batch in so many equal parts, one after the other, and average
    their gradients, to save memory. They must divide the batch of each device. Layers
    that read statistics of the batch, like BatchNorm, read each part's."""
    shared_draws: bool = False
    """Both players play on the same fakes, which are made once per step where both
    play; by default each turn draws its own."""
    steps_per_dispatch: int | None = None
    """Steps that the devices do on their own, between looks of the host; the run keeps
    the number. It divides --steps and every interval. By default one on CPU, else the
    largest that does, up to 64."""
    benchmark: int = 0
    """Instead of training, time so many single steps and print one line of JSON."""

    def check(self) -> None:
        """Checks the ranges.

        Raises:
          RunError: naming the option.
        """
        for name in COUNTS:
            value = getattr(self, name)
            if value is not None and value < 1:
                option = name.replace("_", "-")
                raise RunError(f"--{option}: saw {value}, wanted at least 1")
        if self.benchmark < 0:
            raise RunError(f"--benchmark: saw {self.benchmark}, wanted at least 0")
        if not 0 < self.evaluate_share <= 1:
            raise RunError(
                f"--evaluate-share: saw {self.evaluate_share}, wanted more than 0, at "
                "most 1"
            )
        if not self.minutes > 0:
            raise RunError(f"--minutes: saw {self.minutes}, wanted more than 0")
        self._check_processes()

    def _check_processes(self) -> None:
        names = ("coordinator", "processes", "process")
        missing = [f"--{name}" for name in names if getattr(self, name) is None]
        if len(missing) == len(names):
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
        if not (host and port.isdigit()):
            raise RunError(f"--coordinator: saw {self.coordinator}, wanted HOST:PORT")
        if not 0 <= self.process < self.processes:
            raise RunError(
                f"--process: saw {self.process}, wanted 0 to {self.processes - 1}"
            )
