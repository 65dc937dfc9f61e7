"""Every experiment, shrunk: builds, trains, stops, resumes to the same bits."""

import ast
import dataclasses
import pathlib

import jax
import numpy as np
import pytest
from PIL import Image

from jaxgan import data
from jaxgan.data import opening
from jaxgan.data.lazy_source import LazySource
from jaxgan.games import latent
from jaxgan.run import launch
from jaxgan.run.devices.first_state import state_shapes
from jaxgan.run.experiment import pace_of
from jaxgan.run.files import experiment_file
from jaxgan.run.files.fingerprint import fingerprint
from jaxgan.run.options import Options
from jaxgan.run.sampling import sampler, stored_run
from jaxgan.run.training.prepare import prepare
from tests.data import films

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXPERIMENTS = experiment_file.experiment_files(ROOT / "experiments")
FILES = list(EXPERIMENTS.values())
STEPS = 6
CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)
"""Of CIFAR-10, in their order."""


OF_PICTURES = {"translation", "restoration"}
"""Rooms of experiments that make pictures of pictures."""


def fake_dataset(name, split="train", data_dir=None, *, size=None, **options):
    """Twenty images of ten classes: grey ones of 'mnist', else coloured."""
    del split, data_dir, options
    rng = np.random.default_rng(0)
    side, channels = (size or 28, 1) if name == "mnist" else (size or 32, 3)
    values = rng.integers(0, 256, (20, side, side, channels), dtype=np.uint8)
    return data.arrays(values, np.arange(20) % 10, CLASSES if channels == 3 else ())


def save_images(folder, count, least=0):
    """Writes pictures of two classes, neither square nor of any size that is wanted."""
    rng = np.random.default_rng(0)
    for place in range(count):
        shape = (max(least, 9), max(least, 9) + 3, 3)
        pixels = rng.integers(0, 256, shape, dtype=np.uint8)
        kind = folder / f"class {place % 2}"
        kind.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(kind / f"{place}.png")


def save_radar(file):
    """Two events of ten frames, in which it rains everywhere."""
    rng = np.random.default_rng(0)
    minutes = np.array([f"2016092814{minute:02d}" for minute in range(0, 50, 5)])
    parts = {}
    for event in ("a", "b"):
        frames = rng.integers(120, 170, (10, 20, 24))
        parts |= {f"frames_{event}": frames.astype(np.uint8), f"times_{event}": minutes}
    np.savez(file, **parts)


def save_data(folder, config):
    """Writes what an experiment wants to lie at its path, and tells where."""
    if "grid_cells" in vars(config):
        save_radar(folder / "radar.npz")
        return folder / "radar.npz"
    if "stride" in vars(config):
        for place in range(9):
            films.write(folder / f"class {place % 2}" / f"{place}.webp", films.film(6))
        return folder
    for side in getattr(config, "sides", ("",)):
        least = getattr(config, "region", 0)  # pictures are not enlarged to it
        save_images(folder / side, 9, least)
    return folder


@pytest.fixture
def experiment(request, monkeypatch, tmp_path):
    """(path, module, tiny config of the first variant)."""
    monkeypatch.setattr(data, "image_dataset", fake_dataset)
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))
    module = experiment_file.load_module(request.param)
    config = module.tiny(next(iter(module.VARIANTS.values())))
    if getattr(config, "path", ""):
        (tmp_path / "images").mkdir()
        path = save_data(tmp_path / "images", config)
        config = dataclasses.replace(config, path=str(path))
    return request.param, module, config


def flags_of(config, without=()):
    """A config as flags, without some of its fields."""
    flags = []
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        name = field.name.replace("_", "-")
        if f"--{name}" in without:
            continue
        if isinstance(value, bool):
            flags.append(f"--{name}" if value else f"--no-{name}")
        elif isinstance(value, tuple):
            flags.extend([f"--{name}", *map(str, value)])
        else:
            flags.append(f"--{name}={value}")
    return flags


def train(experiment, run, steps):
    """Trains by the command line, with the tiny config as flags; the fingerprint."""
    path, _, config = experiment
    flags = [f"--steps={steps}", f"--run-dir={run}", "--sample-every=4"]
    assert launch.train(path, [*flags, *flags_of(config)]) == 0
    return fingerprint(stored_run.load(run).state)


each = pytest.mark.parametrize(
    "experiment", FILES, indirect=True, ids=[path.stem for path in FILES]
)


