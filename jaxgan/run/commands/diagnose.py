"""`jaxgan diagnose`: what is wrong with a run, why, and what to try."""

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from jaxgan.run.command_line import Flag
from jaxgan.run.commands.shared_options import Run
from jaxgan.run.errors import RunError, plain

if TYPE_CHECKING:
    from jaxgan.diagnosis.diagnose import Diagnosis


@dataclasses.dataclass(frozen=True)
class DiagnoseCommand:
    """Say what is wrong with a run, why, and what to try."""

    run: Run
    """The run's folder."""
    json: Flag = False
    """Print one line of JSON."""

    def execute(self) -> None:
        """Prints the diagnosis, each finding with its evidence and advice.

        Raises:
          RunError: if there is no such run, or it was not trained here.
        """
        from jaxgan.run.diagnosis import stored_diagnosis
        from jaxgan.run.files import run_directory

        run_directory.read_identity(self.run)
        if (self.run / run_directory.IMPORTED).is_file():
            raise RunError(f"{self.run} was imported: there is no training to diagnose")
        by_seed = stored_diagnosis.diagnoses(self.run)
        if self.json:
            print(json.dumps({"run": str(self.run), **_as_json(by_seed)}))
            return
        for seed, diagnosis in by_seed.items():
            of_run = f"{self.run}, seed {seed}" if seed else f"{self.run}"
            print(f"{of_run}: step {diagnosis.step}: {diagnosis.verdict}")
            print(plain(stored_diagnosis.text(diagnosis)), end="")


def _as_json(by_seed: "dict[str, Diagnosis]") -> dict[str, Any]:
    """Makes plain values of one diagnosis; of several seeds, theirs by seed."""
    each = {
        seed: {
            "step": diagnosis.step,
            "verdict": diagnosis.verdict,
            "findings": [finding._asdict() for finding in diagnosis.findings],
            "unseen": diagnosis.unseen,
        }
        for seed, diagnosis in by_seed.items()
    }
    return each[""] if list(each) == [""] else {"seeds": each}
