"""Images [H, W, C] in [-1, 1], gray, coloured, or with opacity."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run import pictures
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.kinds.kind import Kind, Section
from jaxgan.run.kinds.measures.measure import Measure

if TYPE_CHECKING:  # they are heavy
    import pathlib

    from jaxgan.data.source import Source
    from jaxgan.evaluation.extractor import Extractor


class Images(Kind):
    """Images, measured by the features of a classifier or of FID's network."""

    unit = "images"
    remedies = ("augmentation (as of stylegan2_ada_folder)",)

    @property
    def measures(self) -> Mapping[str, Measure]:
        """FID and whatever else is told of images."""
        from jaxgan.run.kinds.measures.image_measures import MEASURES

        return MEASURES

    @property
    def sections(self) -> Sequence[Section]:
        """Walks between latents."""
        from jaxgan.run.kinds.sections.walk_section import WALKS

        return (WALKS,)

    def picture(self, sample: Sample) -> np.ndarray:
        """Draws images side by side; see `grid`."""
        return grid(sample)

    def features(self, source: "Source", protocol: EvaluationProtocol) -> "Extractor":
        """Makes, or downloads, what sees the images; see `image_measures`."""
        from jaxgan.run.kinds.measures import image_measures

        return image_measures.extractor_of(source, protocol)

    def folder(self, path: "pathlib.Path", shape: tuple[int, ...]) -> "Source":
        """Reads a folder or zip of images, as large as samples and with their channels.

        Raises:
          RunError: if samples are no square images, gray or coloured.
        """
        from jaxgan import data

        height, *_, channels = shape if len(shape) == 3 else (0, 0)
        if tuple(shape) not in ((height, height, 1), (height, height, 3)):
            raise RunError(
                f"--real: the run's samples are {list(shape)}; folders are read as "
                "square images, gray or coloured"
            )
        return data.folder(path, height, channels, labels="optional")


images = Images()
"""The kind of every experiment that names no other."""


def grid(
    sample: Sample, columns: int | None = None, gap: int = pictures.GAP
) -> np.ndarray:
    """Draws images side by side, row by row.

    Args:
      sample: value [N, H, W, C] in [-1, 1] with C = 1 (gray), 3 or 4 (with opacity, on
        white). Videos [N, T, H, W, C] become one row of frames each.
      columns: images per row; by default as many as make the grid square.
      gap: white pixels between images.

    Raises:
      RunError: if the value is no stack of images, or there are none.
    """
    images = np.asarray(sample.value)
    if images.ndim == 5:
        columns = images.shape[1]
        images = images.reshape(-1, *images.shape[2:])
    return pictures.mosaic(to_uint8(images), columns, gap)


def to_uint8(images: Any) -> np.ndarray:
    """Converts images [N, H, W, C] in [-1, 1], C = 1, 3 or 4, to uint8 [N, H, W, 3].

    Raises:
      RunError: if the shape is another.
    """
    images = np.asarray(images, np.float32)
    if images.ndim != 4 or images.shape[-1] not in (1, 3, 4):
        raise RunError(
            f"images: saw shape {list(images.shape)}, wanted [N, H, W, C] with C = 1, "
            "3 or 4; give the Experiment the `kind` of other samples"
        )
    images = (np.clip(np.nan_to_num(images), -1.0, 1.0) + 1.0) / 2.0
    if images.shape[-1] == 4:
        opacity = images[..., 3:]
        images = images[..., :3] * opacity + (1.0 - opacity)
    return np.broadcast_to(
        np.rint(images * 255.0).astype(np.uint8), (*images.shape[:3], 3)
    )
