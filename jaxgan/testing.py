"""The laws of a train step, as checks to run on your own game, term or recipe.

    from jaxgan import testing

    def test_my_gan():
        testing.check_step(my_game, turns, optimizers, batch)

Each law is also a function of its own. All raise AssertionError with the law's name.
Several devices are wanted for the laws about devices: set `jax_num_cpu_devices` to 8
before JAX starts. With one device those laws hold trivially.
"""

import dataclasses
import functools
import math
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

import chex
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

from jaxgan.core import schedules
from jaxgan.core.context import Context, example_keys
from jaxgan.core.microbatches import batch_size
from jaxgan.core.state import init_state
from jaxgan.core.step import make_step
from jaxgan.core.types import Augment, Game, Players, State, Tree, Turn

DECAY = schedules.constant_decay(0.9)
"""Fast enough for the average to move visibly within a period."""

CONSTANT_LEAVES = ("^key$", "hyperparams/")
"""Patterns of leaves of `State` that may stay as they are: the base key, and optax's
injected hyper-parameters, whose schedules move by less than a rounding per step."""


@dataclasses.dataclass(frozen=True)
class Subject:
    """What is checked: the arguments of `make_step`, and a batch."""

    game: Game
    turns: Sequence[Turn]
    optimizers: Players[optax.GradientTransformation]
    batch: Tree
    ema_decay: schedules.Decay = DECAY
    augment: Augment = Augment()  # noqa: RUF009  immutable

    @property
    def start(self) -> int:
        """The step on which the last turn starts."""
        return max(turn.start for turn in self.turns)

    @property
    def period(self) -> int:
        """Of how many steps on, every turn that does not stop is played in them."""
        return math.lcm(*(turn.every for turn in self.turns))

    @property
    def steps(self) -> int:
        """The number of steps after which every turn was played."""
        return self.start + self.period

    @functools.cached_property
    def alone(self) -> tuple["Subject", ...]:
        """One subject for each turn, which plays it on every step."""
        # What adapts an augmentation may want the metrics of all turns.
        augment = self.augment._replace(update=Augment().update)
        return tuple(
            dataclasses.replace(
                self,
                turns=[turn._replace(every=1, start=0, stop=None)],
                augment=augment,
            )
            for turn in self.turns
        )

    def init(self, seed: int = 0) -> State:
        """The state before step 0."""
        return self._jitted_init(jax.random.key(seed))

    @functools.cached_property
    def _jitted_init(self) -> Callable[[jax.Array], State]:
        return jax.jit(
            lambda key: init_state(
                key, self.game, self.turns, self.optimizers, self.batch, self.augment
            )
        )

    def step(self, **options: Any) -> Callable:
        """`make_step`."""
        return make_step(
            self.game,
            self.turns,
            self.optimizers,
            ema_decay=self.ema_decay,
            augment=self.augment,
            **options,
        )

    @functools.cached_property
    def jitted_step(self) -> Callable:
        """The plain step, compiled once for all the laws that want no more."""
        return jax.jit(self.step())


def check_step(
    game: Game,
    turns: Sequence[Turn],
    optimizers: Players[optax.GradientTransformation],
    batch: Tree,
    *,
    ema_decay: schedules.Decay = DECAY,
    augment: Augment = Augment(),  # noqa: B008  immutable
    reads_batch: bool = False,
    constants: Collection[str] = CONSTANT_LEAVES,
) -> None:
    """Checks every law of the train step on a game.

    Args:
      game: the game.
      turns: as for `make_step`.
      optimizers: as for `make_step`.
      batch: a batch, of a size that the number of devices divides.
      ema_decay: as for `make_step`.
      augment: as for `make_step`.
      reads_batch: whether a layer or a loss reads statistics of the batch. Microbatches
        then rightly change the result, and examples depend on each other in training.
      constants: patterns of leaves of `State` that never change.

    Raises:
      AssertionError: naming the law and the leaf.
    """
    subject = Subject(game, turns, optimizers, batch, ema_decay, augment)
    check_only_the_mover_changes(subject)
    check_collections_change_in_the_main_pass(subject)
    check_transformations_agree(subject, reads_batch=reads_batch)
    check_draws_ignore_devices(subject)
    check_resuming_is_exact(subject)
    check_second_call_does_not_trace(subject)
    check_examples_are_independent(subject, train=not reads_batch)
    check_every_leaf_changes(subject, constants=constants)


