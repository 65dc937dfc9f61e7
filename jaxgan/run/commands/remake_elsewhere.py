"""Files that were drawn without JAX, made once more: by sample.py, in a browser."""

import contextlib
import io
import json
import pathlib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jaxgan.run.errors import RunError
from jaxgan.run.files.provenance import EXPLORED, EXPORTED, Provenance
from jaxgan.run.sampling import sampler

if TYPE_CHECKING:
    from jaxgan.run.sampling.stored_run import StoredRun

PREVIEWED = 16
LEVEL, FEW = 1.0, 0.01
"""Of 255, by which few pixels may differ, where JAX and another program round."""


class Nearly(NamedTuple):
    """What came out where bits cannot be the same.

    Attributes:
      text: what was compared.
      apart: how far the two are at most.
      most: how far they may be.
      share: of numbers that differ at all.
      few: how many may.
    """

    text: str
    apart: float
    most: float
    share: float = 0.0
    few: float = 1.0

    @property
    def same(self) -> bool:
        """Whether only rounding tells them apart."""
        return self.apart <= self.most and self.share <= self.few


def by_folder(
    path: pathlib.Path,
    made: Provenance,
    folder: pathlib.Path,
    source: pathlib.Path | None,
    again: pathlib.Path,
) -> pathlib.Path:
    """Makes a file of sample.py again with the exported folder; gives the new file.

    Raises:
      RunError: if it is the folder of another run.
    """
    from jaxgan.run.exporting import exported_folder, sample_program

    if made.command != EXPORTED:
        raise RunError(
            f"--run: {folder} was exported, wanted the run: the file was made by "
            f"jaxgan {made.command}"
        )
    card = json.loads((folder / "card.json").read_text())
    known = {name: card.get(name, False) for name in ("half", "current")}
    same = all(made.options.get(name) == value for name, value in known.items())
    same &= card["step"] == made.step
    same &= made.fingerprint in ("", card["fingerprint"])
    if not same:
        raise RunError(
            f"--run: {folder} holds another generator: step {card['step']}, "
            f"{card['fingerprint']}, {known}",
            code=1,
        )
    options = {name: x for name, x in made.options.items() if name not in known}
    with contextlib.redirect_stdout(io.StringIO()):
        generator = sample_program.Generator(folder)
        if source is not None:
            again = again.with_suffix("")
            sample_program.apply_to_files(generator, again, [source], options["seed"])
            return next(iter(again.iterdir()))
        exported_folder.sample(folder, again, **options)
    return again


def by_run(path: pathlib.Path, made: Provenance, loaded: "StoredRun") -> Nearly:
    """Makes with JAX what onnxruntime drew, and compares as far as both can agree.

    Raises:
      RunError: if that wants something else, which it names.
    """
    if made.source:
        raise RunError(f"--run: saw a run, wanted the folder exported of {made.run}")
    if made.command == EXPLORED:
        return _explored(path, made, loaded)
    options = made.options
    psi = options["psi"]
    value = sampler.generate(
        *(loaded.experiment, loaded.state, options["num"], options["seed"]),
        label=options["label"],
        truncation=None if psi == 1.0 else psi,
        ema=not options["current"],
    ).value
    from jaxgan.run.exporting import formats, sample_program

    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            before = np.asarray(arrays["value"], np.float64)
        bound = formats.HALF_BOUND if options["half"] else formats.BOUND
        largest = float(np.abs(value).max())
        text = f"values, of which the largest is {largest:.3g}"
        return Nearly(text, _apart(before, value), bound * largest)
    pixels = sample_program.mosaic(sample_program.as_bytes(np.asarray(value)))
    if options["half"]:
        return _compared(path, pixels, 255.0 * formats.HALF_BOUND, 1.0)
    return _compared(path, pixels)


def _explored(path: pathlib.Path, made: Provenance, loaded: "StoredRun") -> Nearly:
    """What the page of `jaxgan explore` saved, if it is a sample as drawn."""
    options = made.options
    if isinstance(pins := options.get("pins"), list):
        pages = ", ".join(f"#{one.get('page', '')}" for one in pins)
        raise RunError(
            f"{path} is a walk of the page of jaxgan explore: make it again there, "
            f"with pins at {pages} behind its address"
        )
    page, plain = options.get("page", ""), {"seed", "index", "label", "amount"}
    edited = {word.partition("=")[0] for word in page.split("&") if word} - plain
    if edited or path.suffix != ".png":
        raise RunError(
            f"{path} was made on the page of jaxgan explore, by hand: make it again "
            f"there, with #{page} behind its address"
        )
    draw: dict[str, Any] = {"ema": not options.get("current")}
    if "index" not in options:
        value = loaded.sampler(size=PREVIEWED, **draw)(
            loaded.state, 0, np.arange(PREVIEWED)
        )
        return _compared(path, loaded.experiment.kind.picture(value))
    if options["truncation"] is not None:
        draw["truncation"] = options["truncation"]
    latent, labels = options["latent"], None
    if latent["label"] is not None:
        from jaxgan.run.sampling.labels import label_numbers

        labels = label_numbers(loaded.experiment, latent["label"])
    value = loaded.sampler(size=1, **draw)(
        loaded.state, int(latent["seed"]), np.array([options["index"]]), labels
    )
    return _compared(path, loaded.experiment.kind.picture(value))


def _compared(
    path: pathlib.Path, pixels: np.ndarray, most: float = LEVEL, few: float = FEW
) -> Nearly:
    before = _shrunk(path, pixels.shape)
    share = 1.0
    if before.size == pixels.size:
        share = float(np.mean(before.reshape(pixels.shape) != pixels))
    text = f"{share:.2%} of the levels of pixels"
    return Nearly(text, _apart(before, pixels), most, share, few)


def _shrunk(path: pathlib.Path, shape: tuple[int, ...]) -> np.ndarray:
    """Reads pixels, and takes back that they were enlarged."""
    from PIL import Image

    with Image.open(path) as image:
        pixels = np.asarray(image.convert("L" if shape[-1] == 1 else "RGB"))
    times = max(1, pixels.shape[0] // shape[0])
    return pixels[::times, ::times]


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    one, other = (np.asarray(x, np.float64) for x in (one, other))
    if one.size != other.size:
        return float("inf")
    return float(np.abs(one.reshape(other.shape) - other).max())
