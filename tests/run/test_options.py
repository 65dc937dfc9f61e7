"""Options say themselves what holds of them."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxgan.run import options
from jaxgan.run.errors import RunError
from jaxgan.run.files.run_directory import Identity
from jaxgan.run.options import Options

OF_THE_RUN = {
    *("seeds", "microbatches", "shared_draws", "skip_bad", "steps_per_dispatch"),
}
INTERVALS = {"--steps", "--log-every", "--sample-every", "--save-every"}


def counts():
    """The options that count something, but for those that are checked elsewhere."""
    kinds = {field.name: field.type for field in dataclasses.fields(Options)}
    elsewhere = ("process", "processes", "evaluate_num")
    whole = [name for name, kind in kinds.items() if kind in (int, int | None)]
    return [name for name in whole if name not in elsewhere]


@pytest.mark.parametrize("name", counts())
@given(st.integers(-3, 3))
def test_whole_numbers_have_a_least_value(name, value):
    """It is 1, but for what may be 0."""
    least = 0 if name in ("benchmark", "warm_up") else 1
    chosen = Options(start_from="runs/other", **{name: value})
    if value >= least:
        chosen.check()
        return
    said = f"{options.flag(name)}: saw {value}, wanted at least {least}"
    with pytest.raises(RunError, match=said):
        chosen.check()


def test_what_is_part_of_the_run_is_kept_in_its_identity():
    changed = Options(**dict(zip(sorted(OF_THE_RUN), (2, 3, True, True, 5))))
    identity = Identity("x", "y", {}, **options.of_the_run(changed))
    assert options.of_the_run(identity) == options.of_the_run(changed)
    assert set(options.of_the_run(changed)) == OF_THE_RUN
    assert options.of_the_run(Options()) != options.of_the_run(changed)


def test_processes_agree_on_whatever_is_part_of_the_run():
    alike = options.alike(Options(steps=7))
    assert {options.flag(name) for name in OF_THE_RUN} < set(alike)
    assert alike["--steps"] == 7
    assert not {"--minutes", "--process", "--log-every"} & set(alike)


def test_intervals_count_whole_dispatches():
    chosen = Options(steps=4, log_every=6, sample_every=8, save_every=10)
    found = options.whole_dispatches(chosen)
    assert set(found) == INTERVALS
    assert set(found.values()) == {4, 6, 8, 10}
