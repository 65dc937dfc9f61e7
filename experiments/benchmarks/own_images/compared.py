"""The networks that `equal_time.py` compares, on MNIST and on the embedded digits."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from jaxgan import data

FOLDER = "folder"
"""In place of a path: the set as a folder of pictures."""


class Candidate(NamedTuple):
    """An experiment, and what is said to it.

    Attributes:
      experiment: its name.
      variant: of it.
      options: fields of its config.
      passes: in how many steps its samples are made, of a chain; a row for each.
    """

    experiment: str
    variant: str | None = None
    options: Mapping[str, Any] = {}
    passes: Sequence[int | None] = (None,)

    def rows(self, name: str) -> dict[str, int | None]:
        """The names of its rows, and the steps in which samples of each are made."""
        return {name if n is None else f"{name}, steps: {n}": n for n in self.passes}


class Compared(NamedTuple):
    """A set of pictures, and what learns it.

    Attributes:
      side: pixels, to which samples of other sizes are brought.
      held_out: the split that samples are measured against; None for the set itself.
      log_every: steps between rows of metrics, after the first of which time counts.
      candidates: by name.
    """

    side: int
    held_out: str | None
    log_every: int
    candidates: Mapping[str, Candidate]


GREY = {"path": FOLDER, "channels": 1}
LARGER = {**GREY, "size": 32}
SETS = {
    "mnist": Compared(
        28,
        "test",
        5,
        {
            "DCGAN": Candidate(
                "dcgan_folder", None, {**LARGER, "flip": False, "learning_rate": 1e-3}
            ),
            "WGAN-GP": Candidate("wgan_gp_mnist"),
            "SNGAN": Candidate(
                "sngan_cifar10",
                "small",
                {"dataset": "mnist", "dataset_only": (), "flip": False},
            ),
            "ProGAN": Candidate("progan_folder", "small"),
            "StyleGAN": Candidate("stylegan_ffhq", "small"),
            "StyleGAN2": Candidate("stylegan2_ffhq", "small"),
            "StyleGAN3": Candidate("stylegan3_ffhq", "small"),
            "R3GAN": Candidate("r3gan_ffhq", "small"),
            "projected": Candidate(
                "projected_folder", "small", {**LARGER, "flip": False}
            ),
            "AFM": Candidate("afm_mnist"),
            "AFM-any": Candidate("afm_mnist", "any", passes=(1, 2, 4)),
            "GAT": Candidate("gat_mnist"),
        },
    ),
    "digits": Compared(
        8,
        None,
        50,
        {
            "DCGAN": Candidate(
                "dcgan_folder", None, {**GREY, "size": 8, "flip": False}
            ),
            "R3GAN": Candidate(
                "r3gan_ffhq",
                "small",
                {"path": FOLDER, "size": 8, "widths": (32, 16), "groups": (8, 4)},
            ),
            "AFM": Candidate("afm_digits"),
            "AFM-any": Candidate("afm_digits", "any", passes=(1, 2, 4)),
            "GAT": Candidate("gat_digits"),
        },
    ),
}


def opened(name: str, split: str | None = None) -> data.Source:
    """The set of a name, or a split of it."""
    if name == "digits":
        return data.digits()
    return data.image_dataset(name, split=split or "train")


def as_folder(name: str, folder: pathlib.Path) -> pathlib.Path:
    """Writes a set as pictures, once."""
    done = folder.with_name(f"{folder.name}.done")
    if not done.exists():
        source = opened(name)
        folder.mkdir(parents=True, exist_ok=True)
        values = source.examples(np.arange(source.size)).value
        for number, value in enumerate(values):
            pixels = np.rint((value[..., 0] + 1.0) * 127.5).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number:05d}.png")
        done.touch()
    return folder
