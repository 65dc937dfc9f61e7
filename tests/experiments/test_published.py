"""The defaults are the published networks and schedules; nothing is computed."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import data, recipes
from jaxgan.core import Sample, init_state
from jaxgan.models.r3gan import weights as r3gan_weights
from jaxgan.run.files import experiment_file
from tests.experiments.test_experiments import EXPERIMENTS

CIFAR, IMAGENET = 10, 1000


@pytest.fixture
def load(monkeypatch):
    """f(name) -> (module, build of a variant), on images that are all black."""

    def black(name, split="train", *, size):
        del split
        classes = IMAGENET if name == "imagenet2012" else CIFAR
        names = tuple(map(str, range(classes)))
        return data.arrays(np.zeros((2, size, size, 3), np.uint8), [0, 1], names)

    def black_folder(path, size, labels):
        del path, labels
        return data.arrays(np.zeros((2, size, size, 3), np.uint8))

    monkeypatch.setattr(data, "image_dataset", black)
    monkeypatch.setattr(data, "folder", black_folder)
    return lambda name: experiment_file.load_module(EXPERIMENTS[name])


def counts(made):
    """Parameters of generator and discriminator."""
    described = made.game, made.recipe.turns, made.recipe.optimizers
    batch = Sample(
        jax.ShapeDtypeStruct((4, *made.data.source.shape), np.float32),
        jax.ShapeDtypeStruct((4,), np.int32),
    )
    state = jax.eval_shape(
        lambda batch: init_state(jax.random.key(0), *described, batch), batch
    )
    return tuple(
        sum(leaf.size for leaf in jax.tree.leaves(player["params"]))
        for player in state.variables
    )


SAGAN = 4_386_308, 1_075_586
"""As StudioGAN's log of training begins."""

ATTENTION = 256 * (32 + 32 + 128 + 128) + 1, 128 * (16 + 16 + 64 + 64) + 1
"""What attention has in each: four convolutions without bias, and γ."""

LABELS = (10 - 1) * 6 * 2 * 256, 10 * 128
"""Nine more scales and shifts for each of six normalisations; an embedding."""

PROJECTION = tuple(all - few for all, few in zip(SAGAN, ATTENTION))
SNGAN = tuple(all - few for all, few in zip(PROJECTION, LABELS))


def r3gan(widths, labels=0, latent=64, blocks=2, expansion=2):
    """Both players' numbers by hand, from the widths of the stages alone.

    Every group of a 3×3 convolution has 16 channels: 96 groups of 2 · 768.
    """
    total = sum(
        blocks * (2 * width * hidden + 9 * 16 * hidden + 2 * hidden)
        for width, hidden in ((width, expansion * width) for width in widths)
    )
    total += sum(a * b for a, b in itertools.pairwise(widths) if a != b)
    total += 16 * widths[0] + 3 * widths[-1]
    vectors = labels * 64
    from_latent = (latent + 64 * bool(labels)) * widths[0] + vectors
    to_logit = (64 if labels else 1) * widths[0] + vectors
    return total + from_latent, total + to_logit


@pytest.mark.parametrize(
    ("name", "variant", "wanted"),
    [
        ("sngan_cifar10", "default", SNGAN),
        ("sngan_cifar10", "projection", PROJECTION),
        ("sagan_cifar10", "default", SAGAN),
        # From StudioGAN's logs, too.
        ("biggan_cifar10", "default", (9_416_196, 2_415_170)),
        ("biggan_imagenet128", "default", (70_433_988, 87_982_370)),
        ("r3gan_cifar10", "default", r3gan((768,) * 4, CIFAR)),
        ("r3gan_ffhq", "64", r3gan((768,) * 4 + (384,))),
        ("r3gan_ffhq", "256", r3gan((768,) * 4 + (384, 192, 96))),
    ],
)
def test_parameters(load, name, variant, wanted):
    module = load(name)
    assert counts(module.build(module.VARIANTS[variant])) == wanted


