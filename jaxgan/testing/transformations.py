"""Law 2: however a step is wrapped, it does the same."""

import math
from collections.abc import Callable, Collection

import jax
import jax.numpy as jnp
from jax import lax
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

from jaxgan.core.microbatches import batch_size
from jaxgan.core.move import Metrics
from jaxgan.core.state import SEED_AXES
from jaxgan.core.types import State
from jaxgan.testing.comparison import assert_close
from jaxgan.testing.subject import Subject

TRANSFORMATIONS = (
    *("eager", "scan", "vmap over seeds", "pmap", "shard_map"),
    *("shard_map without varying types", "sharded jit", "microbatches"),
)
"""What there is to do with a step."""


def check_transformations_agree(
    subject: Subject,
    *,
    reads_batch: bool = False,
    only: Collection[str] = TRANSFORMATIONS,
    relative: float = 1e-3,
    absolute: float = 1e-5,
) -> None:
    """Law 2: however the step is wrapped, it does the same, to float tolerance.

    Eager, scan, vmap over seeds, sharded jit, `shard_map` with and without varying
    types, pmap and microbatches against plain jit. Optimizers are replaced by SGD,
    because Adam turns the rounding of a zero gradient into whole steps.

    Args:
      subject: what is checked.
      reads_batch: see `check_step`; there are no microbatches then.
      only: of `TRANSFORMATIONS`, each of which is compiled.
      relative: tolerance.
      absolute: tolerance.

    Raises:
      ValueError: if there is no such transformation.
      AssertionError: naming the transformation and the leaf.
    """
    if unknown := set(only) - set(TRANSFORMATIONS):
        raise ValueError(f"only: saw {min(unknown)!r}, wanted of {TRANSFORMATIONS}")
    subject, init = subject.descending(0.01)
    state, batch = init(0), subject.batch

    def repeat(step, state):
        for _ in range(subject.steps):
            state, measured = step(state, batch)
        return state, measured

    wanted = repeat(subject.jitted_step, state)
    for name, run in _transformations(subject, reads_batch, init).items():
        if name not in only:
            continue
        seen = run(repeat, state)
        for part, left, right in zip(("state", "metrics"), wanted, seen):
            what = f"law 2: {part} under {name}, against jit"
            assert_close(left, right, what, relative, absolute)


def check_explicit_mesh_agrees(
    subject: Subject, *, relative: float = 1e-3, absolute: float = 1e-5
) -> None:
    """Law 2 under a mesh whose axes are Explicit, as `jax.make_mesh` makes them.

    Over it the batch is split and the state replicated; against plain jit. It is no
    part of `check_step`, whose sharded jit is over an Auto mesh, to compile less.
    """
    subject, init = subject.descending(0.01)
    state, batch = init(0), subject.batch
    devices = math.gcd(jax.device_count(), batch_size(batch))
    mesh = jax.make_mesh((devices,), ("data",), axis_types=(AxisType.Explicit,))
    wanted = subject.jitted_step(state, batch)
    with jax.set_mesh(mesh):
        state = jax.device_put(state, NamedSharding(mesh, P()))
        batch = jax.device_put(batch, NamedSharding(mesh, P("data")))
        seen = jax.jit(subject.step())(state, batch)
    for part, left, right in zip(("state", "metrics"), wanted, seen):
        what = f"law 2: {part} under an Explicit mesh, against jit"
        assert_close(left, right, what, relative, absolute)


Run = Callable[..., tuple[State, Metrics]]
"""f(repeat, state) -> the state and the last metrics after `repeat(step, state)`."""


def _transformations(
    subject: Subject, reads_batch: bool, init: Callable[[int], State]
) -> dict[str, Run]:
    """`TRANSFORMATIONS` by their names."""
    runs = {
        "eager": lambda repeat, state: repeat(subject.step(), state),
        "scan": _scan(subject),
        "vmap over seeds": _seeds(subject, init),
        **_over_devices(subject),
    }
    if not reads_batch:
        parts = min(2, batch_size(subject.batch))
        runs["microbatches"] = lambda repeat, state: repeat(
            jax.jit(subject.step(microbatches=parts)), state
        )
    return runs


def _scan(subject: Subject) -> Run:
    def run(repeat, state):
        del repeat
        steps, step = jnp.arange(subject.steps), subject.step()
        state, measured = jax.jit(
            lambda state: lax.scan(lambda s, _: step(s, subject.batch), state, steps)
        )(state)
        return state, jax.tree.map(lambda x: x[-1], measured)

    return run


def _seeds(subject: Subject, init: Callable[[int], State]) -> Run:
    def run(repeat, state):
        several = jax.vmap(subject.step(), (SEED_AXES, None), (SEED_AXES, 0))
        shared = {"step": state.step, "frozen": state.frozen}
        pair = (each._replace(frozen=()) for each in (state, init(1)))
        both = jax.tree.map(lambda *x: jnp.stack(x), *pair)
        out, measured = repeat(jax.jit(several), both._replace(**shared))
        shared = {"step": out.step, "frozen": out.frozen}
        out = out._replace(step=out.key, frozen=())
        first = jax.tree.map(lambda x: x[0], (out, measured))
        return first[0]._replace(**shared), first[1]

    return run


def _over_devices(subject: Subject) -> dict[str, Run]:
    batch = subject.batch
    devices = math.gcd(jax.device_count(), batch_size(batch))
    mesh = jax.make_mesh((devices,), ("data",), axis_types=(AxisType.Auto,))
    split = NamedSharding(mesh, P("data"))
    mapped = subject.step(axis_name="data")

    def pmap(repeat, state):
        apart = jax.tree.map(lambda x: x.reshape(devices, -1, *x.shape[1:]), batch)
        places = list(mesh.devices.flat)
        step = jax.pmap(mapped, "data", in_axes=(None, 0), devices=places)
        return repeat(lambda s, _: jax.tree.map(lambda x: x[0], step(s, apart)), state)

    def shards(check_vma):
        specs = {"in_specs": (P(), P("data")), "out_specs": P()}
        step = jax.shard_map(mapped, mesh=mesh, check_vma=check_vma, **specs)
        return lambda repeat, state: repeat(jax.jit(step), state)

    def sharded(repeat, state):
        step = jax.jit(subject.step(sharding=split))
        placed = jax.device_put(batch, split)
        return repeat(lambda state, _: step(state, placed), state)

    return {
        "pmap": pmap,
        "shard_map": shards(True),
        "shard_map without varying types": shards(False),
        "sharded jit": sharded,
    }