def check_only_the_mover_changes(subject: Subject) -> None:
    """Law 1: a turn leaves the other player as it was, bit for bit."""
    for alone in subject.alone:
        (turn,) = alone.turns
        other = "generator" if turn.player == "discriminator" else "discriminator"
        before = alone.init()
        after, _ = alone.jitted_step(before, alone.batch)
        still = getattr(before.variables, turn.player)["params"]
        moved = getattr(after.variables, turn.player)["params"]
        if _equal(still, moved):
            raise AssertionError(f"law 1: the {turn.player}'s turn moved nothing")
        for part in ("variables", "opt_state"):
            _assert_equal(
                getattr(getattr(before, part), other),
                getattr(getattr(after, part), other),
                f"law 1: {part} of the {other} changed on the {turn.player}'s turn",
            )


def check_collections_change_in_the_main_pass(subject: Subject) -> None:
    """Law 1: collections are what the mover's main pass made them, and no other."""
    state, game, batch = subject.init(), subject.game, subject.batch
    keys_of = functools.partial(example_keys, count=batch_size(batch))

    def expected(turn):
        key = jax.random.fold_in(jax.random.fold_in(state.key, state.step), 0)
        context = Context(keys_of(key), batch, state.step, train=True)
        fork = context.fork("generator")
        latent, generator = game.latent(state.variables.generator, fork)
        real, generator = game.real(generator, latent, fork)
        fake, generator = game.generate(generator, latent, fork)
        if turn.player == "generator":
            return generator
        discriminator = state.variables.discriminator
        for stream, sample in (("real", real), ("fake", fake)):
            fork = context.fork(stream)
            sample = subject.augment.apply(state.augment, sample, fork)
            _, discriminator = game.discriminate(discriminator, sample, fork)
        return discriminator

    for alone in subject.alone:
        (turn,) = alone.turns
        after, _ = alone.jitted_step(alone.init(), batch)
        seen = dict(getattr(after.variables, turn.player))
        seen.pop("params")
        if not seen:
            continue
        wanted = dict(jax.jit(functools.partial(expected, turn))())
        wanted.pop("params")
        _assert_close(
            wanted, seen, f"law 1: collections of the {turn.player}", 1e-4, 1e-5
        )


def check_transformations_agree(
    subject: Subject,
    *,
    reads_batch: bool = False,
    relative: float = 1e-3,
    absolute: float = 1e-5,
) -> None:
    """Law 2: however the step is wrapped, it does the same, to float tolerance.

    Eager, scan, vmap over seeds, sharded jit, `shard_map` with and without varying
    types, pmap and microbatches against plain jit. Optimizers are replaced by SGD,
    because Adam turns the rounding of a zero gradient into whole steps.
    """
    sgd = optax.sgd(0.01)
    subject = dataclasses.replace(subject, optimizers=Players(sgd, sgd))
    state, batch = subject.init(), subject.batch

    def repeat(step, state):
        for _ in range(subject.steps):
            state, measured = step(state, batch)
        return state, measured

    wanted = repeat(subject.jitted_step, state)
    for name, run in _transformations(subject, reads_batch).items():
        seen = run(repeat, state)
        for part, left, right in zip(("state", "metrics"), wanted, seen):
            what = f"law 2: {part} under {name}, against jit"
            _assert_close(left, right, what, relative, absolute)


