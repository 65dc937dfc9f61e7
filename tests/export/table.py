"""Prints the table of exports of every family: python -m tests.export.table.

Of the small networks of the tests: how far onnxruntime is from JAX at several batches,
as a share of the largest value, and the size of the file.
"""

import jax
import numpy as np

from jaxgan.export import to_onnx
from jaxgan.export.model import as_input
from tests.export.same import session
from tests.export.test_families import FAMILIES, function

BATCHES = (1, 3, 64)


def row(name):
    """The cells of a family."""
    generate, likes, arrays = function(name)
    names = [f"in{place}" for place in range(len(likes))]
    types = [jax.ShapeDtypeStruct(x.shape, x.dtype) for x in likes]
    model = to_onnx(generate, types, names, ["out0"])
    running, by_jax, cells = session(model), jax.jit(generate), []
    for batch in BATCHES:
        given = arrays(batch)
        fed = {key: as_input(x) for key, x in zip(names, given) if key in model.inputs}
        (made,), wanted = running.run(None, fed), np.asarray(by_jax(*given))
        far = np.abs(made - wanted).max() / np.abs(wanted).max()
        cells.append(f"{far:.1e}")
    variables = f"{len(model.data) / 1024:,.0f}"
    shape = " × ".join(map(str, np.shape(wanted)[1:]))
    return [name, shape, *cells, variables]


def main():
    heads = ["network", "output", *(f"batch {x}" for x in BATCHES), "KiB"]
    print("| " + " | ".join(heads) + " |")
    print("|---" * 2 + "|---:" * (len(heads) - 2) + "|")
    for name in sorted(FAMILIES):
        print("| " + " | ".join(row(name)) + " |", flush=True)


if __name__ == "__main__":
    main()
