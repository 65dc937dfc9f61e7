"""The terms of adversarial flow models: the official steps, and closed forms."""

import importlib
import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import losses
from jaxgan.core import Context, Players, Sample, example_keys, schedules
from jaxgan.core.frozen import FrozenNetworks
from jaxgan.core.timed import Timed
from jaxgan.core.types import Play
from jaxgan.models import dit
from jaxgan.models.dit import weights
from jaxgan.terms import (
    adversarial,
    approximated_r1,
    approximated_r2,
    centering,
    classifier_guidance,
    normalized_adversarial,
    optimal_transport,
)
from tests.models.golden import assert_near, images, like, under
from tests.terms.scenes import linear, normal, scene

OUTPUT, GRADIENT = 1e-4, 1e-3
SHARED = {"width": 16, "depth": 1, "heads": 2, "patch": 2, "classes": 5}
G = dit.Generator(**SHARED, shape=(8, 8, 4))
D = dit.Discriminator(**SHARED)
C = dit.Classifier(**SHARED)
FIRST = np.array([0, 2, 3, 4, 1, 5, 6, 7])
"""The official penalty is on the first two of eight, ours on every fourth."""


class Official:
    """Inputs and networks of the official steps, in the order in which we take them."""

    def __init__(self, golden):
        self.npz = np.load(golden / "afm_losses.npz")
        self.given = jnp.asarray(self.npz["in/labels"][FIRST].astype(np.int32))
        self.variables = {
            side: weights.import_torch(under(self.npz, f"state/{side}/"))
            for side in ("G", "D", "classifier")
        }

    def images(self, name):
        return images(self.npz[name])[FIRST]

    def play(self, player, params) -> Play:
        """The scene of a turn, of the mover's parameters."""
        generator, discriminator = (self.variables[side] for side in "GD")
        frozen = FrozenNetworks({"classifier": self.variables["classifier"]})
        context = Context(example_keys(jax.random.key(0), 8), train=True)
        context = Context(context.keys, train=True, frozen=frozen)
        if player == "generator":
            generator = {"params": params}
        else:
            discriminator = {"params": params}
        latent = Sample(self.images("in/noises_src"), self.given)
        value = G.apply(generator, latent.value, self.given, context)
        fake, real = (
            Sample(value, self.given),
            Sample(self.images("in/latents"), self.given),
        )

        def judge(sample, stream, params=None):
            del stream, params
            return D.apply(discriminator, sample.value, sample.given, context)

        return Play(
            player=player,
            context=context,
            params=Players((), ()),
            latent=latent,
            real=real,
            fake=fake,
            real_verdict=judge(real, "real"),
            fake_verdict=judge(fake, "fake"),
            generate=lambda *_: fake,
            discriminate=judge,
        )

    def gradient(self, side, terms):
        """Weighted values by name, what the terms remember, and their gradient."""
        player = {"G": "generator", "D": "discriminator"}[side]

        @jax.jit
        def loss(params):
            play, values, memory = self.play(player, params), {}, {}
            for term in terms:
                value, memory[term.name] = term.apply(term.init(), play)
                values[term.name] = term.weight * jnp.mean(value)
            return sum(values.values()), (values, memory)

        (_, effects), gradient = jax.value_and_grad(loss, has_aux=True)(
            self.variables[side]["params"]
        )
        return *effects, gradient


def test_official_discriminator_step(golden, monkeypatch):
    official = Official(golden)
    drawn = iter([official.npz["in/noises_r1"], official.npz["in/noises_r2"]])
    module = importlib.import_module("jaxgan.terms.approximated")
    monkeypatch.setattr(module, "normal_like", lambda *_: images(next(drawn)[:2]))
    terms = (
        adversarial(losses.relativistic),
        approximated_r1(0.5, shrink=4),
        approximated_r2(0.5, shrink=4),
        centering(0.01),
    )
    values, _, gradient = official.gradient("D", terms)
    names = ("loss_dis", "loss_r1", "loss_r2", "loss_cp")
    wanted = [official.npz[f"out/D/{name}"] for name in names]
    # Of the penalty of the fakes .37, float32 itself is 4e-5 from float64.
    assert_near(list(values.values()), wanted, 3e-4)
    wanted = weights.import_torch(under(official.npz, "grad/D/D/"))["params"]
    assert_near(gradient, wanted, GRADIENT)


