"""Gated recurrent units: by their definitions, and against the vectors of others."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.nn import GRU, ConvGRU
from tests.models.golden import assert_near, images
from tests.models.reference import convolution


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-np.asarray(x, np.float64)))


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def test_gru_is_pytorchs_cell_step_by_step():
    x, h = draw(2, 5, 3), draw(2, 4, seed=1)
    module = GRU(4)
    variables = module.init(jax.random.key(0), x, h)
    seen = jax.jit(module.apply)(variables, x, h)
    w = {name: np.asarray(leaf) for name, leaf in variables["params"].items()}
    for place in range(5):
        gi = x[:, place] @ w["input_kernel"] + w["input_bias"]
        gh = h @ w["state_kernel"] + w["state_bias"]
        r, z = sigmoid(gi[:, :4] + gh[:, :4]), sigmoid(gi[:, 4:8] + gh[:, 4:8])
        n = np.tanh(gi[:, 8:] + r * gh[:, 8:])
        h = (1 - z) * n + z * h
        np.testing.assert_allclose(seen[:, place], h, rtol=1e-5, atol=1e-6)


def test_convgru_by_its_definition():
    """With a first state, without one, and with a ReLU."""
    x, first = draw(2, 3, 4, 4, 2), draw(2, 4, 4, 3, seed=1)
    module = ConvGRU(3, activation=jax.nn.relu)
    variables = module.init(jax.random.key(0), x)
    bias = draw(9, seed=2)
    variables = {"params": {**variables["params"], "bias": jnp.asarray(bias)}}
    w = {
        name: np.moveaxis(
            np.asarray(variables["params"][name]["kernel"]), (2, 3), (1, 0)
        )
        for name in ("input", "gates", "candidate")
    }
    for state in (None, first):
        seen = jax.jit(module.apply)(variables, x, state)
        h = np.zeros((2, 3, 4, 4)) if state is None else np.moveaxis(state, -1, 1)
        for place in range(3):
            frame = np.moveaxis(x[:, place], -1, 1)
            of_x = convolution(frame, w["input"], bias)
            gates = sigmoid(of_x[:, :6] + convolution(h, w["gates"]))
            reset, update = gates[:, :3], gates[:, 3:]
            known = convolution(reset * h, w["candidate"])
            h = (1 - update) * h + update * np.maximum(of_x[:, 6:] + known, 0.0)
            wanted = np.moveaxis(h, 1, -1)
            np.testing.assert_allclose(seen[:, place], wanted, rtol=1e-4, atol=1e-5)


def gru_params(npz, prefix, channels):
    """Our kernels of gates, in which state follows input, of an unofficial port."""
    kernels = {
        gate: np.transpose(npz[f"{prefix}.{gate}_gate.weight"], (2, 3, 1, 0))
        for gate in ("reset", "update", "out")
    }
    seen = [kernel[:, :, :channels] for kernel in kernels.values()]
    known = [kernel[:, :, channels:] for kernel in kernels.values()]
    gates = ("reset", "update", "out")
    kernels = {"input": np.concatenate(seen, -1), "candidate": known[2]}
    kernels["gates"] = np.concatenate(known[:2], -1)
    params = {name: {"kernel": kernel} for name, kernel in kernels.items()}
    if f"{prefix}.reset_gate.bias" in npz:
        biases = [npz[f"{prefix}.{gate}_gate.bias"] for gate in gates]
        params["bias"] = np.concatenate(biases)
    return params


def test_convgru_of_a_port(golden):
    """Three layers on top of each other, with gradients through all steps."""
    npz = np.load(golden / "dvdgan_ops.npz")
    layers = (ConvGRU(4), ConvGRU(6, size=5), ConvGRU(3))
    channels = (3, 4, 6)
    prefixes = [f"convgru/cells.{n}" for n in range(3)]
    params = [
        gru_params(npz, f"state/{name}", count)
        for name, count in zip(prefixes, channels)
    ]
    x = jnp.asarray(np.transpose(npz["in/x"], (1, 0, 3, 4, 2)))
    cotangent = images(npz["in/cotangent"])

    @jax.jit
    def run(params, x):
        def last(params, x):
            states, y = [], x
            for layer, own in zip(layers, params):
                y = layer.apply({"params": own}, y)
                states.append(y)
            return jnp.sum(y[:, -1] * cotangent), states

        return jax.grad(last, (0, 1), has_aux=True)(params, x)

    (of_params, of_x), states = run(params, x)
    for place in range(3):
        for number, state in enumerate(states):
            wanted = images(npz[f"out/convgru/h_t{place}_layer{number}"])
            assert_near(state[:, place], wanted, 1e-4, "convgru")
    wanted = [
        gru_params(npz, f"grad/convgru/{name}", count)
        for name, count in zip(prefixes, channels)
    ]
    assert_near(of_params, wanted, 1e-3, "convgru gradient")
    theirs = np.transpose(npz["grad/convgru/x"], (1, 0, 3, 4, 2))
    assert_near(of_x, theirs, 1e-3, "convgru gradient of x")
