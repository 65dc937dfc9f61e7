"""Variables without compiling an initialisation."""

import jax
import numpy as np


def filled(module, *arguments):
    """Random variables of a module: all in U(-½, ½), variances and scales around 1."""
    shapes = jax.eval_shape(module.init, jax.random.key(0), *arguments)
    generator = np.random.default_rng(0)

    def fill(path, leaf):
        around = 1.0 if path[-1].key in ("var", "scale", "u") else 0.0
        noise = generator.uniform(-0.5, 0.5, leaf.shape)
        return jax.numpy.asarray((around + noise).astype(np.float32))

    return jax.tree_util.tree_map_with_path(fill, shapes)
