"""EfficientNet-Lite against its definition in float64, and timm's names and sizes."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.models import efficientnet
from jaxgan.models.efficientnet import EfficientNet, Stage, export_torch, import_torch
from tests.models.filled import filled
from tests.models.golden import assert_near
from tests.models.reference import channels_last, convolution

STAGES = (Stage(3, 1, 1, 3, 1), Stage(3, 2, 2, 4, 2), Stage(5, 2, 3, 2, 1))
TINY = EfficientNet(("stage_1", "stage_2", "stage_3"), STAGES, stem=3)
PARTS = ("layer0.3", "layer0.4", "layer1.0", "layer2.0", "layer2.1", "layer3.0")
"""Projected GANs' names of timm's stages in a row, but the last."""


def tiny(layers=TINY.layers):
    module = TINY.clone(layers=layers)
    return module, filled(module, jnp.zeros((1, 16, 16, 3)))


def same(x, weight, stride=1, groups=1):
    """TensorFlow's padding: to ceil(size / stride), the odd zero behind."""
    pads = [(0, 0), (0, 0)]
    for size in x.shape[2:]:
        total = max((-(-size // stride) - 1) * stride + weight.shape[-1] - size, 0)
        pads.append((total // 2, total - total // 2))
    return convolution(np.pad(x, pads), weight, None, stride, 0, groups)


def reference(state, x):
    """timm's tf_efficientnet_lite0 of other sizes: a map of every stage."""

    def norm(x, name):
        mean, var, scale, bias = (
            state[f"{name}.{kind}"].astype(np.float64)[None, :, None, None]
            for kind in ("running_mean", "running_var", "weight", "bias")
        )
        return (x - mean) / np.sqrt(var + 1e-3) * scale + bias

    def relu6(x):
        return np.clip(x, 0.0, 6.0)

    x = relu6(norm(same(x, state["conv_stem.weight"], 2), "bn1"))
    maps = []
    for number, stage in enumerate(STAGES):
        for place in range(stage.depth):
            y, block = x, f"blocks.{number}.{place}"
            names = ["bn1", "bn2", "bn3"]
            if stage.expansion > 1:
                y = same(y, state[f"{block}.conv_pw.weight"])
                y = relu6(norm(y, f"{block}.{names.pop(0)}"))
            stride = 1 if place else stage.stride
            weight = state[f"{block}.conv_dw.weight"]
            y = same(y, weight, stride, groups=y.shape[1])
            y = relu6(norm(y, f"{block}.{names.pop(0)}"))
            last = "conv_pwl" if stage.expansion > 1 else "conv_pw"
            y = same(y, state[f"{block}.{last}.weight"])
            y = norm(y, f"{block}.{names.pop(0)}")
            x = x + y if x.shape == y.shape else y
        maps.append(x)
    return maps


@pytest.mark.parametrize("size", [(16, 16), (9, 14)])
def test_definition(size):
    module, variables = tiny()
    x = np.random.default_rng(1).normal(size=(2, 3, *size)).astype(np.float32)
    seen = jax.jit(module.apply)(variables, jnp.asarray(channels_last(x)))
    wanted = reference(export_torch(variables), x)
    assert list(seen) == ["stage_1", "stage_2", "stage_3"]
    for name, array in zip(seen, wanted):
        assert_near(seen[name], channels_last(array), 1e-5, name)


def test_published_sizes():
    """timm's 4,652,008 parameters, without the last convolution and the classes."""
    maps, shapes = jax.eval_shape(
        *(EfficientNet().init_with_output, jax.random.key(0)),
        jnp.zeros((1, 224, 224, 3)),
    )
    sizes = [math.prod(x.shape) for x in jax.tree.leaves(shapes["params"])]
    head = 320 * 1280 + 2 * 1280 + (1280 + 1) * 1000
    assert sum(sizes) == 4_652_008 - head
    wanted = [(56, 56, 24), (28, 28, 40), (14, 14, 112), (7, 7, 320)]
    assert [x.shape[1:] for x in maps.values()] == wanted
    address, digest = efficientnet.PUBLISHED
    assert address.endswith(f"/tf_efficientnet_lite0-{digest}.pth")


def test_names():
    """timm's, with what is not read, and those of projected GANs' four parts."""
    _, variables = tiny()
    state = export_torch(variables)
    assert len(state) == len(jax.tree.leaves(variables))
    extra = {"conv_head.weight": np.zeros((2, 2, 1, 1)), "bn2.bias": np.zeros(2)}
    extra |= {"classifier.bias": np.zeros(2), "bn1.num_batches_tracked": np.zeros(())}
    again = import_torch(state | extra)
    assert jax.tree.structure(again) == jax.tree.structure(variables)
    jax.tree.map(np.testing.assert_array_equal, again, variables)
    parts = {}
    for name, array in state.items():
        first, _, rest = name.partition(".")
        if first == "blocks":
            number, _, rest = rest.partition(".")
            parts[f"pretrained.{PARTS[int(number)]}.{rest}"] = array
        else:
            place = ("conv_stem", "bn1").index(first)
            parts[f"pretrained.layer0.{place}.{rest}"] = array
    jax.tree.map(np.testing.assert_array_equal, import_torch(parts), variables)
    with pytest.raises(
        ValueError, match=r"saw 'blocks\.0\.0\.se\.conv_reduce\.weight'"
    ):
        import_torch(state | {"blocks.0.0.se.conv_reduce.weight": np.zeros((2, 2))})


def test_ends_with_the_last_layer():
    """What is not looked at has no parameters; grey images are of three channels."""
    module, variables = tiny(("stage_1",))
    assert set(variables["params"]) == {"stem", "norm_stem", "stage_1_0"}
    grey = jax.random.normal(jax.random.key(1), (1, 4, 4, 1))
    apply = jax.jit(module.apply)
    seen = apply(variables, grey)["stage_1"]
    whole = apply(variables, jnp.repeat(grey, 3, axis=-1))["stage_1"]
    np.testing.assert_allclose(seen, whole, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "channels", "message"),
    [
        ({"layers": ("stage_4",)}, 3, "layers: saw 'stage_4', wanted some of stage_1,"),
        ({"layers": ()}, 3, "layers: saw none, wanted some of"),
        ({"stem": 0}, 3, "stem: saw 0, wanted"),
        ({"stages": (Stage(3, 0, 1, 3, 1),)}, 3, "stages: stride: saw 0, wanted"),
        ({}, 4, r"images: saw shape \(1, 8, 8, 4\), wanted \[B, H, W, 1 or 3\]"),
    ],
)
def test_refuses(change, channels, message):
    init = TINY.clone(**change).init
    with pytest.raises(ValueError, match=message):
        jax.eval_shape(init, jax.random.key(0), jnp.zeros((1, 8, 8, channels)))
