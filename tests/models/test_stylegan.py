"""StyleGAN against the official vectors, its growth, and published sizes."""

import dataclasses
import functools
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.core.growth import Growing, Stage
from jaxgan.models import stylegan
from jaxgan.models.stylegan import layers
from jaxgan.models.stylegan.weights import always, auto, import_torch
from jaxgan.nn.growth import as_grown
from jaxgan.nn.style import constant_noise
from tests.models.filled import filled
from tests.models.golden import assert_near, images, under

TOP = 2
GENERATORS = {"g": auto, "g_fused": always}


def surroundings(count, train=False, step=0):
    return Context(example_keys(jax.random.key(0), count), train=train, step=step)


def stage_of(lod):
    """(level, share) of a level of detail, of which 0 is the largest size."""
    return jnp.int32(TOP - int(lod)), jnp.float32(1.0 - lod % 1.0)


def strided(count, group=4):
    """The order of examples whose contiguous groups are the official, strided ones."""
    return np.arange(count).reshape(min(group, count), -1).T.reshape(-1)


def imported(npz, prefix, fused=auto):
    """Our variables of what lies under a prefix; what is not there is nought."""
    state = under(npz, "state/")
    found = under(npz, prefix)
    state = {k: found.get(k, 0.0 * x if found.keys() else x) for k, x in state.items()}
    for name in [name for name in state if name.endswith(("lod", "blur.kernel"))]:
        del state[name]
    return import_torch(state, fused)


def network(made, kind):
    """A network of ours as the vectors' was made."""
    base, most, side = made["fmaps_base"], made["fmaps_max"], made["resolution"]
    if kind == "d":
        return stylegan.Discriminator(side, 0, base, most)
    return stylegan.Generator(
        (side, side, 3),
        style_size=made["w_space_dim"],
        mapping_layers=made["mapping_layers"],
        channel_base=base,
        channel_max=most,
        noise=constant_noise,
        layer_features=made["mapping_fmaps"],
        average_decay=0.9,
    )


@functools.cache
def load(folder, name):
    npz = np.load(folder / f"stylegan1_{name}.npz")
    config = json.loads(str(npz["config"]))
    state = under(npz, "state/")
    variables = import_torch(state, GENERATORS.get(name, auto))
    module = network(config["modules"][""]["ctor"], name)
    return npz, config, module, jax.tree.map(jnp.asarray, variables)


@functools.cache
def compiled(module):
    """What is asked of a generator: of both files, and of all levels, the same."""

    def synthesis(variables, w, **options):
        return module.apply(
            variables, w, surroundings(len(w)), method="synthesize", **options
        )

    def all_maps(variables, w):
        image, inner = synthesis(
            variables,
            w,
            capture_intermediates=lambda module, _: isinstance(
                module, layers.StyledLayer
            ),
        )
        return image, inner["intermediates"]["synthesis"]

    def at_stage(variables, w, slant, level, share):
        stage = Stage(level, share)
        growing = module.clone(growing=lambda step: stage)
        image = growing.apply(variables, w, surroundings(len(w)), method="synthesize")
        return jnp.sum(image * slant), image

    def whole(params, z, variables, slant):
        image = module.apply(
            {**variables, "params": params}, z, (), surroundings(len(z))
        )
        return jnp.sum(image * slant)

    return (
        jax.jit(all_maps),
        jax.jit(jax.value_and_grad(at_stage, 1, has_aux=True)),
        jax.jit(jax.value_and_grad(whole, (0, 1))),
    )


