"""Adaptive augmentation: the official vectors, laws of the draws, and how p moves."""

import collections
import dataclasses
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.scipy.special import erfinv

from jaxgan.augment.ada import SIGNS, ada, transform
from jaxgan.augment.ada_corruption import BANK
from jaxgan.augment.ada_draws import Draws
from jaxgan.augment.ada_geometry import SYM6
from jaxgan.augment.ada_strengths import (
    BGC,
    BGCFNC,
    BLIT,
    COLOR,
    GEOMETRY,
    Strengths,
    joined,
)
from jaxgan.core import Context, Sample, example_keys
from jaxgan.core.metrics import Mean, mean

CONTEXT = Context(example_keys(jax.random.key(0), 4), train=True)


def nhwc(array):
    return jnp.asarray(array.transpose(0, 2, 3, 1))


def strengths(made):
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in made.items()}
    return Strengths(**values)


def assert_close(seen, wanted, what, tolerance=1e-4):
    scale = np.abs(wanted).max()
    np.testing.assert_allclose(seen, wanted, tolerance, tolerance * scale, err_msg=what)


@dataclasses.dataclass(frozen=True)
class Percentile(Draws):
    """Everything happens, with the value at one percentile: the official debugging."""

    percentile: float = 0.5
    field: jax.Array | None = None

    def uniform(self, name, *shape):
        # The second turn is left out, as theirs is.
        value = 0.5 if name == "rotate_after" else self.percentile
        return jnp.full((self.field.shape[0], *shape), value)

    def normal(self, name, *shape):
        if name == "noise_field":
            return self.field
        at = self.percentile if name == "noise" else 2 * self.percentile - 1
        # Theirs leaves the √2 out of the normal's quantile.
        return jnp.full((self.field.shape[0], *shape), erfinv(jnp.float32(at)))

    def gate(self, name, chance, value, neutral):
        del name, chance, neutral
        return value

    def maybe(self, name, strength, value, neutral):
        del name
        return value if strength else jnp.full_like(value, neutral)


@pytest.fixture(scope="module")
def debugging(golden):
    npz = np.load(golden / "ada_augment_debug.npz")
    return npz, json.loads(str(npz["config"]))["cases"]


def test_official_filters(debugging):
    npz, _ = debugging
    np.testing.assert_allclose(SYM6, npz["out/buffers/Hz_geom"], 1e-5, 1e-7)
    np.testing.assert_allclose(BANK, npz["out/buffers/Hz_fbank"], 1e-5, 1e-7)
    np.testing.assert_allclose(BANK.sum(0), np.eye(1, 43, 21)[0], atol=1e-6)


def at_percentile(npz, case):
    single = case.get("input", "img")
    x = nhwc(npz[f"in/{single}"])
    field = nhwc(npz["in/noise_field" + single.removeprefix("img")])
    draws = Percentile(CONTEXT, jnp.ones(()), case["percentile"], field)
    return x, lambda x: transform(x, strengths(case["ctor"]), draws)


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_official_percentiles(debugging, every):
    """Every transformation alone and all presets, at all percentiles or one of them."""
    npz, cases = debugging
    assert len(cases) == 76
    groups = collections.defaultdict(list)
    for name, case in cases.items():
        groups[json.dumps([case["ctor"], case.get("input")])].append((name, case))
    assert {len(group) for group in groups.values()} == {1, 4}
    if not every:
        cases = dict(
            group[place % len(group)] for place, group in enumerate(groups.values())
        )
    assert len(cases) == (76 if every else 31)
    for name, case in cases.items():
        x, function = at_percentile(npz, case)
        assert_close(function(x), nhwc(npz[f"out/{name}/y"]), name)


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_official_slopes(debugging, every):
    npz, cases = debugging
    found = [name for name in cases if f"grad/{name}/in" in npz.files]
    assert len(found) == 15
    for name in found if every else found[::3]:
        x, function = at_percentile(npz, cases[name])
        wanted = npz[f"grad/{name}/in"]
        weights = np.cos(0.7 * np.arange(wanted.size) + 0.3).astype(np.float32)
        weights = nhwc(weights.reshape(wanted.shape))
        (slope,) = jax.vjp(function, x)[1](weights)
        assert_close(slope, nhwc(wanted), name)


ORDER = (
    "xflip rotate90 xint scale rotate_before aniso rotate_after xfrac brightness "
    "contrast lumaflip hue saturation band0 band1 band2 band3 noise"
)
"""In which order the official code draws, each followed by whether it happens."""


@dataclasses.dataclass(frozen=True)
class Replayed(Draws):
    """Numbers that the official code drew, by our names."""

    numbers: dict | None = None

    def _each(self, draw, name, shape):
        del draw
        value = self.numbers[name]
        return value.reshape(value.shape[0], *shape)


