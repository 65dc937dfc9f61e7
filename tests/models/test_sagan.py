"""Conditional and attentive ResNets against the official vectors."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import losses
from jaxgan.core import Context, Sample, example_keys
from jaxgan.games.latent import LatentGame, uniform_labels
from jaxgan.models import resnet
from tests.models.golden import assert_near, images, like
from tests.models.mimicry import discriminators, evaluated, generators

OUTPUT, GRADIENT = 1e-4, 1e-3
WIDTHS = {"sagan": (8, 8), "cganpd": (5, 6)}
"""Of the generator and the discriminator."""
CLASSES = {"sagan": 4, "cganpd": 5}


def modules(name):
    attentive = name == "sagan"
    shared = {"classes": CLASSES[name], "attention": (1,) if attentive else ()}
    widths = [(width,) * 4 for width in WIDTHS[name]]
    return (
        resnet.Generator((32, 32, 3), widths[0], spectral=attentive, **shared),
        resnet.Discriminator(widths[1], spectral=True, **shared),
    )


def context(count, train=True):
    return Context(example_keys(jax.random.key(0), count), train=train)


def labels(npz):
    return jnp.asarray(npz["in/y"].astype(np.int32))


@pytest.mark.parametrize("name", sorted(WIDTHS))
def test_official_generators(golden, name):
    npz, what = np.load(golden / f"{name}_g.npz"), f"{name}_g"
    module, variables = modules(name)[0], generators(npz, "state/")
    z, given = jnp.asarray(npz["in/z"]), labels(npz)
    collections = [part for part in variables if part != "params"]

    @jax.jit
    def still(variables):
        return module.apply(variables, z, given, context(len(z), False))

    wanted = images(npz["out/eval/img"])
    assert_near(still(evaluated(npz, "state/", variables)), wanted, OUTPUT, what)

    @jax.jit
    def moving(params):
        image, changed = module.apply(
            {**variables, "params": params},
            z,
            given,
            context(len(z)),
            mutable=collections,
        )
        return jnp.sum(image * images(npz["in/cotangent"])), (image, changed)

    (loss, (image, changed)), gradient = jax.value_and_grad(moving, has_aux=True)(
        variables["params"]
    )
    assert_near(image, images(npz["out/train/img"]), OUTPUT, what)
    assert_near(loss, npz["out/train/loss"], OUTPUT, what)
    after = generators(npz, "out/train/state_after/")
    assert_near(changed, {part: after[part] for part in changed}, OUTPUT, what)
    wanted = generators(npz, "grad/train/", limit=GRADIENT)["params"]
    assert_near(like(gradient, wanted), wanted, GRADIENT, what)


@pytest.mark.parametrize("name", sorted(WIDTHS))
def test_official_discriminators(golden, name):
    npz, what = np.load(golden / f"{name}_d.npz"), f"{name}_d"
    generator, module = modules(name)
    variables, given = discriminators(npz, "state/"), labels(npz)
    game = LatentGame(generator, module, 6, uniform_labels(CLASSES[name]))
    samples = [Sample(images(npz[f"in/{side}"]), given) for side in ("real", "fake")]

    @jax.jit
    def still(variables, sample):
        return module.apply(
            variables, sample.value, sample.given, context(len(given), False)
        ).logits

    for side, sample in zip(("real", "fake"), samples):
        seen = still(evaluated(npz, "state/", variables), sample)
        assert_near(seen, npz[f"out/eval/logits_{side}"][:, 0], OUTPUT, what)

    @jax.jit
    def train(params):
        state, logits = {**variables, "params": params}, []
        for sample in samples:
            verdict, state = game.discriminate(state, sample, context(len(given)))
            logits.append(verdict.logits)
        return jnp.mean(losses.hinge.discriminator(*logits)), (logits, state)

    (value, (logits, state)), gradient = jax.value_and_grad(train, has_aux=True)(
        variables["params"]
    )
    for side, seen in zip(("real", "fake"), logits):
        assert_near(seen, npz[f"out/train/logits_{side}"][:, 0], OUTPUT, what)
    assert_near(value, npz["out/train/loss_hinge"], OUTPUT, what)
    after = discriminators(npz, "out/train_after_real_then_fake/state_after/")
    assert_near(state["spectral"], after["spectral"], OUTPUT, what)
    wanted = discriminators(npz, "grad/train/")["params"]
    assert_near(gradient, wanted, GRADIENT, what)


def count(module, *arguments):
    made = jax.eval_shape(module.init, jax.random.key(0), *arguments, context(2))
    return sum(leaf.size for leaf in jax.tree.leaves(made["params"]))


def test_sagan_at_128_pixels():
    """Widths of the official code: 64 channels, attention among 64×64 places."""
    given, latent = jnp.zeros(2, jnp.int32), jnp.zeros((2, 128))
    shared = {"classes": 1000, "spectral": True}
    widths = (1024, 1024, 512, 256, 128, 64)
    generator = resnet.Generator((128, 128, 3), widths, attention=(3,), **shared)
    discriminator = resnet.Discriminator(widths[::-1], 5, attention=(0,), **shared)

    def pair(a, b):
        return 9 * a * b + b + 9 * b * b + b + a * b + b

    blocks = sum(pair(*ends) for ends in itertools.pairwise(widths))
    tables = 2000 * sum(a + b for a, b in itertools.pairwise(widths))

    def attention(channels):
        return channels**2 // 4 + channels**2 + 1

    ends = 129 * 16 * 1024 + 2 * 64 + 9 * 64 * 3 + 3
    wanted = blocks + tables + attention(128) + ends
    assert count(generator, latent, given) == wanted
    growing = [(3, 64), *zip(widths[::-1], widths[-2::-1])]
    wanted = sum(pair(*ends) for ends in growing) + attention(64) + 1025 + 1024_000
    # The last block keeps its channels and size: its shortcut is the identity.
    wanted -= 1024 * 1024 + 1024
    assert count(discriminator, jnp.zeros((2, 128, 128, 3)), given) == wanted


def test_labels_are_needed():
    for module, value in zip(
        modules("sagan"), (jnp.zeros((2, 6)), jnp.zeros((2, 32, 32, 3)))
    ):
        with pytest.raises(ValueError, match=r"given: saw \(\), wanted int labels"):
            count(module, value, ())
