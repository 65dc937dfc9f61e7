"""An autoencoder in whose latents a GAN is trained: frozen, and read from a file."""

import dataclasses
import functools
import hashlib
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.ranges import check_number
from jaxgan.core.types import Variables
from jaxgan.data.blank import is_blank
from jaxgan.data.opening import is_remembering
from jaxgan.models import autoencoder
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Decoder, Frozen
from jaxgan.run.feature_networks import weight_files
from jaxgan.weights import WeightsError, read_arrays
from jaxgan.weights.torch_layout import leaves

NAME = "autoencoder"
"""Of the network among those of an experiment."""
SCALE = 0.18215
"""Of Stable Diffusion's latents: one over their standard deviation (arXiv 2112.10752,
appendix G)."""
AT_ONCE = 8
"""Pictures that are encoded at a time."""


@dataclasses.dataclass(frozen=True)
class AutoencoderFile:
    """The autoencoder of latent diffusion, with weights of a file; see `of_file`.

    It is a `data.Encoder`. The file is read when it is first needed, and once.

    Attributes:
      network: the module.
      path: of the file.
      scale: by which latents are multiplied before anyone sees them.
      at_once: pictures that are encoded at a time.
    """

    network: autoencoder.Autoencoder
    path: pathlib.Path
    scale: float = SCALE
    at_once: int = AT_ONCE

    @property
    def frozen(self) -> Mapping[str, Frozen]:
        """The network, as `Experiment.frozen` takes it."""
        shapes = functools.partial(weight_files.shapes, self.network)
        return {NAME: Frozen(self._variables, self.path.name, shapes)}

    @property
    def decoder(self) -> Decoder:
        """What makes pictures of latents, as `Experiment.decoder` takes it."""
        return Decoder(NAME, self.decode)

    @functools.cached_property
    def variables(self) -> Variables:
        """Reads the file.

        Raises:
          WeightsError: if it cannot be read, or is not of this network.
        """
        try:
            read = autoencoder.import_torch(read_arrays(self.path))
            fitting = weight_files.fitting(self.network, read)
            _check_whole(read, fitting)
        except WeightsError:
            raise
        except ValueError as error:
            raise WeightsError(f"{self.path}: not of this network: {error}") from error
        return fitting

    @property
    def fingerprint(self) -> str:
        """Tells the encoder's weights. Raises as `encode`."""
        return self._fingerprint

    def latent_shape(self, picture: Sequence[int]) -> tuple[int, ...]:
        """Finds the shape [h, w, Z] of the latents of one picture [H, W, 3].

        Raises:
          ValueError: if it takes no such pictures.
        """
        factor = self.network.factor
        height, width, channels = picture
        if channels != self.network.channels or height % factor or width % factor:
            raise ValueError(
                f"pictures: saw {list(picture)}, wanted sides that are multiples of "
                f"{factor}, and {self.network.channels} channels"
            )
        return height // factor, width // factor, self.network.latent_channels

    def encode(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Maps pictures [n, H, W, 3] to means and deviations [n, h, w, Z], unscaled.

        Raises:
          RunError: if the file cannot be read, or is not of this network.
        """
        mean, deviation = self._encode(self._encoder, pictures)
        return np.asarray(mean), np.asarray(deviation)

    def decode(self, variables: Variables, latents: jax.Array) -> jax.Array:
        """Maps scaled latents [B, h, w, Z] to pictures [B, H, W, 3] in [-1, 1]."""
        half = {"params": {"decoder": variables["params"]["decoder"]}}
        latents = latents.astype(jnp.float32) / self.scale
        pictures: Any = self.network.apply(half, latents, method="decode")
        return jnp.clip(pictures, -1.0, 1.0)

    @functools.cached_property
    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        for path, array in leaves(self._read()["params"]["encoder"]):
            digest.update(f"{path} {array.dtype} {array.shape}\n".encode())
            digest.update(array.tobytes())
        return f"sha256:{digest.hexdigest()}"

    @functools.cached_property
    def _encoder(self) -> Variables:
        half = {"params": {"encoder": self._read()["params"]["encoder"]}}
        return jax.device_put(half, jax.local_devices()[0])

    @functools.cached_property
    def _encode(self) -> jax.stages.Wrapped:
        def encode(variables, pictures):
            posterior: Any = self.network.apply(variables, pictures, method="encode")
            return posterior.mean, posterior.deviation

        return jax.jit(encode)

    def _variables(self) -> Variables:
        return self.variables

    def _read(self) -> Variables:
        try:
            return self.variables
        except WeightsError as error:
            raise RunError(f"the autoencoder cannot be read: {error}") from error


def autoencoder_of_file(
    path: str | os.PathLike,
    *,
    widths: Sequence[int] = autoencoder.WIDTHS,
    scale: float = SCALE,
) -> AutoencoderFile:
    """Stable Diffusion's autoencoder, or one of other widths, with weights of a file.

        coder = autoencoder_of_file("sd-vae-ft-mse.safetensors")
        source = data.encoded(pictures, coder, posterior=True)
        Experiment(..., frozen=coder.frozen, decoder=coder.decoder)

    Args:
      path: of the weights, in any spelling of `models.autoencoder.import_torch`, as
        .safetensors or as torch.save writes them: .ckpt, .pth, .bin.
      widths: channels of its levels, the finest first; sides of latents are 2 to the
        power of their number, less one, times as short as those of pictures.
      scale: by which latents are multiplied.

    Raises:
      WeightsError: if there is no such file, unless it is a stored run that is built
        again. Nothing of it is read here.
      ValueError: if the scale is not positive.
    """
    check_number("latent_scale", scale, above=0)
    file = pathlib.Path(path).expanduser()
    if not (is_blank() or is_remembering() or file.is_file()):
        raise WeightsError(
            f"autoencoder: saw {os.fspath(path)!r}, wanted a file of weights, such as "
            "sd-vae-ft-mse's diffusion_pytorch_model.safetensors"
        )
    network = autoencoder.Autoencoder(widths=tuple(widths))
    return AutoencoderFile(network, file, scale)


def _check_whole(read: Variables, fitting: Variables) -> None:
    """Checks that a file has no layers that a network lacks.

    Raises:
      ValueError: naming one.
    """
    wanted = {path for path, _ in leaves(fitting)}
    more = sorted("/".join(path[1:]) for path, _ in leaves(read) if path not in wanted)
    if more:
        raise ValueError(f"saw {more[0]!r}, wanted no such layer: see its widths")
