"""Weights under BasicSR's names, in all spellings that published files have."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models.restoration import (
    MSRResNet,
    RRDBNet,
    SRResNet,
    SRVGGNetCompact,
    UNetDiscriminator,
    VGGDiscriminator,
    weights,
)
from tests.models.filled import filled
from tests.models.golden import under

CONTEXT = Context(example_keys(jax.random.key(0), 2))
SMALL, LARGE = jnp.zeros((2, 4, 4, 3)), jnp.zeros((2, 16, 16, 3))
CASES = {
    "rrdb": (RRDBNet(width=4, blocks=2, growth=3), SMALL),
    "rrdb x1": (RRDBNet(1, width=4, blocks=3, growth=3), SMALL),
    "msr x4": (MSRResNet(width=4, blocks=2), SMALL),
    "msr x3": (MSRResNet(3, width=4, blocks=1), SMALL),
    "compact": (SRVGGNetCompact(3, width=4, blocks=2), SMALL),
    "compact relu": (SRVGGNetCompact(2, width=4, blocks=2, slope=0.0), SMALL),
    "vgg": (VGGDiscriminator(16, width=2, hidden=5), LARGE),
    "unet": (UNetDiscriminator(width=2), LARGE),
}


@pytest.mark.parametrize("name", CASES)
def test_there_and_back(name):
    module, value = CASES[name]
    variables = filled(module, value, (), CONTEXT)
    state = weights.export_torch(variables)
    sizes = [x.size for x in jax.tree.leaves(variables)]
    assert sum(x.size for x in state.values()) == sum(sizes)
    back = weights.import_torch(state)
    assert jax.tree.structure(back) == jax.tree.structure(variables)
    jax.tree.map(np.testing.assert_array_equal, back, variables)


@pytest.mark.parametrize("name", ["rrdbnet", "msrresnet", "vgg_d", "unet_d"])
def test_official_names(golden, name):
    """The official state dict comes back, but counts of batches, to the bit."""
    state = under(np.load(golden / f"esrgan_{name}.npz"), "state/")
    back = weights.export_torch(weights.import_torch(state))
    assert set(back) == {n for n in state if not n.endswith("num_batches_tracked")}
    for array, value in back.items():
        np.testing.assert_array_equal(value, state[array], array)


def old(name):
    """The second spelling: of ESRGAN's own code from 2018 on."""
    name = re.sub(r"^body\.(\d+)\.rdb", r"RRDB_trunk.\1.RDB", name)
    name = name.replace("conv_body", "trunk_conv").replace("conv_up", "upconv")
    return name.replace("conv_hr", "HRconv")


def oldest(name):
    """The first: numbers of layers in a row."""
    pattern = r"body\.(\d+)\.rdb(\d)\.conv(\d)\.(\w+)"
    name = re.sub(pattern, r"model.1.sub.\1.RDB\2.conv\3.0.\4", name)
    name = name.replace("conv_body", "model.1.sub.2")
    numbers = {"conv_first": 0, "conv_up1": 3, "conv_up2": 6, "conv_hr": 8}
    for layer, number in (numbers | {"conv_last": 10}).items():
        name = name.replace(layer, f"model.{number}")
    return name


@pytest.mark.parametrize("spelling", [old, oldest, lambda name: f"module.{name}"])
def test_older_spellings(golden, spelling):
    state = under(np.load(golden / "esrgan_rrdbnet.npz"), "state/")
    wanted = weights.import_torch(state)
    spelt = {spelling(name): x for name, x in state.items()}
    assert not set(spelt) & {n for n in state if "rdb" in n}
    seen = weights.import_torch(spelt)
    assert jax.tree.structure(seen) == jax.tree.structure(wanted)
    jax.tree.map(np.testing.assert_array_equal, seen, wanted)


def test_older_spelling_of_the_residual_network(golden):
    state = under(np.load(golden / "esrgan_msrresnet.npz"), "state/")
    spelt = {
        re.sub("^body", "recon_trunk", n).replace("conv_hr", "HRconv"): x
        for n, x in state.items()
    }
    wanted = weights.import_torch(state)
    jax.tree.map(np.testing.assert_array_equal, weights.import_torch(spelt), wanted)


def test_what_is_not_basicsrs():
    one = np.ones((2, 2, 3, 3), np.float32)
    for name in ("fc.weight", "conv_first.scale", "body.0.rdb4.conv1.weight"):
        with pytest.raises(ValueError, match=f"saw '{name}', wanted a name of BasicSR"):
            weights.import_torch({name: one})
    gap = {f"body.{n}.conv1.weight": one for n in (0, 2)}
    with pytest.raises(ValueError, match=r"saw 2 blocks, but none of number 1"):
        weights.import_torch(gap)
    gap = {"body.0.conv1.weight": one, "body.1.conv1.weight": one[:1]}
    with pytest.raises(ValueError, match=r"conv1\.kernel: saw several shapes"):
        weights.import_torch(gap)
    with pytest.raises(ValueError, match=r"conv1\.weight_v: saw 3 numbers without"):
        weights.import_torch({"conv1.weight_v": one[0, 0, 0]})
    with pytest.raises(ValueError, match=r"linear1\.weight: saw 3 inputs, wanted maps"):
        weights.import_torch({"linear1.weight": one[0, 0]})
    module = SRResNet(2, width=2, blocks=1)
    with pytest.raises(ValueError, match=r"variables: saw .*, wanted those of RRDBNet"):
        weights.export_torch(filled(module, SMALL, (), CONTEXT))
