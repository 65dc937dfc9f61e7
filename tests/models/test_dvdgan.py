"""DVD-GAN's layers and networks against an unofficial port, and by their definitions.

The port is not the paper's: it has three ConvGRUs per size, frames of conditions of
other samples, and no norm before the colours. What stands in for them is in `Port`.
"""

import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan.core import Context, example_keys
from jaxgan.models import dvdgan
from jaxgan.models.biggan.layers import Normalisation
from jaxgan.models.dvdgan.discriminator import Critic
from jaxgan.models.dvdgan.generator import Decoder, first_map
from jaxgan.models.dvdgan.layers import GeneratorBlock
from jaxgan.nn import Conv, ConvGRU, Embedding
from tests.models.filled import filled
from tests.models.golden import assert_near, images, under
from tests.models.videos import waves
from tests.nn.test_recurrent import gru_params

OUTPUT, GRADIENT = 1e-4, 1e-3
BLOCK = {"conv0": "conv1", "conv1": "conv2", "conv_sc": "shortcut"}


def context(count, train=True):
    return Context(example_keys(jax.random.key(0), count), train=train)


def plant(tree, path, leaf):
    *branches, last = path
    for branch in branches:
        tree = tree.setdefault(branch, {})
    tree[last] = jnp.asarray(leaf)


def kernel(array):
    return np.moveaxis(array, (0, 1), (-1, -2))


def variables_of(state, paths):
    """Ours, of their names: {their layer: our path}."""
    ours = {"params": {}}
    for name, array in state.items():
        layer, _, kind = name.rpartition(".")
        layer = layer.removesuffix(".module")
        if layer.endswith(".bn"):
            layer, stats = layer.removesuffix(".bn"), {"running_mean": "mean"}
            stats["running_var"] = "var"
            if kind in stats:
                path = (*paths[layer], "BatchNorm_0", stats[kind])
                plant(ours.setdefault("batch_stats", {}), path, array)
        elif layer.endswith("embed") and layer != "embed":
            # Their scale is ours and 1.
            path, half = paths[layer.removesuffix(".embed")], len(array) // 2
            leaf = ("FiLM_0", "Dense_0", "kernel" if kind == "weight" else "bias")
            if kind == "bias":
                array = np.concatenate([array[:half] - 1, array[half:]])
            plant(ours["params"], (*path, *leaf), array.T)
        elif layer in paths or name in paths:
            path = paths.get(name) or paths[layer]
            if kind == "weight_u":
                path = (*path, "spectral", "u")
                plant(ours.setdefault("spectral", {}), path, array)
            elif kind in ("weight_bar", "weight") and path[-1] == "embedding":
                plant(ours["params"], (*path, "kernel"), array)
            elif kind in ("weight_bar", "weight"):
                plant(ours["params"], (*path, "kernel"), kernel(array))
            elif kind == "bias" and not _spare(layer, state):
                plant(ours["params"], (*path, "bias"), array)
            elif kind == "gamma":
                plant(ours["params"], path, array.reshape(()))
    return ours


def _spare(layer, state):
    """Whether a bias has no effect."""
    if layer.endswith("key_conv"):
        return True
    return layer.endswith("conv0") and any("CBNorm" in name for name in state)


def block_paths(theirs, ours):
    """Of a block, in which their generator's have a bias more, in front of a norm."""
    paths = {f"{theirs}{name}": (*ours, new) for name, new in BLOCK.items()}
    for n in (1, 2):
        paths[f"{theirs}CBNorm{n}"] = (*ours, f"norm{n}")
    return paths


def test_block_of_a_port(golden):
    npz = np.load(golden / "dvdgan_ops.npz")
    paths = block_paths("", ())
    variables = variables_of(under(npz, "state/gresblock/"), paths)
    module = GeneratorBlock(5, double=True)
    x, given = images(npz["in/x_block"]), jnp.asarray(npz["in/condition"])
    cotangent = images(npz["in/cotangent_block"])

    @jax.jit
    def run(params):
        def loss(params):
            y, changed = module.apply(
                {**variables, "params": params},
                *(x, given, context(2)),
                mutable=["batch_stats", "spectral"],
            )
            return jnp.sum(y * cotangent), (y, changed)

        return jax.grad(loss, has_aux=True)(params)

    gradient, (y, changed) = run(variables["params"])
    assert_near(y, images(npz["out/gresblock/out"]), OUTPUT, "block")
    after = variables_of(under(npz, "out/gresblock/state_after/"), paths)
    shift = 0.1 * npz["state/gresblock/conv0.module.bias"]
    after["batch_stats"]["norm2"]["BatchNorm_0"]["mean"] -= shift
    for name in ("batch_stats", "spectral"):
        assert_near(changed[name], after[name], OUTPUT, name)
    theirs = under(npz, "grad/gresblock/gresblock/")
    for name in ("CBNorm1.embed.bias", "CBNorm2.embed.bias"):
        half = len(theirs[name]) // 2  # whose derivative knows no 1
        theirs[name] = theirs[name] + np.r_[np.ones(half), np.zeros(half)]
    wanted = variables_of(theirs, paths)["params"]
    assert_near(gradient, wanted, GRADIENT, "gradient of a block")


