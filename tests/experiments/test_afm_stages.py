"""The published sequence of adversarial flow models, as commands that follow on."""

import itertools
import os
import pathlib
import shlex
import subprocess

import pytest

from jaxgan.run import launch
from jaxgan.run.files import experiment_file, origin
from tests.experiments.test_experiments import EXPERIMENTS

PATH = EXPERIMENTS["afm_imagenet256"]
SCRIPT = PATH.with_name("afm_stages.sh")


@pytest.fixture(scope="module")
def stages(tmp_path_factory):
    """What the script would train: the options and the config of each command."""
    folder = tmp_path_factory.mktemp("stages")
    stub = folder / "jaxgan"
    stub.write_text('#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done\necho ---\n')
    stub.chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", str(SCRIPT), "pictures.zip", "my runs"],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    module = experiment_file.load_module(PATH)
    commands = done.stdout.removesuffix("---\n").split("---\n")
    found = []
    for command in commands:
        train, name, *words = command.splitlines()
        assert (train, name) == ("train", PATH.stem)
        variant, options, config = launch.parse(module, name, words)
        options.check()
        assert variant == "B"
        found.append((options, config))
    return found


def test_each_starts_from_the_one_before(stages):
    assert len(stages) == 1 + 5 + 15
    first, _ = stages[0]
    assert first.start_from is None
    for (before, _), (options, _) in itertools.pairwise(stages):
        assert origin.parse(options.start_from).run == before.run_dir
        assert options.from_average
    folders = [options.run_dir for options, _ in stages]
    assert len(set(folders)) == len(folders)
    assert {folder.parent for folder in folders} == {pathlib.Path("my runs")}


def test_the_earlier_discriminator_is_kept(stages):
    """Once, from a checkpoint that the first run still has at its end."""
    first, _ = stages[0]
    taken = [options.discriminator_from for options, _ in stages]
    assert [place for place, start in enumerate(taken) if start] == [6]
    earlier = origin.parse(taken[6])
    assert earlier.run == first.run_dir
    assert earlier.step % first.save_every == 0
    assert first.steps - first.keep * first.save_every < earlier.step <= first.steps


def test_the_numbers_are_the_papers(stages):
    """Table 11: 150 epochs, 5 at 8e-5, 15 at 3e-5, a price of .001; other data each."""
    epoch = 1_281_167 // 256
    assert [options.steps for options, _ in stages] == [150 * epoch, *[epoch] * 20]
    rates = [config.learning_rate for _, config in stages]
    assert rates == [1e-4, *[8e-5] * 5, *[3e-5] * 15]
    prices = [config.transport for _, config in stages]
    assert prices == [(0.2, 0.01), *[(0.001, 0.001)] * 20]
    seeds = [config.seed for _, config in stages]
    assert len(set(seeds)) == len(seeds)


def test_the_usage_is_a_command():
    """The one that its comment shows."""
    usage = "sh experiments/transformers/afm_stages.sh imagenet.zip runs/afm"
    assert usage in SCRIPT.read_text()
    assert SCRIPT.as_posix().endswith(shlex.split(usage)[1])
