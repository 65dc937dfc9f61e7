"""Batch normalisation by formula, by official vectors, and over devices."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType
from jax.sharding import PartitionSpec as P

from jaxgan.core import Context, example_keys
from jaxgan.nn import (
    BatchNorm,
    ConditionalBatchNorm,
    FiLM,
    GroupNorm,
    InstanceNorm,
)

F32 = {"rtol": 1e-5, "atol": 1e-5}


def context(count, train=True, axis_name=None):
    keys = example_keys(jax.random.key(0), count)
    return Context(keys, train=train, axis_name=axis_name)


def draw(*shape, seed=0):
    return 2.0 * jax.random.normal(jax.random.key(seed), shape) + 0.5


def test_by_formula():
    x = draw(6, 3, 3, 4)
    y, variables = jax.jit(BatchNorm().init_with_output)(
        jax.random.key(0), x, context(6)
    )
    values = np.asarray(x, np.float64)
    mean, var = values.mean((0, 1, 2)), values.var((0, 1, 2))
    np.testing.assert_allclose(y, (values - mean) / np.sqrt(var + 1e-5), **F32)
    np.testing.assert_array_equal(variables["batch_stats"]["mean"], np.zeros(4))
    np.testing.assert_array_equal(variables["batch_stats"]["var"], np.ones(4))
    _, changed = BatchNorm().apply(variables, x, context(6), mutable=["batch_stats"])
    stats = changed["batch_stats"]
    np.testing.assert_allclose(stats["mean"], 0.1 * mean, **F32)
    np.testing.assert_allclose(stats["var"], 0.9 + 0.1 * var * 54 / 53, **F32)
    y = BatchNorm().apply({**variables, **changed}, x, context(6, train=False))
    stats = jax.tree.map(np.asarray, stats)
    expected = (values - stats["mean"]) / np.sqrt(stats["var"] + 1e-5)
    np.testing.assert_allclose(y, expected, **F32)


def test_far_from_zero():
    """One pass over the squares would lose all digits here."""
    x = draw(64, 2) * 0.01 + 1000.0
    y = BatchNorm(affine=False).apply({}, x, context(64), mutable=["batch_stats"])[0]
    np.testing.assert_allclose(np.std(y, axis=0), [1.0, 1.0], atol=0.05)


def test_training_with_constant_statistics_stores_nothing():
    x = draw(6, 4)
    variables = jax.jit(BatchNorm().init)(jax.random.key(0), x, context(6))
    stored, _ = BatchNorm().apply(variables, x, context(6), mutable=["batch_stats"])
    np.testing.assert_array_equal(BatchNorm().apply(variables, x, context(6)), stored)
    _, same = BatchNorm().apply(
        variables, x, context(6, train=False), mutable=["batch_stats"]
    )
    assert jax.tree.all(
        jax.tree.map(jnp.array_equal, same["batch_stats"], variables["batch_stats"])
    )


def test_one_example():
    x = draw(1, 3)
    y, _ = BatchNorm().init_with_output(jax.random.key(0), x, context(1))
    np.testing.assert_array_equal(y, jnp.zeros((1, 3)))


@pytest.mark.parametrize("check", [True, False])
def test_devices_see_the_global_batch(check):
    x = draw(8, 2, 2, 3)
    layer = BatchNorm()
    variables = jax.jit(layer.init)(jax.random.key(0), x, context(8))

    def loss(variables, x, axis_name):
        y, changed = layer.apply(
            variables,
            x,
            context(x.shape[0], axis_name=axis_name),
            mutable=["batch_stats"],
        )
        return jnp.sin(y), changed["batch_stats"]

    mesh = jax.make_mesh((4,), ("data",), axis_types=(AxisType.Auto,))
    sharded = jax.shard_map(
        lambda variables, x: loss(variables, x, "data"),
        mesh=mesh,
        in_specs=(P(), P("data")),
        out_specs=(P("data"), P()),
        check_vma=check,
    )
    for a, b in zip(
        jax.tree.leaves(jax.jit(sharded)(variables, x)),
        jax.tree.leaves(loss(variables, x, None)),
    ):
        np.testing.assert_allclose(a, b, **F32)
    pmapped = jax.pmap(
        lambda x: loss(variables, x, "data")[0], "data", devices=jax.devices()[:4]
    )(x.reshape(4, 2, 2, 2, 3))
    np.testing.assert_allclose(
        pmapped.reshape(x.shape), loss(variables, x, None)[0], **F32
    )


@pytest.mark.parametrize("layer", [BatchNorm(), ConditionalBatchNorm(3), FiLM(3)])
def test_bfloat16(layer):
    x = draw(6, 2, 2, 4).astype(jnp.bfloat16)
    labels = () if isinstance(layer, BatchNorm) else (jnp.arange(6) % 3,)
    arguments = labels if isinstance(layer, FiLM) else (*labels, context(6))
    y, variables = layer.clone(dtype=jnp.bfloat16).init_with_output(
        jax.random.key(0), x, *arguments
    )
    assert y.dtype == jnp.bfloat16
    assert {leaf.dtype for leaf in jax.tree.leaves(variables)} == {jnp.dtype("float32")}


def test_film_starts_as_the_identity_and_modulates():
    x = draw(3, 2, 2, 4)
    for layer, condition in (
        (FiLM(5), jnp.array([0, 4, 4])),
        (FiLM(), draw(3, 6, seed=1)),
    ):
        y, variables = layer.init_with_output(jax.random.key(0), x, condition)
        np.testing.assert_array_equal(y, x)
        params = jax.tree.map(
            lambda leaf: draw(*leaf.shape, seed=2), variables["params"]
        )
        if layer.classes:
            modulation = params["Embedding_0"]["kernel"][condition]
        else:
            dense = params["Dense_0"]
            modulation = condition @ dense["kernel"] + dense["bias"][None]
        gamma, beta = modulation[:, None, None, :4], modulation[:, None, None, 4:]
        np.testing.assert_allclose(
            layer.apply({"params": params}, x, condition), x * (1 + gamma) + beta, **F32
        )


def images(y):
    return y.transpose(0, 2, 3, 1)


def test_official_batch_norm(golden):
    npz = np.load(golden / "biggan_ops.npz")
    state = {
        n.split("/")[-1]: jnp.asarray(npz[n])
        for n in npz.files
        if n.startswith("state/bn/")
    }
    variables = {
        "params": {"scale": state["gain"], "bias": state["bias"]},
        "batch_stats": {"mean": state["stored_mean"], "var": state["stored_var"]},
    }
    x = jnp.asarray(images(npz["in/bn/x"]))
    evaluated = BatchNorm().apply(variables, x, context(3, train=False))
    np.testing.assert_allclose(evaluated, images(npz["out/bn/eval/y"]), **F32)
    for case in ("train", "train2"):
        y, changed = BatchNorm().apply(
            variables, x, context(3), mutable=["batch_stats"]
        )
        np.testing.assert_allclose(y, images(npz[f"out/bn/{case}/y"]), **F32)
        for ours, theirs in (("mean", "stored_mean"), ("var", "stored_var")):
            after = npz[f"out/bn/{case}/state_after/{theirs}"]
            np.testing.assert_allclose(changed["batch_stats"][ours], after, **F32)
        variables = {**variables, **changed}


def test_official_conditional_batch_norm(golden):
    npz = np.load(golden / "biggan_ops.npz")
    case = "ccbn_embed"
    table = [npz[f"state/{case}/{name}.weight"] for name in ("gain", "bias")]
    variables = {
        "params": {
            "FiLM_0": {"Embedding_0": {"kernel": jnp.asarray(np.concatenate(table, 1))}}
        },
        "batch_stats": {
            "BatchNorm_0": {
                "mean": jnp.asarray(npz[f"state/{case}/stored_mean"]),
                "var": jnp.asarray(npz[f"state/{case}/stored_var"]),
            }
        },
    }
    x = jnp.asarray(images(npz[f"in/{case}/x"]))
    labels = jnp.asarray(npz[f"in/{case}/y"].astype(np.int32))
    layer = ConditionalBatchNorm(3)
    for name, train in (("eval", False), ("train", True)):
        y = layer.apply(variables, x, labels, context(3, train))
        np.testing.assert_allclose(y, images(npz[f"out/{case}/{name}/y"]), **F32)


@pytest.mark.parametrize("shape", [(3, 4, 5, 2), (2, 7, 3)])
def test_instances_by_formula(shape):
    """Each channel of each example by itself; a factor and an offset play no part."""
    x = draw(*shape)
    y = InstanceNorm().apply({}, x, context(shape[0]))
    values = np.asarray(x, np.float64)
    axes = tuple(range(1, len(shape) - 1))
    mean, var = (f(values, axes, keepdims=True) for f in (np.mean, np.var))
    np.testing.assert_allclose(y, (values - mean) / np.sqrt(var + 1e-5), **F32)
    by = np.arange(1.0, 1.0 + shape[0] * shape[-1], dtype=np.float32)
    by = by.reshape(shape[0], *(1,) * len(axes), shape[-1])
    again = InstanceNorm(epsilon=1e-12).apply({}, by * x + 3.0 * by)
    exact = InstanceNorm(epsilon=1e-12).apply({}, x)
    np.testing.assert_allclose(again, exact, rtol=1e-4, atol=1e-4)
    layer = InstanceNorm(affine=True)
    variables = {"params": {"scale": jnp.full(shape[-1], 3.0)}}
    variables["params"]["bias"] = jnp.full(shape[-1], -1.0)
    np.testing.assert_allclose(layer.apply(variables, x), 3.0 * y - 1.0, **F32)


def test_instances_of_one_place():
    with pytest.raises(ValueError, match=r"saw shape \(2, 1, 1, 3\), wanted more than"):
        InstanceNorm().apply({}, draw(2, 1, 1, 3))


def test_own_statistics_at_use():
    """Of each example, as in training with it alone; training is as ever."""
    x, layer = draw(3, 4, 4, 2), BatchNorm(own_at_use=True)
    variables = jax.jit(layer.init)(jax.random.key(0), x, context(3))
    seen = layer.apply(variables, x, context(3, train=False))
    for n in range(3):
        alone = BatchNorm().apply(variables, x[n : n + 1], context(1))
        np.testing.assert_allclose(seen[n], alone[0], **F32)
    trained, usual = (
        one.apply(variables, x, context(3)) for one in (layer, BatchNorm())
    )
    np.testing.assert_array_equal(trained, usual)


def test_groups_by_formula():
    x = draw(3, 2, 4, 6)
    scale, bias = np.arange(6.0, dtype=np.float32), np.ones(6, np.float32)
    params = {"params": {"scale": scale, "bias": bias}}
    y = GroupNorm(groups=3, epsilon=1e-3).apply(params, x)
    pairs = np.asarray(x, np.float64).reshape(3, 2, 4, 3, 2)
    mean = pairs.mean((1, 2, 4), keepdims=True)
    var = pairs.var((1, 2, 4), keepdims=True)
    expected = ((pairs - mean) / np.sqrt(var + 1e-3)).reshape(x.shape) * scale + bias
    np.testing.assert_allclose(y, expected, **F32)


def test_groups_of_one_channel_normalise_the_places_of_each():
    """With as many groups as channels it is instance normalisation."""
    x = draw(3, 4, 4, 6)
    variables = GroupNorm(groups=6).init(jax.random.key(0), x)
    y, instance = GroupNorm(groups=6).apply(variables, x), InstanceNorm().apply({}, x)
    np.testing.assert_allclose(y, instance, **F32)
    with pytest.raises(ValueError, match="groups: saw 4, wanted a divisor of 6"):
        GroupNorm(groups=4).init(jax.random.key(0), x)
