"""What a set of examples is, in a few facts that are quickly compared."""

import concurrent.futures
import contextlib
import hashlib
import os
import pathlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxgan.data.cache import cache_folder
from jaxgan.data.source import Arrays, Source, split_of

CHUNK = 2**24
"""Bytes that are hashed at a time, by each thread."""
BLOCK = 1000
"""Examples that are read at a time, where a source holds no arrays."""

Progress = Callable[[int, int], None]
"""f(parts done, of all)."""


class Facts(NamedTuple):
    """Tells what a set of examples is.

    Attributes:
      size: the number of examples.
      shape: of one value.
      classes: names of the classes, or `()` if there are no labels.
      counts: examples of each class.
      split: what the set that these are of calls them; '' if nothing.
      fingerprint: 'sha256:...' of all values and labels, in order, and of the names of
        the classes; '' if unknown. It depends neither on where the data lie nor on how
        they are packed.
    """

    size: int
    shape: tuple[int, ...]
    classes: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    split: str = ""
    fingerprint: str = ""

    def __str__(self) -> str:
        names = ", ".join(self.classes[:8]) + (", ..." if len(self.classes) > 8 else "")
        labels = f"classes {names}" if self.classes else "no labels"
        if len(self.classes) > 8:
            labels = f"{len(self.classes):,} {labels}"
        parts = [f"{self.size:,} of {list(self.shape)}", labels, self.fingerprint[:19]]
        return ", ".join(part for part in parts if part)


def facts_of(
    source: Source, rule: str = "", progress: Progress = lambda done, total: None
) -> Facts:
    """Finds what a source is. All examples are read, once.

    Args:
      source: of examples. One that tells its examples from more than they show, as
        cut out of larger pictures, has all that as arrays: `stored`.
      rule: by which they are computed, if they are, to be hashed in their place: other
        machines may round them differently.
      progress: called as examples are read.
    """
    labels = hashlib.sha256()
    counts = np.zeros(len(source.classes), np.int64)
    parts: list[bytes] = []
    if isinstance(source, Arrays):
        given = [] if source.labels is None else [source.labels]
        parts.append(rule.encode() or _digest(source.values, progress))
    elif hasattr(source, "stored"):
        stored_labels = getattr(source, "labels", None)
        given = [] if stored_labels is None else [stored_labels]
        stored: Sequence[np.ndarray] = source.stored  # pyright: ignore
        parts += [_digest(array, progress) for array in stored]
    else:
        given = []
        for sample in _blocks(source, progress):
            leaves = jax.tree.leaves(sample.value)
            parts += [rule.encode() or _digest(leaf) for leaf in leaves]
            given += jax.tree.leaves(sample.given)
    for block in given:
        labels.update(np.ascontiguousarray(block).data)
        if counts.size and np.issubdtype(block.dtype, np.integer):
            counts += np.bincount(block.ravel(), minlength=counts.size)[: counts.size]
    shape, classes = map(int, source.shape), map(str, source.classes)
    about = (int(source.size), tuple(shape), tuple(classes))
    whole = hashlib.sha256(repr((about, labels.hexdigest())).encode())
    for part in parts:
        whole.update(part)
    return Facts(
        *about, tuple(map(int, counts)), split_of(source), f"sha256:{whole.hexdigest()}"
    )


def _blocks(source: Source, progress: Progress) -> Iterator[Any]:
    for start in range(0, source.size, BLOCK):
        stop = min(start + BLOCK, source.size)
        yield source.examples(np.arange(start, stop))
        progress(stop, source.size)


def _digest(values: np.ndarray, progress: Progress = lambda done, total: None) -> bytes:
    """Hashes type, shape and contents; of a file that is mapped, only once."""
    note = _note(values)
    if note is not None:
        try:
            return bytes.fromhex(note.read_text())
        except (OSError, ValueError):  # there is none, or it is damaged
            pass
    digest = hashlib.sha256(repr((values.dtype.name, values.shape)).encode())
    rows = max(1, CHUNK // max(1, values[:1].nbytes))
    starts = range(0, len(values), rows)

    def of_rows(start: int) -> bytes:
        part = np.ascontiguousarray(values[start : start + rows])
        return hashlib.sha256(part.data).digest()

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, part in enumerate(pool.map(of_rows, starts), 1):
            digest.update(part)
            progress(done, len(starts))
    if note is not None:
        _keep(note, digest.hexdigest())
    return digest.digest()


def _note(values: np.ndarray) -> pathlib.Path | None:
    """Names the file that keeps the hash of all of a mapped file, or None."""
    array: Any = values
    while isinstance(array, np.ndarray) and not isinstance(array, np.memmap):
        array = array.base
    if array is None or array.nbytes != values.nbytes or array.filename is None:
        return None
    file = pathlib.Path(array.filename)
    try:
        status = file.stat()
    except OSError:
        return None
    identity = (str(file.absolute()), status.st_size, status.st_mtime_ns)
    identity += (status.st_ino, values.dtype.str, values.shape, values.strides)
    name = hashlib.sha256(repr(identity).encode()).hexdigest()[:32]
    return cache_folder() / "fingerprints" / f"{name}.txt"


def _keep(note: pathlib.Path, text: str) -> None:
    draft = note.with_name(f".{note.name}.{os.getpid()}")
    with contextlib.suppress(OSError):  # it is computed again
        note.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text)
        draft.replace(note)
