"""Random mixing against the official code, and what resizing is by its definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.models import efficientnet, vgg
from jaxgan.models.projected import Projection, double_aligned, mixed_widths
from jaxgan.models.projected.projection import resized
from jaxgan.models.projected.weights import export_projection, import_projection
from tests.models.golden import assert_near, images, under
from tests.models.projected.maps import Maps, config


def test_official(golden):
    npz = np.load(golden / "projgan_projector.npz")
    facts = config(npz)
    maps = Maps(facts["in_channels"], (1, 2, 4, 8))
    module = Projection(maps, facts["cout"], size=1)
    variables = import_projection(under(npz, "state/"))
    value = maps.images([npz[f"in/feature{place}"] for place in range(4)])
    cotangents = [images(npz[f"in/cotangent{place}"]) for place in range(4)]

    def loss(params, value):
        y, kept = module.apply(
            *({"params": params}, value),
            capture_intermediates=True,
            mutable=["intermediates"],
        )
        total = sum(jnp.sum(a * b) for a, b in zip(y, cotangents))
        return total, (y, kept["intermediates"])

    graded = jax.jit(jax.value_and_grad(loss, (0, 1), has_aux=True))
    (_, (y, kept)), (gradient, by_value) = graded(variables["params"], value)
    for place, x in enumerate(y):
        assert_near(x, images(npz[f"out/csm/feat{place}"]), 1e-4, f"csm {place}")
        seen = kept[f"ccm_{place}"]["__call__"][0]
        assert_near(seen, images(npz[f"out/ccm/feat{place}"]), 1e-4, f"ccm {place}")
    wanted = under(npz, "grad/csm/")
    mixing = {name: x for name, x in wanted.items() if name.startswith("scratch")}
    assert len(mixing) == 16
    assert_near(gradient, import_projection(mixing)["params"], 1e-3, "gradient")
    for place, x in enumerate(maps.cut(by_value)):
        assert_near(x, images(wanted[f"in:feature{place}"]), 1e-3, f"feature {place}")


def test_official_names(golden):
    state = under(np.load(golden / "projgan_projector.npz"), "state/")
    back = export_projection(import_projection(state))
    assert set(back) == {f"feature_network.{name}" for name in state}
    for name, array in state.items():
        np.testing.assert_array_equal(back[f"feature_network.{name}"], array)
    again = import_projection(back | {"discriminator.mini_discs.0.x": np.zeros(1)})
    jax.tree.map(np.testing.assert_array_equal, again, import_projection(state))
    with pytest.raises(ValueError, match=r"saw 'scratch\.layer0_x\.weight', wanted"):
        import_projection(state | {"scratch.layer0_x.weight": np.zeros((2, 2))})


def between(x, axis, places):
    """What lies at these places of an axis, linear between pixels."""

    def row(pixels):
        return np.interp(places, np.arange(len(pixels)), pixels)

    return np.apply_along_axis(row, axis, x)


@pytest.mark.parametrize("size", [(1, 4), (3, 2), (7, 5)])
def test_doubling_with_aligned_corners(size):
    """Linear between the old pixels, of which the corners stay."""
    x = np.random.default_rng(0).normal(size=(2, *size, 3)).astype(np.float32)
    seen = double_aligned(jnp.asarray(x))
    wanted = x.astype(np.float64)
    for axis, old in enumerate(size, 1):
        wanted = between(wanted, axis, np.linspace(0, old - 1, 2 * old))
    np.testing.assert_allclose(seen, wanted, atol=1e-5)
    corners = np.ix_((0, 1), (0, -1), (0, -1), range(3))
    np.testing.assert_array_equal(np.asarray(seen)[corners], x[corners])


@pytest.mark.parametrize("size", [(2, 2), (5, 3)])
def test_enlarging(size):
    """PyTorch's: pixels' middles stay in proportion, the edge is repeated."""
    x = np.random.default_rng(0).normal(size=(2, *size, 3)).astype(np.float32)
    seen, side = resized(jnp.asarray(x), 7), 7
    wanted = x.astype(np.float64)
    for axis, old in enumerate(size, 1):
        wanted = between(wanted, axis, (np.arange(side) + 0.5) * old / side - 0.5)
    np.testing.assert_allclose(seen, wanted, atol=1e-5)


def test_published_sizes():
    """.377 million random numbers, and maps of 64, 64, 128 and 256 channels."""
    module = Projection(efficientnet.EfficientNet())
    maps, shapes = jax.eval_shape(
        module.init_with_output, jax.random.key(0), jnp.zeros((1, 256, 256, 3))
    )
    assert [x.shape[1:] for x in maps] == [
        (128, 128, 64),
        (64, 64, 64),
        (32, 32, 128),
        (16, 16, 256),
    ]
    params = {n: x for n, x in shapes["params"].items() if n != "features"}
    assert sum(math.prod(x.shape) for x in jax.tree.leaves(params)) == 376_768
    small = jax.eval_shape(
        module.init_with_output, jax.random.key(0), jnp.zeros((1, 32, 32, 1))
    )[0]
    assert small[0].shape[1:] == (112, 112, 64)  # of 224 pixels


def test_what_is_drawn():
    """U(±1 / √C) for kernels and biases; others with another key, finest first."""
    module = Projection(Maps((400, 400), (1, 2)), 64, size=1)
    init = jax.jit(module.init)
    first = init(jax.random.key(0), jnp.zeros((1, 2, 2, 800)))["params"]
    for name in ("ccm_0", "ccm_1"):
        for leaf in first[name].values():
            assert 0.045 < np.abs(leaf).max() <= 0.05
            assert abs(np.std(leaf) - 0.05 / 3**0.5) < 0.005
    assert not np.allclose(first["ccm_0"]["kernel"], first["ccm_1"]["kernel"][..., :64])
    assert mixed_widths(4, 64, True) == ([64, 128, 256, 512], [64, 64, 128, 256])
    assert mixed_widths(4, 64, False) == ([64] * 4, [64] * 4)


def test_refuses():
    """Maps that do not halve: VGG's of one block, or of sides that are odd."""
    network = vgg.VGG(("relu1_1", "relu2_1"), (1, 1), (2, 3))
    init = Projection(network, 2, size=1).init
    with pytest.raises(ValueError, match="saw a map of 5×6 before one of 2×3, wanted"):
        jax.eval_shape(init, jax.random.key(0), jnp.zeros((1, 5, 6, 3)))
    with pytest.raises(ValueError, match="width: saw 0, wanted"):
        Projection(network, 0)