class PortDecoder(Decoder):
    """As the port has it."""

    def rows(self, given):
        return jnp.tile(given, (self.frames, 1))

    def recurrent(self, level, x, state, context):
        width, last = self.widths[level], 5 if level == 3 else 3
        for n, (times, size) in enumerate(((1, 3), (2, 5), (1, last))):
            x = ConvGRU(times * width, size, name=f"recurrent_{level}_{n}")(x)
        return x

    def colours(self, x, context):
        conv = Conv(self.channels, name="image", **self.how.kernels)
        return jnp.tanh(conv(nn.relu(x), context.train))


class Port(nn.Module):
    """The port's generator, whose dense layer has no spectral norm."""

    @nn.compact
    def __call__(self, z, given, context):
        table = Embedding(3, 4, name="embedding")
        vectors = jnp.concatenate([z, table(given)], axis=1)
        how = Normalisation()
        x = first_map(vectors, (4, 4, 8), context, _Plain())
        return PortDecoder(3, 4, (8, 8, 8, 4, 2), how, name="decoder")(
            x, vectors, (), context
        )


class _Plain:
    """No normalisation."""

    kernels = types.MappingProxyType({})


def port_variables(state):
    """Of the port's generator: levels are three entries of its list."""
    paths = {"embedding": ("embedding",), "colorize": ("decoder", "image")}
    for level in range(4):
        for n in (0, 1):
            theirs = f"conv.{3 * level + 1 + n}."
            ours = ("decoder", f"block_{2 * level + n}")
            paths |= block_paths(theirs, ours)
    ours = variables_of(state, paths)
    for level, width in enumerate((8, 8, 8, 4)):
        for n, channels in enumerate((width, width, 2 * width)):
            prefix = f"conv.{3 * level}.cells.{n}"
            if f"{prefix}.reset_gate.weight" in state:
                gru = gru_params(state, prefix, channels)
                ours["params"].setdefault("decoder", {})[f"recurrent_{level}_{n}"] = gru
    if "affine_transfrom.weight" in state:
        # Of maps whose channels come first.
        for kind in ("weight", "bias"):
            array = state[f"affine_transfrom.{kind}"]
            rows = array.reshape(8, 4, 4, -1).transpose(1, 2, 0, 3).reshape(128, -1)
            leaf = rows.T if kind == "weight" else rows[:, 0]
            path = ("linear", "kernel" if kind == "weight" else "bias")
            plant(ours["params"], path, leaf)
    return ours


