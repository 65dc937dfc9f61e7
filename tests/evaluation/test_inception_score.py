"""The Inception Score in closed form, against torch-fidelity, and its laws."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.evaluation import inception_score
from tests.evaluation.peers import peer


def probabilities(seed, count, classes):
    return np.random.default_rng(seed).dirichlet(0.3 * np.ones(classes), count)


def test_certain_and_even_is_the_number_of_classes():
    seen = inception_score(np.tile(np.eye(7), (4, 1)), splits=4, seed=None)
    np.testing.assert_allclose(seen, (7.0, 0.0), atol=1e-12)


def test_unsure_or_collapsed_is_one():
    np.testing.assert_allclose(inception_score(np.full((20, 5), 0.2), 2), (1, 0))
    np.testing.assert_allclose(
        inception_score(np.tile(np.eye(5)[:1], (20, 1)), 2), (1, 0)
    )


def test_by_hand():
    """Rows (a, 1 - a) and (1 - a, a): 2 exp(-H(a))."""
    a = 0.9
    rows = np.array([[a, 1 - a], [1 - a, a]])
    wanted = 2 * np.exp(a * np.log(a) + (1 - a) * np.log(1 - a))
    np.testing.assert_allclose(inception_score(rows, 1).mean, wanted, rtol=1e-14)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(2, 40), classes=st.integers(1, 9))
def test_bounds_and_order(seed, count, classes):
    rows = probabilities(seed, count, classes)
    seen = inception_score(rows, 1)
    assert 1.0 - 1e-12 <= seen.mean <= classes * (1 + 1e-12)
    shuffled = np.random.default_rng(seed).permutation(rows)
    np.testing.assert_allclose(inception_score(shuffled, 1).mean, seen.mean, rtol=1e-12)


def test_classes_in_order_are_no_worse():
    """Split by split as they come, each would hold two classes at most."""
    rows = np.repeat(np.eye(10), 100, axis=0)
    assert inception_score(rows, 10, seed=None).mean < 2.0
    assert inception_score(rows, 10).mean > 9.0
    assert inception_score(rows, 10) != inception_score(rows, 10, seed=1)


def test_splits_of_uneven_size():
    rows = probabilities(0, 10, 4)
    scores = [inception_score(rows[a:b], 1).mean for a, b in [(0, 3), (3, 6), (6, 10)]]
    seen = inception_score(rows, 3, seed=None)
    np.testing.assert_allclose(seen, (np.mean(scores), np.std(scores)), rtol=1e-13)


def test_as_torch_fidelity():
    torch = peer("torch")
    metric = peer("torch_fidelity.metric_isc")
    logits = torch.from_numpy(3 * np.random.default_rng(0).standard_normal((1003, 50)))
    wanted = metric.isc_features_to_metric(logits, splits=10, shuffle=False)
    seen = inception_score(logits.softmax(dim=1).numpy(), 10, seed=None)
    np.testing.assert_allclose(seen.mean, wanted["inception_score_mean"], rtol=1e-12)
    np.testing.assert_allclose(
        seen.deviation, wanted["inception_score_std"], rtol=1e-11
    )
