"""Losses against float64 numpy, official implementations, and their own laws."""

import json

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan import losses
from jaxgan.core import Context, Loss, example_keys
from jaxgan.terms.adversarial import loss_per_example

PAIRS = {name: value for name, value in vars(losses).items() if isinstance(value, Loss)}


def softplus(x):
    return np.logaddexp(0.0, x)


def relu(x):
    return np.maximum(x, 0.0)


# (D, G) in float64, written from the papers' equations.
REFERENCE = {
    "minimax": (lambda r, f: softplus(-r) + softplus(f), lambda r, f: -softplus(f)),
    "nonsaturating": (
        lambda r, f: softplus(-r) + softplus(f),
        lambda r, f: softplus(-f),
    ),
    "least_squares": (
        lambda r, f: 0.5 * (r - 1) ** 2 + 0.5 * f**2,
        lambda r, f: 0.5 * (f - 1) ** 2,
    ),
    "wasserstein": (lambda r, f: f - r, lambda r, f: -f),
    "hinge": (lambda r, f: relu(1 - r) + relu(1 + f), lambda r, f: -f),
    "relativistic": (lambda r, f: softplus(f - r), lambda r, f: softplus(r - f)),
    "bidirectional": (
        lambda r, f: softplus(-r) + softplus(f),
        lambda r, f: softplus(-f) + softplus(r),
    ),
    "relativistic_average": (
        lambda r, f: softplus(-(r - f.mean())) + softplus(f - r.mean()),
        lambda r, f: softplus(-(f - r.mean())) + softplus(r - f.mean()),
    ),
}

REFERENCE["relativistic_average_of_constants"] = REFERENCE["relativistic_average"]

pair = st.tuples(*2 * (st.floats(-1e4, 1e4, width=32),))
# For each length a loss is compiled.
logits = st.sampled_from((1, 8)).flatmap(
    lambda count: st.lists(pair, min_size=count, max_size=count)
)


def apply(name, player, real, fake):
    context = Context(example_keys(jax.random.key(0), real.shape[0]), train=True)
    return loss_per_example(PAIRS[name], player, real, fake, context)


def test_every_loss_has_a_reference():
    assert set(PAIRS) == set(REFERENCE)


@pytest.mark.parametrize("name", PAIRS)
@given(pairs=logits)
@settings(deadline=None, max_examples=30)
def test_matches_float64(name, pairs):
    real, fake = np.array(pairs, np.float32).T
    for player, reference in zip(("discriminator", "generator"), REFERENCE[name]):
        wanted = reference(real.astype(np.float64), fake.astype(np.float64))
        seen = apply(name, player, jnp.asarray(real), jnp.asarray(fake))
        # 1e-6 of the largest logit involved: float32 itself.
        scale = max(1.0, np.abs(real).max(), np.abs(fake).max())
        np.testing.assert_allclose(seen, wanted, rtol=2e-6, atol=2e-6 * scale)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_finite_with_finite_gradient_far_out(name, player):
    far = jnp.array([-1e4, -1e2, 0.0, 1e2, 1e4])
    real, fake = (x.ravel() for x in jnp.meshgrid(far, far))
    value, slopes = jax.value_and_grad(
        lambda pair: jnp.sum(apply(name, player, *pair))
    )((real, fake))
    chex.assert_tree_all_finite((value, slopes))


@pytest.mark.parametrize(
    ("name", "slope"),
    # -dG/df at f = r = 0, by hand: σ(0) = ½.
    [
        ("minimax", 0.5),
        ("nonsaturating", 0.5),
        ("least_squares", 1.0),
        ("wasserstein", 1.0),
        ("hinge", 1.0),
        ("relativistic", 0.5),
    ],
)
def test_generator_pushes_fakes_up(name, slope):
    zero = jnp.zeros(1)
    seen = jax.grad(lambda f: jnp.sum(apply(name, "generator", zero, f)))(zero)
    np.testing.assert_allclose(seen, [-slope], rtol=1e-6)


def test_saturation_is_what_the_paper_says():
    """A sure discriminator starves minimax's generator, not the non-saturating one."""
    sure = jnp.array([-20.0])
    slopes = {
        name: jax.grad(lambda f, n=name: jnp.sum(apply(n, "generator", -sure, f)))(sure)
        for name in ("minimax", "nonsaturating")
    }
    assert abs(slopes["minimax"][0]) < 1e-8
    assert slopes["nonsaturating"][0] < -0.99


