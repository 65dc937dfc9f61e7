"""`jaxgan apply` on odd files: every output is held to what it should be.

    python experiments/benchmarks/application/odd_files.py
    python experiments/benchmarks/application/odd_files.py --large

Three imported runs are applied to each of the files of `odd_set.py`: a restoration x4
(SRVGGNetCompact whose kernels are nought, which repeats pixels, so that outputs are
known), a restoration x2 (RRDBNet) and a translation (CycleGAN's ResNet), both with
random weights, whose outputs must be those of the bare module. Size, mode, orientation,
transparency and every pixel are compared. The status is 1 if anything is not as it
should be. Then the command itself goes over the folder. `--large` adds 12 megapixels,
enlarged in tiles and translated whole, because tiles are normalised each by itself, and
shows the memory that it took, with that of the comparison.
"""

import contextlib
import dataclasses
import io
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import Any, NamedTuple
from unittest import mock

import jax
import jax.numpy as jnp
import numpy as np
import tyro
from odd_set import Odd, odd_files
from PIL import Image

from jaxgan.core import Context, example_keys
from jaxgan.models import cyclegan, restoration
from jaxgan.models.cyclegan import weights as cyclegan_weights
from jaxgan.models.restoration import weights as restoration_weights
from jaxgan.run.application import gallery, picture_file, picture_list
from jaxgan.run.application.application import Application
from jaxgan.run.commands.import_weights import ImportCommand
from jaxgan.run.runs import load

ROUNDING, LOSSY = 1, 4
"""Steps of 8 bits by which pixels may differ, and those of JPEG; of 16 bits 256 times
as many. What JPEG loses is lost by what is expected, too."""


@dataclasses.dataclass(frozen=True)
class Options:
    """How much is applied."""

    only: Sequence[str] = ()
    """Of x4, x2 and translation; by default all."""
    large: bool = False
    """Enlarge 12 megapixels by 4, and translate them, too."""
    command: bool = True
    """Run the command itself, too."""


class Mapping(NamedTuple):
    """A network, and what it should make.

    Attributes:
      module: of the generator.
      export: f(variables) -> arrays under the official names.
      scale: of it.
      multiple, least: of sides that it takes.
      zero: whether its kernels are nought.
    """

    module: Any
    export: Any
    scale: int
    multiple: int = 1
    least: int = 1
    zero: bool = False


MAPPINGS = {
    "x4": Mapping(
        restoration.SRVGGNetCompact(scale=4, width=4, blocks=1),
        restoration_weights.export_torch,
        4,
        zero=True,
    ),
    "x2": Mapping(
        restoration.RRDBNet(scale=2, width=4, blocks=1, growth=2),
        restoration_weights.export_torch,
        *(2, 2),
    ),
    "translation": Mapping(
        cyclegan.Generator(width=4, blocks=3), cyclegan_weights.export_torch, 1, 4, 8
    ),
}


def imported(mapping: Mapping, folder: pathlib.Path) -> tuple[pathlib.Path, Any]:
    """Writes a file of weights and makes a run of it; with the variables."""
    images = jnp.zeros((1, 16, 16, 3))
    context = Context(example_keys(jax.random.key(0), 1))
    variables = mapping.module.init(jax.random.key(1), images, (), context)
    if mapping.zero:
        variables = jax.tree.map(jnp.zeros_like, variables)
    folder.mkdir()
    np.savez(folder / "weights.npz", **mapping.export(variables))
    run = folder / "run"
    ImportCommand(folder / "weights.npz", run).execute()
    return run, variables


