"""Spectral normalisation against numpy's SVD and the official implementations."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.nn import (
    Conv,
    ConvTranspose,
    Dense,
    Embedding,
    PowerIteration,
    SpectralNorm,
)

F32 = {"rtol": 2e-5, "atol": 2e-6}


def draw(*shape, seed=0):
    return jax.random.normal(jax.random.key(seed), shape)


@pytest.mark.parametrize(
    "shape", [(3, 3, 4, 6), (7, 1), (5, 20), (20, 5), (1, 1, 2, 9)]
)
@pytest.mark.parametrize("out_axis", [-1, -2])
def test_sigma_is_right_from_the_start(shape, out_axis):
    kernel = draw(*shape)
    normalised, _ = jax.jit(SpectralNorm(out_axis).init_with_output)(
        jax.random.key(0), kernel
    )
    matrix = np.moveaxis(np.asarray(normalised), out_axis, 0)
    matrix = matrix.reshape(matrix.shape[0], -1)
    np.testing.assert_allclose(np.linalg.svd(matrix)[1][0], 1.0, atol=1e-3)


def test_gradient_flows_through_sigma_but_not_through_u_and_v():
    """With u, v fixed: d(sum(c · W / σ)) = c / σ - sum(c · W) u vᵀ / σ²."""
    kernel, cotangent = draw(4, 3), draw(4, 3, seed=1)
    u = jnp.array([0.6, 0.8, 0.0])
    variables = {"spectral": {"u": u}}

    def loss(kernel):
        return jnp.sum(cotangent * SpectralNorm().apply(variables, kernel))

    w = np.asarray(kernel).T
    v = w.T @ u / np.linalg.norm(w.T @ u)
    sigma = u @ w @ v
    inner = np.sum(np.asarray(cotangent) * np.asarray(kernel))
    expected = cotangent / sigma - inner * np.outer(v, u) / sigma**2
    np.testing.assert_allclose(jax.grad(loss)(kernel), expected, **F32)


def test_training_iterates_and_evaluation_does_not():
    kernel, layer = draw(6, 4), SpectralNorm()
    variables = {"spectral": {"u": jnp.array([1.0, 0.0, 0.0, 0.0])}}
    stored, changed = layer.apply(variables, kernel, True, mutable=["spectral"])
    unstored = layer.apply(variables, kernel, True)
    np.testing.assert_array_equal(stored, unstored)
    assert not np.allclose(changed["spectral"]["u"], variables["spectral"]["u"])
    evaluated, same = layer.apply(variables, kernel, False, mutable=["spectral"])
    assert not np.allclose(evaluated, stored)
    np.testing.assert_array_equal(same["spectral"]["u"], variables["spectral"]["u"])


def test_more_iterations_are_several_passes():
    kernel = draw(6, 4)
    variables = {"spectral": {"u": jnp.array([0.0, 1.0, 0.0, 0.0])}}
    twice = variables
    for _ in range(2):
        y, twice = SpectralNorm().apply(twice, kernel, True, mutable=["spectral"])
    once = SpectralNorm(iterations=2).apply(
        variables, kernel, True, mutable=["spectral"]
    )
    np.testing.assert_allclose(once[0], y, **F32)
    np.testing.assert_allclose(once[1]["spectral"]["u"], twice["spectral"]["u"], **F32)


def test_a_zero_kernel_stays_finite():
    for shape in ((3, 5), (5, 3)):
        y, _ = SpectralNorm().init_with_output(jax.random.key(0), jnp.zeros(shape))
        np.testing.assert_array_equal(y, jnp.zeros(shape))


@pytest.mark.parametrize(
    "layer", [Dense(3), Conv(3), ConvTranspose(3), Embedding(5, 3)]
)
def test_layers_normalise_their_kernel(layer):
    x = jnp.arange(5) if isinstance(layer, Embedding) else draw(2, 4, 4, 5)
    layer = layer.clone(spectral=True)
    variables = jax.jit(layer.init)(jax.random.key(0), x)
    doubled = {
        "params": variables["params"] | {"kernel": 2 * variables["params"]["kernel"]},
        "spectral": variables["spectral"],
    }
    np.testing.assert_allclose(
        layer.apply(variables, x, train=True),
        layer.apply(doubled, x, train=True),
        **F32,
    )
    out = 5 if isinstance(layer, Embedding) else 3
    assert variables["spectral"]["spectral"]["u"].shape == (out,)


def vectors(npz, prefix):
    """BigGAN-PyTorch's u0, u1, ... under our names."""
    names = [name for name in npz.files if name.startswith(f"{prefix}u")]
    places = {name: name.removeprefix(f"{prefix}u").strip("0") for name in names}
    return {f"u{place}": jnp.asarray(npz[name][0]) for name, place in places.items()}


