"""Many pictures, one after the other: what was made, left and not read."""

import pathlib
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from jaxgan.data.image_layers import Layers, decode_layers
from jaxgan.data.source import DataError
from jaxgan.run import progress
from jaxgan.run.application import picture_file, picture_list
from jaxgan.run.application.application import Application
from jaxgan.run.application.picture_file import Format
from jaxgan.run.application.picture_list import Item


class Gallery(NamedTuple):
    """Tells what became of the pictures.

    Attributes:
      written: files, in order.
      left: files that were there already.
      bad: why others could not be read.
      seconds: that it took.
    """

    written: list[pathlib.Path]
    left: list[pathlib.Path]
    bad: list[str]
    seconds: float


def apply_to_all(
    application: Application,
    items: Sequence[Item],
    out: pathlib.Path,
    *,
    format: Format | None = None,
    overwrite: bool = False,
    say: Callable[[str], None] = print,
) -> Gallery:
    """Maps pictures, and writes what is made of each below a folder.

    A picture that cannot be read is told and passed over. A file that is there already
    is left as it is, so that what was interrupted goes on.

    Args:
      application: maps them.
      items: the pictures.
      out: the folder.
      format: of all files; by default each like its source.
      overwrite: whether files that are there are made anew.
      say: tells what is not as one would expect.

    Raises:
      RunError: if a file cannot be written.
    """
    began = time.monotonic()
    written, left, bad = [], [], []

    def suffix(item: Item) -> str:
        return (format or picture_file.format_of(item.name[-1])).suffix

    named = list(picture_list.outputs(items, out, suffix))
    for place in progress.tracked(range(len(named)), "applying"):
        item, path = named[place]
        if path.exists() and not overwrite:
            left.append(path)
            continue
        try:
            layers = decode_layers(item.read(), item.title)
        except (DataError, OSError) as error:
            reason = str(error)
            bad.append(reason if item.title in reason else f"{item.title}: {reason}")
            say(f"left out: {bad[-1]}")
            continue
        colours = mapped(application, layers, item.title)
        notes = layers.notes + picture_file.write(
            path, colours, layers, format or picture_file.format_of(path.name)
        )
        for note in notes:
            say(f"{item.title}: {note}")
        written.append(path)
    return Gallery(written, left, bad, time.monotonic() - began)


def mapped(application: Application, layers: Layers, title: str) -> np.ndarray:
    """Maps a picture's colours; grey that is enlarged stays grey.

    Args:
      application: maps it.
      layers: the picture.
      title: for what is waited for.
    """
    channels = application.sizes.channels
    colours = picture_file.with_channels(layers.colours, channels)
    with progress.lasting(f"applying to {title}"):
        made = application(colours)
    grey = layers.colours.shape[2] == 1
    if grey and (application.sizes.scale or 0) > 1:
        return picture_file.with_channels(made, 1)
    return made
