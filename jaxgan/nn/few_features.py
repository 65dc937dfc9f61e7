"""Convolutions from many channels to few features, such as colours or one logit.

XLA's products are slow on CPUs where a matrix has few columns. Here the places of the
kernel are columns too: height · width times as many. They are the mirror of patches,
which suit few channels. Shapes as in `formulations`.
"""

import itertools

import jax
import jax.numpy as jnp
from jax import lax

from jaxgan.nn.formulations import Geometry


def forward_by_places(geometry: Geometry, image: jax.Array, kernel: jax.Array):
    """One product of pixels and all of the kernel's places, shifted and added up."""
    channels = image.shape[-1]
    matrix = kernel.transpose(2, 0, 1, 3).reshape(channels, -1)
    columns = image.reshape(-1, channels) @ matrix
    columns = columns.reshape(*image.shape[:3], *geometry.kernel, -1)
    edges = [(before, after, 0) for before, after in geometry.pads]
    columns = _padded(columns, edges)
    rows, width = ((m - 1) * geometry.stride + 1 for m in geometry.maps)
    step = geometry.stride
    parts = [
        columns[:, i : i + rows : step, j : j + width : step, i, j]
        for i, j in _places(geometry)
    ]
    return sum(parts[1:], start=parts[0])


def kernel_gradient_by_places(geometry: Geometry, image: jax.Array, maps: jax.Array):
    """One product of pixels and maps, which every place of the kernel shifts."""
    step = geometry.stride

    def shifted(place):
        edges = []
        for at, pad, n, m in zip(place, geometry.pads, geometry.image, geometry.maps):
            before = at - pad[0]
            edges.append((before, n - (m - 1) * step - 1 - before, step - 1))
        return _padded(maps, edges)

    columns = jnp.concatenate([shifted(place) for place in _places(geometry)], axis=-1)
    channels, many = image.shape[-1], columns.shape[-1]
    product = image.reshape(-1, channels).T @ columns.reshape(-1, many)
    product = product.reshape(channels, *geometry.kernel, -1)
    return product.transpose(1, 2, 0, 3)


def _places(geometry):
    return list(itertools.product(*map(range, geometry.kernel)))


def _padded(x, edges):
    """Zeros (before, after, between) the pixels of both axes; or a crop."""
    none = (0, 0, 0)
    rest = [none] * (x.ndim - 3)
    return lax.pad(x, jnp.zeros((), x.dtype), [none, *edges, *rest])
