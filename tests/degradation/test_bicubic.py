"""Bicubic degradation, and the published numbers of the benchmark B100."""

import io
import zipfile

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.degradation import bicubic_degradation, imresize
from jaxgan.evaluation import psnr, ssim

KEYS = jax.random.split(jax.random.key(0), 2)


def test_bytes_of_matlabs_bicubic():
    x = jnp.asarray(np.random.default_rng(0).uniform(-1, 1, (2, 12, 8, 1)), jnp.float32)
    seen = bicubic_degradation(4)(KEYS, x)
    exact = imresize(x, 0.25)
    np.testing.assert_array_equal(bicubic_degradation(4, rounded=False)(KEYS, x), exact)
    wanted = np.clip(np.round(127.5 * (np.asarray(exact) + 1)), 0, 255) / 127.5 - 1
    np.testing.assert_allclose(seen, wanted, atol=1e-6)
    assert not np.allclose(seen, exact, atol=1e-4)
    with pytest.raises(ValueError, match=r"saw shape \(2, 12, 8, 1\), wanted .* of 5"):
        bicubic_degradation(5)(KEYS, x)
    with pytest.raises(ValueError, match=r"scale: saw 2\.5, wanted a whole number"):
        bicubic_degradation(2.5)  # pyright: ignore[reportArgumentType]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scale", "decibels", "similarity"),
    [(2, 29.565, 0.8436), (3, 27.211, 0.7392), (4, 25.963, 0.6682)],
)
def test_published_numbers_of_b100(shared_data, scale, decibels, similarity):
    """Papers have 29.56 / .8431, 27.21 / .7385, 25.96 / .6675, by MATLAB."""
    image = pytest.importorskip("PIL.Image")
    file = shared_data / "bsds500-train-val.zip"
    if not file.exists():
        pytest.skip(f"no file {file}")
    degrade = jax.jit(bicubic_degradation(scale))
    enlarge = jax.jit(lambda x: imresize(x, scale))
    protocol = {"crop": scale, "luma": True, "rounded": True}
    scores = []
    with zipfile.ZipFile(file) as members:
        names = [n for n in members.namelist() if n.startswith("images/val/")]
        names = [n for n in names if n.endswith(".jpg")]
        for name in names:
            pixels = np.asarray(image.open(io.BytesIO(members.read(name))))
            height, width = (side // scale * scale for side in pixels.shape[:2])
            target = np.float32(pixels[None, :height, :width]) / 127.5 - 1
            seen = np.asarray(enlarge(degrade(KEYS[:1], target)))
            options = (-1.0, 1.0)
            scores.append(
                [
                    measure(seen, target, options, **protocol)[0]
                    for measure in (psnr, ssim)
                ]
            )
    assert len(scores) == 100
    np.testing.assert_allclose(np.mean(scores, axis=0)[0], decibels, atol=0.002)
    np.testing.assert_allclose(np.mean(scores, axis=0)[1], similarity, atol=0.0002)
