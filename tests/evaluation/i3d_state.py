"""A random state dict of FVD's I3D, named and scaled as that of a trained network."""

import jax
import numpy as np

from jaxgan.evaluation import i3d


def random_state(logits: float = 1.0):
    """The arrays by name; `logits` scales those of the last layer."""
    rng, state = np.random.default_rng(1), {}
    for path, leaf in jax.tree_util.tree_leaves_with_path(i3d.shapes()["params"]):
        *layer, kind = (entry.key for entry in path)
        name, shape = ".".join(layer), leaf.shape
        if kind == "kernel":
            *size, inputs, outputs = shape
            spread = (2 / (np.prod(size) * inputs)) ** 0.5
            values = rng.normal(0, spread, (outputs, inputs, *size))
            state[f"{name}.conv3d.weight"] = values * (
                logits if layer == ["logits"] else 1
            )
        elif name == "logits":
            state["logits.conv3d.bias"] = rng.normal(0, 0.05, shape)
        else:
            state[f"{name}.bn.weight"] = np.ones(shape)
            state[f"{name}.bn.bias"] = rng.normal(0, 0.05, shape)
            state[f"{name}.bn.running_mean"] = rng.normal(0, 0.05, shape)
            state[f"{name}.bn.running_var"] = rng.uniform(0.5, 1.5, shape)
    return {name: values.astype(np.float32) for name, values in state.items()}
