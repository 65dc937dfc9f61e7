"""ProGAN against the official vectors, its growth, and published sizes."""

import functools
import json
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.core.growth import Stage, level_of
from jaxgan.models import progan
from jaxgan.models.progan.weights import export_torch, import_torch
from jaxgan.terms import gradient_penalty, r1
from tests.models.filled import filled
from tests.models.golden import assert_near, images, under
from tests.terms.scenes import scene

BASES = {4: 32, 8: 48, 16: 96}
"""Whose channels are those of the vectors, by the size: 8; 8, 6; 8, 8, 6."""


def surroundings(count, step=0):
    return Context(example_keys(jax.random.key(0), count), step=step)


@functools.cache
def load(folder, name):
    npz = np.load(folder / f"pggan_{name}.npz")
    config = json.loads(str(npz["config"]))
    params = jax.tree.map(jnp.asarray, import_torch(under(npz, "state/")))
    return npz, config, params


def their_slopes(npz, name):
    """Ours of theirs: what import multiplies weights by divides slopes."""
    slopes = under(npz, f"grad/{name}/")
    ones = {name: np.ones_like(slope) for name, slope in slopes.items()}
    return jax.tree.map(
        lambda slope, factor: slope / factor**2,
        import_torch(slopes)["params"],
        import_torch(ones)["params"],
    )


def staged(module, loss):
    """f(params, value, level, share) -> ((loss, output), slopes), compiled once."""

    def total(params, value, level, share):
        stage = Stage(level, share)
        grown = module.clone(growing=lambda step: stage)
        context = surroundings(len(value))
        output = grown.apply({"params": params}, value, (), context)
        return loss(output), output

    return jax.jit(jax.value_and_grad(total, has_aux=True))


@pytest.mark.parametrize(
    "side",
    [
        pytest.param(4, marks=pytest.mark.slow),
        8,
        pytest.param(16, marks=pytest.mark.slow),
    ],
)
def test_generators_of_gan_zoo(golden, side):
    npz, config, variables = load(golden, f"g_{side}")
    z, slant = jnp.asarray(npz["in/z"]), images(npz["in/cotangent"])
    module = progan.Generator(
        (side, side, 3), channel_base=BASES[side], channel_max=8, place_biases=True
    )
    function = staged(module, lambda image: jnp.sum(image * slant))
    for case in config["cases"]:
        stage = jnp.int32(level_of(side)), jnp.float32(1.0 - case["alpha"])
        (loss, image), slopes = function(variables["params"], z, *stage)
        name = case["name"]
        assert_near(image, images(npz[f"out/{name}/y"]), 1e-4, name)
        if case.get("grad"):
            assert_near(loss, npz[f"out/{name}/loss"], 1e-4, name)
            assert_near(slopes, their_slopes(npz, name), 1e-3, name)
    if side == 8:
        still = jax.jit(module.apply)(variables, z, (), surroundings(len(z)))
        assert_near(still, images(npz["out/alpha0/y"]), 1e-4, "grown")


@pytest.mark.parametrize(
    "side",
    [
        pytest.param(4, marks=pytest.mark.slow),
        8,
        pytest.param(16, marks=pytest.mark.slow),
    ],
)
def test_discriminators_of_gan_zoo(golden, side):
    npz, config, variables = load(golden, f"d_{side}")
    value = images(npz[f"in/img{side}"])
    module = progan.Discriminator(
        side, channel_base=BASES[side], channel_max=8, late_pool=True
    )
    function = staged(
        module,
        lambda verdict: jnp.mean(jax.nn.softplus(-verdict.logits)),
    )
    # With two levels its code forgets to fade.
    for case in config["cases"][: 1 if side == 8 else None]:
        stage = jnp.int32(level_of(side)), jnp.float32(1.0 - case["alpha"])
        (loss, verdict), slopes = function(variables["params"], value, *stage)
        name = case["name"]
        assert_near(verdict.logits[:, None], npz[f"out/{name}/y"], 1e-4, name)
        wanted = npz[f"out/{name}/feature"]
        assert_near(verdict.features, wanted, 1e-4, name)
        if case.get("grad"):
            assert_near(loss, npz[f"out/{name}/loss"], 1e-4, name)
            assert_near(slopes, their_slopes(npz, name), 1e-3, name)


def made(module, value):
    return jax.eval_shape(
        module.init_with_output, jax.random.key(0), value, (), surroundings(2)
    )


def count(tree):
    return sum(leaf.size for leaf in jax.tree.leaves(tree))


# Tables 2 of the paper, in thousands: of the blocks from 4 to 1024 pixels, and of the
# layer of colours, or of the logit.
GENERATOR = {
    **{4: 4200 + 2400, 8: 2 * 2400, 16: 2 * 2400, 32: 2 * 2400},
    **{64: 1200 + 590, 128: 295 + 148, 256: 74 + 37, 512: 18 + 9.2, 1024: 4.6 + 2.3},
}


