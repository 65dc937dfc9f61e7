"""How a run is to be trained this time: nothing here changes what it computes."""

import dataclasses
import math
import pathlib

from jaxgan.run.errors import RunError


@dataclasses.dataclass(frozen=True)
class Options:
    """Options that may change from one invocation of a run to the next."""

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
    keep: int = 3
    """How many of the newest checkpoints to keep."""
    devices: int | None = None
    """Number of devices; by default one on CPU, else all that divide the batch."""
    benchmark: int = 0
    """Instead of training, time so many steps and print one line of JSON."""

    def check(self) -> None:
        """Checks the ranges.

        Raises:
          RunError: naming the option.
        """
        for name in ("steps", "log_every", "sample_every", "save_every", "keep"):
            value = getattr(self, name)
            if value < 1:
                option = name.replace("_", "-")
                raise RunError(f"--{option}: saw {value}, wanted at least 1")
        if self.benchmark < 0:
            raise RunError(f"--benchmark: saw {self.benchmark}, wanted at least 0")
        if not self.minutes > 0:
            raise RunError(f"--minutes: saw {self.minutes}, wanted more than 0")
        if self.devices is not None and self.devices < 1:
            raise RunError(f"--devices: saw {self.devices}, wanted at least 1")
