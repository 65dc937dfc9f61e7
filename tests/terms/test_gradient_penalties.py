"""Penalties on slopes against closed forms (law 8), per sample and per pack."""

import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax.test_util import check_grads

from jaxgan.core import Sample
from jaxgan.terms import dragan, gradient_penalty, r1, r2
from tests.terms.scenes import linear, normal, quadratic, scene, smooth


def value(term, play):
    return term.apply(term.init(), play)[0]


PENALTIES = {
    "gradient_penalty": gradient_penalty(),
    "one_sided": gradient_penalty(one_sided=True),
    "dragan": dragan(),
    "r1": r1(1.0),
    "r2": r2(1.0),
}


@given(
    shape=st.sampled_from([(3,), (4, 4, 2), (2, 3, 3, 1)]),
    scale=st.floats(0.01, 10.0),
    seed=st.integers(0, 99),
)
@settings(deadline=None, max_examples=12)
def test_linear_critic(shape, scale, seed):
    """The slope is w everywhere: one norm per sample, whatever its shape."""
    w = scale * normal(seed, *shape)
    play = scene(linear, w, normal(1, 5, *shape), normal(2, 5, *shape))
    norm = np.linalg.norm(np.asarray(w, np.float64))
    wanted = {
        "gradient_penalty": (norm - 1) ** 2,
        "one_sided": max(0.0, norm - 1) ** 2,
        "dragan": (norm - 1) ** 2,
        "r1": 0.5 * norm**2,
        "r2": 0.5 * norm**2,
    }
    for name, term in PENALTIES.items():
        seen = value(term, play)
        assert seen.shape == (5,)
        np.testing.assert_allclose(seen, wanted[name], rtol=1e-4, atol=1e-5)


def test_quadratic_critic():
    """The slope A x differs per sample and per point of evaluation."""
    a = normal(3, 4, 4)
    a = a + a.T
    real, fake = normal(1, 6, 4), normal(2, 6, 4)
    play = scene(quadratic, a, real, fake)
    for term, x in ((r1(1.0), real), (r2(1.0), fake)):
        wanted = 0.5 * np.sum(np.asarray(x @ a, np.float64) ** 2, axis=1)
        np.testing.assert_allclose(value(term, play), wanted, rtol=1e-5)
    alpha = jax.vmap(jax.random.uniform)(play.context.draw("gradient_penalty"))[:, None]
    assert len(np.unique(alpha)) == 6, "one alpha per sample"
    between = np.asarray(alpha * fake + (1 - alpha) * real, np.float64)
    slopes = np.linalg.norm(between @ np.asarray(a, np.float64), axis=1)
    seen = value(gradient_penalty(), play)
    np.testing.assert_allclose(seen, (slopes - 1) ** 2, rtol=1e-4)
    one_sided = value(gradient_penalty(one_sided=True), play)
    wanted = np.maximum(slopes - 1, 0) ** 2
    np.testing.assert_allclose(one_sided, wanted, rtol=1e-4)


