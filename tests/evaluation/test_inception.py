import hashlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import data
from jaxgan.evaluation import inception
from jaxgan.evaluation.inception_blocks import BlockA
from jaxgan.evaluation.inception_network import TAPS, Inception, Taps
from jaxgan.weights import WeightsError

from .peers import torch_fidelity

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 20, 33, 3), np.uint8)


def random_state():
    """A state dict of a port, named and scaled as that of a trained network."""
    image = jax.ShapeDtypeStruct((1, 299, 299, 3), jnp.uint8)
    wanted = jax.eval_shape(Inception().init, jax.random.key(0), image)["params"]
    rng, state = np.random.default_rng(1), {}
    for path, leaf in jax.tree_util.tree_leaves_with_path(wanted):
        *layer, kind = (entry.key for entry in path)
        name, shape = ".".join(layer), leaf.shape
        if name == "fc":
            values = rng.normal(0, 0.05, shape[::-1])
            state[f"fc.{'weight' if kind == 'kernel' else 'bias'}"] = values
        elif kind == "kernel":
            height, width, inputs, outputs = shape
            spread = (2 / (height * width * inputs)) ** 0.5
            values = rng.normal(0, spread, (outputs, inputs, height, width))
            state[f"{name}.conv.weight"] = values
        else:
            state[f"{name}.bn.weight"] = rng.uniform(0.7, 1.3, shape)
            state[f"{name}.bn.bias"] = rng.normal(0, 0.05, shape)
            state[f"{name}.bn.running_mean"] = rng.normal(0, 0.05, shape)
            state[f"{name}.bn.running_var"] = rng.uniform(0.5, 1.5, shape)
            state[f"{name}.bn.num_batches_tracked"] = np.int64(1)
    return {
        name: value if name.endswith("tracked") else value.astype(np.float32)
        for name, value in state.items()
    }


@pytest.fixture(scope="module")
def state():
    return random_state()


@pytest.fixture(scope="module")
def file(state, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "random.npz"
    np.savez(path, **state)
    return path


def test_torch_fidelity(state, tmp_path):
    """All taps of a random network, 1e-5 of the largest value apart at most."""
    torch = pytest.importorskip("torch")
    peer = torch_fidelity("feature_extractor_inceptionv3").FeatureExtractorInceptionV3
    tensors = {name: torch.from_numpy(np.array(value)) for name, value in state.items()}
    torch.save(tensors, tmp_path / "random.pth")
    network = peer("peer", list(TAPS), str(tmp_path / "random.pth"))
    expected = network(torch.from_numpy(IMAGES).permute(0, 3, 1, 2))
    variables = inception.load(tmp_path / "random.pth")
    found = Taps(*jax.jit(Inception().apply)(variables, IMAGES))
    for (tap, field), wanted in zip(TAPS.items(), expected):
        ours, wanted = np.asarray(getattr(found, field)), wanted.numpy()
        assert ours.shape == wanted.shape
        assert ours.dtype == np.float32
        assert wanted.std() > 0.1, "a network that tells nothing apart proves nothing"
        assert np.abs(ours - wanted).max() <= 1e-5 * np.abs(wanted).max(), tap


def test_means_do_not_count_padding():
    """A constant image stays constant where only means are looked at."""
    block = BlockA(pool_features=1)
    variables = jax.jit(block.init)(jax.random.key(0), jnp.ones((1, 4, 4, 1)))
    variables["params"]["branch_pool"]["kernel"] = jnp.full((1, 1, 1, 1), 3.0)
    out = jax.jit(block.apply)(variables, jnp.ones((1, 4, 4, 1)))
    np.testing.assert_allclose(out[..., -1], 3.0, rtol=1e-6)


def test_the_extractor(file):
    """Grey is repeated, floats are rounded to levels, the rest of a batch is filled."""
    extractor = inception.inception(file, tap="64", batch_size=2)
    assert extractor.name == "inception of other weights, tap 64"
    assert extractor.title("FID") == f"FID ({extractor.name})"
    assert (extractor.feature_count, extractor.class_count) == (64, 1008)
    features = extractor.features(IMAGES)
    assert features.shape == (2, 64)
    floats = IMAGES / 127.5 - 1.0 + np.random.default_rng(0).uniform(-0.003, 0.003)
    np.testing.assert_allclose(extractor.features(floats), features, rtol=1e-5)
    three = np.concatenate([IMAGES, IMAGES[:1]])
    np.testing.assert_array_equal(
        extractor.features(three)[[0, 1, 2]], features[[0, 1, 0]]
    )
    grey = IMAGES[..., :1]
    repeated = np.repeat(grey, 3, axis=-1)
    np.testing.assert_allclose(
        extractor.features(grey), extractor.features(repeated), rtol=1e-5
    )


@pytest.mark.parametrize(
    ("tap", "count"),
    [("768", 768), ("2048", 2048), ("logits", 1008)],
)
def test_shapes(file, tap, count):
    extractor = inception.inception(file, tap=tap)
    image = jax.ShapeDtypeStruct((5, 28, 28, 1), jnp.uint8)
    made = jax.eval_shape(extractor.compute, extractor.weights, image)
    assert made.features.shape == (5, extractor.feature_count) == (5, count)
    assert made.probabilities.shape == (5, 1008)
    assert made.features.dtype == made.probabilities.dtype == jnp.float32


def test_published_weights(file, own_cache, monkeypatch):
    """Downloaded, they give measures their plain names; so they do from elsewhere."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    monkeypatch.setattr(inception, "URL", file.as_uri())
    monkeypatch.setattr(inception, "DIGEST", digest)
    for weights in (None, file):
        extractor = inception.inception(weights)
        assert extractor.title("FID") == "FID"
        assert extractor.name == "inception"
    assert (own_cache / "random.npz").read_bytes() == file.read_bytes()
    assert inception.inception(tap="768").title("FID") == "FID (inception, tap 768)"


def test_offline(own_cache, monkeypatch):
    def offline(*arguments, **options):
        raise OSError("Network is unreachable")

    monkeypatch.setattr("urllib.request.urlopen", offline)
    told = f"unreachable.*download {inception.URL} and put it at {own_cache}/weights-"
    with pytest.raises(data.DataError, match=told):
        inception.inception()


def test_refuses(state, tmp_path):
    with pytest.raises(ValueError, match="tap: saw '2047', wanted one of 64, 192"):
        inception.inception(tap="2047")
    path = tmp_path / "x.npz"
    np.savez(path, **{**state, "fc.bias": np.zeros(1000)})
    with pytest.raises(
        WeightsError, match=r"x\.npz: .*'fc\.bias' of shape \(1000,\), wanted \(1008"
    ):
        inception.inception(path)
    for name, value, said in (
        ("fc.bias", np.full(1008, np.nan), "saw NaN"),
        ("fc.weight", np.ones((1008, 2048), np.int8), "of the type int8"),
        ("Mixed_5b.branch1x1.bn.running_var", -np.ones(64), "below 0: -1"),
    ):
        np.savez(path, **{**state, name: value})
        with pytest.raises(WeightsError, match=rf"x\.npz: .*{name}.*{said}"):
            inception.inception(path)
    del state["Mixed_5b.branch_pool.bn.bias"]
    np.savez(path, **state)
    with pytest.raises(WeightsError, match=r"no array 'Mixed_5b\.branch_pool\.bn\.b"):
        inception.inception(path)
