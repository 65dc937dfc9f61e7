"""What a file is that was given as weights and holds none, by its first bytes."""

import os
import pathlib
import stat

from jaxgan.weights.errors import WeightsError

WANTED = (
    "wanted a file of torch.save (.pth, .pt), .safetensors, .npz or a pickle of "
    "networks (.pkl)"
)
START = 2048
"""Bytes that tell."""
AGAIN = "copy or download it again"
UNPACK = "unpack it, and give the file in it"
CONVERT = "save its arrays as .npz or .safetensors with the code that made it"

PICKLE = b"\x80"
"""How pickles of protocol 2 and later begin."""
LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""How files of PyTorch 0.1.10 to 1.5 begin."""
TAR_PARTS = (b"sys_info", b"pickle", b"storages", b"tensors")
"""How the archives of PyTorch 0.1 begin, which are tar's."""
POINTER = b"version https://git-lfs"
MAGIC: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\x93NUMPY", "one array of NumPy (.npy)", "numpy.savez stores arrays by name"),
    (0, b"\x89HDF\r\n", "HDF5, as Keras saves weights", CONVERT),
    (4, b"TFL3", "a network of TensorFlow Lite", CONVERT),
    (0, b"GGUF", "weights of llama.cpp (GGUF)", CONVERT),
    (0, b"\x1f\x8b", "compressed by gzip", UNPACK),
    (0, b"BZh", "compressed by bzip2", UNPACK),
    (0, b"\xfd7zXZ", "compressed by xz", UNPACK),
    (0, b"7z\xbc\xaf", "an archive of 7-Zip", UNPACK),
    (0, b"Rar!", "an archive of RAR", UNPACK),
    (0, b"\x28\xb5\x2f\xfd", "compressed by zstd", UNPACK),
    (0, b"\x89PNG", "a picture (PNG)", ""),
    (0, b"\xff\xd8\xff", "a picture (JPEG)", ""),
    (0, b"GIF8", "a picture (GIF)", ""),
    (0, b"%PDF", "a PDF document", ""),
    (0, b"\x7fELF", "a program", ""),
    (0, b"MZ", "a program", ""),
    (0, b"PK", "a zip that is cut short", AGAIN),
)
"""(offset, bytes there, what begins so, what to do)."""
SUFFIXES = {
    ".onnx": "a network of ONNX",
    ".pb": "a graph of TensorFlow",
    ".index": "part of a checkpoint of TensorFlow",
    ".meta": "part of a checkpoint of TensorFlow",
    ".tflite": "a network of TensorFlow Lite",
    ".msgpack": "weights of Flax",
}
"""Of files whose first bytes do not tell."""
LEVEL_TABLE = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"
"""How the index of a checkpoint of TensorFlow ends."""
SPECIAL = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def check(path: pathlib.Path) -> None:
    """Checks that a path is an ordinary file, with something in it.

    Nothing is opened: of a named pipe that would wait for its writer.

    Raises:
      WeightsError: if it is not.
    """
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:  # ValueError of a name with a zero byte
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        reason = getattr(error, "strerror", None) or error
        what = "saw no such file" if missing else f"cannot be read ({reason})"
        raise WeightsError(f"{path}: {what}, {WANTED}") from None
    if stat.S_ISDIR(facts.st_mode):
        raise WeightsError(f"{path}: {_folder(path)}, {WANTED}")
    for is_kind, kind in SPECIAL:
        if is_kind(facts.st_mode):
            raise WeightsError(f"{path}: saw {kind}, {WANTED}")
    if not facts.st_size:
        raise WeightsError(f"{path}: saw an empty file; {AGAIN}")
    memory = memory_size()
    if memory and facts.st_size > memory:
        raise WeightsError(
            f"{path}: saw {facts.st_size / 2**30:.1f} GiB, more than the "
            f"{memory / 2**30:.1f} GiB of memory here"
        )


def start(path: pathlib.Path) -> bytes:
    """Reads the first bytes."""
    with path.open("rb") as file:
        return file.read(START)


