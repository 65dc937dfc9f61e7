"""Mixtures of Gaussians in the plane: PacGAN's ring and grid."""

import numpy as np

from jaxgan.data.source import Arrays, arrays, check_count, check_seed

RING_DEVIATION = 0.01
GRID_DEVIATION = 0.05


def ring_centres(modes: int = 8, radius: float = 1.0) -> np.ndarray:
    """Centres [modes, 2], evenly on a circle."""
    check_count("modes", modes, 1)
    angles = 2.0 * np.pi * np.arange(modes) / modes
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def grid_centres(side: int = 5, spacing: float = 2.0) -> np.ndarray:
    """Centres [side², 2], on a square lattice around 0."""
    check_count("side", side, 1)
    line = spacing * (np.arange(side) - (side - 1) / 2)
    return np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)


def ring(
    modes: int = 8,
    radius: float = 1.0,
    deviation: float = RING_DEVIATION,
    size: int = 100_000,
    seed: int = 0,
) -> Arrays:
    """Gaussians on a circle, labelled by mode.

    Lin et al. 2018 (arXiv 1712.04086), section 4.1: 8 on the unit circle, 0.01 wide,
    100,000 points.

    Raises:
      DataError: if the seed is none, or there are no modes or no points.
    """
    return _mixture(ring_centres(modes, radius), deviation, size, seed)


def grid(
    side: int = 5,
    spacing: float = 2.0,
    deviation: float = GRID_DEVIATION,
    size: int = 100_000,
    seed: int = 0,
) -> Arrays:
    """Gaussians on a lattice, labelled by mode.

    Lin et al. 2018 (arXiv 1712.04086), section 4.1: 25 at {-4, -2, 0, 2, 4}², 0.05
    wide, 100,000 points.

    Raises:
      DataError: if the seed is none, or there are no modes or no points.
    """
    return _mixture(grid_centres(side, spacing), deviation, size, seed)


def _mixture(centres: np.ndarray, deviation: float, size: int, seed: int) -> Arrays:
    check_count("size", size, 1)
    check_seed(seed)
    rng = np.random.default_rng(seed)
    labels = rng.integers(len(centres), size=size)
    points = centres[labels] + deviation * rng.standard_normal((size, 2))
    names = [f"mode {mode}" for mode in range(len(centres))]
    return arrays(points.astype(np.float32), labels, names)
