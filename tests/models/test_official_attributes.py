"""Attributes of official code that no golden vector has, by their definitions."""

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import biggan, r3gan, stylegan2
from jaxgan.models.biggan import weights as biggan_weights
from jaxgan.models.biggan.layers import ConditionalNorm, Normalisation
from jaxgan.models.biggan.networks import DiscriminatorBlock
from jaxgan.models.filter_taps import taps_of
from jaxgan.models.r3gan import weights as r3gan_weights
from jaxgan.models.r3gan.networks import Block
from jaxgan.models.r3gan.resampling import filter_of, larger, low_pass, smaller
from jaxgan.models.stylegan2 import blocks as stylegan2_blocks
from jaxgan.models.stylegan2 import weights as stylegan2_weights
from jaxgan.models.stylegan2.blocks import Architecture, SynthesisBlock
from jaxgan.nn import PowerIteration
from jaxgan.nn.equalized import EqualizedConv
from jaxgan.nn.style import MappingNetwork
from tests.models import reference
from tests.models.filled import filled
from tests.models.golden import assert_near

RNG = np.random.default_rng(0)
FILTERS = [(1.0,), (1.0, 4.0, 6.0, 4.0, 1.0), (3.0, 2.0, -1.0, 4.0)]


def context(count, train=False):
    return Context(example_keys(jax.random.key(0), count), train=train)


def mapped(state, z, c, layers, multiplier):
    """`MappingNetwork` of stylegan2-ada-pytorch: training/networks.py.

    Every FullyConnectedLayer multiplies its weight by lr_multiplier / √in_features and
    its bias by lr_multiplier; the embedding's multiplier is 1.
    """

    def unit(x):
        return x / np.sqrt(np.mean(x**2, axis=1, keepdims=True) + 1e-8)

    def dense(x, name, multiplier):
        weight, bias = (state[f"{name}.{x}"].astype(np.float64) for x in WEIGHT_BIAS)
        gain = multiplier / math.sqrt(weight.shape[1])
        return x @ weight.T * gain + bias * multiplier

    parts = [] if z is None else [unit(z)]
    if c is not None:
        parts.append(unit(dense(c, "mapping.embed", 1.0)))
    x = np.concatenate(parts, axis=1)
    for place in range(layers):
        x = math.sqrt(2) * reference.leaky(dense(x, f"mapping.fc{place}", multiplier))
    return x


WEIGHT_BIAS = ("weight", "bias")
WIDE = {"layer_features": 6, "embed_features": 4, "learning_rate_multiplier": 0.3}


@pytest.mark.parametrize("layers", [1, 3])
def test_mappings_by_definition(layers):
    small = {"channel_base": 16, "channel_max": 3}
    module = stylegan2.Generator((4, 4, 1), 3, 5, layers, **small, **WIDE)
    z, labels = RNG.normal(size=(2, 7)), jnp.array([2, 0])
    variables = filled(module, jnp.asarray(z, jnp.float32), labels, context(2))
    state = stylegan2_weights.export_torch(variables)
    between = [state[f"mapping.fc{n}.weight"].shape for n in range(layers)]
    assert between == ([(6, 11), (6, 6), (5, 6)] if layers == 3 else [(5, 11)])
    seen = jax.jit(
        lambda z: module.apply(variables, z, labels, context(2), method="styles")
    )
    wanted = mapped(state, z, np.eye(3)[[2, 0]], layers, 0.3)
    assert_near(seen(jnp.asarray(z, jnp.float32))[:, 0], wanted, 1e-4)
    back = stylegan2_weights.import_torch(state)
    assert jax.tree.structure(back) == jax.tree.structure(variables)


def test_mappings_start_with_unit_gain():
    """Whatever the multiplier: weights are stored as N(0, 1) over it."""
    z = jax.random.normal(jax.random.key(1), (256, 64))
    for multiplier in (1.0, 0.01):
        module = MappingNetwork(1, 64, decay=None, multiplier=multiplier)
        (w, _), variables = jax.jit(module.init_with_output)(
            jax.random.key(0), z, (), context(256)
        )
        kernel = variables["params"]["dense0"]["kernel"]
        np.testing.assert_allclose(jnp.std(kernel) * multiplier, 1.0, rtol=0.05)
        np.testing.assert_allclose(jnp.mean(w**2), 1.0, rtol=0.1)


