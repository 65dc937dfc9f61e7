"""Signals of health that need passes of their own, measured now and then.

All are functions of the state, so that a resumed run measures the same.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.abilities import Applicable
from jaxgan.core.context import Context, example_keys
from jaxgan.core.scene import real_examples
from jaxgan.core.types import Players, State, Tree
from jaxgan.diagnosis import names, probe, variety
from jaxgan.run.diagnosis.chunks import chunk_size
from jaxgan.run.diagnosis.translation_signals import TranslationSignals
from jaxgan.run.experiment import Batches, Experiment, examples
from jaxgan.run.files.fingerprint import leaf_name

SAMPLES = 256
"""How many samples are compared with as many real examples, at least."""

MADE = 32
"""The same of samples that are made of examples. Each is a pass of networks as large as
pictures, and their variety is that of the examples: see `translation_signals`."""

LATE = 2**30
"""A step behind which no schedule changes."""

FEWEST = 16
"""Examples that a set must have to be compared with."""


class Signals:
    """Measures a state. The same latents and the same examples every time."""

    def __init__(self, experiment: Experiment, frozen: Tree = ()):
        """Prepares; nothing is computed or read before the first call.

        Args:
          experiment: whose states are measured.
          frozen: its frozen networks by name, on this process's devices.
        """
        self._frozen = frozen
        self._data, self._held_out = experiment.data, experiment.held_out
        game = experiment.game
        made = isinstance(game, Applicable)
        self._translations = TranslationSignals(experiment) if made else None
        self._samples = MADE if made else SAMPLES
        read = probe.make_probe(game, experiment.recipe.turns, experiment.augment)
        size = chunk_size(experiment.data.batch_size, self._samples)
        self._size = size

        def read_chunk(state, place, batch, held_out):
            key = jax.random.fold_in(jax.random.key(0), place)
            return read(state, example_keys(key, size), batch, held_out)

        def show_chunk(variables, step, place, batch):
            keys = example_keys(jax.random.fold_in(jax.random.key(0), place), size)
            context = Context(keys, batch, step, train=True).fork("generator")
            return probe.small(real_examples(game, variables, context).value)

        self._read = jax.jit(read_chunk)
        self._show = jax.jit(show_chunk)
        self._real: _Real | None = None
        self._real_is_made = False

    def __call__(self, state: State) -> dict[str, float]:
        """Computes all signals of a state of one run, on this process's devices."""
        if self._real is None:
            self._real_is_made = self._finds_real_made(state)
        if self._real is None or self._real_is_made:
            train, held_out = (
                self._see(state, data) for data in (self._data, self._held_out)
            )
            made = self._translations is not None
            self._real = _Real(train, held_out, self._samples, made)
        real, whole = self._real, state._replace(frozen=self._frozen)
        reading = _joined(
            [
                self._chunk_of(whole, place)
                for place in range(-(-self._samples // self._size))
            ]
        )
        return {
            **_of_logits(reading),
            **_of_gradients(reading, real.scale),
            **_of_latents(reading.latent_slopes, reading.fakes.shape[1]),
            **real.compared(reading.fakes),
            **_of_weights(state.variables),
            **_of_augmentation(state.augment),
            **(self._translations(state) if self._translations else {}),
        }

    def _chunk_of(self, state: State, place: int) -> probe.Reading:
        index = np.arange(place * self._size, (place + 1) * self._size)
        held_out = () if self._held_out is None else examples(self._held_out, index)
        batch = examples(self._data, index)
        return jax.device_get(self._read(state, place, batch, held_out))

    def _see(self, state: State, data: Batches | None) -> np.ndarray:
        """Shows a set's first examples small: two sets of the number compared."""
        if data is None:
            return np.zeros((0, 1))
        count = 2 * self._samples
        count = min(count, getattr(data.source, "size", count))
        parts = [
            self._see_chunk(state.variables.generator, state, place, data)
            for place in range(-(-count // self._size))
        ]
        return np.concatenate(parts)[:count]

    def _see_chunk(
        self, variables: Tree, state: State, place: int, data: Batches
    ) -> np.ndarray:
        index = np.arange(place * self._size, (place + 1) * self._size)
        batch = examples(data, index)
        return jax.device_get(self._show(variables, state.step, place, batch))

    def _finds_real_made(self, state: State) -> bool:
        """Tells if training has a part in real examples: an encoder, or growth."""
        variables = state.variables.generator
        other = jax.tree.map(lambda x: x * 0.5, variables["params"])
        other, late = {**variables, "params": other}, jnp.full_like(state.step, LATE)
        one, *others = (
            self._see_chunk(made_by, state._replace(step=step), 0, self._data)
            for made_by, step in (
                *((variables, jnp.zeros_like(late)), (variables, late)),
                (other, jnp.zeros_like(late)),
            )
        )
        return not all(np.array_equal(one, other) for other in others)


class _Real:
    """The data that samples are compared with, and what it is like among itself."""

    def __init__(
        self, train: np.ndarray, held_out: np.ndarray, samples: int, made: bool
    ):
        """Looks at the data.

        Args:
          train: small examples that are trained on.
          held_out: others.
          samples: how many are compared with samples.
          made: whether samples are made of those examples: then they are as varied as
            these, and may well lie near to their own targets.
        """
        self.made = made
        both = min(len(train), len(held_out))
        self.train, self.held_out = train[:both], held_out[:both]
        count = min(samples, len(train) // 2)
        self.first, second = train[:count], train[count : 2 * count]
        self.count, self.scale, self.data_signals = count, 0.0, {}
        if count < FEWEST:
            return
        self.within = variety.distances(self.first, self.first)
        self.scale = float(np.sqrt(np.mean(self.within**2)))
        self.width = variety.width_of(self.within)
        self.radii = variety.radii(self.within, self.width)
        self.directions = variety.directions(self.first)
        across = variety.distances(second, self.first)
        self.data_signals = {
            names.DATA_EFFECTIVE_NUMBER: variety.effective_number(
                self.within, self.width
            ),
            names.DATA_PRECISION: variety.precision(across, self.radii),
            names.DATA_COVERAGE: variety.coverage(across, self.radii),
        }

    def compared(self, fakes: Any) -> dict[str, float]:
        """Measures how samples lie among the data."""
        signals: dict[str, float] = {}
        if self.count >= FEWEST:
            signals |= self._beside(fakes[: self.count])
        if len(self.train) >= FEWEST and not self.made:
            near = variety.nearer(
                variety.distances(fakes, self.train),
                variety.distances(fakes, self.held_out),
            )
            signals |= dict(zip((names.NEARER_TRAIN, names.DISTANCE_RATIO), near))
        return signals

    def _beside(self, fakes: np.ndarray) -> dict[str, float]:
        within = variety.distances(fakes, fakes)
        across = variety.distances(fakes, self.first)
        place = (fakes.mean(axis=0) - self.first.mean(axis=0)) @ self.directions
        varied = {
            **self.data_signals,
            names.EFFECTIVE_NUMBER: variety.effective_number(within, self.width),
            names.PRECISION: variety.precision(across, self.radii),
            names.COVERAGE: variety.coverage(across, self.radii),
        }
        return {
            **({} if self.made else varied),
            names.TOLD_APART: variety.told_apart(within, self.within, across),
            names.DISTANCE: variety.energy(within, self.within, across),
            **{f"{names.POSITION}{i}": float(x) for i, x in enumerate(place)},
        }


def _joined(readings: Sequence[probe.Reading]) -> probe.Reading:
    """Joins the readings of all examples; averages the layers' norms."""
    parts: list[Any] = [np.concatenate(x) for x in zip(*(r[:-1] for r in readings))]
    return probe.Reading(
        *parts,
        layers=jax.tree.map(lambda *x: np.mean(x), *(r.layers for r in readings)),
    )


def _of_logits(reading: probe.Reading) -> dict[str, float]:
    """Finds ADA's signs of overfitting: Karras et al. 2020, arXiv 2006.06676, eq. 1."""
    train, fake = reading.train_logits, reading.fake_logits
    signals = {names.R_T: float(np.sign(train).mean())}
    if len(reading.held_out_logits):
        held_out = reading.held_out_logits
        margin = float(train.mean() - fake.mean())
        above = np.sign(train[:, None] - held_out).mean()
        signals |= {
            names.HELD_OUT_LOGITS: float(held_out.mean()),
            names.TRAIN_ABOVE_HELD_OUT: float(0.5 + 0.5 * above),
            names.HELD_OUT_ABOVE_FAKE: float(
                0.5 + 0.5 * np.sign(held_out[:, None] - fake).mean()
            ),
        }
        # Without a margin there is nothing that could be overfitted.
        gap = float(train.mean() - held_out.mean())
        signals[names.R_V] = gap / margin if margin > 0 else 0.0
    return signals


def _of_gradients(reading: probe.Reading, scale: float) -> dict[str, float]:
    """Tells how the generator hears of the discriminator, from loss back to layers.

    'reach' is how far along its margin the discriminator would be if its slope at the
    samples went on for the data's own extent: about 1 or more for a straight slope, 0
    where it is flat.
    """
    slope = float(reading.value_slopes.mean())
    margin = float(reading.train_logits.mean() - reading.fake_logits.mean())
    return {
        names.LOSS_SLOPE: float(reading.loss_slopes.mean()),
        names.VALUE_SLOPE: slope,
        names.REACH: slope * scale / max(abs(margin), 1e-12),
        **{
            f"{names.SIGNAL}{name}": float(norm)
            for name, norm in reading.layers.items()
        },
    }


def _of_latents(slopes: Any, values: int) -> dict[str, float]:
    """Finds which of the latent's numbers, and directions, the generator listens to.

    'rank' is of all examples' slopes together: in how many directions of the latent
    anything changes anywhere. It can be as large as 'directions'. Nothing is measured
    where all that samples are made of is given.
    """
    if not slopes.shape[1]:
        return {}
    sizes = np.sqrt(np.mean(np.square(slopes), axis=0))
    return {
        names.LATENT_SIZE: float(sizes.size),
        names.LATENT_UNUSED: float(np.sum(sizes <= 1e-3 * sizes.max(initial=0.0))),
        names.LATENT_RANK: float(variety.rank(slopes)),
        names.LATENT_DIRECTIONS: float(min(*slopes.shape, values)),
        names.LATENT_EFFECTIVE_DIMENSIONS: variety.effective_dimensions(slopes),
    }


def _of_weights(variables: Players[Tree]) -> dict[str, float]:
    """Finds the largest spectral norm, and the share of weights at the largest size."""
    signals: dict[str, float] = {}
    for player, tree in variables._asdict().items():
        leaves = [np.asarray(x) for x in jax.tree.leaves(tree["params"])]
        kernels = [x for x in leaves if x.shape[1:]]
        norms = [variety.spectral_norm(x) for x in kernels]
        limit = max((float(np.abs(x).max()) for x in leaves if x.size), default=0.0)
        pinned = sum(np.sum(np.abs(x) >= limit * (1 - 1e-6)) for x in leaves)
        signals[names.of_player(player, "spectral_norm")] = max(norms, default=0.0)
        signals[names.of_player(player, "pinned_weights")] = float(
            pinned / sum(x.size for x in leaves)
        )
    return signals


def _of_augmentation(state: Tree) -> dict[str, float]:
    """Lists every number that an augmentation adapts, such as ADA's p."""
    leaves = jax.tree_util.tree_leaves_with_path(state)
    return {
        f"{names.AUGMENT}{leaf_name(path)}": float(leaf)
        for path, leaf in leaves
        if not jnp.shape(leaf) and jnp.issubdtype(leaf.dtype, jnp.floating)
    }
