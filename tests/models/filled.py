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
    _fit(variables.get("spectral", {}), variables["params"])
    return variables


def _fit(spectral, params):
    """Makes every v fit its u: others have a singular value that is negative, or 0."""
    for name, branch in spectral.items():
        if name == "spectral" and "v" in branch:
            kernel, u = params["kernel"], branch["u"]
            axis = -1 if kernel.shape[-1] == u.size else -2
            v = u @ jax.numpy.moveaxis(kernel, axis, 0).reshape(u.size, -1)
            branch["v"] = v / jax.numpy.linalg.norm(v)
        elif name != "spectral":
            _fit(branch, params[name])
