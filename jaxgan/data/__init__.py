"""Sources of examples, and batches as a function of the step."""

from jaxgan.data.batches import Batches, batches
from jaxgan.data.blank import blank
from jaxgan.data.classes import of_classes
from jaxgan.data.handwritten import digits
from jaxgan.data.image_dataset import image_dataset
from jaxgan.data.image_folder import folder, skipping_bad
from jaxgan.data.source import (
    Arrays,
    DataError,
    Source,
    arrays,
    subset,
    without_labels,
)
from jaxgan.data.stacking import stacked
from jaxgan.data.toy import (
    GRID_DEVIATION,
    RING_DEVIATION,
    grid,
    grid_centres,
    ring,
    ring_centres,
)

__all__ = [
    "GRID_DEVIATION",
    "RING_DEVIATION",
    "Arrays",
    "Batches",
    "DataError",
    "Source",
    "arrays",
    "batches",
    "blank",
    "digits",
    "folder",
    "grid",
    "grid_centres",
    "image_dataset",
    "of_classes",
    "ring",
    "ring_centres",
    "skipping_bad",
    "stacked",
    "subset",
    "without_labels",
]
