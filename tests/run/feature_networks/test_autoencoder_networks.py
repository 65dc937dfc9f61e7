"""The autoencoder of a file: read once, refused by name, and both halves of it."""

import os

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import data
from jaxgan.data import opening
from jaxgan.models import autoencoder
from jaxgan.run import feature_networks
from jaxgan.run.devices import frozen_networks
from jaxgan.run.errors import RunError
from jaxgan.weights import WeightsError
from tests.models.filled import filled

WIDTHS = (32, 32)
TINY = autoencoder.Autoencoder(widths=WIDTHS)
PICTURES = np.random.default_rng(1).uniform(-1, 1, (3, 4, 6, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def variables():
    """Small kernels, so that nothing is clipped."""
    made = filled(TINY, jnp.zeros((1, 4, 4, 3)))
    return jax.tree.map(lambda x: x * (0.1 if x.ndim > 1 else 1.0), made)


@pytest.fixture
def path(tmp_path, variables):
    np.savez(tmp_path / "vae.npz", **autoencoder.export_torch(variables))
    return tmp_path / "vae.npz"


def test_both_halves(path, variables):
    """Latents are not scaled when they are kept, but when they are read and decoded."""
    coder = feature_networks.autoencoder_of_file(path, widths=WIDTHS, scale=0.5)
    assert coder.latent_shape((4, 6, 3)) == (2, 3, 4)
    mean, deviation = coder.encode(PICTURES)
    wanted = jax.jit(lambda x: TINY.apply(variables, x, method="encode"))(PICTURES)
    np.testing.assert_allclose(mean, wanted.mean, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(deviation, wanted.deviation, rtol=1e-5)
    frozen = coder.frozen["autoencoder"]
    jax.tree.map(np.testing.assert_array_equal, frozen.load(), variables)
    assert frozen.source == "vae.npz"
    network, decode = coder.decoder
    assert network == "autoencoder"
    decode = jax.jit(decode)
    pictures = decode(variables, 0.5 * mean)
    plain = jax.jit(lambda x: TINY.apply(variables, x, method="decode"))(mean)
    assert 0.0 < np.abs(plain).max() < 1.0
    np.testing.assert_allclose(pictures, plain, rtol=1e-5, atol=1e-5)
    assert np.abs(decode(variables, 1e4 * mean)).max() <= 1.0


def test_read_once_and_late(path, variables):
    coder = feature_networks.autoencoder_of_file(path, widths=WIDTHS)
    kept = coder.variables
    os.remove(path)
    assert coder.variables is kept
    shapes = coder.frozen["autoencoder"].shapes()
    assert jax.tree.map(jnp.shape, shapes) == jax.tree.map(jnp.shape, variables)
    with pytest.raises(WeightsError, match=r"autoencoder: saw .* wanted a file of"):
        feature_networks.autoencoder_of_file(path)
    with opening.remembered([]):  # a stored run, of which the samples may be wanted
        lost = feature_networks.autoencoder_of_file(path, widths=WIDTHS)
    with pytest.raises(RunError, match=r"the autoencoder cannot be read: .*vae.npz"):
        _ = lost.fingerprint
    with data.blank():  # forecasts read nothing
        assert feature_networks.autoencoder_of_file("nowhere").network.factor == 8


def test_latents_are_known_by_the_encoder(tmp_path, path, variables):
    """Another decoder (sd-vae-ft-mse's, of the same encoder) changes no latent."""

    def known(half):
        changed = jax.tree.map(np.copy, variables)
        changed["params"][half]["leave"]["bias"][:] = 7.0
        other = tmp_path / f"{half}.npz"
        np.savez(other, **autoencoder.export_torch(changed))
        coder = feature_networks.autoencoder_of_file(other, widths=WIDTHS)
        return coder.fingerprint

    own = feature_networks.autoencoder_of_file(path, widths=WIDTHS).fingerprint
    assert own.startswith("sha256:")
    assert known("decoder") == own
    assert known("encoder") != own


@pytest.mark.parametrize(
    ("widths", "said"),
    [
        ((32, 64), r"saw '.*' of shape .*, wanted"),
        ((32, 32, 32), r"saw no '.*', wanted it of shape"),
        ((32,), r"saw 'decoder/double_1/bias', wanted no such layer"),
    ],
)
def test_files_of_other_widths(path, widths, said):
    coder = feature_networks.autoencoder_of_file(path, widths=widths)
    with pytest.raises(RunError, match=rf"vae.npz: not of this network: {said}"):
        coder.encode(PICTURES)
    single = jax.sharding.SingleDeviceSharding(jax.local_devices()[0])
    with pytest.raises(RunError, match=rf"'autoencoder' .vae.npz. cannot .* {said}"):
        frozen_networks.load(coder.frozen, single)


def test_files_of_something_else(tmp_path):
    path = tmp_path / "other.npz"
    np.savez(path, **{"fc.weight": np.zeros((2, 2), np.float32)})
    coder = feature_networks.autoencoder_of_file(path)
    with pytest.raises(RunError, match=r"wanted an autoencoder, with 'encoder.conv_in"):
        _ = coder.fingerprint
    path.write_bytes(b"no weights at all")
    coder = feature_networks.autoencoder_of_file(path)
    with pytest.raises(RunError, match="the autoencoder cannot be read: "):
        coder.encode(PICTURES)


def test_what_does_not_fit(path):
    coder = feature_networks.autoencoder_of_file(path, widths=WIDTHS)
    with pytest.raises(
        ValueError, match=r"pictures: saw \[5, 4, 3\], wanted sides that"
    ):
        coder.latent_shape((5, 4, 3))
    with pytest.raises(ValueError, match=r"wanted sides .*, and 3 channels"):
        coder.latent_shape((4, 4, 1))
    with pytest.raises(ValueError, match="latent_scale: saw 0"):
        feature_networks.autoencoder_of_file(path, scale=0)
