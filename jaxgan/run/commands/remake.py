"""A generated file made once more, by the command that it names, and compared."""

import contextlib
import dataclasses
import io
import pathlib
import tempfile
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxgan.run.errors import RunError
from jaxgan.run.exporting import exported_folder
from jaxgan.run.files import checkpoints, config_json, run_directory, xmp
from jaxgan.run.files.provenance import (
    EXPLORED,
    EXPORTED,
    FILE,
    TRAIN,
    Provenance,
    source_of,
)

if TYPE_CHECKING:
    from jaxgan.run.commands import remake_elsewhere

PICTURES = {".png", ".gif", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"}


def difference(
    path: pathlib.Path,
    made: Provenance,
    run: pathlib.Path,
    source: pathlib.Path | None,
    trust: bool = False,
) -> str:
    """Makes a file again, and tells what differs; '' if nothing does.

    Args:
      path: the file.
      made: what it says of itself.
      run: the folder of its run.
      source: what it was made of, if it was made of something.
      trust: run the program in `run` even if it is not known.

    Raises:
      RunError: if it cannot be made again, saying what is missing.
    """
    _check_source(made, source)
    if exported_folder.is_one(run):
        return _by_folder(path, made, run, source)
    _check_run(made, run)
    if made.command == TRAIN:
        return _drawn_differently(path, made, run, trust)
    with tempfile.TemporaryDirectory() as folder:
        again = pathlib.Path(folder) / (
            "again" if made.file or made.source else f"again{path.suffix}"
        )
        command = _command(made, run, source, again, trust)
        with contextlib.redirect_stdout(io.StringIO()):
            command.execute()
        if made.file:
            again = again / made.file
        elif made.source:
            (again,) = (file for file in again.rglob("*") if file.is_file())
        if not again.is_file():
            return f"there is no {made.file}"
        return _contents_differ(path, again)


def nearly(
    path: pathlib.Path, made: Provenance, run: pathlib.Path, trust: bool = False
) -> "remake_elsewhere.Nearly | None":
    """Makes again by JAX what another program drew; None of what JAX drew itself.

    Raises:
      RunError: as `difference`.
    """
    if made.command not in (EXPORTED, EXPLORED) or exported_folder.is_one(run):
        return None
    _check_run(made, run)
    from jaxgan.run.commands import remake_elsewhere
    from jaxgan.run.commands.shared_options import CheckpointOptions

    seed = made.options.get("checkpoint", {}).get("run_seed")
    loaded = CheckpointOptions(made.step, seed, trust).load(run)
    return remake_elsewhere.by_run(path, made, loaded)


def _by_folder(
    path: pathlib.Path,
    made: Provenance,
    folder: pathlib.Path,
    source: pathlib.Path | None,
) -> str:
    from jaxgan.run.commands import remake_elsewhere

    with tempfile.TemporaryDirectory() as place:
        again = pathlib.Path(place) / f"again{path.suffix}"
        file = remake_elsewhere.by_folder(path, made, folder, source, again)
        return _contents_differ(path, file)


def _check_run(made: Provenance, run: pathlib.Path) -> None:
    run_directory.read_identity(run)
    saved = checkpoints.steps(run)
    if made.step not in saved:
        raise RunError(
            f"--run: {run} has no checkpoint of step {made.step} any more; it has "
            f"{saved}",
            code=1,
        )
    if not made.fingerprint:
        return
    there = checkpoints.saved_fingerprint(run, made.step)
    if made.fingerprint != there:
        raise RunError(
            f"--run: at step {made.step} the state of {run} is {there}, and the file "
            f"was made by {made.fingerprint}: another run",
            code=1,
        )


def _check_source(made: Provenance, source: pathlib.Path | None) -> None:
    if not made.source:
        if source is not None:
            raise RunError(
                "--source: saw one, wanted none: the file was made of nothing"
            )
        return
    if source is None:
        raise RunError(
            f"--source: saw none, wanted {made.source_name}, of which the file was made"
        )
    if not source.is_file():
        raise RunError(f"--source: there is no file {source}")
    found = source_of(source.read_bytes())
    if found != made.source:
        raise RunError(
            f"--source: {source} is {found}, wanted {made.source}: another picture",
            code=1,
        )


def _drawn_differently(
    path: pathlib.Path, made: Provenance, run: pathlib.Path, trust: bool
) -> str:
    """Draws a checkpoint as training did, and tells what differs."""
    if path.suffix != ".png":
        raise RunError(
            f"{path} was put together of the pictures of training, which lie in "
            f"{run / run_directory.SAMPLES}: trace one of them"
        )
    from jaxgan.run.commands.shared_options import CheckpointOptions
    from jaxgan.run.sampling import preview_grid

    chosen = made.options["checkpoint"]
    loaded = CheckpointOptions(chosen["step"], chosen["run_seed"], trust).load(run)
    draw = loaded.sampler()
    grid = preview_grid.grid_of(draw, loaded.experiment.kind.preview)
    shown = preview_grid.samples(draw, grid, loaded.state)
    drawn = preview_grid.picture(loaded.experiment, loaded.state, shown)
    return _arrays_differ({"pixels": _frames(path)}, {"pixels": drawn})


def _command(
    made: Provenance,
    run: pathlib.Path,
    source: pathlib.Path | None,
    out: pathlib.Path,
    trust: bool,
) -> Any:
    from jaxgan.run.commands import COMMANDS

    kind: Any = COMMANDS.get(made.command)
    fields = {field.name for field in dataclasses.fields(kind)} if kind else set()
    if not {"run", "out", "checkpoint"} <= fields:
        raise RunError(
            f"the file was made by {made.command!r}, which cannot do it again"
        )
    for name, value in made.options.items():
        if isinstance(value, dict) and FILE in value:
            raise RunError(
                f"the file was made with --{name} {value[FILE]}, which it is not "
                "compared with"
            )
    places: dict[str, Any] = {"run": str(run), "out": str(out)}
    if "pictures" in fields:
        places["pictures"] = [str(source)]
    first: Any = kind(**{"run": run, **({"pictures": (source,)} if source else {})})
    options = _merged(config_json.to_json(first), made.options | places)
    options["checkpoint"]["trust"] = trust
    options["metadata"]["no_metadata"] = True
    number = pathlib.PurePath(made.file).stem
    if "num" in fields and number.isdecimal():
        options["num"] = int(number) + 1  # samples do not depend on how many there are
    return config_json.from_json(kind, options)


def _merged(defaults: dict[str, Any], chosen: dict[str, Any]) -> dict[str, Any]:
    """Puts what was chosen in place of defaults; options of later versions stay."""
    return {
        name: _merged(value, chosen.get(name, {}))
        if isinstance(value, dict)
        else chosen.get(name, value)
        for name, value in defaults.items()
    }


def _contents_differ(path: pathlib.Path, again: pathlib.Path) -> str:
    suffix = path.suffix.lower()
    if suffix in PICTURES:
        return _arrays_differ({"pixels": _frames(path)}, {"pixels": _frames(again)})
    if suffix == ".npz":
        return _arrays_differ(_fields(path), _fields(again))
    same = xmp.without_packet(path) == xmp.without_packet(again)
    return "" if same else "the bytes of the files differ"


def _arrays_differ(before: dict[str, Any], now: dict[str, Any]) -> str:
    lines = []
    for name in sorted(before.keys() | now.keys()):
        if name not in before or name not in now:
            lines.append(f"{name} is only in one of them")
            continue
        one, other = before[name], now[name]
        if one.shape != other.shape or one.dtype != other.dtype:
            shapes = (
                f"{one.dtype}{list(one.shape)} and {other.dtype}{list(other.shape)}"
            )
            lines.append(f"{name}: {shapes}")
        elif one.tobytes() != other.tobytes():
            count = int(np.sum(one != other))
            apart = np.abs(one.astype(np.float64) - other.astype(np.float64)).max()
            lines.append(f"{name}: {count:,} of {one.size:,}, by {apart:g} at most")
    return "; ".join(lines)


def _frames(path: pathlib.Path) -> np.ndarray:
    from PIL import Image, ImageSequence

    with Image.open(path) as image:
        frames = list(ImageSequence.Iterator(image))
        if len(frames) == 1:
            return np.asarray(image)
        return np.stack([np.asarray(frame.convert("RGBA")) for frame in frames])


def _fields(path: pathlib.Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files if name != xmp.FIELD}