@pytest.mark.parametrize("size", [None, 7])
def test_conditions_by_definition(size):
    """The logit is ⟨out(x), mapped condition⟩ / √cmap_dim."""
    shared = {"channel_base": 32, "channel_max": 4, "group": 2}
    module = stylegan2.Discriminator(3, 2, condition_size=size, **shared, **WIDE)
    image, labels = jnp.asarray(RNG.normal(size=(2, 8, 8, 3)), jnp.float32), [1, 2]
    variables = filled(module, image, jnp.array(labels), context(2))
    state = stylegan2_weights.export_torch(variables)
    assert state["b4.out.weight"].shape == (size or 4, 4)
    verdict = jax.jit(
        lambda x: module.apply(variables, x, jnp.array(labels), context(2))
    )
    seen = verdict(image)
    weight, bias = state["b4.out.weight"] / math.sqrt(4), state["b4.out.bias"]
    out = np.asarray(seen.features, np.float64) @ weight.T + bias
    condition = mapped(state, None, np.eye(3)[labels], 2, 0.3)
    wanted = np.sum(out * condition, axis=1) / math.sqrt(size or 4)
    assert_near(seen.logits, wanted, 1e-4)


@pytest.mark.parametrize("taps", FILTERS)
@pytest.mark.parametrize("kind", ["up", "down"])
@pytest.mark.parametrize("size", [1, 3])
def test_filters_by_definition(taps, kind, size):
    """conv2d_resample.py: its pads, and upfirdn2d around a convolution."""
    layer = EqualizedConv(2, size, taps=taps, use_bias=False, **{kind: 2})
    x = RNG.normal(size=(2, 3, 8, 8))
    seen = jnp.asarray(reference.channels_last(x))
    variables = filled(layer, seen)
    kernel = np.asarray(variables["params"]["kernel"], np.float64)
    kernel = kernel.transpose(3, 2, 0, 1) / math.sqrt(3 * size**2)
    count, edge = len(taps), size // 2
    if kind == "up":
        pads = (edge + (count + 1) // 2, edge + (count - 2) // 2)
        wide = reference.resampled(x, taps, up=2, pads=pads, gain=4.0)
        # flip_weight is false there: the kernel is turned.
        wanted = reference.convolution(wide, kernel[:, :, ::-1, ::-1], padding=0)
    else:
        pads = (edge + (count - 1) // 2, edge + (count - 2) // 2)
        small = reference.resampled(x, taps, pads=pads)
        wanted = reference.convolution(small, kernel, stride=2, padding=0)
    y = jax.jit(lambda x: layer.apply(variables, x))(seen)
    assert_near(y, reference.channels_last(wanted), 1e-4, f"{taps} {kind} {size}")


@pytest.mark.parametrize(
    "resampling_filter", [(1.0,), (1.0, 2.0, 1.0), (1, 4, 6, 4, 1), (3, 1, 2)]
)
def test_r3gan_filters_by_definition(resampling_filter):
    """Resamplers.py: conv_transpose2d and conv2d with stride 2 by one kernel."""
    x = RNG.normal(size=(2, 3, 6, 4))
    row = np.convolve(resampling_filter, [1, 1])
    kernel = np.multiply.outer(row, row) / np.multiply.outer(row, row).sum()
    radius = len(resampling_filter) // 2
    seen = jnp.asarray(reference.channels_last(x))
    wanted = reference.transposed(x, 4 * kernel, radius)
    y = jax.jit(lambda x: larger(x, resampling_filter))(seen)
    assert_near(y, reference.channels_last(wanted), 1e-5)
    alone = x.reshape(6, 1, 6, 4)
    wanted = reference.convolution(alone, kernel[None, None], stride=2, padding=radius)
    wanted = wanted.reshape(2, 3, 3, 2)
    y = jax.jit(lambda x: smaller(x, resampling_filter))(seen)
    assert_near(y, reference.channels_last(wanted), 1e-5)
    found = filter_of(taps_of("x", kernel))
    np.testing.assert_array_equal(low_pass(found), low_pass(resampling_filter))


@pytest.mark.parametrize("size", [1, 5])
def test_r3gan_blocks_by_definition(size):
    """Networks.py's ResidualBlock with another KernelSize, and its initial scale."""
    block = Block(groups=2, depth=3, size=size)
    x = RNG.normal(size=(2, 4, 7, 7))
    seen = jnp.asarray(reference.channels_last(x))
    params = filled(block, seen)["params"]

    def theirs(name):
        return np.asarray(params[name]["kernel"], np.float64).transpose(3, 2, 0, 1)

    y = reference.convolution(x, theirs("conv1"), params["conv1"]["bias"])
    y = reference.convolution(
        reference.leaky(y), theirs("conv2"), params["conv2"]["bias"], groups=2
    )
    wanted = x + reference.convolution(reference.leaky(y), theirs("conv3"))
    seen = jax.jit(lambda x: block.apply({"params": params}, x))(seen)
    assert_near(seen, reference.channels_last(wanted), 1e-4)
    big = Block(groups=1, depth=16, size=size)
    kernel = big.init(jax.random.key(0), jnp.zeros((1, 8, 8, 32)))["params"]["conv2"][
        "kernel"
    ]
    gain = math.sqrt(2 / 1.04) * 16**-0.25
    np.testing.assert_allclose(
        jnp.std(kernel), gain / math.sqrt(size**2 * 64), rtol=0.05
    )


@pytest.mark.parametrize("kind", [r3gan.Generator, r3gan.Discriminator])
def test_r3gan_networks_take_them(kind):
    """Kernels have the size, weights come back, and another filter is refused."""
    stages = {"widths": (4, 6), "groups": (2, 3)}
    official = {"kernel_size": 5, "resampling_filter": (1, 4, 6, 4, 1)}
    generates = kind is r3gan.Generator
    value = jnp.ones((2, 3) if generates else (2, 8, 8, 3))
    shape = {"shape": (8, 8, 3)} if generates else {}
    module = kind(**stages, **official, **shape, blocks=1)
    variables = filled(module, value, (), context(2))
    state = r3gan_weights.export_torch(variables)
    sizes = {x.shape[2:] for n, x in state.items() if "LinearLayer2" in n}
    assert sizes == {(5, 5)}
    back = r3gan_weights.import_torch(state)
    assert jax.tree.structure(back) == jax.tree.structure(variables)
    row = low_pass(official["resampling_filter"])
    state["MainLayers.1.Layers.0.Resampler.Kernel"] = np.outer(row, row)
    found = r3gan_weights.filter_of_state(state)
    assert found == official["resampling_filter"]
    r3gan_weights.import_torch(state, found)
    with pytest.raises(ValueError, match="Kernel: saw another filter, wanted that"):
        r3gan_weights.import_torch(state)
    # Without blocks, which take long to compile.
    bare = module.clone(blocks=0)
    variables = filled(bare, value, (), context(2))

    @jax.jit
    def outputs(variables):
        modules = bare, bare.clone(resampling_filter=(1, 2, 1))
        made = [m.apply(variables, value, (), context(2)) for m in modules]
        return [jax.tree.leaves(x)[0] for x in made]

    one, other = outputs(variables)
    assert np.abs(one - other).max() > 1e-3


def test_biggan_epsilon_by_definition():
    """layers.py: ccbn is batch_norm with BN_eps, times 1 + gain, plus bias."""
    epsilon = 0.1
    x, y = RNG.normal(size=(3, 4, 2, 2)), RNG.normal(size=(3, 5))
    layer = ConditionalNorm(how=Normalisation(epsilon=epsilon))
    seen = jnp.asarray(reference.channels_last(x)), jnp.asarray(y, jnp.float32)
    variables = filled(layer, *seen, context(3))
    mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3))
    params = jax.tree.map(lambda x: np.asarray(x, np.float64), variables["params"])
    u = jax.tree.map(lambda x: np.asarray(x, np.float64), variables["spectral"])

    def linear(name):
        matrix = params[name]["kernel"].T
        u_ = u[name]["spectral"]["u"]
        v = matrix.T @ u_ / np.linalg.norm(matrix.T @ u_)
        u_ = matrix @ v / np.linalg.norm(matrix @ v)
        return (y @ matrix.T / (u_ @ matrix @ v))[:, :, None, None]

    scale = 1.0 / np.sqrt(var + epsilon)
    still = (x - mean[:, None, None]) * scale[:, None, None]
    wanted = still * (1 + linear("gain")) + linear("bias")
    seen = jax.jit(layer.apply)(variables, *seen, context(3, True))
    assert_near(seen, reference.channels_last(wanted), 1e-4)


