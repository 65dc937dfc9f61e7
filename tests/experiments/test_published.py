"""The defaults are the published networks and schedules; nothing is computed."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import data
from jaxgan.core import Sample, init_state
from jaxgan.run import loading

from .test_experiments import ROOT

CIFAR, IMAGENET = 10, 1000


@pytest.fixture
def load(monkeypatch):
    """f(name) -> (module, build of a variant), on images that are all black."""

    def black(name, split="train", *, size):
        del split
        classes = IMAGENET if name == "imagenet2012" else CIFAR
        names = tuple(map(str, range(classes)))
        return data.arrays(np.zeros((2, size, size, 3), np.uint8), [0, 1], names)

    monkeypatch.setattr(data, "tfds_images", black)
    return lambda name: loading.load_module(ROOT / "experiments" / f"{name}.py")


def counts(made):
    """Parameters of generator and discriminator."""
    described = made.game, made.turns, made.optimizers
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


@pytest.mark.parametrize(
    ("name", "variant", "wanted"),
    [
        ("sngan_cifar10", "default", SNGAN),
        ("sngan_cifar10", "projection", PROJECTION),
        ("sagan_cifar10", "default", SAGAN),
        # From StudioGAN's logs, too.
        ("biggan_cifar10", "default", (9_416_196, 2_415_170)),
        ("biggan_imagenet128", "default", (70_433_988, 87_982_370)),
    ],
)
def test_parameters(load, name, variant, wanted):
    module = load(name)
    assert counts(module.build(module.VARIANTS[variant])) == wanted


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
    assert [turn.every for turn in made.turns] == [1, every]
    assert module.OPTIONS.steps == every * updates
    assert (made.data.batch_size, made.data.flip) == (batch, flip)


def test_rates_of_sngan_fall_to_nothing(load):
    """Linearly over 100,000 updates of the generator, in which D makes 500,000."""
    module = load("sngan_cifar10")
    made = module.build(module.VARIANTS["default"])
    one = jnp.ones(1)
    with jax.numpy_dtype_promotion("standard"):
        for optimizer, updates in zip(made.optimizers, (100_000, 500_000)):
            adam, schedule = optimizer.init(one)
            for share, rate in ((0, 2e-4), (0.5, 1e-4), (1, 0.0)):
                later = schedule._replace(count=jnp.int32(share * updates))
                seen, _ = optimizer.update(one, (adam, later))
                # The first step of Adam is as long as the rate.
                np.testing.assert_allclose(seen, -rate, rtol=1e-4, atol=1e-12)
