"""Sources of examples, and batches as a function of the step."""

from jaxgan.data.batches import Batches, batches
from jaxgan.data.blank import blank
from jaxgan.data.boundary_file import boundaries
from jaxgan.data.classes import of_classes
from jaxgan.data.clip_batches import (
    ClipBatches,
    Prediction,
    clip_batches,
    prediction,
)
from jaxgan.data.clip_openers import moving_mnist, radar, videos
from jaxgan.data.crop_batches import CropBatches, crop_batches
from jaxgan.data.encoded import encoded, pictures_of
from jaxgan.data.image_folder import skipping_bad
from jaxgan.data.molecules import names_of
from jaxgan.data.moving_digits import flying_speed
from jaxgan.data.openers import (
    arrays,
    digits,
    folder,
    grid,
    image_dataset,
    molecules,
    of_file,
    pairs,
    pictures,
    ring,
    unpaired,
    walks,
)
from jaxgan.data.paced_batches import PacedBatches, paced_batches
from jaxgan.data.pairs import Pairs
from jaxgan.data.picture_functions import edges, gray, low_resolution
from jaxgan.data.picture_set import PictureSet
from jaxgan.data.radar import from_dbz, to_dbz
from jaxgan.data.source import Arrays, DataError, Source, subset, without_labels
from jaxgan.data.stacking import stacked
from jaxgan.data.toy import (
    GRID_DEVIATION,
    RING_DEVIATION,
    grid_centres,
    ring_centres,
)
from jaxgan.data.unpaired import Unpaired

__all__ = [
    "GRID_DEVIATION",
    "RING_DEVIATION",
    "Arrays",
    "Batches",
    "ClipBatches",
    "CropBatches",
    "DataError",
    "PacedBatches",
    "Pairs",
    "PictureSet",
    "Prediction",
    "Source",
    "Unpaired",
    "arrays",
    "batches",
    "blank",
    "boundaries",
    "clip_batches",
    "crop_batches",
    "digits",
    "edges",
    "encoded",
    "flying_speed",
    "folder",
    "from_dbz",
    "gray",
    "grid",
    "grid_centres",
    "image_dataset",
    "low_resolution",
    "molecules",
    "moving_mnist",
    "names_of",
    "of_classes",
    "of_file",
    "paced_batches",
    "pairs",
    "pictures",
    "pictures_of",
    "prediction",
    "radar",
    "ring",
    "ring_centres",
    "skipping_bad",
    "stacked",
    "subset",
    "to_dbz",
    "unpaired",
    "videos",
    "walks",
    "without_labels",
]
