"""DCGAN's shapes, conditions and errors."""

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import dcgan
from tests.models.filled import filled

CONTEXT = Context(example_keys(jax.random.key(0), 2), train=True)
LABELS = jnp.array([0, 2])


def shapes(module, value, given=()):
    return jax.eval_shape(
        module.init_with_output, jax.random.key(0), value, given, CONTEXT
    )


def count(tree):
    return sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(tree))


@pytest.mark.parametrize("size", [8, 16, 28, 32, 64, 128])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_shapes(size, channels):
    shape = (size, size, channels)
    for repeats in (False, True):
        network = dcgan.Generator(shape, repeats=repeats)
        images, _ = shapes(network, jnp.zeros((2, 100)))
        assert images.shape == (2, *shape)
    verdict, _ = shapes(dcgan.Discriminator(), jnp.zeros((2, *shape)))
    assert verdict.logits.shape == (2,)
    assert verdict.features.ndim == 2


def test_the_papers_64_pixel_generator():
    """Radford et al., figure 1: 100 -> 4×4×1024 -> 512 -> 256 -> 128 -> 3."""
    _, variables = shapes(dcgan.Generator(), jnp.zeros((2, 100)))
    widths = [1024, 512, 256, 128]
    norms = sum(2 * width for width in widths)
    ups = sum(16 * a * b for a, b in zip(widths, [*widths[1:], 3]))
    assert count(variables["params"]) == 100 * 16 * 1024 + ups + 3 + norms
    assert count(variables["batch_stats"]) == norms


def test_the_discriminators_parameters():
    _, variables = shapes(dcgan.Discriminator(), jnp.zeros((2, 28, 28, 1)))
    first, others = 16 * 64 + 64, 16 * (64 * 128 + 128 * 256)
    last = 4 * 4 * 256 + 1
    assert count(variables["params"]) == first + others + 2 * (128 + 256) + last
    _, variables = shapes(dcgan.Discriminator(spectral=True), jnp.zeros((2, 28, 28, 1)))
    assert sorted(variables) == ["params", "spectral"]
    assert count(variables["spectral"]) == 64 + 128 + 256 + 1
    assert count(variables["params"]) == first + others + 128 + 256 + last


def test_dense_layers_stand_between_latent_or_logit_and_the_base():
    batch = jnp.zeros((2, 28, 28, 1))
    without = dcgan.Generator((28, 28, 1), 16), dcgan.Discriminator(16)
    hidden = {"hidden": (1024,)}
    within = (
        dcgan.Generator((28, 28, 1), 16, **hidden),
        dcgan.Discriminator(16, **hidden),
    )
    base, norm = 4 * 4 * 64, 2 * 1024
    for value, plain, deep, inner, outer, loose in (
        (jnp.zeros((2, 32)), without[0], within[0], 32, base, 0),
        (batch, without[1], within[1], base, 1, 1),
    ):
        counts = [count(shapes(m, value)[1]["params"]) for m in (plain, deep)]
        direct = inner * outer + loose
        assert counts[1] - counts[0] == (
            inner * 1024 + norm + 1024 * outer + loose - direct
        )


def test_width_is_capped():
    _, variables = shapes(
        dcgan.Discriminator(8, max_width=16), jnp.zeros((2, 64, 64, 3))
    )
    kernels = [variables["params"][f"Conv_{n}"]["kernel"].shape[-1] for n in range(4)]
    assert kernels == [8, 16, 16, 16]


def test_initialisation():
    variables = jax.jit(dcgan.Discriminator(32).init)(
        jax.random.key(0), jnp.zeros((2, 16, 16, 1)), (), CONTEXT
    )["params"]
    kernel = variables["Conv_1"]["kernel"]
    # Five standard errors of the deviation of 32 768 draws.
    np.testing.assert_allclose(jnp.std(kernel), 0.02, rtol=5 / (2 * kernel.size) ** 0.5)
    scale = np.asarray(variables["BatchNorm_0"]["scale"])
    np.testing.assert_allclose(np.mean(scale), 1.0, atol=0.02)
    np.testing.assert_allclose(np.std(scale), 0.02, rtol=0.5)


CONDITIONAL = [
    (dcgan.Generator((8, 8, 1), 4, classes=3), (5,)),
    (dcgan.Generator((8, 8, 1), 4, classes=3, modulated=True), (5,)),
    (dcgan.Generator((8, 8, 1), 4, classes=3, modulated=True, hidden=(6,)), (5,)),
    (dcgan.Discriminator(4, classes=3), (8, 8, 1)),
    (dcgan.Discriminator(4, classes=3, projection=True, hidden=(6, 7)), (8, 8, 1)),
    (dcgan.Discriminator(4, classes=3, projection=True), (8, 8, 1)),
    (dcgan.Discriminator(4, classes=3, projection=True, spectral=True), (8, 8, 1)),
]


