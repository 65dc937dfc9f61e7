"""Makes the golden runs anew, with what this version finds in them.

    python tests/golden/runs/make.py

Only for a version that has to break with the runs of before: that later versions read
them is what they are for.
"""

import json
import os
import pathlib
import shutil
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

import jaxgan
from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.files import checkpoints, evaluations_log
from jaxgan.run.report import run_facts

HERE = pathlib.Path(__file__).parent


class Golden(NamedTuple):
    """One run.

    Attributes:
      file: of the experiment.
      words: its options.
      measures: of `jaxgan evaluate`.
    """

    file: str
    words: tuple[str, ...]
    measures: tuple[str, ...] = ()


RUNS = {
    "ring": Golden("ring.py", (), ("frechet", "density-coverage")),
    "ring_seeds": Golden(
        "ring.py",
        ("--seeds", "2", "--seed", "3", "--variant", "slow", "--start-from", "ring"),
        ("frechet",),
    ),
    "bars": Golden("bars.py", (), ("fid",)),
}


def some(values: Any) -> list[float]:
    """Takes a few numbers of an array, from all over it."""
    flat = np.asarray(values).ravel()
    return flat[:: max(1, flat.size // 24)].tolist()


def losses(run: jaxgan.Run) -> list[float]:
    """Finds the last row's losses."""
    row = [row for row in run.metrics() if "generator/loss" in row][-1]
    return [row["discriminator/loss"], row["generator/loss"]]


def numbers(run: jaxgan.Run) -> dict[str, Any]:
    """Finds what every later version must find in a run."""
    facts = run_facts.read(run.directory, [])
    scores = evaluations_log.read(run.directory)
    return {
        "name": run.name,
        "step": run.step,
        "fingerprint": checkpoints.saved_fingerprint(run.directory, run.step),
        "samples": some(run.sample(8, seed=7)),
        "current": some(run.sample(8, current=True)),
        "labels": np.asarray(run.generate(8, seed=7).given).tolist(),
        "rows": [row["step"] for row in run.metrics()],
        "losses": losses(run),
        "diagnosed": run.diagnose().step,
        "scores": {f"{one.metric}, seed {one.seed}": one.value for one in scores},
        "config": [list(pair) for pair in facts.config],
        "seeds": list(facts.seeds),
    }


def resume(
    folder: pathlib.Path, file: pathlib.Path, words: Sequence[str]
) -> dict[str, Any]:
    """Trains a run for four steps more, and finds what comes of it.

    Args:
      folder: of the run, which is changed.
      file: of its experiment.
      words: the options that it began with.
    """
    step = jaxgan.load(folder, trust=True).step + 4
    words = [*words, "--steps", str(step), "--log-every", "2"]
    assert launch.train(file, [*words, "--run-dir", str(folder)]) == 0
    run = jaxgan.load(folder)
    return {
        "step": run.step,
        "rows": [row["step"] for row in run.metrics() if "generator/loss" in row],
        "losses": losses(run),
        "samples": some(run.sample(8, seed=7)),
    }


def make(name: str, golden: Golden) -> None:
    """Makes a run, and writes what is found in it beside."""
    folder, file = pathlib.Path(name), pathlib.Path(golden.file)
    shutil.rmtree(folder, ignore_errors=True)
    sys.argv = [golden.file, *golden.words, "--run-dir", name]
    assert launch.train(file, sys.argv[1:]) == 0
    for seed in ("3", "4") if "--seeds" in golden.words else ("",):
        words = ["evaluate", name, "--num", "64", *(["--run-seed", seed] * bool(seed))]
        metrics = ["--metrics", *golden.measures] * bool(golden.measures)
        cli.main([*words, *metrics])
    found = numbers(jaxgan.load(folder))
    copy = pathlib.Path(".resumed")
    shutil.copytree(folder, copy)
    found["resumed"] = resume(copy, file, golden.words)
    shutil.rmtree(copy)
    clean(folder)
    text = json.dumps(found, indent=1)
    pathlib.Path(f"{name}.json").write_text(text + "\n")


def clean(folder: pathlib.Path) -> None:
    """Leaves out what nobody reads back, and where the run was made."""
    shutil.rmtree(folder / "tensorboard")
    for path in (*folder.rglob("*.gif"), *folder.glob("*.png")):
        path.unlink()
    for path in folder.rglob("commit_success.txt"):
        path.write_text("Checkpoint commit was successful")
    versions = json.loads((folder / "versions.json").read_text())
    versions["platform"] = versions["platform"].partition("-")[0]
    (folder / "versions.json").write_text(json.dumps(versions, indent=2) + "\n")


def main() -> None:
    """Makes all of them."""
    os.chdir(HERE)
    for name, golden in RUNS.items():
        make(name, golden)


if __name__ == "__main__":
    main()
