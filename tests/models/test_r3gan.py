"""R3GAN against the official vectors, and its published sizes."""

import itertools
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import recipes
from jaxgan.core import Context, example_keys
from jaxgan.models import r3gan
from jaxgan.models.r3gan import weights as r3gan_weights
from jaxgan.nn import double, halve
from tests.models.golden import assert_near, images, under
from tests.terms.scenes import scene

OUTPUT, GRADIENT = 1e-4, 1e-3


def context(count):
    return Context(example_keys(jax.random.key(0), count), train=True)


def network(npz, part=""):
    """The module of a golden file."""
    made = json.loads(str(npz["config"]))["modules"][part]
    options = made["ctor"]
    shared = {
        "widths": options["WidthPerStage"],
        "groups": options["CardinalityPerStage"],
        "blocks": options["BlocksPerStage"],
        "classes": options.get("ConditionDimension", 0),
        "embedding": options.get("ConditionEmbeddingDimension", 0),
    }
    if made["class"] == "Discriminator":
        return r3gan.Discriminator(**shared)
    size = 4 * 2 ** (len(shared["widths"]) - 1)
    return r3gan.Generator(shape=(size, size, 3), **shared)


def labels(npz):
    if "in/c" not in npz.files:
        return ()
    return jnp.asarray(npz["in/c"].argmax(1).astype(np.int32))


@pytest.mark.parametrize(
    "name", [pytest.param("r3gan_g", marks=pytest.mark.slow), "r3gan_g_cond"]
)
def test_official_generators(golden, name):
    npz = np.load(golden / f"{name}.npz")
    module, variables = network(npz), r3gan_weights.import_torch(under(npz, "state/"))
    z, given = jnp.asarray(npz["in/z"]), labels(npz)

    @jax.jit
    def loss(params, z):
        image = module.apply({"params": params}, z, given, context(len(z)))
        return jnp.sum(image * images(npz["in/cotangent"])), image

    (value, image), (gradient, slope) = jax.value_and_grad(loss, (0, 1), has_aux=True)(
        variables["params"], z
    )
    assert_near(image, images(npz["out/y"]), OUTPUT, name)
    assert_near(value, npz["out/main/loss"], OUTPUT, name)
    wanted = under(npz, "grad/main/")
    assert_near(slope, wanted.pop("in:z"), GRADIENT, name)
    wanted = r3gan_weights.import_torch(wanted)["params"]
    assert_near(gradient, wanted, GRADIENT, name)


@pytest.mark.parametrize(
    "name", [pytest.param("r3gan_d", marks=pytest.mark.slow), "r3gan_d_cond"]
)
def test_official_discriminators(golden, name):
    npz = np.load(golden / f"{name}.npz")
    module, variables = network(npz), r3gan_weights.import_torch(under(npz, "state/"))
    given = labels(npz)

    @jax.jit
    def loss(params, image):
        verdict = module.apply({"params": params}, image, given, context(len(image)))
        return jnp.mean(jax.nn.softplus(-verdict.logits)), verdict.logits

    (value, logits), (gradient, slope) = jax.value_and_grad(loss, (0, 1), has_aux=True)(
        variables["params"], images(npz["in/img"])
    )
    assert_near(logits, npz["out/y"], OUTPUT, name)
    assert_near(value, npz["out/main/loss"], OUTPUT, name)
    wanted = under(npz, "grad/main/")
    assert_near(slope, images(wanted.pop("in:img")), GRADIENT, name)
    assert_near(gradient, r3gan_weights.import_torch(wanted)["params"], GRADIENT, name)


def test_official_resamplers(golden):
    npz = np.load(golden / "r3gan_resamplers.npz")
    x = images(npz["in/x"])
    up = images(npz["out/InterpolativeUpsampler_121/y"])
    down = images(npz["out/InterpolativeDownsampler_121/y"])
    assert_near(double(x, dark=True), up, 1e-6, "r3gan upsampler")
    assert_near(halve(x), down, 1e-6, "r3gan downsampler")


