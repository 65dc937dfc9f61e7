"""The discriminator of patches against official vectors, and what its logits see."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.models.pix2pix import Discriminator, Norm
from jaxgan.models.pix2pix import weights as pix2pix_weights
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
    norm = NORMS[options["norm_cfg"]["type"]]
    return Discriminator(options["base_channels"], options["num_conv"], norm)


def test_official(golden):
    npz = np.load(golden / "pix2pix_patchgan70.npz")
    assert_official(npz, official(npz), pix2pix_weights)


def test_what_is_given_comes_first(golden):
    npz = np.load(golden / "pix2pix_patchgan70.npz")
    variables = pix2pix_weights.import_torch(renamed(npz, under(npz, "state/")))
    given, value = jnp.split(images(npz["in/x"]), 2, axis=-1)
    verdict = official(npz).apply(variables, value, given, context(2, False))
    assert_near(verdict.logits, npz["out/eval/y"][:, 0], OUTPUT)


def shapes(module, *sizes, given=()):
    verdict, variables = jax.eval_shape(
        module.init_with_output,
        *(jax.random.key(0), jnp.zeros((1, *sizes)), given, context(1)),
    )
    count = sum(x.size for x in jax.tree.leaves(variables["params"]))
    return verdict.logits.shape, count


def test_published_sizes():
    source = jnp.zeros((1, 256, 256, 3))
    logits, count = shapes(Discriminator(), 256, 256, 3, given=source)
    assert logits == (1, 30, 30)
    np.testing.assert_allclose(count, 2.769e6, atol=500)
    logits, count = shapes(Discriminator(norm=Norm.INSTANCE), 256, 256, 3)
    np.testing.assert_allclose(count, 2.765e6, atol=500)


@pytest.mark.parametrize(
    ("halvings", "side"), [(0, 1), (1, 16), (2, 34), (3, 70), (4, 142), (5, 286)]
)
def test_receptive_fields(halvings, side):
    """The published patches; and the gradient of one logit lies in such a square."""
    module = Discriminator(1, halvings, Norm.NONE)
    assert module.receptive_field == side
    size = 2 * side + 3 * 2**halvings
    if halvings > 3:
        return
    x = jax.random.normal(jax.random.key(0), (1, size, size, 1))
    variables = filled(module, x, (), context(1))

    def middle(x):
        logits = module.apply(variables, x, (), context(1)).logits
        return logits[0, logits.shape[1] // 2, logits.shape[2] // 2]

    slope = np.asarray(jax.jit(jax.grad(middle))(x))[0, :, :, 0]
    seen = np.argwhere(np.any(slope != 0, 1)).ravel()
    assert seen.max() - seen.min() + 1 == side


def test_pixels_are_judged_alone():
    module = Discriminator(3, 0)
    x = jax.random.normal(jax.random.key(0), (2, 5, 4, 3))
    variables = filled(module, x, (), context(2))
    logits = module.apply(variables, x, (), context(2, False)).logits
    turned = module.apply(variables, x[:, ::-1], (), context(2, False)).logits
    assert logits.shape == (2, 5, 4)
    np.testing.assert_allclose(turned, logits[:, ::-1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("antialiased", [False, True])
@pytest.mark.parametrize("halvings", [1, 2, 3])
def test_least_sizes(halvings, antialiased):
    """At the least there is one logit, and a pixel less is refused."""
    module = Discriminator(2, halvings, Norm.INSTANCE, antialiased)
    least = 3 * 2**halvings
    assert shapes(module, least, least, 3)[0] == (1, 1, 1)
    with pytest.raises(ValueError, match=f"saw {least - 1}x{least}, wanted at least "):
        shapes(module, least - 1, least, 3)


def test_what_is_given_is_a_picture_of_that_size():
    for given in (jnp.zeros((1, 32, 16, 3)), jnp.zeros(1, jnp.int32), {"a": 1}):
        with pytest.raises(ValueError, match=r"given: saw .*, wanted pictures of the "):
            shapes(Discriminator(2, 1), 32, 32, 3, given=given)
