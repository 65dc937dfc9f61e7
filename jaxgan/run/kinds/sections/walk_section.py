"""A report's section of walks between latents: pictures in rows, and moving."""

import numpy as np

from jaxgan.run import embedded_pictures, pictures
from jaxgan.run.embedded_pictures import Picture
from jaxgan.run.kinds.drawing.walks import FRAME
from jaxgan.run.kinds.kind import Section, Subject

COUNT, FRAMES, RATE = 4, 12, 10.0
"""Walks, each between two samples; pictures on the way; those per second."""
GAP = 2
"""White pixels around every picture."""
MOST_BYTES = 1_500_000
"""Of the rows, before base64 makes them a third longer."""


def walks(subject: Subject) -> list[Picture]:
    """Draws a few great arcs between latents.

    Raises:
      RunError: if the game has no latent to walk through.
    """
    rows = [_row(subject, place) for place in range(COUNT)]
    strips = np.concatenate([np.concatenate(row, axis=1) for row in rows])
    frames = [np.concatenate(column, axis=1) for column in zip(*rows)]
    return [
        embedded_pictures.animation(
            [*frames, *frames[-2:0:-1]], RATE, "Walks between latents, moving"
        ),
        embedded_pictures.picture(
            strips, "Walks between latents, one per row", MOST_BYTES
        ),
    ]


def _row(subject: Subject, place: int) -> list[np.ndarray]:
    """Draws the pictures of one walk, large enough to see."""
    samples = subject.walk(2 * place, 2 * place + 1, FRAMES)
    return [
        np.pad(
            pictures.enlarged(one, FRAME),
            ((GAP, GAP), (GAP, GAP), (0, 0)),
            constant_values=pictures.WHITE,
        )
        for one in pictures.singles(samples, subject.kind.picture)
    ]


WALKS = Section(
    "walks",
    "Walks between latents",
    walks,
    link="Walks",
    about="Each row goes along a great arc from one latent to another. Smooth change "
    "that stays plausible on the way speaks against memorised examples; sudden jumps "
    "speak for them.",
)
"""Of any kind that draws one example in one picture."""
