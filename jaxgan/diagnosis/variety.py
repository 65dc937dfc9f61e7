"""How samples lie among the data: variety, likeness, copies. Plain numpy.

Rows are examples, [n, D]; distances are Euclidean. What a number should be is never
guessed: the data's own, of two disjoint parts, stands beside it.
"""

import numpy as np

NEIGHBOURS = 5
"""k of precision and coverage."""

SAME = 1 / 8
"""Two samples count as one when they are much nearer than this share of the median
distance in the data."""


def distances(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Pairwise [n, m]."""
    left, right = np.asarray(left, np.float64), np.asarray(right, np.float64)
    centre = right.mean(axis=0)  # for precision: what all share cancels badly
    left, right = left - centre, right - centre
    squares = np.sum(left**2, 1)[:, None] + np.sum(right**2, 1) - 2.0 * left @ right.T
    return np.sqrt(np.maximum(squares, 0.0))


def effective_number(within: np.ndarray, width: float) -> float:
    """How many different samples there are among n: n² / Σᵢⱼ exp(-dᵢⱼ² / 2w²).

    The Vendi score of order 2 (Friedman and Dieng 2023, arXiv 2210.02410; Pasarkar and
    Dieng 2024, arXiv 2310.12952) of that kernel's square root: n if all are different,
    1 if all are one, and for equal clusters their number.

    Args:
      within: distances [n, n].
      width: the distance w at which samples begin to be different, positive.
    """
    return float(1.0 / np.mean(np.exp(-0.5 * (within / width) ** 2)))


def width_of(within: np.ndarray) -> float:
    """The w of `effective_number` by the data's distances [n, n]."""
    apart = within[~np.eye(len(within), dtype=bool)]
    return max(float(np.median(apart)) * SAME, 1e-12)


def radii(within: np.ndarray, width: float = 0.0) -> np.ndarray:
    """Distances [n] from every example to its k-th neighbour of its own set.

    At least `width`, so that what is missing of a tight cluster is its place, and not
    its last digit; the papers have no such bound.
    """
    return np.maximum(np.partition(within, NEIGHBOURS, axis=1)[:, NEIGHBOURS], width)


def precision(across: np.ndarray, radius: np.ndarray) -> float:
    """Share of samples inside the ball of any real example.

    Kynkäänniemi et al. 2019 (arXiv 1904.06991), equation 2.

    Args:
      across: distances [samples, reals].
      radius: of the reals' balls, [reals].
    """
    return float(np.mean(np.any(across <= radius, axis=1)))


def coverage(across: np.ndarray, radius: np.ndarray) -> float:
    """Share of real examples in whose ball there is a sample.

    Naeem et al. 2020 (arXiv 2002.09797), equation 5. For samples of the data itself,
    as many as reals, about 1 - 2⁻ᵏ.
    """
    return float(np.mean(np.any(across <= radius, axis=0)))


def told_apart(
    fake_within: np.ndarray, real_within: np.ndarray, across: np.ndarray
) -> float:
    """Accuracy of telling fake from real by the nearest other example: ½ at best.

    The leave-one-out 1-nearest-neighbour test of Lopez-Paz and Oquab 2017 (arXiv
    1610.06545), recommended for GANs by Xu et al. 2018 (arXiv 1806.07755).
    """
    fake = _nearest_other(fake_within) < across.min(axis=1)
    real = _nearest_other(real_within) < across.min(axis=0)
    return 0.5 * float(fake.mean() + real.mean())


def energy(
    fake_within: np.ndarray, real_within: np.ndarray, across: np.ndarray
) -> float:
    """Energy distance, in units of the data's mean distance: 0 if alike.

    (2 E|f - r| - E|f - f'| - E|r - r'|) / E|r - r'|, Székely and Rizzo 2013; without
    bias, so it may be a little negative.
    """
    scale = _mean_apart(real_within)
    apart = 2.0 * across.mean() - _mean_apart(fake_within) - scale
    return float(apart / max(scale, 1e-12))


def directions(real: np.ndarray, count: int = 2) -> np.ndarray:
    """Leading principal directions [D, count] of the data, over deviations along them.

    Fewer columns if the data have fewer dimensions.
    """
    centred = np.asarray(real, np.float64) - np.mean(real, axis=0)
    _, values, rows = np.linalg.svd(centred, full_matrices=False)
    deviations = np.maximum(values[:count] / np.sqrt(len(real)), 1e-12)
    return rows[:count].T / deviations


def nearer(to_train: np.ndarray, to_held_out: np.ndarray) -> tuple[float, float]:
    """Whether samples are copies of training examples.

    Args:
      to_train: distances [n, m] to training examples.
      to_held_out: to as many that were never trained on.

    Returns:
      The share of samples whose nearest example is a training one, ½ if nothing is
      copied; and the median ratio of the distance to the nearest training example to
      that to the nearest held-out one, 1 if nothing is copied and 0 for copies.
    """
    train, held_out = to_train.min(axis=1), to_held_out.min(axis=1)
    share = np.mean(train < held_out) + 0.5 * np.mean(train == held_out)
    return float(share), float(np.median(train / np.maximum(held_out, 1e-12)))


def effective_dimensions(slopes: np.ndarray) -> float:
    """In how many directions vectors [n, Z] point: (tr M)² / ‖M‖², M = mean of g gᵀ.

    The participation ratio of M's eigenvalues; 1 if all lie on a line, and
    Z n / (Z + n) on average for isotropic ones. 0 if all are 0.
    """
    slopes = np.asarray(slopes, np.float64)
    moment = (
        slopes.T @ slopes if slopes.shape[0] > slopes.shape[1] else slopes @ slopes.T
    )
    square = float(np.sum(moment**2))
    return float(np.trace(moment) ** 2 / square) if square > 0 else 0.0


def rank(slopes: np.ndarray, least: float = 1e-3) -> int:
    """The number of singular values of [n, Z] above this share of the largest."""
    values = np.linalg.svd(np.asarray(slopes, np.float64), compute_uv=False)
    return int(np.sum(values > least * values.max(initial=0.0)))


def spectral_norm(kernel: np.ndarray, iterations: int = 10) -> float:
    """The largest singular value of a kernel [..., out] as a matrix, from below.

    By power iteration from a fixed start.
    """
    matrix = np.asarray(kernel, np.float32).reshape(-1, kernel.shape[-1])
    vector = np.random.default_rng(0).standard_normal(matrix.shape[1])
    vector = vector.astype(np.float32)
    size = 0.0
    for _ in range(iterations):
        length = float(np.linalg.norm(vector))
        if not length > 0:
            return 0.0
        image = matrix @ (vector / np.float32(length))
        size = float(np.linalg.norm(image))
        vector = matrix.T @ image
    return size


def _nearest_other(within: np.ndarray) -> np.ndarray:
    return np.where(np.eye(len(within), dtype=bool), np.inf, within).min(axis=1)


def _mean_apart(within: np.ndarray) -> float:
    count = len(within)
    return float(within.sum() / (count * (count - 1)))
