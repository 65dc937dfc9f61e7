"""What is cut out of pictures, and how it is turned: drawn per example, or central."""

from typing import NamedTuple

import numpy as np

from jaxgan.data.picture_store import Pictures


class Views(NamedTuple):
    """How some examples are looked at.

    Attributes:
      words: random bits, uint64 [n, 4], from which each example's own view follows;
        None: the middle of each, upright.
      crop: whether the place of the cut is drawn; else it is the middle.
      flip: whether examples are mirrored left to right, with probability ½.
      turn: whether they are turned by 0, 1, 2 or 3 quarters, each as likely. With
        `flip`, all eight ways to lay a square are equally likely.
    """

    words: np.ndarray | None = None
    crop: bool = True
    flip: bool = False
    turn: bool = False

    def corner(self, index: int, height: int, width: int, side: int) -> tuple[int, int]:
        """Chooses where, from above and left, a square of a side is cut out."""
        down, right = height - side, width - side
        if self.words is None or not self.crop:
            return down // 2, right // 2
        first, second = (int(word) for word in self.words[index, :2])
        return first % (down + 1), second % (right + 1)

    def laid(self, index: int, pixels: np.ndarray) -> np.ndarray:
        """Mirrors and turns a square [S, S, C]."""
        if self.words is None:
            return pixels
        flip, turn = (int(word) >> 62 for word in self.words[index, 2:])
        if self.flip and flip & 1:
            pixels = pixels[:, ::-1]
        return np.rot90(pixels, turn) if self.turn and turn else pixels


MIDDLE = Views()
"""The same of every example, whenever it is looked at."""


def square(
    pictures: Pictures, place: int, corner: tuple[int, int], side: int
) -> np.ndarray:
    """Cuts a square [S, S, C] out of a picture."""
    top, left = corner
    return pictures.picture(place)[top : top + side, left : left + side]


def cut(
    pictures: Pictures, indices: np.ndarray, side: int, views: Views
) -> list[np.ndarray]:
    """Cuts squares out of pictures, each as its own view says."""
    return [
        views.laid(
            number,
            square(
                pictures,
                index,
                views.corner(number, *pictures.shape(index), side),
                side,
            ),
        )
        for number, index in enumerate(np.asarray(indices).tolist())
    ]