def biggan(golden, case):
    """A layer of BigGAN-PyTorch in our layout: layer, variables, x, axes back, npz."""
    npz = np.load(golden / "biggan_ops.npz")
    weight = npz[f"state/{case}/weight"]
    two = {"stride": 2, "padding": ((1, 1), (1, 1)), "spectral": PowerIteration(2, 2)}
    layer, kernel = {
        "sn_conv": (Conv(4, spectral=True), (2, 3, 1, 0)),
        "sn_conv_2sv": (Conv(5, **two), (2, 3, 1, 0)),
        "sn_linear": (Dense(4, spectral=True), (1, 0)),
        "sn_embedding": (Embedding(4, 6, spectral=True), (0, 1)),
    }[case]
    params = {"kernel": jnp.asarray(weight.transpose(kernel))}
    if case != "sn_embedding":
        params["bias"] = jnp.asarray(npz[f"state/{case}/bias"])
    spectral = {"spectral": vectors(npz, f"state/{case}/")}
    x = npz[f"in/{case}/{'y' if case == 'sn_embedding' else 'x'}"]
    x = x.transpose(0, 2, 3, 1) if x.ndim == 4 else x
    if case == "sn_embedding":
        x = x.astype(np.int32)
    return layer, {"params": params, "spectral": spectral}, jnp.asarray(x), kernel, npz


@pytest.mark.parametrize(
    "case", ["sn_conv", "sn_conv_2sv", "sn_linear", "sn_embedding"]
)
def test_official_layers(golden, case):
    layer, variables, x, axes, npz = biggan(golden, case)

    def images(y):
        return y.transpose(0, 2, 3, 1) if y.ndim == 4 else y

    # BigGAN's evaluation iterates without storing, every time from the same u: our
    # training with a constant u and one iteration.
    expected = images(npz[f"out/{case}/eval/y"])
    once = layer.clone(spectral=PowerIteration())
    np.testing.assert_allclose(once.apply(variables, x, train=True), expected, **F32)

    def loss(params):
        y = layer.apply({**variables, "params": params}, x, train=True)
        y = y.transpose(0, 3, 1, 2) if y.ndim == 4 else y
        cotangent = np.cos(0.7 * np.arange(y.size) + 0.3).astype(np.float32)
        return jnp.sum(y * cotangent.reshape(y.shape))

    gradient = jax.jit(jax.grad(loss))(variables["params"])
    np.testing.assert_allclose(
        gradient["kernel"],
        npz[f"grad/{case}/weight"].transpose(axes),
        rtol=1e-4,
        atol=3e-5,
    )
    for name in ("train", "train2"):
        y, changed = layer.apply(variables, x, train=True, mutable=["spectral"])
        np.testing.assert_allclose(y, images(npz[f"out/{case}/{name}/y"]), **F32)
        after = vectors(npz, f"out/{case}/{name}/state_after/")
        assert set(after) == set(changed["spectral"]["spectral"])
        for name, u in changed["spectral"]["spectral"].items():
            np.testing.assert_allclose(u, after[name], **F32)
        variables = {**variables, **changed}