def official_turn(golden, player):
    """Terms per example and gradients of one player's turn, ours and theirs."""
    npz = np.load(golden / "r3gan_loss.npz")
    gamma = json.loads(str(npz["config"]))["gamma"]
    sides = [
        (
            network(npz, side),
            r3gan_weights.import_torch(under(npz, f"state/{side}/"))["params"],
        )
        for side in "GD"
    ]
    (generator, g), (discriminator, d) = sides
    real, z = images(npz["in/real_img"]), jnp.asarray(npz["in/z"])
    critic_turn, generator_turn = recipes.r3gan(gamma=(gamma, gamma)).turns
    turn = critic_turn if player == "discriminator" else generator_turn

    def critic(params, x):
        return discriminator.apply({"params": params}, x, (), context(len(z))).logits

    @jax.jit
    def total(params):
        g_params = params if player == "generator" else g
        d_params = params if player == "discriminator" else d
        fake = generator.apply({"params": g_params}, z, (), context(len(z)))
        play = scene(critic, d_params, real, fake, player)
        values = {term.name: term.apply((), play)[0] for term in turn.terms}
        logits = play.real_verdict.logits - play.fake_verdict.logits
        weights = [
            term.weight(jnp.int32(0)) if callable(term.weight) else term.weight
            for term in turn.terms
        ]
        loss = sum(
            weight * jnp.mean(values[term.name])
            for weight, term in zip(weights, turn.terms)
        )
        return loss, (values, logits, fake)

    params = g if player == "generator" else d
    (_, seen), gradient = jax.value_and_grad(total, has_aux=True)(params)
    return npz, seen, gradient


def test_official_discriminator_turn(golden):
    npz, (values, logits, fake), gradient = official_turn(golden, "discriminator")
    what = "r3gan_loss D"
    assert_near(fake, images(npz["out/fake_img"]), OUTPUT, what)
    wanted = under(npz, "out/D_step/")
    assert_near(values["adversarial"], wanted["AdversarialLoss"], OUTPUT, what)
    assert_near(logits, wanted["RelativisticLogits"], OUTPUT, what)
    assert_near(2 * values["r1"], wanted["R1Penalty"], OUTPUT, what)
    assert_near(2 * values["r2"], wanted["R2Penalty"], OUTPUT, what)
    official = r3gan_weights.import_torch(under(npz, "grad/D_step/D/"))["params"]
    assert_near(gradient, official, GRADIENT, what)


def test_official_generator_turn(golden):
    npz, (values, logits, _), gradient = official_turn(golden, "generator")
    what = "r3gan_loss G"
    wanted = under(npz, "out/G_step/")
    assert_near(values["adversarial"], wanted["AdversarialLoss"], OUTPUT, what)
    assert_near(-logits, wanted["RelativisticLogits"], OUTPUT, what)
    official = r3gan_weights.import_torch(under(npz, "grad/G_step/G/"))["params"]
    assert_near(gradient, official, GRADIENT, what)


def sizes(module, *arguments):
    """Parameters and the shape of what a module returns, without computing."""
    output, variables = jax.eval_shape(
        module.init_with_output, jax.random.key(0), *arguments, context(2)
    )
    return sum(x.size for x in jax.tree.leaves(variables["params"])), output


