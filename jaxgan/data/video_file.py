"""One video file to frames: the rule for users' own videos."""

import contextlib
import pathlib
import subprocess
import tempfile
from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from jaxgan.data.file_kind import HEAD, file_kind
from jaxgan.data.file_name import shown
from jaxgan.data.image_file import decoding
from jaxgan.data.source import DataError

RULE = 1
"""Raised whenever the rule changes, so that old caches are not used."""
MISSING = (
    "videos in MP4, MOV, WebM, MKV and AVI are read by ffmpeg, which is missing: "
    "pip install 'jaxgan[video]', or give GIF, WebP or APNG files, or folders of frames"
)
WANTED = "wanted MP4, MOV, WebM, MKV, AVI, GIF, WebP or APNG, or a folder of frames"
_ERRORS = 400
"""Letters that are told of what ffmpeg says."""
_SHORT = "File ended prematurely"
"""What ffmpeg says of WebM and MKV, and takes for no failure."""


class MissingExtra(DataError):
    """What reads such files is not installed."""


def frames(
    head: bytes, path: pathlib.Path | None, data: bytes, size: int, channels: int
) -> Iterator[np.ndarray]:
    """Decodes the frames of a video, one after the other, bytes [size, size, channels].

    The largest centred square is cut out and resized by Lanczos' filter. Frames are
    those of the file, whatever their times; rotation is applied; transparency of GIF,
    WebP and APNG lies over white, that of other files does not count. Only the first
    track of pictures is read, and no other file, whatever this one refers to.

    Args:
      head: its first bytes.
      path: of the file; None if it lies in a zip.
      data: its contents, where the path is None or the file is one of Pillow's.
      size: pixels per side.
      channels: 1 or 3.

    Raises:
      DataError: without the file's name, saying why it cannot be used.
      MissingExtra: if ffmpeg is wanted, and missing.
    """
    if is_animation(head):
        return _animated(data, size, channels)
    form = _container(head)
    if path is not None:
        return _by_ffmpeg(path, form, size, channels)
    return _unpacked(data, form, size, channels)


def is_animation(head: bytes) -> bool:
    """Tells whether Pillow reads it: GIF, WebP or PNG."""
    return head.startswith((b"GIF8", b"\x89PNG")) or (
        head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    )


def _container(head: bytes) -> str:
    """Finds ffmpeg's name of a file's format, by its contents alone.

    Else ffmpeg would take texts for lists of other files, and read these.
    """
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "mov"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "matroska"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if not head:
        raise DataError(f"empty, {WANTED}; remove it")
    kind = file_kind(head[:HEAD])
    what = f"saw {kind.name}" if kind else "not a video"
    raise DataError(f"{what}, {WANTED}; remove it")


def _animated(data: bytes, size: int, channels: int) -> Iterator[np.ndarray]:
    from PIL import Image, ImageSequence

    with _told(), decoding(data, "video"):
        import io

        with Image.open(io.BytesIO(data), formats=("GIF", "WEBP", "PNG")) as image:
            for frame in ImageSequence.Iterator(image):
                yield _square(frame, size, channels)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Leaves a file's name to others."""
    try:
        yield
    except DataError as error:
        raise DataError(str(error).removeprefix("video: ")) from None


def _square(frame: Any, size: int, channels: int) -> np.ndarray:
    from PIL import Image

    if frame.has_transparency_data:
        clear = frame.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        frame = Image.alpha_composite(white, clear)
    frame = frame.convert("L" if channels == 1 else "RGB")
    short = min(frame.size)
    left, top = ((side - short) // 2 for side in frame.size)
    cut = frame.crop((left, top, left + short, top + short))
    cut = cut.resize((size, size), Image.Resampling.LANCZOS, reducing_gap=None)
    return np.asarray(cut).reshape(size, size, channels)


def _unpacked(data: bytes, form: str, size: int, channels: int) -> Iterator[np.ndarray]:
    with tempfile.TemporaryDirectory(prefix="jaxgan-") as folder:
        path = pathlib.Path(folder) / "video"
        path.write_bytes(data)
        yield from _by_ffmpeg(path, form, size, channels)


def _by_ffmpeg(
    path: pathlib.Path, form: str, size: int, channels: int
) -> Iterator[np.ndarray]:
    side = "min(iw\\,ih)"
    filters = f"crop={side}:{side},scale={size}:{size}:flags=lanczos,setsar=1"
    command = [
        *(_ffmpeg(), "-v", "error", "-nostdin", "-xerror", "-threads", "1"),
        *("-protocol_whitelist", "file,pipe", "-f", form, "-i", f"file:{path}"),
        *("-map", "0:v:0", "-vf", filters, "-fps_mode", "passthrough"),
        *("-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1"),
    ]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL
        )
        try:
            assert process.stdout is not None
            yield from _raw_frames(process.stdout, size, channels)
            failed, told = process.wait(), _told_by(errors)
            if failed or _SHORT in told:
                raise DataError(f"damaged ({told}); remove or replace it")
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _raw_frames(pipe: IO[bytes], size: int, channels: int) -> Iterator[np.ndarray]:
    from PIL import Image

    length = size * size * 3
    while len(raw := pipe.read(length)) == length:
        frame = np.frombuffer(raw, np.uint8).reshape(size, size, 3)
        if channels == 1:
            gray = Image.fromarray(frame).convert("L")
            frame = np.asarray(gray)[..., None]
        yield frame


def _told_by(errors: IO[bytes]) -> str:
    """Reads what ffmpeg says first."""
    errors.seek(0)
    lines = errors.read().decode(errors="replace").split("\n")
    told = [" ".join(line.split()) for line in lines if line.strip()]
    # "[mov,mp4 @ 0x55] moov atom not found" has an address that differs every time.
    first = told[0].rpartition("] ")[2] if told else "ffmpeg cannot decode it"
    return shown(first[:_ERRORS])


def _ffmpeg() -> str:
    """Finds the program.

    Raises:
      MissingExtra: if it is not installed.
    """
    try:
        import imageio_ffmpeg  # type: ignore[import-not-found]

        return imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError):
        raise MissingExtra(MISSING) from None