GUIDANCE = {"G": 0.0, "G_no_norm": 0.0, "G_guided": 0.05, "G_guided_flow": 0.05}


@pytest.mark.parametrize(
    "case",
    [
        case if "flow" in case else pytest.param(case, marks=pytest.mark.slow)
        for case in GUIDANCE
    ],
)
def test_official_generator_steps(golden, monkeypatch, case):
    official = Official(golden)
    npz = official.npz
    play = normalized_adversarial if case != "G_no_norm" else adversarial
    terms = [
        play(losses.relativistic),
        optimal_transport(float(npz[f"out/{case}/ot_scale"])),
    ]
    if GUIDANCE[case]:
        module = importlib.import_module("jaxgan.terms.classifier_guidance")
        times = jnp.asarray(npz["in/timesteps_cg"])[FIRST]
        noise = official.images("in/noises_cg")
        monkeypatch.setattr(module, "_draws", lambda *_: (times, noise))
        if case == "G_guided":
            monkeypatch.setattr(module, "renoised", lambda image, *_: image)

        def classify(variables, value, times):
            context = Context(example_keys(jax.random.key(0), 8))
            return C.apply(variables, value, Timed((), (times,)), context)

        terms.append(classifier_guidance(classify, GUIDANCE[case], latest=1.0))
    values, memory, gradient = official.gradient("G", terms)
    names = {
        "adversarial": "loss_gen",
        "optimal_transport": "loss_ot",
        "classifier_guidance": "loss_cg",
    }
    wanted = {name: npz[f"out/{case}/{names[name]}"] for name in values}
    assert_near(values, wanted, OUTPUT)
    if case != "G_no_norm":
        squares = npz[f"out/{case}/square_avg_after"]
        assert_near(memory["adversarial"], squares, OUTPUT)
    wanted = under(npz, f"grad/{case}/G/")
    wanted = weights.import_torch(wanted)["params"]
    assert_near(like(gradient, wanted), wanted, GRADIENT)


def test_official_normalization(golden):
    """Three calls with given gradients, of which the memory goes on."""
    npz = np.load(golden / "afm_losses.npz")
    term, memory = normalized_adversarial(losses.wasserstein), jnp.zeros(())
    fake = jnp.zeros((8, 8, 8, 4))
    for call, name in enumerate(["gradient_1", "gradient_2", "gradient_1"]):
        # The official gradients are those of a mean over the eight.
        slope = -8.0 * images(npz[f"in/{name}"])

        def loss(fake, slope=slope, memory=memory):
            def critic(slope, x):
                return jnp.sum(slope * x, axis=(1, 2, 3))

            play = scene(critic, slope, fake, fake, "generator")
            value, after = term.apply(memory, play)
            return jnp.mean(value), after

        gradient, memory = jax.grad(loss, has_aux=True)(fake)
        wanted = images(npz[f"out/grad_norm/call{call}_gradient"])
        assert_near(gradient, wanted, OUTPUT)
        assert_near(memory, npz[f"out/grad_norm/call{call}_square_avg"], OUTPUT)


def test_official_schedule(golden):
    npz = np.load(golden / "afm_losses.npz")
    schedule = schedules.cosine(0.2, 0.005, 100)
    seen = [schedule(step) for step in npz["out/cosine/steps"]]
    np.testing.assert_allclose(seen, npz["out/cosine/values"], 1e-5)


def value(term, play):
    return term.apply(term.init(), play)[0]


def test_centering():
    """(w · (x + y))² of a linear critic."""
    real, fake, w = normal(1, 5, 3), normal(2, 5, 3), normal(3, 3)
    seen = value(centering(), scene(linear, w, real, fake))
    np.testing.assert_allclose(seen, ((real + fake) @ w) ** 2, 1e-4)