@pytest.mark.parametrize("halve", [False, True])
def test_narrow_blocks_of_biggan_by_definition(halve):
    """layers.py's DBlock with wide=False: as many hidden channels as it is given."""
    block = Still(6, halve, wide=False)
    x = RNG.normal(size=(2, 4, 4, 4))
    seen = jnp.asarray(reference.channels_last(x))
    variables = filled(block, seen)
    params, spectral = variables["params"], variables["spectral"]

    def conv(name, x):
        kernel = np.asarray(params[name]["kernel"], np.float64).transpose(3, 2, 0, 1)
        matrix = kernel.reshape(len(kernel), -1)
        sigma = np.linalg.norm(matrix.T @ spectral[name]["spectral"]["u"])
        return reference.convolution(x, kernel / sigma, params[name]["bias"])

    assert params["conv1"]["kernel"].shape[-1] == 4
    pool = reference.pooled if halve else lambda x: x
    y = conv("conv2", reference.relu(conv("conv1", reference.relu(x))))
    wanted = pool(y) + pool(conv("shortcut", x))
    y = jax.jit(lambda x: block.apply(variables, x))(seen)
    assert_near(y, reference.channels_last(wanted), 1e-4)


POWER = PowerIteration(iterations=2, vectors=2, epsilon=1e-6)
SMALL = {"classes": 3, "attention": (), "spectral": POWER}


