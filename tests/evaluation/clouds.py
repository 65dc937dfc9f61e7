"""Features to measure: seeded, correlated, half of them zero as after a ReLU."""

import numpy as np


def clouds(count: int, width: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Real and fake features [count, width], float32, of slightly different laws."""
    rng = np.random.default_rng(seed)
    mix = rng.standard_normal((width, width)) / np.sqrt(width)
    real = rng.standard_normal((count, width)) @ mix
    fake = 1.1 * rng.standard_normal((count, width)) @ mix + 0.05
    return tuple(np.maximum(x, 0.0).astype(np.float32) for x in (real, fake))
