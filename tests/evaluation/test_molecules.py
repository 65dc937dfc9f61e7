"""What is said of sets of molecules, and of each."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan import data
from jaxgan.evaluation import molecule_properties as properties
from jaxgan.evaluation import molecules

pytest.importorskip("rdkit")
ELEMENTS = ("C", "N", "O", "F")


def test_shares():
    names = ["CO", "", "CC", "CO", ""]
    assert molecules.validity(names) == 0.6
    assert molecules.uniqueness(names) == 2 / 3
    assert molecules.novelty(names, ["CC"]) == 2 / 3
    assert molecules.novelty(names, []) == 1.0
    for share in (molecules.validity, molecules.uniqueness, molecules.diversity):
        assert share([]) == 0.0
        assert share(["", ""]) == 0.0
    assert molecules.novelty([""], []) == 0.0


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(["", "C", "CO", "CCO"]), min_size=1), st.randoms())
def test_shares_do_not_care_for_order_or_for_copies_of_all(names, random):
    """Validity and novelty stay when all samples are there twice; uniqueness halves."""
    shuffled = names.copy()
    random.shuffle(shuffled)
    for share in (molecules.validity, molecules.uniqueness):
        assert share(names) == share(shuffled)
    assert np.isclose(molecules.validity(names * 2), molecules.validity(names))
    assert np.isclose(molecules.uniqueness(names * 2), molecules.uniqueness(names) / 2)
    known = {"C"}
    assert np.isclose(
        molecules.novelty(names * 2, known), molecules.novelty(names, known)
    )


def test_diversity():
    """0 of copies; of two molecules 1 - their similarity; copies make it fall."""
    assert molecules.diversity(["CCO"] * 4) == pytest.approx(0.0)
    pair = molecules.diversity(["CCO", "c1ccccc1"])
    assert 0.9 < pair <= 1.0
    # Of four pairs among six, two are of the same.
    assert molecules.diversity(["CCO", "CCO", "c1ccccc1", "c1ccccc1"]) == (
        pytest.approx(pair * 4 / 6)
    )


def test_known_numbers():
    """Of benzene: QED and logP as RDKit's documentation has them; SA is the easiest."""
    assert properties.drug_likeness("c1ccccc1") == pytest.approx(0.4426, abs=1e-4)
    assert properties.log_p("c1ccccc1") == pytest.approx(1.6866, abs=1e-4)
    assert properties.accessibility("c1ccccc1") == 1.0


def test_rewards_are_between_0_and_1():
    known = data.molecules()
    rewards = (
        properties.valid_reward,
        properties.drug_likeness_reward,
        properties.log_p_reward,
        properties.accessibility_reward,
    )
    for reward in rewards:
        values = [reward(name) for name in known.names]
        assert min(values) >= 0.0
        assert max(values) <= 1.0
    assert properties.log_p_reward("c1ccccc1") == pytest.approx(
        (1.6866 + 2.12178879609) / (6.0429063424 + 2.12178879609), abs=1e-4
    )
    assert properties.accessibility_reward("c1ccccc1") == 1.0


def test_rewards_of_graphs():
    """Products of the valid; 0 of others; the same, whatever else is in the batch."""
    known = data.molecules()
    value = known.examples(np.arange(20)).value
    two = (properties.drug_likeness_reward, properties.log_p_reward)
    reward = properties.molecule_reward(ELEMENTS, two)
    seen = reward(value)
    assert seen.dtype == np.float32
    wanted = [two[0](name) * two[1](name) for name in known.names[:20]]
    np.testing.assert_allclose(seen, wanted, rtol=1e-6)
    order = np.random.default_rng(0).permutation(20)
    shuffled = {name: leaf[order] for name, leaf in value.items()}
    np.testing.assert_array_equal(reward(shuffled), seen[order])
    bad = {name: leaf.copy() for name, leaf in value.items()}
    bad["adjacency"][:, 0, 1] = bad["adjacency"][:, 1, 0] = np.eye(4)[3]
    bad["nodes"][:, :2] = np.eye(5)[4]
    np.testing.assert_array_equal(reward(bad), 0.0)
    valid = properties.molecule_reward(ELEMENTS)(value)
    np.testing.assert_array_equal(valid, 1.0)
