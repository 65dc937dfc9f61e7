"""The explorer's folder: page, models, and what runs them."""

import json
import pathlib
from collections.abc import Callable

import numpy as np

from jaxgan.run import pictures
from jaxgan.run.editing.latent_file import Latents
from jaxgan.run.errors import RunError
from jaxgan.run.explore import explorer_card, explorer_parts, training_pictures
from jaxgan.run.exporting import export_folder, formats
from jaxgan.run.files import provenance
from jaxgan.run.files.provenance import Provenance
from jaxgan.run.sampling.stored_run import StoredRun
from jaxgan.run.web import engine, page_files

PAGE = pathlib.Path(__file__).parent / "page"
INDEX, CARD, MODELS, PREVIEW = "index.html", "card.js", "models", "preview.png"
START = "window.explorer = {};\nexplorer.card = "
PREVIEWED = 16


def write(
    stored: StoredRun,
    out: pathlib.Path,
    *,
    current: bool = False,
    latents: Latents | None = None,
    training: int = 2_000,
    runtime: pathlib.Path | None = None,
    record: Provenance | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> None:
    """Writes a page that explores a run's generator.

    Args:
      stored: the run.
      out: a new or an empty folder.
      current: take the current generator, not its running average.
      latents: of projected pictures to start from.
      training: how many training pictures are in it, small, to look for the nearest.
      runtime: the package of ONNX Runtime Web; by default it is downloaded once.
      record: what pictures say of themselves.
      say: tells what is not in it.

    Raises:
      RunError: if this run cannot be explored, or exported. Then nothing is left.
    """
    package, missing = engine.found(runtime)
    if package is None:
        raise RunError(f"explore: pages run models by onnxruntime-web: {missing}")
    maps = latents.noise if latents else ()
    found = explorer_parts.explored(stored, not current, maps)
    more = {}
    if found.code is not None:
        codes = explorer_card.codes_of(stored, current)
        more["directions"] = explorer_card.directions(codes)
        if latents is not None:
            more["projected"] = explorer_card.projected(latents, codes)
    elif latents is not None:
        raise RunError(f"--latents: {stored.name} has no latent to edit")
    written = {}
    for name, part in found.parts.items():
        written[name] = formats.onnx(part)
        formats.check_bound(name, written[name], half=False)
    seen = training_pictures.of_run(stored, training)
    if seen.missing and training:
        say(f"no nearest training pictures: {seen.missing}")
    card = explorer_card.card(stored, found, seen, record, **more)
    with export_folder.whole(out) as folder:
        page_files.copy(PAGE, folder)
        engine.unpack(package, folder / engine.FOLDER)
        (folder / MODELS).mkdir()
        for name, one in written.items():
            (folder / MODELS / f"{name}.onnx").write_bytes(one.data)
        if seen.sheet:
            (folder / "training.png").write_bytes(seen.sheet)
        (folder / CARD).write_text(f"{START}{json.dumps(card)};\n")
        _preview(stored, folder / PREVIEW, current, record)


def step_of(out: pathlib.Path) -> int | None:
    """Tells of which checkpoint the explorer in a folder is; None if there is none."""
    try:
        text = (out / CARD).read_text()
        return int(json.loads(text.removeprefix(START).rstrip(";\n"))["step"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _preview(
    stored: StoredRun, path: pathlib.Path, current: bool, record: Provenance | None
) -> None:
    """Draws a few samples, for a page that may not run models."""
    draw = stored.sampler(size=PREVIEWED, ema=not current)
    sample = draw(stored.state, 0, np.arange(PREVIEWED))
    picture = stored.experiment.kind.picture(sample)
    pictures.save_png(path, pictures.enlarged(picture))
    if record is not None:
        provenance.mark(path, record)