@pytest.mark.parametrize(("module", "shape"), CONDITIONAL)
def test_labels_matter_to_their_example_only(module, shape):
    value = jax.random.normal(jax.random.key(1), (2, *shape))
    still = Context(CONTEXT.keys)
    variables = filled(module, value, LABELS, still)

    @jax.jit
    def output(labels):
        return jax.tree.leaves(module.apply(variables, value, labels, still))[0]

    a, b = output(jnp.array([0, 2])), output(jnp.array([1, 2]))
    assert not np.allclose(a[0], b[0])
    np.testing.assert_array_equal(a[1], b[1])


@pytest.mark.parametrize(("module", "shape"), CONDITIONAL)
def test_missing_labels(module, shape):
    value = jnp.zeros((2, *shape))
    with pytest.raises(ValueError, match=r"given: saw \(\), wanted int labels \[2\]"):
        shapes(module, value)
    with pytest.raises(ValueError, match=r"given: saw float32\[2\], wanted int labels"):
        shapes(module, value, jnp.zeros(2))


def test_projection_by_hand():
    """f(x, y) = wᵀh + b + ⟨V y, h⟩, h by the gradient of f in the table."""
    module = dcgan.Discriminator(4, normalise=False, classes=3, projection=True)
    value = jax.random.normal(jax.random.key(1), (2, 8, 8, 1))
    variables = filled(module, value, LABELS, CONTEXT)
    params = variables["params"]
    zero = jax.tree.map(jnp.zeros_like, params["Dense_0"])

    @jax.jit
    def logits(head, table):
        replaced = {**params, "Dense_0": head, "Embedding_0": {"kernel": table}}
        return module.apply({"params": replaced}, value, LABELS, CONTEXT).logits

    table = params["Embedding_0"]["kernel"]
    h = jax.jacobian(logits, 1)(zero, table)
    inner = jnp.stack([table[LABELS[i]] @ h[i, LABELS[i]] for i in range(2)])
    np.testing.assert_allclose(logits(zero, table), inner, rtol=1e-4, atol=1e-5)
    head = jnp.stack(
        [params["Dense_0"]["kernel"][:, 0] @ h[i, LABELS[i]] for i in range(2)]
    )
    head += params["Dense_0"]["bias"]
    np.testing.assert_allclose(
        logits(params["Dense_0"], table), inner + head, rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("size", [4, 12, 30, 48])
def test_impossible_sizes(size):
    wanted = f"size: saw {size}, wanted a power of two from 8, or 28"
    with pytest.raises(ValueError, match=wanted):
        shapes(dcgan.Generator((size, size, 1)), jnp.zeros((2, 10)))
    with pytest.raises(ValueError, match=wanted):
        shapes(dcgan.Discriminator(), jnp.zeros((2, size, size, 1)))


def test_impossible_options():
    with pytest.raises(ValueError, match=r"shape: saw \(8, 16, 1\), wanted"):
        shapes(dcgan.Generator((8, 16, 1)), jnp.zeros((2, 10)))
    with pytest.raises(ValueError, match="classes: saw 0"):
        shapes(dcgan.Generator((8, 8, 1), modulated=True), jnp.zeros((2, 10)))
    with pytest.raises(ValueError, match="classes: saw 0"):
        shapes(dcgan.Discriminator(projection=True), jnp.zeros((2, 8, 8, 1)))


@pytest.mark.parametrize("repeats", [True, False])
def test_a_flat_base_gives_a_flat_image_where_pixels_are_repeated(repeats):
    """Away from the edges. Transposed kernels make a pattern of period 2 of it."""
    network = dcgan.Generator((32, 32, 3), width=4, repeats=repeats)
    latent = jax.random.normal(jax.random.key(1), (2, 8))
    variables = filled(network, latent, (), CONTEXT)
    kernel = variables["params"]["Dense_0"]["kernel"]
    base = kernel.reshape(8, 16, -1)[:, :1]
    flat = jnp.broadcast_to(base, (8, 16, base.shape[-1])).reshape(kernel.shape)
    params = {**variables["params"], "Dense_0": {"kernel": flat}}
    still = dataclasses.replace(CONTEXT, train=False)
    image = network.apply({**variables, "params": params}, latent, (), still)
    inside = np.asarray(image)[:, 8:24, 8:24]
    uneven = np.ptp(inside, axis=(1, 2)).max()
    assert (uneven < 1e-4) == repeats, uneven
    assert np.ptp(np.asarray(image)) > 0.01
