"""The networks that a new run begins with, as they lie in checkpoints of other runs."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxgan.run.errors import RunError
from jaxgan.run.files import checkpoints, data_record, run_directory
from jaxgan.run.files.fingerprint import fingerprint, leaf_name
from jaxgan.run.files.origin import Origin, parse

PARTS = ("variables", "ema")
"""Of the state, what is copied."""
GENERATOR, DISCRIMINATOR = "variables/generator", "variables/discriminator"
AVERAGE = "ema"


class Source(NamedTuple):
    """Names a checkpoint that networks are taken from.

    Attributes:
      origin: the checkpoint.
      fingerprint: of its whole state.
      seeds: of the runs in it; several have a first axis in every leaf.
      classes: of what it was trained on; 0 if there are none, or it is not known.
    """

    origin: Origin
    fingerprint: str
    seeds: tuple[int, ...]
    classes: int

    def __str__(self) -> str:
        return f"{self.origin.run}, step {self.origin.step}"

    def seed(self, seed: int) -> int:
        """Finds the seed of the run that the run of a seed starts from."""
        return seed if seed in self.seeds else self.seeds[0]

    def record(self, seeds: Sequence[int]) -> dict[str, Any]:
        """Says so as JSON, for runs of these seeds."""
        return {
            "run": str(self.origin.run),
            "step": self.origin.step,
            "fingerprint": self.fingerprint,
            "seeds": {str(seed): self.seed(seed) for seed in seeds},
        }


class StoredLeaf(NamedTuple):
    """Holds an array of a checkpoint.

    Attributes:
      values: of all runs in it.
      source: the checkpoint.
    """

    values: np.ndarray
    source: Source

    def of_seeds(self, seeds: Sequence[int]) -> np.ndarray:
        """Takes those of the runs of these seeds; of several, with a first axis."""
        each = [self._of_seed(seed) for seed in seeds]
        return each[0] if len(seeds) == 1 else np.stack(each)

    def _of_seed(self, seed: int) -> np.ndarray:
        seeds = self.source.seeds
        if len(seeds) == 1:
            return self.values
        return self.values[seeds.index(self.source.seed(seed))]


class Weights(NamedTuple):
    """Holds the networks that a new run begins with.

    Attributes:
      leaves: by name in the new state: 'variables/generator/params/...',
        'ema/params/...'.
      start: the checkpoint that they are of; None if only a discriminator is taken.
      discriminator: that of the discriminator, if it is another.
      average: whether the generator is the average.
    """

    leaves: dict[str, StoredLeaf]
    start: Source | None
    discriminator: Source | None = None
    average: bool = False

    @property
    def first(self) -> Source:
        """Finds the checkpoint that most, or all, is of."""
        first = self.start or self.discriminator
        assert first is not None
        return first

    @property
    def option(self) -> str:
        """Spells the option that names that one."""
        return "--start-from" if self.start else "--discriminator-from"

    @property
    def origin(self) -> Origin:
        """Names that one."""
        return self.first.origin

    @property
    def classes(self) -> int:
        """Counts its classes."""
        return self.first.classes

    @property
    def origins(self) -> dict[str, str | None]:
        """Names all, as options do."""
        return {
            "start_from": self.start and str(self.start.origin),
            "discriminator_from": self.discriminator and str(self.discriminator.origin),
        }

    @property
    def facts(self) -> tuple[Any, ...]:
        """Tells what processes that take the same have in common."""
        each = (self.start, self.discriminator)
        return (*(one and (one.origin, one.fingerprint) for one in each), self.average)

    def __str__(self) -> str:
        if self.start is None:
            return f"the discriminator of {self.discriminator}"
        average = ", the generator from its average" if self.average else ""
        other = self.discriminator
        return f"{self.start}{average}" + (
            f", with the discriminator of {other}" if other else ""
        )

    def record(self, seeds: Sequence[int]) -> dict[str, Any]:
        """Says so in full, as JSON, for runs of these seeds."""
        record = self.start.record(seeds) if self.start else {}
        if self.average:
            record["from_average"] = True
        if self.discriminator:
            record["discriminator_from"] = self.discriminator.record(seeds)
        return record


def read(
    start: str | None, discriminator: str | None = None, *, average: bool = False
) -> Weights:
    """Reads checkpoints; the code of their experiments is not run.

    Args:
      start: RUN or RUN:STEP; None takes a discriminator alone.
      discriminator: likewise, of another discriminator.
      average: take the average for the generator, too.

    Raises:
      RunError: if there is no such run or checkpoint, or it cannot be read.
    """
    found: dict[str, StoredLeaf] = {}
    source = other = None
    if start is not None:
        source, found = _read(start, "--start-from")
    if average:
        copies = _part(found, AVERAGE)
        found |= {GENERATOR + n.removeprefix(AVERAGE): x for n, x in copies.items()}
    if discriminator is not None:
        other, others = _read(discriminator, "--discriminator-from")
        for name in _part(found, DISCRIMINATOR):
            del found[name]
        found |= _part(others, DISCRIMINATOR)
    return Weights(found, source, other, average)


def leaves(state: Any) -> dict[str, Any]:
    """Finds what can be copied of a state, or of the dicts that one was restored as."""
    tree = state if isinstance(state, dict) else state._asdict()
    parts = {name: tree[name] for name in PARTS}
    found = jax.tree_util.tree_leaves_with_path(parts)
    return {leaf_name(path): leaf for path, leaf in found}


def _read(start: str, option: str) -> tuple[Source, dict[str, StoredLeaf]]:
    origin = parse(start, option)
    try:
        identity = run_directory.read_identity(origin.run)
        restored = checkpoints.read(origin.run, origin.step)
    except RunError as error:
        raise RunError(f"{option}: {error.args[0]}", error.hint, error.code) from error
    first = identity.config.get("seed", 0)
    record = data_record.read(origin.run)
    source = Source(
        Origin(origin.run, restored.step),
        fingerprint(restored.state),
        tuple(range(first, first + identity.seeds)),
        len(record.of_run(0).facts.classes) if record else 0,
    )
    found = leaves(restored.state).items()
    return source, {n: StoredLeaf(np.asarray(x), source) for n, x in found}


def _part(found: dict[str, StoredLeaf], part: str) -> dict[str, StoredLeaf]:
    return {n: leaf for n, leaf in found.items() if n.startswith(f"{part}/")}
