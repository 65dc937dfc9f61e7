"""Generators that are traced once, and not once for every process that samples.

To trace and lower a large one takes longer than to run it.
"""

import contextlib
import os
import pathlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.export
from flax.errors import FlaxError

import jaxgan
from jaxgan.core.types import Sample, Tree
from jaxgan.data.cache import cache_folder, digest
from jaxgan.run.errors import RunError
from jaxgan.run.files import config_json, data_record, full_disk, run_program
from jaxgan.run.sampling.stored_run import StoredRun

FOLDER = "traced-programs"
"""In the user's cache."""
SUFFIXES = (".latents", ".samples")
Programs = tuple[Callable[..., list[jax.Array]], Callable[..., Sample]]
"""What draws the leaves of latents, and what makes samples of them."""


class KeptPrograms:
    """Keeps how latents are drawn and samples made of them, in the user's cache.

    Whatever cannot be kept, or read again, is traced.
    """

    def __init__(self, *identity: object):
        """Prepares.

        Args:
          identity: all that the functions depend on beside their arguments and the code
            that is loaded.
        """
        self._identity = (*identity, *_surroundings())
        self._programs: dict[str, Programs] = {}

    def __call__(
        self,
        latents: Callable[..., Tree],
        render: Callable[..., Sample],
        variables: Tree,
        step: jax.Array,
        drawn: Sequence[Any],
        *known: object,
    ) -> Sample:
        """Computes `render(variables, step, *latents(variables, step, *drawn))`.

        Args:
          latents: the one.
          render: the other.
          variables: of the generator.
          step: of the state.
          drawn: arguments of `latents` alone.
          known: what both depend on beside.

        Raises:
          RunError: if the variables are not those of the generator.
        """
        start = (variables, step, *drawn)
        key = digest(*self._identity, *known, _shapes(start))
        if key not in self._programs:
            path = cache_folder() / FOLDER / key
            found = _read(path) or _traced(path, latents, render, start)
            self._programs[key] = found
        first, second = self._programs[key]
        return second(variables, step, first(*start))


def of_run(loaded: StoredRun, options: Mapping[str, object]) -> KeptPrograms:
    """Keeps what a run samples with, by options of its `Sampler`."""
    return KeptPrograms(
        sorted(options.items()),
        run_program.read(loaded.directory).digest,
        config_json.to_json(loaded.config),
        data_record.read(loaded.directory),
    )


def _traced(
    path: pathlib.Path, latents: Callable, render: Callable, start: Sequence[Any]
) -> Programs:
    """Traces both functions, and keeps them if they can be."""
    variables, step, *_ = start
    try:
        shape = jax.eval_shape(latents, *start)
        jax.eval_shape(render, variables, step, *shape)
    except FlaxError as error:
        text = full_disk.first_line(error)
        raise RunError(
            f"the checkpoint is not this experiment's: its generator has other "
            f"variables ({text})"
        ) from error
    tree = jax.tree.structure(shape)

    def first(*start):
        return jax.tree.leaves(latents(*start))

    def second(variables, step, leaves):
        return render(variables, step, *jax.tree.unflatten(tree, leaves))

    functions = jax.jit(first), jax.jit(second)
    arguments = start, (variables, step, jax.tree.leaves(shape))
    try:
        _register()
        made = [
            jax.export.export(function)(*_abstract(each))
            for function, each in zip(functions, arguments)
        ]
        texts = [bytes(one.serialize()) for one in made]
    except Exception:  # of all kinds: a tree, a call or a platform that it cannot keep
        return functions
    with contextlib.suppress(OSError):
        _write(path, texts)
    # What is kept is what runs, now and later: the same bits.
    return jax.jit(made[0].call), jax.jit(made[1].call)


def _read(path: pathlib.Path) -> Programs | None:
    try:
        texts = [path.with_suffix(suffix).read_bytes() for suffix in SUFFIXES]
    except OSError:
        return None
    try:
        _register()
        first, second = (jax.export.deserialize(bytearray(text)) for text in texts)
    except Exception:  # whatever a damaged file raises
        return None
    return jax.jit(first.call), jax.jit(second.call)


def _write(path: pathlib.Path, texts: Sequence[bytes]) -> None:
    """Writes a file each; a pair is read only if both are whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for suffix, text in zip(SUFFIXES, texts):
        unfinished = path.with_suffix(f"{suffix}.{os.getpid()}")
        unfinished.write_bytes(text)
        unfinished.replace(path.with_suffix(suffix))


def _register() -> None:
    """Lets samples be kept as what they are."""
    with contextlib.suppress(ValueError):  # as it is since the first call
        jax.export.register_namedtuple_serialization(
            Sample, serialized_name="jaxgan.Sample"
        )


def _abstract(tree: Any) -> Any:
    return jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype), tree)


def _shapes(tree: Any) -> tuple[str, ...]:
    leaves = jax.tree.leaves(_abstract(tree))
    return (str(jax.tree.structure(tree)), *map(str, leaves))


def _surroundings() -> Iterator[object]:
    """Lists what else a trace depends on: JAX's settings, the device, all code."""
    yield sorted(jax.config.values.items(), key=lambda item: item[0])
    device = jax.local_devices()[0]
    yield device.platform, device.device_kind
    package = pathlib.Path(jaxgan.__file__).parent
    loaded = (getattr(module, "__file__", None) for module in [*sys.modules.values()])
    files = {*filter(None, loaded), *map(str, package.rglob("*.py"))}
    for file in sorted(files):
        with contextlib.suppress(OSError):
            found = os.stat(file)
            yield file, found.st_mtime_ns, found.st_size
