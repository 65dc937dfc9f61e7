"""A function in JAX and in onnxruntime, on the same arrays."""

import functools

import jax
import numpy as np
import pytest
from jax import export

from jaxgan.export import to_onnx
from jaxgan.export.model import as_input

NEEDED = ("onnx", "onnxruntime")


def session(model):
    for name in NEEDED:
        pytest.importorskip(name, reason=f"{name} is not installed: the extra 'export'")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.data, options, providers=["CPUExecutionProvider"]
    )


def exported(function, likes, **options):
    """f(*arrays) -> arrays, by onnxruntime; `likes` are arrays, or types."""
    for name in NEEDED:
        pytest.importorskip(name, reason=f"{name} is not installed: the extra 'export'")
    types = [jax.ShapeDtypeStruct(x.shape, x.dtype) for x in likes]
    names = [f"in{place}" for place in range(len(types))]
    count = len(jax.tree.leaves(jax.eval_shape(function, *types)))
    outputs = [f"out{place}" for place in range(count)]
    model = to_onnx(function, types, names, outputs, **options)
    running = session(model)

    def run(*arrays):
        fed = {name: as_input(x) for name, x in zip(names, arrays)}
        return running.run(None, {name: fed[name] for name in model.inputs})

    return run


def symbolic(text, dtype=np.float32):
    """An array's type with sides that are not known: 'b, 8*h, 3'."""
    return jax.ShapeDtypeStruct(export.symbolic_shape(f"({text},)", scope=SCOPE), dtype)


@functools.lru_cache(maxsize=1)
def _last_exported(function, types):
    """Of other numbers of the same function it is made once."""
    return exported(function, types)


SCOPE = export.SymbolicScope(["h >= 2", "w >= 2"])


def assert_same(function, *arrays, likes=None, exact=False, tolerance=1e-5):
    """Every result is JAX's, to a share of its largest value."""
    likes = arrays if likes is None else likes
    types = tuple(jax.ShapeDtypeStruct(x.shape, x.dtype) for x in likes)
    made = _last_exported(function, types)(*arrays)
    wanted = [as_input(x) for x in jax.tree.leaves(jax.jit(function)(*arrays))]
    assert len(made) == len(wanted)
    for one, other in zip(made, wanted):
        assert one.shape == other.shape
        assert one.dtype == other.dtype
        if exact or other.dtype.kind in "bi":
            np.testing.assert_array_equal(one, other)
        else:
            limit = tolerance * max(1e-30, float(np.nanmax(np.abs(other), initial=0.0)))
            np.testing.assert_allclose(one, other, rtol=0, atol=limit)
