"""LPIPS against the official vectors, and its definition."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.models import lpips, vgg
from tests.models.golden import assert_near, images, under

OFFICIAL = ["vgg", "alex"]


def official(npz, **options):
    """The network of a file of vectors, with its variables."""
    config = json.loads(str(npz["config"]))
    if config["net"] == "alex":
        trunk = lpips.AlexNet(widths=tuple(config["trunk"]))
    else:
        published = lpips.vgg16().trunk
        trunk = vgg.VGG(published.layers, published.depths, config["lin_channels"])
    network = lpips.LPIPS(trunk, **options)
    return network, lpips.import_torch(under(npz, "state/"))


@pytest.mark.parametrize("name", OFFICIAL)
def test_official(golden, name):
    """Features, distances by layer, and gradients by an image and by the heads."""
    npz = np.load(golden / f"lpips_{name}.npz")
    network, variables = official(npz)
    first, second = images(npz["in/in0"]), images(npz["in/in1"])

    @jax.jit
    def total(variables, first):
        parts = network.apply(variables, first, second, method="per_layer")
        return sum(jnp.sum(x) for x in parts.values()), parts

    (_, parts), (by_variables, by_first) = jax.value_and_grad(
        total, (0, 1), has_aux=True
    )(variables, first)
    wanted = under(npz, "out/main/")
    for place, layer in enumerate(network.trunk.layers):
        assert_near(parts[layer], wanted[f"layer{place}"].ravel(), 1e-4, layer)
        head = by_variables["params"][f"head{place}"]
        official_head = npz[f"grad/main/lin{place}.model.1.weight"].ravel()
        assert_near(head, official_head, 1e-3, f"head {place}")
    assert_near(sum(parts.values()), wanted["distance"].ravel(), 1e-4, "distance")
    assert_near(by_first, images(npz["grad/main/in:in0"]), 1e-3, "gradient")

    trunk = {"params": variables["params"]["trunk"]}
    features = jax.jit(network.trunk.apply)(trunk, first[:1])
    for layer, array in under(npz, "out/features/").items():
        assert_near(features[layer][..., :4], images(array), 1e-4, layer)


@pytest.mark.parametrize("name", OFFICIAL)
def test_official_variants(golden, name):
    npz = np.load(golden / f"lpips_{name}.npz")
    first, second = images(npz["in/in0"]), images(npz["in/in1"])
    plain, variables = official(npz, linear=False)
    seen = jax.jit(plain.apply)(
        {"params": {"trunk": variables["params"]["trunk"]}}, first, second
    )
    assert_near(seen, npz["out/baseline/distance"].ravel(), 1e-4, "baseline")
    spatial, _ = official(npz, spatial=True)
    seen = jax.jit(spatial.apply)(variables, first, second)
    assert_near(seen, npz["out/spatial/distance_map"][:, 0], 1e-4, "spatial")


def tiny(**options):
    network = lpips.LPIPS(vgg.VGG(("relu1_1", "relu2_1"), (1, 1), (3, 4)), **options)
    x = jax.random.uniform(jax.random.key(1), (3, 6, 5, 3), minval=-1.0)
    return network, jax.jit(network.init)(jax.random.key(0), x, x), x


def test_it_is_a_distance_of_pairs():
    """0 of copies, the same both ways, and of each pair alone; grey as three alike."""
    network, variables, x = tiny()
    apply = jax.jit(network.apply)
    np.testing.assert_allclose(apply(variables, x, x), np.zeros(3), atol=1e-10)
    there, back = (apply(variables, *p) for p in ((x, x[::-1]), (x[::-1], x)))
    np.testing.assert_allclose(there, back, 1e-5)
    assert there[0] > 1e-4
    alone = apply(variables, x[:1], x[-1:])
    np.testing.assert_allclose(there[:1], alone, 1e-5)
    grey = x[..., :1], x[::-1, ..., :1]
    wide = [jnp.repeat(part, 3, axis=-1) for part in grey]
    np.testing.assert_allclose(apply(variables, *grey), apply(variables, *wide), 1e-5)


def test_forward_over_reverse():
    """Every rule is there, through both trunks: traced, and nothing computed."""
    for network in (lpips.LPIPS(lpips.AlexNet(widths=(4,) * 5)), tiny()[0]):
        x = jax.ShapeDtypeStruct((2, 34, 33, 3), jnp.float32)

        def moved(x, network=network):
            variables = network.init(jax.random.key(0), x, x)
            slope = jax.grad(lambda x: jnp.sum(network.apply(variables, x, -x)))
            return jax.jvp(slope, (x,), (x,))[1]

        assert jax.eval_shape(moved, x).shape == x.shape


def test_gradients_are_finite_where_no_feature_is_active():
    network, variables, x = tiny()
    dead = jax.tree.map(jnp.zeros_like, variables)
    slope = jax.jit(jax.grad(lambda x: jnp.sum(network.apply(dead, x, x[::-1]))))(x)
    np.testing.assert_array_equal(slope, np.zeros(x.shape))


def test_published_sizes():
    """As many parameters as torchvision's convolutions and the official heads have."""
    heads = {"vgg16": 64 + 128 + 256 + 512 + 512, "alexnet": 64 + 192 + 384 + 256 + 256}
    trunks = {"vgg16": 14_714_688, "alexnet": 2_469_696}
    image = jax.ShapeDtypeStruct((1, 64, 64, 3), jnp.float32)
    for name, network in (("vgg16", lpips.vgg16()), ("alexnet", lpips.alexnet())):
        variables = jax.eval_shape(network.init, jax.random.key(0), image, image)
        params = variables["params"]
        assert sum(x.size for x in jax.tree.leaves(params["trunk"])) == trunks[name]
        count = sum(x.size for x in jax.tree.leaves(params))
        assert count == trunks[name] + heads[name]


@pytest.mark.parametrize(("side", "wanted"), [(15, 16), (30, 31)])
def test_too_small(side, wanted):
    """A pixel less than the least that it takes."""
    network = lpips.vgg16() if wanted == 16 else lpips.alexnet()
    for pixels in (wanted, side):
        image = jax.ShapeDtypeStruct((1, pixels, 40, 3), jnp.float32)

        def trace(image=image):
            return jax.eval_shape(network.init, jax.random.key(0), image, image)

        if pixels == wanted:
            trace()
            continue
        with pytest.raises(ValueError, match=f"saw {side}×40 pixels, wanted at least"):
            trace()


def test_refuses_other_shapes():
    network, variables, x = tiny()
    with pytest.raises(ValueError, match=r"given: saw shape \(2, 6, 5, 3\), wanted"):
        network.apply(variables, x, x[:2])
