"""Runs on disk, rebuilt: their experiment, a checkpoint, and what samples from it."""

import pathlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax

from jaxgan.core.types import Players, State
from jaxgan.run.devices import seed_axis
from jaxgan.run.devices.first_state import state_shapes
from jaxgan.run.devices.placement import with_sharding
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import checkpoints, config_json, run_directory, run_program
from jaxgan.run.files.checkpoints import Restored
from jaxgan.run.sampling import stored_experiment
from jaxgan.run.sampling.sampler import Sampler


class StoredRun(NamedTuple):
    """A run, ready to use.

    Attributes:
      experiment: rebuilt from the copy in the run's folder.
      state: of the checkpoint.
      step: the number of finished steps.
      config: an instance of the experiment's Config.
      name: of the experiment.
      directory: of the run.
      seed: which it is of several that were trained side by side; None if alone.
    """

    experiment: Experiment
    state: State
    step: int
    config: Any
    name: str
    directory: pathlib.Path
    seed: int | None = None

    def sampler(self, **options: Any) -> Sampler:
        """Makes a sampler of its experiment; options are those of `Sampler`."""
        return Sampler(self.experiment, **options)


def load(
    run: str | pathlib.Path,
    step: int | None = None,
    seed: int | None = None,
    *,
    trust: bool = False,
    parts: Sequence[str] = (),
) -> StoredRun:
    """Rebuilds the experiment of a run and restores a checkpoint, on one device.

    Args:
      run: the run's folder.
      step: of the checkpoint; by default the newest readable one.
      seed: which of several runs that were trained side by side; by default the first.
      trust: run its program even if it is not known, and make it known.
      parts: fields of the state that are enough, beside the step: "ema", "variables".
        The others are (), and nothing is traced to find their shapes: whether the
        experiment still makes such a state is not looked at.

    Raises:
      RunError: if there is no such run, checkpoint or seed, or its program is not
        known (see `files.run_program`).
    """
    directory = pathlib.Path(run)
    identity = run_directory.read_identity(directory)
    if trust:
        run_program.remember(directory)
    module = run_program.load(directory)
    first = config_json.from_json(module.Config, identity.config)
    runs = seed_axis.configs(first, identity.seeds)
    place = _place(runs, seed)
    config, count = runs[place], len(runs)
    known = stored_experiment.known_data(directory, place)
    experiment = stored_experiment.rebuilt(module, config, known, identity.skip_bad)
    experiment = stored_experiment.with_networks(experiment, directory)
    if parts:
        restored = _parts(directory, step, ("step", *parts))
    else:
        batch = stored_experiment.batch_shapes(experiment.data, known, count)
        shapes = state_shapes(experiment, (0,) * count, batch)
        single = jax.sharding.SingleDeviceSharding(jax.local_devices()[0])
        restored = checkpoints.read(directory, step, with_sharding(shapes, single))
    return StoredRun(
        experiment,
        seed_axis.member(restored.state, place, count),
        restored.step,
        config,
        identity.experiment,
        directory,
        getattr(config, "seed", 0) if count > 1 else None,
    )


def _parts(directory: pathlib.Path, step: int | None, parts: Sequence[str]) -> Restored:
    """Restores some fields of a state."""
    read = checkpoints.read(directory, step, parts=parts)
    fields: dict[str, Any] = dict.fromkeys(State._fields, ())
    fields |= jax.device_put({name: read.state[name] for name in parts})
    if "variables" in parts:
        fields["variables"] = Players(**fields["variables"])
    return Restored(State(**fields), read.step)


def _place(runs: Sequence[Any], seed: int | None) -> int:
    if seed is None:
        return 0
    seeds = [getattr(one, "seed", 0) for one in runs]
    if seed not in seeds:
        raise RunError(
            f"--run-seed: saw {seed}, wanted one of those that were trained: {seeds}"
        )
    return seeds.index(seed)
