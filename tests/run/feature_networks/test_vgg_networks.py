"""VGG of a file, of an address, trained here, or random: the same variables."""

import functools
import os

import jax
import jax.numpy as jnp
import numpy as np
import PIL.Image
import pytest

from jaxgan.data.image_folder import folder
from jaxgan.data.source import DataError
from jaxgan.evaluation.trained_features import FeatureTraining, trained_features
from jaxgan.models import vgg
from jaxgan.run import feature_networks
from jaxgan.run.feature_networks import weight_files
from jaxgan.weights import WeightsError
from tests.weights import torch_by_hand

TINY = functools.partial(vgg.VGG, depths=(1, 2, 1), widths=(4, 6, 5))
SHORT = FeatureTraining(steps=2, batch_size=4)


def state_dict():
    """Torchvision's names, of the whole trunk."""
    whole = TINY(("pool3",))
    variables = whole.init(jax.random.key(3), jnp.zeros((1, 8, 8, 3)))
    return vgg.export_torch(variables)


def same(one, other):
    jax.tree.map(np.testing.assert_array_equal, one, other)


@pytest.mark.parametrize("kind", ["zip", "legacy", "npz"])
def test_of_a_file(tmp_path, kind):
    """Only what the layers need is kept; forecasts learn shapes without the file."""
    state = state_dict()
    path = tmp_path / "net.pth"
    tensors = {name: torch_by_hand.Tensor(array) for name, array in state.items()}
    if kind == "npz":
        np.savez(tmp_path / "net.npz", **state)
        path = tmp_path / "net.npz"
    else:
        save = {"zip": torch_by_hand.save, "legacy": torch_by_hand.save_legacy}[kind]
        save(path, tensors)
    network = TINY(("conv2_1",))
    frozen = feature_networks.vgg_of_file(network, path)
    assert frozen.source == path.name
    variables = frozen.load()
    assert set(variables["params"]) == {"conv1_1", "conv2_1"}
    whole = vgg.import_torch(state)["params"]
    same(variables["params"], {name: whole[name] for name in variables["params"]})
    os.remove(path)
    told = frozen.shapes()
    assert jax.tree.map(jnp.shape, variables) == jax.tree.map(lambda x: x.shape, told)


def test_published(tmp_path, monkeypatch):
    """What torchvision publishes is fetched when it is read, with its checksum."""
    monkeypatch.setitem(
        vgg.CONFIGURATIONS, "vgg16", vgg.Configuration((1, 2, 1), (4, 6, 5))
    )
    np.savez(tmp_path / "x.npz", **state_dict())
    asked = []
    monkeypatch.setattr(
        weight_files, "downloaded", lambda *a: asked.append(a) or tmp_path / "x.npz"
    )
    frozen = feature_networks.vgg_of_file(TINY(("conv3_1",)))
    assert (frozen.source, asked) == ("vgg16-397923af.pth", [])
    same(frozen.load(), vgg.import_torch(state_dict()))
    assert asked == [vgg.PUBLISHED["vgg16"]]
    for address, digest in vgg.PUBLISHED.values():
        assert address.endswith(f"-{digest}.pth")


def test_refuses(tmp_path):
    with pytest.raises(
        ValueError, match=r"weights: saw none for a VGG of depths \(1, "
    ):
        feature_networks.vgg_of_file(TINY(("conv2_1",)))
    path = tmp_path / "net.npz"
    frozen = feature_networks.vgg_of_file(TINY(("conv3_1",)), path)
    with pytest.raises(WeightsError, match=r"net\.npz: saw no such file"):
        frozen.load()
    state = state_dict()
    np.savez(path, **{name: state[name] for name in list(state)[:4]})
    with pytest.raises(WeightsError, match=r"not of this network: saw no 'conv2_2/"):
        frozen.load()
    np.savez(path, **{**state, "features.0.bias": np.zeros(5)})
    with pytest.raises(WeightsError, match=r"saw 'conv1_1/bias' of shape \(5,\), want"):
        frozen.load()


@pytest.fixture
def pictures(tmp_path):
    """Ten of each of two classes."""
    random = np.random.default_rng(0)
    for name, level in (("dark", 0), ("light", 128)):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(10):
            pixels = level + random.integers(0, 128, (8, 8, 3), np.uint8)
            path = tmp_path / "pictures" / name / f"{number}.png"
            PIL.Image.fromarray(pixels.astype(np.uint8)).save(path)
    return tmp_path / "pictures"


def test_trained_here(pictures, capsys, monkeypatch, tmp_path):
    """Kept, and the same for other layers; another with another seed."""
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))
    train = functools.partial(
        feature_networks.trained_here, images=pictures, size=8, training=SHORT
    )
    frozen = train(TINY(("conv3_1",)))
    assert frozen.source == "trained here on pictures, seed 0"
    first = frozen.load()
    said = capsys.readouterr().err
    assert f"training a network on {pictures} for its features: 2 steps" in said
    assert "trained on 18 images" in said
    assert "% of others" in said
    shallow = train(TINY(("conv1_1",))).load()
    assert "training a network" not in capsys.readouterr().err
    same(shallow["params"]["conv1_1"], first["params"]["conv1_1"])
    assert set(shallow["params"]) == {"conv1_1"}
    told = jax.tree.map(lambda x: x.shape, frozen.shapes())
    assert told == jax.tree.map(jnp.shape, first)
    trunk, images = TINY(("relu3_1",)), folder(pictures, 8)
    trained = trained_features(
        vgg.Classifier(trunk, 2), images, training=SHORT, seed=1
    ).variables["params"]["trunk"]
    other = train(TINY(("conv3_1",)), seed=1).load()["params"]
    same(other, trained)
    kernels = (x["conv1_1"]["kernel"] for x in (other, first["params"]))
    assert not np.array_equal(*kernels)


def test_trained_on_what_is_not_there(tmp_path):
    frozen = feature_networks.trained_here(TINY(("conv3_1",)), tmp_path / "none")
    with pytest.raises(DataError, match="none"):
        frozen.load()


def test_random():
    network = TINY(("conv2_2",))
    frozen = feature_networks.random_weights(network, 5)
    assert frozen.source == "random, seed 5"
    variables = frozen.load()
    same(variables, frozen.load())
    told = jax.tree.map(lambda x: x.shape, frozen.shapes())
    assert told == jax.tree.map(jnp.shape, variables)
    assert np.std(variables["params"]["conv1_1"]["kernel"]) > 0.1


@pytest.mark.slow
def test_cifar10(shared_data, tmp_path, monkeypatch):
    """The small network is right on most images that it has not seen."""
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path))
    network = vgg.VGG(("conv4_2",), *vgg.SMALL)
    path = shared_data / "cifar10-jpeg.zip"
    jax.config.update("jax_disable_most_optimizations", False)
    try:
        with jax.debug_nans(False), jax.numpy_dtype_promotion("standard"):
            feature_networks.trained_here(network, path).load()
    finally:
        jax.config.update("jax_disable_most_optimizations", True)
    (kept,) = tmp_path.glob("classifier-*.npz")
    assert np.load(kept)["accuracy"] > 0.6
