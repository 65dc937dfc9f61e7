"""What is set up before JAX looks for devices."""

import importlib.metadata
import os
import subprocess
import sys
import textwrap

import jax
import pytest

from jaxgan.run.devices import xla

PLUGIN = "xla_cuda13"


@pytest.fixture
def plugin(monkeypatch):
    """A name for the plugin that is installed, in a list."""
    names = [PLUGIN]

    def entry_points(group):
        assert group == "jax_plugins"
        return importlib.metadata.EntryPoints(
            importlib.metadata.EntryPoint(name, "module", group) for name in names
        )

    monkeypatch.setattr(xla.importlib.metadata, "entry_points", entry_points)
    return names


@pytest.mark.parametrize(
    ("given", "after"),
    [
        (None, f"--{xla.DETERMINISTIC}=true"),
        ("--xla_a=1", f"--xla_a=1 --{xla.DETERMINISTIC}=true"),
        (f"--{xla.DETERMINISTIC}=false", f"--{xla.DETERMINISTIC}=false"),
    ],
)
def test_gpus_give_the_same_bits_again_unless_told_otherwise(
    given, after, plugin, monkeypatch
):
    monkeypatch.setenv("XLA_FLAGS", given or "")
    if given is None:
        monkeypatch.delenv("XLA_FLAGS")
    xla.set_up_xla()
    xla.set_up_xla()
    assert os.environ["XLA_FLAGS"] == after


@pytest.mark.parametrize("name", ["libtpu", None])
def test_flags_of_gpus_are_not_told_to_others(name, plugin, monkeypatch):
    plugin[:] = [name] if name else []
    monkeypatch.setenv("XLA_FLAGS", "--xla_a=1")
    xla.set_up_xla()
    assert os.environ["XLA_FLAGS"] == "--xla_a=1"


def test_xla_reads_the_flags_that_are_set_after_jax_is_imported(tmp_path):
    """A command line imports JAX before it knows what to run."""
    code = (
        "import os, jax; from jaxgan.run.training import loop; "
        f"os.environ['XLA_FLAGS'] = '--xla_dump_to={tmp_path}'; "
        "jax.jit(lambda x: x + 1)(1.0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert list(tmp_path.iterdir())


def test_the_compilation_cache_is_where_it_is_wanted(tmp_path, monkeypatch):
    chosen = jax.config.jax_compilation_cache_dir
    xla.set_up_xla()
    assert jax.config.jax_compilation_cache_dir == chosen
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path))
    jax.config.update("jax_compilation_cache_dir", None)
    try:
        xla.set_up_xla()
        seen = jax.config.jax_compilation_cache_dir
    finally:
        jax.config.update("jax_compilation_cache_dir", chosen)
    assert seen == str(tmp_path / "compilation")
    assert (tmp_path / "compilation").is_dir()


def test_what_is_kept_is_read_without_a_word(tmp_path):
    """Until 0.10.2 XLA doubts what it reads, see `xla._hush`."""
    program = """
        import jax, jax.numpy as jnp
        from jaxgan.run.devices import xla
        xla.set_up_xla()
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.jit(lambda x: jnp.sin(x) @ x)(jnp.ones((50, 50))).block_until_ready()
    """
    left_out = ("TF_CPP_MIN_LOG_LEVEL", "JAX_COMPILATION_CACHE_DIR")
    environment = {k: v for k, v in os.environ.items() if k not in left_out}
    for _ in range(2):
        run = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)],
            capture_output=True,
            text=True,
            check=True,
            env=environment
            | {"PYTHONPATH": os.pathsep.join(sys.path), "JAXGAN_CACHE": str(tmp_path)},
        )
        assert run.stderr == ""
        assert list(tmp_path.rglob("*-cache"))


@pytest.mark.parametrize(
    ("version", "asked", "levels"),
    [
        ("0.10.1", None, [3]),
        ("0.10.1", "1", [3]),
        ("0.10.1", "0", []),
        ("0.11.0", None, []),
    ],
)
def test_only_where_it_is_wrong_and_nobody_asks(version, asked, levels, monkeypatch):
    told = []
    monkeypatch.setattr(xla.importlib.metadata, "version", lambda name: version)
    monkeypatch.setattr(
        "jaxlib.utils.absl_set_min_log_level", told.append, raising=False
    )
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    if asked is not None:
        monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", asked)
    xla._hush()
    assert told == levels


def test_this_jax_multiplies_many_rows_right():
    """JAX 0.10.2 does not, on CPUs, once it is compiled (github.com/jax-ml/jax/39103).

    Compiled as users have it, not as tests do.
    """
    program = """
        import jax, jax.numpy as jnp
        rows = jnp.arange(40_000.0)[:, None] * jnp.array([1.0, 0.0, 0.0])
        def norms(rows):
            return jax.vmap(lambda row: jnp.sum((jnp.eye(3) @ row) ** 2))(rows)
        assert jnp.allclose(jax.jit(norms)(rows), rows[:, 0] ** 2)
    """
    flags = ("XLA_FLAGS", "JAX_DISABLE_MOST_OPTIMIZATIONS", "JAX_COMPILATION_CACHE_DIR")
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        check=True,
        env={k: v for k, v in os.environ.items() if k not in flags},
    )
