"""Minibatch layers by hand, and by official vectors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxgan.nn import MinibatchDiscrimination, group_size, minibatch_deviation

F32 = {"rtol": 1e-5, "atol": 1e-6}


def test_discrimination_by_hand():
    layer = MinibatchDiscrimination(features=1, kernels=2)
    x = jnp.array([[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]])
    params = {"kernel": jnp.eye(2)}
    y = layer.apply({"params": params}, x)
    # Distances: 01 is 1, 02 is 3, 12 is 2.
    e = np.exp([-1.0, -2.0, -3.0])
    np.testing.assert_allclose(y[:, 2], [e[0] + e[2], e[0] + e[1], e[2] + e[1]], **F32)
    np.testing.assert_array_equal(y[:, :2], x)


def test_discrimination_by_loops_and_in_groups():
    x = jax.random.normal(jax.random.key(0), (6, 4))
    layer = MinibatchDiscrimination(features=3, kernels=5, group=2)
    y, variables = layer.init_with_output(jax.random.key(1), x)
    t = variables["params"]["kernel"].reshape(4, 3, 5)
    m = np.einsum("ic,cbk->ibk", x, t)
    expected = np.zeros((6, 3))
    for i in range(6):
        j = i ^ 1  # the other one of the pair
        expected[i] = np.exp(-np.abs(m[i] - m[j]).sum(-1))
    assert y.shape == (6, 7)
    np.testing.assert_allclose(y[:, 4:], expected, **F32)


def test_discrimination_sees_collapse():
    layer = MinibatchDiscrimination(features=2)
    x = jax.random.normal(jax.random.key(0), (5, 3))
    _, variables = layer.init_with_output(jax.random.key(1), x)
    same = layer.apply(variables, jnp.broadcast_to(x[:1], x.shape))
    np.testing.assert_allclose(same[:, 3:], jnp.full((5, 2), 4.0), **F32)


def test_deviation_by_hand():
    x = jnp.array([0.0, 2.0, 5.0, 5.0]).reshape(4, 1, 1, 1) * jnp.ones((1, 2, 3, 1))
    y = minibatch_deviation(x, group=2)
    assert y.shape == (4, 2, 3, 2)
    np.testing.assert_allclose(y[:2, ..., 1], jnp.ones((2, 2, 3)), **F32)
    np.testing.assert_allclose(y[2:, ..., 1], jnp.full((2, 2, 3), 1e-4), **F32)


def test_deviation_by_slices_of_channels():
    x = jax.random.normal(jax.random.key(0), (4, 3, 3, 6))
    y = minibatch_deviation(x, channels=2)
    deviation = np.sqrt(np.var(x, axis=0) + 1e-8)
    expected = [deviation[..., :3].mean(), deviation[..., 3:].mean()]
    np.testing.assert_allclose(y[0, 0, 0, 6:], expected, **F32)


def test_errors_name_what_was_seen():
    x = jnp.zeros((6, 2, 2, 3))
    said = r"group: saw 4, wanted a divisor of .* 6 .* such as 3"
    with pytest.raises(ValueError, match="most: saw 0, wanted at least 1"):
        group_size(6, 0)
    with pytest.raises(ValueError, match=said):
        minibatch_deviation(x)
    with pytest.raises(ValueError, match="channels: saw 0, wanted a divisor of 3"):
        minibatch_deviation(x, group=2, channels=0)
    with pytest.raises(ValueError, match="channels: saw 2, wanted a divisor of 3"):
        minibatch_deviation(x, group=2, channels=2)
    with pytest.raises(ValueError, match="group: saw 4"):
        MinibatchDiscrimination(group=4).init(jax.random.key(0), x[:, 0, 0])


@given(batch=st.integers(1, 300), most=st.integers(1, 40))
def test_groups_of_any_batch(batch, most):
    """A divisor as near below as there is one; of one only where nothing else fits."""
    size = group_size(batch, most)
    assert batch % size == 0
    below = [n for n in range(2, min(batch, most) + 1) if not batch % n]
    if below:
        assert size == below[-1]
    elif min(batch, most) > 1:
        assert size > most
        assert not any(batch % n == 0 for n in range(2, size))
    else:
        assert size == 1
    if not batch % min(batch, most):
        # Where the official code's divides, it is that.
        assert size == min(batch, most)


@pytest.mark.parametrize(("batch", "size"), [(6, 3), (5, 5), (10, 2), (2, 2), (1, 1)])
def test_groups_by_hand(batch, size):
    assert group_size(batch) == size


@pytest.mark.parametrize("count", [2, 3, 6])
def test_groups_are_the_same_on_any_number_of_devices(count):
    """Also where a device holds less than a group."""
    x = jax.random.normal(jax.random.key(0), (6, 2, 2, 3))
    auto = (jax.sharding.AxisType.Auto,)
    mesh = jax.make_mesh((count,), ("batch",), axis_types=auto)
    place = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("batch"))
    deviate = jax.jit(lambda x: minibatch_deviation(x, group_size(len(x))))
    y = deviate(jax.device_put(x, place))
    np.testing.assert_allclose(y, deviate(x), **F32)


def test_official_stylegan2(golden):
    """Official groups take every second of eight examples: ours, re-ordered."""
    npz = np.load(golden / "stylegan2_d_resnet.npz")
    order = np.arange(8).reshape(4, 2).T.reshape(-1)
    x = jnp.asarray(npz["out/n8/b8.x"].transpose(0, 2, 3, 1)[order])
    y = minibatch_deviation(x, group=4)
    expected = npz["out/n8/b4.mbstd"].transpose(0, 2, 3, 1)[order]
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("case", "group"), [(0, 4), (1, 6), (2, 4), (3, 3)])
def test_official_progressive_gan_of_the_zoo(golden, case, group):
    """That code divides by n - 1; groups the whole batch where 4 does not divide it."""
    npz = np.load(golden / "pggan_mbstd.npz")
    x = npz[f"in/case{case}/x"].transpose(0, 2, 3, 1)
    expected = npz[f"out/case{case}/y"].transpose(0, 2, 3, 1)
    candidates = [np.arange(len(x)), np.arange(len(x)).reshape(group, -1).T.reshape(-1)]
    errors = []
    for order in candidates:
        y = minibatch_deviation(jnp.asarray(x[order]), group)
        scaled = y[..., -1] * (group / (group - 1)) ** 0.5
        errors.append(np.abs(scaled - expected[order][..., -1]).max())
    assert min(errors) < 1e-5
