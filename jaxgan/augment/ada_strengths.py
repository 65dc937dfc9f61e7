"""Which transformations adaptive augmentation makes, and how strong they are."""

from typing import NamedTuple


class Strengths(NamedTuple):
    """Strengths are factors of p: 0 leaves a transformation out, 1 is the paper's.

    Karras et al. 2020 (arXiv 2006.06676), appendix B, with the names of the official
    code. Deviations in octaves are of the exponent of 2.

    Attributes:
      xflip: mirror left and right.
      rotate90: turn by a multiple of 90°.
      xint: shift by whole pixels, by up to xint_max of the side.
      scale: of both axes, deviation scale_std octaves.
      rotate: by an angle of up to rotate_max · 180°.
      aniso: stretch one axis and shrink the other, deviation aniso_std octaves.
      xfrac: shift by any amount, deviation xfrac_std of the side.
      brightness: shift, deviation brightness_std of half the range.
      contrast: scale, deviation contrast_std octaves.
      lumaflip: mirror the luma.
      hue: turn by an angle of up to hue_max · 180°.
      saturation: scale, deviation saturation_std octaves.
      imgfilter: amplify bands, deviation imgfilter_std octaves.
      imgfilter_bands: factor of the strength for each band, the lowest first.
      noise: add noise, deviation |N(0, noise_std²)|.
      cutout: set a rectangle of cutout_size of the side to 0.
      margin: how far beyond the edges images are continued, in sides. 1 is exact; less
        takes less memory, which grows as (1 + 2 · margin)², and shows zeros beyond.
    """

    xflip: float = 0.0
    rotate90: float = 0.0
    xint: float = 0.0
    scale: float = 0.0
    rotate: float = 0.0
    aniso: float = 0.0
    xfrac: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    lumaflip: float = 0.0
    hue: float = 0.0
    saturation: float = 0.0
    imgfilter: float = 0.0
    noise: float = 0.0
    cutout: float = 0.0
    xint_max: float = 0.125
    scale_std: float = 0.2
    rotate_max: float = 1.0
    aniso_std: float = 0.2
    xfrac_std: float = 0.125
    brightness_std: float = 0.2
    contrast_std: float = 0.5
    hue_max: float = 1.0
    saturation_std: float = 1.0
    imgfilter_std: float = 1.0
    imgfilter_bands: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
    noise_std: float = 0.1
    cutout_size: float = 0.5
    margin: float = 1.0


BLIT = Strengths(xflip=1.0, rotate90=1.0, xint=1.0)
"""Pixels change places and nothing else."""
GEOMETRY = Strengths(scale=1.0, rotate=1.0, aniso=1.0, xfrac=1.0)
COLOR = Strengths(brightness=1.0, contrast=1.0, lumaflip=1.0, hue=1.0, saturation=1.0)
CORRUPTION = Strengths(imgfilter=1.0, noise=1.0, cutout=1.0)


def joined(*parts: Strengths) -> Strengths:
    """All transformations of several presets; constants are those of the last."""
    chosen = parts[-1]
    switches = Strengths._fields[: Strengths._fields.index("xint_max")]
    return chosen._replace(
        **{name: max(getattr(part, name) for part in parts) for name in switches}
    )


BGC = joined(BLIT, GEOMETRY, COLOR)
"""The paper's choice: 'bgc'."""
BGCFNC = joined(BGC, CORRUPTION)
"""All of them."""
R3GAN = joined(
    BLIT,
    GEOMETRY,
    Strengths(
        brightness=0.5,
        contrast=0.5,
        lumaflip=0.5,
        hue=0.5,
        saturation=0.5,
        cutout=1.0,
    ),
)
"""Those of Huang et al. 2024 (arXiv 2501.05441), as the official code has them."""
