"""Weights under the official names, and back: every array has its place once."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import (
    biggan,
    cyclegan,
    mocogan,
    pix2pix,
    r3gan,
    stylegan,
    stylegan2,
    stylegan3,
)
from jaxgan.models.biggan import deep as biggan_deep
from jaxgan.models.biggan import weights as biggan_weights
from jaxgan.models.cyclegan import weights as cyclegan_weights
from jaxgan.models.mocogan import weights as mocogan_weights
from jaxgan.models.pix2pix import weights as pix2pix_weights
from jaxgan.models.r3gan import weights as r3gan_weights
from jaxgan.models.stylegan import weights as stylegan_weights
from jaxgan.models.stylegan2 import weights as stylegan2_weights
from jaxgan.models.stylegan2.blocks import Architecture
from jaxgan.models.stylegan3 import weights as stylegan3_weights
from tests.models.filled import filled
from tests.models.golden import under

LABELS, IMAGES = jnp.zeros(2, jnp.int32), jnp.zeros((2, 16, 16, 3))
STYLE = {"channel_base": 64, "channel_max": 8}
STAGES = {"widths": (8, 6, 6), "groups": (2, 3, 1), "blocks": (1, 2, 1)}
CASES = {
    **{
        f"stylegan2 generator {architecture.name} {classes}": (
            stylegan2.Generator(
                *((16, 16, 3), classes, 5, 2),
                architecture=architecture,
                **STYLE,
                **({"layer_features": 6, "embed_features": 4} if classes else {}),
            ),
            jnp.zeros((2, 7)),
            LABELS if classes else (),
            stylegan2_weights,
        )
        for architecture in Architecture
        for classes in (0, 3)
    },
    **{
        f"stylegan2 discriminator {architecture.name} {classes}": (
            stylegan2.Discriminator(
                *(classes, 2),
                architecture=architecture,
                condition_size=7,
                **STYLE,
            ),
            IMAGES,
            LABELS if classes else (),
            stylegan2_weights,
        )
        for architecture in Architecture
        for classes in (0, 3)
    },
    **{
        f"stylegan3 {size} {classes}": (
            stylegan3.Generator(
                *((16, 16, 3), classes, 5),
                kernel_size=size,
                radial=size == 1,
                synthesis_layers=4,
                **STYLE,
            ),
            jnp.zeros((2, 7)),
            LABELS if classes else (),
            stylegan3_weights,
        )
        for size, classes in ((1, 3), (3, 0))
    },
    **{
        f"r3gan {player} {classes}": (
            kind(**STAGES, classes=classes, embedding=5),
            value,
            LABELS if classes else (),
            r3gan_weights,
        )
        for player, kind, value in (
            (
                "generator",
                functools.partial(r3gan.Generator, shape=(16, 16, 3)),
                jnp.zeros((2, 7)),
            ),
            ("discriminator", r3gan.Discriminator, IMAGES),
        )
        for classes in (0, 3)
    },
    **{
        f"biggan {shared} {split}": (
            biggan.Generator((16, 16, 3), (8, 8, 6), 3, (0,), shared, split),
            jnp.zeros((2, 9)),
            LABELS,
            biggan_weights,
        )
        for shared, split in ((5, True), (5, False), (0, False))
    },
    **{
        f"{name} {norm.name}": (module.clone(norm=norm), IMAGES, (), weights)
        for norm in pix2pix.Norm
        for name, module, weights in (
            ("pix2pix", pix2pix.Generator(3, 2, 3), pix2pix_weights),
            ("pix2pix two", pix2pix.Generator(3, 2, 2), pix2pix_weights),
            ("patches", pix2pix.Discriminator(2, 2), pix2pix_weights),
            ("pixels", pix2pix.Discriminator(2, 0), pix2pix_weights),
            ("cyclegan", cyclegan.Generator(3, 2, 2), cyclegan_weights),
        )
    },
    **{
        f"stylegan {player} {classes}": (
            module,
            value,
            LABELS if classes else (),
            stylegan_weights,
        )
        for classes in (0, 3)
        for player, module, value in (
            (
                "generator",
                stylegan.Generator(
                    *((16, 16, 3), classes, 5, 2), layer_features=6, **STYLE
                ),
                jnp.zeros((2, 7)),
            ),
            ("discriminator", stylegan.Discriminator(16, classes, **STYLE), IMAGES),
        )
    },
    **{
        f"mocogan {size}": (
            mocogan.Generator((size, size, 3), 2, 2, 3, 2, classes=3),
            jnp.zeros((2, 9)),
            LABELS,
            mocogan_weights,
        )
        for size in (8, 32)
    },
    "mocogan image": (mocogan.ImageDiscriminator(2), IMAGES, (), mocogan_weights),
    "mocogan video": (
        mocogan.VideoDiscriminator(2, 3),
        jnp.zeros((2, 10, 16, 16, 3)),
        (),
        mocogan_weights,
    ),
    "biggan discriminator": (
        biggan.Discriminator((8, 16), 2, 3, (0, 1)),
        IMAGES,
        LABELS,
        biggan_weights,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_there_and_back(name):
    module, value, given, weights = CASES[name]
    keys = example_keys(jax.random.key(0), 2)
    variables = filled(module, value, given, Context(keys))
    state = weights.export_torch(variables)
    sizes = [x.size for x in jax.tree.leaves(variables)]
    assert len(state) == len(sizes)
    assert sum(x.size for x in state.values()) == sum(sizes)
    _assert_same(weights.import_torch(state), variables)


def test_there_and_back_deep():
    keys = example_keys(jax.random.key(0), 2)
    for module, value in (
        (biggan_deep.Generator((16, 16, 3), (16, 8, 8), 2, 3, (1,), 5), (2, 7)),
        (biggan_deep.Discriminator((8, 8, 16), 2, 3, (0,)), (2, 16, 16, 3)),
    ):
        variables = filled(module, jnp.zeros(value), LABELS, Context(keys))
        state = biggan_weights.export_torch(variables, depth=2)
        _assert_same(biggan_weights.import_torch(state, depth=2), variables)


def _assert_same(seen, wanted):
    """Equal to the bit, but vectors u, which are as long as evaluation wants them."""
    assert jax.tree.structure(seen) == jax.tree.structure(wanted)
    for (path, a), b in zip(
        jax.tree_util.tree_leaves_with_path(seen), jax.tree.leaves(wanted)
    ):
        a, b = np.asarray(a), np.asarray(b)
        if path[0].key == "spectral":
            a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
            np.testing.assert_allclose(a, b, 1e-5, 1e-6)
        else:
            np.testing.assert_array_equal(a, b, jax.tree_util.keystr(path))


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        *((f"stylegan2_{x}", stylegan2_weights) for x in ("g_cond", "g_altarch")),
        *((f"stylegan2_d_{x}", stylegan2_weights) for x in ("orig", "skip", "resnet")),
        *((f"stylegan3_{x}", stylegan3_weights) for x in "tr"),
        *((f"r3gan_{x}_cond", r3gan_weights) for x in "gd"),
        *((f"stylegan1_{x}", stylegan_weights) for x in "gd"),
        *((f"biggan_{x}", biggan_weights) for x in ("g_hier", "g_nohier", "d")),
    ],
)
def test_official_names(golden, name, weights):
    """The official state dict comes back, but what is derived of it."""
    state = under(np.load(golden / f"{name}.npz"), "state/")
    back = weights.export_torch(weights.import_torch(state))
    derived = ("resample_filter", "Resampler.Kernel", "sv0", "lod", "blur.kernel")
    derived += tuple(stylegan3_weights.FILTERS)
    assert set(back) == {n for n in state if not n.endswith(derived)}
    for array, value in back.items():
        wanted = state[array]
        if array.endswith("u0"):
            wanted = wanted / np.linalg.norm(wanted)
            np.testing.assert_allclose(value, wanted, 1e-5, 1e-6)
        else:
            np.testing.assert_array_equal(value, wanted, array)


@pytest.mark.parametrize("blurred", [False, True])
@pytest.mark.parametrize("blurred_up", [False, True])
@pytest.mark.parametrize("dropout", [False, True])
def test_names_tell_the_form(blurred, blurred_up, dropout):
    form = cyclegan_weights.Form(3, blurred, blurred_up, dropout)
    module = cyclegan.Generator(
        1, 2, 3, antialiased=blurred, antialiased_up=blurred_up, dropout=dropout / 2
    )
    context = Context(example_keys(jax.random.key(0), 2))
    variables = filled(module, IMAGES, (), context)
    state = cyclegan_weights.export_torch(variables, form)
    assert cyclegan_weights.form_of(state) == form
    _assert_same(cyclegan_weights.import_torch(state), variables)


def test_antialiased_discriminators():
    module = pix2pix.Discriminator(2, 2, antialiased=True)
    context = Context(example_keys(jax.random.key(0), 2))
    variables = filled(module, IMAGES, (), context)
    state = pix2pix_weights.export_torch(variables, antialiased=True)
    row = np.array([1.0, 2.0, 1.0]) / 4
    product = np.tile(np.outer(row, row), (2, 1, 1, 1)).swapaxes(0, 1)
    state["model.2.filt"] = product.swapaxes(0, 1)
    _assert_same(pix2pix_weights.import_torch(state), variables)
    state["model.2.filt"] = state["model.2.filt"] * 1.01
    with pytest.raises(ValueError, match=r"model\.2\.filt: saw another filter"):
        pix2pix_weights.import_torch(state)


def test_old_files_of_instance_norms():
    """Their running statistics are left out, and a wrapper's prefix."""
    module = cyclegan.Generator(3, 2, 1)
    context = Context(example_keys(jax.random.key(0), 2))
    variables = filled(module, IMAGES, (), context)
    state = cyclegan_weights.export_torch(variables)
    for kind in ("running_mean", "running_var"):
        state[f"model.2.{kind}"] = np.ones(2, np.float32)
    state["model.2.num_batches_tracked"] = np.array(3)
    old = {f"module.{name}": array for name, array in state.items()}
    _assert_same(cyclegan_weights.import_torch(old), variables)


def test_names_of_others():
    for state, said in (
        ({"model.1.weight": np.zeros((1, 3, 7, 7))}, r"saw blocks \[\], wanted them"),
        (
            {"model.11.conv_block.1.weight": np.zeros((1, 1, 3, 3))},
            r"saw blocks \[11\], wanted them in a row, from 10 or 12 on",
        ),
    ):
        with pytest.raises(ValueError, match=said):
            cyclegan_weights.import_torch(state)
    with pytest.raises(
        ValueError, match=r"saw 'model\.0\.alpha', wanted names of pix2p"
    ):
        pix2pix_weights.import_torch({"model.0.alpha": np.zeros(1, np.float32)})
