"""How far samples are from pictures, for a small network trained on others; by patches.

There are too few pictures here to train a classifier on, and they have no classes. The
means of deep features forgive blur, which the patches of a pyramid do not.
"""

import functools
import pathlib
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import jaxgan
from jaxgan import data
from jaxgan.evaluation.frechet_distance import frechet_distance
from jaxgan.evaluation.kernel_distance import kernel_distance
from jaxgan.evaluation.sliced_wasserstein import sliced_wasserstein
from jaxgan.models import vgg
from jaxgan.run import feature_networks

LAYER = "relu4_2"
SIDE = 32
"""What the network was trained on; other sizes are brought to it."""
PART = 250
"""Pictures at a time."""
SHOWN = 64
"""Samples to look at."""


class Distances(NamedTuple):
    """Of samples to pictures.

    Attributes:
      fid: the Fréchet distance.
      kid: the kernel distance, times 1,000.
      swd: the sliced Wasserstein distance of patches, times 1,000, over all levels.
    """

    fid: float
    kid: float
    swd: float


class Judge:
    """Measures with the means of a network's last map, 128 numbers.

    Attributes:
      num: samples that are drawn.
    """

    def __init__(self, trained_on: str, num: int):
        """Trains the network, or finds it. No projected GAN of seed 0 looks through it.

        Args:
          trained_on: see `feature_networks.trained_here`.
          num: samples to draw.
        """
        self.num = num
        network = vgg.VGG((LAYER,), *vgg.SMALL)
        frozen = feature_networks.trained_here(network, trained_on, seed=1)
        self._variables = frozen.load()

        @jax.jit
        def features(variables, images):
            shape = (images.shape[0], SIDE, SIDE, images.shape[3])
            if images.shape != shape:
                images = jax.image.resize(images, shape, "cubic")
            maps: Any = network.apply(variables, images.clip(-1.0, 1.0))
            return jnp.mean(maps[LAYER], axis=(1, 2))

        self._features = functools.partial(features, self._variables)

    def features(self, images: np.ndarray) -> np.ndarray:
        """Of images [N, H, W, C] in [-1, 1], [N, 128]."""
        parts = [images[at : at + PART] for at in range(0, len(images), PART)]
        return np.concatenate([np.asarray(self._features(part)) for part in parts])

    def __call__(self, run: jaxgan.Run, real: np.ndarray) -> Distances:
        """Measures a run's samples, of seed 0, against images [N, H, W, C]."""
        samples = np.asarray(run.sample(self.num), np.float32).clip(-1.0, 1.0)
        fake, seen = self.features(samples), self.features(real)
        size = min(len(fake), len(seen), 1000)
        kernel = kernel_distance(seen, fake, subset_size=size)
        patches = sliced_wasserstein(real[:size], samples[:size])
        return Distances(
            frechet_distance(seen, fake), 1000.0 * kernel.mean, patches.mean
        )


def opened(path: str, size: int, channels: int = 3) -> np.ndarray:
    """All pictures of a folder, [N, size, size, channels] in [-1, 1]."""
    source = data.folder(path, size, channels, labels="none")
    return np.asarray(source.examples(np.arange(source.size)).value)


def show(path: pathlib.Path, run: jaxgan.Run) -> None:
    """Draws samples, of the same latents of every run."""
    run.picture(SHOWN, seed=0).save(path)
