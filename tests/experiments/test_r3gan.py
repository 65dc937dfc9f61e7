"""StackedMNIST compares losses, and nothing but losses."""

import dataclasses

import numpy as np
import pytest

from jaxgan import data
from jaxgan.run.files import experiment_file
from tests.experiments.test_experiments import EXPERIMENTS


@pytest.fixture(scope="module")
def module():
    return experiment_file.load_module(EXPERIMENTS["r3gan_stackedmnist"])


@pytest.fixture
def digits(monkeypatch):
    values = np.zeros((20, 8, 8, 1), np.uint8)
    digits = data.arrays(values, np.arange(20) % 10)
    monkeypatch.setattr(data, "image_dataset", lambda *name, size: digits)


def test_the_same_networks(module):
    small, dcgan = (module.VARIANTS[name] for name in ("small", "dcgan"))
    shape = (28, 28, 3)
    assert module.players(small, shape) == module.players(dcgan, shape)
    ours, theirs = (dataclasses.asdict(config) for config in (small, dcgan))
    differ = {name for name, value in ours.items() if theirs[name] != value}
    assert differ == {"recipe", "learning_rate"}


@pytest.mark.usefixtures("digits")
def test_the_same_average_and_data(module):
    one, other = (
        module.build(module.tiny(module.VARIANTS[name])) for name in ("small", "dcgan")
    )
    for step in (0, 1, 5_000, 100_000):
        assert one.recipe.ema_decay(step, 64) == other.recipe.ema_decay(step, 64)
    np.testing.assert_array_equal(one.data(3).value, other.data(3).value)
    assert [len(turn.terms) for turn in one.recipe.turns] == [3, 1]
    assert [len(turn.terms) for turn in other.recipe.turns] == [1, 1]


def test_penalties_forbid_normalisation(module):
    config = dataclasses.replace(module.VARIANTS["small"], normalise=True)
    with pytest.raises(ValueError, match="normalise: saw True, wanted False"):
        module.build(config)
