"""How large, how finely sampled and how sharp the signals between the layers are.

Karras et al. 2021 (arXiv 2106.12423), section 3.2 and appendix C: signals are
continuous, their cutoff frequencies grow geometrically from layer to layer, and so do
the stopbands from which on there is nothing. The rates are the least powers of two that
hold the stopbands. Units are the side of the image.
"""

from typing import NamedTuple

import numpy as np

from jaxgan.models.stylegan2.blocks import sides
from jaxgan.nn.low_pass import low_pass
from jaxgan.nn.upfirdn import Pads


class Stage(NamedTuple):
    """A signal between two layers.

    Attributes:
      size: pixels per side, margins included.
      rate: pixels per unit.
      cutoff: the frequency up to which all passes, in cycles per unit.
      half_width: of the transition band, likewise.
      channels: features.
      critical: whether the cutoff is as high as the rate allows.
    """

    size: int
    rate: float
    cutoff: float
    half_width: float
    channels: int
    critical: bool


class Resampling(NamedTuple):
    """What a layer does around its activation.

    Attributes:
      up, down: factors.
      up_taps, down_taps: filters, or None for one tap.
      pads: of the up-sampled image.
    """

    up: int
    down: int
    up_taps: np.ndarray | None
    down_taps: np.ndarray | None
    pads: Pads


def stages(
    size: int,
    channels: int = 3,
    channel_base: int = 32768,
    channel_max: int = 512,
    layers: int = 14,
    critical: int = 2,
    first_cutoff: float = 2.0,
    first_stopband: float = 2**2.1,
    last_stopband: float = 2**0.3,
    margin: int = 10,
) -> list[Stage]:
    """The signals after the layers, that after the one to colours as the last.

    The first layer's input is as its output.

    Args:
      size: of the image, a power of two; 8 at least for a first cutoff of 2.
      channels: of the image.
      channel_base: a signal of cutoff f has channel_base / 2 f features,
      channel_max: or so many, if that is less.
      layers: but the one to colours.
      critical: so many of the last layers have the image's own cutoff.
      first_cutoff: of the input, in cycles per side of the image.
      first_stopband: likewise.
      last_stopband: of the image, as a multiple of its cutoff, size / 2.
      margin: pixels around all but the last two.

    Raises:
      ValueError: if the numbers do not fit.
    """
    _check(size, layers, critical, first_cutoff, first_stopband, channel_base)
    exponents = np.minimum(np.arange(layers + 1) / (layers - critical), 1.0)
    last = size / 2
    cutoffs = first_cutoff * (last / first_cutoff) ** exponents
    stopbands = first_stopband * (last * last_stopband / first_stopband) ** exponents
    rates = np.exp2(np.ceil(np.log2(np.minimum(2 * stopbands, size))))
    widths = np.maximum(stopbands, rates / 2) - cutoffs
    features = np.rint(np.minimum(channel_base / 2 / cutoffs, channel_max))
    made = []
    for place in range(layers + 1):
        ends = place >= layers - 1
        stage = Stage(
            size if ends else int(rates[place]) + 2 * margin,
            float(rates[place]),
            float(cutoffs[place]),
            float(widths[place]),
            int(features[place]) if place < layers else channels,
            place >= layers - critical,
        )
        made.append(stage)
    return made


def resampling(
    before: Stage,
    after: Stage,
    kernel_size: int,
    oversampling: int = 2,
    filter_size: int = 6,
    radial: bool = False,
) -> Resampling:
    """Factors, filters and pads of the layer between two stages.

    Args:
      before, after: what it reads and what it makes.
      kernel_size: of its convolution, which makes the image larger by that less 1.
      oversampling: the activation's rate, as a multiple of the higher one's; 1 for the
        layer to colours, which has no filters.
      filter_size: taps per factor.
      radial: whether to down-sample by a radial filter, unless critically sampled.
    """
    rate = max(before.rate, after.rate) * oversampling
    up, down = round(rate / before.rate), round(rate / after.rate)
    filtered = oversampling > 1

    def taps(factor):
        return filter_size * factor if factor > 1 and filtered else 1

    total = (after.size - 1) * down + 1 - (before.size + kernel_size - 1) * up
    total += taps(up) + taps(down) - 2
    low = (total + up) // 2
    pad = low, total - low
    round_one = radial and not after.critical
    return Resampling(
        up,
        down,
        low_pass(taps(up), before.cutoff, 2 * before.half_width, rate),
        low_pass(taps(down), after.cutoff, 2 * after.half_width, rate, round_one),
        (pad, pad),
    )


def _check(size, layers, critical, first_cutoff, first_stopband, channel_base):
    sides(size)
    if not 0 <= critical < layers:
        raise ValueError(
            f"critical_layers: saw {critical}, wanted at least 0 and less than the "
            f"{layers} of synthesis_layers"
        )
    if not 0.0 < first_cutoff < size / 2:
        raise ValueError(
            f"first_cutoff: saw {first_cutoff}, wanted less than {size / 2}, half of "
            "the size"
        )
    if not first_stopband > first_cutoff:
        raise ValueError(
            f"first_stopband: saw {first_stopband}, wanted more than the "
            f"{first_cutoff} of first_cutoff"
        )
    if channel_base < size:
        raise ValueError(
            f"channel_base: saw {channel_base}, wanted at least {size}: the last layer "
            f"has channel_base // {size} channels"
        )
