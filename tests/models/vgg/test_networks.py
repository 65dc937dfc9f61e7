"""VGG against BasicSR's vectors, and what it asks of layers, sizes and channels."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.models import vgg
from tests.models import reference
from tests.models.golden import assert_near, images, under

TINY = {"depths": (1, 2, 1), "widths": (4, 6, 5)}


def official(npz, layers):
    """BasicSR's network of a file of vectors, with its variables."""
    config = json.loads(str(npz["config"]))
    blocks, widths = [0], []
    for entry in config["vgg_cfg"]:
        if entry == "M":
            blocks.append(0)
        else:
            blocks[-1] += 1
            widths = [*widths, entry] if blocks[-1] == 1 else widths
    network = vgg.VGG(layers, tuple(blocks[:-1]), tuple(widths))
    return network, vgg.import_torch(under(npz, "state/"))


def test_official(golden):
    """Features by name; BasicSR's are of images in [0, 1]."""
    npz = np.load(golden / "basicsr_perceptual.npz")
    wanted = {name: images(x) for name, x in under(npz, "out/features/").items()}
    network, variables = official(npz, tuple(wanted))
    seen = jax.jit(network.apply)(variables, 2.0 * images(npz["in/x"][:1]) - 1.0)
    assert_near(seen, wanted, 1e-4, "vgg")


def test_layers_of_the_published():
    """The names and the numbers of parameters of torchvision's convolutions."""
    counts = {"vgg11": 9_220_480, "vgg13": 9_404_992}
    counts |= {"vgg16": 14_714_688, "vgg19": 20_024_384}
    for name, count in counts.items():
        depths, widths = vgg.CONFIGURATIONS[name]
        network = vgg.VGG(("pool5",), depths, widths)
        image = jax.ShapeDtypeStruct((1, 32, 32, 3), jnp.float32)
        variables = jax.eval_shape(network.init, jax.random.key(0), image)
        assert sum(x.size for x in jax.tree.leaves(variables)) == count
    names = vgg.layer_names(depths)
    assert (names[0], names[-3:]) == ("conv1_1", ["conv5_4", "relu5_4", "pool5"])
    assert len(names) == 37


def test_by_definition():
    """Every map in float64, of odd sides too, of images in [-1, 1]."""
    names = vgg.layer_names(TINY["depths"])
    network = vgg.VGG(names, **TINY, mean=(0.1, 0.2, 0.3), deviation=(1.0, 0.5, 0.2))
    x = jax.random.uniform(jax.random.key(1), (2, 9, 11, 3), minval=-1.0)
    variables = jax.jit(network.init)(jax.random.key(0), x)
    seen = jax.jit(network.apply)(variables, x)
    y = np.moveaxis((np.asarray(x, np.float64) + 1) / 2, -1, 1)
    y -= np.reshape([0.1, 0.2, 0.3], (1, 3, 1, 1))
    y /= np.reshape([1.0, 0.5, 0.2], (1, 3, 1, 1))
    for name in names:
        if name.startswith("conv"):
            kernel = np.transpose(variables["params"][name]["kernel"], (3, 2, 0, 1))
            y = reference.convolution(y, kernel, variables["params"][name]["bias"])
        elif name.startswith("relu"):
            y = reference.relu(y)
        else:
            height, width = y.shape[2] // 2, y.shape[3] // 2
            y = y[:, :, : 2 * height, : 2 * width]
            y = y.reshape(*y.shape[:2], height, 2, width, 2).max((3, 5))
        np.testing.assert_allclose(seen[name], np.moveaxis(y, 1, -1), 1e-4, 1e-5)


def test_only_what_is_asked_for():
    """No parameters beyond the last layer, and the same numbers."""
    x = jax.random.uniform(jax.random.key(1), (1, 8, 8, 1), minval=-1.0)
    whole = vgg.VGG(("pool3", "conv2_1"), **TINY)
    part = vgg.VGG(("conv2_1",), **TINY)
    variables, few = (jax.jit(one.init)(jax.random.key(0), x) for one in (whole, part))
    shallow, deep = jax.jit(part.apply), jax.jit(whole.apply)
    assert set(few["params"]) == {"conv1_1", "conv2_1"}
    seen = deep(variables, x)
    assert set(seen) == {"pool3", "conv2_1"}
    np.testing.assert_allclose(shallow(few, x)["conv2_1"], seen["conv2_1"], 1e-5, 1e-6)
    grey = jnp.repeat(x, 3, axis=-1)
    again = shallow(few, grey)["conv2_1"]
    np.testing.assert_allclose(again, seen["conv2_1"], 1e-5, 1e-6)


@pytest.mark.parametrize(
    ("options", "shape", "message"),
    [
        ({"layers": ("conv3_2",)}, (1, 8, 8, 3), "layers: saw 'conv3_2', wanted some"),
        ({"layers": ()}, (1, 8, 8, 3), "layers: saw none, wanted some of conv1_1"),
        ({"widths": (4, 6)}, (1, 8, 8, 3), "depths: saw 3 blocks, wanted 2"),
        ({"widths": (), "depths": ()}, (1, 8, 8, 3), "widths: saw none"),
        ({"widths": (4, 0, 5)}, (1, 8, 8, 3), "widths: saw 0"),
        ({"depths": (1, 0, 1)}, (1, 8, 8, 3), "depths: saw 0, wanted a whole number"),
        ({"deviation": (1.0, 0.0, 1.0)}, (1, 8, 8, 3), r"deviation: saw 0\.0, wanted"),
        ({"layers": ("conv3_1",)}, (1, 3, 8, 3), "saw 3×8 pixels, wanted at least 4×4"),
        ({"layers": ("pool3",)}, (1, 7, 8, 3), "saw 7×8 pixels, wanted at least 8×8"),
        ({}, (1, 8, 8, 4), r"images: saw shape \(1, 8, 8, 4\), wanted"),
    ],
)
def test_refuses(options, shape, message):
    def trace():
        network = vgg.VGG(**{**TINY, "layers": ("conv3_1",), **options})
        return jax.eval_shape(network.init, jax.random.key(0), jnp.zeros(shape))

    with pytest.raises(ValueError, match=message):
        trace()


def test_classifier():
    """Features are the means of the last map, and logits linear in them."""
    trunk = vgg.VGG(("conv2_1", "relu3_1"), **TINY)
    model = vgg.Classifier(trunk, 7)
    x = jax.random.uniform(jax.random.key(1), (2, 8, 8, 3), minval=-1.0)
    variables = jax.jit(model.init)(jax.random.key(0), x)
    features, logits = jax.jit(model.apply)(variables, x)
    params = variables["params"]
    last = trunk.apply({"params": params["trunk"]}, x)["relu3_1"]
    np.testing.assert_allclose(features, jnp.mean(last, (1, 2)), 1e-6)
    head = params["Dense_0"]
    wanted = features @ head["kernel"] + head["bias"][None]
    np.testing.assert_allclose(logits, wanted, 1e-5)
    _, dropped = model.apply(variables, x, jnp.zeros_like)
    np.testing.assert_allclose(dropped, jnp.broadcast_to(head["bias"], (2, 7)))