def expected(mapping: Mapping, variables: Any, odd: Odd) -> np.ndarray:
    """What should be made of a picture: floats from 0 to 1, [H', W', C]."""
    assert odd.colours is not None
    top = np.iinfo(odd.colours.dtype).max
    values = odd.colours.astype(np.float32) / top * 2.0 - 1.0
    height, width, channels = values.shape
    if mapping.zero:
        made = values.repeat(mapping.scale, 0).repeat(mapping.scale, 1)
    else:
        values = np.repeat(values, 3 // channels, axis=2)
        for axis, side in enumerate((height, width)):
            fitting = max(
                -(-side // mapping.multiple) * mapping.multiple, mapping.least
            )
            edges = [(0, 0)] * 3
            edges[axis] = 0, fitting - side
            how = "reflect" if side > fitting - side else "symmetric"
            values = np.pad(values, edges, how)
        context = Context(example_keys(jax.random.key(0), 1))
        whole = jax.jit(mapping.module.apply)(variables, values[None], (), context)
        made = np.asarray(whole)[0]
        made = made[: height * mapping.scale, : width * mapping.scale]
    made = np.clip(made, -1.0, 1.0)
    grey = channels == 1 and mapping.scale > 1
    if grey and made.shape[2] == 3:
        made = made @ np.array([[0.299], [0.587], [0.114]], np.float32)
    if not grey and made.shape[2] == 1:
        made = np.repeat(made, 3, axis=2)
    return made * 0.5 + 0.5


def all_sizes() -> contextlib.AbstractContextManager[Any]:
    """While it lasts Pillow opens pictures of any size."""
    return mock.patch.object(Image, "MAX_IMAGE_PIXELS", None)


def as_jpeg(wanted: np.ndarray) -> np.ndarray:
    """What is left of colours from 0 to 1 in a JPEG as `jaxgan apply` writes it."""
    file, format = io.BytesIO(), picture_file.FORMATS["jpeg"]
    whole = np.rint(wanted * 255.0).astype(np.uint8).squeeze()
    Image.fromarray(whole).save(file, format.name, **format.options)
    with Image.open(file) as image:
        return np.asarray(image, np.float64).reshape(wanted.shape) / 255.0


def fault(path: pathlib.Path, mapping: Mapping, variables: Any, odd: Odd) -> str:
    """What is wrong with an output; '' if nothing is."""
    with all_sizes(), Image.open(path) as image:
        seen, mode = np.asarray(image), image.mode
    wanted = expected(mapping, variables, odd)
    if path.suffix == ".jpg":
        wanted = as_jpeg(wanted)
    seen = seen[..., None] if seen.ndim == 2 else seen
    top = np.iinfo(seen.dtype).max
    channels = wanted.shape[2]
    if seen.shape[:2] != wanted.shape[:2]:
        return f"size {seen.shape[:2]}, wanted {wanted.shape[:2]}"
    if seen.shape[2] != channels + (odd.alpha is not None):
        return (
            f"mode {mode}, wanted {channels} channels and alpha {odd.alpha is not None}"
        )
    deep = odd.colours is not None and odd.colours.dtype == np.uint16
    if deep and channels == 1 and seen.dtype != np.uint16:
        return f"{seen.dtype}, wanted 16 bits"
    band = max(1, 2**24 // wanted[0].size)
    for at in range(0, len(seen), band):
        apart = np.abs(
            seen[at : at + band, :, :channels] - wanted[at : at + band] * top
        )
        if apart.max() > (LOSSY if path.suffix == ".jpg" else ROUNDING) * top / 255:
            return f"pixels differ by {apart.max():.0f} of {top}"
    if odd.alpha is not None:
        alpha = Image.fromarray(odd.alpha)
        alpha = alpha.resize(wanted.shape[1::-1], Image.Resampling.BICUBIC)
        apart = np.abs(seen[..., -1].astype(int) - np.asarray(alpha)).max()
        return f"transparency differs by {apart}" if apart > ROUNDING else ""
    return ""


def cells(
    application: Application, mapping: Mapping, variables: Any, odd: Odd, folders
):
    """(outcome, seconds) of one file; the outcome begins with 'WRONG' if it is."""
    said: list[str] = []
    inputs, out = folders
    began = time.perf_counter()
    items = picture_list.items([inputs / odd.name])
    outcome = gallery.apply_to_all(application, items, out, say=said.append)
    seconds = time.perf_counter() - began
    lines = "; ".join(
        line.replace(f"{inputs}/", "").replace(f"{out}/", "") for line in said
    )
    if "too wide" in odd.name and mapping.scale < 2:
        return "as it should be", seconds
    if odd.colours is None:
        told = len(outcome.bad) == 1 and not outcome.written and "\n" not in lines
        return (lines if told else f"WRONG: {outcome}"), seconds
    if len(outcome.written) != max(1, len(odd.members)) or outcome.bad:
        return f"WRONG: {lines}", seconds
    faults = {fault(path, mapping, variables, odd) for path in outcome.written} - {""}
    if faults:
        return f"WRONG: {'; '.join(faults)}", seconds
    with all_sizes(), Image.open(outcome.written[0]) as image:
        shown = f"{image.width} x {image.height} {image.mode}"
    return f"{shown}{f' ({lines})' if lines else ''}", seconds


def by_command(run: pathlib.Path, inputs: pathlib.Path, out: pathlib.Path) -> str:
    """What the command says of the whole folder."""
    command = [sys.executable, "-m", "jaxgan", "apply", run, inputs, "--out", out]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    told = "\n".join(line.replace(str(inputs.parent), "") for line in lines)
    return f"status {done.returncode}\n{told}"


def main(options: Options) -> None:
    """Prints the table.

    Raises:
      SystemExit: with status 1, if anything is not as it should be.
    """
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        inputs = folder / "inputs"
        inputs.mkdir()
        files = odd_files(options.large)
        for odd in files:
            odd.write(inputs / odd.name)
        print("| file | run | outcome | s |\n|---|---|---|---|")
        label = ""
        for label in options.only or MAPPINGS:
            mapping = MAPPINGS[label]
            run, variables = imported(mapping, folder / label)
            loaded = load(run)
            parts = loaded.experiment, loaded.state
            whole, tiled = Application(*parts), Application(*parts, tile=256)
            for odd in files:
                large = odd.name.startswith("4000")
                if large and label == "x2":
                    continue
                application = tiled if large and mapping.scale > 1 else whole
                folders = inputs, folder / label / "made"
                found, seconds = cells(application, mapping, variables, odd, folders)
                wrong += found.startswith("WRONG")
                print(f"| {odd.name} | {label} | {found} | {seconds:.2f} |", flush=True)
                if large:
                    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                    print(f"(at most {peak / 2**20:.2f} GiB)")
        if options.command:
            print(
                "\n" + by_command(folder / label / "run", inputs, folder / "commanded")
            )
    if wrong:
        raise SystemExit(f"{wrong} outcomes are wrong")


if __name__ == "__main__":
    main(tyro.cli(Options))
