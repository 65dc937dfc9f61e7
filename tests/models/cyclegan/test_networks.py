"""The residual generator against official vectors, by counts, and its layers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.models.cyclegan import Discriminator, Generator
from jaxgan.models.cyclegan import weights as cyclegan_weights
from jaxgan.models.pix2pix import Norm
from tests.models.filled import filled
from tests.models.golden import assert_near, images, under
from tests.models.translation import (
    NORMS,
    OUTPUT,
    assert_official,
    context,
    facts,
    renamed,
)


def official(npz):
    options = facts(npz)[1]
    return Generator(
        options["out_channels"],
        options["base_channels"],
        options["num_blocks"],
        NORMS[options["norm_cfg"]["type"]],
    )


def test_official(golden):
    npz = np.load(golden / "cyclegan_resnet9.npz")
    assert_official(npz, official(npz), cyclegan_weights)


def test_official_layers(golden):
    """Their model.0, 3, 11 and 12 are numbers 3, 10, 18 and 21 of the first code."""
    npz = np.load(golden / "cyclegan_resnet9.npz")
    variables = cyclegan_weights.import_torch(renamed(npz, under(npz, "state/")))
    seen = official(npz).apply(
        variables,
        *(images(npz["in/x"]), (), context(1), (3, 10, 18, 21)),
        method="features",
    )
    for layer, name in ((3, 0), (10, 3), (18, 11), (21, 12)):
        wanted = images(npz[f"out/eval/first_sample/model.{name}"])
        seen_here = seen[layer][..., : wanted.shape[-1]]
        assert_near(seen_here, wanted, OUTPUT, f"layer {layer}")


@pytest.mark.parametrize(("blocks", "count"), [(9, 11.378e6), (6, 7.838e6)])
def test_published_sizes(blocks, count):
    picture, variables = jax.eval_shape(
        Generator(blocks=blocks).init_with_output,
        *(jax.random.key(0), jnp.zeros((1, 128, 64, 3)), (), context(1)),
    )
    assert picture.shape == (1, 128, 64, 3)
    seen = sum(x.size for x in jax.tree.leaves(variables["params"]))
    np.testing.assert_allclose(seen, count, atol=500)


def test_published_discriminator():
    variables = jax.eval_shape(
        Discriminator().init,
        *(jax.random.key(0), jnp.zeros((1, 64, 64, 3)), (), context(1)),
    )
    count = sum(x.size for x in jax.tree.leaves(variables["params"]))
    np.testing.assert_allclose(count, 2.765e6, atol=500)


def test_dropout_within_blocks():
    """As pix2pix has it with this network: at use too, unless told otherwise."""
    x = jax.random.normal(jax.random.key(0), (2, 8, 8, 3))
    module = Generator(width=2, blocks=1, norm=Norm.BATCH, dropout=0.5)
    variables = filled(module, x, (), context(2))

    def use(keys, **options):
        there = context(2, False)
        there = there.fork("other") if keys else there
        return np.asarray(module.clone(**options).apply(variables, x, (), there))

    assert np.abs(use(0) - use(1)).max() > 1e-3
    still = use(0, dropout_at_use=False)
    np.testing.assert_array_equal(still, use(1, dropout_at_use=False))
    assert np.abs(still - use(0, dropout_at_use=False, own_at_use=False)).max() > 1e-3


def test_bad_arguments():
    def make(shape, **options):
        module = Generator(width=1, **options)
        x = jnp.zeros((1, *shape, 3))
        return jax.eval_shape(module.init, jax.random.key(0), x, (), context(1))

    for shape in ((30, 32), (4, 8)):
        with pytest.raises(ValueError, match="wanted multiples of 4 from 8 on"):
            make(shape)
    with pytest.raises(ValueError, match="channels: saw 0"):
        make((8, 8), channels=0)
    module = Generator(width=1, blocks=2)
    x = jnp.zeros((1, 8, 8, 3))
    variables = filled(module, x, (), context(1))
    for layer in (-1, 22):
        with pytest.raises(ValueError, match=r"layers: saw .*, wanted numbers from 0"):
            module.apply(variables, x, (), context(1), (layer,), method="features")
