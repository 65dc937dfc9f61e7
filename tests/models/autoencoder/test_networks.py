"""Latent diffusion's autoencoder beside a reference in NumPy, and by its laws."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import example_keys
from jaxgan.models import autoencoder
from jaxgan.models.autoencoder.layers import AFTER, Layers
from tests.models.autoencoder.reference import GROUPS, Reference
from tests.models.filled import filled

TINY = autoencoder.Autoencoder(
    widths=(4, 6), latent_channels=3, blocks=1, groups=GROUPS
)
IMAGES = np.random.default_rng(0).uniform(-1, 1, (2, 6, 8, 3)).astype(np.float32)
CLOSE = {"rtol": 2e-5, "atol": 2e-5}


@functools.cache
def variables():
    return filled(TINY, jnp.zeros((1, 8, 8, 3)))


@functools.cache
def calls():
    """Compiled once: encode and decode."""
    return tuple(
        jax.jit(functools.partial(TINY.apply, method=name))
        for name in ("encode", "decode")
    )


def first(x):
    return np.moveaxis(x, -1, 1)


def test_by_reference():
    """Beside PyTorch 1.13 too: of the published configuration, with random weights and
    images of 64×64, posteriors and pictures were within 6e-6 of the largest number,
    gradients within 2e-5; of a tiny one within 2e-6 and 4e-6."""
    state = autoencoder.export_torch(variables(), autoencoder.Spelling.COMPVIS)
    reference = Reference(state, levels=2, blocks=1)
    encode, decode = calls()
    posterior = encode(variables(), IMAGES)
    mean, log_variance = reference.encode(first(IMAGES))
    assert posterior.mean.shape == (2, 3, 4, 3)
    np.testing.assert_allclose(first(posterior.mean), mean, **CLOSE)
    np.testing.assert_allclose(first(posterior.log_variance), log_variance, **CLOSE)
    deviation = np.exp(0.5 * log_variance)
    np.testing.assert_allclose(first(posterior.deviation), deviation, **CLOSE)
    pictures = decode(variables(), posterior.mean)
    assert pictures.shape == IMAGES.shape
    np.testing.assert_allclose(first(pictures), reference.decode(mean), **CLOSE)


def test_the_published_sizes():
    """83,653,863 parameters: of the encoder 34,163,592 and 72, of the decoder
    49,490,179 and 20 (Stable Diffusion's files have as many)."""
    module = autoencoder.Autoencoder()
    image = jnp.zeros((1, 64, 64, 3))
    params = jax.eval_shape(module.init, jax.random.key(0), image)["params"]
    seen = {half: sum(x.size for x in jax.tree.leaves(params[half])) for half in params}
    widths, latent = (128, 256, 512, 512), 4

    def conv(channels, features, side=3):
        return side**2 * channels * features + features

    def block(channels, features):
        shortcut = conv(channels, features, 1) if channels != features else 0
        convs = conv(channels, features) + conv(features, features)
        return 2 * channels + 2 * features + convs + shortcut

    last = widths[-1]
    middle = 2 * block(last, last) + 2 * last + 4 * conv(last, last, 1)
    encoder = conv(3, widths[0]) + middle + 2 * last + conv(last, 2 * latent)
    for before, width in zip((widths[0], *widths), widths):
        encoder += block(before, width) + block(width, width)
    encoder += sum(conv(width, width) for width in widths[:-1])
    decoder = conv(latent, last) + middle + 2 * widths[0] + conv(widths[0], 3)
    down = widths[::-1]
    for before, width in zip((last, *down), down):
        decoder += block(before, width) + 2 * block(width, width)
    decoder += sum(conv(width, width) for width in widths[1:])
    assert (encoder, decoder) == (34_163_592, 49_490_179)
    assert seen == {"encoder": encoder + 72, "decoder": decoder + 20}
    assert sum(seen.values()) == 83_653_863
    assert module.factor == 8


def test_halving_pads_after():
    """The first pixel sees rows 0 to 2, the last one two rows and one of zeros."""
    layers = Layers(groups=1)
    rows = jnp.arange(1.0, 5.0).reshape(1, 4, 1, 1) * jnp.ones((1, 4, 4, 1))
    conv = layers.conv(1, "halve", stride=2, padding=AFTER)
    ones = {"params": {"kernel": jnp.ones((3, 3, 1, 1)), "bias": jnp.zeros(1)}}
    seen = conv.apply(ones, rows)[0, :, :, 0]
    np.testing.assert_allclose(seen, [[18.0, 12.0], [21.0, 14.0]])


def test_samples_are_drawn_by_example():
    posterior = autoencoder.Posterior(
        jnp.full((2, 2, 2, 3), 5.0), jnp.zeros((2, 2, 2, 3))
    )
    keys = example_keys(jax.random.key(3), 2)
    drawn = posterior.sample(keys)
    np.testing.assert_array_equal(drawn[::-1], posterior.sample(keys[::-1]))
    narrow = posterior._replace(log_variance=jnp.full((2, 2, 2, 3), -60.0))
    np.testing.assert_allclose(narrow.sample(keys), 5.0, atol=1e-9)
    np.testing.assert_allclose(
        posterior._replace(log_variance=jnp.full((2, 2, 2, 3), np.log(4.0))).sample(
            keys
        )
        - 5.0,
        2.0 * (drawn - 5.0),
        rtol=1e-5,
    )


def test_variances_are_bounded():
    encode, _ = calls()
    tree = jax.tree.map(np.array, variables())
    tree["params"]["encoder"]["moments"]["bias"][3:] = [100.0, -100.0, 0.0]
    seen = np.asarray(encode(tree, IMAGES).log_variance)
    assert (seen[..., 0] == 20.0).all()
    assert (seen[..., 1] == -30.0).all()


def test_examples_are_independent_and_halves_are_enough():
    encode, decode = calls()
    both = encode({"params": {"encoder": variables()["params"]["encoder"]}}, IMAGES)
    other = encode(variables(), IMAGES[::-1])
    np.testing.assert_allclose(other.mean[::-1], both.mean, **CLOSE)
    half = {"params": {"decoder": variables()["params"]["decoder"]}}
    pictures = decode(half, both.mean)
    np.testing.assert_allclose(
        pictures, jax.jit(TINY.apply)(variables(), IMAGES), **CLOSE
    )


@pytest.mark.parametrize(
    ("changes", "shape", "wanted"),
    [
        (
            {"widths": (4, 5)},
            (8, 8, 3),
            "groups: saw 2, wanted a divisor of 5 channels",
        ),
        ({"blocks": 0}, (8, 8, 3), "blocks: saw 0"),
        ({}, (7, 8, 3), "images: saw 7×8 pixels, wanted sides that are multiples of 2"),
    ],
)
def test_what_cannot_be(changes, shape, wanted):
    with pytest.raises(ValueError, match=wanted):
        jax.eval_shape(
            TINY.clone(**changes).init, jax.random.key(0), jnp.zeros((1, *shape))
        )


def test_latents_of_others_are_refused():
    with pytest.raises(ValueError, match="latents: saw 4 channels, wanted 3"):
        TINY.apply(variables(), jnp.zeros((1, 2, 2, 4)), method="decode")


def test_half_precision_is_within():
    """Variables and results are float32, and near those of the whole computation."""
    half = TINY.clone(dtype=jnp.bfloat16)
    shapes = jax.eval_shape(half.init, jax.random.key(0), IMAGES)
    assert {x.dtype for x in jax.tree.leaves(shapes)} == {jnp.dtype(jnp.float32)}
    seen = jax.jit(half.apply)(variables(), IMAGES)
    assert seen.dtype == jnp.float32
    whole = np.asarray(jax.jit(TINY.apply)(variables(), IMAGES))
    assert 0.0 < np.abs(seen - whole).max() < 0.05 * np.abs(whole).max()
