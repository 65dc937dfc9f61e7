"""StyleGAN2 against the official vectors, logs and laws."""

import functools
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import stylegan2, stylegan2_blocks
from jaxgan.models.stylegan2 import Architecture
from jaxgan.models.stylegan2_weights import import_torch
from jaxgan.nn.style import constant_noise, no_noise

GENERATORS = ["g", "g_cond", "g_altarch"]
DISCRIMINATORS = ["d_resnet", "d_orig", "d_skip"]
ARCHITECTURES = {
    "skip": Architecture.SKIP,
    "orig": Architecture.ORIGINAL,
    "resnet": Architecture.RESIDUAL,
}
OUTPUT = {"rtol": 1e-4, "atol": 1e-5}


def nhwc(array):
    return jnp.asarray(np.transpose(array, (0, 2, 3, 1)))


def surroundings(count, train=False):
    return Context(example_keys(jax.random.key(0), count), train=train)


def state(npz, prefix="state/"):
    return {
        key.removeprefix(prefix): npz[key]
        for key in npz.files
        if key.startswith(prefix) and "/in:" not in key
    }


@functools.cache
def load(folder, name):
    npz = np.load(folder / f"stylegan2_{name}.npz")
    config = json.loads(str(npz["config"]))
    made = config["modules"][""]["ctor"]
    module = generator(made) if name.startswith("g") else discriminator(made)
    variables = jax.tree.map(jnp.asarray, import_torch(state(npz)))
    return npz, config, module, variables


def generator(made):
    synthesis = made["synthesis_kwargs"]
    return stylegan2.Generator(
        (made["img_resolution"],) * 2 + (made["img_channels"],),
        made["c_dim"],
        made["w_dim"],
        made["mapping_kwargs"]["num_layers"],
        synthesis["channel_base"],
        synthesis["channel_max"],
        ARCHITECTURES[synthesis.get("architecture", "skip")],
        constant_noise,
        synthesis.get("conv_clamp"),
    )


def discriminator(made):
    return stylegan2.Discriminator(
        made["c_dim"],
        made.get("mapping_kwargs", {}).get("num_layers", 8),
        made["channel_base"],
        made["channel_max"],
        ARCHITECTURES[made.get("architecture", "resnet")],
        made.get("epilogue_kwargs", {}).get("mbstd_group_size", 4),
    )


def assert_close(seen, wanted, tolerance, what="", floor=0.0):
    """Every leaf to a tolerance relative to its largest number, or to a floor."""
    wanted = jax.tree_util.tree_leaves_with_path(wanted)
    seen = jax.tree_util.tree_leaves_with_path(seen)
    assert [path for path, _ in seen] == [path for path, _ in wanted]
    for (path, b), (_, a) in zip(wanted, seen):
        name = what + jax.tree_util.keystr(path)
        absolute = max(tolerance * np.abs(b).max(), floor)
        np.testing.assert_allclose(a, b, tolerance, absolute, err_msg=name)


def by_name(tree):
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return {jax.tree_util.keystr(path): leaf for path, leaf in leaves}


def given(npz, config):
    return jnp.asarray(npz["in/c"]) if npz["in/c"].shape[1] else ()


@pytest.mark.parametrize("name", GENERATORS)
def test_official_mappings(golden, name):
    npz, config, module, variables = load(golden, name)
    z, c = jnp.asarray(npz["in/z"]), given(npz, config)
    for place, (share, cutoff) in enumerate(config["truncation_cases"]):
        cut = module.clone(truncation=float(share), truncation_cutoff=cutoff)
        w = jax.jit(functools.partial(cut.apply, method="styles"))(
            variables, z, c, surroundings(len(z))
        )
        np.testing.assert_allclose(w, npz[f"out/mapping{place}/w"], **OUTPUT)
    count = config["pl_batch"]
    _, changed = module.apply(
        variables,
        z[:count],
        c[:count],
        surroundings(count, train=True),
        method="styles",
        mutable=["style_average"],
    )
    np.testing.assert_allclose(
        changed["style_average"]["mapping"]["mean"],
        npz["out/train_mapping/state_after/mapping.w_avg"],
        **OUTPUT,
    )


@pytest.mark.parametrize("name", GENERATORS)
def test_official_generators(golden, name):
    npz, config, module, variables = load(golden, name)
    z, c = jnp.asarray(npz["in/z"]), given(npz, config)
    context = surroundings(len(z))

    @jax.jit
    def everything(params):
        state = {**variables, "params": params}
        w = jnp.asarray(npz["out/mapping0/w"])
        _, inner = module.apply(
            state,
            w,
            context,
            method="synthesize",
            capture_intermediates=lambda module, _: isinstance(
                module, stylegan2_blocks.SynthesisBlock
            ),
        )
        silent = module.clone(noise=no_noise)
        share, cutoff = config["truncation_cases"][-1]
        cut = module.clone(truncation=share, truncation_cutoff=cutoff)
        return (
            inner["intermediates"]["synthesis"],
            silent.apply(state, w, context, method="synthesize"),
            cut.apply(state, z, c, context),
        )

    blocks, silent, cut = everything(variables["params"])
    image = blocks["block16"]["__call__"][0][1]
    for block, values in blocks.items():
        ((x, drawn),) = values["__call__"]
        official = block.replace("block", "b")
        np.testing.assert_allclose(
            x, nhwc(npz[f"out/eval_const/{official}.x"]), **OUTPUT
        )
        if drawn is not None:
            wanted = nhwc(npz[f"out/eval_const/{official}.img"])
            np.testing.assert_allclose(drawn, wanted, **OUTPUT)
    fused, apart = npz["out/eval_const/img"], npz["out/eval_const_nonfused/img"]
    np.testing.assert_allclose(image, nhwc(fused), **OUTPUT)
    np.testing.assert_allclose(image, nhwc(apart), **OUTPUT)
    np.testing.assert_allclose(silent, nhwc(npz["out/eval_none/img"]), **OUTPUT)
    np.testing.assert_allclose(cut, nhwc(npz["out/eval_trunc_const/img"]), **OUTPUT)


