"""Low-pass filters designed for a cutoff: Kaiser's windows of sinc and of jinc."""

import functools

import numpy as np


@functools.lru_cache(maxsize=256)
def low_pass(
    taps: int, cutoff: float, width: float, rate: float, radial: bool = False
) -> np.ndarray | None:
    """Designs a filter of sum 1, [taps] or, if radial, [taps, taps]; None is one tap.

    Karras et al. 2021 (arXiv 2106.12423), section 3 and appendix C: the ideal filter,
    2 f sinc(2 f x), or f jinc(2 f r) / r on the plane, under a Kaiser window whose
    attenuation follows from the number of taps and the width of the transition band.

    Args:
      taps: how many.
      cutoff: f, in cycles per unit.
      width: of the transition band, in cycles per unit.
      rate: samples per unit.
      radial: alike in all directions, and so no product of two rows.

    Raises:
      ValueError: if a number is out of range.
    """
    # Here, because scipy.signal takes long to import.
    from scipy.signal import kaiser_atten, kaiser_beta
    from scipy.special import j1

    if taps < 1 or not 0.0 < cutoff <= rate / 2 or not width > 0.0:
        raise ValueError(
            f"low pass: saw {taps} taps, cutoff {cutoff}, width {width}, wanted at "
            f"least one tap, a cutoff in (0, {rate / 2}] and a positive width"
        )
    if taps == 1:
        return None
    x = (np.arange(taps) - (taps - 1) / 2) / rate
    window = np.kaiser(taps, kaiser_beta(kaiser_atten(taps, width / (rate / 2))))
    if not radial:
        return _of_sum_one(np.sinc(2 * cutoff * x) * window)
    radius = np.pi * np.hypot(*np.meshgrid(x, x))
    inside = np.where(radius > 0, radius, 1.0)
    jinc = np.where(radius > 0, j1(2 * cutoff * radius) / inside, cutoff)
    return _of_sum_one(jinc * np.outer(window, window))


def _of_sum_one(taps):
    made = taps / taps.sum()
    made.setflags(write=False)  # It is given to all who ask again.
    return made
