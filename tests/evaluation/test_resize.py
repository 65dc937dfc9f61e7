import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.evaluation.resize import resized

from .peers import torch_fidelity


@settings(deadline=None, max_examples=10)
@given(sizes=st.tuples(*[st.integers(1, 40)] * 4), seed=st.integers(0, 9))
def test_formula(sizes, seed):
    """Each pixel by itself, in float64."""
    above, left, height, width = sizes
    image = np.random.default_rng(seed).uniform(-1, 1, (above, left))
    expected = np.empty((height, width))
    for i, j in np.ndindex(height, width):
        y, x = i * above / height, j * left / width
        top, start = int(y), int(x)
        rows = [top, min(top + 1, above - 1)]
        columns = [start, min(start + 1, left - 1)]
        corners = image[np.ix_(rows, columns)]
        shares = np.outer([top + 1 - y, y - top], [start + 1 - x, x - start])
        expected[i, j] = (corners * shares).sum()
    resize = jax.jit(resized, static_argnums=(1, 2))
    found = resize(jnp.asarray(image[None, ..., None], jnp.float32), height, width)
    # A place near a whole number may be rounded to the other side of it.
    np.testing.assert_allclose(found[0, ..., 0], expected, atol=2e-5)


@pytest.mark.parametrize(
    ("size", "to"),
    [
        ((32, 48), (299, 299)),
        ((401, 300), (299, 299)),
        ((299, 299), (299, 299)),
        ((7, 5), (9, 3)),
        ((1, 2), (5, 5)),
    ],
)
def test_torch_fidelity(size, to):
    """Of values up to 255, 1e-4 apart at most; unchanged at the same size."""
    torch = pytest.importorskip("torch")
    peer = torch_fidelity("interpolate_compat_tensorflow")
    levels = np.random.default_rng(0).integers(0, 256, (2, *size, 3))
    images = levels.astype(np.float32)
    expected = peer.interpolate_bilinear_2d_like_tensorflow1x(
        torch.from_numpy(images).permute(0, 3, 1, 2), size=to, align_corners=False
    )
    found = jax.jit(resized, static_argnums=(1, 2))(images, *to)
    np.testing.assert_allclose(found, expected.permute(0, 2, 3, 1), atol=1e-4, rtol=0)
    if size == to:
        np.testing.assert_array_equal(found, images)
