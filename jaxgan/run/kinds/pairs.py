"""Pictures that are made of pictures: of partners, or across two domains."""

import dataclasses
import functools
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run import pictures
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.drawing import comparison_picture
from jaxgan.run.kinds.images import Images
from jaxgan.run.kinds.kind import Section
from jaxgan.run.kinds.measures.measure import Comparison, Measure
from jaxgan.run.kinds.route import Route

if TYPE_CHECKING:  # they are heavy
    from jaxgan.data.source import Source
    from jaxgan.evaluation.lpips import PerceptualDistance


# Compared by identity, as all kinds are.
@dataclasses.dataclass(frozen=True, eq=False)
class Pairs(Images):
    """Pairs of pictures, `Sample(value=target, given=source)`, as of `data.pairs`.

    Samples are what a game makes of sources, of held-out pairs if there are any.

    Attributes:
      crop: pixels per side that PSNR and SSIM leave out, as super-resolution does: as
        many as the scale.
      perceptual: f() -> the network of LPIPS with its weights, which not everybody has:
        `lambda: feature_networks.lpips_distance(lpips.alexnet(), trunk, heads)`. It is
        called when LPIPS is measured; without, there is no such measure.
      comparisons: further measures of outputs and their targets, by name: f() -> each.
    """

    crop: int = 0
    perceptual: "Callable[[], PerceptualDistance] | None" = None
    comparisons: Mapping[str, Callable[[], Comparison]] = dataclasses.field(
        default_factory=dict
    )

    unit = "pairs"
    preview = 6
    held_out = True
    walk_suffixes = ()

    @property
    def remedies(self) -> Sequence[str]:
        """What helps: of whatever is enlarged, squares are cut out already."""
        if self.crop:
            return ("larger pictures, of which other squares are cut out",)
        return ("squares cut out of larger pictures (load_size)", "flips", "turns")

    @property
    def measures(self) -> Mapping[str, Measure]:
        """How near outputs are to their targets, and to the targets as a set."""
        from jaxgan.run.kinds.measures import pair_measures

        return pair_measures.of_pairs(self.crop, self._further)

    @property
    def _further(self) -> dict[str, Callable[[], Comparison]]:
        from jaxgan.run.kinds.measures import pair_measures

        if self.perceptual is None:
            return dict(self.comparisons)
        lpips = functools.partial(pair_measures.perceptual_comparison, self.perceptual)
        return {"lpips": lpips, **self.comparisons}

    @property
    def sections(self) -> Sequence[Section]:
        """Before and after."""
        from jaxgan.run.kinds.sections.slider_section import SLIDERS

        return (SLIDERS,)

    def routes(self, example: Sample) -> Sequence[Route]:
        """From what is given to the value."""
        return (Route(example.given, example.value),)

    def picture(self, sample: Sample) -> np.ndarray:
        """Draws a row of sources, one of outputs and one of targets; columns are pairs.

        Of real pairs there is no output.
        """
        return comparison_picture.rows(sample)

    def write(self, path: pathlib.Path, sample: Sample) -> None:
        """Writes source, output and target side by side, as large as they are."""
        pictures.save_png(path, comparison_picture.strip(sample))

    def walk(self, path: pathlib.Path, samples: Sample, rate: float) -> None:
        """Refuses: nothing leads from one picture to another.

        Raises:
          RunError: always.
        """
        del path, samples, rate
        raise RunError(f"{self.unit} have no latents to walk between")


class Domains(Pairs):
    """Pictures of two domains, `Sample({"x": ..., "y": ...})`, as of `data.unpaired`.

    Samples are what a game makes of each in the other. Only where example i of x is the
    partner of example i of y, do measures ask how near they are.
    """

    unit = "pictures"

    @property
    def measures(self) -> Mapping[str, Measure]:
        """How near outputs are to the domain they lead to, in each direction."""
        from jaxgan.run.kinds.measures import pair_measures

        return pair_measures.of_domains(self.crop, self._further)

    def routes(self, example: Sample) -> Sequence[Route]:
        """From x to y, and from y to x."""
        x, y = (example.value[name] for name in ("x", "y"))
        return (
            Route(x, y, "y", "x_to_y", "y_to_x"),
            Route(y, x, "x", "y_to_x", "x_to_y"),
        )

    def folder(self, path: pathlib.Path, shape: tuple[int, ...]) -> "Source":
        """Refuses: a folder is of one domain.

        Raises:
          RunError: always.
        """
        del path, shape
        raise RunError("--real: no folders of two domains are read; choose --split")


pairs = Pairs()
"""Pairs whose every pixel counts."""
domains = Domains()
"""Two domains."""
