"""LPIPS of files: the official numbers, whichever file holds what."""

import functools

import jax
import numpy as np
import pytest

from jaxgan.evaluation import lpips as measured
from jaxgan.models import lpips, vgg
from jaxgan.run import feature_networks
from jaxgan.run.feature_networks import lpips_networks, weight_files
from jaxgan.weights import WeightsError
from tests.models.golden import images
from tests.models.lpips.test_networks import official
from tests.weights import torch_by_hand


@pytest.fixture
def files(golden, tmp_path):
    """A network of official vectors; its trunk, its heads, and both, as files."""
    npz = np.load(golden / "lpips_alex.npz")
    network, variables = official(npz)
    state = lpips.export_torch(variables)
    parts = {
        "trunk": {name: x for name, x in state.items() if name[:3] != "lin"},
        "heads": {name: x for name, x in state.items() if name[:3] == "lin"},
        "whole": state,
    }
    for name, arrays in parts.items():
        tensors = {key: torch_by_hand.Tensor(x) for key, x in arrays.items()}
        torch_by_hand.save_legacy(tmp_path / f"{name}.pth", tensors)
    return npz, network, variables, tmp_path


def distances(npz, distance):
    pair = [np.asarray(images(npz[f"in/in{n}"])) for n in range(2)]
    most = max(float(np.abs(x).max()) for x in pair)
    return measured(*pair, lambda x, y: distance(most * x, most * y), (-most, most))


def test_of_files(files):
    npz, network, variables, folder = files
    trunk, heads = folder / "trunk.pth", folder / "heads.pth"
    frozen = feature_networks.lpips_of_files(network, trunk, heads)
    assert frozen.source == "trunk.pth, heads.pth"
    jax.tree.map(np.testing.assert_array_equal, frozen.load(), variables)
    told = jax.tree.map(lambda x: x.shape, frozen.shapes())
    assert told == jax.tree.map(np.shape, variables)
    whole = feature_networks.lpips_of_files(network, folder / "whole.pth")
    jax.tree.map(np.testing.assert_array_equal, whole.load(), variables)
    distance = feature_networks.lpips_distance(network, trunk, heads)
    wanted = npz["out/main/distance"].ravel()
    np.testing.assert_allclose(distances(npz, distance), wanted, 1e-4)
    assert distance.title() == "LPIPS (alexnet, trunk.pth, heads.pth)"


def test_published(files, monkeypatch):
    """Both are fetched, and the title names the network alone if they are those."""
    _, network, variables, folder = files
    monkeypatch.setattr(lpips, "alexnet", lambda: network)
    got = {lpips.PUBLISHED["alexnet"]: "trunk.pth", lpips.HEADS["alexnet"]: "heads.pth"}
    monkeypatch.setattr(weight_files, "downloaded", lambda *a: folder / got[a])
    monkeypatch.setattr(lpips_networks, "is_published", lambda path, digest: True)
    distance = feature_networks.lpips_distance(network)
    assert distance.title() == "LPIPS (alexnet)"
    assert distance.fingerprint.startswith("sha256:")
    jax.tree.map(np.testing.assert_array_equal, distance.weights, variables)
    frozen = feature_networks.lpips_of_files(network)
    assert frozen.source == "alexnet-owt-7be5be79.pth, alex.pth"
    # A file that has all leaves nothing to fetch.
    monkeypatch.setattr(weight_files, "downloaded", functools.partial(pytest.fail))
    whole = feature_networks.lpips_of_files(network, folder / "whole.pth")
    jax.tree.map(np.testing.assert_array_equal, whole.load(), variables)


def test_baseline(files):
    """Features of any network, without heads, as the official code's baseline."""
    npz, *_ = files
    network = vgg.VGG(("relu1_1", "relu2_1"), (1, 1), (3, 4))
    weights = feature_networks.random_weights(network)
    distance = feature_networks.trained_distance(network, weights)
    assert distance.title() == "LPIPS (without heads, random, seed 0)"
    pair = [images(npz[f"in/in{n}"]) for n in range(2)]
    plain = lpips.LPIPS(network, linear=False)
    wanted = jax.jit(plain.apply)(
        {"params": {"trunk": weights.load()["params"]}}, *pair
    )
    np.testing.assert_allclose(distances(npz, distance), wanted, 1e-4)


def test_refuses(files):
    _, network, _, folder = files
    with pytest.raises(ValueError, match="trunk: saw none for such a network"):
        feature_networks.lpips_distance(network)
    with pytest.raises(WeightsError, match=r"heads\.pth: not of .*saw no 'trunk/conv1"):
        feature_networks.lpips_distance(network, folder / "heads.pth")
    trunk = folder / "trunk.pth"
    with pytest.raises(WeightsError, match="not of this network: saw no 'head0'"):
        feature_networks.lpips_distance(network, trunk)
    with pytest.raises(WeightsError, match=r"x\.pth: saw no such file"):
        feature_networks.lpips_distance(network, trunk, folder / "x.pth")
