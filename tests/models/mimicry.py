"""Mimicry's names in the golden vectors as trees of `jaxgan.models.resnet`."""

import functools

import numpy as np

from tests.models.golden import certain, under

LAYERS = {
    "c1": ("conv1",),
    "c2": ("conv2",),
    "c_sc": ("shortcut",),
    "b1": ("norm1",),
    "b2": ("norm2",),
    "b1.bn": ("norm1", "BatchNorm_0"),
    "b2.bn": ("norm2", "BatchNorm_0"),
    "b1.embed": ("norm1", "FiLM_0", "Embedding_0"),
    "b2.embed": ("norm2", "FiLM_0", "Embedding_0"),
}
LEAVES = {
    "running_mean": ("batch_stats", "mean"),
    "running_var": ("batch_stats", "var"),
    "bias": ("params", "bias"),
    "gamma": ("params", "gamma"),
    "weight_u": ("spectral", "u"),
    "sn_u": ("spectral", "u"),
}


def path(name, blocks, first, last):
    """Our path of a layer of the official code."""
    block, _, layer = name.partition(".")
    if block.startswith("block"):
        return (f"{blocks}_{int(block[5:]) - first}", *LAYERS[layer])
    if block == "attn_block":
        return ("SelfAttention_0", *filter(None, [layer]))
    return (last[block],)


def leaf(name, kind, array, gradient):
    """(collection, leaf, array in our order)."""
    if kind not in ("weight", "weight_orig"):
        return *LEAVES[kind], array.ravel() if kind == "sn_u" else array
    if name == "l_y":
        return "params", "kernel", array
    if name.endswith("embed"):
        # Theirs is γ, ours is added to 1.
        shift = np.where(np.arange(array.shape[1]) < array.shape[1] // 2, 1.0, 0.0)
        return "params", "kernel", array - (0.0 if gradient else shift[None])
    if array.ndim == 1:
        return "params", "scale", array
    return "params", "kernel", np.moveaxis(array, (0, 1), (-1, -2))


def tree(npz, prefix, blocks, first, last, limit=None):
    """{'params', 'batch_stats', 'spectral'} of the arrays under a prefix.

    With a limit without those whose own rounding is not far below it.
    """
    arrays = certain(npz, prefix, limit) if limit else under(npz, prefix)
    variables = {"params": {}, "batch_stats": {}, "spectral": {}}
    for key, array in arrays.items():
        layer, _, kind = key.rpartition(".")
        if kind in ("num_batches_tracked", "weight_v", "sn_sigma") or layer == "in":
            continue
        gradient = prefix.startswith("grad")
        collection, name, array = leaf(layer, kind, array, gradient)
        steps = path(layer, blocks, first, last)
        if collection == "spectral":
            steps = (*steps, "spectral")
        here = variables[collection]
        for step in steps:
            here = here.setdefault(step, {})
        here[name] = np.asarray(array, np.float32)
    if blocks == "GeneratorBlock":
        _pixels_last(variables)
    return {name: part for name, part in variables.items() if part}


def _pixels_last(variables):
    """Theirs makes [C, 4, 4] of the first vector, ours [4, 4, C]."""

    def turn(x):
        return x.reshape(-1, x.shape[-1] // 16, 16).swapaxes(1, 2).reshape(x.shape)

    dense = variables["params"].get("Dense_0", {})
    for name in dense:
        dense[name] = turn(dense[name])
    vector = variables["spectral"].get("Dense_0", {}).get("spectral", {})
    for name in vector:
        vector[name] = turn(vector[name])


def evaluated(npz, prefix, variables):
    """Variables whose u makes our evaluation divide by PyTorch's σ.

    PyTorch's is uᵀWv with the v it has stored, mimicry's own layers' is that of one
    more iteration; ours is ‖Wᵀu‖, which is linear in u.
    """
    arrays, scaled = under(npz, prefix), {}
    made = generators if "c5.bias" in arrays else discriminators
    for key, u in arrays.items():
        layer, _, kind = key.rpartition(".")
        if kind not in ("weight_u", "sn_u"):
            continue
        name = "weight_orig" if kind == "weight_u" else "weight"
        matrix = arrays[f"{layer}.{name}"].reshape(u.size, -1)
        back = matrix.T @ u.ravel()
        size = np.linalg.norm(back)
        if kind == "weight_u":
            sigma = u @ matrix @ arrays[f"{layer}.weight_v"]
        else:
            sigma = np.linalg.norm(matrix @ back) / size
        scaled[key] = u * (sigma / size)
    return {**variables, **made(_Arrays(scaled), "")}


class _Arrays(dict):
    """A dictionary that looks like an npz file."""

    @property
    def files(self):
        return list(self)


generators = functools.partial(
    tree,
    blocks="GeneratorBlock",
    first=2,
    last={"l1": "Dense_0", "b5": "BatchNorm_0", "c5": "Conv_0"},
)
discriminators = functools.partial(
    tree,
    blocks="DiscriminatorBlock",
    first=1,
    last={"l5": "Dense_0", "l_y": "Embedding_0"},
)
