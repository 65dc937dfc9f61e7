"""Mimicry's weights, and its narrow discriminators by their definition in numpy."""

import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import resnet
from jaxgan.models.resnet import weights
from tests.models import mimicry, reference
from tests.models.filled import filled
from tests.models.golden import assert_near, under

FILES = [
    f"{name}_{player}"
    for name in ("sngan", "wgangp", "cganpd", "sagan")
    for player in "gd"
]


def context(count, train=False):
    return Context(example_keys(jax.random.key(0), count), train=train)


@pytest.mark.parametrize("name", FILES)
def test_official_names(golden, name):
    """Every array has its place, and σ is PyTorch's; and all of them come back."""
    npz = np.load(golden / f"{name}.npz")
    state = under(npz, "state/")
    variables = weights.import_torch(state)
    made = mimicry.generators if name.endswith("g") else mimicry.discriminators
    wanted = made(npz, "state/")
    if "spectral" in wanted:
        wanted = mimicry.evaluated(npz, "state/", wanted)
    assert jax.tree.structure(variables) == jax.tree.structure(wanted)
    for a, b in zip(jax.tree.leaves(variables), jax.tree.leaves(wanted)):
        np.testing.assert_allclose(a, b, 1e-6)
    own = [n.removesuffix(".sn_u") for n in state if n.endswith(".sn_u")]
    back = weights.export_torch(variables, own=own)
    passing = ("num_batches_tracked", "sn_sigma")
    assert set(back) == {n for n in state if not n.endswith(passing)}
    for array, value in back.items():
        if not array.endswith("weight_v"):
            np.testing.assert_allclose(value, state[array], 1e-6, 1e-7, err_msg=array)
            continue
        # Theirs is one iteration behind; what both divide by is the same.
        layer = array.removesuffix("_v")
        matrix = state[f"{layer}_orig"].reshape(len(state[f"{layer}_u"]), -1)
        sigmas = [state[f"{layer}_u"] @ matrix @ v for v in (value, state[array])]
        np.testing.assert_allclose(*sigmas, rtol=1e-5)


