"""Networks of super-resolution against BasicSR's: outputs, gradients and buffers."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models.restoration import (
    MSRResNet,
    RRDBNet,
    UNetDiscriminator,
    VGGDiscriminator,
)
from jaxgan.models.restoration.layers import from_unit, to_unit
from jaxgan.models.restoration.weights import import_torch
from tests.models.golden import assert_near, images, under

KINDS = {
    "RRDBNet": (RRDBNet, {"scale": "scale", "num_grow_ch": "growth"}),
    "MSRResNet": (MSRResNet, {"upscale": "scale"}),
    "VGGStyleDiscriminator": (VGGDiscriminator, {"input_size": "size"}),
    "UNetDiscriminatorSN": (UNetDiscriminator, {"skip_connection": "skips"}),
}
SHARED = {"num_feat": "width", "num_block": "blocks", "num_out_ch": "channels"}


def context(count, train=False):
    return Context(example_keys(jax.random.key(0), count), train=train)


def made(npz):
    """Our network of the configuration of a file."""
    config = json.loads(str(npz["config"]))["modules"][""]
    kind, names = KINDS[config["class"]]
    names = SHARED | names
    ctor = config["ctor"]
    return kind(**{names[n]: ctor[n] for n in ctor if n in names})


@pytest.mark.parametrize(
    "rematerialize", [False, pytest.param(True, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("name", ["esrgan_rrdbnet", "esrgan_msrresnet"])
def test_official_generators(golden, name, rematerialize):
    npz = np.load(golden / f"{name}.npz")
    module = made(npz).clone(rematerialize=rematerialize)
    variables = import_torch(under(npz, "state/"))
    x = from_unit(images(npz["in/x"]))

    @jax.jit
    def loss(params):
        y, kept = module.apply(
            {"params": params},
            *(x, (), context(len(x), True)),
            capture_intermediates=True,
            mutable=["intermediates"],
        )
        y = to_unit(y)
        return jnp.sum(y * images(npz["in/cotangent"])), (y, kept["intermediates"])

    (value, (y, kept)), gradient = jax.value_and_grad(loss, has_aux=True)(
        variables["params"]
    )
    assert_near(y, images(npz["out/y"]), 1e-4, f"{name} y")
    assert_near(value, npz["out/main/loss"], 1e-4, f"{name} loss")
    wanted = import_torch(under(npz, "grad/main/"))["params"]
    assert_near(gradient, wanted, 1e-3, f"{name} gradient")
    if not rematerialize:
        for module, array in under(npz, "out/intermediate/").items():
            assert_near(output(kept, module), images(array), 1e-4, f"{name} {module}")


def output(kept, module):
    """What a module of theirs put out for the first example."""
    first, *rest = module.split(".")
    inner = kept[first]
    if rest[1:] == ["rdb1"]:
        return inner["rdb"]["__call__"][0][0][int(rest[0]), 0, :1]
    if rest:
        return inner["__call__"][0][0][int(rest[0]), :1]
    return inner["__call__"][0][:1]


@pytest.mark.parametrize("name", ["esrgan_vgg_d", "esrgan_unet_d"])
def test_official_discriminators(golden, name):
    npz = np.load(golden / f"{name}.npz")
    module = made(npz)
    variables = import_torch(under(npz, "state/"))
    x = from_unit(images(npz["in/x"]))
    collections = [key for key in variables if key != "params"]

    @jax.jit
    def still(variables):
        return module.apply(variables, x, (), context(len(x))).logits

    @jax.jit
    def moving(params):
        verdict, changed = module.apply(
            {**variables, "params": params},
            *(x, (), context(len(x), True)),
            mutable=collections,
        )
        logits = verdict.logits
        return jnp.mean(jax.nn.softplus(-logits)), (logits, changed)

    def officially(case):
        return npz[f"out/{case}/y"].reshape(wanted_shape)

    wanted_shape = still(variables).shape
    assert_near(still(variables), officially("eval"), 1e-4, f"{name} eval")
    (loss, (logits, changed)), gradient = jax.value_and_grad(moving, has_aux=True)(
        variables["params"]
    )
    assert_near(logits, officially("train"), 1e-4, f"{name} train")
    assert_near(loss, npz["out/train/loss"], 1e-4, f"{name} loss")
    wanted = import_torch(under(npz, "grad/train/"))["params"]
    assert_near(gradient, wanted, 1e-3, f"{name} gradient")
    after = under(npz, "out/train/state_after/")
    wanted = import_torch({**under(npz, "state/"), **after})
    wanted.pop("params")
    assert_near(changed, wanted, 1e-4, f"{name} buffers")
    logits = still({**variables, **changed})
    assert_near(logits, officially("eval_after_train"), 1e-4, f"{name} after")
