"""The U-Net against official vectors, by counts, and as it is used."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.models.pix2pix import Generator, Norm
from jaxgan.models.pix2pix import weights as pix2pix_weights
from tests.models.filled import filled
from tests.models.translation import NORMS, assert_official, context, facts

STILL = {"dropout_at_use": False, "own_at_use": False}
SMALL = Generator(width=2, halvings=6)


@pytest.mark.parametrize(
    "name", ["unet64", pytest.param("unet256", marks=pytest.mark.slow), "unet_in"]
)
def test_official(golden, name):
    npz = np.load(golden / f"pix2pix_{name}.npz")
    options = facts(npz)[1]
    module = Generator(
        options["out_channels"],
        options["base_channels"],
        options["num_down"],
        NORMS[options["norm_cfg"]["type"]],
        dropout=0.0,
        **STILL,
    )
    assert_official(npz, module, pix2pix_weights, kink=name == "unet256")


@pytest.mark.parametrize(
    ("halvings", "norm", "count"),
    [(8, Norm.BATCH, 54.414e6), (7, Norm.BATCH, 41.829e6)],
)
def test_published_sizes(halvings, norm, count):
    module = Generator(halvings=halvings, norm=norm)
    size = 2**halvings
    picture, variables = jax.eval_shape(
        module.init_with_output,
        *(jax.random.key(0), jnp.zeros((1, size, size, 3)), (), context(1)),
    )
    assert picture.shape == (1, size, size, 3)
    seen = sum(x.size for x in jax.tree.leaves(variables["params"]))
    np.testing.assert_allclose(seen, count, atol=500)


def test_initial_scales():
    """N(0, 0.02²) for kernels and N(1, 0.02²) for scales, within five errors."""
    x = jnp.zeros((1, 32, 32, 3))
    params = jax.jit(Generator(width=16, halvings=5).init)(
        jax.random.key(0), x, (), context(1)
    )["params"]
    kernel, scale = params["up_3"]["kernel"], params["down_norm_3"]["scale"]
    np.testing.assert_allclose(jnp.std(kernel), 0.02, rtol=5 / (2 * kernel.size) ** 0.5)
    np.testing.assert_allclose(jnp.mean(scale), 1.0, atol=5 * 0.02 / scale.size**0.5)
    np.testing.assert_allclose(jnp.std(scale), 0.02, rtol=5 / (2 * scale.size) ** 0.5)


@pytest.fixture(scope="module")
def used():
    """(variables, picture of each example by (options, examples, keys))."""
    x = jnp.tanh(jax.random.normal(jax.random.key(1), (4, 64, 64, 3)))
    variables = filled(SMALL, x, (), context(4))

    def use(order=(0, 1, 2, 3), keys=(0, 1, 2, 3), train=False, **options):
        there = context(4, train)
        there = dataclasses.replace(there, keys=there.keys[jnp.array(keys)])
        module = SMALL.clone(**options)
        return np.asarray(module.apply(variables, x[jnp.array(order)], (), there))

    return use


def test_dropout_is_the_noise_of_use(used):
    """Other keys are other pictures, unless nothing is dropped."""
    first = used()
    assert np.abs(first - used(keys=(3, 2, 1, 0))).max() > 0.01
    still = used(dropout_at_use=False)
    np.testing.assert_array_equal(still, used(keys=(3, 2, 1, 0), dropout_at_use=False))
    assert np.abs(first - still).max() > 0.01
    np.testing.assert_array_equal(still, used(dropout=0.0))


def test_pictures_of_use_depend_on_their_own_source_alone(used):
    """In whatever batch: as the authors' test, which shows one at a time."""
    first = used()
    order = (2, 0, 0, 1)
    np.testing.assert_allclose(used(order, order), first[list(order)], atol=1e-5)
    # Batch statistics of a batch of equal pictures are each one's own.
    same = (1, 1, 1, 1)
    wanted = used(same, train=True, dropout=0.0)
    np.testing.assert_allclose(used(same, dropout=0.0), wanted, atol=1e-4)
    assert np.abs(used(dropout=0.0) - used(dropout=0.0, own_at_use=False)).max() > 0.01


def test_dropout_lies_within(used):
    """Three maps of eight halvings, none of five: the published places."""
    x = jnp.zeros((1, 256, 256, 3))
    for halvings, wanted in ((8, [4, 5, 6]), (7, [4, 5]), (5, [])):
        size = 2**halvings
        _, state = jax.eval_shape(
            lambda x, halvings=halvings: Generator(width=1, halvings=halvings).apply(
                filled(Generator(width=1, halvings=halvings), x, (), context(1)),
                *(x, (), context(1)),
                capture_intermediates=True,
                mutable=["intermediates", "batch_stats"],
            ),
            x[:, :size, :size],
        )
        names = [n for n in state["intermediates"] if n.startswith("dropout")]
        assert sorted(names) == [f"dropout_{n}" for n in wanted]


def test_bad_sizes():
    for shape, said in (
        ((1, 501, 512, 3), "size: saw 501x512, wanted multiples of 256 from 256 on"),
        ((1, 256, 128, 3), "size: saw 256x128, wanted multiples of 256 from 256 on"),
    ):
        with pytest.raises(ValueError, match=said):
            jax.eval_shape(
                Generator().init, jax.random.key(0), jnp.zeros(shape), (), context(1)
            )
    with pytest.raises(ValueError, match="halvings: saw 1, wanted at least 2"):
        jax.eval_shape(
            Generator(halvings=1).init,
            *(jax.random.key(0), jnp.zeros((1, 4, 4, 3)), (), context(1)),
        )


def test_any_halvings_and_channels():
    x = jnp.zeros((1, 8, 12, 1))
    for norm in Norm:
        module = Generator(2, 2, 2, norm)
        picture, _ = jax.eval_shape(
            module.init_with_output, jax.random.key(0), x, (), context(1)
        )
        assert picture.shape == (1, 8, 12, 2)
