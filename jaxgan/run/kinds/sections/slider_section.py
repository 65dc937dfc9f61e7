"""A report's section of sources and what was made of them, with a line to move."""

from typing import NamedTuple

import numpy as np

from jaxgan.run import embedded_pictures, pictures
from jaxgan.run.embedded_pictures import Picture
from jaxgan.run.kinds.drawing.comparison_picture import sequence
from jaxgan.run.kinds.images import to_uint8
from jaxgan.run.kinds.kind import Section, Subject

COUNT = 6
"""Examples that are shown, of each way."""
SIDE = 256
"""Pixels per side, about, that small pictures are enlarged to."""
MOST_BYTES = 160_000
"""Of a picture, before base64 makes it a third longer."""


class Slider(NamedTuple):
    """One example, before and after.

    Attributes:
      before: its source.
      after: what was made of it.
      target: what it should have been, if that is known.
      name: of the example.
    """

    before: Picture
    after: Picture
    target: Picture | None
    name: str


class SliderRow(NamedTuple):
    """The examples of a way.

    Attributes:
      title: of the way, 'x to y'; '' if there is but one.
      sliders: of each example.
    """

    title: str
    sliders: list[Slider]


def ways(subject: Subject) -> list[SliderRow]:
    """Makes sliders of the first examples, of each way."""
    found = []
    for title, translation in sequence(subject.samples(COUNT)):
        parts = [translation.source, translation.output, translation.target]
        each = [None if part is None else to_uint8(part) for part in parts]
        count = len(translation.output)
        sliders = [
            Slider(
                *(None if x is None else _embedded(x[place]) for x in each),  # type: ignore[arg-type]
                name=f"{title} {place + 1}".strip(),
            )
            for place in range(count)
        ]
        found.append(SliderRow(title, sliders))
    return found


def _embedded(pixels: np.ndarray) -> Picture:
    large = pictures.enlarged(pixels, SIDE)
    return embedded_pictures.picture(large, "", MOST_BYTES)


SLIDERS = Section(
    "before-after",
    "Before and after",
    ways,
    link="Before and after",
    about="Not chosen: the first examples, held-out ones if the experiment has any. "
    "Left of the line is the source, right of it what was made of it; drag it, touch "
    "it, or move it with the arrow keys.",
    template="sliders.html",
)
"""Of kinds whose samples are made of examples."""
