"""The ResNets against the official vectors: outputs, buffers, gradients, penalties."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import losses
from jaxgan.core import Context, Sample, example_keys
from jaxgan.games.latent import LatentGame
from jaxgan.models import resnet
from jaxgan.terms.slopes import safe_root
from tests.models.golden import images
from tests.models.mimicry import discriminators, generators

CONTEXT = Context(example_keys(jax.random.key(0), 4), train=True)
GENERATOR = resnet.Generator((32, 32, 3), (6, 6, 6, 6))


def assert_close(seen, wanted, rtol, atol):
    wanted = jax.tree_util.tree_leaves_with_path(wanted)
    seen = jax.tree.leaves(seen)
    assert len(wanted) == len(seen)
    for (path, b), a in zip(wanted, seen):
        name = jax.tree_util.keystr(path)
        scale = np.abs(b).max()
        np.testing.assert_allclose(a, b, rtol, atol * scale, err_msg=name)


@pytest.mark.parametrize("name", ["sngan", "wgangp"])
def test_official_generators(golden, name):
    npz = np.load(golden / f"{name}_g.npz")
    variables = generators(npz, "state/")
    z = jnp.asarray(npz["in/z"])
    still = GENERATOR.apply(variables, z, (), Context(CONTEXT.keys))
    np.testing.assert_allclose(still, images(npz["out/eval/img"]), 1e-4, 1e-5)

    @jax.jit
    def moving(params):
        image, changed = GENERATOR.apply(
            {**variables, "params": params}, z, (), CONTEXT, mutable=["batch_stats"]
        )
        return jnp.sum(image * images(npz["in/cotangent"])), (image, changed)

    (loss, (image, changed)), gradient = jax.value_and_grad(moving, has_aux=True)(
        variables["params"]
    )
    np.testing.assert_allclose(image, images(npz["out/train/img"]), 1e-4, 1e-5)
    np.testing.assert_allclose(loss, npz["out/train/loss"], 1e-4, 1e-3)
    after = generators(npz, "out/train/state_after/")["batch_stats"]
    assert_close(changed["batch_stats"], after, 1e-4, 1e-5)
    wanted = generators(npz, "grad/train/")["params"]
    # Every bias ends up before a normalisation: its gradient is nothing but rounding.
    for block in range(3):
        for layer in ("conv1", "conv2", "shortcut"):
            for grads in (gradient, wanted):
                del grads[f"GeneratorBlock_{block}"][layer]["bias"]
    assert_close(gradient, wanted, 1e-3, 1e-4)


def judge(name):
    return resnet.Discriminator(
        (6, 6, 6, 6), spectral=name == "sngan", mean=name != "sngan"
    )


@pytest.mark.parametrize("name", ["sngan", "wgangp"])
def test_official_discriminators(golden, name):
    npz = np.load(golden / f"{name}_d.npz")
    variables = discriminators(npz, "state/")
    real, fake = images(npz["in/real"]), images(npz["in/fake"])
    game = LatentGame(GENERATOR, judge(name), 6)
    loss = {"sngan": losses.hinge, "wgangp": losses.wasserstein}[name]
    official = {"sngan": "loss_hinge", "wgangp": "loss_wasserstein"}[name]

    @jax.jit
    def train(params):
        state = {**variables, "params": params}
        on_real, state = game.discriminate(state, Sample(real), CONTEXT)
        on_fake, state = game.discriminate(state, Sample(fake), CONTEXT)
        logits = on_real.logits, on_fake.logits
        return jnp.mean(loss.discriminator(*logits)), (logits, state)

    (value, (logits, state)), gradient = jax.value_and_grad(train, has_aux=True)(
        variables["params"]
    )
    for side, seen in zip(("real", "fake"), logits):
        np.testing.assert_allclose(
            seen, npz[f"out/train/logits_{side}"][:, 0], 1e-4, 1e-5
        )
    np.testing.assert_allclose(value, npz[f"out/train/{official}"], 1e-4, 1e-5)
    assert_close(gradient, discriminators(npz, "grad/train/")["params"], 1e-3, 1e-4)
    if name == "sngan":
        after = "out/train_after_real_then_fake/state_after/"
        wanted = discriminators(npz, after)["spectral"]
        assert_close(state["spectral"], wanted, 1e-4, 1e-5)


def test_official_gradient_penalty(golden):
    npz = np.load(golden / "wgangp_d.npz")
    weight = json.loads(str(npz["config"])).get("gp_scale", 10.0)
    variables = discriminators(npz, "state/")
    real, fake = images(npz["in/real"]), images(npz["in/fake"])
    alpha = jnp.asarray(npz["in/alpha"]).reshape(-1, 1, 1, 1)

    @jax.jit
    def penalty(params):
        def total(x):
            verdict = judge("wgangp").apply({"params": params}, x, (), CONTEXT)
            return jnp.sum(verdict.logits)

        slope = jax.grad(total)(alpha * real + (1 - alpha) * fake)
        norms = safe_root(jnp.sum(slope**2, axis=(1, 2, 3)))
        return weight * jnp.mean((norms - 1) ** 2), norms

    (value, norms), gradient = jax.value_and_grad(penalty, has_aux=True)(
        variables["params"]
    )
    np.testing.assert_allclose(norms, npz["out/gp/input_gradient_norms"], 1e-4)
    np.testing.assert_allclose(value, npz["out/gp/loss"], 1e-4)
    wanted = discriminators(npz, "grad/gp/")["params"]
    assert_close(gradient, wanted, 1e-3, 1e-4)


def test_parameters_of_the_published_networks():
    """Counted by PyTorch from mimicry's SNGAN at 32×32, without spectral vectors."""
    batch = jnp.zeros((2, 32, 32, 3))
    keys = Context(CONTEXT.keys[:2], train=True)

    def count(module, value):
        made = jax.eval_shape(module.init, jax.random.key(0), value, (), keys)
        return sum(leaf.size for leaf in jax.tree.leaves(made["params"]))

    width = 256
    block = 2 * (9 * width**2 + width) + (width**2 + width) + 4 * width
    generator = 129 * 16 * width + 3 * block + 2 * width + 27 * width + 3
    assert count(resnet.Generator(), jnp.zeros((2, 128))) == generator
    pair, small = 2 * (9 * 128**2 + 128), 128**2 + 128
    first = 27 * 128 + 128 + (9 * 128**2 + 128) + 3 * 128 + 128
    assert count(resnet.Discriminator(), batch) == first + 3 * pair + small + 129


def test_sizes_must_fit():
    with pytest.raises(ValueError, match=r"shape: saw \(36, 36, 3\), wanted a square"):
        jax.eval_shape(
            resnet.Generator((36, 36, 3)).init,
            jax.random.key(0),
            jnp.zeros((2, 8)),
            (),
            CONTEXT,
        )
