"""XLA's settings: the same bits in every process, and compiled code kept on disk."""

import importlib.metadata
import os

from jaxgan.run.errors import warn

DETERMINISTIC = "xla_gpu_deterministic_ops"
"""XLA's flag. Without it one program gives other bits in another process on a GPU."""
_LEAST = "jax_persistent_cache_min_compile_time_secs"


def set_up_xla() -> None:
    """Asks for the same bits in every process, and keeps compiled code on disk.

    To be called before JAX looks for devices. `DETERMINISTIC` stands as the user has it
    in XLA_FLAGS. JAX_COMPILATION_CACHE_DIR wins over JAXGAN_CACHE over XDG_CACHE_HOME
    over ~/.cache.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    if DETERMINISTIC not in flags and _has_gpu_plugin():
        os.environ["XLA_FLAGS"] = f"{flags} --{DETERMINISTIC}=true".lstrip()
    _keep_compiled()


def _has_gpu_plugin() -> bool:
    """Tells whether GPUs are compiled for: other compilers may not know their flags."""
    plugins = importlib.metadata.entry_points(group="jax_plugins")
    return any("cuda" in name or "rocm" in name for name in plugins.names)


def _keep_compiled() -> None:
    import jax

    from jaxgan.data.cache import cache_folder

    if jax.config.values.get("jax_compilation_cache_dir"):
        return
    cache = cache_folder() / "compilation"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        warn(f"compiled code is not kept: {error}")
        return
    _hush()
    jax.config.update("jax_compilation_cache_dir", str(cache))
    if jax.config.values.get(_LEAST) == 1.0:  # JAX's default
        # A generator compiles in less, and is waited for at every `sample`.
        jax.config.update(_LEAST, 0.1)


def _hush() -> None:
    """Keeps XLA from calling what is kept on disk unfit for the processor it was for.

    Until 0.10.2 it does so in two long lines per program: it takes a preference, not to
    gather, for an ability (github.com/openxla/xla/issues/44565). What is fatal is still
    told, and so is all that TF_CPP_MIN_LOG_LEVEL asks for; 1 is JAX's default.
    """
    if importlib.metadata.version("jaxlib") in ("0.10.0", "0.10.1"):
        import jaxlib.utils

        if os.environ.get("TF_CPP_MIN_LOG_LEVEL", "1") == "1":
            jaxlib.utils.absl_set_min_log_level(3)
