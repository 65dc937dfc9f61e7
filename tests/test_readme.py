"""The READMEs' promises: two commands first, pictures, and code that runs."""

import importlib.util
import itertools
import pathlib
import re
import shlex
import tomllib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

from jaxgan import data
from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.files import experiment_file
from tests.experiments.test_experiments import (
    EXPERIMENTS,
    fake_dataset,
    flags_of,
    save_images,
)

ROOT = pathlib.Path(__file__).resolve().parents[1]
FILES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "jaxgan").rglob("README.md")),
    *sorted((ROOT / "experiments").rglob("README.md")),
]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
STEPS = 100
"""What takes so many steps there takes one here."""


def blocks(path):
    """(language, code) of every fenced block."""
    fenced = r"^```(\w*)\n(.*?)^```$"
    return re.findall(fenced, path.read_text(), re.MULTILINE | re.DOTALL)


def each_block(language):
    return [
        pytest.param(path, code, id=f"{path.relative_to(ROOT)}-{place}")
        for path in FILES
        for place, (kind, code) in enumerate(blocks(path))
        if kind == language
    ]


def test_the_first_two_blocks_are_one_line_commands():
    (_, main_job), (_, tests) = blocks(ROOT / "README.md")[:2]
    assert main_job.count("\n") == tests.count("\n") == 1
    assert main_job.rstrip().endswith("experiments/first/digits.py")
    assert "pytest" in tests


def test_people_finish_it():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 200


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)]+)\)", path.read_text()):
        if "://" in target:
            continue
        file, _, section = target.partition("#")
        place = path.parent / file if file else path
        assert place.exists(), target
        if section:
            heads = re.findall(r"^#+ (.*)$", place.read_text(), re.MULTILINE)
            links = [re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in heads]
            assert section in links, target


def test_every_block_is_of_a_language_that_is_run():
    for path in FILES:
        kinds = {kind for kind, _ in blocks(path)}
        assert kinds <= {"sh", "python"}, (path, kinds)


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    """A folder with some photographs, and data sets that need no network."""
    monkeypatch.setattr(data, "image_dataset", fake_dataset)
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))
    save_images(tmp_path / "photographs", 20)
    (tmp_path / "experiments").symlink_to(ROOT / "experiments")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("path", "code"), each_block("python"))
def test_python_runs(path, code, workshop, monkeypatch):
    if "jaxgan.train" in code:
        small = "steps=2, size=8, batch_size=8, width=4, latent_size=4"
        code = re.sub(r"steps=[\d_]+", small, code)
    names = {"jax": jax, "jnp": jnp, "softplus": jax.nn.softplus}
    if path.name == "CONTRIBUTING.md":  # fragments of a leaf, below its imports
        exec("from jaxgan.core import *; from jaxgan.core.types import Schedule", names)
    # A second time for the names that annotations of the fragments speak of.
    exec(compile(code, str(path), "exec"), names)
    if "state" in names:
        assert int(names["state"].step) == 100


@pytest.mark.parametrize(("path", "code"), each_block("sh"))
def test_commands_run(path, code, workshop, capsys):
    for line in code.replace("\\\n", " ").splitlines():
        for command in line.split("&&"):
            words = shlex.split(command, comments=True)
            if words:
                run(words)


def run(words):
    """Runs one command in this process, with small networks and few steps."""
    program, *arguments = words
    if program == "jaxgan":
        run_jaxgan(arguments)
    elif program in ("python", ".venv/bin/python") and arguments[0].endswith(".py"):
        if "benchmarks" in arguments[0]:
            assert (ROOT / arguments[0]).is_file(), arguments[0]
        else:
            train(pathlib.Path(arguments[0]), arguments[1:])
    elif program in ("pip", ".venv/bin/pip"):
        for extra in re.findall(r"\[(\w+)\]", " ".join(arguments)):
            assert extra in PROJECT["optional-dependencies"], extra
    elif program == ".venv/bin/python":
        assert arguments[:2] == ["-m", "pytest"]
    else:
        assert (program, arguments) in (
            ("python3", ["-m", "venv", ".venv"]),
            ("python", ["-m", "venv", ".venv"]),
            (".venv/bin/ruff", ["format"]),
            (".venv/bin/ruff", ["check"]),
            (".venv/bin/pyright", []),
            (".venv/bin/pytest", ["-n", "2"]),
        )


def run_jaxgan(arguments):
    command, *rest = arguments
    if command == "train":
        train(EXPERIMENTS[rest[0]], rest[1:])
    elif "--target" in rest and importlib.util.find_spec("libtpu") is None:
        with pytest.raises(SystemExit):  # after its words were understood
            cli.main(arguments)
    elif command == "forecast":
        cli.main([*arguments, *few_flags(EXPERIMENTS[rest[0]], rest)])
    else:
        cli.main(arguments)


def train(path, arguments):
    module = experiment_file.load_module(path)
    for place, word in enumerate(arguments):
        if word == "--steps":
            steps = max(int(arguments[place + 1]) // STEPS, 1)
            arguments = [*arguments[:place], word, str(steps), *arguments[place + 2 :]]
    if "--coordinator" in arguments:  # the other process is not there
        launch.parse(module, path.stem, arguments)
        return
    few = [] if "--steps" in arguments else ["--steps", "1"]
    assert launch.train(path, [*few_flags(path, arguments), *few, *arguments]) == 0


def few_flags(path, arguments):
    """Flags that make an experiment tiny, but for those that are given."""
    module = experiment_file.load_module(path)
    variant = dict(itertools.pairwise(arguments)).get("--variant")
    _, config = experiment_file.variant(module, variant)
    return flags_of(module.tiny(config), without=arguments)


def test_pictures_are_pictures():
    for path in FILES:
        for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", path.read_text()):
            with Image.open(path.parent / name) as picture:
                assert np.asarray(picture.convert("RGB")).std() > 5, name
