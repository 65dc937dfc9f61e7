"""Runs made to fail, and their cures, trained anew."""

import functools
import importlib

import jax
import pytest

from jaxgan.diagnosis.history import History
from tests.diagnosis.test_diagnose import failures, names

pytestmark = pytest.mark.slow
runs = importlib.import_module("failing_runs")


@functools.cache
def trained(name):
    """The rows of seeds 0 and 1, as a user trains them: without the checks of tests."""
    jax.config.update("jax_disable_most_optimizations", False)
    case, cure = runs.CASES.get(name), runs.CURES.get(name)
    steps = case.steps if case else runs.CASES[cure.ill].steps
    try:
        with (
            jax.debug_nans(False),
            jax.numpy_dtype_promotion("standard"),
            jax.numpy_rank_promotion("allow"),
        ):
            return failures.train((case or cure).make(steps), steps, (0, 1))
    finally:
        jax.config.update("jax_disable_most_optimizations", True)


@pytest.mark.parametrize("name", runs.CASES)
def test_no_failure_is_missed_and_no_healthy_run_accused(name):
    for rows in trained(name).values():
        assert failures.is_right(runs.CASES[name].expected, rows)


@pytest.mark.parametrize("name", runs.CURES)
def test_the_advice_is_true(name):
    cure = runs.CURES[name]
    for seed, cured in trained(name).items():
        ill = trained(cure.ill)[seed]
        assert cure.finding in names(ill)
        assert cure.finding not in names(cured)
        before, after = (History(rows).late(cure.figure) for rows in (ill, cured))
        assert after > before if cure.larger else after < before