def test_biggans_take_them():
    """Several vectors move in training and weigh nothing."""
    module = biggan.Discriminator((4, 6), 1, wide=False, **SMALL)
    value = jnp.asarray(RNG.normal(size=(2, 4, 4, 3)), jnp.float32)
    labels, train = jnp.array([0, 1]), context(2, True)
    variables = filled(module, value, labels, train)
    alone = module.clone(spectral=dataclasses.replace(POWER, vectors=1))

    @jax.jit
    def both(variables):
        verdict, changed = module.apply(
            variables, value, labels, train, mutable=["spectral"]
        )
        first = {**variables, "spectral": only_first(variables["spectral"])}
        other = alone.apply(first, value, labels, train)
        return verdict.logits, changed["spectral"], other.logits

    logits, changed, other = both(variables)
    assert_near(logits, other, 1e-5)
    assert jax.tree.structure(changed) == jax.tree.structure(variables["spectral"])
    for a, b in zip(jax.tree.leaves(changed), jax.tree.leaves(variables["spectral"])):
        assert a.size == 1 or np.all(a != b)


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_weights_of_biggans_come_back(player):
    """Under the names u0, u1; estimates of singular values are not needed."""
    module, shape = {
        "generator": (biggan.Generator((8, 8, 3), (6, 5), shared=2, **SMALL), (2, 4)),
        "discriminator": (
            biggan.Discriminator((4, 6), 1, wide=False, **SMALL),
            (2, 4, 4, 3),
        ),
    }[player]
    labels = jnp.array([0, 1])
    variables = filled(module, jnp.zeros(shape), labels, context(2))
    vectors = variables["spectral"]["linear"]["spectral"]
    assert set(vectors) == {"u", "u1"}
    state = biggan_weights.export_torch(variables)
    assert {n[-2:] for n in state if n.startswith("linear.u")} == {"u0", "u1"}
    back = biggan_weights.import_torch({**state, "linear.sv1": np.ones(1)})
    assert jax.tree.structure(back) == jax.tree.structure(variables)
    again = back["spectral"]["linear"]["spectral"]["u1"]
    np.testing.assert_array_equal(again, vectors["u1"])


