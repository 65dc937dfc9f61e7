"""StableHLO as a LiteRT model, for phones: by litert-converter, without TensorFlow.

Its interface is not documented: the extra 'litert' names the versions that this is
known to work with.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax import export


def converted(
    function: Callable[..., Any],
    types: Sequence[jax.ShapeDtypeStruct],
    inputs: tuple[str, ...],
    outputs: Sequence[str],
) -> tuple[bytes, tuple[str, ...]]:
    """Converts a function of arrays of known shapes.

    Returns:
      The file, and the names of the inputs that it takes.

    Raises:
      RuntimeError: if the converter cannot.
    """
    from litert_converter.mlir import ir, passmanager  # pyright: ignore
    from litert_converter.mlir._mlir_libs import (  # pyright: ignore
        converter_api_ext as converter,
    )

    # As TPUs have it: layers are plain convolutions, and random numbers sums and bits.
    traced = export.export(jax.jit(function), platforms=("tpu",))(*types)
    kept = [inputs[place] for place in traced.module_kept_var_idx]
    context = ir.Context()
    converter.prepare_mlir_context(context)
    with context, ir.Location.unknown():
        module = ir.Module.parse(traced.mlir_module())
        signature = "serving_default", kept, [*outputs]
        converter.set_signature(module.operation, *signature)
        passes = passmanager.PassManager()
        config = converter.ConvertToTFLConfig()
        converter.run_convert_to_tfl_passes(module, passes, config)
        passes.run(module.operation)
        data = bytes(converter.export_flatbuffer_to_bytes(module.operation))
    return data, tuple(kept)


def runner(data: bytes, inputs: Sequence[str], outputs: Sequence[str]) -> Callable:
    """Makes f(**arrays) -> arrays of a model, of inputs that it takes."""
    from ai_edge_litert.interpreter import Interpreter  # pyright: ignore

    signature = Interpreter(model_content=data).get_signature_runner()
    taken = signature.get_input_details()

    def run(*arrays):
        fed = {
            name: np.asarray(array)
            for name, array in zip(inputs, arrays)
            if name in taken
        }
        made = signature(**fed)
        return [made[name] for name in outputs]

    return run
