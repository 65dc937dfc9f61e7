"""VGAN against a port that was read against the authors' code."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import vgan
from jaxgan.models.vgan import weights
from tests.models.filled import filled
from tests.models.golden import assert_near, certain, images, under
from tests.models.videos import clips, waves

OUTPUT, GRADIENT = 1e-4, 1e-3
GENERATOR = vgan.Generator(widths=(6, 5, 4, 3))
DISCRIMINATOR = vgan.Discriminator((3, 4, 5, 6), norm_epsilon=1e-5)


def context(count, train=True):
    return Context(example_keys(jax.random.key(0), count), train=train)


def passed(module, variables, value):
    output, changed = module.apply(
        variables, value, (), context(len(value)), mutable=["batch_stats"]
    )
    return output, {**variables, **changed}


@pytest.mark.slow
def test_training_steps_of_a_port(golden):
    npz = np.load(golden / "vgan.npz")
    generator, discriminator = (
        weights.import_torch(under(npz, f"state/{name}/")) for name in "GD"
    )
    z, real = jnp.asarray(npz["in/z"]), waves(npz["in/real_video_coef"], 32, 64)

    @jax.jit
    def run(generator, discriminator):
        fake, generator = passed(GENERATOR, generator, z)

        def critic(params):
            own = {**discriminator, "params": params}
            of_real, own = passed(DISCRIMINATOR, own, real)
            of_fake, own = passed(DISCRIMINATOR, own, fake.value)
            value = jax.nn.softplus(-of_real.logits) + jax.nn.softplus(of_fake.logits)
            return jnp.mean(value) / 2, (of_real.logits, of_fake.logits, own)

        first = jax.value_and_grad(critic, has_aux=True)(discriminator["params"])
        after = first[0][1][2]
        # As the port's step: the same pass of the generator, whose gradient is taken.
        again = {**generator, "batch_stats": generator["batch_stats"]}

        def player(params):
            own = {**again, "params": params}
            fake, own = passed(GENERATOR, own, z)
            logits = passed(DISCRIMINATOR, after, fake.value)[0].logits
            mask = jnp.mean(jnp.abs(fake.features["mask"]))
            value = jnp.mean(jax.nn.softplus(-logits))
            return value + 0.1 * mask, (value, mask)

        second = jax.value_and_grad(player, has_aux=True)(generator["params"])
        still = GENERATOR.apply(generator, z, (), context(2, False))
        return fake, first, second, still

    fake, first, second, still = run(generator, discriminator)
    stride = np.s_[:, ::4, ::8, ::8]
    for name, seen in (
        ("video", fake.value),
        ("foreground", fake.features["foreground"]),
        ("mask", fake.features["mask"]),
    ):
        wanted = clips(npz[f"out/G_train/{name}_stride"])
        assert_near(seen[stride], wanted, OUTPUT, name)
    background = images(npz["out/G_train/background"])
    assert_near(fake.features["background"][:1, 0], background, OUTPUT, "background")
    frame = images(npz["out/G_train/video0_frame5"][None])[0]
    assert_near(fake.value[0, 5], frame, OUTPUT, "a frame")
    wanted = clips(npz["out/G_eval/video_stride"])
    assert_near(still.value[stride], wanted, OUTPUT, "evaluated")

    (value, (of_real, of_fake, _)), gradient = first
    np.testing.assert_allclose(value, npz["out/D_step/loss_half"], rtol=OUTPUT)
    for name, seen in (("real", of_real), ("fake", of_fake)):
        wanted = npz[f"out/D_step/logits_{name}"].ravel()
        assert_near(seen, wanted, OUTPUT, "logits")
    near_gradient(gradient, npz, "grad/D_step/D/")
    (value, (adversarial, mask)), gradient = second
    np.testing.assert_allclose(mask, npz["out/G_step/mask_l1_mean"], rtol=OUTPUT)
    np.testing.assert_allclose(adversarial, npz["out/G_step/adversarial"], rtol=OUTPUT)
    np.testing.assert_allclose(value, npz["out/G_step/loss"], rtol=OUTPUT)
    near_gradient(gradient, npz, "grad/G_step/G/")


def near_gradient(gradient, npz, prefix):
    """But those of biases in front of norms, which are but rounding."""
    ours, wanted = weights.export_torch({"params": gradient}), {}
    for name, array in certain(npz, prefix, GRADIENT).items():
        layer, _, kind = name.rpartition(".")
        norm = f"{layer.replace('conv', 'bn')}.weight" in ours
        if not (kind == "bias" and layer.startswith("conv") and norm):
            wanted[name] = array
    assert_near({name: ours[name] for name in wanted}, wanted, GRADIENT, prefix)


@pytest.mark.parametrize("name", "GD")
def test_state_dicts_come_back(golden, name):
    """But for biases in front of norms, which go into running means."""
    npz = np.load(golden / "vgan.npz")
    state = under(npz, f"state/{name}/")
    back = weights.export_torch(weights.import_torch(state))
    state = {k: v for k, v in state.items() if not k.endswith("tracked")}
    assert back.keys() == state.keys()
    for key, array in state.items():
        layer, _, kind = key.rpartition(".")
        norm = layer.replace("conv", "bn")
        if kind == "bias" and norm != layer and f"{norm}.weight" in state:
            np.testing.assert_array_equal(back[key], 0.0)
        elif kind == "running_mean":
            bias = state[f"{layer.replace('bn', 'conv')}.bias"]
            np.testing.assert_allclose(back[key], array - bias)
        else:
            np.testing.assert_array_equal(back[key], array)


def test_a_mask_of_one_shows_the_foreground():
    """And one of none the background: all between is between."""
    module = vgan.Generator(1, 4, (2,))
    z = jax.random.normal(jax.random.key(0), (2, 3))
    variables = filled(module, z, (), context(2))
    sample = jax.jit(module.apply)(variables, z, (), context(2, False))
    mask, front, back = (
        np.asarray(sample.features[name])
        for name in ("mask", "foreground", "background")
    )
    assert sample.value.shape == (2, 4, 8, 8, 1)
    np.testing.assert_allclose(
        sample.value, mask * front + (1 - mask) * back, atol=1e-6
    )
    low, high = np.minimum(front, back), np.maximum(front, back)
    assert np.all((sample.value >= low - 1e-6) & (sample.value <= high + 1e-6))
    assert back.shape[1] == 1


@pytest.mark.parametrize(
    ("module", "value", "message"),
    [
        (vgan.Generator(1, 6, (2, 2)), jnp.zeros((2, 3)), "frames: saw 6, wanted a"),
        (
            vgan.Discriminator((2, 2)),
            jnp.zeros((2, 4, 8, 6, 1)),
            "clips: saw .*, wanted frames and sides that are multiples of 4",
        ),
    ],
)
def test_sizes_that_cannot_be(module, value, message):
    with pytest.raises(ValueError, match=message):
        jax.eval_shape(module.init, jax.random.key(0), value, (), context(2))


def test_published_sizes():
    """Of the paper's networks, by hand: biases but in front of norms."""
    shapes = jax.eval_shape(
        vgan.Generator().init, jax.random.key(0), jnp.zeros((2, 100)), (), context(2)
    )
    maps, norms = [100, 512, 256, 128, 64], 2 * (512 + 256 + 128 + 64)
    still = (
        sum(16 * a * b for a, b in itertools.pairwise(maps)) + norms + 16 * 64 * 3 + 3
    )
    moving = 32 * 100 * 512 + sum(64 * a * b for a, b in itertools.pairwise(maps[1:]))
    moving += norms + 64 * 64 * 4 + 4
    count = sum(x.size for x in jax.tree.leaves(shapes["params"]))
    assert count == still + moving