COMPUTED = {"digits", "ring", "grid"}
"""Data that are always there."""
QUICK = {"digits", "pix2pix_folder"}
"""Experiments that are trained, stopped and resumed in quick tests: what a run keeps is
the same of all, and has tests of its own."""
TRACED = {
    *("ali_ring", "dcgan_folder", "mlp_mnist", "mocogan_moving_mnist", "molgan_qm9"),
    *("sngan_cifar10", "wgan_mnist", "afm_digits", "gat_digits"),
    *("conditional_mnist", "toy_modes"),
}
"""One of each further family, whose step is traced in a quick test."""


def test_all_are_here():
    assert {path.stem for path in FILES} == {
        "acgan_mnist",
        "afm_cifar10",
        "afm_digits",
        "afm_imagenet256",
        "afm_mnist",
        "afm_toy",
        "ali_digits",
        "ali_ring",
        "biggan_cifar10",
        "biggan_imagenet128",
        "conditional_mnist",
        "cut_folder",
        "cyclegan_folder",
        "dcgan_folder",
        "dcgan_mnist",
        "digits",
        "dvdgan_folder",
        "dvdgan_moving_mnist",
        "dvdgan_radar",
        "esrgan_folder",
        "gat_cifar10",
        "gat_digits",
        "gat_imagenet256",
        "gat_mnist",
        "infogan_mnist",
        "mlp_mnist",
        "mocogan_moving_mnist",
        "molgan_qm9",
        "netgan_cora",
        "own_images",
        "pix2pix_folder",
        "progan_folder",
        "projected_folder",
        "r3gan_cifar10",
        "r3gan_ffhq",
        "r3gan_stackedmnist",
        "real_esrgan_folder",
        "sagan_cifar10",
        "sngan_cifar10",
        "srgan_folder",
        "stylegan2_ada_folder",
        "stylegan2_cifar10",
        "stylegan2_ffhq",
        "stylegan3_ffhq",
        "stylegan_ffhq",
        "toy_modes",
        "vgan_moving_mnist",
        "wgan_gp_mnist",
        "wgan_mnist",
    }