LABELS = jnp.zeros(2, jnp.int32)
SHARED = {"classes": 3, "spectral": True, "attention": (1,)}
CASES = {
    "48": (resnet.Generator((24, 24, 3), (8, 6, 4, 2)), (2, 7), (), {}),
    "sagan": (resnet.Generator((8, 8, 1), (8, 8, 8), **SHARED), (2, 7), LABELS, {}),
    "narrow": (
        resnet.Discriminator((4, 6, 8), 2, True, wide=False),
        (2, 12, 12, 3),
        (),
        {"last": 3},
    ),
    "own": (
        resnet.Discriminator((8, 8, 9), 2, **SHARED),
        (2, 8, 8, 3),
        LABELS,
        {"own": ("l4", "l_y")},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_there_and_back(name):
    module, shape, given, options = CASES[name]
    variables = filled(module, jnp.zeros(shape), given, context(2))
    back = weights.import_torch(weights.export_torch(variables, **options))
    assert jax.tree.structure(back) == jax.tree.structure(variables)
    own = options.get("own")
    for (path, a), b in zip(
        jax.tree_util.tree_leaves_with_path(back), jax.tree.leaves(variables)
    ):
        if (
            own
            and path[0].key == "spectral"
            and path[1].key in ("Dense_0", "Embedding_0")
        ):
            # Mimicry's own layers store no length.
            a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
        np.testing.assert_allclose(a, b, 1e-5, 1e-6, err_msg=str(path))


def test_what_is_not_mimicrys():
    with pytest.raises(ValueError, match=r"saw 'block1\.c9\.bias', wanted mimicry's"):
        weights.import_torch({"block1.c9.bias": np.zeros(2)})
    with pytest.raises(ValueError, match=r"saw 'l5\.scale', wanted mimicry's names"):
        weights.import_torch({"l5.scale": np.zeros(2)})
    with pytest.raises(ValueError, match=r"l5\.weight_u: saw it without the weight"):
        weights.import_torch({"l5.weight_u": np.zeros(2)})


def judged(state, x, halvings):
    """Mimicry's forward pass: resblocks.py's DBlockOptimized and DBlocks, sum, l*."""

    def normalised(layer):
        if f"{layer}.weight" in state:
            return state[f"{layer}.weight"]
        weight, u, v = (state[f"{layer}.weight_{x}"] for x in ("orig", "u", "v"))
        return weight / (u @ weight.reshape(len(u), -1) @ v)

    def conv(layer, x):
        return reference.convolution(x, normalised(layer), state[f"{layer}.bias"])

    blocks = sorted({name.split(".")[0] for name in state if name.startswith("block")})
    for number, block in enumerate(blocks):
        # Its ReLUs work in place, so that the shortcut sees what the first one made.
        x = reference.relu(x) if number else x
        y = conv(f"{block}.c2", reference.relu(conv(f"{block}.c1", x)))
        pool = reference.pooled if number < halvings else lambda x: x
        if f"{block}.c_sc.bias" in state:
            x = conv(f"{block}.c_sc", x)
        x = pool(y) + (pool(x) if f"{block}.c_sc.bias" in state else x)
    last = f"l{len(blocks) + 1}"
    features = reference.relu(x).sum((2, 3))
    return features @ normalised(last).T[:, 0] + state[f"{last}.bias"][0]


@pytest.mark.parametrize(
    ("widths", "halvings", "spectral"),
    [((4, 6, 8), 2, True), ((4, 6, 8), 3, True), ((4, 6, 6), 2, False)],
    ids=["like 48 pixels", "like 64", "like 128"],
)
def test_narrow_discriminators_by_definition(widths, halvings, spectral):
    """Logits and a slope of them; blocks change channels with and without halving."""
    module = resnet.Discriminator(widths, halvings, spectral, wide=False)
    rng = np.random.default_rng(0)
    x, direction = rng.normal(size=(2, 2, 3, 8, 8))
    seen = jnp.asarray(reference.channels_last(x))
    variables = filled(module, seen, (), context(2))
    state = weights.export_torch(variables)
    hidden = [state[n].shape[0] for n in state if n.endswith("c1.bias")]
    assert hidden == [widths[0], *widths[:-1]]

    @jax.jit
    def logits(x):
        return module.apply(variables, x, (), context(2)).logits

    official = functools.partial(judged, state, halvings=halvings)
    assert_near(logits(seen), official(x), 1e-4)
    step = 1e-6
    slope = (official(x + step * direction) - official(x - step * direction)) / 2 / step
    _, pull = jax.vjp(logits, seen)
    turned = reference.channels_last(direction)
    for number in range(2):
        (gradient,) = pull(jnp.zeros(2).at[number].set(1.0))
        assert_near(jnp.sum(gradient * turned), slope[number], 1e-3)


@pytest.mark.parametrize(
    ("pixels", "generator", "discriminator"),
    [
        (48, (512, 256, 128, 64), ((64, 128, 256, 512, 1024), 4)),
        pytest.param(
            *(64, (1024, 512, 256, 128, 64), ((64, 128, 256, 512, 1024), 5)),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            *(128, (1024, 1024, 512, 256, 128, 64)),
            ((64, 128, 256, 512, 1024, 1024), 5),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_published_sizes(pixels, generator, discriminator):
    """Counted from the layers of mimicry's SNGAN at these sizes."""

    def count(module, value):
        made = jax.eval_shape(module.init, jax.random.key(0), value, (), context(2))
        return sum(leaf.size for leaf in jax.tree.leaves(made["params"]))

    def pair(a, hidden, b):
        return 9 * a * hidden + hidden + 9 * hidden * b + b + a * b + b

    base = pixels // 2 ** (len(generator) - 1)
    wanted = (128 + 1) * base**2 * generator[0] + 2 * generator[-1]
    wanted += 27 * generator[-1] + 3
    for a, b in itertools.pairwise(generator):
        wanted += pair(a, b, b) + 2 * a + 2 * b
    shape = (pixels, pixels, 3)
    assert count(resnet.Generator(shape, generator), jnp.zeros((2, 128))) == wanted
    widths, halvings = discriminator
    wanted = pair(3, widths[0], widths[0]) + widths[-1] + 1
    for number, (a, b) in enumerate(itertools.pairwise(widths), 1):
        wanted += pair(a, a, b)
        if a == b and number >= halvings:
            wanted -= a * b + b
    module = resnet.Discriminator(widths, halvings, True, wide=False)
    assert count(module, jnp.zeros((2, *shape))) == wanted
