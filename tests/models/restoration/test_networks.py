"""Networks of super-resolution: sizes, counts, options, what is refused."""

import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models.restoration import (
    MSRResNet,
    RRDBNet,
    SRGANDiscriminator,
    SRResNet,
    SRVGGNetCompact,
    UNetDiscriminator,
    VGGDiscriminator,
    weights,
)
from jaxgan.nn import BatchNorm, Conv, PReLU, repeat
from tests.models import reference
from tests.models.filled import filled
from tests.models.golden import assert_near

CONTEXT = Context(example_keys(jax.random.key(0), 2), train=True)
STILL = Context(CONTEXT.keys)


def images(height, width=None, channels=3):
    return jnp.zeros((2, height, width or height, channels))


def shapes(module, value):
    return jax.eval_shape(module.init, jax.random.key(0), value, (), CONTEXT)


def count(module, value):
    return sum(leaf.size for leaf in jax.tree.leaves(shapes(module, value)["params"]))


def made(module, value):
    """The shape of what a network makes."""
    return jax.eval_shape(
        lambda: module.init_with_output(jax.random.key(0), value, (), CONTEXT)[0]
    )


@pytest.mark.parametrize(
    ("module", "value", "millions"),
    [
        (RRDBNet(), images(8), 16.698),
        (RRDBNet(scale=2), images(8), 16.703),
        (RRDBNet(blocks=6), images(8), 4.468),
        (MSRResNet(), images(8), 1.518),
        (SRVGGNetCompact(blocks=32), images(8), 1.213),
        (SRVGGNetCompact(blocks=16), images(8), 0.621),
        (VGGDiscriminator(), images(128), 14.499),
        (UNetDiscriminator(), images(64), 4.377),
    ],
)
def test_parameters_of_the_published_networks(module, value, millions):
    """Counted by PyTorch from BasicSR's networks."""
    assert round(count(module, value) / 1e6, 3) == millions


def test_parameters_of_the_papers_networks():
    """Counted from the layers of figure 4 of SRGAN's paper."""

    def conv(size, a, b, bias=True):
        return size**2 * a * b + b * bias

    block = 2 * (conv(3, 64, 64, False) + 2 * 64) + 64
    wanted = conv(9, 3, 64) + 64 + 16 * block + conv(3, 64, 64, False) + 2 * 64
    wanted += 2 * (conv(3, 64, 256) + 64) + conv(9, 64, 3)
    assert count(SRResNet(), images(8)) == wanted
    widths = [3, 64, 64, 128, 128, 256, 256, 512, 512]
    wanted = 64 + sum(
        conv(3, a, b, False) + 2 * b * (n > 0)
        for n, (a, b) in enumerate(itertools.pairwise(widths))
    )
    wanted += 6 * 6 * 512 * 1024 + 1024 + 1024 + 1
    assert count(SRGANDiscriminator(), images(96)) == wanted


@pytest.mark.parametrize(
    ("kind", "scales"),
    [
        (RRDBNet, (1, 2, 4)),
        (MSRResNet, (2, 3, 4)),
        (SRResNet, (2, 3, 4)),
        (SRVGGNetCompact, (1, 2, 3, 4)),
    ],
)
def test_any_size_is_enlarged(kind, scales):
    for scale in scales:
        module = kind(scale, width=4, blocks=2)
        value = images(3 * module.multiple, 5 * module.multiple)
        h, w = value.shape[1:3]
        assert made(module, value).shape == (2, scale * h, scale * w, 3)


def test_rematerialization_changes_nothing():
    """With statistics of the batch too; golden vectors are of the other networks."""
    module = SRResNet(2, width=3, blocks=2)
    value = jax.random.normal(jax.random.key(1), (2, 4, 3, 3))
    variables = filled(module, value, (), CONTEXT)

    def loss(params, module):
        state = {**variables, "params": params}
        y, changed = module.apply(state, value, (), CONTEXT, mutable=["batch_stats"])
        return jnp.mean(jnp.abs(y)), changed

    @jax.jit
    def both(params):
        modules = module, module.clone(rematerialize=True)
        return [jax.grad(loss, has_aux=True)(params, module) for module in modules]

    wanted, seen = both(variables["params"])
    assert_near(seen, wanted, 1e-5, "rematerialized")