def test_published_sizes():
    image, variables = made(progan.Generator((1024, 1024, 3)), jnp.zeros((2, 512)))
    assert image.shape == (2, 1024, 1024, 3)
    params = variables["params"]
    for side, thousands in GENERATOR.items():
        assert count(params[f"block{side}"]) / 1e3 == pytest.approx(thousands, rel=0.02)
    assert count(params["to_rgb1024"]) == 51
    blocks = sum(count(params[f"block{side}"]) for side in GENERATOR)
    assert round((blocks + 51) / 1e6, 1) == 23.1
    verdict, variables = made(progan.Discriminator(1024), image)
    assert verdict.logits.shape == (2,)
    params = variables["params"]
    assert count(params["from_rgb1024"]) == 64
    assert count(params["out"]) == 513
    assert round(count(params["conv"]) / 1e6, 1) == 2.4
    assert round(count(params["dense"]) / 1e6, 1) == 4.2
    rest = sum(count(leaf) for name, leaf in params.items() if "from_rgb" not in name)
    assert round((rest + 64) / 1e6, 1) == 23.1


def test_a_label_is_beside_the_latent():
    module = progan.Generator((4, 4, 1), 3, 16, 2)
    z, labels = jnp.ones((2, 5)), jnp.array([0, 2])
    variables = filled(module, z, labels, surroundings(2))
    assert variables["params"]["block4"]["dense"]["kernel"].shape == (8, 32)
    image = module.apply(variables, z, labels, surroundings(2))
    joined = jnp.concatenate([z, jax.nn.one_hot(labels, 3)], axis=1)
    plain = module.clone(classes=0).apply(variables, joined, (), surroundings(2))
    np.testing.assert_array_equal(image, plain)
    assert np.any(image[0] != image[1])


def test_bad_sizes():
    with pytest.raises(ValueError, match="size: saw 24, wanted a power of two"):
        made(progan.Generator((24, 24, 3)), jnp.zeros((2, 8)))
    with pytest.raises(ValueError, match=r"shape: saw \(8, 4, 3\), wanted \(size"):
        made(progan.Generator((8, 4, 3)), jnp.zeros((2, 8)))
    with pytest.raises(ValueError, match=r"value: saw images \(8, 4\), wanted \(8, 8"):
        made(progan.Discriminator(8), jnp.zeros((2, 8, 4, 3)))


def test_import_refuses_what_it_does_not_know(golden):
    state = under(np.load(golden / "pggan_g_4.npz"), "state/")
    with pytest.raises(ValueError, match=r"layers called one of toRGBLayers"):
        import_torch({"what": np.zeros(2, np.float32)})
    with pytest.raises(ValueError, match=r"more\.bias: saw no place for it, wanted"):
        import_torch({**state, "more.bias": np.zeros(2, np.float32)})
    del state["formatLayer.module.bias"]
    with pytest.raises(ValueError, match=r"formatLayer\.module\.bias: saw no such"):
        import_torch(state)


@pytest.mark.parametrize("name", ["g_16", "d_16"])
def test_official_names(golden, name):
    """The state dict comes back; its factors are taken out again, to rounding."""
    npz, _, variables = load(golden, name)
    state = under(npz, "state/")
    back = export_torch(variables)
    assert set(back) == set(state)
    for key, array in back.items():
        np.testing.assert_allclose(array, state[key], 1e-6, err_msg=key)


def test_official_penalties(golden, monkeypatch):
    """WGAN-GP's at given alphas, and R1, with all slopes of both."""
    npz, config, variables = load(golden, "gp")
    module = progan.Discriminator(
        8, channel_base=BASES[8], channel_max=8, late_pool=True
    )
    real, fake = images(npz["in/real"]), images(npz["in/fake"])
    # Theirs is alpha · real + (1 - alpha) · fake, ours the other way round.
    alpha = 1.0 - jnp.asarray(npz["in/alpha"])[:, 0]
    file = sys.modules[gradient_penalty.__module__]
    monkeypatch.setattr(file, "per_verdict", lambda numbers, play: alpha)

    def critic(params, value):
        context = surroundings(len(value))
        return module.apply({"params": params}, value, (), context).logits

    def of(term):
        def loss(params):
            play = scene(critic, params, real, fake)
            return term.weight * jnp.mean(term.apply((), play)[0])

        return jax.value_and_grad(loss)

    @jax.jit
    def both(params):
        slope = config["lambdaGP"]
        # Theirs is a sum over examples.
        summed = gradient_penalty(slope * len(real))
        return of(summed)(params), of(r1(2.0 * slope))(params)

    for name, (loss, slopes) in zip(
        ("wgan_gp", "logistic_gp_real"), both(variables["params"])
    ):
        assert_near(loss, npz[f"out/{name}"], 1e-4, name)
        assert_near(slopes, their_slopes(npz, name), 1e-3, name)
