"""Transformers in latents of an autoencoder, from a folder and a file of weights."""

import dataclasses
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

import jaxgan
from jaxgan import data
from jaxgan.core import Sample
from jaxgan.models import autoencoder
from jaxgan.run.errors import RunError
from jaxgan.run.files import experiment_file
from jaxgan.run.files.checkpoints import steps
from tests.experiments.test_experiments import EXPERIMENTS, save_images, train
from tests.models.filled import filled

NAMES = ("afm_imagenet256", "gat_imagenet256")


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A file of a small autoencoder, with the names of diffusers."""
    network = autoencoder.Autoencoder(widths=(32, 32))
    made = filled(network, jnp.zeros((1, 8, 8, 3)))
    small = jax.tree.map(lambda x: x * (0.1 if x.ndim > 1 else 1.0), made)
    path = tmp_path_factory.mktemp("weights") / "vae.npz"
    np.savez(path, **autoencoder.export_torch(small))
    return path


@pytest.fixture
def experiment(request, tmp_path, weights, monkeypatch):
    """(path, module, config) of a tiny run in latents of 4×4×4, in patches of 2."""
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))
    save_images(tmp_path / "images", 17)
    path = EXPERIMENTS[request.param]
    module = experiment_file.load_module(path)
    config = dataclasses.replace(
        module.tiny(module.VARIANTS["B"]),
        path=str(tmp_path / "images"),
        autoencoder=str(weights),
        patch=None,
        bfloat16=False,
    )
    return path, module, config


both = pytest.mark.parametrize("experiment", NAMES, indirect=True)


@both
def test_latents_in_patches_of_two(experiment):
    """Mirrored pictures are encoded, where any are: latents are not mirrored."""
    _, module, config = experiment
    made = module.build(config)
    assert made.game.generator.shape == (4, 4, 4)
    assert made.game.generator.patch == made.game.discriminator.patch == 2
    assert made.data.source.shape == (4, 4, 8)
    assert made.data.source.size == 17 * (2 if hasattr(config, "flip") else 1)
    assert not made.data.flip
    means = module.build(dataclasses.replace(config, posterior=False))
    assert means.data.source.shape == (4, 4, 4)


@pytest.mark.parametrize(
    ("name", "variant", "generator", "discriminator"),
    [
        ("afm_imagenet256", "B", 129.5, 128.3),
        ("afm_imagenet256", "XL", 673.2, 670.5),
        ("gat_imagenet256", "S", 29.4, None),
        ("gat_imagenet256", "XL", 602.3, None),
    ],
)
def test_published_sizes(monkeypatch, weights, name, variant, generator, discriminator):
    """Millions of parameters that the papers' configurations have on 32×32×4 latents.

    GAT's discriminator is counted with what aligns it, which is not here; its generator
    with a table of 256 places and an embedding of 16 numbers that it does not use.
    """
    names = tuple(map(str, range(1_000)))

    def black(path, size, labels="auto"):
        del path, labels
        return data.arrays(np.zeros((2, size, size, 3), np.uint8), [0, 1], names)

    monkeypatch.setattr(data, "folder", black)
    module = experiment_file.load_module(EXPERIMENTS[name])
    config = dataclasses.replace(
        module.VARIANTS[variant], path="imagenet", autoencoder=str(weights)
    )
    made = module.build(config)
    assert made.data.source.shape == (32, 32, 8)
    batch = Sample(
        jax.ShapeDtypeStruct((4, 32, 32, 8), np.float32),
        jax.ShapeDtypeStruct((4,), np.int32),
    )
    players = jax.eval_shape(made.game.init, jax.random.key(0), batch)
    seen = [
        sum(x.size for x in jax.tree.leaves(player["params"])) / 1e6
        for player in players
    ]
    beside = (256 + 17) * config.width / 1e6 if discriminator is None else 0.0
    assert seen[0] + beside == pytest.approx(generator, abs=0.06)
    if discriminator:
        assert seen[1] == pytest.approx(discriminator, abs=0.06)


@both
def test_pixels_by_default(experiment):
    _, module, config = experiment
    plain = dataclasses.replace(config, autoencoder="", size=16)
    made = module.build(plain)
    assert made.game.generator.shape == (16, 16, 3)
    assert made.game.generator.patch == 16
    assert made.decoder is None
    assert not made.frozen


@both
def test_without_the_file(experiment, weights):
    """One line, before any picture is looked at."""
    _, module, config = experiment
    lost = dataclasses.replace(config, autoencoder="nowhere.ckpt", path="nowhere")
    with pytest.raises(RunError, match=r"autoencoder: saw 'nowhere.ckpt', wanted a"):
        experiment_file.build(module, lost)
    other = dataclasses.replace(config, autoencoder_widths=(32, 64))
    with pytest.raises(RunError, match=r"vae.npz: not of this network: saw '"):
        experiment_file.build(module, other).data(0)


@pytest.mark.slow
@both
def test_trained_sampled_and_resumed(experiment, tmp_path, capsys):
    whole = train(experiment, tmp_path / "whole", 4)
    train(experiment, tmp_path / "parts", 3)
    assert train(experiment, tmp_path / "parts", 4) == whole
    run = jaxgan.load(tmp_path / "whole")
    samples = run.sample(3, seed=1)
    assert samples.shape == (3, 8, 8, 3)
    assert np.abs(samples).max() <= 1.0
    with Image.open(tmp_path / "whole" / "samples" / "real.png") as image:
        assert image.size[0] >= 8
    record = json.loads((tmp_path / "whole" / "frozen.json").read_text())
    assert list(record) == ["autoencoder"]
    assert steps(tmp_path / "whole")[-1] == 4
    _, _, config = experiment
    size = sum(f.stat().st_size for f in (tmp_path / "whole").rglob("*") if f.is_file())
    assert size < record["autoencoder"]["numbers"] * 4  # it is in no checkpoint
    assert config.autoencoder.endswith("vae.npz")
