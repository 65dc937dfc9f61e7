"""The whole chain: against official vectors, and its laws."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

from jaxgan.degradation import (
    SecondOrder,
    Stage,
    correlate,
    jpeg,
    real_esrgan_degradation,
    resize,
    unsharp_mask,
)
from jaxgan.degradation.noise import gaussian_noise, normal_numbers, poisson_noise
from jaxgan.degradation.real_esrgan import canvases, degraded
from jaxgan.degradation.second_order import Draws, StageDraws, draws


@pytest.fixture(scope="module")
def chain(golden):
    npz = np.load(golden / "realesrgan_chain.npz")
    return {name: npz[name] for name in npz.files}


def picture(array):
    return jnp.asarray(np.moveaxis(array[0], 0, -1))


def test_official_chain(chain):
    """Its random sizes lie on canvases here; draws and noise are given."""
    modes = {"area": 0, "bilinear": 1, "bicubic": 2}

    def stage(number, scale, mode, sigma, quality):
        return StageDraws(
            kernel=jnp.asarray(chain[f"in/kernel{number}"][0]),
            scale=jnp.float32(scale),
            mode=jnp.int32(modes[mode]),
            gaussian=jnp.bool(True),
            sigma=jnp.float32(sigma),
            poisson_scale=jnp.float32(1.0),
            gray=jnp.bool(False),
            quality=jnp.float32(quality),
            bits=jnp.int32(number),
        )

    drawn = Draws(
        stage(1, 0.63, "bicubic", 9.0, 70.0),
        stage(2, 0.8, "area", 6.0, 55.0),
        jnp.int32(modes["bilinear"]),
        jnp.asarray(chain["in/sinc_kernel"][0]),
        jnp.bool(True),
    )
    seen_sizes = {}

    def noise(x, drawn, valid):
        number = 2 if x.shape[0] < 40 else 1
        assert valid.shape == (*x.shape[:2], 1)
        field = picture(chain[f"in/noise{number}"])
        rows, columns = field.shape[:2]
        seen_sizes[number] = (x.shape, (rows, columns))
        fill = ((0, x.shape[0] - rows), (0, x.shape[1] - columns), (0, 0))
        return gaussian_noise(x, jnp.pad(field, fill), drawn.sigma)

    seen = jax.jit(lambda x: degraded(x, drawn, SecondOrder(), noise))(
        picture(chain["in/gt"])
    )
    assert seen_sizes == {1: ((96, 112, 3), (40, 45)), 2: ((32, 32, 3), (12, 14))}
    wanted = np.moveaxis(chain["out/chain/lq"][0], 0, -1)
    steps = np.round(255 * np.abs(seen - wanted))
    # A coefficient that rounds the other way moves a block of pixels by a few steps.
    assert np.mean(steps > 0) < 0.01
    assert steps.max() <= 2


def targets(count, height=32, width=48):
    rng = np.random.default_rng(0)
    coarse = rng.uniform(-1, 1, (count, height // 8, width // 8, 3))
    fine = 0.1 * rng.normal(size=(count, height, width, 3))
    smooth = np.kron(coarse, np.ones((1, 8, 8, 1)))
    return jnp.asarray(np.clip(smooth + fine, -1, 1), jnp.float32)


def assert_few_steps(seen, wanted):
    """Roundings of coefficients may fall otherwise, of a few."""
    steps = np.round(127.5 * np.abs(np.asarray(seen) - np.asarray(wanted)))
    assert np.mean(steps > 0) < 0.05
    assert np.mean(steps) < 0.2


@pytest.fixture(scope="module")
def batch():
    degrade = real_esrgan_degradation()
    keys = jax.random.split(jax.random.key(3), 8)
    return degrade, keys, targets(8), degrade(keys, targets(8))


def test_bytes_of_a_quarter_of_the_size(batch):
    source = batch[-1]
    assert source.shape == (8, 8, 12, 3)
    assert source.dtype == jnp.float32
    steps = 127.5 * (np.asarray(source) + 1)
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-3)
    assert np.abs(source).max() <= 1
    assert np.std(source) > 0.1


def test_a_source_depends_on_its_key_and_its_target_alone(batch):
    degrade, keys, target, source = batch
    order = np.array([3, 1, 0, 2, 7, 6, 5, 4])
    assert_few_steps(degrade(keys[order], target[order]), source[order])
    other = degrade(keys[order], target)
    assert np.mean(np.abs(other[1] - source[1])) < 2e-3  # key 1 has stayed
    assert all(np.mean(np.abs(other[i] - source[i])) > 0.02 for i in (0, 4, 7))


@pytest.mark.parametrize(
    "kind", [AxisType.Auto, pytest.param(AxisType.Explicit, marks=pytest.mark.slow)]
)
def test_on_eight_devices(batch, kind):
    degrade, keys, target, source = batch
    mesh = jax.make_mesh((8,), ("data",), axis_types=(kind,))
    over = NamedSharding(mesh, P("data"))
    with jax.set_mesh(mesh):
        seen = degrade(jax.device_put(keys, over), jax.device_put(target, over))
    assert_few_steps(seen, source)


def by_sizes(picture, drawn, ranges):
    """The chain by arrays of the sizes that were drawn, as official code has it."""
    height, width = picture.shape[:2]

    def noise(x, stage):
        bits = stage.bits[: x.shape[0], : x.shape[1]]
        if stage.gaussian:
            bits = bits[..., :1] if stage.gray else bits
            return gaussian_noise(x, normal_numbers(bits), stage.sigma)
        return poisson_noise(x, bits, stage.poisson_scale, stage.gray)

    x = correlate(unsharp_mask(picture), drawn.first.kernel)
    x = resize(x, ranges.modes[int(drawn.first.mode)], float(drawn.first.scale))
    x = jpeg(noise(x, drawn.first), drawn.first.quality)
    x = correlate(x, drawn.second.kernel)
    scale = float(drawn.second.scale)
    size = tuple(max(1, int(side / ranges.scale * scale)) for side in (height, width))
    x = noise(resize(x, ranges.modes[int(drawn.second.mode)], size=size), drawn.second)
    quality, mode = drawn.second.quality, ranges.modes[int(drawn.mode)]
    final = height // ranges.scale, width // ranges.scale
    if drawn.jpeg_last:
        x = correlate(resize(x, mode, size=final), drawn.filter)
        x = jpeg(jnp.clip(x, 0, 1), quality)
    else:
        x = correlate(resize(jpeg(x, quality), mode, size=final), drawn.filter)
    return jnp.clip(jnp.round(255 * x), 0, 255) / 255


@pytest.mark.slow
def test_canvases_change_nothing():
    """Of twelve keys some enlarge, some shrink, with all modes and both noises."""
    ranges = SecondOrder()
    target = 0.5 * (targets(1, 64, 48)[0] + 1)
    sizes = canvases((64, 48), ranges)
    draw = jax.jit(lambda key: draws(key, ranges, sizes))
    chain = jax.jit(lambda drawn: degraded(target, drawn, ranges))
    seen = set()
    for key in jax.random.split(jax.random.key(1), 12):
        drawn = draw(key)
        assert_few_steps(chain(drawn), by_sizes(target, drawn, ranges))
        ways = [np.sign(float(d.scale) - 1) for d in drawn[:2]]
        seen |= {("way", i, float(w)) for i, w in enumerate(ways)}
        seen |= {("gaussian", bool(d.gaussian)) for d in drawn[:2]}
        seen |= {("mode", int(d.mode)) for d in drawn[:2]}
        seen |= {("last", bool(drawn.jpeg_last))}
    wanted = {("way", i, w) for i in range(2) for w in (-1.0, 1.0)}
    wanted |= {("gaussian", g) for g in (True, False)}
    wanted |= {("mode", m) for m in range(3)} | {("last", g) for g in (True, False)}
    assert wanted <= seen


def test_what_is_drawn_keeps_to_the_ranges():
    ranges = SecondOrder()
    keys = jax.random.split(jax.random.key(0), 2000)
    drawn = jax.jit(jax.vmap(lambda key: draws(key, ranges, ((1, 1), (1, 1)))))(keys)

    def share(flags, wanted):
        assert abs(np.mean(flags) - wanted) < 4 * np.sqrt(0.25 / len(keys))

    for stage, limits in ((drawn.first, ranges.first), (drawn.second, ranges.second)):
        names = ("sigma", "poisson_scale", "quality")
        for name in names:
            least, most = getattr(limits, name)
            values = np.asarray(getattr(stage, name))
            assert values.min() >= least
            assert values.max() <= most
            np.testing.assert_allclose(
                values.mean(), (least + most) / 2, atol=0.05 * (most - least)
            )
        share(stage.gaussian, 0.5)
        share(stage.gray, 0.4)
        up, down, keep = limits.resize_shares
        share(stage.scale > 1, up)
        share(stage.scale < 1, down)
        share(stage.scale == 1, keep)
        assert stage.scale.min() >= limits.resize[0]
        assert stage.scale.max() <= limits.resize[1]
        for mode in range(3):
            share(stage.mode == mode, 1 / 3)
        unchanged = stage.kernel[:, 10, 10] == 1
        share(unchanged, 1 - limits.blur_probability)
        share(stage.kernel.min(axis=(1, 2)) < 0, 0.1 * limits.blur_probability)
        np.testing.assert_allclose(stage.kernel.sum(axis=(1, 2)), 1, rtol=1e-5)
    share(drawn.jpeg_last, 0.5)
    share(drawn.filter[:, 10, 10] == 1, 0.2)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"gray": 1.5}, "gray: saw 1.5, wanted at least 0, at most 1"),
        ({"resize": (1.1, 1.5)}, "resize: saw .*, wanted a range around 1"),
        ({"quality": (30.0, 100.0)}, "quality: saw 100.0, wanted .* less than 100"),
        ({"resize_shares": (0.0, 0.0, 0.0)}, "saw only 0, wanted a positive number"),
    ],
)
def test_bad_ranges(options, line):
    with pytest.raises(ValueError, match=line):
        Stage(**options)


def test_bad_input():
    degrade, keys = real_esrgan_degradation(), jax.random.split(jax.random.key(0), 2)
    with pytest.raises(ValueError, match="H and W multiples of 4"):
        degrade(keys, jnp.zeros((2, 10, 8, 3)))
    with pytest.raises(ValueError, match=r"saw shape \(2, 8, 8, 1\), wanted"):
        degrade(keys, jnp.zeros((2, 8, 8, 1)))
    with pytest.raises(ValueError, match="scale: saw 0, wanted a whole number"):
        SecondOrder(scale=0)
    with pytest.raises(ValueError, match="modes: saw none"):
        dataclasses.replace(SecondOrder(), modes=())