@pytest.mark.parametrize("name", [pytest.param("g", marks=pytest.mark.slow), "g_fused"])
def test_official_generators(golden, name):
    npz, config, module, variables = load(golden, name)
    z, other = jnp.asarray(npz["in/z"]), jnp.asarray(npz["in/z2"])
    slant = images(npz["in/cotangent"])
    all_maps, at_stage, whole = compiled(module)

    @jax.jit
    def everything(variables):
        def styles(z, module=module):
            context = surroundings(len(z))
            return module.apply(variables, z, (), context, method="styles")

        near = [
            styles(z, module.clone(truncation=share, truncation_cutoff=count))
            for share, count in config["truncation_cases"]
        ]
        _, changed = module.apply(
            variables,
            *(z, (), surroundings(len(z), train=True)),
            method="styles",
            mutable=["style_average"],
        )
        return styles(z), styles(other), near, changed["style_average"]["mapping"]

    w, other, near, average = everything(variables)
    cut = config["mixing_cutoff"]
    mixed = jnp.concatenate([w[:, :cut], other[:, cut:]], axis=1)
    image, inner = all_maps(variables, w)
    seen = {
        "mapping/w": w[:, 0],
        "mapping/w2": other[:, 0],
        "mixing/wp": mixed,
        "synthesis/image": image,
        "mixing/image": all_maps(variables, mixed)[0],
        "full/image": all_maps(variables, near[0])[0],
        "train_wavg/state_after/truncation.w_avg": average["mean"],
        **{f"trunc{place}/wp": w for place, w in enumerate(near)},
    }
    for lod in config["lods"]:
        (loss, image), slope = at_stage(variables, w, slant, *stage_of(lod))
        seen[f"lod{lod}/image"] = image
        if lod == config["lods"][0]:
            assert_near(loss, npz["out/fade_wp/loss"], 1e-4, "fading")
            assert_near(slope, npz["grad/fade_wp/in:wp"], 1e-3, "fading")
    for case, array in seen.items():
        wanted = npz[f"out/{case}"]
        wanted = images(wanted) if wanted.ndim == 4 else wanted
        assert_near(array, wanted, 1e-4, case)
    for place in range(6):
        block, layer = f"block{4 << place // 2}", f"layer{place % 2}"
        maps = inner[block][layer]["__call__"][0][:1, :, :, :4]
        wanted = npz[f"out/synthesis/first_sample/layer{place}"]
        assert_near(maps, images(wanted), 1e-4, f"layer{place}")
    loss, slopes = whole(variables["params"], z, variables, slant)
    assert_near(loss, npz["out/main/loss"], 1e-4, "main")
    wanted = imported(npz, "grad/main/", GENERATORS[name])["params"]
    assert_near(slopes[0], wanted, 1e-3, "main")
    assert_near(slopes[1], npz["grad/main/in:z"], 1e-3, "z")


def test_official_discriminator(golden):
    npz, config, module, variables = load(golden, "d")
    value = images(npz["in/image"])
    order = strided(len(value))
    back, params = np.argsort(order), variables["params"]
    context = surroundings(len(value))

    def logits(params, value, stage):
        growing = module.clone(growing=lambda step: stage)
        return growing.apply({"params": params}, value, (), context).logits

    @jax.jit
    def shown(value, level, share):
        stage = Stage(level, share)
        training = dataclasses.replace(context, train=True)
        return as_grown(lambda step: stage)(value, training)

    @jax.jit
    def players(params, real, fake, level, share):
        stage = Stage(level, share)

        def discriminators(params):
            loss = jax.nn.softplus(logits(params, fake, stage))
            loss = jnp.mean(loss + jax.nn.softplus(-logits(params, real, stage)))
            slope = jax.grad(lambda x: jnp.sum(logits(params, x, stage)))(real)
            penalty = jnp.mean(jnp.sum(slope**2, axis=(1, 2, 3)))
            return loss + 0.5 * config["r1_gamma"] * penalty, loss

        def generators(fake):
            said = logits(params, fake, stage)
            return jnp.mean(jax.nn.softplus(-said)), said

        return (
            jax.value_and_grad(discriminators, has_aux=True)(params),
            jax.value_and_grad(generators, has_aux=True)(fake),
        )

    for lod in (0, *config["lods"]):
        name, stage = f"lod{lod}", stage_of(lod)
        real = shown(value, *stage)
        if lod:
            wanted = images(npz[f"out/preprocess{lod}/image"])
            assert_near(real, wanted, 1e-5, f"reals at {lod}")
        else:
            assert_near(real, value, 1e-6, "reals, grown")
        # As if they were fake: their logits, which the generator's loss has too.
        _, ((_, said), _) = players(params, real[order], value[order], *stage)
        wanted = npz[f"out/{name}/logits" if lod else "out/batch8/logits"]
        assert_near(said[back][:, None], wanted, 1e-4, name)
        if lod:
            continue
        fake = images(npz["in/fake"])[order]
        ((loss, logistic), slopes), ((of_fake, _), slope) = players(
            params, real[order], fake, *stage
        )
        name = "d_loss_lod0"
        assert_near(logistic, npz[f"out/{name}/logistic"], 1e-4, name)
        assert_near(loss, npz[f"out/{name}/total"], 1e-4, name)
        assert_near(slopes, imported(npz, f"grad/{name}/")["params"], 1e-3, name)
        assert_near(of_fake, npz["out/g_loss/loss"], 1e-4, "G")
        wanted = images(npz["grad/g_loss/in:fake"])
        assert_near(slope[back], wanted, 1e-3, "G")