@pytest.mark.parametrize(
    ("name", "variant", "preset"),
    [
        ("r3gan_cifar10", "default", "CIFAR-10"),
        ("r3gan_ffhq", "64", "FFHQ-64"),
        ("r3gan_ffhq", "256", "FFHQ-256"),
        ("r3gan_stackedmnist", "default", "CIFAR-10"),
    ],
)
def test_presets_of_r3gan(load, name, variant, preset):
    """The experiments have the constants of `recipes` and `models`."""
    config = load(name).VARIANTS[variant]
    constants, networks = recipes.R3GAN[preset], r3gan_weights.PUBLISHED[preset]
    assert (config.gamma, config.half_life) == (constants.gamma, constants.half_life)
    assert config.burn_in == constants.burn_in_images
    assert config.batch_size == constants.batch_size
    assert (config.widths, config.groups) == (networks.widths, networks.groups)


@pytest.mark.parametrize(
    ("name", "variant", "last"),
    [("r3gan_cifar10", "default", 0.55), ("r3gan_ffhq", "256", 0.3)],
)
def test_schedules_of_r3gan(load, name, variant, last):
    """Along half a cosine over 20 million images: D's rate, and p of augmentation."""
    module = load(name)
    config = module.VARIANTS[variant]
    assert (config.augment, config.flip, config.bfloat16) == (last, True, True)
    made = module.build(config)
    steps = 20_000_000 // config.batch_size
    memory = made.recipe.optimizers.discriminator.init(jnp.ones(1))
    for share, rate, b2 in ((0, 2e-4, 0.9), (0.5, 1.25e-4, 0.945), (2, 5e-5, 0.99)):
        counts = jax.tree.map(
            lambda count, share=share: jnp.full_like(count, share * steps),
            memory.hyperparams_states,
        )
        later = memory._replace(hyperparams_states=counts)
        with jax.numpy_dtype_promotion("standard"):
            _, seen = made.recipe.optimizers.discriminator.update(jnp.ones(1), later)
        np.testing.assert_allclose(
            [seen.hyperparams["learning_rate"], seen.hyperparams["b2"]],
            [rate, b2],
            rtol=1e-4,
        )
    (pair, one, two), _ = (turn.terms for turn in made.recipe.turns)
    assert (pair.name, one.name, two.name) == ("adversarial", "r1", "r2")
    for share, part in ((0, 1.0), (0.5, 0.55), (2, 0.1)):
        np.testing.assert_allclose(
            one.weight(jnp.int32(share * steps)), part * config.gamma[0], rtol=1e-4
        )


@pytest.mark.parametrize(
    ("name", "every", "batch", "updates", "flip"),
    [
        ("sngan_cifar10", 5, 64, 100_000, False),
        ("sagan_cifar10", 5, 64, 100_000, True),
        ("biggan_cifar10", 5, 64, 100_000, True),
        ("biggan_imagenet128", 2, 2048, 200_000, True),
    ],
)
def test_schedules(load, name, every, batch, updates, flip):
    """Updates of the generator, and what a step sees."""
    module = load(name)
    made = module.build(module.VARIANTS["default"])
    assert [turn.every for turn in made.recipe.turns] == [1, every]
    assert module.OPTIONS.steps == every * updates
    assert (made.data.batch_size, made.data.flip) == (batch, flip)


def test_rates_of_sngan_fall_to_nothing(load):
    """Linearly over 100,000 updates of the generator, in which D makes 500,000."""
    module = load("sngan_cifar10")
    made = module.build(module.VARIANTS["default"])
    one = jnp.ones(1)
    with jax.numpy_dtype_promotion("standard"):
        for optimizer, updates in zip(made.recipe.optimizers, (100_000, 500_000)):
            adam, schedule = optimizer.init(one)
            for share, rate in ((0, 2e-4), (0.5, 1e-4), (1, 0.0)):
                later = schedule._replace(count=jnp.int32(share * updates))
                seen, _ = optimizer.update(one, (adam, later))
                # The first step of Adam is as long as the rate.
                np.testing.assert_allclose(seen, -rate, rtol=1e-4, atol=1e-12)