def test_relativistic_average_reads_all_devices():
    devices = 4
    real, fake = jax.random.normal(jax.random.key(1), (2, 8))

    def local(real, fake):
        context = Context(example_keys(jax.random.key(0), 2), axis_name="data")
        loss = losses.relativistic_average
        return loss_per_example(loss, "generator", real, fake, context)

    split = [x.reshape(devices, 2) for x in (real, fake)]
    seen = jax.pmap(local, "data", devices=jax.devices()[:devices])(*split)
    wanted = apply("relativistic_average", "generator", real, fake)
    np.testing.assert_allclose(seen.ravel(), wanted, rtol=1e-6)


def test_averages_that_are_constants():
    """BasicSR's steps of ESRGAN's discriminator: each side against the other's mean."""
    real, fake = jax.random.normal(jax.random.key(1), (2, 8))

    def total(name):
        return lambda *both: jnp.sum(apply(name, "discriminator", *both))

    seen = jax.grad(total("relativistic_average_of_constants"), (0, 1))(real, fake)
    wanted = (
        -jax.nn.sigmoid(-(real - jnp.mean(fake))),
        jax.nn.sigmoid(fake - jnp.mean(real)),
    )
    other = jax.grad(total("relativistic_average"), (0, 1))(real, fake)
    for slope, expected, through in zip(seen, wanted, other):
        np.testing.assert_allclose(slope, expected, rtol=1e-5)
        assert not np.allclose(slope, through, rtol=1e-2)


@pytest.mark.parametrize("vectors", ["sngan_d", "wgangp_d"])
@pytest.mark.parametrize(
    ("theirs", "name", "player"),
    [
        ("minimax_dis", "minimax", "discriminator"),
        ("minimax_gen", "nonsaturating", "generator"),
        ("ns_gen", "nonsaturating", "generator"),
        ("hinge_dis", "hinge", "discriminator"),
        ("hinge_gen", "hinge", "generator"),
        ("wasserstein_dis", "wasserstein", "discriminator"),
        ("wasserstein_gen", "wasserstein", "generator"),
    ],
)
def test_official_values(golden, vectors, theirs, name, player):
    """Mimicry's losses on its own logits.

    Its 'minimax' generator is the non-saturating one, as cross-entropy with ones; its
    'ns' one adds 1e-8 inside the logarithm.
    """
    file = np.load(golden / f"{vectors}.npz")
    real = jnp.asarray(file["out/train/logits_real"])[:, 0]
    fake = jnp.asarray(file["out/train/logits_fake"])[:, 0]
    seen = jnp.mean(apply(name, player, real, fake))
    wanted = file[f"out/losses/{theirs}"]
    np.testing.assert_allclose(seen, wanted, rtol=1e-5, atol=1e-7)


def test_official_relativistic_pairs(golden):
    """R3GAN's trainer: G minimises softplus(-(fake - real)), pair by pair."""
    file = np.load(golden / "r3gan_loss.npz")
    assert json.loads(str(file["config"]))["repo"] == "brownvc/R3GAN"
    difference = jnp.asarray(file["out/G_step/RelativisticLogits"])
    seen = apply("relativistic", "generator", jnp.zeros(4), difference)
    np.testing.assert_allclose(seen, file["out/G_step/AdversarialLoss"], rtol=1e-6)


NONE = 1e4
"""Size of a logit of the other side that adds nothing to these losses."""


@pytest.mark.parametrize(
    ("name", "loss", "factor"),
    [
        ("vanilla", losses.nonsaturating, 1.0),
        ("wgan_softplus", losses.nonsaturating, 1.0),
        ("lsgan", losses.least_squares, 2.0),
        ("wgan", losses.wasserstein, 1.0),
        ("hinge", losses.hinge, 1.0),
    ],
)
def test_restoration_losses(golden, name, loss, factor):
    """BasicSR's five: its squares are twice ours, its weight counts for G alone."""
    npz = np.load(golden / "basicsr_perceptual.npz")
    weight = json.loads(str(npz["config"]))["gan_loss_weight"]
    logits = jnp.asarray(npz["in/logits"])
    neutral = {"least_squares": (1.0, 0.0), "wasserstein": (0.0, 0.0)}
    names = {id(value): key for key, value in PAIRS.items()}
    real, fake = neutral.get(names[id(loss)], (NONE, -NONE))
    seen = {
        "real1_disc1": factor * loss.discriminator(logits, jnp.float32(fake)),
        "real0_disc1": factor * loss.discriminator(jnp.float32(real), logits),
        "real1_disc0": weight * factor * loss.generator(jnp.float32(real), logits),
    }
    for case, values in seen.items():
        wanted = npz[f"out/gan_{name}/{case}"]
        np.testing.assert_allclose(jnp.mean(values), wanted, 1e-5, err_msg=case)
