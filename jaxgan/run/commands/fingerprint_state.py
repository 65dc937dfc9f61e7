"""`jaxgan fingerprint`: hashes a checkpoint."""

import dataclasses

from jaxgan.run.commands.shared_options import Run, Step


@dataclasses.dataclass(frozen=True)
class FingerprintCommand:
    """Hash a checkpoint's whole state."""

    run: Run
    """The run's folder."""
    step: Step = None
    """Of the checkpoint."""

    def execute(self) -> None:
        """Prints the hash, after checking that the checkpoint is whole.

        Raises:
          RunError: if there is no such run or checkpoint.
        """
        from jaxgan.run.files import run_directory

        run_directory.read_identity(self.run)
        from jaxgan.run.files import checkpoints
        from jaxgan.run.files.fingerprint import fingerprint

        restored = checkpoints.read(self.run, self.step)
        print(f"step {restored.step}: {fingerprint(restored.state)}")
