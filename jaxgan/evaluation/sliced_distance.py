"""The sliced Wasserstein distance of two sets of features."""

import numpy as np

from jaxgan.core.seeds import checked_seed
from jaxgan.evaluation import checks


def sliced_distance(real, fake, directions: int = 128, seed: int = 0) -> float:
    """Averages W₁ of the sets' projections onto random directions u, ‖u‖ = 1.

    E_u inf_γ E_γ|u·x - u·y|. Bonneel et al. 2015 (doi 10.1007/s10851-014-0506-3),
    definition 7, with absolute differences instead of squares: the distance has the
    unit of the features. `sliced_wasserstein` is that of images' patches.

    Args:
      real, fake: features [N, D] and [M, D].
      directions: how many are drawn.
      seed: of the directions.

    Raises:
      ValueError: if shapes do not fit, or numbers are not finite.
    """
    from scipy.stats import wasserstein_distance

    directions = checks.count("directions", directions)
    real, fake = checks.pair(real, fake)
    rng = np.random.default_rng(checked_seed(seed))
    units = rng.standard_normal((directions, real.shape[1]))
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    first, second = (units @ np.asarray(x, np.float64).T for x in (real, fake))
    return float(np.mean([wasserstein_distance(*pair) for pair in zip(first, second)]))