def only_first(tree):
    """The vectors u of a collection of several."""
    if "u" in tree:
        return {"u": tree["u"]}
    return {name: only_first(inner) for name, inner in tree.items()}


class Still(DiscriminatorBlock):
    """The block in evaluation."""

    def __call__(self, x):
        return super().__call__(x, False)


def test_the_last_norm_of_biggan_keeps_its_epsilon():
    """As BigGAN.py, which does not pass BN_eps to it."""
    module = biggan.Generator((4, 4, 1), (2,), 3, (), 2, False)
    value, labels = jnp.ones((2, 4)), jnp.array([0, 1])
    variables = filled(module, value, labels, context(2))

    @jax.jit
    def images(variables):
        modules = module, module.clone(norm_epsilon=0.5)
        return [m.apply(variables, value, labels, context(2)) for m in modules]

    np.testing.assert_array_equal(*images(variables))


def test_blocks_of_stylegan2_take_filters():
    """Images and shortcuts change size by the filter, as the convolutions do."""
    taps, up = (1.0, 2.0, 4.0), {"up": 2, "pads": (2, 0), "gain": 4.0}
    x, image = RNG.normal(size=(2, 3, 4, 4)), RNG.normal(size=(2, 1, 4, 4))
    w = jnp.ones((2, 3, 5))
    maps = [jnp.asarray(reference.channels_last(y)) for y in (x, image)]
    block = SynthesisBlock(2, 1, residual=True, taps=taps)
    variables = filled(block, *maps, w, context(2))

    @jax.jit
    def drawn(x, image, skip):
        params = {**variables["params"], "skip": {"kernel": skip}}
        return block.apply({**variables, "params": params}, x, image, w, context(2))

    kernel = variables["params"]["skip"]["kernel"]
    features, picture = drawn(*maps, kernel)
    _, plain = drawn(maps[0], jnp.zeros_like(maps[1]), kernel)
    wanted = reference.resampled(image, taps, **up)
    assert_near(picture - plain, reference.channels_last(wanted), 1e-4)
    without, _ = drawn(*maps, jnp.zeros_like(kernel))
    wanted = around(kernel, reference.resampled(x, taps, **up))
    assert_near(features - without, wanted, 1e-4)


@pytest.mark.parametrize("architecture", [Architecture.RESIDUAL, Architecture.SKIP])
def test_discriminator_blocks_of_stylegan2_take_filters(architecture):
    """Down from 4×4 to 2×2."""
    taps, down = (1.0, 2.0, 4.0), {"down": 2, "pads": (1, 0)}
    x, image = RNG.normal(size=(2, 3, 4, 4)), RNG.normal(size=(2, 1, 4, 4))
    maps = [jnp.asarray(reference.channels_last(y)) for y in (x, image)]
    block = stylegan2_blocks.DiscriminatorBlock(3, 2, architecture, taps=taps)
    variables = filled(block, *maps)

    @jax.jit
    def judged(skip):
        params = variables["params"]
        params = {**params, "skip": {"kernel": skip}} if "skip" in params else params
        return block.apply({"params": params}, *maps)

    kernel = variables["params"].get("skip", {"kernel": jnp.zeros(())})["kernel"]
    features, smaller_image = judged(kernel)
    if architecture is Architecture.SKIP:
        wanted = reference.resampled(image, taps, **down)
        assert_near(smaller_image, reference.channels_last(wanted), 1e-4)
        return
    without, _ = judged(jnp.zeros_like(kernel))
    wanted = around(kernel, reference.resampled(x, taps, **down))
    assert_near(features - without, wanted, 1e-4)


def around(kernel, x):
    """The 1×1 convolution around a residual block, of resampled maps."""
    kernel = np.asarray(kernel, np.float64).transpose(3, 2, 0, 1) / math.sqrt(3)
    return math.sqrt(0.5) * reference.channels_last(reference.convolution(x, kernel))
