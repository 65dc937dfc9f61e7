"""Maps of numbers [H, W, C] whose channels are no colours: latents of pictures."""

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.images import Images, grid, images
from jaxgan.run.kinds.kind import Kind, Section


class Channels(Kind):
    """Latents of about unit deviation, drawn channel by channel, and not measured.

    A decoder that makes pictures of them is no part of the run: `jaxgan sample --out
    NAME.npz` writes the numbers for one.
    """

    unit = "latents"
    preview = 16

    @property
    def sections(self) -> "tuple[Section, ...]":
        """Walks between latents."""
        from jaxgan.run.kinds.sections.walk_section import WALKS

        return (WALKS,)

    def picture(self, sample: Sample) -> np.ndarray:
        """Draws every channel in gray, from -3 to 3, those of one example in a square.

        Raises:
          RunError: if the value is no stack of maps, or there are none.
        """
        value = np.asarray(sample.value, np.float32)
        if value.ndim != 4 or not value.size:
            raise RunError(
                f"latents: saw shape {list(value.shape)}, wanted [N, H, W, C] of at "
                "least one"
            )
        count, height, width, channels = value.shape
        columns = int(np.ceil(channels**0.5))
        rows = -(-channels // columns)
        cells = np.full((count, rows * columns, height, width), 3.0, np.float32)
        cells[:, :channels] = np.moveaxis(value, -1, 1)
        cells = cells.reshape(count, rows, columns, height, width).swapaxes(2, 3)
        whole = cells.reshape(count, rows * height, columns * width, 1)
        return grid(Sample(whole / 3.0))


channels = Channels()
"""Of any number of channels."""


def of_channels(count: int) -> Images | Channels:
    """Finds what values of so many channels are: images of 1 or 3, else latents."""
    return images if count in (1, 3) else channels