@pytest.mark.parametrize("name", GENERATORS)
def test_official_generator_gradients(golden, name):
    npz, config, module, variables = load(golden, name)
    z, c = jnp.asarray(npz["in/z"]), given(npz, config)

    def main(params):
        state = {**variables, "params": params}
        image = module.apply(state, z, c, surroundings(len(z)))
        return jnp.sum(image * nhwc(npz["in/cotangent"]))

    loss, slopes = jax.jit(jax.value_and_grad(main))(variables["params"])
    np.testing.assert_allclose(loss, npz["out/main/loss"], **OUTPUT)
    assert_close(slopes, import_torch(state(npz, "grad/main/"))["params"], 1e-3)


def judge(module, variables, image, c):
    """Logits [B, 1] in the official order of examples, whose groups are strided."""
    size = min(module.group, len(image))
    order = np.arange(len(image)).reshape(size, -1).T.reshape(-1)
    c = c[order] if not isinstance(c, tuple) else c
    verdict = module.apply(variables, image[order], c, surroundings(len(image)))
    return verdict.logits[np.argsort(order)][:, None]


@pytest.mark.parametrize("name", DISCRIMINATORS)
def test_official_discriminators(golden, name):
    npz, config, module, variables = load(golden, name)
    image, c = nhwc(npz["in/img"]), given(npz, config)
    for count in config["batch_cases"]:
        logits = jax.jit(functools.partial(judge, module))(
            variables, image[:count], c[:count]
        )
        np.testing.assert_allclose(logits, npz[f"out/n{count}/logits"], **OUTPUT)


@pytest.mark.parametrize("name", DISCRIMINATORS)
def test_official_discriminator_gradients(golden, name):
    npz, config, module, variables = load(golden, name)
    image, c = nhwc(npz["in/img"]), given(npz, config)

    def logits(params, image):
        return judge(module, {"params": params}, image, c)

    def main(params, image):
        return jnp.mean(jax.nn.softplus(-logits(params, image)))

    def penalty(params):
        slope = jax.grad(lambda image: jnp.sum(logits(params, image)))(image)
        squares = jnp.sum(slope**2, axis=(1, 2, 3))
        return 0.5 * config["r1_gamma"] * jnp.mean(squares), squares

    @jax.jit
    def both(params):
        return (
            jax.value_and_grad(main, (0, 1))(params, image),
            jax.value_and_grad(penalty, has_aux=True)(params),
        )

    (loss, slopes), ((regular, squares), second) = both(variables["params"])
    np.testing.assert_allclose(
        loss, npz["out/main/loss_softplus_neg_logits_mean"], **OUTPUT
    )
    np.testing.assert_allclose(squares, npz["out/r1/penalty"], **OUTPUT)
    np.testing.assert_allclose(regular, npz["out/r1/loss"], **OUTPUT)
    wanted = import_torch(state(npz, "grad/main/"))["params"]
    assert_close(slopes[0], wanted, 1e-3, "main")
    assert_close(slopes[1], nhwc(npz["grad/main/in:img"]), 1e-3, "image")
    wanted = import_torch(state(npz, "grad/r1/"))["params"]
    # What a logit adds to is not felt by its slope: there are no such gradients there.
    flat, found = by_name(second), by_name(wanted)
    assert set(found) <= set(flat)
    # 'orig' feels one bias by its deviations only: 1e-7, of which 4e-10 is rounding.
    felt = {name: flat.pop(name) for name in found}
    assert_close(felt, found, 1e-3, "r1", floor=2e-9)
    assert not any(np.any(rest) for rest in flat.values())


@pytest.mark.parametrize("name", GENERATORS + DISCRIMINATORS)
def test_import_fills_the_variables(golden, name):
    """All leaves, all shapes, every number once, and nothing else."""
    npz, config, module, variables = load(golden, name)
    start = npz["in/z"] if name.startswith("g") else nhwc(npz["in/img"])
    made = jax.eval_shape(
        module.init,
        jax.random.key(0),
        jnp.asarray(start),
        given(npz, config),
        surroundings(len(start)),
    )
    shapes = jax.tree.map(lambda x: (x.shape, x.dtype), made)
    assert jax.tree.map(lambda x: (x.shape, x.dtype), variables) == shapes
    # Numbers in place of weights: each comes out exactly once.
    arrays = state(npz)
    names = [key for key in arrays if not key.endswith("resample_filter")]
    ends = np.cumsum([0, *(arrays[key].size for key in names)])
    numbered = {
        key: np.arange(start, stop).reshape(arrays[key].shape)
        for key, start, stop in zip(names, ends, ends[1:])
    }
    leaves = jax.tree.leaves(import_torch(numbered))
    seen = np.sort(np.concatenate([np.ravel(leaf) for leaf in leaves]))
    np.testing.assert_array_equal(seen, np.arange(ends[-1]))


def test_import_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match=r"b8\.what: saw an array of no layer"):
        import_torch({"b8.what": np.zeros(2)})
    with pytest.raises(ValueError, match=r"b8\.resample_filter: saw another filter"):
        import_torch({"b8.resample_filter": np.ones((4, 4)) / 16})
