"""Samples of an exported folder, by `jaxgan sample` too: nothing here loads JAX.

The folder's own program is not run; it is a copy of `sample_program`.
"""

import importlib.util
import json
import pathlib

from jaxgan.run.errors import RunError
from jaxgan.run.exporting import sample_program
from jaxgan.run.files import output_path


def is_one(path: pathlib.Path) -> bool:
    """Tells whether a folder was exported, and is no run."""
    return (path / "card.json").is_file() and not (path / "config.json").exists()


def sample(
    path: pathlib.Path,
    out: pathlib.Path | None,
    num: int,
    seed: int,
    label: str | None = None,
    psi: float = 1.0,
    marked: bool = True,
) -> None:
    """Writes samples, and prints where.

    Args:
      path: of the folder.
      out: NAME.png or NAME.npz; by default samples.png in the folder.
      num: how many.
      seed: of the samples.
      label: name or number of a class.
      psi: truncation of styles.
      marked: say in the file that it is synthetic, and how it was made.

    Raises:
      RunError: if it cannot be.
    """
    out = out or path / "samples.png"
    output_path.check_file(out, (".png", ".npz"))
    if importlib.util.find_spec("onnxruntime") is None:
        raise RunError("onnxruntime is not installed", "pip install 'jaxgan[export]'")
    try:
        generator = sample_program.Generator(path)
        if generator.card["format"] != "onnx":
            raise RunError(
                f"{path}: saw {generator.card['format']}, wanted what was exported "
                "--to onnx"
            )
        with output_path.written(out):
            sample_program.write_samples(
                generator, out, marked, num=num, seed=seed, label=label, psi=psi
            )
    except (ValueError, KeyError, json.JSONDecodeError) as error:
        raise RunError(f"{path}: {error}") from error
