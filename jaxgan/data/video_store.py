"""Videos decoded once, each to an array of frames that is kept in the cache."""

import concurrent.futures
import io
import os
import pathlib
import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from jaxgan.data import image_file, video_file
from jaxgan.data.bad_files import Faults
from jaxgan.data.cache import cache_folder, digest, kept_array
from jaxgan.data.decoded_images import contents
from jaxgan.data.draft import draft, remove_left_behind
from jaxgan.data.file_kind import HEAD
from jaxgan.data.file_name import shown
from jaxgan.data.image_listing import LARGEST, Listing
from jaxgan.data.progress_bar import progress_bar
from jaxgan.data.source import DataError
from jaxgan.data.video_listing import Video


class VideoForm(NamedTuple):
    """How files become frames.

    Attributes:
      size: pixels per side.
      channels: 1 or 3.
    """

    size: int
    channels: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape of a frame."""
        return (self.size, self.size, self.channels)


def stored_videos(
    listing: Listing,
    videos: list[Video],
    form: VideoForm,
    cache_dir: str | os.PathLike | None = None,
) -> tuple[list[np.ndarray | None], Faults]:
    """Decodes all videos, or finds them decoded.

    Each is kept on its own, so that what was decoded before an interruption is not
    decoded again, and files may come and go.

    Args:
      listing: whose entries stand for the videos.
      videos: of it.
      form: of their frames.
      cache_dir: see `cache.cache_folder`.

    Returns:
      Of each bytes [T, S, S, C], or None; and why those cannot be used.

    Raises:
      DataError: if there is no room for them, or what reads them is not installed.
    """
    folder = cache_folder() if cache_dir is None else pathlib.Path(cache_dir)
    store = _Store(listing, form, folder.expanduser())
    found = [kept_array(store.path(video)) for video in videos]
    waiting = [place for place, one in enumerate(found) if one is None]
    faults: Faults = {}
    if not waiting:
        return found, faults
    store.prepare()

    def decode_one(place: int) -> np.ndarray | str:
        try:
            return store.decoded(videos[place])
        except (video_file.MissingExtra, _NoRoom):
            raise
        except DataError as error:
            return str(error).removeprefix(f"{listing.title(listing.entries[place])}: ")

    what = f"decoding {shown(listing.path.name)}"
    with (
        concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool,
        progress_bar(
            what, len(videos), len(videos) - len(waiting), "videos"
        ) as advance,
    ):
        tasks = [pool.submit(decode_one, place) for place in waiting]
        try:
            for place, task in zip(waiting, tasks):
                one = task.result()
                if isinstance(one, str):
                    faults[place] = one
                else:
                    found[place] = one
                advance(1)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return found, faults


class _NoRoom(DataError):
    """Nothing more can be kept."""


class _Store(NamedTuple):
    """Where frames are kept, and how they are made."""

    listing: Listing
    form: VideoForm
    folder: pathlib.Path

    def prepare(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            remove_left_behind(self.folder)
        except OSError as error:
            warnings.warn(f"{self.folder}: not cached ({error})", stacklevel=4)

    def path(self, video: Video) -> pathlib.Path:
        """Where the frames of a video are kept."""
        listing = self.listing
        where = "zip" if listing.packed else str(listing.path.resolve())
        parts = ((entry.name, entry.identity) for entry in video.entries)
        rules = (video_file.RULE, image_file.RULE)
        name = digest("video", *rules, where, *parts, *self.form)
        return self.folder / f"{name}.npy"

    def decoded(self, video: Video) -> np.ndarray:
        frames = self._frames(video)
        try:
            with draft(self.folder) as file:
                file.write(_header(0, self.form))
                count = 0
                for frame in frames:
                    file.write(frame.tobytes())
                    count += 1
                if not count:
                    raise DataError("saw no frames; remove it")
                file.seek(0)
                file.write(_header(count, self.form))
                file.flush()
                os.replace(file.name, self.path(video))
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return _in_memory(self._frames(video))
        except OSError as error:
            raise _NoRoom(
                f"{self.folder}: cannot keep decoded videos ({error.strerror or error})"
                "; make room there, or name another folder in JAXGAN_CACHE"
            ) from None
        return np.load(self.path(video), mmap_mode="r")

    def _frames(self, video: Video) -> Iterator[np.ndarray]:
        listing, (size, channels) = self.listing, self.form
        with listing.reader() as read:
            if video.folder:
                for entry in video.entries:
                    title = listing.title(entry)
                    yield image_file.decode(contents(entry, read), title, *self.form)
                return
            (entry,) = video.entries
            if entry.fault:
                raise DataError(entry.fault)
            # ffmpeg reads files itself, however large they are.
            small = entry if listing.packed else entry._replace(size=0)
            head = contents(small, lambda one, _: read(one, HEAD))
            whole = listing.packed or video_file.is_animation(head)
            data = contents(entry, read) if whole else b""
            place = None if listing.packed else pathlib.Path(entry.place).resolve()
            yield from video_file.frames(head, place, data, size, channels)


def _in_memory(frames: Iterator[np.ndarray]) -> np.ndarray:
    parts, room = [], LARGEST
    for frame in frames:
        parts.append(frame)
        room -= frame.nbytes
        if room < 0:
            raise _NoRoom(
                "JAXGAN_CACHE: no folder in which decoded videos can be kept; name one"
            )
    if not parts:
        raise DataError("saw no frames; remove it")
    return np.stack(parts)


def _header(count: int, form: VideoForm) -> bytes:
    """Writes what stands before an array in its file; as long, whatever the count."""
    about = {"descr": "|u1", "fortran_order": False, "shape": (count, *form.shape)}
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, about)
    return file.getvalue()
