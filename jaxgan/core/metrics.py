"""Metrics that add, so that microbatches, devices and steps merge without bias."""

from typing import NamedTuple

import jax
import jax.numpy as jnp


class Mean(NamedTuple):
    """A mean under way: scalars `total` and `count`. Count 0: nothing was measured."""

    total: jax.Array
    count: jax.Array


def mean(value: jax.Array) -> Mean:
    """One measurement, float32."""
    return Mean(jnp.asarray(value, jnp.float32), jnp.ones((), jnp.float32))


def merge(left: dict[str, Mean], right: dict[str, Mean]) -> dict[str, Mean]:
    """Adds two sets of metrics; associative, and `{}` is its identity."""
    merged = dict(left)
    for name, metric in right.items():
        before = merged.get(name)
        merged[name] = (
            metric if before is None else jax.tree.map(jnp.add, before, metric)
        )
    return merged


def result(metrics: dict[str, Mean]) -> dict[str, float]:
    """The means as Python floats, without those that were never measured."""
    fetched = jax.device_get(metrics)
    return {
        name: float(metric.total / metric.count)
        for name, metric in sorted(fetched.items())
        if metric.count > 0
    }
