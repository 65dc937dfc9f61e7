"""FVD's I3D: padding by hand, a twin in PyTorch, and when a distance is FVD."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.evaluation import i3d
from jaxgan.evaluation.i3d_network import HALVED, I3D, MIXED, Inflated, largest
from jaxgan.weights import WeightsError

from .i3d_state import random_state

CLIPS = np.random.default_rng(0).integers(0, 256, (2, 9, 12, 17, 1), np.uint8)


@pytest.fixture(scope="module")
def state():
    return random_state()


@pytest.fixture(scope="module")
def network(state, tmp_path_factory):
    """Of weights that tell black from white as far as the published ones do."""
    path = tmp_path_factory.mktemp("weights") / "random.npz"
    distance = i3d.black_to_white(i3d.convert(state))
    np.savez(path, **random_state(logits=(131.0 / distance) ** 0.5))
    return i3d.i3d(path, batch_size=1)


def padded(x, window, stride):
    """TensorFlow's SAME of one axis: ⌈n / s⌉ windows, the odd zero behind."""
    missing = max((-(-len(x) // stride) - 1) * stride + window - len(x), 0)
    return np.pad(x, (missing // 2, missing - missing // 2))


def windows(x, window, stride):
    """Those of one axis, [⌈n / s⌉, window]."""
    seen = np.lib.stride_tricks.sliding_window_view(padded(x, window, stride), window)
    return seen[::stride]


@pytest.mark.parametrize(("size", "stride"), [(1, 1), (3, 1), (7, 2)])
@pytest.mark.parametrize("length", [4, 5, 7, 8])
def test_padding_is_tensorflows(length, size, stride):
    """A kernel that is u(t) v(h) w(w) on a clip that is such a product."""
    rng = np.random.default_rng(length)
    clip, kernel = rng.normal(size=(3, length)), rng.normal(size=(3, size))
    outer = np.einsum("t,h,w->thw", *clip).astype(np.float32)
    weights = np.einsum("t,h,w->thw", *kernel).astype(np.float32)
    variables = {"kernel": weights[..., None, None], "bias": np.zeros(1, np.float32)}
    module = Inflated(1, size, stride, rectified=False)
    found = module.apply({"params": variables}, outer[None, ..., None])
    each = [windows(x, size, stride) @ k for x, k in zip(clip, kernel)]
    wanted = np.einsum("t,h,w->thw", *each)
    np.testing.assert_allclose(found[0, ..., 0], wanted, rtol=1e-3, atol=1e-4)
    pooled = largest(
        jnp.asarray(outer[None, ..., None]) ** 2, (size,) * 3, (stride,) * 3
    )
    each = [(windows(x, size, stride) ** 2).max(axis=1) for x in clip]
    wanted = np.einsum("t,h,w->thw", *each)
    np.testing.assert_allclose(pooled[0, ..., 0], wanted, rtol=1e-4)


def torch_logits(torch, state, clips):
    """The network as its port is described: zeros added by hand, then normalised."""
    functional = torch.nn.functional

    def same(x, window, stride):
        amounts = []
        for length, size, step in zip(x.shape[2:], window, stride):
            missing = max((-(-length // step) - 1) * step + size - length, 0)
            amounts = [missing // 2, missing - missing // 2, *amounts]
        return functional.pad(x, amounts)

    def unit(x, name, stride=1):
        kernel = state[f"{name}.conv3d.weight"]
        x = same(x, kernel.shape[2:], [stride] * 3)
        x = functional.conv3d(x, kernel, stride=stride)
        parts = ("running_mean", "running_var", "weight", "bias")
        arrays = [state[f"{name}.bn.{part}"] for part in parts]
        return functional.relu(functional.batch_norm(x, *arrays, eps=0.001))

    def pool(x, window, stride):
        return functional.max_pool3d(same(x, window, stride), window, stride)

    def mixed(x, name):
        one, two = (unit(x, f"{name}.{part}") for part in ("b1a", "b2a"))
        three = pool(x, (3, 3, 3), (1, 1, 1))
        pairs = ((x, "b0"), (one, "b1b"), (two, "b2b"), (three, "b3b"))
        return torch.cat([unit(y, f"{name}.{part}") for y, part in pairs], dim=1)

    x = unit(clips, "Conv3d_1a_7x7", 2)
    x = pool(x, (1, 3, 3), (1, 2, 2))
    x = unit(unit(x, "Conv3d_2b_1x1"), "Conv3d_2c_3x3")
    x = pool(x, (1, 3, 3), (1, 2, 2))
    for name in MIXED:
        x = pool(x, HALVED[name], (2, 2, 2)) if name in HALVED else x
        x = mixed(x, f"Mixed_{name}")
    x = functional.avg_pool3d(x, (2, 7, 7), (1, 1, 1))
    bias = state["logits.conv3d.bias"]
    return functional.conv3d(x, state["logits.conv3d.weight"], bias).mean((2, 3, 4))


@pytest.mark.parametrize("frames", [9, 16])
def test_a_twin_in_pytorch(state, tmp_path, frames):
    """Logits of a random network, 1e-5 of the largest apart at most, of a .pt file."""
    torch = pytest.importorskip("torch")
    tensors = {name: torch.from_numpy(value) for name, value in state.items()}
    torch.save(tensors, tmp_path / "i3d_pretrained_400.pt")
    rng = np.random.default_rng(frames)
    clips = rng.integers(0, 256, (1, frames, 224, 224, 3), np.uint8)
    scaled = torch.from_numpy(clips).permute(0, 4, 1, 2, 3) / 127.5 - 1.0
    wanted = torch_logits(torch, tensors, scaled).numpy()
    variables = i3d.load(tmp_path / "i3d_pretrained_400.pt")
    found = np.asarray(jax.jit(I3D().apply)(variables, clips))
    assert found.shape == wanted.shape == (1, 400)
    assert wanted.std() > 0.1, "a network that tells nothing apart proves nothing"
    assert np.abs(found - wanted).max() <= 1e-5 * np.abs(wanted).max()


@pytest.mark.slow
def test_a_distance_of_published_weights_is_fvd(network):
    """Grey is repeated and floats are rounded to levels, whatever they are called."""
    assert network.name == "I3D"
    assert "black to white 131.0, published about 131" in network.description
    features = network.features(np.repeat(CLIPS, 3, axis=-1))
    assert features.shape == (2, network.feature_count) == (2, 400)
    assert features.dtype == np.float32
    floats = CLIPS / 127.5 - 1.0 + np.random.default_rng(0).uniform(-0.003, 0.003)
    np.testing.assert_allclose(network.features(floats), features, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("distance", "title"),
    [
        (131.37, "FVD"),
        (134.24, "FVD"),
        (126.0, "Fréchet distance (I3D of other weights)"),
        (140.0, "Fréchet distance (I3D of other weights)"),
    ],
)
def test_when_a_distance_is_fvd(state, tmp_path, monkeypatch, distance, title):
    np.savez(tmp_path / "x.npz", **state)
    monkeypatch.setattr(i3d, "black_to_white", lambda variables: distance)
    network = i3d.i3d(tmp_path / "x.npz")
    assert network.title("Fréchet distance") == title
    assert network.title("KID") == f"KID ({network.name})"
    assert f"x.npz (black to white {distance:.1f}" in network.description


def test_shapes():
    clips = jax.ShapeDtypeStruct((5, 16, 28, 28, 1), jnp.uint8)
    made = jax.eval_shape(i3d.compute, i3d.shapes(), clips)
    assert made.features.shape == (5, 400)
    assert made.features.dtype == jnp.float32
    count = sum(leaf.size for leaf in jax.tree.leaves(i3d.shapes()))
    assert count == 12_689_984


@pytest.mark.parametrize("shape", [(1, 8, 8, 8, 3), (1, 9, 8, 8, 2), (1, 9, 8, 8)])
def test_other_clips_are_refused(shape):
    with pytest.raises(ValueError, match=r"clips: saw shape .* at least 9 frames"):
        i3d.check_shape(shape[1:])


def test_other_files_are_refused(state, tmp_path):
    path = tmp_path / "x.npz"
    for name, value, said in (
        ("logits.conv3d.bias", np.zeros(600), r"of shape \(600,\), wanted \(400,\)"),
        ("logits.conv3d.weight", np.full((400, 1024, 1, 1, 1), np.nan), "saw NaN"),
        ("Mixed_5c.b3b.bn.running_var", -np.ones(128), "below 0: -1"),
    ):
        np.savez(path, **{**state, name: value})
        with pytest.raises(
            WeightsError, match=rf"x\.npz: not of FVD's.*{name}.*{said}"
        ):
            i3d.i3d(path)
    rest = {
        name: value for name, value in state.items() if name != "Mixed_4b.b0.bn.bias"
    }
    np.savez(path, **rest)
    with pytest.raises(WeightsError, match=r"saw no array 'Mixed_4b\.b0\.bn\.bias'"):
        i3d.i3d(path)
