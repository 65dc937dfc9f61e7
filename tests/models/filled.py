"""Variables without compiling an initialisation."""

import jax
import numpy as np


def filled(module, *arguments):
    """Random variables of a module: all in U(-½, ½), variances and scales around 1."""
    shapes = jax.eval_shape(module.init, jax.random.key(0), *arguments)
    generator = np.random.default_rng(0)

    def fill(path, leaf):
        around = 1.0 if path[-1].key in ("var", "scale", "u", "mean_square") else 0.0
        noise = generator.uniform(-0.5, 0.5, leaf.shape)
        return jax.numpy.asarray((around + noise).astype(np.float32))

    variables = jax.tree_util.tree_map_with_path(fill, shapes)
    for layer, vectors in variables.get("spectral", {}).items():
        if "v" in vectors.get("spectral", {}):
            # Others would make a singular value that is negative, or 0.
            kernel = variables["params"][layer]["kernel"]
            v = kernel.reshape(-1, kernel.shape[-1]) @ vectors["spectral"]["u"]
            vectors["spectral"]["v"] = v / jax.numpy.linalg.norm(v)
    return variables
