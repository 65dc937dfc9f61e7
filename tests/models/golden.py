"""Reading the golden vectors, and saying how far from them we are."""

import json

import jax
import jax.numpy as jnp
import numpy as np


def images(array):
    """[B, C, H, W] as [B, H, W, C]."""
    return jnp.asarray(np.transpose(array, (0, 2, 3, 1)))


def under(npz, prefix):
    """{name: array} of what lies under a prefix."""
    return {
        name.removeprefix(prefix): npz[name]
        for name in npz.files
        if name.startswith(prefix)
    }


def certain(npz, prefix, limit):
    """As `under`, without those whose own rounding is not far below the limit.

    Gradients of biases before a normalisation, for example, are nothing else.
    """
    rounding = json.loads(str(npz["config"]))["f32_error_vs_f64"]
    kept = {}
    for name, array in under(npz, prefix).items():
        error, size = rounding.get(prefix + name, (0.0, 1.0))
        if error <= limit / 5 * size:
            kept[name] = array
    assert len(kept) > 10
    return kept


def like(seen, wanted):
    """Those leaves of nested dictionaries that are wanted."""
    if not isinstance(wanted, dict):
        return seen
    return {name: like(seen[name], leaf) for name, leaf in wanted.items()}


def distance(seen, wanted):
    """The largest difference over the largest number wanted."""
    seen, wanted = (np.asarray(x, np.float64) for x in (seen, wanted))
    assert seen.shape == wanted.shape, (seen.shape, wanted.shape)
    scale = np.abs(wanted).max()
    gap = np.abs(seen - wanted).max()
    return gap / scale if scale else gap


def assert_near(seen, wanted, limit, what=""):
    """Every leaf is nearer than `limit`, relative to its own largest number."""
    paths = jax.tree_util.tree_leaves_with_path(wanted)
    assert jax.tree.structure(jax.tree.map(jnp.shape, seen)) == jax.tree.structure(
        jax.tree.map(jnp.shape, wanted)
    )
    far = {
        what + jax.tree_util.keystr(path): distance(a, b)
        for (path, b), a in zip(paths, jax.tree.leaves(seen))
    }
    worst = max(far, key=lambda name: far[name])
    print(f"golden: {what} {far[worst]:.1e} of {limit:.0e} at {worst}")
    assert far[worst] < limit, f"{worst}: {far[worst]:.2e}, wanted below {limit}"
