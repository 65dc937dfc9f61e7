"""CUT's networks against official vectors."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.models.cut import (
    Discriminator,
    Generator,
    PatchMLP,
    patches,
    unit_length,
    xavier_init,
)
from jaxgan.models.cut import weights as cut_weights
from jaxgan.models.cyclegan import weights as cyclegan_weights
from jaxgan.models.pix2pix import weights as pix2pix_weights
from jaxgan.nn import blur_double, blur_halve
from tests.models.filled import filled
from tests.models.golden import assert_near, images, under
from tests.models.translation import GRADIENT, OUTPUT, context

LAYERS = (0, 4, 8, 12, 16)


def networks(npz):
    """The modules and variables of a golden file."""
    made = json.loads(str(npz["config"]))["modules"]
    g, d, f = (made[name]["ctor"] for name in "GDF")
    generator = Generator(
        *(g["output_nc"], g["ngf"], g["n_blocks"]),
        antialiased=not g["no_antialias"],
        antialiased_up=not g["no_antialias_up"],
    )
    discriminator = Discriminator(
        d["ndf"], d["n_layers"], antialiased=not d["no_antialias"]
    )
    modules = generator, discriminator, PatchMLP(f["nc"])
    readers = cyclegan_weights, pix2pix_weights, cut_weights
    return modules, [
        reader.import_torch(under(npz, f"state/{name}."))
        for name, reader in zip("GDF", readers)
    ]


@pytest.fixture(params=["cut_model", "cut_model_fast"])
def npz(request, golden):
    return np.load(golden / f"{request.param}.npz")


def test_official_generator(npz):
    (module, _, _), (variables, _, _) = networks(npz)
    x = images(npz["in/real_A"])
    there = context(len(x))
    picture = jax.jit(lambda x: module.apply(variables, x, (), there))(x)
    assert_near(picture, images(npz["out/forward/y"]), OUTPUT, "forward")
    seen = module.apply(variables, x, (), there, LAYERS, method="features")
    assert tuple(seen) == LAYERS
    for layer in LAYERS:
        wanted = images(npz[f"out/forward/first_sample/layer{layer}"])
        here = seen[layer][:1, ..., : wanted.shape[-1]]
        assert_near(here, wanted, OUTPUT, f"layer {layer}")


def test_official_turns(npz):
    """Whole losses and gradients, by formulas of the paper."""
    modules, (g, d, f) = networks(npz)
    generator, discriminator, mlp = modules
    options = json.loads(str(npz["config"]))["cut_options"]
    source, target = images(npz["in/real_A"]), images(npz["in/real_B"])
    turned = options["flip_equivariance"]
    there = context(len(source))
    places = {n: jnp.asarray(npz[f"in/patch_ids{i}"]) for i, n in enumerate(LAYERS)}
    places = {n: x.astype(jnp.int32) for n, x in places.items()}

    def vectors(params, x, turned):
        maps = generator.apply(
            {"params": params["g"]}, x, (), there, LAYERS, method="features"
        )
        if turned:
            maps = {n: x[:, :, ::-1] for n, x in maps.items()}
        return mlp.apply({"params": params["f"]}, maps, places)

    def contrast(params, source, fake):
        query = vectors(params, fake, turned)
        key = jax.lax.stop_gradient(vectors(params, source, False))
        losses = []
        for layer in LAYERS:
            q, k = query[layer], key[layer]
            logits = jnp.einsum("bpc,bqc->bpq", q, k)
            positive = jnp.einsum("bpc,bpc->bp", q, k)[..., None]
            eye = jnp.eye(q.shape[1], dtype=bool)[None]
            logits = jnp.where(eye, -10.0, logits)
            both = jnp.concatenate([positive, logits], -1) / options["nce_T"]
            loss = jax.nn.logsumexp(both, -1) - both[..., 0]
            losses.append(options["lambda_NCE"] * jnp.mean(loss))
        return sum(losses) / len(losses)

    def judge(params, x):
        return discriminator.apply({"params": params}, x, (), there).logits

    def translated(params, x):
        x = x[:, :, ::-1] if turned else x
        return generator.apply({"params": params["g"]}, x, (), there)

    @jax.jit
    def generator_loss(params):
        fake = translated(params, source)
        total = jnp.mean((judge(d["params"], fake) - 1) ** 2)
        nce = contrast(params, source, fake)
        if options["nce_idt"]:
            nce = (nce + contrast(params, target, translated(params, target))) / 2
        return total + nce, fake

    params = {"g": g["params"], "f": f["params"]}
    (loss, fake), slope = jax.value_and_grad(generator_loss, has_aux=True)(params)
    assert_near(fake, images(npz["out/cut/fake_B"]), OUTPUT, "fake")
    assert_near(loss, npz["out/cut/loss_G"], OUTPUT, "G")
    assert_gradients(npz, "cut_G/G.", cyclegan_export(slope["g"], generator))
    assert_gradients(npz, "cut_G/F.", cut_weights.export_torch({"params": slope["f"]}))

    @jax.jit
    def discriminator_loss(params):
        parts = judge(params, fake) ** 2, (judge(params, target) - 1) ** 2
        return sum(map(jnp.mean, parts)) / 2

    loss, slope = jax.value_and_grad(discriminator_loss)(d["params"])
    assert_near(loss, npz["out/cut/loss_D"], OUTPUT, "D")
    seen = pix2pix_weights.export_torch({"params": slope}, discriminator.antialiased)
    assert_gradients(npz, "cut_D/D.", seen)


def cyclegan_export(params, module):
    form = cyclegan_weights.Form(
        module.blocks, module.antialiased, module.antialiased_up
    )
    return cyclegan_weights.export_torch({"params": params}, form)


def assert_gradients(npz, prefix, seen):
    """Relative to each array's largest number, or all arrays', if it is rounding."""
    wanted = under(npz, f"grad/{prefix}")
    rounding = json.loads(str(npz["config"]))["f32_error_vs_f64"]
    largest = max(np.abs(x).max() for x in wanted.values())
    assert set(seen) == set(wanted)
    for name, array in wanted.items():
        error, size = rounding[f"grad/{prefix}{name}"]
        certain = error < GRADIENT * size / 5
        scale = np.abs(array).max() if certain else largest
        assert np.abs(seen[name] - array).max() < GRADIENT * scale, name


def test_official_resampling(npz):
    x = images(npz["in/real_A"])[:1, ..., :2]
    assert_near(blur_halve(x), images(npz["out/downsample_op/y"]), 1e-6, "down")
    assert_near(blur_double(x), images(npz["out/upsample_op/y"]), 1e-6, "up")


def test_official_patches(golden):
    npz = np.load(golden / "cut_patchnce.npz")
    module = PatchMLP(json.loads(str(npz["config"]))["nc"])
    variables = cut_weights.import_torch(under(npz, "state/"))
    places = {
        n: jnp.asarray(npz[f"in/patch_ids{n}"].astype(np.int32)) for n in range(3)
    }
    for side in "kq":
        maps = {n: images(npz[f"in/feat_{side}{n}"]) for n in range(3)}
        seen = module.apply(variables, maps, places)
        own = {n: jnp.stack([x] * len(maps[n])) for n, x in places.items()}
        again = module.apply(variables, maps, own)
        for layer, x in seen.items():
            wanted = npz[f"out/mlp_sample/pool_{side}{layer}"]
            assert_near(x.reshape(wanted.shape), wanted, OUTPUT, f"{side}{layer}")
            np.testing.assert_array_equal(x, again[layer])
            if side == "k":
                plain = unit_length(patches(maps[layer], places[layer]))
                wanted = npz[f"out/sample_no_mlp/pool_k{layer}"]
                assert_near(plain.reshape(wanted.shape), wanted, OUTPUT)


def test_vectors_of_nothing_have_a_gradient():
    slope = jax.grad(lambda x: jnp.sum(unit_length(x)))(jnp.zeros((2, 3)))
    assert np.all(np.isfinite(slope))


def test_initial_scale():
    """√(2 / (fan-in + fan-out)) / 50, within five standard errors."""
    kernel = xavier_init(jax.random.key(0), (3, 3, 40, 20), jnp.float32)
    wanted = 0.02 * (2 / (9 * 40 + 9 * 20)) ** 0.5
    error = 5 / (2 * kernel.size) ** 0.5
    np.testing.assert_allclose(jnp.std(kernel), wanted, rtol=error)


@pytest.mark.parametrize(
    ("kind", "count"), [(Generator, 11.378e6), (Discriminator, 2.765e6)]
)
def test_published_sizes(kind, count):
    variables = jax.eval_shape(
        kind().init, jax.random.key(0), jnp.zeros((1, 64, 64, 3)), (), context(1)
    )
    seen = sum(x.size for x in jax.tree.leaves(variables["params"]))
    np.testing.assert_allclose(seen, count, atol=500)


def test_bad_places():
    maps = {4: jnp.zeros((2, 3, 3, 5))}
    module = PatchMLP(4)
    variables = filled(module, maps, {4: jnp.zeros(2, jnp.int32)})
    for places in (jnp.zeros((3, 2), jnp.int32), jnp.zeros(2)):
        with pytest.raises(ValueError, match=r"given: saw places .*, wanted integers"):
            module.apply(variables, maps, {4: places})
    with pytest.raises(ValueError, match=r"saw places of layers \[5\], wanted those"):
        module.apply(variables, maps, {5: jnp.zeros(2, jnp.int32)})
