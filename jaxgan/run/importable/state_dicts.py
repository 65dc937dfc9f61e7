"""Which networks lie in the files that are to be imported."""

import importlib
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxgan.run.errors import RunError
from jaxgan.run.importable import NETWORKS
from jaxgan.run.importable.attributes import Facts
from jaxgan.run.importable.named_arrays import Named
from jaxgan.weights import WeightsError, file_kind, network_pickle, torch_layout
from jaxgan.weights.array_file import read_arrays
from jaxgan.weights.saved_module import read_saved_module

PLACE = "jaxgan.run.importable"
STATE = "model_state_dict"
"""Below which mimicry's checkpoints have a network, beside its optimizer's state."""
NAMES = {name: name for name in network_pickle.NETWORKS}
"""Of entries in a file, and ours."""
BASICSR = {"params_ema": "G_ema", "params": "G"}
"""Below which BasicSR's files have a network: the average, and the current one."""
GAT = {"ema": "G_ema", "generator": "G", "discriminator": "D"}
"""Below which GAT's files have networks."""


class Found(NamedTuple):
    """State dicts of one kind of network.

    Attributes:
      model: name of the importable module.
      entries: by 'G_ema', 'G' and 'D'; one of the first two is there.
      facts: attributes of modules by name, of those entries that are of pickles.
      left_out: names of what else is in the files.
      files: that were read.
    """

    model: str
    entries: dict[str, Named]
    facts: dict[str, Facts]
    left_out: tuple[str, ...]
    files: tuple[pathlib.Path, ...]


def find(
    path: pathlib.Path,
    *,
    within: str = "",
    model: str | None = None,
    current: pathlib.Path | None = None,
    discriminator: pathlib.Path | None = None,
) -> Found:
    """Reads files of published weights.

    Args:
      path: of the checkpoint.
      within: the name in it below which the arrays are; '' for all.
      model: one of `NETWORKS`; by default as names and shapes say.
      current: file of the generator without averaging, if `path` is the average alone.
      discriminator: its file, if it is not in `path`.

    Raises:
      WeightsError: if a file cannot be read.
      RunError: if they do not hold a generator that is known.
    """
    entries, facts, left_out = _split(path, within)
    files = [path]
    for name, other in (("G", current), ("D", discriminator)):
        if other is not None:
            if name in entries:
                raise RunError(f"{other}: saw a second {name}: {path} has one")
            one, its, more = _split(other, "")
            chosen = name if name in one else next(iter(one))
            entries[name] = one[chosen] if len(one) == 1 or name in one else {}
            if not entries[name]:
                raise RunError(f"{other}: saw {', '.join(one)}, wanted {name} alone")
            left_out += more
            if chosen in its:
                facts[name] = its[chosen]
            files.append(other)
    models = [model] if model else list(NETWORKS)
    for model in models:
        module = importlib.import_module(f"{PLACE}.{model}")
        judged = "D" in entries and bool(module.DISCRIMINATOR)
        known = {
            name: _recognised(arrays, module, "D" if name == "D" else "G")
            for name, arrays in entries.items()
            if name != "D" or judged
        }
        if "" in known and known[""] is not None:
            known["G_ema"] = known.pop("")
            facts |= {"G_ema": facts.pop("")} if "" in facts else {}
        if any(known.get(name) is not None for name in ("G_ema", "G")):
            strange = [name for name, arrays in known.items() if arrays is None]
            if strange:
                raise RunError(
                    f"{strange[0]}: saw {_some(entries[strange[0]])}, wanted the "
                    f"network of {model} that goes with the others",
                    "--within G_ema takes a generator alone",
                )
            whole = {name: arrays for name, arrays in known.items() if arrays}
            if "D" in entries and not judged:
                left_out = (*left_out, "D")
                facts.pop("D", None)
            more = tuple(dict.fromkeys(left_out))
            return Found(module.__name__, whole, facts, more, tuple(files))
    seen = next(iter(entries.values()))
    raise RunError(
        f"{path}: saw arrays {_some(seen)}, wanted a generator of {', '.join(models)}",
        "--within NAME takes the arrays below a name" if not within else "",
    )


