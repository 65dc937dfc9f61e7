"""Many pictures, one after the other: what was made, left and not read."""

import pathlib
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from jaxgan.data.image_layers import Layers, decode_layers
from jaxgan.data.source import DataError
from jaxgan.run import progress
from jaxgan.run.application import memory, picture_file, picture_list
from jaxgan.run.application.application import Application
from jaxgan.run.application.picture_file import Format
from jaxgan.run.application.picture_list import Item
from jaxgan.run.files import output_path
from jaxgan.run.files.provenance import Provenance, mark

COPIES = 3
"""Of what is made, bytes of which are held while it is written."""


class Gallery(NamedTuple):
    """Tells what became of the pictures.

    Attributes:
      written: files, in order.
      left: files that were there already.
      bad: why others could not be read, or what is made of them not be written.
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
    provenance: Provenance | None = None,
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
      provenance: what files say of how they were made; None: nothing.
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
            data = item.read()
            layers = decode_layers(data, item.title)
        except (DataError, OSError) as error:
            reason = str(error)
            bad.append(reason if item.title in reason else f"{item.title}: {reason}")
            say(f"left out: {bad[-1]}")
            continue
        kind = format or picture_file.format_of(path.name)
        fault = _fault(application, layers, kind)
        if fault:
            bad.append(f"{item.title}: {fault}")
            say(f"left out: {bad[-1]}")
            continue
        with progress.lasting(f"applying to {item.title}"):
            colours = mapped(application, layers, kind)
        notes = layers.notes + picture_file.write(path, colours, layers, kind)
        for note in notes:
            say(f"{item.title}: {note}")
        if provenance is not None:
            with output_path.written(path):
                mark(path, provenance.of_source(item.name[-1], data))
        written.append(path)
    return Gallery(written, left, bad, time.monotonic() - began)


def mapped(application: Application, layers: Layers, format: Format) -> np.ndarray:
    """Maps a picture's colours; grey that is enlarged stays grey.

    Args:
      application: maps it.
      layers: the picture.
      format: that it will be written in.

    Returns:
      Whole numbers [H', W', C'], see `picture_file.depth`.
    """
    sizes = application.sizes
    colours = picture_file.with_channels(layers.colours, sizes.channels)
    shape = _shape(application, layers)
    dtype = picture_file.depth(layers, shape[2], format)
    made, top = np.empty(shape, dtype), 0
    for band in application.bands(colours):
        band = picture_file.with_channels(band, shape[2])
        made[top : top + len(band)] = picture_file.whole_numbers(band, dtype)
        top += len(band)
    return made


def _shape(application: Application, layers: Layers) -> tuple[int, int, int]:
    """The shape of what is made of a picture."""
    height, width, channels = layers.colours.shape
    *sides, made = application.shape_of(height, width)
    grey = channels == 1 and (application.sizes.scale or 0) > 1
    return sides[0], sides[1], 1 if grey else made


def _fault(application: Application, layers: Layers, format: Format) -> str:
    """Tells why what is made of a picture cannot be had; '' if it can."""
    height, width, channels = _shape(application, layers)
    size = f"{width} x {height} pixels"
    if max(height, width) > format.longest:
        return (
            f"{size} are made of it, and {format.name} has no side of more than "
            f"{format.longest}: try --format png"
        )
    layered = channels + (layers.alpha is not None)
    needed, left = COPIES * height * width * layered, memory.of_the_machine()
    if needed > left:
        return (
            f"{size} are made of it, which take {needed / 1e9:.1f} GB, and there are "
            f"{left / 1e9:.1f} GB left"
        )
    return ""
