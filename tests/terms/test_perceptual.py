"""Perceptual and style losses: BasicSR's numbers, closed forms, constant targets."""

import dataclasses
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Sample
from jaxgan.core.frozen import FrozenNetworks
from jaxgan.terms import criteria, frobenius, mean_absolute, mean_squared, perceptual
from jaxgan.terms import style as style_term
from tests.models.golden import assert_near, images
from tests.models.vgg.test_networks import official
from tests.terms.scenes import linear, normal, scene

CRITERIA = {"l1": mean_absolute, "l2": mean_squared, "fro": frobenius}
CASES = ("esrgan", "realesrgan", "style", "fro", "range_norm")


def seen_by(frozen, fake, real, player="generator"):
    """A generator's turn whose context has frozen networks."""
    play = scene(linear, jnp.zeros(fake.shape[1:]), real, fake, player)
    context = dataclasses.replace(play.context, frozen=FrozenNetworks(frozen))
    return play._replace(context=context)


def value(term, play):
    return jnp.mean(term.apply((), play)[0])


@pytest.mark.parametrize("name", CASES)
def test_official(golden, name):
    """BasicSR's losses of images in [0, 1], and their gradients by the first."""
    npz = np.load(golden / "basicsr_perceptual.npz")
    case = json.loads(str(npz["config"]))["perceptual_cases"][name]
    layers, criterion = case["layer_weights"], CRITERIA[case.get("criterion", "l1")]
    network, variables = official(npz, tuple(layers))
    gt = 2.0 * images(npz["in/gt"]) - 1.0
    shared = {"criterion": criterion}
    weights = case.get("perceptual_weight", 1.0), case.get("style_weight", 0.0)
    content, style = (
        make(network.apply, layers, weight, **shared)
        for make, weight in zip((perceptual, style_term), weights)
    )

    @jax.jit
    def losses(x):
        play = seen_by({"vgg": variables}, 2.0 * x - 1.0, gt)
        parts = {"percep": content.weight * value(content, play)}
        if style.weight:
            parts["style"] = style.weight * value(style, play)
        return sum(parts.values()), parts

    (_, parts), slope = jax.value_and_grad(losses, has_aux=True)(images(npz["in/x"]))
    for part, number in parts.items():
        assert_near(number, npz[f"out/{name}/{part}"], 1e-4, part)
    assert f"out/{name}/style" in npz or "style" not in parts
    assert_near(slope, images(npz[f"grad/{name}/in:x"]), 1e-3, "gradient")


A, FAKE, REAL = normal(1, 3, 2), normal(2, 4, 2, 5, 3), normal(3, 4, 2, 5, 3)
LAYERS = {"deep": 0.5, "shallow": 2.0}


def features(variables, x):
    return {"shallow": x, "deep": jnp.square(x @ variables["a"]), "other": x}


def play_of(fake=FAKE, real=REAL, player="generator"):
    return seen_by({"vgg": {"a": A}}, fake, real, player)


def test_closed_forms():
    """Per example, in float64, of a network of one layer."""
    fake, real, a = (np.asarray(x, np.float64) for x in (FAKE, REAL, A))
    maps = [(0.5, (fake @ a) ** 2, (real @ a) ** 2), (2.0, fake, real)]
    for criterion, power in ((mean_absolute, 1), (mean_squared, 2)):
        term = perceptual(features, LAYERS, criterion=criterion, scale=1 / 12.75)
        wanted = sum(
            w * np.mean(np.abs((v - t) / 12.75) ** power, axis=(1, 2, 3))
            for w, v, t in maps
        )
        np.testing.assert_allclose(term.apply((), play_of())[0], wanted, 1e-4)
    term = style_term(features, LAYERS)

    def gram(maps):
        rows = maps.reshape(4, 10, -1)
        return rows.transpose(0, 2, 1) @ rows / (10 * rows.shape[-1])

    wanted = sum(w * np.abs(gram(v) - gram(t)).mean((1, 2)) for w, v, t in maps)
    np.testing.assert_allclose(term.apply((), play_of())[0], wanted, 1e-4)


def test_frobenius():
    """One number for all examples; no slope, and no NaN, where nothing differs."""
    numbers, targets = normal(1, 3, 2, 2), normal(2, 3, 2, 2)
    context = play_of().context
    seen = frobenius(numbers, targets, context)
    np.testing.assert_allclose(seen, np.linalg.norm(numbers - targets), 1e-6)
    slope = jax.grad(lambda x: frobenius(x, numbers, context))(numbers)
    np.testing.assert_array_equal(slope, np.zeros(numbers.shape))


@pytest.mark.parametrize("make", [perceptual, style_term])
def test_targets_get_no_gradient(make):
    """Whatever the target comes from; of copies all is 0."""
    term = make(features, LAYERS)

    def of_both(shared):
        pair = lambda play: (play.fake.value, shared * play.real.value)  # noqa: E731
        return value(make(features, LAYERS, pair=pair), play_of())

    assert jax.grad(of_both)(1.5) == 0.0
    assert of_both(1.5) != of_both(1.0)
    np.testing.assert_array_equal(term.apply((), play_of(REAL))[0], np.zeros(4))
    slope = jax.grad(lambda x: value(term, play_of(x)))(FAKE)
    assert np.abs(slope).min() > 0


def test_pairs_of_anything():
    """Values that are trees, of which the pair takes what it compares."""
    play = play_of()
    play = play._replace(fake=Sample({"x": FAKE}), real=Sample({"x": REAL}))
    term = perceptual(
        features, LAYERS, pair=lambda play: (play.fake.value["x"], play.real.value["x"])
    )
    plain = perceptual(features, LAYERS)
    np.testing.assert_array_equal(
        term.apply((), play)[0], plain.apply((), play_of())[0]
    )
    np.testing.assert_array_equal(criteria.fake_and_real(play_of())[0], FAKE)


@pytest.mark.parametrize("make", [perceptual, style_term])
def test_refuses(make):
    with pytest.raises(ValueError, match="layers: saw none"):
        make(features, {})
    with pytest.raises(ValueError, match="layers: deep: saw -1, wanted at least 0"):
        make(features, {"deep": -1})
    with pytest.raises(ValueError, match="saw it on D's turn, wanted G's"):
        make(features, LAYERS).apply((), play_of(player="discriminator"))
    with pytest.raises(
        ValueError, match=r"frozen networks: saw \['vgg'\], wanted 'net'"
    ):
        make(features, LAYERS, frozen="net").apply((), play_of())
    with pytest.raises(ValueError, match="layers: saw 'x', wanted some of shallow, "):
        make(features, {"x": 1.0}).apply((), play_of())


def test_refuses_a_scale():
    with pytest.raises(ValueError, match=r"scale: saw 0\.0, wanted more than 0"):
        perceptual(features, LAYERS, scale=0.0)
