"""The user's own videos: a folder or a zip of files, or of folders of frames."""

import dataclasses
import functools
import os
import pathlib
import warnings

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.data import bad_files
from jaxgan.data.blank import is_blank
from jaxgan.data.clip_batches import laid
from jaxgan.data.crop_batches import Draws
from jaxgan.data.image_folder import is_skipping
from jaxgan.data.source import DataError, check_count, to_float
from jaxgan.data.video_listing import video_labels, video_listing
from jaxgan.data.video_store import VideoForm, stored_videos

BLANK = 2**16
"""Clips of a set whose files are not looked at."""


# Compared by identity: arrays have no truth value.
@dataclasses.dataclass(frozen=True, eq=False)
class Videos:
    """A source of clips [T, S, S, C] in [-1, 1]; see `videos`.

    Attributes:
      values: bytes [frames, S, S, C] of every video.
      frames: per clip, T.
      stride: frames of a video from one of a clip to the next.
      video_labels: the class of every video, [number of videos], or None.
      classes: names of the classes.
    """

    values: tuple[np.ndarray, ...]
    frames: int
    stride: int = 1
    video_labels: np.ndarray | None = None
    classes: tuple[str, ...] = ()

    @property
    def span(self) -> int:
        """Frames of a video that a clip reaches over."""
        return (self.frames - 1) * self.stride + 1

    @functools.cached_property
    def lengths(self) -> np.ndarray:
        """Frames of every video."""
        return np.array([len(one) for one in self.values])

    @functools.cached_property
    def owners(self) -> np.ndarray:
        """The video that every clip is of, [size]."""
        return np.repeat(np.arange(len(self.values)), self.lengths // self.span)

    @property
    def size(self) -> int:
        """The number of clips that lie one behind the other."""
        return len(self.owners)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one clip."""
        return (self.frames, *self.values[0].shape[1:])

    @property
    def labels(self) -> np.ndarray | None:
        """The classes of all clips, [size], if there are any."""
        return None if self.video_labels is None else self.video_labels[self.owners]

    @property
    def stored(self) -> tuple[np.ndarray, ...]:
        """All that clips are made of."""
        return (*self.values, np.array([self.frames, self.stride]))

    def examples(self, indices: np.ndarray) -> Sample:
        """Cuts clips out by index: those of a video follow each other."""
        owners = self.owners[indices]
        firsts = np.searchsorted(self.owners, owners)
        return self._cut(owners, (np.asarray(indices) - firsts) * self.span)

    def batch(self, start: int, count: int, draws: Draws) -> Sample:
        """See `crop_batches.PictureSource`.

        A clip begins anywhere in the video of the example that is its turn, so that
        longer videos are shown more often.
        """
        chosen = draws.order(np.arange(start, start + count), self.size)
        sample = self.examples(chosen)
        if draws.crop:
            words = draws.views(start, count).words
            assert words is not None
            owners = self.owners[chosen]
            starts = (self.lengths[owners] - self.span + 1).astype(np.uint64)
            sample = self._cut(owners, (words[:, 0] % starts).astype(np.int64))
        return sample._replace(value=laid(sample.value, start, draws))

    def _cut(self, owners: np.ndarray, begins: np.ndarray) -> Sample:
        clips = [
            self.values[owner][begin : begin + self.span : self.stride]
            for owner, begin in zip(owners.tolist(), begins.tolist())
        ]
        labels = () if self.video_labels is None else self.video_labels[owners]
        return Sample(to_float(np.stack(clips)), labels)


def videos(
    path: str | os.PathLike,
    frames: int = 16,
    size: int = 64,
    channels: int = 3,
    stride: int = 1,
    *,
    labels: bool = True,
    skip_bad: bool | None = None,
    cache_dir: str | os.PathLike | None = None,
) -> Videos:
    """Clips [T, S, S, C] in [-1, 1], cut out of all videos of a folder or zip.

    Videos are GIF, WebP and APNG files; MP4, MOV, WebM, MKV and AVI files, with the
    extra `video`; and folders of still pictures, in the order of the numbers in their
    names. Sub-folders are classes, by sorted name, if all videos lie in one; deeper
    folders belong to theirs. The path may be one video.

    Every frame is treated alike, whatever its size: the largest centred square is cut
    out, and resized by Lanczos' filter; transparency is composited over white; 1
    channel is the luminance, 3 are RGB. Videos are decoded once, by threads, and kept
    in the cache folder until a name, a size or a date of a file changes.

    Files that are no videos, damaged, without frames, or too short for one clip are
    named in one error, or left out. `clip_batches` begins clips anywhere in a video;
    `examples` has those that follow each other from its beginning.

    Args:
      path: a folder, a .zip, or a file.
      frames: per clip.
      size: pixels per side.
      channels: 1 for gray, 3 for colour.
      stride: take every so manieth frame of a video.
      labels: whether sub-folders are classes.
      skip_bad: leave out what cannot be used, with a warning that names it; by default
        not, but see `skipping_bad`.
      cache_dir: where to keep frames; see `cache.cache_folder`.

    Raises:
      DataError: naming files and the fix, if an argument is out of range, the path does
        not exist, something cannot be used, some videos have a class and others none,
        or what reads them is not installed.
    """
    for name, value in (("frames", frames), ("size", size), ("stride", stride)):
        check_count(name, value, 1)
    if channels not in (1, 3):
        raise DataError(f"channels: saw {channels!r}, wanted 1 (gray) or 3 (colour)")
    span = (frames - 1) * stride + 1
    if is_blank():
        shape = (BLANK * span, size, size, channels)
        return Videos((np.broadcast_to(np.uint8(127), shape),), frames, stride)
    if not os.fspath(path):
        raise DataError("path: saw '', wanted a folder or .zip of videos, or a video")
    listing, found = video_listing(pathlib.Path(path).expanduser())
    if labels:
        video_labels(listing, found)  # before anything is decoded
    decoded, faults = stored_videos(
        listing, found, VideoForm(size, channels), cache_dir
    )
    for place, one in enumerate(decoded):
        if one is not None and len(one) < span:
            faults[place] = (
                f"saw {len(one)} frame{'s' * (len(one) > 1)}, wanted at least {span}, "
                f"for clips of {frames} with stride {stride}; remove it"
            )
    skip = is_skipping(skip_bad)
    bad_files.check(listing, faults, skip)
    if faults:
        told = bad_files.told(listing, faults, "are left out, for they cannot be used")
        warnings.warn(told, stacklevel=2)
    kept = [place for place in range(len(found)) if place not in faults]
    values = tuple(one for one in (decoded[place] for place in kept) if one is not None)
    numbers, classes = None, ()
    if labels:
        numbers, classes = video_labels(listing, [found[place] for place in kept])
    return Videos(values, frames, stride, numbers, classes)
