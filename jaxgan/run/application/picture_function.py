"""A run as a function of pictures."""

from typing import TYPE_CHECKING, Any

import numpy as np

from jaxgan.run.application import picture_file
from jaxgan.run.application.application import Application
from jaxgan.run.errors import RunError

if TYPE_CHECKING:
    from PIL import Image


class PictureFunction:
    """Maps arrays and Pillow's images as `jaxgan apply` maps files.

    Attributes:
      application: knows sizes and channels.
    """

    def __init__(self, *arguments: Any, **options: Any):
        """Compiles nothing yet.

        Args:
          arguments: of `Application`.
          options: likewise.
        """
        self.application = Application(*arguments, **options)

    def __call__(self, pictures: "np.ndarray | Image.Image") -> Any:
        """Maps one picture or several of a size.

        Args:
          pictures: uint8 of 0 to 255 or floats in [-1, 1], [H, W, C], [B, H, W, C] or,
            grey, [H, W]; or one of Pillow's images. Grey becomes RGB for a generator of
            RGB, and the other way round.

        Returns:
          The same of what is made: bytes of bytes, float32 of floats, an image of an
          image.

        Raises:
          RunError: if it is none of these.
        """
        if hasattr(pictures, "convert"):
            from PIL import Image

            grey = pictures.mode in ("1", "L")  # type: ignore[union-attr]
            image = pictures.convert("L" if grey else "RGB")  # type: ignore[union-attr]
            made = self(np.asarray(image))
            return Image.fromarray(made[..., 0] if made.shape[2] == 1 else made)
        array = np.asarray(pictures)
        if array.ndim == 2:
            array = array[..., None]
        if array.ndim == 4:
            if not len(array):
                raise RunError("pictures: saw none, wanted at least one")
            return np.stack([self(one) for one in array])
        if array.ndim != 3:
            raise RunError(
                f"pictures: saw shape {list(array.shape)}, wanted [H, W, C] or "
                "[B, H, W, C]"
            )
        if array.dtype == np.uint8:
            made = self._map(array.astype(np.float32) / 127.5 - 1.0)
            return np.rint((made + 1.0) * 127.5).astype(np.uint8)
        if not np.issubdtype(array.dtype, np.floating):
            raise RunError(
                f"pictures: saw {array.dtype}, wanted uint8, or floats in [-1, 1]"
            )
        return self._map(array.astype(np.float32))

    def _map(self, image: np.ndarray) -> np.ndarray:
        try:
            image = picture_file.with_channels(image, self.application.sizes.channels)
        except ValueError as error:
            raise RunError(f"pictures: {error}") from None
        return self.application(image)
