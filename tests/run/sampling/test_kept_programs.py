"""Programs that are kept make the same bits as those that are traced."""

import shutil
import typing

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core.types import Sample
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.sampling import kept_programs, sampler, stored_run
from jaxgan.run.sampling.kept_programs import KeptPrograms

VARIABLES = {"scale": np.float32(3.0)}
STEP = np.int32(7)
DRAWN = (np.arange(4, dtype=np.float32),)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / kept_programs.FOLDER


def latents(variables, step, drawn):
    key = jax.random.fold_in(jax.random.key(0), step)
    return jax.random.split(key, 4), {"z": drawn * variables["scale"]}


def render(variables, step, keys, latent):
    noise = jax.vmap(jax.random.normal)(keys)
    return Sample(
        latent["z"] + noise, given=(), features={"step": step + 0 * keys.size}
    )


def not_traced(*arguments):
    raise AssertionError("traced")


def call(programs, latents=latents, render=render, drawn=DRAWN, known=()):
    return programs(latents, render, VARIABLES, STEP, drawn, *known)


def test_kept_is_what_was_traced(folder):
    call(KeptPrograms("before"))  # whatever is imported on the way
    shutil.rmtree(folder)
    wanted = jax.jit(render)(
        VARIABLES, STEP, *jax.jit(latents)(VARIABLES, STEP, *DRAWN)
    )
    chex.assert_trees_all_equal(call(KeptPrograms("one")), wanted)
    assert len([*folder.iterdir()]) == 2
    again = call(KeptPrograms("one"), not_traced, not_traced)
    chex.assert_trees_all_equal(again, wanted)


@pytest.mark.parametrize(
    "other",
    [
        lambda: call(KeptPrograms("two"), not_traced),
        lambda: call(KeptPrograms("one"), not_traced, known=(1,)),
        lambda: call(KeptPrograms("one"), not_traced, drawn=(np.arange(4),)),
        lambda: call(
            KeptPrograms("one"), not_traced, drawn=(np.arange(5, dtype=np.float32),)
        ),
    ],
    ids=["identity", "known", "dtype", "shape"],
)
def test_another_program_is_traced(other):
    call(KeptPrograms("one"))
    with pytest.raises(AssertionError, match="traced"):
        other()


def test_other_code_is_traced(tmp_path, monkeypatch):
    (tmp_path / "beside.py").write_text("number = 1")
    monkeypatch.syspath_prepend(tmp_path)
    import beside  # type: ignore[import-not-found]

    call(KeptPrograms("one"))
    call(KeptPrograms("one"), not_traced, not_traced)
    assert beside.number == 1
    (tmp_path / "beside.py").write_text("number = 22")
    with pytest.raises(AssertionError, match="traced"):
        call(KeptPrograms("one"), not_traced)


def test_other_settings_are_traced():
    call(KeptPrograms("one"))
    before = jax.config.jax_default_matmul_precision
    jax.config.update("jax_default_matmul_precision", "float32")
    try:
        with pytest.raises(AssertionError, match="traced"):
            call(KeptPrograms("one"), not_traced)
    finally:
        jax.config.update("jax_default_matmul_precision", before)


def test_damaged_files_are_made_again(folder):
    wanted = call(KeptPrograms("one"))
    for path in folder.iterdir():
        path.write_bytes(b"nothing")
    chex.assert_trees_all_equal(call(KeptPrograms("one")), wanted)
    call(KeptPrograms("one"), not_traced, not_traced)


class Strange(typing.NamedTuple):
    x: jax.Array


def test_what_cannot_be_kept_is_traced(folder, tmp_path, monkeypatch):
    def strange(variables, step, keys, latent):
        return Sample(Strange(latent["z"]))

    found = call(KeptPrograms("one"), render=strange).value
    np.testing.assert_array_equal(found.x, 3 * np.arange(4, dtype=np.float32))
    assert not folder.exists()
    (tmp_path / "file").touch()
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "file"))
    call(KeptPrograms("one"))


@pytest.mark.parametrize("options", [[], ["--current"], ["--label", "1"]], ids=str)
def test_commands_make_the_same_bits(trained, tmp_path, options, capsys):
    run = trained("--steps", 2, "--variant", "labelled", run="labelled")
    for name in ("first", "again"):
        path = str(tmp_path / f"{name}.npz")
        cli.main(["sample", str(run), "--num", "5", "--out", path, *options])
    first, again = (np.load(tmp_path / f"{name}.npz") for name in ("first", "again"))
    loaded = stored_run.load(run)
    wanted = sampler.generate(
        loaded.experiment,
        loaded.state,
        5,
        label="1" if options[:1] == ["--label"] else None,
        ema=options != ["--current"],
    )
    np.testing.assert_array_equal(first["value"], wanted.value)
    np.testing.assert_array_equal(again["value"], wanted.value)


def test_other_variables_are_named(trained):
    run = trained("--steps", 2)
    loaded = stored_run.load(run, parts=["ema"])
    params = {key: {"kernel": jnp.zeros((1, 1))} for key in loaded.state.ema["params"]}
    state = loaded.state._replace(ema={**loaded.state.ema, "params": params})
    with pytest.raises(RunError, match="its generator has other variables"):
        sampler.generate(
            loaded.experiment, state, 2, programs=kept_programs.of_run(loaded, {})
        )
