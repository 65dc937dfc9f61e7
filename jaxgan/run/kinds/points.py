"""Points [2] of the plane."""

import dataclasses
import pathlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.kinds.kind import Kind, Section
from jaxgan.run.kinds.measures.measure import Measure

if TYPE_CHECKING:  # they are heavy
    from jaxgan.data.source import Source
    from jaxgan.evaluation.extractor import Extractor


# Compared by identity: arrays have no truth value.
@dataclasses.dataclass(frozen=True, eq=False)
class Points(Kind):
    """Points, measured as they are.

    Attributes:
      real: points [M, 2] that are drawn in grey beneath the samples, and set the frame,
        so that pictures of different steps can be compared.
      pixels: width and height of pictures.
    """

    real: np.ndarray | None = None
    pixels: int = 400

    unit = "points"
    preview = 625
    suffix = ".csv"

    @property
    def measures(self) -> Mapping[str, Measure]:
        """Distances, and how points lie among each other."""
        from jaxgan.run.kinds.measures import feature_measures

        return {
            "frechet": feature_measures.frechet(),
            "sliced-wasserstein": feature_measures.SLICED_DISTANCE,
            "precision-recall": feature_measures.PRECISION_RECALL,
            "density-coverage": feature_measures.DENSITY_COVERAGE,
        }

    @property
    def sections(self) -> Sequence[Section]:
        """The discriminator's landscape, and walks through it."""
        from jaxgan.run.kinds.sections.landscape_charts import LANDSCAPE, WAYS

        return (LANDSCAPE, WAYS)

    def picture(self, sample: Sample) -> np.ndarray:
        """Draws points as dots."""
        return scatter(sample, self.real, self.pixels)

    def write(self, path: pathlib.Path, sample: Sample) -> None:
        """Writes the coordinates of a point, below their names."""
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savetxt(path, sample.value, delimiter=",", header="x,y", comments="")

    def features(self, source: "Source", protocol: EvaluationProtocol) -> "Extractor":
        """Takes the coordinates for features.

        Raises:
          RunError: if another extractor is asked for.
        """
        from jaxgan.evaluation.raw_values import raw_values

        protocol.check_no_extractor(self.unit)
        return raw_values(source.shape)


points = Points()
"""Points whose pictures are framed by the samples themselves."""


def scatter(
    sample: Sample, real: np.ndarray | None = None, pixels: int = 400
) -> np.ndarray:
    """Draws points of the plane.

    Args:
      sample: value [N, 2].
      real: points [M, 2] drawn in grey underneath; they also set the frame, so that
        pictures of different steps can be compared.
      pixels: width and height of the picture.

    Raises:
      RunError: if these are no points, or there are none.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    points = np.asarray(sample.value)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise RunError(
            f"points: saw shape {list(points.shape)}, wanted [N, 2] of at least one"
        )
    figure = Figure(figsize=(pixels / 100, pixels / 100), dpi=100)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    if real is not None:
        axes.scatter(real[:, 0], real[:, 1], s=6, c="0.75", linewidths=0)
        low, high = real.min(0), real.max(0)
        margin = 0.15 * max(float((high - low).max()), 1e-6)
        axes.set_xlim(low[0] - margin, high[0] + margin)
        axes.set_ylim(low[1] - margin, high[1] + margin)
    axes.scatter(points[:, 0], points[:, 1], s=6, c="tab:orange", linewidths=0)
    axes.set_axis_off()
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