def _split(
    path: pathlib.Path, within: str
) -> tuple[dict[str, Mapping[str, np.ndarray]], dict[str, Facts], tuple[str, ...]]:
    """Reads state dicts by name ('' of a lone one), facts, and what is left out."""
    if _is_pickle(path):
        networks, left_out = network_pickle.read_network_pickle(path)
        if within:
            return *_inside(path, networks, within), ()
        facts: dict[str, Facts] = {
            name: network.facts for name, network in networks.items()
        }
        return {name: x.arrays for name, x in networks.items()}, facts, left_out
    try:
        arrays, left_out = _apart(read_arrays(path, within))
    except WeightsError:
        # There may be no arrays beside a module in it.
        saved = None if within else read_saved_module(path)
        if saved is None:
            raise
        return {"": saved.arrays}, {"": saved.facts}, ()
    entries: dict[str, dict[str, np.ndarray]] = {}
    for name, array in arrays.items():
        top, _, rest = name.partition(".")
        entries.setdefault(top, {})[rest] = array
    tables = (BASICSR, GAT)
    names = next((table for table in tables if entries.keys() & table.keys()), NAMES)
    chosen = {our: entries[name] for name, our in names.items() if name in entries}
    if not any(name in chosen for name in ("G", "G_ema")):
        return {"": arrays}, {}, left_out
    left_out += tuple(name for name in entries if name not in names)
    if names is BASICSR and len(chosen) == 1:
        # It may be either player's.
        return {"": next(iter(chosen.values()))}, {}, left_out
    return dict(chosen), {}, left_out


def _apart(
    arrays: Mapping[str, np.ndarray],
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Splits a network's arrays from the names of what mimicry saves beside it."""
    prefix = f"{STATE}."
    inner = {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
    if not inner:
        return dict(arrays), ()
    tops = dict.fromkeys(name.partition(".")[0] for name in arrays)
    return inner, tuple(top for top in tops if top != STATE)


def _inside(
    path: pathlib.Path, networks: Mapping[str, network_pickle.Network], within: str
) -> tuple[dict[str, Mapping[str, np.ndarray]], dict[str, Facts]]:
    """Takes the arrays and attributes below a name of a pickle."""
    top, _, rest = within.partition(".")
    if top not in networks:
        raise RunError(
            f"--within: saw {within!r}, but {path} has {', '.join(networks)}"
        )
    arrays, facts = networks[top]
    prefix = f"{rest}." if rest else ""

    def below(named: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name.removeprefix(prefix): value
            for name, value in named.items()
            if name.startswith(prefix)
        }

    return {"": below(arrays)}, {"": below(facts)}


def _is_pickle(path: pathlib.Path) -> bool:
    """Tells whether a file is a pickle, and not of torch.save."""
    file_kind.check(path)
    pickled = file_kind.start(path).startswith(file_kind.PICKLE)
    return pickled and not file_kind.is_legacy(path)


def _recognised(
    arrays: Mapping[str, np.ndarray], module: Any, player: str
) -> Named | None:
    """Finds the state dict with official names; None if it is another network's."""
    landmarks: Sequence[Any] = (
        module.DISCRIMINATOR if player == "D" else module.GENERATOR
    )
    spelt = {name.replace(".bn.stored_", ".stored_"): x for name, x in arrays.items()}
    if hasattr(module, "respelled"):
        spelt = module.respelled(spelt)
    for names in (landmarks,) if isinstance(landmarks[0], str) else landmarks:
        if any(name.endswith(names[0]) for name in spelt):
            named = torch_layout.without_prefix(spelt, names[0])
            if all(name in named for name in names):
                return Named(named)
    return None


def _some(arrays: Mapping[str, np.ndarray]) -> str:
    return f"{', '.join(list(arrays)[:3])}, ..."
