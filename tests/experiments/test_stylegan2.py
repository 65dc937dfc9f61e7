"""The StyleGAN2 experiments are the published ones: sizes, constants, refusals."""

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import data
from jaxgan.core import Sample, init_state, make_step
from jaxgan.run.files import experiment_file
from tests.experiments.test_experiments import EXPERIMENTS

DENSE = 512 * 512 + 512


def one_quick(names):
    """The first: the whole networks of the others take long to trace."""
    first, *rest = names
    return [first, *(pytest.param(name, marks=pytest.mark.slow) for name in rest)]


# Numbers of G and of D: what the official code prints, or sums of layers it prints.
FFHQ = {
    "256": (24767458, 24001089),
    "512": (30276583, 28982849),
    "1024": (30370060, 29012513),
}
# With 10 classes both embed them, G's first dense layer reads 512 numbers more, and D
# has 8 dense layers more and 511 outputs more.
EMBEDDED = 10 * 512 + 512
CIFAR = {
    "conditional": (
        19947539 + EMBEDDED + 512**2,
        20720641 + EMBEDDED + 8 * DENSE + 511 * 513,
    ),
    "unconditional": (19947539, 20720641),
}


def module(name):
    return experiment_file.load_module(EXPERIMENTS[f"stylegan2_{name}"])


def fake_folder(path, size, channels=3, *, labels="auto", cache_dir=None):
    """Twenty black images, of ten classes if the path says so."""
    del cache_dir
    values = np.broadcast_to(np.uint8(0), (20, size, size, channels))
    labelled = labels == "auto" and path == "labelled"
    return data.arrays(values, np.arange(20) % 10 if labelled else None)


@pytest.fixture(autouse=True)
def folders(monkeypatch):
    monkeypatch.setattr(data, "folder", fake_folder)


def first_state(made):
    """The shapes of the first state and a batch."""
    shape = (made.data.batch_size, *made.data.source.shape)
    given = (
        jax.ShapeDtypeStruct(shape[:1], jnp.int32) if made.data.source.classes else ()
    )
    batch = Sample(jax.ShapeDtypeStruct(shape, jnp.float32), given)
    state = jax.eval_shape(
        lambda key, batch: init_state(
            key,
            made.game,
            made.recipe.turns,
            made.recipe.optimizers,
            batch,
            made.augment,
        ),
        jax.random.key(0),
        batch,
    )
    return state, batch


def counts(config, file):
    made = file.build(dataclasses.replace(config, path="labelled"))
    return tuple(
        sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(player["params"]))
        for player in first_state(made)[0].variables
    )


@pytest.mark.parametrize("variant", one_quick(CIFAR))
def test_cifar_is_the_published_size(variant):
    file = module("cifar10")
    assert counts(file.VARIANTS[variant], file) == CIFAR[variant]


@pytest.mark.parametrize("variant", one_quick(FFHQ))
def test_ffhq_is_the_published_size(variant):
    file = module("ffhq")
    assert counts(file.VARIANTS[variant], file) == FFHQ[variant]


def test_a_folder_has_the_networks_of_auto():
    """A mapping of 2 layers instead of 8; half the channels below 512 pixels."""
    file = module("ada_folder")
    generator, judge = FFHQ["256"]
    assert counts(file.VARIANTS["auto"], file) == (generator - 6 * DENSE, judge)


@pytest.mark.parametrize(
    ("size", "batch", "wanted"),
    [
        # As the official code has them on one GPU of each size.
        (32, 32, (16384, 0.0064, 0.0025, 10_000)),
        (256, 16, (16384, 0.8192, 0.0025, 5_000)),
        (512, 8, (32768, 6.5536, 0.0025, 2_500)),
        (1024, 4, (32768, 52.4288, 0.002, 1_250)),
    ],
)
def test_auto_chooses_by_size_and_batch(size, batch, wanted):
    file = module("ada_folder")
    config = file.Config(size=size, batch_size=batch)
    assert file.chosen(config) == pytest.approx(wanted)
    given = (9, 3.0, 0.1, 7.0)
    named = dict(zip(file.Chosen._fields, given))
    assert file.chosen(dataclasses.replace(config, **named)) == given


def test_images_shown_are_as_many_as_published():
    for name, variant, images in (
        ("cifar10", "conditional", 100_000_000),
        ("ffhq", "256", 25_000_000),
        ("ada_folder", "auto", 25_000_000),
    ):
        file = module(name)
        assert file.OPTIONS.steps * file.VARIANTS[variant].batch_size == images


@pytest.mark.parametrize("name", ["cifar10", "ada_folder"])
def test_steps_trace_in_bfloat16(name):
    """Under strict promotion; the state is a fixed point, and parameters float32."""
    file = module(name)
    config = file.tiny(next(iter(file.VARIANTS.values())))
    made = file.build(dataclasses.replace(config, path="labelled", bfloat16=True))
    state, batch = first_state(made)
    step = make_step(
        made.game, made.recipe.turns, made.recipe.optimizers, augment=made.augment
    )
    after, metrics = jax.eval_shape(step, state, batch)
    kinds = [jax.tree.map(lambda x: (x.shape, x.dtype), s) for s in (state, after)]
    assert kinds[0] == kinds[1]
    assert {leaf.dtype for leaf in jax.tree.leaves(state.variables)} == {
        jnp.float32.dtype
    }
    assert "discriminator/real_sign" in metrics


def test_what_is_missing_is_said():
    cifar, folder = map(module, ("cifar10", "ada_folder"))
    with pytest.raises(data.DataError, match="path: saw 0 classes in some, wanted a"):
        cifar.build(cifar.Config(path="some"))
    with pytest.raises(data.DataError, match="path: saw 0 classes in some, wanted a"):
        folder.build(folder.Config(path="some", conditional=True))


def test_a_limit_takes_a_part_of_the_images():
    file = module("ada_folder")
    config = file.tiny(file.Config(path="labelled", conditional=True))
    for limit, wanted in ((0, 20), (7, 7), (99, 20)):
        made = file.build(dataclasses.replace(config, limit=limit))
        assert made.data.source.size == wanted
        assert len(made.data.source.classes) == 10


@pytest.mark.parametrize(("batch", "group"), [(6, 3), (7, 7), (16, 4), (2, 2)])
def test_any_batch_of_your_own_images(batch, group):
    """Groups divide it, and the generator's regulariser makes half of it or all."""
    folder = module("ada_folder")
    config = dataclasses.replace(folder.tiny(folder.Config()), batch_size=batch)
    made = folder.build(config)
    assert made.game.discriminator.group == group
    state, examples = first_state(made)
    step = make_step(
        made.game, made.recipe.turns, made.recipe.optimizers, augment=made.augment
    )
    if batch == 7:
        jax.eval_shape(step, state, examples)
    chosen = dataclasses.replace(config, group=1)
    assert folder.build(chosen).game.discriminator.group == 1
