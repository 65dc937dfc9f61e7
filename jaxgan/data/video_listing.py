"""Which videos lie in a folder or zip: files that move, and folders of frames."""

import pathlib
import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from jaxgan.data.file_name import shown
from jaxgan.data.image_listing import Entry, Listing, image_listing
from jaxgan.data.source import DataError

FRAMES = frozenset(
    (".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
)
"""Suffixes of pictures that may be frames; of these PNG and WebP may move, too."""
HEAD = 4096
"""Bytes that tell whether a picture moves."""


class Video(NamedTuple):
    """A video.

    Attributes:
      name: its path below the top, with '/'.
      entries: its file, or the frames of its folder, in order.
      folder: whether it is a folder of frames.
    """

    name: str
    entries: tuple[Entry, ...]
    folder: bool = False

    @property
    def entry(self) -> Entry:
        """Stands for all of it in a listing."""
        first = self.entries[0]
        place = str(pathlib.PurePath(first.place).parent) if self.folder else ""
        return first._replace(name=self.name, place=place or first.place)


def video_listing(path: pathlib.Path) -> tuple[Listing, list[Video]]:
    """Lists the videos of a folder or zip, or the one that a path is.

    Files that move are a video each. Of still pictures all those of one folder are one,
    in the order of the numbers in their names: 2 comes before 10.

    Returns:
      A listing whose entries stand for the videos, and these.

    Raises:
      DataError: if there is no such path, it cannot be read, or it is empty.
    """
    listing = _listing(path)
    folders: dict[str, list[Entry]] = {}
    for entry in listing.entries:
        folders.setdefault(entry.name.rpartition("/")[0], []).append(entry)
    videos = []
    with listing.reader() as read:
        for folder, entries in folders.items():
            stills = [entry for entry in entries if _suffix(entry) in FRAMES]
            if stills and _moves(stills[0], read):
                stills = []
            if stills:
                ordered = tuple(sorted(stills, key=lambda one: _numbers(one.name)))
                name = folder or shown(path.name)
                videos.append(Video(name, ordered, folder=True))
            still = set(stills)
            videos += [Video(x.name, (x,)) for x in entries if x not in still]
    videos.sort()
    return listing._replace(entries=[video.entry for video in videos]), videos


def video_labels(
    listing: Listing, videos: list[Video]
) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """Finds classes: the folders at the top that videos lie in.

    Returns:
      Their numbers [n], or None if no video lies in a folder; and their names.

    Raises:
      DataError: if some videos have a class and others none.
    """
    tops = [name.partition("/")[0] if "/" in name else "" for name, *_ in videos]
    if not any(tops):
        return None, ()
    if "" in tops:
        title = listing.title(videos[tops.index("")].entry)
        raise DataError(
            f"{title}: missing label, for other videos lie in sub-folders; move it "
            "into one, or give labels=False"
        )
    classes = sorted(set(tops))
    numbers = np.array([classes.index(top) for top in tops], np.int32)
    return numbers, tuple(map(shown, classes))


def _listing(path: pathlib.Path) -> Listing:
    from jaxgan.data.zip_listing import is_zip

    if path.is_file() and not is_zip(path):
        status = path.stat()
        identity = (status.st_size, status.st_mtime_ns)
        entry = Entry(path.name, str(path), identity, status.st_size)
        return Listing(path.parent, [entry], set(), None, packed=False)
    return image_listing(path, "videos, or a video")


def _suffix(entry: Entry) -> str:
    return pathlib.PurePath(entry.name).suffix.lower()


def _numbers(name: str) -> list[tuple[int, str]]:
    """Orders names by the numbers in them."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _moves(entry: Entry, read: Callable[[Entry, int], bytes]) -> bool:
    """Tells whether a picture moves: an APNG's header says so, and a WebP's."""
    if entry.fault or _suffix(entry) not in (".png", ".webp"):
        return False
    try:
        head = read(entry, HEAD)
    except Exception:  # of files, of zips: it is told when it is decoded
        return False
    if head.startswith(b"\x89PNG"):
        return b"acTL" in head.partition(b"IDAT")[0]
    return head[8:16] == b"WEBPVP8X" and bool(head[20] & 0x02)
