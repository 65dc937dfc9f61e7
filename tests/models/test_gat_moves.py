"""GAT's whole moves against the official code, with every draw given."""

import importlib
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import recipes
from jaxgan.augment.diffaugment import cutout, translation
from jaxgan.augment.level_noise import (
    colour_means,
    flip,
    hidden,
    noise_shares,
    recoloured,
)
from jaxgan.core import Verdict
from jaxgan.models.gat import weights
from jaxgan.terms import alignment
from tests.models.golden import assert_near, images, under
from tests.models.test_gat import (
    GRADIENT,
    OUTPUT,
    context,
    labels,
    networks,
    pictures,
)
from tests.terms.scenes import scene

approximated = importlib.import_module("jaxgan.terms.approximated")
EPSILON = 0.01


class Draws:
    """Those of one side, real or fake, of one case of the file."""

    def __init__(self, npz, case, side):
        self.arrays = under(npz, f"in/{case}/{side}_")
        self.noises = tuple(
            images(self.arrays[f"noise{number}"]) for number in (3, 2, 1, 0)
        )

    def __call__(self, levels, like):
        """Levels transformed with the means of pictures `like`, then hidden."""
        rows = [
            self.example(place, tuple(level[place] for level in levels), like[place])
            for place in range(len(like))
        ]
        levels = tuple(jnp.stack(level) for level in zip(*rows))
        levels = levels * 4 if len(levels) == 1 else levels
        return hidden(levels, self.noises, noise_shares())

    def example(self, place, levels, like):
        at = {name: x[place].ravel() for name, x in self.arrays.items()}
        numbers = [at[name][0] for name in ("brightness", "saturation", "contrast")]
        if at["color_mask"] < 0.5:
            means = colour_means(like)
            levels = tuple(recoloured(level, means, *numbers) for level in levels)
        # Theirs looks a move further on, ours moves the image.
        moves = jnp.array([-at["translation_x"][0], -at["translation_y"][0]])
        levels = self.drawn("randint", moves, translation, levels)
        middle = jnp.array([at["cutout_x"][0], at["cutout_y"][0]])
        levels = self.drawn("randint", middle, cutout, levels)
        return self.drawn("uniform", at["flip"][0], flip, levels)

    @staticmethod
    def drawn(name, number, transform, levels):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(jax.random, name, lambda *_: number)
            return tuple(transform(jax.random.key(0), level) for level in levels)


def official_move(golden, monkeypatch, case, extra=()):
    """Terms, gradients and what was judged, of one move; and the file."""
    npz = np.load(golden / "gat_losses.npz")
    modules, player = networks(npz), "generator" if case.endswith("G") else "D"
    judge_name = "PT_D" if case.startswith("PT") else "D"
    critic = modules["GATD_PT" if judge_name == "PT_D" else "GATD"]
    made = weights.import_torch(under(npz, "state/G/"))
    d = weights.import_torch(under(npz, f"state/{judge_name}/"))["params"]
    given, z = labels(npz), jnp.asarray(npz["in/z"])
    real, count = images(npz["in/images"]), len(npz["in/z"])
    sides = {side: Draws(npz, case, side) for side in ("real", "fake")}
    if player == "D":
        directions = {
            False: images(npz[f"in/{case}/r1_perturbation"]),
            True: tuple(
                images(npz[f"in/{case}/r2_perturbation{level}"]) for level in range(4)
            ),
        }
        monkeypatch.setattr(
            *(approximated, "normal_like"),
            lambda keys, value: directions[isinstance(value, tuple)],
        )
    critic_turn, generator_turn = recipes.gat(terms=extra).turns
    turn = critic_turn if player == "D" else generator_turn

    @jax.jit
    def total(params):
        variables = {**made, **({} if player == "D" else {"params": params})}
        fake, changed = generator_pass(modules["GAT"], variables, z, given)
        if player == "D":
            fake = jax.lax.stop_gradient(fake)
        likes = {"real": real, "fake": fake[-1]}
        judged = []

        def judge(sample, stream, other=None):
            value = sample.value if stream == "fake" else (sample.value,)
            seen = sides[stream](value, likes[stream])
            judged.append(seen)
            mine = params if player == "D" else d
            verdict = critic.apply({"params": mine}, seen, given, context(count))
            return Verdict(verdict.logits, verdict.features)

        play = scene(
            lambda params, x: jnp.zeros(count),
            *(None, real, fake),
            "discriminator" if player == "D" else "generator",
        )
        frozen = {"teacher": tuple(map(jnp.asarray, teacher_tokens(npz)))}
        play = play._replace(
            real_verdict=judge(play.real, "real"),
            fake_verdict=judge(play.fake, "fake"),
            discriminate=judge,
            context=play.context.__class__(play.context.keys, frozen=frozen),
        )
        values = {term.name: term.apply((), play)[0] for term in turn.terms}
        loss = sum(term.weight * jnp.mean(values[term.name]) for term in turn.terms)
        logits = (play.fake_verdict.logits, play.real_verdict.logits)
        return loss, (values, logits, judged, changed)

    params = d if player == "D" else made["params"]
    (_, seen), gradient = jax.value_and_grad(total, has_aux=True)(params)
    return npz, seen, gradient


