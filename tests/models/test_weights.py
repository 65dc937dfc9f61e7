"""Weights under the official names, and back: every array has its place once."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import biggan, r3gan, stylegan2
from jaxgan.models.biggan import deep as biggan_deep
from jaxgan.models.biggan import weights as biggan_weights
from jaxgan.models.r3gan import weights as r3gan_weights
from jaxgan.models.stylegan2 import weights as stylegan2_weights
from jaxgan.models.stylegan2.blocks import Architecture
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
        *((f"r3gan_{x}_cond", r3gan_weights) for x in "gd"),
        *((f"biggan_{x}", biggan_weights) for x in ("g_hier", "g_nohier", "d")),
    ],
)
def test_official_names(golden, name, weights):
    """The official state dict comes back, but what is derived of it."""
    state = under(np.load(golden / f"{name}.npz"), "state/")
    back = weights.export_torch(weights.import_torch(state))
    derived = ("resample_filter", "Resampler.Kernel", "sv0")
    assert set(back) == {n for n in state if not n.endswith(derived)}
    for array, value in back.items():
        wanted = state[array]
        if array.endswith("u0"):
            wanted = wanted / np.linalg.norm(wanted)
            np.testing.assert_allclose(value, wanted, 1e-5, 1e-6)
        else:
            np.testing.assert_array_equal(value, wanted, array)
