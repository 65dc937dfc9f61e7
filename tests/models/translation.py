"""Vectors of mmgeneration's translation networks, under the names of the first code."""

import functools
import json

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core import Context, Verdict, example_keys
from jaxgan.models.pix2pix import Norm
from tests.models.golden import assert_near, distance, images, under

OUTPUT, GRADIENT = 1e-4, 1e-3
NORMS = {"BN": Norm.BATCH, "IN": Norm.INSTANCE}


def context(count, train=True):
    return Context(example_keys(jax.random.key(0), count), train=train)


def facts(npz):
    """The config, and the constructor's arguments of the only network."""
    config = json.loads(str(npz["config"]))
    return config, config["modules"][""]["ctor"]


def renamed(npz, arrays):
    """Under the names that checkpoints of the first code have."""
    names = facts(npz)[0]["names_in_original_repository_checkpoints"]
    return {names[name]: array for name, array in arrays.items()}


def assert_gradients(npz, case, gradient, weights):
    """Relative to the largest number, or to that of the others if it is rounding."""
    wanted = under(npz, f"grad/{case}/")
    largest = max(np.abs(x).max() for x in wanted.values())
    rounding = facts(npz)[0]["f32_error_vs_f64"]
    seen = weights.export_torch({"params": gradient})
    assert set(seen) == set(renamed(npz, wanted))
    names = dict(zip(renamed(npz, wanted), wanted))
    for name, array in seen.items():
        exact = wanted[names[name]]
        error, size = rounding[f"grad/{case}/{names[name]}"]
        if error > GRADIENT * size:  # a bias before a norm
            assert np.abs(array - exact).max() < GRADIENT * largest, name
        else:
            assert distance(array, exact) < GRADIENT, name


def assert_any(check, gradients, weights):
    """One of them is right."""
    failures = []
    for gradient in gradients:
        try:
            check(gradient, weights)
        except AssertionError as error:
            failures.append(error)
        else:
            return
    raise failures[0]


def repeated(array, count):
    return jnp.asarray(np.repeat(np.repeat(array, count, 2), count, 3))


def assert_official(npz, module, weights, kink=False):
    """Evaluation, training, gradients and statistics afterwards, as they were made.

    `module` is to drop nothing, and to use running statistics. With a `kink`, a number
    before a rectifier is 0 but for rounding: gradients are right on its other side too,
    which is looked for by pictures that differ by as little.
    """
    config, _ = facts(npz)
    rep = config.get("rep") or 1
    small = "_small" if rep > 1 else ""
    x = images(repeated(npz[f"in/x{small}"], rep))
    state = under(npz, "state/")
    variables = weights.import_torch(renamed(npz, state))
    params = variables.pop("params")

    def ours(output):
        if isinstance(output, Verdict):
            return output.logits
        return output[:, ::rep, ::rep]

    def theirs(name):
        array = npz[name]
        return array[:, 0] if array.shape[1] == 1 else images(array)

    @jax.jit
    def used(others):
        variables = {"params": params, **others}
        return ours(module.apply(variables, x, (), context(len(x), False)))

    def loss(params, x):
        output, after = module.apply(
            {"params": params, **variables},
            *(x, (), context(len(x))),
            mutable=["batch_stats"],
        )
        y = ours(output)
        if f"in/cotangent{small}" in npz.files:
            total = jnp.sum(y * images(npz[f"in/cotangent{small}"]))
        else:
            total = jnp.mean((y - 1) ** 2)
        return total, (y, after)

    differentiate = jax.jit(jax.value_and_grad(loss, has_aux=True))
    (total, (y, after)), gradient = differentiate(params, x)
    assert_near(used(variables), theirs("out/eval/y"), OUTPUT, "eval")
    assert_near(y, theirs("out/train/y"), OUTPUT, "train")
    assert_near(total, npz["out/train/loss"], OUTPUT, "loss")
    if kink:
        gradients = [gradient]
        for seed in range(8):
            noise = np.random.default_rng(seed).uniform(-2e-7, 2e-7, x.shape)
            moved = x * jnp.asarray(1 + noise, x.dtype)
            gradients.append(differentiate(params, moved)[1])
        assert_any(
            functools.partial(assert_gradients, npz, "train"), gradients, weights
        )
    else:
        assert_gradients(npz, "train", gradient, weights)
    changed = under(npz, "out/train/state_after/")
    wanted = weights.import_torch(renamed(npz, {**state, **changed}))
    assert set(after) == set(wanted) - {"params"}
    for collection, seen in after.items():
        assert_near(seen, wanted[collection], OUTPUT, collection)
    assert_near(used(after), theirs("out/eval_after_train/y"), OUTPUT, "eval after")