def test_optimal_transport():
    """A mean of squares, of flat noise too; what is shared is dearer."""
    noise, fake = normal(1, 3, 4, 4, 2), normal(2, 3, 4, 4, 2)
    wanted = np.mean(np.asarray(fake - noise) ** 2, axis=(1, 2, 3))
    play = scene(linear, jnp.ones((4, 4, 2)), fake, fake, "generator")
    for latent in (noise, noise.reshape(3, -1)):
        seen = value(optimal_transport(), play._replace(latent=Sample(latent)))
        np.testing.assert_allclose(seen, wanted, 1e-5)
    share = jnp.array([1.0, 0.5, 0.25])
    term = optimal_transport(share=lambda play: share)
    seen = value(term, play._replace(latent=Sample(noise)))
    np.testing.assert_allclose(seen, wanted / share, 1e-5)
    with pytest.raises(ValueError, match=r"latent: saw 31 numbers, wanted .* has: 32"):
        value(optimal_transport(), play._replace(latent=Sample(normal(1, 3, 31))))
    with pytest.raises(ValueError, match="optimal_transport: saw it on D's turn"):
        value(optimal_transport(), play._replace(player="discriminator"))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_normalized_gradients_have_one_size(scale):
    """Of a settled memory: lengths 1/√N, whatever the discriminator's slope."""
    w = scale * normal(1, 4, 4, 2)
    term = normalized_adversarial(losses.wasserstein)

    def loss(fake, memory):
        play = scene(linear, w, fake, fake, "generator")
        value, after = term.apply(memory, play)
        return jnp.sum(value), (value, after)

    memory, fake = jnp.float32(0.0), normal(2, 3, 4, 4, 2)
    for _ in range(100):
        gradient, (values, memory) = jax.grad(loss, has_aux=True)(fake, memory)
    lengths = jnp.linalg.norm(gradient.reshape(3, -1), axis=1)
    np.testing.assert_allclose(lengths, 32**-0.5, 1e-3)
    np.testing.assert_allclose(values, -linear(w, fake), 1e-4)
    with pytest.raises(ValueError, match="normalized_adversarial: saw it on D's turn"):
        value(term, scene(linear, w, fake, fake))
    with pytest.raises(ValueError, match=r"decay: saw 1\.5"):
        normalized_adversarial(losses.wasserstein, decay=1.5)
    with pytest.raises(TypeError, match="loss: saw a float, wanted a Loss"):
        normalized_adversarial(1.0)


def test_guidance_draws_times_and_noise():
    """Times below the latest, noise in proportion; and the cross-entropy by hand."""
    seen = []

    def classify(variables, value, times):
        seen.append((variables, value, times))
        return jnp.stack([value[:, 0], value[:, 1], 0.0 * value[:, 0]], axis=1)

    fake, labels = jnp.ones((400, 2)), jnp.arange(400) % 3
    play = scene(linear, jnp.ones(2), fake, fake, "generator")
    frozen = types.MappingProxyType({"judge": "weights"})
    context = Context(play.context.keys, train=True)
    object.__setattr__(context, "frozen", frozen)
    play = play._replace(fake=Sample(fake, labels), context=context)
    found = value(classifier_guidance(classify, latest=0.3, name="judge"), play)
    ((variables, values, times),) = seen
    assert variables == "weights"
    assert 0.0 <= times.min() < 0.02
    assert 0.28 < times.max() <= 0.3
    deviation = np.asarray((values - (1.0 - times[:, None])) / times[:, None])
    assert abs(deviation.std() - 1.0) < 0.15
    logits = np.asarray([[*row, 0.0] for row in values], np.float64)
    wanted = np.log(np.exp(logits).sum(1)) - logits[np.arange(400), labels]
    np.testing.assert_allclose(found, wanted, 1e-4)
    own = jnp.array([0.0, 0.1, 0.5])[labels]
    chained = play._replace(fake=Sample(fake, Timed(labels, (own,))))
    found = value(classifier_guidance(classify, latest=0.3, name="judge"), chained)
    _, values, times = seen[-1]
    np.testing.assert_array_equal(values, fake)
    np.testing.assert_array_equal(times, own)
    wanted = np.log(2 * np.e + 1) - np.array([1.0, 1.0, 0.0])[labels]
    np.testing.assert_allclose(found, np.where(labels == 2, 0.0, wanted), 1e-5)
    with pytest.raises(ValueError, match="given: saw no labels, wanted some"):
        value(classifier_guidance(classify), play._replace(fake=Sample(fake)))
    with pytest.raises(ValueError, match="latest: saw 2"):
        classifier_guidance(classify, latest=2)
