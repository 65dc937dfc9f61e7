"""Published files, downloaded once into the cache folder and checked."""

import contextlib
import hashlib
import http
import http.client
import io
import os
import pathlib
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence

from jaxgan import __version__
from jaxgan.data.cache import cache_folder
from jaxgan.data.progress_bar import progress_bar
from jaxgan.data.source import DataError

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None

BLOCK = 2**16
SECONDS = 60.0
"""How long a server may stay silent."""
LIMIT = 2**30
"""Bytes of a file whose size is not known beforehand."""


class _Failure(Exception):
    """Why one address did not give the file."""


def downloaded(
    urls: str | Sequence[str],
    digest: str,
    folder: str | os.PathLike | None = None,
    *,
    size: int | None = None,
) -> pathlib.Path:
    """The path of a published file, downloaded if it is not in the cache yet.

    It appears there only when complete and right. A file that is there already is
    checked too, and downloaded anew if it is damaged. What an interrupted download got
    is kept beside it, hidden, and the next one goes on from there. A second process
    that wants the same file waits for the first.

    Args:
      urls: of the file, one or several, which are tried in this order; the last part of
        the first is the name in the cache.
      digest: the beginning of the SHA-256 of its contents, or all of it, in
        hexadecimal.
      folder: `cache_folder()` by default.
      size: of the file, in bytes, if it is known; nothing of another size is fetched.

    Raises:
      DataError: saying for each address why it did not give the published file, and
        what to put where; or that the folder cannot be written.
    """
    addresses = [urls] if isinstance(urls, str) else list(urls)
    folder = cache_folder() if folder is None else pathlib.Path(folder).expanduser()
    path = folder / addresses[0].rsplit("/", 1)[1]
    if is_published(path, digest):
        return path
    failures = []
    with _draft(path) as draft:
        if is_published(path, digest):  # since the process that was waited for
            return path
        for url in addresses:
            try:
                _fill(draft, url, digest, size)
            except _Failure as failure:
                failures.append(f"{url} ({failure})")
                continue
            if fcntl is None:
                draft.close()  # Windows moves no open file
            os.replace(draft.name, path)
            return path
    other = " in place of the file there, which is another" if path.exists() else ""
    raise DataError(
        f"{path.name}: could not be downloaded from {', nor from '.join(failures)}; "
        f"where there is a network, download {addresses[0]} and put it at {path}"
        f"{other}"
    )


def is_published(path: pathlib.Path, digest: str) -> bool:
    """Whether a file is there, and its SHA-256 begins so."""
    return path.is_file() and sha256(path).startswith(digest)


def sha256(path: pathlib.Path) -> str:
    """The SHA-256 of a file's contents, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _draft(path: pathlib.Path) -> Iterator[io.FileIO]:
    """A file beside the path, open for this process alone.

    It begins with what an earlier try got. Where files cannot be locked, it is new and
    goes again, so that two processes do not write to one.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        locked = _locked(path.with_name(f".{path.name}.part"))
        file = locked or _private(path)
    except OSError as error:
        raise _unwritable(path.parent, error) from None
    try:
        yield file
    finally:
        if file is not locked:
            file.close()
        if file is not locked or not os.fstat(file.fileno()).st_size:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(file.name)
        file.close()


def _private(path: pathlib.Path) -> io.FileIO:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    return pathlib.Path(name).open("a+b", 0)


def _locked(part: pathlib.Path) -> io.FileIO | None:
    """The file, once no other process has it; None if files cannot be locked."""
    if fcntl is None:
        return None
    while True:
        file = part.open("a+b", 0)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(file.fileno()), part.stat()):
                return file
        except FileNotFoundError:
            pass  # whoever had it has moved it to its place
        except OSError:
            file.close()
            return None
        except BaseException:
            file.close()
            raise
        file.close()


def _fill(draft: io.FileIO, url: str, digest: str, size: int | None) -> None:
    """Appends what is missing, and checks the whole."""
    resumed = draft.seek(0, os.SEEK_END)
    if not resumed or resumed != size:
        _fetch(draft, url, size)
    draft.seek(0)
    seen = hashlib.file_digest(draft, "sha256").hexdigest()
    if seen.startswith(digest):
        return
    draft.truncate(0)
    if resumed:  # perhaps what an earlier try left was not of this file
        _fill(draft, url, digest, size)
        return
    raise _Failure(
        f"saw contents with the SHA-256 {seen}, wanted {digest}..., so this is not the "
        "published file"
    )


def _fetch(draft: io.FileIO, url: str, size: int | None) -> None:
    start = draft.tell()
    ranges = {"Range": f"bytes={start}-"} if start else {}
    agent = {"User-Agent": f"jaxgan/{__version__}"}
    request = urllib.request.Request(url, headers=agent | ranges)
    with _network(), urllib.request.urlopen(request, timeout=SECONDS) as answer:
        if start and answer.status != http.HTTPStatus.PARTIAL_CONTENT:
            draft.truncate(0)
            start = 0
        length = answer.headers.get("Content-Length")
        total = size if length is None else start + int(length)
        if total is not None and total != min(size or total, size or LIMIT):
            raise _Failure(f"saw {total} bytes, wanted {size or f'at most {LIMIT}'}")
        name = url.rsplit("/", 1)[1]
        with progress_bar(name, total, start) as advance:
            while block := answer.read(BLOCK):
                _append(draft, block, size or LIMIT)
                advance(len(block))
        if draft.tell() != (total or draft.tell()):
            raise _Failure(f"ended after {draft.tell()} of {total} bytes")


def _append(draft: io.FileIO, block: bytes, limit: int) -> None:
    try:
        while block:
            block = block[draft.write(block) :]
    except OSError as error:
        draft.truncate(0)
        raise _unwritable(pathlib.Path(draft.name).parent, error) from None
    if draft.tell() > limit:
        draft.truncate(0)
        raise _Failure(f"saw more than {limit} bytes")


@contextlib.contextmanager
def _network() -> Iterator[None]:
    try:
        yield
    except DataError:
        raise
    except urllib.error.HTTPError as error:
        error.close()
        # Asked for what follows the last byte, servers refuse.
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise _Failure(f"HTTP {error.code} {error.reason}") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise _Failure(str(getattr(error, "reason", None) or error)) from None


def _unwritable(folder: pathlib.Path, error: OSError) -> DataError:
    return DataError(
        f"{folder}: cannot be written ({error.strerror}); name another folder in "
        "JAXGAN_CACHE"
    )
