"""Latents in a file: codes, and the noise maps that were found with them."""

import pathlib
import zipfile
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from jaxgan.core.latent_abilities import Noisy
from jaxgan.core.types import Variables
from jaxgan.run.editing.codes import Codes
from jaxgan.run.errors import RunError
from jaxgan.run.files import output_path


class Latents(NamedTuple):
    """Holds latents of B pictures.

    Attributes:
      code: float32 [B, L, N].
      noise: maps [B, H, W] of each layer that adds noise; () is the generator's own.
      names: of the pictures.
    """

    code: np.ndarray
    noise: tuple[np.ndarray, ...] = ()
    names: Sequence[str] = ()

    def variables(self, codes: Codes, place: int) -> Variables:
        """Makes the generator's variables for one of them.

        Raises:
          RunError: if they are of another generator.
        """
        shape = (codes.layers, codes.spread.codes.shape[1])
        if self.code.shape[1:] != shape:
            raise RunError(
                f"--latents: saw codes {list(self.code.shape[1:])}, wanted "
                f"{list(shape)}: they are of another generator"
            )
        if not self.noise:
            return codes.variables
        if not isinstance(codes.game, Noisy):
            raise RunError("--latents: saw noise maps, but this generator adds none")
        try:
            maps = [layer[place] for layer in self.noise]
            return codes.game.with_noise_maps(codes.variables, maps)
        except ValueError as error:
            raise RunError(f"--latents: {error}") from None


def write(path: pathlib.Path, latents: Latents, **more: np.ndarray) -> None:
    """Writes latents, and arrays that tell about them.

    Raises:
      RunError: if the file cannot be written.
    """
    noise = {f"noise_{place}": x for place, x in enumerate(latents.noise)}
    with output_path.written(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = {"code": latents.code, "names": np.array(latents.names), **noise}
        np.savez(path, allow_pickle=False, **arrays, **more)


def read(path: pathlib.Path) -> Latents:
    """Reads them.

    Raises:
      RunError: if there is no such file, or it holds none.
    """
    if not path.is_file():
        raise RunError(f"--latents: there is no file {path}")
    try:
        with np.load(path, allow_pickle=False) as file:
            code = np.asarray(file["code"], np.float32)
            count = sum(name.startswith("noise_") for name in file.files)
            noise = tuple(np.asarray(file[f"noise_{k}"]) for k in range(count))
            names = tuple(map(str, file["names"]))
        batch, _, _ = code.shape
        if (
            {len(x) for x in noise} - {batch}
            or not batch
            or not np.isfinite(code).all()
        ):
            raise ValueError
    except (KeyError, ValueError, OSError, zipfile.BadZipFile):
        raise RunError(
            f"--latents: {path} holds no latents, wanted a file of jaxgan project"
        ) from None
    return Latents(code, noise, names)
