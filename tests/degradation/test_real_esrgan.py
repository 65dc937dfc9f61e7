"""The whole chain: against official vectors, and its laws."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.degradation import SecondOrder
from jaxgan.degradation.noise import gaussian_noise
from jaxgan.degradation.real_esrgan import degraded
from jaxgan.degradation.second_order import Draws, StageDraws


@pytest.fixture(scope="module")
def chain(golden):
    npz = np.load(golden / "realesrgan_chain.npz")
    return {name: npz[name] for name in npz.files}


def picture(array):
    return jnp.asarray(np.moveaxis(array[0], 0, -1))


def test_official_chain(chain):
    """Its random sizes lie on canvases here; draws and noise are given."""
    modes = {"area": 0, "bilinear": 1, "bicubic": 2}

    def stage(number, scale, mode, sigma, quality):
        return StageDraws(
            kernel=jnp.asarray(chain[f"in/kernel{number}"][0]),
            scale=jnp.float32(scale),
            mode=jnp.int32(modes[mode]),
            gaussian=jnp.bool(True),
            sigma=jnp.float32(sigma),
            poisson_scale=jnp.float32(1.0),
            gray=jnp.bool(False),
            quality=jnp.float32(quality),
            noise=jnp.int32(number),
        )

    drawn = Draws(
        stage(1, 0.63, "bicubic", 9.0, 70.0),
        stage(2, 0.8, "area", 6.0, 55.0),
        jnp.int32(modes["bilinear"]),
        jnp.asarray(chain["in/sinc_kernel"][0]),
        jnp.bool(True),
    )
    canvases = {}

    def noise(x, drawn, valid):
        number = 2 if x.shape[0] < 40 else 1
        field = picture(chain[f"in/noise{number}"])
        rows, columns = field.shape[:2]
        canvases[number] = (x.shape, (rows, columns))
        fill = ((0, x.shape[0] - rows), (0, x.shape[1] - columns), (0, 0))
        return gaussian_noise(x, jnp.pad(field, fill), drawn.sigma)

    seen = jax.jit(lambda x: degraded(x, drawn, SecondOrder(), noise))(
        picture(chain["in/gt"])
    )
    assert canvases == {1: ((96, 112, 3), (40, 45)), 2: ((32, 32, 3), (12, 14))}
    wanted = np.moveaxis(chain["out/chain/lq"][0], 0, -1)
    steps = np.round(255 * np.abs(seen - wanted))
    # A coefficient that rounds the other way moves a block of pixels by a few steps.
    assert np.mean(steps > 0) < 0.01
    assert steps.max() <= 2
