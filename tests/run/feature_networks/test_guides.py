"""Classifiers that guide: of the official file, or trained here on what is given."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import data
from jaxgan.models import dit
from jaxgan.models.dit import weights
from jaxgan.run import feature_networks, launch
from jaxgan.run.feature_networks import guides
from jaxgan.weights import WeightsError
from tests.models.golden import assert_near, images, under
from tests.run.conftest import ROOT
from tests.weights import torch_by_hand

OFFICIAL = dit.Classifier(24, 2, 3, 2, 5)
DIGITS = ROOT / "experiments" / "transformers" / "afm_digits.py"


def source(shape=(8, 8, 4)):
    values = np.random.default_rng(0).normal(size=(20, *shape)).astype(np.float32)
    return data.arrays(values, np.arange(20) % 5, tuple("abcde"), images=False)


@pytest.fixture
def file(golden, tmp_path):
    """The state dict as that code saves it."""
    state = under(np.load(golden / "afm_discriminator.npz"), "state/classifier/")
    tensors = {name: torch_by_hand.Tensor(array) for name, array in state.items()}
    return torch_by_hand.save(tmp_path / "classifier.pth", tensors), state


def test_without_a_weight_nothing_is_done():
    assert feature_networks.guide(0.0, OFFICIAL, source()) == guides.Guide((), {})


def test_of_the_official_file(file, golden):
    path, state = file
    made = feature_networks.guide(0.1, OFFICIAL, source(), weights=path)
    (term,), frozen = made.terms, made.frozen["classifier"]
    assert (term.name, term.weight) == ("classifier_guidance", 0.1)
    assert frozen.source == "classifier.pth"
    variables = frozen.load()
    wanted = weights.import_torch(state)
    jax.tree.map(np.testing.assert_array_equal, variables, wanted)
    assert frozen.shapes is not None
    told = jax.tree.map(lambda x: x.shape, frozen.shapes())
    assert told == jax.tree.map(jnp.shape, variables)
    npz = np.load(golden / "afm_discriminator.npz")
    look = jax.jit(functools.partial(guides._logits, OFFICIAL))
    seen = look(variables, images(npz["in/x"]), npz["in/t"])
    assert_near(seen, npz["out/classifier/logits"], 1e-4)


def test_what_is_no_such_file(file, tmp_path):
    path, state = file
    wider = dit.Classifier(24, 1, 3, 2, 5)
    frozen = feature_networks.guide(1.0, wider, source(), weights=path).frozen
    with pytest.raises(WeightsError, match=r"classifier\.pth: saw arrays of another"):
        frozen["classifier"].load()
    np.savez(tmp_path / "x.npz", **{**state, "fc.weight": np.ones(2, np.float32)})
    other = feature_networks.guide(1.0, OFFICIAL, source(), weights=tmp_path / "x.npz")
    with pytest.raises(WeightsError, match=r"x\.npz: state_dict: saw 'fc\.weight'"):
        other.frozen["classifier"].load()


@pytest.mark.slow
def test_trained_here(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path))
    network = dit.Classifier(8, 1, 1, 4, 5)
    training = feature_networks.NoisyTraining(2, 4)
    made = feature_networks.guide(0.1, network, source(), training=training)
    frozen = made.frozen["classifier"]
    assert frozen.source == "trained here on noisy data, seed 0"
    variables = frozen.load()
    said = capsys.readouterr().err
    assert "training a classifier of noisy data: 2 steps" in said
    assert "% of held-out data" in said
    assert frozen.shapes is not None
    told = jax.tree.map(lambda x: x.shape, frozen.shapes())
    assert told == jax.tree.map(jnp.shape, variables)
    again = frozen.load()
    assert "training a classifier" not in capsys.readouterr().err
    jax.tree.map(np.testing.assert_array_equal, variables, again)


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["default", "two"])
def test_a_guided_run(variant, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))
    words = "--guidance 0.1 --classifier-steps 2 --width 8 --depth 1 --heads 1"
    words = [*words.split(), "--batch-size", "8", "--steps", "2"]
    words += ["--variant", variant, "--run-dir", str(tmp_path / "run")]
    assert launch.train(DIGITS, words) == 0
    assert (tmp_path / "run" / "frozen.json").is_file()
