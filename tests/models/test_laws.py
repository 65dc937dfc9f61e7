"""What every network promises: independent examples, constant collections, dtypes."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, Sample, Verdict, example_keys
from jaxgan.core.growth import Stage
from jaxgan.core.timed import Timed
from jaxgan.models import (
    biggan,
    cut,
    cyclegan,
    dcgan,
    dit,
    dvdgan,
    fastgan,
    gat,
    mlp,
    mocogan,
    numbers,
    pix2pix,
    progan,
    r3gan,
    resnet,
    restoration,
    stylegan,
    stylegan2,
    stylegan3,
    toy,
    vgan,
)
from jaxgan.models.biggan import deep as biggan_deep
from jaxgan.nn import PowerIteration
from tests.models.filled import filled

KEYS = example_keys(jax.random.key(0), 4)
LABELS = jnp.arange(4) % 3
IMAGE = (8, 8, 1)
BIG = {"shape": IMAGE, "widths": (8, 8), "classes": 3, "attention": (0,), "shared": 2}
SMALL = {"classes": 3, "attention": (0,)}
TWO = PowerIteration(iterations=2, vectors=2)
PATCHED = {"patch": 4, "depth": 2, "width": 8, "heads": 2, "levels": 2}
STYLED = {"mapping_layers": 1, "channel_base": 32, "channel_max": 4}


TOKENS = {"width": 8, "depth": 2, "heads": 2, "patch": 4, "classes": 3}


def half_grown(step):
    """A level that fades in."""
    del step
    return Stage(jnp.int32(1), jnp.float32(0.5))


GENERATORS = {
    "mlp": (mlp.Generator((2, 2, 1), widths=(6, 5)), (3,), ()),
    "dcgan": (dcgan.Generator(IMAGE, 4), (3,), ()),
    "joined": (dcgan.Generator(IMAGE, 4, classes=3), (3,), LABELS),
    "modulated": (dcgan.Generator(IMAGE, 4, classes=3, modulated=True), (3,), LABELS),
    "resnet": (resnet.Generator(IMAGE, (5, 4)), (3,), ()),
    "sagan": (
        resnet.Generator(IMAGE, (8, 8), 3, spectral=True, attention=(0,)),
        (3,),
        LABELS,
    ),
    "biggan": (biggan.Generator(**BIG), (4,), LABELS),
    "biggan tables": (
        biggan.Generator(**{**BIG, "shared": 0}, hierarchical=False),
        (3,),
        LABELS,
    ),
    "biggan deep": (biggan_deep.Generator(**BIG, depth=1), (3,), LABELS),
    "r3gan": (r3gan.Generator((4, 2), (2, 2), 1, shape=IMAGE), (3,), ()),
    "r3gan labels": (
        r3gan.Generator(
            *((4, 2), (2, 2), 1),
            classes=3,
            embedding=2,
            shape=IMAGE,
            kernel_size=5,
            resampling_filter=(1, 4, 6, 4, 1),
        ),
        (3,),
        LABELS,
    ),
    "stylegan2": (
        stylegan2.Generator(IMAGE, 3, 4, layer_features=5, embed_features=2, **STYLED),
        (3,),
        LABELS,
    ),
    "progan": (progan.Generator(IMAGE, 0, 32, 4), (3,), ()),
    "progan labels": (progan.Generator(IMAGE, 3, 32, 4, half_grown), (3,), LABELS),
    "stylegan": (
        stylegan.Generator(IMAGE, 3, 4, 1, 32, 4, half_grown, layer_features=5),
        (3,),
        LABELS,
    ),
    "stylegan3": (
        stylegan3.Generator(
            *(IMAGE, 3, 4),
            **STYLED,
            radial=True,
            synthesis_layers=3,
            critical_layers=1,
            margin=4,
        ),
        (3,),
        LABELS,
    ),
    "gat": (gat.Generator(IMAGE, 3, **PATCHED, embedding=2), (3,), LABELS),
    "gat without labels": (gat.Generator(IMAGE, **PATCHED), (3,), ()),
    "pix2pix": (pix2pix.Generator(1, 2, 3), IMAGE, ()),
    "cyclegan": (cyclegan.Generator(1, 2, 1), IMAGE, ()),
    "cut": (
        cut.Generator(1, 2, 1, pix2pix.Norm.BATCH, own_at_use=False, dropout=0.3),
        IMAGE,
        (),
    ),
    "restoration": (restoration.SRResNet(2, 1, 3, 2), IMAGE, ()),
    "fastgan": (fastgan.Generator(IMAGE, 1), (3,), ()),
    "fastgan lite": (
        fastgan.Generator(IMAGE, 1, lite=True, classes=3, embedding=2),
        (3,),
        LABELS,
    ),
    "mocogan": (
        mocogan.Generator(IMAGE, 2, 2, content_size=2, motion_size=2, classes=3),
        (8,),
        LABELS,
    ),
    "vgan": (vgan.Generator(1, 2, (2,)), (3,), ()),
    "dvdgan": (dvdgan.Generator(IMAGE, 2, (3, 3), 3, embedding=2), (3,), LABELS),
    "dvdgan predictor": (
        dvdgan.Predictor(2, (3, 3)),
        (2, *IMAGE),
        jnp.linspace(-1.0, 1.0, 12).reshape(4, 3),
    ),
    "dit": (dit.Generator(**TOKENS, shape=IMAGE, repetitions=2), (64,), LABELS),
    "dit times": (
        dit.Generator(**TOKENS, shape=IMAGE, times=2, residual=True),
        IMAGE,
        Timed(LABELS, (jnp.ones(4), jnp.linspace(0.0, 0.9, 4))),
    ),
    "numbers": (numbers.Generator((6, 5)), (1,), ()),
    "toy": (toy.Generator((6, 5)), (3,), ()),
    "toy plain": (toy.Generator((6, 5), normalise=False), (3,), ()),
}
DISCRIMINATORS = {
    "mlp": (mlp.Discriminator(widths=(6, 5)), IMAGE, ()),
    "dcgan": (dcgan.Discriminator(4), IMAGE, ()),
    "plain": (dcgan.Discriminator(4, normalise=False), IMAGE, ()),
    "spectral": (dcgan.Discriminator(4, spectral=True), IMAGE, ()),
    "joined": (dcgan.Discriminator(4, classes=3), IMAGE, LABELS),
    "projection": (
        dcgan.Discriminator(4, spectral=True, classes=3, projection=True),
        IMAGE,
        LABELS,
    ),
    "resnet": (resnet.Discriminator((4, 5), 1, mean=True), IMAGE, ()),
    "resnet spectral": (resnet.Discriminator((4, 6), 1, TWO, wide=False), IMAGE, ()),
    "sagan": (
        resnet.Discriminator((8, 8), 1, spectral=True, **SMALL),
        IMAGE,
        LABELS,
    ),
    "biggan": (
        biggan.Discriminator((8, 9), 1, **SMALL, wide=False, spectral=TWO),
        IMAGE,
        LABELS,
    ),
    "biggan deep": (biggan_deep.Discriminator((8, 8), 1, **SMALL), IMAGE, LABELS),
    "r3gan": (r3gan.Discriminator((4, 2), (2, 2), 1), IMAGE, ()),
    "r3gan labels": (
        r3gan.Discriminator((4, 2), (2, 2), 1, classes=3, embedding=2),
        IMAGE,
        LABELS,
    ),
    # Groups of one: no example sees another.
    "stylegan2": (
        stylegan2.Discriminator(3, **STYLED, group=1, condition_size=3),
        IMAGE,
        LABELS,
    ),
    "progan": (progan.Discriminator(8, 0, 32, 4, half_grown, group=1), IMAGE, ()),
    "stylegan": (stylegan.Discriminator(8, 3, 32, 4, group=1), IMAGE, LABELS),
    "gat": (gat.Discriminator(3, **PATCHED, condition_size=3), IMAGE, LABELS),
    "gat without labels": (gat.Discriminator(**PATCHED), IMAGE, ()),
    "pix2pix": (
        pix2pix.Discriminator(2, 1),
        IMAGE,
        jnp.linspace(-1.0, 1.0, 512).reshape(4, 8, 8, 2),
    ),
    "pixels": (pix2pix.Discriminator(2, 0), IMAGE, ()),
    "cut": (cut.Discriminator(2, 1), IMAGE, ()),
    "restoration": (restoration.VGGDiscriminator(8, 3, 4), IMAGE, ()),
    "restoration spectral": (restoration.UNetDiscriminator(2), IMAGE, ()),
    "mocogan": (mocogan.Discriminator(2, frames=2), (7, *IMAGE), ()),
    "vgan": (vgan.Discriminator((2, 3)), (4, *IMAGE), ()),
    "dvdgan": (dvdgan.Discriminator((8, 8), 2, 3, (0,)), (4, *IMAGE), LABELS),
    "dit": (dit.Discriminator(**TOKENS), IMAGE, LABELS),
    "numbers": (
        numbers.Discriminator((6, 5), times=1),
        (1,),
        Timed((), (jnp.linspace(0.0, 0.9, 4),)),
    ),
    "toy": (toy.Discriminator((6, 5), pieces=2), (2,), ()),
}
HEAVY = {
    *("biggan tables", "dit times", "fastgan lite", "gat without labels", "joined"),
    *("plain", "progan labels", "r3gan", "restoration spectral", "resnet spectral"),
    "toy plain",
}
"""What takes longest to compile, and variants of what has another row."""
TRAINED_SLOWLY = {"dvdgan", "dvdgan predictor", "stylegan3", "biggan deep"}
"""Whose passes in training take longest to compile, and stand in tests of their own."""
EXACT = (
    *(gat.Generator, gat.Discriminator),
    *(dit.Generator, dit.Discriminator, numbers.Generator, numbers.Discriminator),
    *(progan.Generator, progan.Discriminator),
    *(stylegan.Generator, stylegan.Discriminator),
    *(stylegan2.Generator, stylegan2.Discriminator),
    stylegan3.Generator,
    *(pix2pix.Generator, pix2pix.Discriminator, cyclegan.Generator),
    *(mocogan.Discriminator, vgan.Discriminator, dvdgan.Discriminator),
)


def every(*slow):
    """Rows, some of them slow tests."""
    return [
        pytest.param(
            *case,
            id=f"{kind} {name}",
            marks=[pytest.mark.slow] if name in slow else [],
        )
        for kind, cases in (("G", GENERATORS), ("D", DISCRIMINATORS))
        for name, case in cases.items()
    ]


ALL = every(*HEAVY)


def only(output):
    """The value, the last of its levels, or all logits [B, ...]."""
    if isinstance(output, Sample):
        return output.value
    if not isinstance(output, Verdict):
        return output[-1] if isinstance(output, tuple) else output
    leaves = jax.tree.leaves(output.logits)
    if len(leaves) == 1:
        return leaves[0]
    return jnp.concatenate([leaf.reshape(len(leaf), -1) for leaf in leaves], axis=1)


@functools.cache
def _inputs(shape):
    return jax.random.normal(jax.random.key(1), (4, *shape))


def init(module, value, given):
    return filled(module, value, given, Context(KEYS, train=True))


@pytest.mark.parametrize(("module", "shape", "given"), ALL)
def test_examples_are_independent_in_evaluation(module, shape, given):
    value = _inputs(shape)
    variables = init(module, value, given)

    @jax.jit
    def function(value):
        return only(module.apply(variables, value, given, Context(KEYS)))

    # Compiled once, and without a gradient: other examples keep every bit.
    before, after = function(value), function(value.at[1].add(_inputs(shape)[2]))
    assert np.any(before[1] != after[1])
    others = jnp.array([0, 2, 3])
    np.testing.assert_array_equal(before[others], after[others])


@pytest.mark.parametrize(("module", "shape", "given"), every(*HEAVY, *TRAINED_SLOWLY))
def test_passes_with_mutable_and_constant_collections(module, shape, given):
    value, context = _inputs(shape), Context(KEYS, train=True)
    variables = init(module, value, given)
    collections = [name for name in variables if name != "params"]

    @jax.jit
    def both(variables):
        stored, changed = module.apply(
            variables, value, given, context, mutable=collections
        )
        return stored, changed, module.apply(variables, value, given, context)

    stored, changed, constant = both(variables)
    np.testing.assert_allclose(only(stored), only(constant), rtol=1e-6, atol=1e-6)
    assert set(changed) == set(collections)
    if "batch_stats" in collections:
        for before, after in zip(
            jax.tree.leaves(variables["batch_stats"]),
            jax.tree.leaves(changed["batch_stats"]),
        ):
            assert np.all(before != after)
    assert all(
        leaf.dtype == jnp.float32 for leaf in jax.tree.leaves((variables, changed))
    )


@pytest.mark.parametrize(("module", "shape", "given"), ALL)
def test_bfloat16_keeps_variables_in_float32(module, shape, given):
    output, variables = jax.eval_shape(
        module.clone(dtype=jnp.bfloat16).init_with_output,
        jax.random.key(0),
        _inputs(shape),
        given,
        Context(KEYS, train=True),
    )
    # Transformers end in float32; StyleGANs add up colours, and judge after their
    # blocks, there; StyleGAN3 and translation have pictures of float32.
    wanted = jnp.float32 if isinstance(module, EXACT) else jnp.bfloat16
    assert jax.eval_shape(only, output).dtype == wanted
    assert all(leaf.dtype == jnp.float32 for leaf in jax.tree.leaves(variables))


def test_dropout_follows_the_keys():
    """Permuting the examples and their keys permutes the logits, bit for bit."""
    module, shape, given = DISCRIMINATORS["mlp"]
    value = _inputs(shape)
    variables = init(module, value, given)

    @jax.jit
    def logits(value, keys):
        context = Context(keys, train=True)
        return module.apply(variables, value, given, context).logits

    order = jnp.array([2, 0, 3, 1])
    np.testing.assert_allclose(
        logits(value[order], KEYS[order]), logits(value, KEYS)[order], rtol=1e-6
    )
    assert not np.allclose(logits(value, KEYS), logits(value, KEYS[order]))
