"""Cycles and identities: all of CycleGAN's losses on the official ones' outputs."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import recipes
from jaxgan.core import Context, Play, Players, Sample, Verdict, example_keys
from tests.models.golden import assert_near, images

PICTURES = ("fake_B", "rec_A", "fake_A", "rec_B", "idt_A", "idt_B", "real_A", "real_B")
LOGITS = ("pred_DA_fakeB", "pred_DB_fakeA", "pred_DA_realB", "pred_DB_realA")


@pytest.fixture(scope="module")
def npz(golden):
    return np.load(golden / "cyclegan_losses.npz")


@pytest.fixture(scope="module")
def recipe(npz):
    """The first domain, A, is x; B is y."""
    weights = json.loads(str(npz["config"]))["weights"]
    a, b, idt = (weights[f"lambda_{name}"] for name in ("A", "B", "identity"))
    return recipes.cyclegan(cycle_weight=1.0, identity_weight=idt, x=a, y=b, pool=0)


def play_of(player, outputs):
    """Of networks that return the given outputs, whatever they are called with."""
    made = {
        "cycle": {"x": outputs["rec_A"], "y": outputs["rec_B"]},
        "identity": {"x": outputs["idt_B"], "y": outputs["idt_A"]},
    }

    def sides(x, y):
        return {"x": outputs[x], "y": outputs[y]}

    def generate(latent, stream, params=None):
        assert set(latent.value) == {"x", "y"}
        return Sample(made[stream])

    real = sides("real_A", "real_B")
    keys = example_keys(jax.random.key(0), len(real["x"]))
    return Play(
        player=player,
        context=Context(keys, Sample(real), jnp.int32(0), train=True),
        params=Players((), ()),
        latent=Sample(real),
        real=Sample(real),
        fake=Sample(sides("fake_A", "fake_B")),
        real_verdict=Verdict(sides("pred_DB_realA", "pred_DA_realB")),
        fake_verdict=Verdict(sides("pred_DB_fakeA", "pred_DA_fakeB")),
        generate=generate,
        discriminate=lambda *_: pytest.fail("nothing is judged again"),
    )


@pytest.mark.parametrize("player", ["G", "D"])
def test_official_losses(npz, recipe, player):
    """Their sum, its parts, and its slopes in all outputs of networks."""
    turn = recipe.turns["GD".index(player)]
    outputs = {name: images(npz[f"in/{name}"]) for name in (*PICTURES, *LOGITS)}

    def total(outputs):
        play = play_of(turn.player, outputs)
        values = {
            term.name: term.weight * jnp.mean(term.apply((), play)[0])
            for term in turn.terms
        }
        return sum(values.values()), values

    (loss, values), slopes = jax.value_and_grad(total, has_aux=True)(outputs)

    def out(*names):
        return sum(npz[f"out/{player}/{name}"] for name in names)

    if player == "G":
        assert_near(loss, out("G"), 1e-5)
        pairs = {"adversarial": "G", "cycle": "cycle", "identity": "idt"}
        for term, name in pairs.items():
            assert_near(values[term], out(f"{name}_A", f"{name}_B"), 1e-5, term)
    else:
        assert_near(loss, out("D_A", "D_B"), 1e-5)
    checked = 0
    for name, slope in slopes.items():
        wanted = f"grad/{player}/in:{name}"
        if wanted in npz.files:
            assert_near(slope, images(npz[wanted]), 1e-5, name)
            checked += 1
    assert checked == (6 if player == "G" else 4)
