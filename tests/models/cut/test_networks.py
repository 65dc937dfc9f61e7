"""CUT's networks against official vectors."""

import functools
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
from jaxgan.nn import blur_halve, double
from tests.models.filled import filled
from tests.models.golden import assert_near, images, under
from tests.models.translation import OUTPUT, context

LAYERS = (0, 4, 8, 12, 16)


def official(npz):
    """The generator of a golden file, and its variables."""
    g = json.loads(str(npz["config"]))["modules"]["G"]["ctor"]
    generator = Generator(
        *(g["output_nc"], g["ngf"], g["n_blocks"]),
        antialiased=not g["no_antialias"],
        antialiased_up=not g["no_antialias_up"],
    )
    return generator, cyclegan_weights.import_torch(under(npz, "state/G."))


@pytest.fixture(
    params=["cut_model", pytest.param("cut_model_fast", marks=pytest.mark.slow)]
)
def npz(request, golden):
    return np.load(golden / f"{request.param}.npz")


def test_official_generator(npz):
    module, variables = official(npz)
    x = images(npz["in/real_A"])
    there = context(len(x))
    picture = jax.jit(lambda x: module.apply(variables, x, (), there))(x)
    assert_near(picture, images(npz["out/forward/y"]), OUTPUT, "forward")
    features = functools.partial(module.apply, method="features")
    seen = jax.jit(lambda x: features(variables, x, (), there, LAYERS))(x)
    assert tuple(seen) == LAYERS
    for layer in LAYERS:
        wanted = images(npz[f"out/forward/first_sample/layer{layer}"])
        here = seen[layer][:1, ..., : wanted.shape[-1]]
        assert_near(here, wanted, OUTPUT, f"layer {layer}")


def test_official_resampling(npz):
    x = images(npz["in/real_A"])[:1, ..., :2]
    assert_near(blur_halve(x), images(npz["out/downsample_op/y"]), 1e-6, "down")
    assert_near(double(x), images(npz["out/upsample_op/y"]), 1e-6, "up")


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