@pytest.mark.parametrize(
    "experiment",
    [
        pytest.param(path, marks=[pytest.mark.slow] * (path.stem not in QUICK))
        for path in FILES
    ],
    indirect=True,
    ids=[path.stem for path in FILES],
)
def test_resumes_to_the_same_bits(experiment, tmp_path):
    """Law 4 through real checkpoints; six batches of eight cross an epoch of twenty.

    In bfloat16, JAX's own attention promotes types when its gradient is lowered.
    """
    half = getattr(experiment[2], "bfloat16", False)
    with jax.numpy_dtype_promotion("standard" if half else "strict"):
        wanted = train(experiment, tmp_path / "whole", STEPS)
        train(experiment, tmp_path / "halves", STEPS // 2)
        assert train(experiment, tmp_path / "halves", STEPS) == wanted
    pictures = sorted((tmp_path / "halves" / "samples").glob("*.png"))
    assert [picture.stem for picture in pictures] == [
        "real",
        *(f"step_{step:08d}" for step in (3, 4, 6)),
    ]


@pytest.mark.parametrize(
    "experiment",
    [path for path in FILES if path.stem in TRACED],
    indirect=True,
    ids=lambda path: path.stem,
)
def test_the_step_is_traced(experiment):
    """All parts fit, and what training draws can be drawn; nothing is compiled."""
    _, module, config = experiment
    prepared = prepare([module.build(config)], Options(devices=1, steps=STEPS), [0])
    assert {"discriminator/loss", "generator/loss"} <= set(prepared.program.names)
    assert min(prepared.program.parameters) > 0


def test_the_games_of_pictures_begin():
    """Every variant of those with a folder, from shapes alone."""
    names = [path.stem for path in FILES if path.parent.name in OF_PICTURES]
    assert len(names) == 6
    for name in names:
        module = experiment_file.load_module(EXPERIMENTS[name])
        for config in module.VARIANTS.values():
            with data.blank():
                made = module.build(config)
            assert state_shapes(made, (0,), made.data.shapes).variables


@pytest.mark.parametrize("name", ["srgan_folder", "real_esrgan_folder"])
def test_every_layer_has_a_weight(name):
    module = experiment_file.load_module(EXPERIMENTS[name])
    many = dataclasses.replace(module.tiny(module.DEFAULT), layer_weights=(1.0,) * 5)
    with data.blank(), pytest.raises(ValueError, match="layer_weights: saw 5, wanted"):
        module.build(many)


@each
def test_every_variant_builds(experiment):
    _, module, _ = experiment
    for config in module.VARIANTS.values():
        if not getattr(config, "path", ""):
            made = module.build(module.tiny(config))
            sampler.Sampler(made)
            first = jax.tree.leaves(made.data(0).value)[0]
            assert len(first) == pace_of(made.data).size(0)


@pytest.mark.parametrize(
    "experiment",
    [path for path in FILES if "data.folder(" in path.read_text()],
    indirect=True,
    ids=lambda path: path.stem,
)
def test_every_variant_keeps_the_users_colours_and_images(experiment, monkeypatch):
    """What a variant says of its own data set does not hold of the user's folder."""
    _, module, _ = experiment
    count = 1100

    def fake_folder(path, size, channels=3, *, labels="auto", **options):
        del path, options
        values = np.broadcast_to(np.uint8(7), (count, size, size, channels))
        numbers = None if labels == "none" else np.arange(count) % 2
        return data.arrays(values, numbers, () if numbers is None else ("cat", "dog"))

    monkeypatch.setattr(data, "folder", fake_folder)
    for config in module.VARIANTS.values():
        mine = dataclasses.replace(module.tiny(config), path="mine")
        source = module.build(mine).data.source
        assert (source.size, source.shape[-1]) == (count, 3)
        assert source.classes in ((), ("cat", "dog"))


@pytest.mark.parametrize(
    "experiment",
    [path for path in FILES if "data.folder(" in path.read_text()],
    indirect=True,
    ids=lambda path: path.stem,
)
def test_what_uses_no_labels_asks_for_none(experiment, tmp_path):
    """However the folders lie."""
    _, module, config = experiment
    if hasattr(config, "conditional"):
        config = dataclasses.replace(config, conditional=False)
    elif hasattr(config, "only"):
        pytest.skip("it is always conditional")
    save_images(tmp_path / "mine", 4)
    save_images(tmp_path / "mine" / "deep", 4)
    (tmp_path / "mine" / "class 0" / "0.png").rename(tmp_path / "mine" / "loose.png")
    (tmp_path / "mine" / "empty").mkdir()
    mine = dataclasses.replace(config, path=str(tmp_path / "mine"))
    assert module.build(mine).data.source.size == 8


@pytest.mark.parametrize(
    "experiment",
    [path for path in FILES if "\n    only: tuple" in path.read_text()],
    indirect=True,
    ids=lambda path: path.stem,
)
def test_learns_the_users_own_classes(experiment, tmp_path):
    """With --path sub-folders are classes, of which --only keeps some."""
    _, module, config = experiment
    for name in ("cats", "dogs", "owls"):
        save_images(tmp_path / "mine" / name, 4)
    mine = dataclasses.replace(config, path=str(tmp_path / "mine"))
    made = module.build(mine)
    assert made.data.source.classes == ("cats", "dogs", "owls")
    assert made.data.source.shape == (config.size, config.size, 3)
    assert made.held_out is None
    chosen = module.build(dataclasses.replace(mine, only=("owls", "cats")))
    assert chosen.data.source.classes == ("owls", "cats")
    assert chosen.data.source.size == 8
    conditional = made.game.conditioning is not latent.unconditional
    assert conditional == (experiment[0].stem != "sngan_cifar10")
    if conditional:
        with pytest.raises(ValueError, match="classes: saw 1, wanted at least 2"):
            module.build(dataclasses.replace(mine, only=("owls",)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_field_is_explained(path):
    """A docstring, with the command, and one under every field of Config."""
    tree = ast.parse(path.read_text())
    docstring = ast.get_docstring(tree)
    assert docstring
    assert f"experiments/{path.parent.name}/{path.name}" in docstring
    (config,) = (
        n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Config"
    )
    kinds = [type(node).__name__ for node in config.body[1:]]
    assert kinds == ["AnnAssign", "Expr"] * (len(kinds) // 2)
    assert kinds


@each
def test_is_rebuilt_without_its_data(experiment, monkeypatch):
    _, module, config = experiment
    named = opening.opener(fake_dataset, "data_dir", strict=False)
    monkeypatch.setattr(data, "image_dataset", named)
    with opening.recorded() as opened:
        module.build(config)
    known = [one.opening() for one in opened]
    if {one.opener for one in known} <= COMPUTED:
        return

    def not_there(source):
        raise AssertionError(f"{source.facts} is opened")

    monkeypatch.setattr(LazySource, "opened", property(not_there))
    with opening.remembered(known):
        module.build(config)