def is_legacy(path: pathlib.Path) -> bool:
    """Tells whether a file is of PyTorch 0.1.10 to 1.5, by its first bytes."""
    return start(path).startswith(LEGACY)


def check_pickle(path: pathlib.Path) -> None:
    """Checks that a file begins as a pickle, and not as a file of an old PyTorch.

    Raises:
      WeightsError: saying what it is instead.
    """
    first = start(path)
    if first.startswith(LEGACY):
        raise WeightsError(f"{path}: of torch.save, not a pickle of networks")
    if _is_tar(first) and any(part in first for part in TAR_PARTS):
        raise WeightsError(
            f"{path}: of PyTorch 0.1, whose files are not read; load and save it with "
            "a newer one"
        )
    if not first.startswith(PICKLE):
        raise WeightsError(f"{path}: {described(path) or f'saw no pickle, {WANTED}'}")


def _is_tar(first: bytes) -> bool:
    return first[257:262] == b"ustar"


def described(path: pathlib.Path) -> str:
    """Says what a file is that no reader knows, and what to do about it."""
    first = start(path)
    with path.open("rb") as file:
        file.seek(-min(len(LEVEL_TABLE), path.stat().st_size), os.SEEK_END)
        end = file.read()
    if first.startswith(POINTER):
        return (
            "saw a Git LFS pointer, not the file it stands for; fetch that with: "
            "git lfs pull"
        )
    for offset, magic, what, todo in MAGIC:
        if first[offset:].startswith(magic):
            return f"saw {what}, {WANTED}" + (f"; {todo}" if todo else "")
    if _is_tar(first):
        return f"saw an archive of tar, {WANTED}; {UNPACK}"
    if end == LEVEL_TABLE:
        return f"saw part of a checkpoint of TensorFlow, {WANTED}; {CONVERT}"
    text = _text(first)
    if text[:1] == "<":
        return f"saw a web page ({_line(text)}) in place of the file; {AGAIN}"
    if text[:1] in ("{", "["):
        return f"saw JSON text ({_line(text)}), {WANTED}; {AGAIN}"
    if text:
        return f"saw text ({_line(text)}), {WANTED}; {AGAIN}"
    if not first.strip(b"\0"):
        return f"saw nothing but zeros; {AGAIN}"
    kind = SUFFIXES.get(path.suffix.lower(), "")
    if not kind and first[:1] == b"\x08" and b"\x12" in first[2:4]:
        kind = SUFFIXES[".onnx"]
    if not kind and ".ckpt.data-" in path.name:
        kind = SUFFIXES[".index"]
    return f"saw {kind}, {WANTED}; {CONVERT}" if kind else ""


def _folder(path: pathlib.Path) -> str:
    """Says what a folder is."""
    try:
        names = sorted(os.listdir(path))
    except OSError:
        return "saw a folder"
    if "saved_model.pb" in names:
        return "saw a folder of TensorFlow's SavedModel"
    if "data.pkl" in names:
        return "saw an unpacked file of torch.save"
    if "checkpoints" in names and "config.json" in names:
        return "saw a run of jaxgan"
    suffixes = (".pth", ".pt", ".safetensors", ".npz", ".pkl")
    inside = [name for name in names if name.lower().endswith(suffixes)]
    return f"saw a folder (of {', '.join(inside[:3])})" if inside else "saw a folder"


def _text(start: bytes) -> str:
    """Reads bytes as text; '' if they are none."""
    try:
        # A character may be cut at the end.
        text = start.decode("utf-8-sig", "strict" if len(start) < START else "ignore")
    except UnicodeDecodeError:
        return ""
    plain = all(letter.isprintable() or letter in "\t\n\r\f" for letter in text)
    return text.strip() if plain and text.isascii() | (b"\0" not in start) else ""


def _line(text: str) -> str:
    words = " ".join(text.split())
    return repr(words if len(words) <= 60 else f"{words[:60]}...")


def memory_size() -> int:
    """Counts the bytes of memory of this machine; 0 if it does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0
