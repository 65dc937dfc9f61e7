"""Sources of examples, and batches as a function of the step."""

from jaxgan.data.batches import Batches, batches
from jaxgan.data.blank import blank
from jaxgan.data.classes import of_classes
from jaxgan.data.image_folder import skipping_bad
from jaxgan.data.openers import (
    arrays,
    digits,
    folder,
    grid,
    image_dataset,
    of_file,
    ring,
)
from jaxgan.data.source import Arrays, DataError, Source, subset, without_labels
from jaxgan.data.stacking import stacked
from jaxgan.data.toy import (
    GRID_DEVIATION,
    RING_DEVIATION,
    grid_centres,
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
    "of_file",
    "ring",
    "ring_centres",
    "skipping_bad",
    "stacked",
    "subset",
    "without_labels",
]
