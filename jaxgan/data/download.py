"""Published files, downloaded once into the cache folder and checked."""

import contextlib
import hashlib
import http.client
import os
import pathlib
import shutil
import tempfile
import urllib.request
from typing import Any

from jaxgan.data.cache import cache_folder
from jaxgan.data.source import DataError

BLOCK = 2**20
SECONDS = 60.0
"""How long a server may stay silent."""


def downloaded(
    url: str, digest: str, folder: str | os.PathLike | None = None
) -> pathlib.Path:
    """The path of a published file, downloaded if it is not in the cache yet.

    It appears there only when complete and right. A file that is there already is
    checked too, and downloaded anew if it is damaged.

    Args:
      url: of the file; its last part is the name in the cache.
      digest: the beginning of the SHA-256 of its contents, or all of it, in
        hexadecimal.
      folder: `cache_folder()` by default.

    Raises:
      DataError: saying what to download, from where and to which path, if it cannot be
        downloaded or kept; or that its contents are not those published.
    """
    folder = cache_folder() if folder is None else pathlib.Path(folder).expanduser()
    path = folder / url.rsplit("/", 1)[1]
    if path.is_file() and sha256(path).startswith(digest):
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be written ({error.strerror}); name another folder in "
            "JAXGAN_CACHE"
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            _fetch(url, file, path)
        seen = sha256(pathlib.Path(draft))
        if not seen.startswith(digest):
            raise DataError(
                f"{url}: saw contents with the SHA-256 {seen}, wanted {digest}..., so "
                "this is not the published file"
            )
        os.replace(draft, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
    return path


def _fetch(url: str, file: Any, path: pathlib.Path) -> None:
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:
            shutil.copyfileobj(answer, file, BLOCK)
            file.flush()
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise DataError(
            f"{path.name}: could not be downloaded ({reason}); where there is a "
            f"network, download {url} and put it at {path}"
        ) from None


def sha256(path: pathlib.Path) -> str:
    """Of a file's contents, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
