"""MoCoGAN's generator as its authors' code saves it: a whole module."""

import collections
import importlib
import sys
import types
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.run.importable import imported_state, mocogan, state_dicts
from jaxgan.weights import WeightsError, read_arrays
from tests.run.commands.test_import_weights import official
from tests.weights import torch_by_hand

ATTRIBUTES = {"n_channels": 1, "dim_z_content": 6, "dim_z_category": 4}
ATTRIBUTES |= {"dim_z_motion": 2, "video_length": 5}
LAYER = {"kernel_size": (4, 4), "groups": 1, "transposed": True, "dilation": (1, 1)}
LAYER |= {"output_padding": (0, 0)}
FIRST = {**LAYER, "stride": (1, 1), "padding": (0, 0)}
DOUBLE = {**LAYER, "stride": (2, 2), "padding": (1, 1)}
NORM = {"eps": 1e-5, "momentum": 0.1, "affine": True}
OLD = torch_by_hand._class("torch.nn.parameter", "Parameter")


class OldParameter:
    """As PyTorch 0.3 pickles it: an object made of a tensor, with a state."""

    def __init__(self, tensor):
        self.tensor = tensor

    def __reduce__(self):
        return OLD, (self.tensor,), (True, False, collections.OrderedDict())


def whole(state, parameter, **changed):
    """The module, of stand-ins."""
    kind = type("VideoGenerator", (torch_by_hand.Module,), {"__module__": "models"})
    inner = type("Inner", (torch_by_hand.Module,), {"__module__": "torch.nn"})
    sys.modules["models"].VideoGenerator = kind
    sys.modules["torch.nn"].Inner = inner
    root = kind()
    for name, value in {**ATTRIBUTES, **changed}.items():
        setattr(root, name, value)
    for name in ("recurrent", "main"):
        root.add_module(name, inner())
    root.recurrent.bias = True
    facts = {"0": FIRST, **{str(place): DOUBLE for place in (3, 6)}}
    facts |= {str(place): NORM for place in (1, 4)}
    for name, array in state.items():
        *path, leaf = name.split(".")
        here = root
        for part in path:
            if part not in here._modules:
                here.add_module(part, inner())
                vars(here._modules[part]).update(facts[part])
            here = here._modules[part]
        tensor = torch_by_hand.Tensor(array)
        if leaf.startswith("running"):
            here.register_buffer(leaf, tensor)
        else:
            here.register_parameter(leaf, parameter(tensor))
    return root


@pytest.fixture
def modules(monkeypatch):
    names = ("models", "torch.nn", "torch.nn.parameter")
    for name in names:
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    sys.modules["torch.nn.parameter"].Parameter = OLD  # pyright: ignore


def new(tensor):
    return torch_by_hand.Tensor(tensor.array, parameter=True)


@pytest.mark.parametrize(
    ("save", "parameter"),
    [
        (torch_by_hand.save, new),
        (torch_by_hand.save_legacy, new),
        (torch_by_hand.save_legacy, OldParameter),
    ],
    ids=["since 1.6", "before 1.6", "0.3"],
)
def test_whole_modules(modules, tmp_path, save, parameter):
    """Their attributes tell the config; the arrays are those of the state dict."""
    _, config, entries = official("mocogan")
    path = tmp_path / "generator_00100.pytorch"
    save(path, whole(entries["G"], parameter))
    found = state_dicts.find(path)
    assert found.model.endswith(".mocogan")
    arrays = found.entries["G_ema"]
    assert arrays.keys() == entries["G"].keys()
    for name, array in entries["G"].items():
        np.testing.assert_array_equal(arrays[name], array)
    made = imported_state.assemble(found, {"rate": "8"}).config
    assert made == mocogan.Config(**{**vars(config), "current": False})


