"""`jaxgan diagnose`: what is wrong with a run, why, and what to try."""

import argparse
import json

from jaxgan.diagnosis.diagnose import Diagnosis
from jaxgan.run.diagnosis import stored_diagnosis
from jaxgan.run.errors import RunError
from jaxgan.run.files import run_directory


def tell(arguments: argparse.Namespace) -> None:
    """Prints the diagnosis of a run, each finding with its evidence and advice."""
    run_directory.read_identity(arguments.run)
    if (arguments.run / run_directory.IMPORTED).is_file():
        raise RunError(
            f"{arguments.run} was imported: there is no training to diagnose"
        )
    found = stored_diagnosis.diagnoses(arguments.run)
    if arguments.json:
        print(json.dumps({"run": str(arguments.run), **_as_json(found)}))
        return
    for seed, diagnosis in found.items():
        of_run = f"{arguments.run}, seed {seed}" if seed else f"{arguments.run}"
        print(f"{of_run}: step {diagnosis.step}: {diagnosis.verdict}")
        print(stored_diagnosis.text(diagnosis), end="")


def _as_json(found: dict[str, Diagnosis]) -> dict:
    def of_one(diagnosis: Diagnosis) -> dict:
        return {
            "step": diagnosis.step,
            "verdict": diagnosis.verdict,
            "findings": [finding._asdict() for finding in diagnosis.findings],
            "unseen": diagnosis.unseen,
        }

    if list(found) == [""]:
        return of_one(found[""])
    return {"seeds": {seed: of_one(diagnosis) for seed, diagnosis in found.items()}}
