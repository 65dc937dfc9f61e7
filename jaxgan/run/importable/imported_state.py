"""The state of a run with published weights, checked against its network."""

import importlib
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import Players, State, Variables
from jaxgan.run.devices.first_state import state_shapes
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import experiment_file, frozen_record
from jaxgan.run.importable import attributes
from jaxgan.run.importable.named_arrays import Named, Seen
from jaxgan.run.importable.state_dicts import Found
from jaxgan.run.no_data import NoData
from jaxgan.weights import torch_layout

MOST = 5
"""Arrays that an error names."""


class Imported(NamedTuple):
    """Holds what is to become a run.

    Attributes:
      model: the importable module.
      config: of its networks.
      experiment: of both.
      state: with the weights.
      frozen: the record of the experiment's frozen networks.
    """

    model: ModuleType
    config: Any
    experiment: Experiment
    state: State
    frozen: frozen_record.Record


def assemble(
    found: Found, asked: Mapping[str, str], ignored: tuple[str, ...] = ()
) -> Imported:
    """Assembles the state of a run with these weights.

    Args:
      found: the state dicts.
      asked: settings, over what the files say of them.
      ignored: attributes of a pickle that change nothing, whatever their values.

    Raises:
      ValueError: if arrays are missing, not known, of other shapes, or not of finite
        floats; or if attributes say that something else is computed.
      RunError: if there is no such setting.
    """
    model = importlib.import_module(found.model)
    for name, facts in found.facts.items():
        attributes.check(name, facts, found.entries[name], model.ATTRIBUTES, ignored)
    settings = {**model.settings(found.facts), **_read(asked, model.SETTINGS)}
    average, current = found.entries.get("G_ema"), found.entries.get("G")
    generator = average if average is not None else current
    assert generator is not None
    judge = found.entries.get("D")
    both = average is not None and current is not None
    config = model.configure(Seen(generator, judge, settings, both))
    experiment = experiment_file.build(model, config)
    assert isinstance(experiment.data, NoData)
    shapes = state_shapes(experiment, (0,), experiment.data.shapes)

    def read(name: str, arrays: Named, shape: Variables) -> Variables:
        check(name, arrays, shape, model, config)
        try:
            torch_layout.arrays(arrays, model.PASSING)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        variables = jax.tree.map(jnp.asarray, model.import_torch(arrays, config))
        assert _shapes(variables) == _shapes(shape), name
        return variables

    ema = read("G_ema" if average is not None else "G", generator, shapes.ema)
    trained = read("G", current, shapes.ema) if both and current is not None else ema
    other: Variables = {"params": {}}
    if judge is not None:
        other = read("D", judge, shapes.variables.discriminator)
    players = Players(trained, other)
    state = shapes._replace(
        step=jnp.zeros((), jnp.int32),
        key=jax.random.key(0),
        variables=players,
        opt_state=Players(
            *(
                optimizer.init(player["params"])
                for optimizer, player in zip(experiment.recipe.optimizers, players)
            )
        ),
        ema=ema if trained is not ema else jax.tree.map(jnp.copy, ema),
    )
    read_now = {name: network.load() for name, network in experiment.frozen.items()}
    record = frozen_record.record_of(experiment.frozen, read_now)
    return Imported(model, config, experiment, state, record)


def _read(asked: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, Any]:
    read = {}
    for name, text in asked.items():
        if name not in known:
            wanted = f"one of {', '.join(known)}" if known else "none: shapes tell all"
            raise RunError(f"--set: saw {name!r}, wanted {wanted}")
        try:
            read[name] = known[name](text)
        except ValueError:
            kind = known[name].__name__
            raise RunError(f"--set: {name}: saw {text!r}, wanted {kind}") from None
    return read


def _kept(arrays: Mapping[str, np.ndarray], passing: Sequence[str]) -> Named:
    return Named({n: x for n, x in arrays.items() if not n.endswith(tuple(passing))})


def check(
    name: str, arrays: Named, shapes: Variables, model: ModuleType, config: Any
) -> None:
    """Checks that a state dict has the arrays that a network wants, and no others.

    Args:
      name: of the state dict.
      arrays: of it.
      shapes: of the network's variables.
      model: the importable module.
      config: of its networks.

    Raises:
      ValueError: naming arrays, what was seen and what was wanted.
    """
    zero = np.zeros((), np.float32)
    empty = jax.tree.map(lambda x: np.broadcast_to(zero, x.shape), shapes)
    wanted = {n: x.shape for n, x in model.export_torch(empty, config).items()}
    kept = _kept(arrays, model.PASSING)
    lines = [
        f"{array}: saw no such array, wanted {list(shape)}"
        if array not in kept
        else f"{array}: saw {list(kept[array].shape)}, wanted {list(shape)}"
        for array, shape in wanted.items()
        if array not in kept or kept[array].shape != shape
    ]
    lines += [
        f"{array}: saw {list(x.shape)}, wanted no such array"
        for array, x in kept.items()
        if array not in wanted
    ]
    if lines:
        more = [f"and {len(lines) - MOST} more"] if len(lines) > MOST else []
        text = "\n  ".join([*lines[:MOST], *more])
        raise ValueError(f"{name} does not fit the network of its shapes:\n  {text}")


def _shapes(tree: Any) -> Any:
    return jax.tree.map(lambda x: (x.shape, x.dtype), tree)
