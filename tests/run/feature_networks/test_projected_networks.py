"""What projected discriminators see: of a file and a seed, and of nothing else."""

import os

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.models import efficientnet, vgg
from jaxgan.models.projected import Projection
from jaxgan.run import feature_networks
from jaxgan.run.feature_networks import weight_files
from jaxgan.weights import WeightsError
from tests.models.filled import filled

STAGES = (efficientnet.Stage(3, 2, 1, 3, 1), efficientnet.Stage(3, 2, 2, 4, 1))
TINY = efficientnet.EfficientNet(("stage_1", "stage_2"), STAGES, stem=2)


def same(one, other):
    assert jax.tree.structure(one) == jax.tree.structure(other)
    jax.tree.map(np.testing.assert_array_equal, one, other)


def told(frozen):
    return jax.tree.map(lambda x: x.shape, frozen.shapes())


def test_efficientnet_of_a_file(tmp_path):
    """Statistics too; only what the layers need; shapes without the file."""
    variables = filled(TINY, jnp.zeros((1, 8, 8, 3)))
    path = tmp_path / "lite.npz"
    np.savez(path, **efficientnet.export_torch(variables))
    frozen = feature_networks.efficientnet_of_file(TINY, path)
    same(frozen.load(), variables)
    first = TINY.clone(layers=("stage_1",))
    less = feature_networks.efficientnet_of_file(first, path).load()
    assert set(less["params"]) == {"stem", "norm_stem", "stage_1_0"}
    other = TINY.clone(stem=3)
    with pytest.raises(WeightsError, match="of this network: saw 'norm_stem/mean' of"):
        feature_networks.efficientnet_of_file(other, path).load()
    os.remove(path)
    assert told(frozen) == jax.tree.map(jnp.shape, variables)
    with pytest.raises(
        ValueError, match="weights: saw none for an EfficientNet of oth"
    ):
        feature_networks.efficientnet_of_file(TINY)


def test_published(monkeypatch):
    asked = []

    def downloaded(*address):
        asked.append(address)
        raise OSError("no network")

    monkeypatch.setattr(weight_files, "downloaded", downloaded)
    network = efficientnet.EfficientNet()
    frozen = feature_networks.efficientnet_of_file(network)
    assert (frozen.source, asked) == ("tf_efficientnet_lite0-0aa007d2.pth", [])
    with pytest.raises(OSError, match="no network"):
        frozen.load()
    assert asked == [efficientnet.PUBLISHED]


def test_projected(tmp_path):
    """The features are the file's, the mixing the seed's: bit by bit, both times."""
    path = tmp_path / "lite.npz"
    np.savez(path, **efficientnet.export_torch(filled(TINY, jnp.zeros((1, 8, 8, 3)))))
    features = feature_networks.efficientnet_of_file(TINY, path)
    projection = Projection(TINY, 2, size=1)
    first = feature_networks.projected(projection, features, 3)
    assert first.source == "lite.npz, mixed at random, seed 3"
    variables = first.load()
    assert told(first) == jax.tree.map(jnp.shape, variables)
    for name, tree in features.load().items():
        same(variables[name]["features"], tree)
    same(feature_networks.projected(projection, features, 3).load(), variables)
    other = feature_networks.projected(projection, features, 4).load()
    same(other["batch_stats"], variables["batch_stats"])
    for name, mix in variables["params"].items():
        if name != "features":
            assert not np.any(mix["kernel"] == other["params"][name]["kernel"])
    maps = jax.jit(projection.apply)(variables, jnp.ones((1, 16, 16, 3)))
    assert [x.shape for x in maps] == [(1, 8, 8, 2), (1, 4, 4, 2)]


def test_projected_of_another_network():
    """VGG's features, as those that are trained here."""
    network = vgg.VGG(("relu1_1", "relu2_1"), (1, 1), (2, 3))
    features = feature_networks.random_weights(network, 5)
    frozen = feature_networks.projected(Projection(network, 2, size=1), features)
    assert frozen.source == "random, seed 5, mixed at random, seed 0"
    variables = frozen.load()
    assert set(variables) == {"params"}
    same(variables["params"]["features"], features.load()["params"])
