"""StyleGAN2 against the official vectors, logs and laws."""

import functools
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import stylegan2
from jaxgan.models.stylegan2 import Architecture
from jaxgan.models.stylegan2 import blocks as stylegan2_blocks
from jaxgan.models.stylegan2.weights import import_torch
from jaxgan.nn.style import constant_noise, no_noise
from tests.models.filled import filled

GENERATORS = ["g", "g_cond", "g_altarch"]
DISCRIMINATORS = ["d_resnet", "d_orig", "d_skip"]


def one_quick(names):
    """The first; whole networks and their gradients take long to compile."""
    first, *rest = names
    return [first, *(pytest.param(name, marks=pytest.mark.slow) for name in rest)]


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


@pytest.mark.parametrize("name", one_quick(["g_cond", "g", "g_altarch"]))
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


@pytest.mark.parametrize("name", one_quick(["g_altarch", "g", "g_cond"]))
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


@pytest.mark.parametrize("name", one_quick(DISCRIMINATORS))
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
        key: np.arange(start, stop, dtype=np.float64).reshape(arrays[key].shape)
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


def made(module, value, labels=()):
    return jax.eval_shape(
        module.init_with_output, jax.random.key(0), value, labels, surroundings(2)
    )


def count(tree):
    return sum(leaf.size for leaf in jax.tree.leaves(tree))


# side: (base of the channels, layers of the mapping, numbers of G, of D). Those for 256
# and 1024 are what the official code prints before it trains; the others are sums of
# the layers that it prints.
PUBLISHED = {
    32: (32768, 2, 19947539, 20720641),
    256: (16384, 8, 24767458, 24001089),
    512: (32768, 8, 30276583, 28982849),
    1024: (32768, 8, 30370060, 29012513),
}


@pytest.mark.parametrize("side", one_quick(sorted(PUBLISHED, reverse=True)))
def test_published_sizes(side):
    base, layers, of_generator, of_discriminator = PUBLISHED[side]
    network = stylegan2.Generator((side, side, 3), 0, 512, layers, base)
    image, variables = made(network, jnp.zeros((2, 512)))
    assert image.shape == (2, side, side, 3)
    assert network.layers == 2 * np.log2(side) - 2
    assert count(variables["params"]) == of_generator
    blocks = variables["params"]["synthesis"]
    # One layer of 512 features: affine 512² + 512, kernel 9 · 512², bias, strength.
    assert count(blocks["block8"]["conv0"]) == 2622465
    assert count(blocks["block8"]["to_rgb"]) == 264195
    style = Architecture.ORIGINAL if side == 32 else Architecture.RESIDUAL
    judging = stylegan2.Discriminator(channel_base=base, architecture=style)
    verdict, variables = made(judging, jnp.zeros((2, side, side, 3)))
    assert verdict.logits.shape == (2,)
    assert count(variables) == of_discriminator
    if side == 1024:
        seen = {k: count(v) for k, v in variables["params"]["block1024"].items()}
        assert seen == {"from_rgb": 128, "skip": 2048, "conv0": 9248, "conv1": 18496}


def test_conditional_sizes():
    """CIFAR-10: G embeds 10 classes; D does so too, maps them, and has 512 outputs."""
    labels = jnp.array([3, 9])
    network = stylegan2.Generator(classes=10, mapping_layers=2)
    _, variables = made(network, jnp.zeros((2, 512)), labels)
    embedding = 10 * 512 + 512
    assert count(variables["params"]) == 19947539 + embedding + 512**2
    judging = stylegan2.Discriminator(10, architecture=Architecture.ORIGINAL)
    _, variables = made(judging, jnp.zeros((2, 32, 32, 3)), labels)
    more = embedding + 8 * (512**2 + 512) + 511 * 513
    assert count(variables) == 20720641 + more


def test_smallest():
    image, _ = made(stylegan2.Generator((4, 4, 1), channel_max=8), jnp.zeros((2, 3)))
    assert image.shape == (2, 4, 4, 1)
    verdict, _ = made(stylegan2.Discriminator(channel_max=8), image)
    assert verdict.logits.shape == (2,)


def test_noise_is_per_example_in_training_and_constant_after():
    module = stylegan2.Generator(
        (8, 8, 1), style_size=4, mapping_layers=1, channel_base=32, channel_max=4
    )
    z = jnp.ones((4, 3))
    variables = filled(module, z, (), surroundings(4))
    keys = surroundings(4).keys

    @functools.partial(jax.jit, static_argnums=1)
    def images(keys, train):
        return module.apply(variables, z, (), Context(keys, train=train))

    moving, order = images(keys, True), jnp.array([2, 0, 3, 1])
    assert len(np.unique(np.asarray(moving)[:, 0, 0, 0])) == 4
    np.testing.assert_allclose(images(keys[order], True), moving[order], 1e-5, 1e-6)
    still = images(keys, False)
    np.testing.assert_allclose(still, still[:1].repeat(4, 0), 1e-6)


def test_bad_sizes_and_conditions():
    with pytest.raises(ValueError, match="size: saw 24, wanted a power of two"):
        made(stylegan2.Generator((24, 24, 3)), jnp.zeros((2, 8)))
    with pytest.raises(ValueError, match=r"shape: saw \(8, 4, 3\), wanted \(size"):
        made(stylegan2.Generator((8, 4, 3)), jnp.zeros((2, 8)))
    with pytest.raises(ValueError, match=r"value: saw images \(8, 4\), wanted squares"):
        made(stylegan2.Discriminator(), jnp.zeros((2, 8, 4, 3)))
    with pytest.raises(ValueError, match=r"given: saw \(\), wanted labels \[B\]"):
        made(stylegan2.Generator(classes=3), jnp.zeros((2, 8)))
    with pytest.raises(ValueError, match=r"given: saw int32\[2, 1\], wanted labels"):
        made(stylegan2.Generator(classes=3), jnp.zeros((2, 8)), jnp.zeros((2, 1), int))