def test_dragan_stays_around_the_data():
    """On D = ½‖x‖² the slope's norm is that of the point: within the stated noise."""
    real = normal(1, 64, 3)
    play = scene(quadratic, jnp.eye(3), real, 100.0 + real)
    deviation = float(jnp.std(real))
    slope = np.sqrt(value(dragan(spread=0.5), play)) * np.sign(
        np.linalg.norm(real, axis=1) - 1
    )
    # ‖x + αδ‖ lies within √3 · ½ std of ‖x‖; (n - 1)² loses the sign near n = 1.
    points = np.linalg.norm(real, axis=1)
    clear = np.abs(points - 1) > np.sqrt(3) * 0.5 * deviation
    assert clear.sum() > 10
    moved = np.abs(slope + 1 - points)[clear]
    assert moved.max() <= np.sqrt(3) * 0.5 * deviation + 1e-4
    assert moved.max() > 0.05, "the noise must move the points"
    at_data = value(dragan(spread=0.0), play)
    np.testing.assert_allclose(at_data, (points - 1) ** 2, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", PENALTIES)
def test_second_order_gradients(name):
    """∂/∂θ of a penalty, numerically; float32 central differences allow 1 %."""
    params = (normal(1, 3, 4), normal(2, 4))
    real, fake = normal(3, 5, 3), normal(4, 5, 3)

    def loss(params):
        return jnp.mean(value(PENALTIES[name], scene(smooth, params, real, fake)))

    check_grads(loss, (params,), order=1, modes=["rev"], rtol=1e-2, atol=1e-2, eps=1e-2)


@pytest.mark.parametrize("name", ["gradient_penalty", "dragan"])
def test_flat_critic_has_a_finite_gradient(name):
    """√ at 0 would give NaN: the penalty of a flat critic is 1 and does not move it."""
    w = jnp.zeros(3)
    real, fake = normal(1, 4, 3), normal(2, 4, 3)

    def loss(w):
        return jnp.mean(value(PENALTIES[name], scene(linear, w, real, fake)))

    penalty, slope = jax.value_and_grad(loss)(w)
    assert penalty == 1.0
    assert not slope.any()


@pytest.mark.parametrize("name", PENALTIES)
def test_packs_are_one_example(name):
    """With two examples per verdict the norm is that of the pair: √2 ‖w‖."""
    w = normal(1, 3)

    def packs(w, x):
        return jnp.sum(linear(w, x).reshape(-1, 2), axis=1)

    seen = value(PENALTIES[name], scene(packs, w, normal(2, 8, 3), normal(3, 8, 3)))
    assert seen.shape == (4,)
    norm = np.sqrt(2) * np.linalg.norm(w)
    wanted = {"r1": norm**2 / 2, "r2": norm**2 / 2, "one_sided": max(0, norm - 1) ** 2}
    np.testing.assert_allclose(seen, wanted.get(name, (norm - 1) ** 2), rtol=1e-5)


def test_trees_of_values():
    """A molecule or a pair of images has one norm over all its leaves."""
    w = {"x": normal(1, 3), "y": normal(2, 2, 2)}

    def critic(w, value):
        return linear(w["x"], value["x"]) + linear(w["y"], value["y"])

    real = {"x": normal(3, 5, 3), "y": normal(4, 5, 2, 2)}
    play = scene(critic, w, real, jax.tree.map(jnp.zeros_like, real))
    squares = sum(np.sum(np.square(x)) for x in jax.tree.leaves(w))
    np.testing.assert_allclose(value(r1(1.0), play), 0.5 * squares, rtol=1e-5)
    seen = value(gradient_penalty(), play)
    np.testing.assert_allclose(seen, (np.sqrt(squares) - 1) ** 2, rtol=1e-5)


def test_penalties_differentiate_the_value_only():
    """What a sample is conditioned on may be an integer, and has no slope."""
    play = scene(linear, normal(1, 3), normal(2, 4, 3), normal(3, 4, 3))
    labelled = play._replace(real=Sample(play.real.value, jnp.arange(4)))
    np.testing.assert_array_equal(value(r1(1.0), labelled), value(r1(1.0), play))


def residual_critic(params, x):
    """Mimicry's WGANGPDiscriminator32, to judge its penalty; NCHW.

    Its ReLUs work in place, so the shortcuts of blocks 2 to 4 see rectified inputs.
    """

    def conv(x, name):
        w, b = params[f"{name}.weight"], params[f"{name}.bias"]
        pad = [(w.shape[2] // 2,) * 2] * 2
        dimensions = ("NCHW", "OIHW", "NCHW")
        out = jax.lax.conv_general_dilated(
            x, w, (1, 1), pad, dimension_numbers=dimensions
        )
        return out + b[None, :, None, None]

    def pool(x):
        b, c, h, w = x.shape
        return x.reshape(b, c, h // 2, 2, w // 2, 2).mean((3, 5))

    relu = jax.nn.relu
    h = conv(pool(x), "block1.c_sc") + pool(
        conv(relu(conv(x, "block1.c1")), "block1.c2")
    )
    h = relu(h)
    h = pool(conv(h, "block2.c_sc")) + pool(
        conv(relu(conv(h, "block2.c1")), "block2.c2")
    )
    for block in ("block3", "block4"):
        h = relu(h)
        h = h + conv(relu(conv(h, f"{block}.c1")), f"{block}.c2")
    h = relu(h).mean((2, 3))
    return (h @ params["l5.weight"].T + params["l5.bias"][None])[:, 0]


def test_official_gradient_penalty(golden, monkeypatch):
    """Value and parameter gradients of mimicry's WGAN-GP critic at given alphas."""
    file = np.load(golden / "wgangp_d.npz")
    params = {
        name.removeprefix("state/"): jnp.asarray(file[name])
        for name in file.files
        if name.startswith("state/")
    }
    real, fake = jnp.asarray(file["in/real"]), jnp.asarray(file["in/fake"])
    logits = residual_critic(params, real)
    np.testing.assert_allclose(logits, file["out/eval/logits_real"][:, 0], rtol=1e-4)
    # Theirs is alpha · real + (1 - alpha) · fake, ours the other way round.
    alpha = 1.0 - jnp.asarray(file["in/alpha"])[:, 0]
    module = sys.modules[gradient_penalty.__module__]
    monkeypatch.setattr(module, "per_verdict", lambda numbers, play: alpha)
    name = "gp"
    term = gradient_penalty(10.0)

    def loss(params):
        play = scene(residual_critic, params, real, fake)
        return term.weight * jnp.mean(value(term, play))

    seen, slopes = jax.jit(jax.value_and_grad(loss))(params)
    outputs = [key for key in file.files if key.startswith(f"out/{name}")]
    assert outputs, file.files
    np.testing.assert_allclose(seen, file[outputs[0]], rtol=1e-4)
    checked = 0
    for key, slope in slopes.items():
        if f"grad/{name}/{key}" in file.files:
            wanted = file[f"grad/{name}/{key}"]
            scale = np.abs(wanted).max()
            np.testing.assert_allclose(slope, wanted, rtol=1e-3, atol=1e-4 * scale)
            checked += 1
    assert checked > 10