def test_other_attributes_are_refused(modules, tmp_path):
    entries = official("mocogan")[2]
    path = tmp_path / "x.pytorch"
    torch_by_hand.save(path, whole(entries["G"], new, spin=3))
    found = state_dicts.find(path)
    with pytest.raises(ValueError, match="spin: saw 3, an attribute that is not known"):
        imported_state.assemble(found, {})
    assert imported_state.assemble(found, {}, ("spin",)).config.classes == 4
    generator = whole(entries["G"], new)
    generator.main._modules["3"].stride = (1, 1)
    torch_by_hand.save(path, generator)
    told = r"main\.3\.stride: saw \(1, 1\), wanted \(2, 2\)"
    with pytest.raises(ValueError, match=told):
        imported_state.assemble(state_dicts.find(path), {})


def test_what_is_not_whole_is_refused(modules, tmp_path):
    entries = official("mocogan")[2]
    path, state = tmp_path / "x.pytorch", dict(entries["G"])
    with pytest.raises(ValueError, match="classes: saw 10, wanted 0 or more, and"):
        imported_state.assemble(state_dicts.find(_npz(path, state)), {"classes": "10"})
    generator = whole(state, new)
    torch_by_hand.save(path, generator)
    with pytest.raises(WeightsError, match="no arrays in it, but whole modules"):
        read_arrays(path)
    generator._parameters["x"] = [1, 2]
    torch_by_hand.save(path, generator)
    with pytest.raises(WeightsError, match=r"a damaged module .*saw list, wanted a"):
        state_dicts.find(path)


def _npz(path, state):
    path = path.with_suffix(".npz")
    np.savez(path, **state)
    return path


@pytest.mark.parametrize("legacy", [False, True])
def test_a_twin_in_pytorch(tmp_path, legacy):
    """Frames of a module that PyTorch saved whole, and of what became of it."""
    torch = pytest.importorskip("torch")
    _, config, entries = official("mocogan")

    class VideoGenerator(torch.nn.Module):
        def __init__(self):
            super().__init__()
            vars(self).update(ATTRIBUTES)
            double = {"kernel_size": 4, "stride": 2, "padding": 1, "bias": False}
            self.recurrent = torch.nn.GRUCell(2, 2)
            self.main = torch.nn.Sequential(
                torch.nn.ConvTranspose2d(12, 6, 4, 1, 0, bias=False),
                *(torch.nn.BatchNorm2d(6), torch.nn.ReLU(True)),
                torch.nn.ConvTranspose2d(6, 3, **double),
                *(torch.nn.BatchNorm2d(3), torch.nn.ReLU(True)),
                torch.nn.ConvTranspose2d(3, 1, **double),
                torch.nn.Tanh(),
            )

    theirs = VideoGenerator().eval()
    state = {name: torch.from_numpy(x) for name, x in entries["G"].items()}
    theirs.load_state_dict(state, strict=False)
    here = importlib.import_module(__name__)
    VideoGenerator.__qualname__ = "VideoGenerator"
    here.VideoGenerator = VideoGenerator  # pyright: ignore
    path = tmp_path / "generator_00100.pytorch"
    with warnings.catch_warnings(action="ignore"):  # of a class within a function
        torch.save(theirs, path, _use_new_zipfile_serialization=not legacy)
    made = imported_state.assemble(state_dicts.find(path), {})
    rng = np.random.default_rng(0)
    latent = rng.normal(size=(3, 6 + 2 * 6)).astype(np.float32)
    labels = np.array([0, 3, 1])
    content, hidden, *noise = np.split(torch.from_numpy(latent), range(6, 18, 2), 1)
    frames = []
    for one in noise:
        hidden = theirs.recurrent(one, hidden)
        kind = torch.eye(4)[labels]
        z = torch.cat([content, kind, hidden], dim=1)[..., None, None]
        frames.append(theirs.main(z).detach().permute(0, 2, 3, 1).numpy())
    generator = mocogan.build(made.config).game.generator  # pyright: ignore
    given = jnp.asarray(labels, jnp.int32)
    context = Context(example_keys(jax.random.key(0), 3))
    found = generator.apply(made.state.ema, jnp.asarray(latent), given, context)
    np.testing.assert_allclose(found, np.stack(frames, 1), rtol=1e-4, atol=1e-5)
    assert made.config == mocogan.Config(
        **{**vars(config), "current": False, "rate": 10.0}
    )
