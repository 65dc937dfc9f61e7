"""The user's own images: a folder or a zip, sub-folders as classes."""

import contextlib
import contextvars
import os
import pathlib
from collections.abc import Iterator

from jaxgan.data.blank import blank_images, is_blank
from jaxgan.data.decoded_images import decoded_images
from jaxgan.data.folder_labels import MODES, Mode, folder_labels, kept
from jaxgan.data.image_listing import image_listing
from jaxgan.data.source import Arrays, DataError, check_count

_skipping = contextvars.ContextVar("skipping", default=False)


@contextlib.contextmanager
def skipping_bad(wanted: bool = True) -> Iterator[None]:
    """While it lasts, bad files are left out, unless who opens them says otherwise."""
    token = _skipping.set(wanted)
    try:
        yield
    finally:
        _skipping.reset(token)


def is_skipping(skip_bad: bool | None = None) -> bool:
    """Tells whether bad files are left out: as it is said, else as around this."""
    return _skipping.get() if skip_bad is None else skip_bad


def folder(
    path: str | os.PathLike,
    size: int,
    channels: int = 3,
    *,
    labels: Mode = "auto",
    skip_bad: bool | None = None,
    cache_dir: str | os.PathLike | None = None,
) -> Arrays:
    """All images of a folder or zip, as labelled squares of one size.

    Sub-folders are classes, by sorted name; deeper folders belong to theirs. Images
    without sub-folders are unlabelled. In a zip, a single folder around everything is
    no class, nor are folders around all the classes anywhere. A file dataset.json at
    the top, as StyleGAN's tools write it, has the labels instead, and folders are then
    no classes: {"labels": [["00000/img00000000.png", 0], ...]}, or null.

    Hidden files, Thumbs.db, desktop.ini, __MACOSX and other leavings of systems are
    passed over; any other file must be an image, of a kind that Pillow decodes in this
    process, HEIC and JPEG XL with pillow-heif and pillow-jxl-plugin. All that are not
    are named in one error, or left out. Nothing but regular files is opened, and what
    zips unpack to is bounded.

    Every image is treated alike: its EXIF orientation is applied; grey of more than 8
    bits is scaled to 8; transparency is composited over white; palettes, CMYK and the
    like are converted; 1 channel is the luminance, 3 are RGB; the largest centred
    square is cut out; Lanczos' filter resizes it: see `image_file.decode`.

    Images are decoded once, by threads, and kept in the cache folder until a name, a
    size or a date of a file changes. An interrupted start goes on where it was.

    Args:
      path: a folder, or a .zip file.
      size: pixels per side of the result.
      channels: 1 for grey, 3 for colour.
      labels: 'none' takes images from everywhere below the path, without labels;
        'optional' does so where 'auto' would find fault with the labels.
      skip_bad: leave out files that are no images or damaged, with a warning that names
        them; by default not, but see `skipping_bad`.
      cache_dir: where to keep decoded images; see `cache.cache_folder`.

    Raises:
      DataError: naming files and the fix, if an argument is out of range, the path does
        not exist or holds no images, files are no images or damaged, a class has no
        images, or some images have a class and others have none.
    """
    check_count("size", size, 1)
    if channels not in (1, 3):
        raise DataError(f"channels: saw {channels!r}, wanted 1 (grey) or 3 (colour)")
    if labels not in MODES:
        wanted = " or ".join(map(repr, MODES))
        raise DataError(f"labels: saw {labels!r}, wanted {wanted}")
    if is_blank():
        return blank_images((size, size, channels))
    if not os.fspath(path):
        raise DataError("path: saw '', wanted a folder or .zip of images")
    listing = image_listing(pathlib.Path(path).expanduser())
    found = folder_labels(listing, labels)
    skip = is_skipping(skip_bad)
    values, places = decoded_images(
        listing, size, channels, skip_bad=skip, cache_dir=cache_dir
    )
    return Arrays(values, *kept(listing, found, places, labels))
