"""Operations of a function as it is written: loops are counted in full."""

import functools

import jax
import jax.numpy as jnp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.run.devices.compiled_program import (
    facts,
    further_turns,
    has_scans,
    operations,
)

WIDTH = 32


def layer(x, kernel):
    return jnp.tanh(x @ kernel)


def looped(x, kernels, unroll=1):
    def step(x, kernel):
        return layer(x, kernel), None

    return jax.lax.scan(step, x, kernels, unroll=unroll)[0].sum()


def written_out(x, kernels):
    for kernel in kernels:
        x = layer(x, kernel)
    return x.sum()


def arrays(length):
    shape = (length, WIDTH, WIDTH)
    return jnp.zeros((8, WIDTH)), jnp.zeros(shape)


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 9), st.booleans())
def test_a_scan_is_as_much_as_its_turns(length, gradient):
    """And so is its gradient, but for what a turn does to its counter."""
    make = jax.grad if gradient else lambda function: function
    seen = operations(make(looped), *arrays(length))
    wanted = operations(make(written_out), *arrays(length))
    assert seen == pytest.approx(wanted, rel=0.05)


@settings(max_examples=5, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5))
def test_scans_within_scans_multiply(inner, outer):
    def nested(x, kernels):
        def step(x, _):
            return x + looped(x, kernels), None

        return jax.lax.scan(step, x, length=outer)[0].sum()

    single = operations(written_out, *arrays(inner))
    seen = operations(jax.jit(nested), *arrays(inner))
    assert seen == pytest.approx(outer * single, rel=0.05)


def test_an_unrolled_scan():
    wanted = operations(written_out, *arrays(6))
    for unroll in (2, 6):
        seen = operations(functools.partial(looped, unroll=unroll), *arrays(6))
        assert seen == pytest.approx(wanted, rel=0.02)


def test_a_scan_in_a_branch_counts_once_in_full():
    """By the longest way."""

    def branched(flag, x, kernels):
        ways = lambda: written_out(x, kernels[:2]), lambda: looped(x, kernels)
        return jax.lax.switch(flag, ways)

    wanted = operations(written_out, *arrays(7))
    assert operations(branched, 0, *arrays(7)) == pytest.approx(wanted, rel=0.02)


def test_a_compiled_scan_has_all_its_turns():
    """On a CPU: its compiler, too, counts one."""
    x, kernels = arrays(7)
    traced = jax.jit(looped).trace(x, kernels)
    compiled = traced.lower().compile()
    seen = facts(compiled, further_turns(traced)).flops
    assert seen == pytest.approx(operations(written_out, x, kernels), rel=0.05)
    assert facts(compiled).flops < 0.3 * seen
    other = jax.jit(written_out).trace(x, kernels)
    assert further_turns(other) == 0.0
    assert has_scans(traced.jaxpr.jaxpr)
    assert not has_scans(other.jaxpr.jaxpr)
