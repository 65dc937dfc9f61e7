"""Every experiment, shrunk: builds, trains, stops, resumes to the same bits."""

import ast
import dataclasses
import pathlib

import numpy as np
import pytest
from PIL import Image

from jaxgan import data
from jaxgan.run import launch, loading, sampling
from jaxgan.run.fingerprint import fingerprint

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "experiments").glob("*.py"))
STEPS = 6


def fake_mnist(name, split="train", data_dir=None, *, size=28, **options):
    del name, split, data_dir, options
    rng = np.random.default_rng(0)
    values = rng.integers(0, 256, (20, size, size, 1), dtype=np.uint8)
    return data.arrays(values, np.arange(20) % 10)


@pytest.fixture
def experiment(request, monkeypatch, tmp_path):
    """(path, module, tiny config of the first variant)."""
    monkeypatch.setattr(data, "tfds_images", fake_mnist)
    module = loading.load_module(request.param)
    config = module.tiny(next(iter(module.VARIANTS.values())))
    if hasattr(config, "path"):
        rng = np.random.default_rng(0)
        for place in range(9):
            folder = tmp_path / "images" / f"class {place % 2}"
            folder.mkdir(parents=True, exist_ok=True)
            pixels = rng.integers(0, 256, (9, 12, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / f"{place}.png")
        config = dataclasses.replace(config, path=str(tmp_path / "images"))
        monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))
    return request.param, module, config


def train(experiment, run, steps):
    """Trains by the command line, with the tiny config as flags; the fingerprint."""
    path, _, config = experiment
    flags = [f"--steps={steps}", f"--run-dir={run}", "--sample-every=4"]
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        name = field.name.replace("_", "-")
        if isinstance(value, bool):
            flags.append(f"--{name}" if value else f"--no-{name}")
        elif isinstance(value, tuple):
            flags.extend([f"--{name}", *map(str, value)])
        else:
            flags.append(f"--{name}={value}")
    assert launch.train(path, flags) == 0
    return fingerprint(sampling.load(run).state)


each = pytest.mark.parametrize(
    "experiment", FILES, indirect=True, ids=[path.stem for path in FILES]
)


def test_all_are_here():
    assert {path.stem for path in FILES} == {
        "conditional_mnist",
        "dcgan_folder",
        "dcgan_mnist",
        "digits",
        "mlp_mnist",
        "stylegan2_ada_folder",
        "stylegan2_cifar10",
        "stylegan2_ffhq",
        "toy_modes",
        "wgan_gp_mnist",
        "wgan_mnist",
    }


@each
def test_resumes_to_the_same_bits(experiment, tmp_path):
    """Law 4 through real checkpoints; six batches of eight cross an epoch of twenty."""
    wanted = train(experiment, tmp_path / "whole", STEPS)
    train(experiment, tmp_path / "halves", STEPS // 2)
    assert train(experiment, tmp_path / "halves", STEPS) == wanted
    pictures = sorted((tmp_path / "halves" / "samples").glob("*.png"))
    assert [picture.stem for picture in pictures] == [
        "real",
        *(f"step_{step:08d}" for step in (3, 4, 6)),
    ]


@each
def test_every_variant_builds(experiment):
    _, module, first = experiment
    for config in map(module.tiny, module.VARIANTS.values()):
        if hasattr(config, "path"):
            config = dataclasses.replace(config, path=first.path)
        made = module.build(config)
        sampling.Sampler(made)
        assert made.data(0).value.shape[0] == made.data.batch_size


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_field_is_explained(path):
    """A docstring, with the command, and one under every field of Config."""
    tree = ast.parse(path.read_text())
    docstring = ast.get_docstring(tree)
    assert docstring
    assert f"experiments/{path.name}" in docstring
    (config,) = (
        n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Config"
    )
    kinds = [type(node).__name__ for node in config.body[1:]]
    assert kinds == ["AnnAssign", "Expr"] * (len(kinds) // 2)
    assert kinds