def test_official_vectors_of_every_layer_of_sngan(golden):
    """PyTorch's spectral norm: u after the real and after the fake pass."""
    npz = np.load(golden / "sngan_d.npz")
    names = [n for n in npz.files if n.startswith("state/") and n.endswith("weight_u")]
    assert len(names) == 11
    for name in names:
        layer = name.removeprefix("state/").removesuffix("_u")
        weight = npz[f"state/{layer}_orig"]
        kernel = jnp.asarray(np.moveaxis(weight, 0, -1))
        variables = {"spectral": {"u": jnp.asarray(npz[name])}}
        for case in ("after_real", "after_real_then_fake"):
            y, variables = SpectralNorm().apply(
                variables, kernel, True, mutable=["spectral"]
            )
            after = f"out/train_{case}/state_after/{layer}"
            u, v = npz[f"{after}_u"], npz[f"{after}_v"]
            np.testing.assert_allclose(variables["spectral"]["u"], u, **F32)
            sigma = u @ weight.reshape(weight.shape[0], -1) @ v
            np.testing.assert_allclose(y, kernel / sigma, **F32)


def test_several_vectors_are_the_leading_ones():
    """They start as numpy's, and stay so; those that a kernel has not are 0."""
    kernel = draw(3, 3, 4, 6)
    layer = SpectralNorm(vectors=3)
    y, variables = jax.jit(layer.init_with_output)(jax.random.key(0), kernel)
    alone = SpectralNorm().apply({"spectral": variables["spectral"]}, kernel)
    np.testing.assert_allclose(y, alone, rtol=1e-6)
    _, after = layer.apply(variables, kernel, True, mutable=["spectral"])
    wanted = np.linalg.svd(np.asarray(kernel).reshape(-1, 6).T)[0].T
    for state in (variables, after):
        assert sorted(state["spectral"]) == ["u", "u1", "u2"]
        for name, u in zip(sorted(state["spectral"]), wanted):
            seen = state["spectral"][name]
            np.testing.assert_allclose(np.abs(seen @ u), 1.0, rtol=1e-4)
    thin = SpectralNorm(vectors=2)
    _, variables = thin.init_with_output(jax.random.key(0), draw(5, 1))
    y, after = thin.apply(variables, draw(5, 1), True, mutable=["spectral"])
    np.testing.assert_array_equal(after["spectral"]["u1"], [0.0])
    np.testing.assert_allclose(np.linalg.norm(y), 1.0, rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"iterations": 0}, "iterations: saw 0, wanted at least 1"),
        ({"vectors": -1}, "vectors: saw -1, wanted at least 1"),
        ({"epsilon": 0.0}, "epsilon: saw 0.0, wanted a positive"),
        ({"epsilon": float("nan")}, "epsilon: saw nan, wanted a positive"),
    ],
)
def test_numbers_that_cannot_be_meant(options, said):
    with pytest.raises(ValueError, match=said):
        PowerIteration(**options)


def test_with_both_vectors_evaluation_lags_as_pytorchs_does():
    """It divides by uᵀWv of the last training pass, whatever the kernel is by now."""
    first, other = jax.random.normal(jax.random.key(0), (2, 3, 3, 2, 4))
    second = first + 0.3 * other
    module = SpectralNorm(both=True)
    variables = module.init(jax.random.key(0), first)
    trained, changed = module.apply(variables, second, True, mutable=["spectral"])
    single = {"spectral": {"u": variables["spectral"]["u"]}}
    wanted = SpectralNorm().apply(single, second, True)
    np.testing.assert_allclose(trained, wanted, rtol=1e-6)
    u, v = (np.asarray(changed["spectral"][name], np.float64) for name in "uv")
    matrix = np.moveaxis(np.asarray(first, np.float64), -1, 0).reshape(4, -1)
    np.testing.assert_allclose(np.linalg.norm(v), 1.0, rtol=1e-6)
    seen = module.apply(changed, first)
    np.testing.assert_allclose(seen, first / (u @ matrix @ v), rtol=1e-5)
    turned = {"u": -changed["spectral"]["u"], "v": changed["spectral"]["v"]}
    np.testing.assert_array_equal(module.apply({"spectral": turned}, first), -seen)
