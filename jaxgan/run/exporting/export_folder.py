"""A folder that stands alone: models, a card, a program, a few lines to read."""

import contextlib
import json
import pathlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jaxgan
from jaxgan.run.exporting import formats, sample_program
from jaxgan.run.exporting.formats import Written
from jaxgan.run.exporting.parts import Parts, parts
from jaxgan.run.files import output_path
from jaxgan.run.files.fingerprint import fingerprint
from jaxgan.run.kinds.channels import Channels
from jaxgan.run.sampling.stored_run import StoredRun

CARD = "card.json"
SUFFIXES = {"onnx": ".onnx", "stablehlo": ".stablehlo", "litert": ".tflite"}
NEEDS = {
    "onnx": "onnxruntime numpy pillow",
    "stablehlo": "jax",
    "litert": "ai-edge-litert",
}
UNSTATED = "not stated; the data that it was trained on may set terms of their own"


def write(
    stored: StoredRun,
    out: pathlib.Path,
    to: str,
    *,
    half: bool = False,
    direction: str | None = None,
    ema: bool = True,
    license: str | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> None:
    """Exports a run's generator, once it is known to compute what JAX does.

    Args:
      stored: the run.
      out: a new or an empty folder.
      to: a name in `formats.FORMATS`.
      half: store weights as float16.
      direction: of a run that maps both ways.
      ema: take the running average of the generator.
      license: of what is made, for the card.
      say: tells of each part.

    Raises:
      RunError: if it cannot be exported, or differs. Then nothing is left.
    """
    output_path.check_new_folder(out)
    made = parts(stored.experiment, stored.state, direction, ema)
    if to == "litert":  # whose converter knows no bits of random numbers
        made.parts.pop("latents", None)
    written: dict[str, Written] = {}
    for name, part in made.parts.items():
        one = written[name] = formats.FORMATS[to](part, half)
        formats.check_bound(name, one, half)
        say(
            f"{name}{one.suffix}: {len(one.data):,} bytes; largest difference from JAX "
            f"{one.difference:.1e} of the largest value"
        )
    card = _card(stored, made, written, to, half, license, ema)
    with whole(out) as folder:
        _fill(folder, written, card)


@contextlib.contextmanager
def whole(out: pathlib.Path) -> Iterator[pathlib.Path]:
    """Gives a folder to fill, which is put in its place when all is in it.

    Raises:
      RunError: if it cannot be written. Then nothing is left.
    """
    with output_path.written(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = pathlib.Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            yield folder
            folder.chmod(0o755)
            folder.replace(out)  # an empty one at most is there
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _fill(
    folder: pathlib.Path, written: Mapping[str, Written], card: Mapping[str, Any]
) -> None:
    for name, one in written.items():
        (folder / f"{name}{one.suffix}").write_bytes(one.data)
    (folder / CARD).write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n")
    if card["format"] == "onnx":
        program = pathlib.Path(sample_program.__file__).read_text()
        (folder / "sample.py").write_text(program)
    (folder / "README.md").write_text(_read_me(card))


def _card(
    stored: StoredRun,
    made: Parts,
    written: Mapping[str, Written],
    to: str,
    half: bool,
    license: str | None,
    ema: bool,
) -> dict[str, Any]:
    wide, kind = to == "onnx", stored.experiment.kind

    def entry(name: str) -> dict[str, Any]:
        part, one = made.parts[name], written[name]
        inputs = {
            known: {
                "shape": list(axes.axes),
                "dtype": "int64" if wide and axes.dtype == "uint32" else axes.dtype,
                "about": axes.about,
            }
            for known, axes in part.inputs.items()
            if known in one.inputs
        }
        return {
            "inputs": inputs,
            "outputs": list(part.outputs),
            "bytes": len(one.data),
            "difference": one.difference,
        }

    return {
        "jaxgan": jaxgan.__version__,
        "format": to,
        "half": half,
        "current": not ema,
        "kind": made.kind,
        "range": None if isinstance(kind, Channels) else [-1.0, 1.0],
        "layout": "batch, height, width, channels",
        "multiple": made.multiple,
        "classes": list(made.classes),
        "parts": {name: entry(name) for name in made.parts},
        "bound": formats.HALF_BOUND if half else formats.BOUND,
        "experiment": stored.name,
        "run": stored.directory.absolute().name,
        "step": stored.step,
        "fingerprint": fingerprint(stored.state),
        "run_seed": stored.seed,
        "license": license or UNSTATED,
    }


def _read_me(card: Mapping[str, Any]) -> str:
    """Ten lines about the folder."""
    suffix = SUFFIXES[card["format"]]
    files = ", ".join(f"`{name}{suffix}`" for name in card["parts"])
    worst = max(part["difference"] for part in card["parts"].values())
    if card["format"] == "litert":
        use = "`ai_edge_litert.interpreter.Interpreter(...).get_signature_runner()`"
    elif card["format"] == "stablehlo":
        use = (
            "`jax.export.deserialize(bytearray(data)).call(*inputs)`, on CPU, CUDA, TPU"
        )
    elif card["kind"] == "picture":
        use = "`python sample.py PICTURES --out made`"
    else:
        use = "`python sample.py --num 16 --seed 0 --out samples.png`"
    needs = NEEDS[card["format"]]
    lie = "lie in [-1, 1]" if card["range"] else "are latents, of about unit deviation"
    return "\n".join(
        [
            f"# {card['experiment']}, step {card['step']:,}",
            "",
            f"A generator that jaxgan {card['jaxgan']} trained and exported: {files}.",
            f"Needs: `pip install {needs}`. Then: {use}.",
            f"It computes what JAX does, up to {worst:.1e} of the largest value.",
            "Inputs, their shapes and meaning, classes and origin are in `card.json`.",
            f"Values {lie}; axes are {card['layout']}.",
            "What it makes is synthetic: say so where you show it.",
            f"License: {card['license']}.",
            "",
        ]
    )
