"""Self-attention against loops in numpy and the official layer."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.nn import SelfAttention
from jaxgan.nn.resample import max_pool, repeat
from tests.models.golden import assert_near, images


def draw(*shape, seed=0):
    return jax.random.normal(jax.random.key(seed), shape)


def test_by_hand():
    """Every place's sum over the pooled others, one at a time."""
    x = draw(2, 4, 2, 8)
    layer = SelfAttention()
    params = layer.init(jax.random.key(0), x)["params"]
    assert params["gamma"] == 0.0
    np.testing.assert_array_equal(layer.apply({"params": params}, x), x)
    keys = jax.random.split(jax.random.key(1), 5)
    params = {
        name: {"kernel": jax.random.normal(key, params[name]["kernel"].shape)}
        for name, key in zip(("theta", "phi", "g", "o"), keys)
    }
    params["gamma"] = jnp.float32(0.7)
    seen = layer.apply({"params": params}, x)
    weights = {
        k: np.asarray(v["kernel"][0, 0]) for k, v in params.items() if k != "gamma"
    }
    for image, wanted in zip(np.asarray(x), np.asarray(seen)):
        pooled = {
            name: np.array(
                [
                    np.max(
                        [
                            image[2 * i + a, 2 * j + b] @ weights[name]
                            for a in (0, 1)
                            for b in (0, 1)
                        ],
                        axis=0,
                    )
                    for i in range(2)
                    for j in range(1)
                ]
            )
            for name in ("phi", "g")
        }
        for i, j in np.ndindex(4, 2):
            match = pooled["phi"] @ (image[i, j] @ weights["theta"])
            share = np.exp(match - match.max())
            share /= share.sum()
            found = share @ pooled["g"] @ weights["o"]
            np.testing.assert_allclose(
                wanted[i, j], image[i, j] + 0.7 * found, rtol=1e-4, atol=1e-5
            )


def test_official_layer(golden):
    npz = np.load(golden / "biggan_ops.npz")

    def tree(prefix):
        params, spectral = {"gamma": npz[f"{prefix}gamma"]}, {}
        for name in ("theta", "phi", "g", "o"):
            weight = npz[f"{prefix}{name}.weight"]
            params[name] = {"kernel": np.moveaxis(weight, (0, 1), (-1, -2))}
            if prefix.startswith("state"):
                spectral[name] = {"spectral": {"u": npz[f"{prefix}{name}.u0"][0]}}
        return params, spectral

    params, spectral = tree("state/attention/")
    layer = SelfAttention(spectral=True)
    x = images(npz["in/attention/x"])
    shape = npz["in/attention/x"].shape
    cotangent = np.cos(0.7 * np.arange(x.size) + 0.3).reshape(shape)

    @jax.jit
    def moving(params, spectral):
        y, changed = layer.apply(
            {"params": params, "spectral": spectral}, x, True, mutable=["spectral"]
        )
        weights = images(cotangent.astype(np.float32))
        return jnp.sum(y * weights), (y, changed["spectral"])

    (_, (y, spectral)), gradient = jax.value_and_grad(moving, has_aux=True)(
        params, spectral
    )
    assert_near(y, images(npz["out/attention/train/y"]), 1e-5, "attention")
    for name in ("theta", "phi", "g", "o"):
        after = npz[f"out/attention/train/state_after/{name}.u0"][0]
        assert_near(spectral[name]["spectral"]["u"], after, 1e-5, "attention u")
    assert_near(gradient, tree("grad/attention/")[0], 1e-4, "attention")
    _, (y, _) = moving(params, spectral)
    assert_near(y, images(npz["out/attention/train2/y"]), 1e-5, "attention")


def test_too_few_channels():
    with pytest.raises(ValueError, match="channels: saw 7, wanted at least 8"):
        SelfAttention().init(jax.random.key(0), draw(1, 2, 2, 7))
    with pytest.raises(ValueError, match="size: saw 3×2, wanted even sides"):
        SelfAttention().init(jax.random.key(0), draw(1, 3, 2, 8))


def test_maxima_and_repetitions():
    x = draw(2, 2, 3, 4)
    np.testing.assert_array_equal(max_pool(repeat(x)), x)
    np.testing.assert_array_equal(repeat(x)[:, 1::2, ::2], x)
    assert max_pool(draw(1, 4, 4, 1))[0, 1, 0, 0] == draw(1, 4, 4, 1)[0, 2:, :2].max()
