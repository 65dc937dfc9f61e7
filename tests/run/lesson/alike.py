"""States that are alike, whoever computed them."""

import jax
import numpy as np

from jaxgan.run.lesson import graphs

TOLERANCE = 1e-5
NOISE = 1e-13
"""Second moments below this are of gradients that are 0 but for rounding, which Adam
and RMSProp enlarge to a whole step: another compiler takes another one."""


def check_alike(name, made, wanted):
    """Compares all floats of a recipe's state after a move."""
    certain = np.abs(made - wanted) <= TOLERANCE * np.maximum(1.0, np.abs(wanted))
    assert certain.mean() > 0.999
    assert (certain | doubtful(name, wanted)).all()


def doubtful(name, floats):
    """Which floats are parameters whose gradients were rounding and nothing else."""
    vectors = graphs.Vectors(name)
    counts = np.zeros(vectors.counts, np.int32)
    state = vectors.state(floats, counts, np.int32(0))
    leaves = [
        (jax.tree_util.keystr(path), leaf)
        for path, leaf in jax.tree_util.tree_leaves_with_path(
            (state.variables, state.opt_state)
        )
        if leaf.dtype == np.float32
    ]

    def layer(told, mark):
        return told.count("discriminator"), told.split(mark)[-1]

    moments = {layer(told, ".nu"): leaf for told, leaf in leaves if ".nu" in told}
    return np.concatenate(
        [
            (np.asarray(moments[layer(told, "['params']")]) < NOISE).ravel()
            if told.startswith("[0]")
            else np.zeros(leaf.size, bool)
            for told, leaf in leaves
        ]
    )