@pytest.mark.slow
def test_generator_of_a_port(golden):
    npz = np.load(golden / "dvdgan_g.npz")
    variables = port_variables(under(npz, "state/"))
    z = jnp.asarray(npz["in/z"])
    given = jnp.asarray(npz["in/labels"].astype(np.int32))
    cotangent = jnp.asarray(npz["in/cotangent"])
    names = [name.removeprefix("grad/train/") for name in npz.files if "grad/" in name]
    assert len(names) > 5

    @jax.jit
    def run(params):
        def loss(params):
            clip, changed = Port().apply(
                {**variables, "params": params},
                *(z, given, context(2)),
                mutable=["batch_stats", "spectral"],
            )
            return jnp.sum(jnp.mean(clip, axis=(1, 2, 3)) * cotangent), (clip, changed)

        return jax.grad(loss, has_aux=True)(params)

    gradient, (clip, changed) = run(variables["params"])
    stride = np.moveaxis(npz["out/train/video_stride"], 2, -1)
    assert_near(clip[:, :, ::4, ::4], stride, OUTPUT, "clip")
    frame = images(npz["out/train/video0_frame1"][None])[0]
    assert_near(clip[0, 1], frame, OUTPUT, "frame")
    after = port_variables(under(npz, "out/train/state_after/"))["batch_stats"]
    shift = 0.1 * npz["state/conv.1.conv0.module.bias"]
    wanted = after["decoder"]["block_0"]
    wanted["norm2"]["BatchNorm_0"]["mean"] -= shift
    seen = changed["batch_stats"]["decoder"]["block_0"]
    assert_near(seen, wanted, OUTPUT, "statistics")
    wanted = port_variables(under(npz, "grad/train/"))["params"]
    ours = jax.tree_util.tree_leaves_with_path(gradient)
    ours = {jax.tree_util.keystr(path): leaf for path, leaf in ours}
    for path, leaf in jax.tree_util.tree_leaves_with_path(wanted):
        name = jax.tree_util.keystr(path)
        if "FiLM" in name and name.endswith("['bias']"):
            leaf = leaf + jnp.r_[jnp.ones(len(leaf) // 2), jnp.zeros(len(leaf) // 2)]
        assert_near(ours[name], leaf, GRADIENT, name)


def critic_paths(moving):
    """The port's names: a first block by itself, attention behind the second."""
    start = {
        "pre_conv.0": ("block_0", "conv1"),
        "pre_conv.2": ("block_0", "conv2"),
        "pre_skip": ("block_0", "shortcut"),
        "linear": ("linear",),
        "embed": ("embedding",),
    }
    names = ("res3d", "self_attn", "conv") if moving else ("conv1", "attn", "conv2")
    second, attention, rest = names
    start |= block_paths(f"{second}.", ("block_1",))
    for n in range(3):
        start |= block_paths(f"{rest}.{n}.", (f"block_{n + 2}",))
    for theirs, ours in (("query", "theta"), ("key", "phi"), ("value", "g")):
        start[f"{attention}.{theirs}_conv"] = ("attention_1", ours)
    start[f"{attention}.gamma"] = ("attention_1", "gamma")
    return start


@pytest.mark.parametrize("name", [pytest.param("ds", marks=pytest.mark.slow), "dt"])
def test_discriminators_of_a_port(golden, name):
    """The scores of every frame, the gradient of the hinge, and the vectors after."""
    npz, moving = np.load(golden / f"dvdgan_{name}.npz"), 2 * (name == "dt")
    paths = critic_paths(moving)
    variables = variables_of(under(npz, "state/"), paths)
    module = Critic((4, 8, 16, 32, 32), moving, 3, attention=(1,))
    size, frames = (32, 8) if moving else (64, 3)
    real, fake = (
        waves(npz[f"in/{kind}_coef"], frames, size) for kind in ("real", "fake")
    )
    given = [
        jnp.asarray(npz[f"in/labels_{kind}"].astype(np.int32))
        for kind in ("real", "fake")
    ]

    @jax.jit
    def run(variables):
        def loss(params, x):
            scores, changed = module.apply(
                {**variables, "params": params},
                *(x, given[0], True),
                mutable=["spectral"],
            )
            value = jnp.mean(nn.relu(1.0 - scores))
            return value, (scores, {**variables, **changed})

        first = jax.value_and_grad(loss, (0, 1), has_aux=True)(
            variables["params"], real
        )
        after = first[0][1][1]
        scores, changed = module.apply(
            after, fake, given[1], True, mutable=["spectral"]
        )
        return first, scores, changed["spectral"]

    ((value, (scores, _)), gradients), of_fake, spectral = run(variables)
    np.testing.assert_allclose(value, npz["out/train_real/hinge"], rtol=OUTPUT)
    for kind, seen in (("real", scores), ("fake", of_fake)):
        wanted = npz[f"out/train_{kind}/scores"]
        assert_near(seen.ravel(), wanted, OUTPUT, "scores")
    hinge = jnp.mean(nn.relu(1.0 + of_fake))
    np.testing.assert_allclose(hinge, npz["out/train_fake/hinge"], rtol=OUTPUT)
    after = variables_of(under(npz, "out/train_fake/state_after/"), paths)["spectral"]
    assert_near(spectral, after, OUTPUT, "spectral")
    theirs = under(npz, "grad/train_real/")
    stride = theirs.pop("input_stride")
    wanted = variables_of(theirs, paths)["params"]
    assert_near(gradients[0], wanted, GRADIENT, "gradient")
    axis = 1 if moving else 2
    seen = gradients[1][:, :, ::8, ::8]
    assert_near(seen, np.moveaxis(stride, axis, -1), GRADIENT, "gradient of the clip")


SMALL = {"widths": (8, 6, 4)}


def made(module, *arguments):
    return jax.eval_shape(
        module.init_with_output, jax.random.key(0), *arguments, context(2)
    )


@pytest.mark.parametrize("size", [4, 8, 16, 32])
def test_sizes_from_four_pixels_on(size):
    """Doubling: a ConvGRU and two blocks per doubling."""
    doublings = {4: 0, 8: 1, 16: 2, 32: 3}[size]
    module = dvdgan.Generator((size, size, 3), 5, (4,) * (doublings + 1), classes=3)
    z, given = jnp.zeros((2, 7)), jnp.zeros(2, jnp.int32)
    clip, variables = made(module, z, given)
    assert clip.shape == (2, 5, size, size, 3)
    decoder = variables["params"].get("decoder", {})
    assert sum(name.startswith("recurrent") for name in decoder) == doublings
    assert sum(name.startswith("block") for name in decoder) == 2 * doublings


def test_predictions_begin_as_the_given_frames_say():
    """Another last frame, or another first, changes all that follows; noise too."""
    module = dvdgan.Predictor(3, (6, 4, 4))
    drawn = np.random.default_rng(0).standard_normal
    frames = jnp.asarray(drawn((2, 2, 8, 12, 1)), jnp.float32)
    z = jnp.asarray(drawn((2, 5)), jnp.float32)
    variables = filled(module, frames, z, context(2))

    @jax.jit
    def predict(frames, z):
        return module.apply(variables, frames, z, context(2, False))

    clip = predict(frames, z)
    assert clip.shape == (2, 3, 8, 12, 1)
    for other in (
        predict(frames.at[:, 0].add(1.0), z),
        predict(frames.at[:, 1].add(1.0), z),
        predict(frames, z + 1.0),
    ):
        gaps = jnp.max(jnp.abs(other - clip), axis=(2, 3, 4))
        assert np.all(gaps > 0)


def test_frames_critic_sees_what_follows_only():
    """And the clips' critic all of it."""
    module = dvdgan.Discriminator((8, 8), frames=2)
    drawn = np.random.default_rng(0).standard_normal
    value, given = (jnp.asarray(drawn((2, n, 8, 8, 1)), jnp.float32) for n in (3, 2))
    variables = filled(module, value, given, context(2))

    @jax.jit
    def judge(value, given):
        return module.apply(variables, value, given, context(2, False)).logits

    first, other = judge(value, given), judge(value, given + 1.0)
    np.testing.assert_array_equal(first["frame"], other["frame"])
    assert np.all(first["clip"] != other["clip"])
    assert first["frame"].shape == first["clip"].shape == (2,)


def test_scores_of_frames_are_added_up():
    """Of three drawn frames of a clip that stands still, three times that of one."""
    frame = np.random.default_rng(0).standard_normal((2, 1, 8, 8, 1))
    clip = jnp.asarray(np.repeat(frame, 4, 1), jnp.float32)
    one, three = (dvdgan.Discriminator((8, 8), frames=n) for n in (1, 3))
    variables = filled(one, clip, (), context(2))
    logits = [
        jax.jit(module.apply)(variables, clip, (), context(2, False)).logits["frame"]
        for module in (one, three)
    ]
    np.testing.assert_allclose(3 * logits[0], logits[1], rtol=1e-5)


@pytest.mark.parametrize(
    ("module", "arguments", "message"),
    [
        (
            dvdgan.Predictor(3, (4, 4, 4)),
            (jnp.zeros((2, 2, 6, 8, 1)), jnp.zeros((2, 3))),
            "source: saw .*, wanted given frames .* multiples of 4",
        ),
        (
            dvdgan.Predictor(3, (4, 4)),
            (jnp.zeros((2, 2, 8, 8, 1)), ()),
            r"noise: saw \[\], wanted \[2, Z\]: a game with a `noise_size`",
        ),
        (
            dvdgan.Discriminator((4, 4)),
            (jnp.zeros((2, 2, 8, 8, 1)), jnp.zeros((2, 2, 4, 4, 1))),
            "given: saw .*, wanted frames of the size of those judged",
        ),
        (
            dvdgan.Generator((12, 12, 1), 2, (4, 4, 4, 4)),
            (jnp.zeros((2, 3)), ()),
            "shape: saw",
        ),
        (
            dvdgan.Discriminator((4, 4), classes=3),
            (jnp.zeros((2, 2, 8, 8, 1)), ()),
            "given: saw",
        ),
    ],
)
def test_what_cannot_be_made_or_judged(module, arguments, message):
    with pytest.raises(ValueError, match=message):
        made(module, *arguments)


def test_sizes_of_the_published_networks():
    """Of one level by hand, and of all: with the channel multiplier of 128."""
    clip, variables = made(
        dvdgan.Generator(classes=600), jnp.zeros((2, 120)), jnp.zeros(2, jnp.int32)
    )
    assert clip.shape == (2, 12, 64, 64, 3)
    decoder = variables["params"]["decoder"]
    size = sum(x.size for x in jax.tree.leaves(decoder["recurrent_0"]))
    assert size == 9 * (1024 + 1024) * 3 * 1024 + 3 * 1024
    size = sum(x.size for x in jax.tree.leaves(decoder["block_0"]))
    assert size == (2 * 9 + 1) * 1024**2 + 2 * 1024 + 2 * (240 + 1) * 2 * 1024