def by_name(npz, name, made):
    prefix = f"in/{name}/draw"
    arrays = [npz[key] for key in sorted(npz.files) if key.startswith(prefix)]
    alike = {"rotate_before": "rotate", "rotate_after": "rotate"}
    numbers, rest = {}, iter(arrays)
    for one in ORDER.split():
        kind = "imgfilter" if one.startswith("band") else one
        if getattr(made, alike.get(kind, kind)):
            numbers[one] = jnp.asarray(next(rest))
            numbers[f"{one}_gate"] = jnp.asarray(next(rest))
    if made.noise:
        numbers["noise_field"] = nhwc(next(rest))
    if made.cutout:
        numbers["cutout_gate"] = jnp.asarray(next(rest))
        numbers["cutout_centre"] = jnp.asarray(next(rest))
    assert next(rest, None) is None
    return numbers


def test_official_draws(golden):
    """Presets on given draws, at p = 1 and ½: gates and ranges, batched."""
    npz = np.load(golden / "ada_augment_stochastic.npz")
    cases = json.loads(str(npz["config"]))["cases"]
    assert len(cases) == 10
    for name, case in cases.items():
        made = strengths(case["ctor"])
        draws = Replayed(CONTEXT, jnp.float32(case["p"]), by_name(npz, name, made))
        x = transform(nhwc(npz["in/img"]), made, draws)
        assert_close(x, nhwc(npz[f"out/{name}/y"]), name)


def test_presets():
    assert joined(BLIT, GEOMETRY, COLOR) == BGC
    assert [name for name in BGC._fields if getattr(BGC, name) == 1.0][:12] == [
        *("xflip", "rotate90", "xint", "scale", "rotate", "aniso", "xfrac"),
        *("brightness", "contrast", "lumaflip", "hue", "saturation"),
    ]
    assert BGCFNC.cutout == BGCFNC.noise == BGCFNC.imgfilter == 1.0


def augmented(probability, keys, made=BGCFNC):
    x = jax.random.normal(jax.random.key(3), (4, 8, 8, 3))
    augment = ada(made, batch_size=4, start=probability)
    context = Context(keys, train=True)
    sample = augment.apply(augment.init(), Sample(x, jnp.arange(4)), context)
    np.testing.assert_array_equal(sample.given, np.arange(4))
    return x, sample.value


def test_nothing_happens_at_zero():
    """To rounding where it is computed, and to the bit where it need not be."""
    x, y = augmented(0.0, CONTEXT.keys)
    np.testing.assert_array_equal(y, x)

    @jax.jit
    def computed(x):
        return transform(x, BGCFNC, Draws(CONTEXT, jnp.float32(0.0)))

    np.testing.assert_allclose(computed(x), x, 1e-3, 1e-4)


def test_draws_are_per_example():
    """Example i depends on its own key and pixels; all that can be drawn differs."""
    _, y = augmented(1.0, CONTEXT.keys)
    other = CONTEXT.keys.at[2].set(jax.random.key(9))
    _, z = augmented(1.0, other)
    changed = np.any(np.asarray(y != z), axis=(1, 2, 3))
    np.testing.assert_array_equal(changed, [False, False, True, False])


def test_gates_open_as_often_as_p_says():
    keys = example_keys(jax.random.key(1), 4000)
    draws = Draws(Context(keys), jnp.float32(0.3))
    seen = draws.maybe("any", 0.5, jnp.ones((4000, 2)), 0.0)
    np.testing.assert_array_equal(seen[:, 0], seen[:, 1])
    # 0.15 of 4000: five standard deviations are 0.028.
    assert abs(float(jnp.mean(seen)) - 0.15) < 0.028


def test_probability_follows_the_signs():
    augment = ada(batch_size=32, target=0.6, images=1280.0, every=4)
    state = augment.init()

    def play(state, sign):
        return augment.update(state, {SIGNS: mean(jnp.float32(sign))})

    for sign in (1.0, 0.0, 1.0):  # the mean of four is 0.75
        state = play(state, sign)
        assert state.probability == 0.0
    state = play(state, 1.0)
    np.testing.assert_allclose(state.probability, 32 * 4 / 1280, 1e-6)
    assert state.signs == Mean(0.0, 0.0)
    for _ in range(8):  # down twice, and not below 0
        state = play(state, 0.5)
    assert state.probability == 0.0


def test_bad_arguments():
    with pytest.raises(ValueError, match="batch_size: saw 0"):
        ada(batch_size=0)
    with pytest.raises(ValueError, match="images: saw 0"):
        ada(batch_size=1, images=0)
    with pytest.raises(ValueError, match="start: saw -1"):
        ada(batch_size=1, start=-1)
    augment = ada(batch_size=1)
    with pytest.raises(
        ValueError, match=r"metrics: saw .*, wanted 'discriminator/real"
    ):
        augment.update(augment.init(), {})
    with pytest.raises(ValueError, match=r"value: saw \(4, 8, 8, 2\), wanted"):
        augment.apply(augment.init(), Sample(jnp.zeros((4, 8, 8, 2))), CONTEXT)