def generator_pass(module, variables, z, given):
    return module.apply(
        *(variables, z, given, context(len(z), train=True)), mutable=["style_average"]
    )


def teacher_tokens(npz):
    return npz["in/dino_cls"], npz["in/dino_patches"]


def check_judged(npz, case, judged):
    names = ("real", "fake", "real_perturbed", "fake_perturbed")
    for name, seen in zip(names, judged):
        wanted = pictures(npz[f"out/{case}/judged_{name}"])
        assert_near(seen, wanted, OUTPUT, f"{case} {name}")


def rounding(npz, name):
    """How far float32 is from float64 there, of the largest number."""
    error, size = json.loads(str(npz["config"]))["f32_error_vs_f64"][name]
    return error / size


@pytest.mark.parametrize("case", [pytest.param("D", marks=pytest.mark.slow), "PT_D"])
def test_official_discriminator_move(golden, monkeypatch, case):
    """Penalties divide rounding by .01: to five times what the file's own is."""

    def teacher(variables, image):
        del image
        return variables

    extra = (alignment(teacher, "teacher"),) if case == "PT_D" else ()
    npz, (values, logits, judged, _), gradient = official_move(
        golden, monkeypatch, case, extra
    )
    check_judged(npz, case, judged)
    for name, seen in zip(("fake", "real"), logits):
        wanted = npz[f"out/{case}/logits_{name}"][:, 0]
        assert_near(seen, wanted, OUTPUT, f"{case} logits {name}")
    for term, name in (("approximated_r1", "r1_loss"), ("approximated_r2", "r2_loss")):
        name = f"out/{case}/logged_{name}"
        limit = max(OUTPUT, 5 * rounding(npz, name))
        assert_near(2 * values[term], npz[name], limit, f"{case} {term}")
    total = values["adversarial"] + 0.1 * (
        values["approximated_r1"] + values["approximated_r2"]
    )
    if case == "PT_D":
        parts = [npz[f"out/{case}/logged_z_kd_{part}"] for part in ("cls", "patch")]
        assert_near(values["alignment"], sum(parts), OUTPUT, "alignment")
        total = total + values["alignment"]
    assert_near(total, npz[f"out/{case}/loss"], OUTPUT, f"{case} loss")
    wanted = under(npz, f"grad/{case}/D/")
    # The pair shares what it is compared with: a bias there has no gradient.
    bias = wanted.pop("final_layer.1.bias")
    wanted = weights.import_torch(wanted)["params"]
    ours = dict(gradient)
    ours["logit"] = {"kernel": gradient["logit"]["kernel"]}
    assert_near(ours, wanted, GRADIENT, case)
    assert np.abs(np.asarray(gradient["logit"]["bias"]) - bias).max() < 1e-4


@pytest.mark.parametrize("case", ["G", pytest.param("PT_G", marks=pytest.mark.slow)])
def test_official_generator_move(golden, monkeypatch, case):
    npz, (values, logits, judged, changed), gradient = official_move(
        golden, monkeypatch, case
    )
    check_judged(npz, case, judged)
    for name, seen in zip(("fake", "real"), logits):
        wanted = npz[f"out/{case}/logits_{name}"][:, 0]
        assert_near(seen, wanted, OUTPUT, f"{case} logits {name}")
    assert_near(values["adversarial"], npz[f"out/{case}/loss"], OUTPUT, case)
    if case == "PT_G":
        return
    wanted = weights.import_torch(under(npz, "grad/G/G/"))["params"]
    assert_near(gradient, wanted, GRADIENT, case)
    after = changed["style_average"]["mapping"]["mean"]
    assert_near(after, npz["out/G/w_avg_after"], OUTPUT, "w_avg")