def _transformations(subject: Subject, reads_batch: bool) -> dict[str, Callable]:
    """{name: run}, where run(repeat, state) gives the state and last metrics."""
    size, batch = batch_size(subject.batch), subject.batch
    devices = math.gcd(jax.device_count(), size)
    mesh = jax.make_mesh((devices,), ("data",), axis_types=(AxisType.Auto,))
    split = NamedSharding(mesh, P("data"))
    mapped = subject.step(axis_name="data")

    def scan(repeat, state):
        del repeat
        steps = jnp.arange(subject.steps)
        state, measured = jax.jit(
            lambda state: lax.scan(lambda s, _: subject.step()(s, batch), state, steps)
        )(state)
        return state, jax.tree.map(lambda x: x[-1], measured)

    def seeds(repeat, state):
        axes = State(None, *(0 for _ in State._fields[1:]))  # type: ignore[arg-type]
        several = jax.vmap(subject.step(), (axes, None), (axes, 0))
        other = subject.init(1)
        both = jax.tree.map(lambda *x: jnp.stack(x), state, other)
        out = repeat(jax.jit(several), both._replace(step=state.step))
        step = out[0].step
        first = jax.tree.map(lambda x: x[0], (out[0]._replace(step=out[0].key), out[1]))
        return first[0]._replace(step=step), first[1]

    def pmap(repeat, state):
        apart = jax.tree.map(lambda x: x.reshape(devices, -1, *x.shape[1:]), batch)
        step = jax.pmap(
            mapped, "data", in_axes=(None, 0), devices=list(mesh.devices.flat)
        )

        def first(state, batch):
            del batch
            return jax.tree.map(lambda x: x[0], step(state, apart))

        return repeat(first, state)

    def shards(check_vma):
        step = jax.shard_map(
            mapped,
            mesh=mesh,
            in_specs=(P(), P("data")),
            out_specs=P(),
            check_vma=check_vma,
        )
        return lambda repeat, state: repeat(jax.jit(step), state)

    def sharded(repeat, state):
        step = jax.jit(subject.step(sharding=split))
        placed = jax.device_put(batch, split)
        return repeat(lambda state, _: step(state, placed), state)

    runs = {
        "eager": lambda repeat, state: repeat(subject.step(), state),
        "scan": scan,
        "vmap over seeds": seeds,
        "pmap": pmap,
        "shard_map": shards(True),
        "shard_map without varying types": shards(False),
        "sharded jit": sharded,
    }
    if not reads_batch:
        parts = min(2, size)
        runs["microbatches"] = lambda repeat, state: repeat(
            jax.jit(subject.step(microbatches=parts)), state
        )
    return runs


def check_draws_ignore_devices(subject: Subject) -> None:
    """Law 3: draws are the same on 1, 2, 4 and 8 devices.

    Keys must be equal; floats may differ by rounding, because backends fuse the
    transformation of bits to normals differently, and because a game's latent may be
    computed from what it drew, as a style is.
    """
    state, batch = subject.init(), subject.batch
    size = batch_size(batch)

    def draw(axis_name, state, batch):
        count = batch_size(batch)
        keys = example_keys(state.key, count, axis_name)
        context = Context(keys, batch, state.step, axis_name, train=True)
        latent, _ = subject.game.latent(state.variables.generator, context)
        return jax.random.key_data(context.draw("any")), latent

    wanted = jax.jit(functools.partial(draw, None))(state, batch)
    for devices in (2, 4, 8):
        if devices > jax.device_count() or size % devices:
            continue
        mesh = jax.make_mesh((devices,), ("data",), axis_types=(AxisType.Auto,))
        seen = jax.jit(
            jax.shard_map(
                functools.partial(draw, "data"),
                mesh=mesh,
                in_specs=(P(), P("data")),
                out_specs=P("data"),
            )
        )(state, batch)
        what = f"law 3: draws on {devices} devices, against 1"
        _assert_equal(wanted[0], seen[0], what)
        _assert_close(wanted[1], seen[1], what, 1e-5, 1e-6)


def check_resuming_is_exact(
    subject: Subject, batch_at: Callable[[int], Tree] | None = None
) -> None:
    """Law 4: N steps, a copy through the host's memory, N steps = 2N steps, bitwise."""
    batch_at = batch_at or (lambda step: subject.batch)
    step = subject.jitted_step
    steps = subject.steps + 1

    def run(state, start):
        for number in range(start, start + steps):
            state, _ = step(state, batch_at(number))
        return state

    halfway = run(subject.init(), 0)
    wanted = run(halfway, steps)
    stored = jax.tree.map(np.asarray, halfway._replace(key=None))  # type: ignore[arg-type]
    key = jax.random.wrap_key_data(
        jnp.asarray(np.asarray(jax.random.key_data(halfway.key)))
    )
    restored = jax.tree.map(jnp.asarray, stored)._replace(key=key)
    _assert_equal(wanted, run(restored, steps), "law 4: resumed, against in one go")