def test_srresnet_by_definition():
    """Figure 4 of SRGAN's paper, written out: its blocks one by one."""
    module = SRResNet(width=4, blocks=2)
    value = jax.random.normal(jax.random.key(1), (2, 5, 6, 3))
    variables = filled(module, value, (), CONTEXT)

    def part(name, number=None):
        tree = {}
        for collection, leaves in variables.items():
            inner = functools.reduce(lambda x, n: x.get(n, {}), name.split("."), leaves)
            pick = (lambda x: x) if number is None else (lambda x: x[number])
            tree[collection] = jax.tree.map(pick, inner)
        return tree

    def conv(x, features, name, number=None, size=3, bias=True):
        layer = Conv(features, bias, size=size)
        return layer.apply({"params": part(name, number)["params"]}, x)

    def norm(x, name, number=None):
        return BatchNorm().apply(part(name, number), x, STILL)

    def prelu(x, name, number=None):
        return PReLU().apply({"params": part(name, number)["params"]}, x)

    x = first = prelu(conv((value + 1) / 2, 4, "conv_first", size=9), "prelu_first")
    for n in range(2):
        y = norm(conv(x, 4, "body.conv1", n, bias=False), "body.norm1", n)
        y = conv(prelu(y, "body.prelu", n), 4, "body.conv2", n, bias=False)
        x = x + norm(y, "body.norm2", n)
    x = first + norm(conv(x, 4, "conv_body", bias=False), "norm_body")
    for place in (1, 2):
        y = np.asarray(conv(x, 16, f"upconv{place}"))
        b, h, w, _ = y.shape
        x = np.zeros((b, 2 * h, 2 * w, 4), np.float32)
        for row in range(2):
            for column in range(2):
                x[:, row::2, column::2] = y[..., 2 * row + column :: 4]
        x = prelu(jnp.asarray(x), f"prelu_up{place}")
    wanted = conv(x, 3, "conv_last", size=9)
    assert_near(module.apply(variables, value, (), STILL), wanted, 1e-5, "srresnet")


@pytest.mark.parametrize("slope", [None, 0.0, 0.1])
def test_compact_by_definition(slope):
    """BasicSR's layers in a row, in float64, from the official names."""
    module = SRVGGNetCompact(3, width=4, blocks=2, slope=slope)
    value = jax.random.normal(jax.random.key(1), (2, 3, 4, 3))
    variables = filled(module, value, (), CONTEXT)
    state = weights.export_torch(variables)
    x = source = np.transpose((np.asarray(value, np.float64) + 1) / 2, (0, 3, 1, 2))
    for number in (0, 2, 4):
        names = (f"body.{number}.weight", f"body.{number}.bias")
        x = reference.convolution(x, *(state[n] for n in names))
        slopes = state.get(f"body.{number + 1}.weight", np.full(4, slope))
        x = reference.leaky(x, np.asarray(slopes, np.float64)[None, :, None, None])
    x = reference.convolution(x, state["body.6.weight"], state["body.6.bias"])
    y = source.repeat(3, 2).repeat(3, 3)
    for row in range(3):
        for column in range(3):
            y[:, :, row::3, column::3] += x[:, 3 * row + column :: 9]
    seen = module.apply(variables, value, (), STILL)
    assert_near(seen, np.transpose(2 * y - 1, (0, 2, 3, 1)), 1e-5, "compact")


@pytest.mark.parametrize("blocks", [2, 32])
def test_what_varies_passes_a_compact_network_at_its_start(blocks):
    """Of PyTorch's own start nothing does: 1e-5 after 12 blocks, 0 after 32."""
    module = SRVGGNetCompact(2, width=8, blocks=blocks)
    value = jax.random.uniform(jax.random.key(1), (2, 8, 8, 3), minval=-1.0)
    enlarged, _ = jax.jit(module.init_with_output)(
        jax.random.key(0), value, (), CONTEXT
    )
    added = jnp.std(enlarged - repeat(value, 2), (0, 1, 2))
    assert 0.01 < jnp.mean(added) / jnp.std(value) < 2


def test_vgg_discriminators_of_other_sizes():
    """256 pixels are BasicSR's second size: one more pair of convolutions."""
    tree = shapes(VGGDiscriminator(256, width=2), images(256))["params"]
    assert tree["conv5_1"]["kernel"].shape == (4, 4, 16, 16)
    assert tree["linear1"]["kernel"].shape == (256, 100)
    assert made(VGGDiscriminator(8, width=2), images(8)).logits.shape == (2,)


@pytest.mark.parametrize(
    ("module", "value", "said"),
    [
        (RRDBNet(3), images(8), r"scale: saw 3, wanted 4, 2 or 1"),
        (RRDBNet(2), images(8, 5), r"size: saw 8×5, wanted sides that 2 divides"),
        (RRDBNet(1), images(6, 8), r"size: saw 6×8, wanted sides that 4 divides"),
        (RRDBNet(growth=0), images(8), r"growth: saw 0, wanted a whole number"),
        (MSRResNet(1), images(8), r"scale: saw 1, wanted 2, 3 or 4"),
        (MSRResNet(), images(8, channels=4), r"channels: saw a source of 4, wanted 3"),
        (MSRResNet(blocks=-1), images(8), r"blocks: saw -1, wanted"),
        (SRResNet(5), images(8), r"scale: saw 5, wanted 2, 3 or 4"),
        (SRVGGNetCompact(0), images(8), r"scale: saw 0, wanted a whole number"),
        (VGGDiscriminator(96), images(96), r"size: saw 96, wanted 8, 16, 32, ..."),
        (VGGDiscriminator(), images(64), r"size: saw 64×64, wanted 128×128"),
        (SRGANDiscriminator(), images(96, 64), r"size: saw 96×64, wanted 96×96"),
        (UNetDiscriminator(), images(16, 12), r"size: saw 16×12, wanted sides that 8"),
    ],
)
def test_what_is_refused(module, value, said):
    with pytest.raises(ValueError, match=said):
        shapes(module, value)


def test_a_gray_source_is_enlarged_to_colours():
    assert made(MSRResNet(2, width=4), images(4, channels=1)).shape == (2, 8, 8, 3)