def made(module, value, labels=()):
    return jax.eval_shape(
        module.init_with_output, jax.random.key(0), value, labels, surroundings(2)
    )


def count(tree):
    return sum(leaf.size for leaf in jax.tree.leaves(tree))


def test_published_sizes():
    """In millions at 1024×1024: G 26.22, of which its mapping 2.10; D 23.09."""
    image, variables = made(stylegan.Generator((1024, 1024, 3)), jnp.zeros((2, 512)))
    assert image.shape == (2, 1024, 1024, 3)
    assert count(variables["params"]["mapping"]) == 8 * (512**2 + 512) == 2101248
    assert round(count(variables["params"]) / 1e6, 2) == 26.22
    verdict, variables = made(stylegan.Discriminator(1024), image)
    assert verdict.logits.shape == (2,)
    assert round(count(variables) / 1e6, 2) == 23.09


def test_labels_choose_a_logit():
    labels, value = jnp.array([2, 0]), jnp.linspace(-1.0, 1.0, 96).reshape(2, 4, 4, 3)
    module = stylegan.Discriminator(4, 3, 16, 4, group=1)
    variables = filled(module, value, labels, surroundings(2))
    verdict = module.apply(variables, value, labels, surroundings(2))
    out = variables["params"]["out"]
    every = verdict.features @ (out["kernel"] / np.sqrt(out["kernel"].shape[0]))
    every = every + out["bias"][None]
    np.testing.assert_allclose(verdict.logits, every[jnp.arange(2), labels], 1e-5, 1e-6)


def test_draws_do_not_depend_on_the_growth():
    """A level that has grown is what it is without growth, noise included."""
    module = stylegan.Generator(
        (8, 8, 1), 0, 4, mapping_layers=1, channel_base=32, channel_max=4
    )
    z = jnp.linspace(-1.0, 1.0, 6).reshape(2, 3)
    context = surroundings(2, train=True, step=7)
    variables = filled(module, z, (), context)
    growth = Growing(last=1, batch=1, stable=3, fading=3)
    assert growth.steps == 6
    seen = jax.jit(module.clone(growing=growth).apply)(variables, z, (), context)
    wanted = jax.jit(module.apply)(variables, z, (), context)
    np.testing.assert_allclose(seen, wanted, 1e-5, 1e-6)
    assert module.layers_in_use(0) == module.layers == 4
    used = [int(module.clone(growing=growth).layers_in_use(n)) for n in range(8)]
    assert used == [2, 2, 2, 2, 4, 4, 4, 4]