def check_second_call_does_not_trace(subject: Subject) -> None:
    """Law 5: `State` is a fixed point: structure, shapes, dtypes; nothing retraces."""
    state = subject.init()
    after, _ = jax.eval_shape(subject.step(), state, subject.batch)
    describe = functools.partial(
        jax.tree.map, lambda x: (x.shape, str(x.dtype), getattr(x, "weak_type", False))
    )
    before, after = describe(jax.eval_shape(lambda s: s, state)), describe(after)
    if before != after:
        raise AssertionError(f"law 5: State changed its form: {before} -> {after}")
    with chex.fake_jit(False):
        step = jax.jit(chex.assert_max_traces(subject.step(), n=1))
        chex.clear_trace_counter()
        for _ in range(3):
            state, _ = step(state, subject.batch)


def check_examples_are_independent(subject: Subject, *, train: bool = False) -> None:
    """Law 6: fake i depends on latent i only; permuted keys give permuted fakes.

    Args:
      subject: what is checked.
      train: in training mode. Batch normalisation then reads the batch: pass False.
    """
    state, game, batch = subject.init(), subject.game, subject.batch
    size = batch_size(batch)
    keys = example_keys(jax.random.key(5), size)

    def fakes(keys, batch):
        context = Context(keys, batch, state.step, train=train)
        latent, variables = game.latent(state.variables.generator, context)

        def of_latent(latent):
            return game.generate(variables, latent, context)[0].value

        return of_latent(latent), jax.grad(
            lambda z: sum(jnp.sum(x[0] ** 2) for x in jax.tree.leaves(of_latent(z))),
            allow_int=True,
        )(latent)

    values, slopes = jax.jit(fakes)(keys, batch)
    floats = [x for x in jax.tree.leaves(slopes) if x.dtype != jax.dtypes.float0]
    if not any(np.any(x[0]) for x in floats):
        raise AssertionError("law 6: fake 0 does not depend on latent 0")
    if any(np.any(x[1:]) for x in floats):
        raise AssertionError("law 6: fake 0 depends on another example's latent")
    order = np.random.default_rng(0).permutation(size)
    permuted, _ = jax.jit(fakes)(*jax.tree.map(lambda x: x[order], (keys, batch)))
    wanted = jax.tree.map(lambda x: x[order], values)
    _assert_close(wanted, permuted, "law 6: fakes of permuted keys", 1e-4, 1e-5)


def check_every_leaf_changes(
    subject: Subject, *, constants: Collection[str] = CONSTANT_LEAVES
) -> None:
    """Law 7: every leaf of `State` changes, or is a named constant.

    Within two periods of the turns, from the last start on: two, because what lies
    before a kernel or gain that starts at zero has no gradient in the first.
    """
    after = before = subject.init()
    steps = subject.start + 2 * subject.period
    for _ in range(steps):
        after, _ = subject.jitted_step(after, subject.batch)
    for (path, old), new in zip(
        jax.tree_util.tree_leaves_with_path(before), jax.tree.leaves(after)
    ):
        name = jax.tree_util.keystr(path, simple=True, separator="/")
        if any(re.search(pattern, name) for pattern in constants):
            continue
        if _equal(old, new):
            raise AssertionError(
                f"law 7: {name} is the same after {steps} steps; does it get "
                "a gradient? If it is a constant, name it in `constants`"
            )


def _data(x: Any) -> np.ndarray:
    if jnp.issubdtype(x.dtype, jax.dtypes.prng_key):
        x = jax.random.key_data(x)
    return np.asarray(x)


def _equal(left: Tree, right: Tree) -> bool:
    pairs = zip(jax.tree.leaves(left), jax.tree.leaves(right), strict=True)
    return all(_data(a).tobytes() == _data(b).tobytes() for a, b in pairs)


def _assert_equal(wanted: Tree, seen: Tree, what: str) -> None:
    for path, a, b in _paired(wanted, seen):
        if a.tobytes() != b.tobytes():
            raise AssertionError(f"{what}: {path} is not the same bits")


def _assert_close(
    wanted: Tree, seen: Tree, what: str, relative: float, absolute: float
) -> None:
    for path, a, b in _paired(wanted, seen):
        np.testing.assert_allclose(
            b, a, relative, absolute, err_msg=f"{what}: {path}", strict=True
        )


def _paired(wanted: Tree, seen: Tree):
    chex.assert_trees_all_equal_structs(wanted, seen)
    leaves = jax.tree_util.tree_leaves_with_path(wanted)
    for (path, a), b in zip(leaves, jax.tree.leaves(seen)):
        name = jax.tree_util.keystr(path, simple=True, separator="/")
        yield name, _data(a), _data(b)