def counted(widths, groups, classes):
    """Parameters of both players by the paper's figure 4, embedding and latent 64."""
    total = 0
    for width, count in zip(widths, groups):
        hidden = 2 * width
        block = 2 * width * hidden + 9 * hidden * (hidden // count) + 2 * hidden
        total += 2 * block
    resizes = sum(a * b for a, b in itertools.pairwise(widths) if a != b)
    total += resizes + 16 * widths[0] + 3 * widths[-1]
    generator = total + widths[0] * (64 + 64 * (classes > 0)) + 64 * classes
    head = widths[0] * (64 if classes else 1)
    return generator, total + head + 64 * classes


@pytest.mark.parametrize("name", sorted(r3gan_weights.PUBLISHED))
def test_published_networks(name):
    """Widths and groups of the official presets, counted by hand."""
    made, classes = r3gan_weights.PUBLISHED[name], 10 if name == "CIFAR-10" else 0
    generator, discriminator = made.players(classes)
    size = generator.shape[0]
    given = (jnp.zeros(2, jnp.int32),) if classes else ((),)
    ours, image = sizes(generator, jnp.zeros((2, 64)), *given)
    assert image.shape == (2, size, size, 3)
    theirs, verdict = sizes(discriminator, jnp.zeros(image.shape), *given)
    assert verdict.logits.shape == (2,)
    assert (ours, theirs) == counted(made.widths, made.groups, classes)


def test_blocks_start_as_the_identity():
    module = r3gan.Block(groups=2, depth=3)
    x = jax.random.normal(jax.random.key(1), (2, 3, 5, 4))
    y, variables = jax.jit(module.init_with_output)(jax.random.key(0), x)
    np.testing.assert_array_equal(x, y)
    assert variables["params"]["conv2"]["kernel"].shape == (3, 3, 4, 8)


def test_initial_scale():
    """He's gain √(2/1.04) · depth^-¼, within five standard errors."""
    x = jnp.zeros((1, 4, 4, 64))
    params = jax.jit(r3gan.Block(groups=4, depth=16).init)(jax.random.key(0), x)
    for name, fan_in in (("conv1", 64), ("conv2", 9 * 32)):
        kernel = params["params"][name]["kernel"]
        wanted = (2 / 1.04 / fan_in) ** 0.5 / 2
        error = 5 / (2 * kernel.size) ** 0.5
        np.testing.assert_allclose(jnp.std(kernel), wanted, rtol=error)


def test_exact_stages_compute_in_float32():
    """Those with the smallest maps; the rest, and what is returned, do not."""
    options = {"widths": (4, 4), "groups": (2, 2), "blocks": 1, "exact": 1}
    generator = r3gan.Generator(shape=(8, 8, 3), dtype=jnp.bfloat16, **options)
    _, image = sizes(generator, jnp.zeros((2, 5)), ())
    assert image.dtype == jnp.bfloat16
    discriminator = r3gan.Discriminator(dtype=jnp.bfloat16, **options)
    _, verdict = sizes(discriminator, jnp.zeros((2, 8, 8, 3)), ())
    assert verdict.logits.dtype == jnp.float32


def test_errors():
    latent = jnp.zeros((2, 5))
    with pytest.raises(ValueError, match=r"size: saw 16, wanted 32: 4 doubled between"):
        sizes(r3gan.Generator(shape=(16, 16, 3)), latent, ())
    with pytest.raises(ValueError, match="groups: saw 4, wanted one of 2"):
        sizes(r3gan.Generator(shape=(8, 8, 3), widths=(4, 4)), latent, ())
    with pytest.raises(ValueError, match=r"shape: saw \(8, 4, 3\), wanted a square"):
        sizes(r3gan.Generator(shape=(8, 4, 3), widths=(4, 4)), latent, ())
    with pytest.raises(ValueError, match=r"given: saw \(\), wanted int labels \[2\]"):
        sizes(r3gan.Discriminator(classes=3), jnp.zeros((2, 32, 32, 3)), ())
    with pytest.raises(ValueError, match=r"wanted names with 'MainLayers'"):
        r3gan_weights.import_torch({"conv.weight": np.zeros(3)})
    with pytest.raises(ValueError, match=r"saw 'MainLayers\.0\.Layers\.0\.Alpha'"):
        r3gan_weights.import_torch({"Model.MainLayers.0.Layers.0.Alpha": np.zeros(3)})
