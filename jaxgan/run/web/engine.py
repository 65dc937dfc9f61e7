"""What runs the graphs in a browser: ONNX Runtime Web, a published package."""

import importlib.util
import pathlib
import tarfile

from jaxgan.data import DataError
from jaxgan.data.download import downloaded, sha256
from jaxgan.run.errors import RunError

VERSION = "1.22.0"
ADDRESS = f"https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-{VERSION}.tgz"
DIGEST = "e293551f9d36d003e293d0f2937fee7b3dfdcef76d71d1449b55e2d4157c7aea"
SIZE = 20_387_966
FOLDER = "engine"
FILES = (
    "ort.wasm.min.js",
    "ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm",
)
"""Of package/dist, that pages want: about 11 MB."""
NO_ONNX = "they need onnx: pip install 'jaxgan[export]'"
NAME = f"ONNX Runtime Web {VERSION}, by Microsoft, under the MIT licence"
LICENSE = """MIT License

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""
"""Of the files, which is to go with copies of them."""


def archive(named: pathlib.Path | None) -> pathlib.Path:
    """Finds the package: a file that is named, or else the published one.

    It is downloaded once into the cache.

    Raises:
      RunError: if the named file is not this package, or the published one cannot be
        had.
    """
    if named is None:
        try:
            return downloaded(ADDRESS, DIGEST, size=SIZE)
        except DataError as error:
            raise RunError(str(error)) from None
    if not named.is_file():
        raise RunError(f"--runtime: there is no file {named}")
    if sha256(named) != DIGEST:
        raise RunError(
            f"--runtime: {named} is another file, wanted onnxruntime-web-{VERSION}.tgz "
            f"with the SHA-256 {DIGEST[:16]}..."
        )
    return named


def found(named: pathlib.Path | None) -> tuple[pathlib.Path | None, str]:
    """Finds the package, or says why there is none.

    Args:
      named: a file, by default the published one.

    Raises:
      RunError: if a file that is named is not the package.
    """
    package = archive(named) if named is not None else None
    if importlib.util.find_spec("onnx") is None:
        return None, NO_ONNX
    try:
        return package or archive(None), ""
    except RunError as error:
        return None, str(error)


def unpack(package: pathlib.Path, folder: pathlib.Path) -> None:
    """Copies the files that pages want out of the package."""
    folder.mkdir()
    (folder / "LICENSE").write_text(LICENSE)
    with tarfile.open(package) as archive:
        for name in FILES:
            member = archive.extractfile(f"package/dist/{name}")
            if member is None:
                raise RunError(f"{package}: has no file {name}")
            content = member.read()
            if name.endswith(("js", "mjs")):
                # Their maps are not copied, and browsers would ask for them.
                lines = content.decode().splitlines(keepends=True)
                kept = [x for x in lines if not x.startswith("//# sourceMappingURL")]
                content = "".join(kept).encode()
            (folder / name).write_bytes(content)
