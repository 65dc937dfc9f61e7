"""StyleGAN3 against the official vectors, published sizes and laws."""

import functools
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.games.style import StyleGame
from jaxgan.models import stylegan3
from jaxgan.models.stylegan3.design import resampling, stages
from jaxgan.models.stylegan3.layers import modulated_conv
from jaxgan.models.stylegan3.weights import export_torch, import_torch
from tests.models.filled import filled
from tests.models.golden import images, under

OUTPUT = {"rtol": 1e-4, "atol": 1e-5}
COLLECTIONS = ["style_average", "magnitudes"]
ONES = jnp.ones((1, 5, 4))
SMALL = {
    **{"style_size": 4, "channel_base": 64, "channel_max": 6, "margin": 4},
    **{"synthesis_layers": 3, "critical_layers": 1},
}


def surroundings(count, train=False):
    return Context(example_keys(jax.random.key(0), count), train=train)


@functools.cache
def load(folder, name):
    npz = np.load(folder / f"stylegan3_{name}.npz")
    config = json.loads(str(npz["config"]))
    made = config["modules"][""]["ctor"]
    module = stylegan3.Generator(
        (made["img_resolution"],) * 2 + (made["img_channels"],),
        style_size=made["w_dim"],
        channel_base=made["channel_base"],
        channel_max=made["channel_max"],
        kernel_size=made.get("conv_kernel", 3),
        radial=made.get("use_radial_filters", False),
        synthesis_layers=made["num_layers"],
        critical_layers=made["num_critical"],
        magnitude_decay=made["magnitude_ema_beta"],
    )
    variables = import_torch(under(npz, "state/"), module)
    return npz, config, module, jax.tree.map(jnp.asarray, variables)


def slopes_of(npz, case):
    official = under(npz, f"grad/{case}/")
    of_styles = official.pop("in:ws", None)
    official.pop("in:z", None)
    return import_torch(official)["params"], of_styles


def assert_close(seen, wanted, tolerance, what=""):
    """Every leaf that is wanted, to a tolerance relative to its largest number."""
    flat = dict(jax.tree_util.tree_leaves_with_path(seen))
    for path, b in jax.tree_util.tree_leaves_with_path(wanted):
        name = what + jax.tree_util.keystr(path)
        limit = tolerance * np.abs(b).max()
        np.testing.assert_allclose(flat[path], b, tolerance, limit, err_msg=name)


@pytest.mark.parametrize("name", ["t", "r"])
def test_official_generators(golden, name):
    npz, config, module, variables = load(golden, name)
    z, context = jnp.asarray(npz["in/z"]), surroundings(2)

    def styles(share, cutoff):
        cut = module.clone(truncation=float(share), truncation_cutoff=cutoff)
        return cut.apply(variables, z, (), context, method="styles")

    @jax.jit
    def everything(transform):
        w = [styles(*case) for case in config["truncation_cases"]]
        draw = functools.partial(module.apply, method="synthesize")
        image, inner = draw(
            variables,
            w[0],
            context,
            capture_intermediates=True,
            mutable=["intermediates"],
        )
        moved = stylegan3.transformed(variables, transform)
        turned = [draw(moved, each, context) for each in (w[0], w[-1])]
        return w, image, inner["intermediates"]["synthesis"], turned

    w, image, layers, turned = everything(jnp.asarray(npz["in/transform"]))
    for place, seen in enumerate(w):
        np.testing.assert_allclose(seen, npz[f"out/mapping{place}/w"], **OUTPUT)
    first = under(npz, "out/identity/first_sample/")
    assert len(first) == module.synthesis_layers + 2
    for layer, wanted in first.items():
        (seen,) = layers[layer]["__call__"]
        np.testing.assert_allclose(seen[:1, ..., :4], images(wanted), **OUTPUT)
    np.testing.assert_allclose(image, images(npz["out/identity/img"]), **OUTPUT)
    for case, seen in zip(("transform", "transform_trunc"), turned):
        np.testing.assert_allclose(seen, images(npz[f"out/{case}/img"]), **OUTPUT)


@pytest.mark.parametrize("name", [pytest.param("t", marks=pytest.mark.slow), "r"])
def test_official_gradients(golden, name):
    npz, _, module, variables = load(golden, name)
    z = jnp.asarray(npz["in/z"])

    def main(params, z):
        state = {**variables, "params": params}
        image = module.apply(state, z, (), surroundings(2))
        return jnp.sum(image * images(npz["in/cotangent"]))

    loss, (slopes, of_z) = jax.jit(jax.value_and_grad(main, (0, 1)))(
        variables["params"], z
    )
    np.testing.assert_allclose(loss, npz["out/main/loss"], **OUTPUT)
    wanted, _ = slopes_of(npz, "main")
    assert jax.tree.structure(slopes) == jax.tree.structure(wanted)
    assert_close(slopes, wanted, 1e-3)
    assert_close(of_z, npz["grad/main/in:z"], 1e-3, "z")


@pytest.mark.parametrize("name", ["t", pytest.param("r", marks=pytest.mark.slow)])
def test_official_running_means(golden, name):
    """They move first, and are used then, whether or not they are stored."""
    npz, _, module, variables = load(golden, name)
    z, context = jnp.asarray(npz["in/z"]), surroundings(2, train=True)

    @jax.jit
    def both(variables):
        stored = module.apply(variables, z, (), context, mutable=COLLECTIONS)
        return stored, module.apply(variables, z, (), context)

    (image, changed), constant = both(variables)
    np.testing.assert_allclose(image, images(npz["out/update_emas/img"]), **OUTPUT)
    np.testing.assert_allclose(constant, image, 1e-6, 1e-6)
    after, wanted = export_torch(changed), under(npz, "out/update_emas/state_after/")
    assert set(after) == set(wanted)
    for leaf, value in wanted.items():
        np.testing.assert_allclose(after[leaf], value, **OUTPUT)


def test_official_synthesis_from_w(golden):
    """Gradients of every layer's w, of the second order too; means call by call."""
    npz, _, module, variables = load(golden, "w")
    w, weights = jnp.asarray(npz["in/ws"]), images(npz["in/cotangent"])

    def drawn(params, w):
        state = {**variables, "params": params}
        image = module.apply(state, w, surroundings(2), method="synthesize")
        return jnp.sum(image * weights), image

    def length(params, w):
        slope, _ = jax.grad(drawn, 1, has_aux=True)(params, w)
        lengths = jnp.sqrt(jnp.mean(jnp.sum(slope**2, axis=2), axis=1))
        return jnp.sum(lengths), lengths

    @jax.jit
    def everything(params, w):
        return [
            jax.value_and_grad(f, (0, 1), has_aux=True)(params, w)
            for f in (drawn, length)
        ]

    first, second = everything(variables["params"], w)
    (loss, image), (slopes, of_w) = first
    np.testing.assert_allclose(loss, npz["out/synthesis/loss"], **OUTPUT)
    np.testing.assert_allclose(image, images(npz["out/synthesis/img"]), **OUTPUT)
    wanted, official = slopes_of(npz, "synthesis")
    assert_close(slopes, wanted, 1e-3, "main")
    assert_close(of_w, official, 1e-3, "w")
    (_, lengths), (slopes, of_w) = second
    np.testing.assert_allclose(lengths, npz["out/path_length/lengths"], **OUTPUT)
    wanted, official = slopes_of(npz, "path_length")
    assert_close(slopes, wanted, 1e-3, "path")
    assert_close(of_w, official, 1e-3, "path of w")


def test_official_means_call_by_call(golden):
    npz, _, module, variables = load(golden, "w")
    w, context = jnp.asarray(npz["in/ws"]), surroundings(2, train=True)

    @jax.jit
    def train(state):
        options = {"method": "synthesize", "mutable": ["magnitudes"]}
        return module.apply(state, w, context, **options)

    still = jax.jit(functools.partial(module.apply, method="synthesize"))
    for case, state in (
        ("train_no_update", variables),
        ("transformed", stylegan3.transformed(variables, npz["in/transform"])),
    ):
        image = still(state, w, surroundings(2))
        np.testing.assert_allclose(image, images(npz[f"out/{case}/img"]), **OUTPUT)
    for call in (1, 2):
        image, changed = train(variables)
        variables = {**variables, **changed}
        official = under(npz, f"out/train_update{call}/")
        np.testing.assert_allclose(image, images(official.pop("img")), **OUTPUT)
        after = export_torch(changed)
        assert {f"state_after/{leaf}" for leaf in after} == set(official)
        for leaf, value in after.items():
            np.testing.assert_allclose(value, official[f"state_after/{leaf}"], **OUTPUT)


@pytest.mark.parametrize("gain", ["nogain", "scalar", "perchannel"])
@pytest.mark.parametrize("demodulate", [0, 1])
@pytest.mark.parametrize("size", [1, 3])
def test_official_modulated_convolutions(golden, size, demodulate, gain):
    npz = np.load(golden / "stylegan3_ops.npz")
    case = f"modconv_k{size}_demod{demodulate}_{gain}"
    given = under(npz, f"in/{case}/")
    wanted = npz[f"out/{case}/y"]
    weights = np.cos(0.7 * np.arange(wanted.size) + 0.3).reshape(wanted.shape)

    @jax.jit
    def both(x, kernel, styles):
        def run(x, kernel, styles):
            gain = given.get("input_gain")
            gain = None if gain is None else jnp.asarray(gain)
            return modulated_conv(x, kernel, styles, gain, bool(demodulate))

        y, pull = jax.vjp(run, x, kernel, styles)
        return y, pull(images(weights.astype(np.float32)))

    kernel = jnp.asarray(given["w"].transpose(2, 3, 1, 0))
    y, (x, w, s) = both(images(given["x"]), kernel, jnp.asarray(given["s"]))
    seen = {"x": x.transpose(0, 3, 1, 2), "w": w.transpose(3, 2, 0, 1), "s": s}
    np.testing.assert_allclose(y, images(wanted), 1e-5, 1e-5)
    for name, slope in seen.items():
        assert_close(slope, npz[f"grad/{case}/in:{name}"], 1e-5, name)


@pytest.mark.parametrize(
    ("case", "options", "size", "radial"),
    [
        ("t1024", (1024,), 3, False),
        ("r256", (256, 3, 32768, 1024), 1, True),
    ],
)
def test_official_designs(golden, case, options, size, radial):
    official = under(np.load(golden / "stylegan3_ops.npz"), f"out/schedule_{case}/")
    after = stages(*options)
    before = [after[0], *after[:-1]]
    colours = [*[False] * (len(after) - 1), True]
    made = [
        resampling(a, b, 1 if last else size, 1 if last else 2, radial=radial)
        for a, b, last in zip(before, after, colours)
    ]

    def taps(made):
        return 1 if made is None else len(made)

    seen = {
        "in_size": [stage.size for stage in before],
        "out_size": [stage.size for stage in after],
        "in_sampling_rate": [stage.rate for stage in before],
        "out_sampling_rate": [stage.rate for stage in after],
        "in_cutoff": [stage.cutoff for stage in before],
        "out_cutoff": [stage.cutoff for stage in after],
        "in_half_width": [stage.half_width for stage in before],
        "out_half_width": [stage.half_width for stage in after],
        "out_channels": [stage.channels for stage in after],
        "is_critically_sampled": [stage.critical for stage in after],
        "up_factor": [filters.up for filters in made],
        "down_factor": [filters.down for filters in made],
        "up_taps": [taps(filters.up_taps) for filters in made],
        "down_taps": [taps(filters.down_taps) for filters in made],
        "padding": [sum(filters.pads, ()) for filters in made],
        "down_radial": [np.ndim(filters.down_taps) == 2 for filters in made],
        "tmp_sampling_rate": [a.rate * m.up for a, m in zip(before, made)],
        "input_size_rate_bandwidth": after[0][:3],
    }
    assert set(seen) == set(official)
    for name, values in seen.items():
        np.testing.assert_allclose(values, official[name], 1e-12, err_msg=name)


def test_import_refuses_what_it_does_not_know(golden):
    with pytest.raises(ValueError, match=r"b8\.what: saw an array of no layer"):
        import_torch({"b8.what": np.zeros(2)})
    npz, _, module, _ = load(golden, "t")
    state = under(npz, "state/")
    turned = module.clone(radial=True)
    with pytest.raises(
        ValueError, match=r"L0_36_8\.down_filter: saw a filter \(12,\), wanted \(12, 12"
    ):
        import_torch(state, turned)
    with pytest.raises(ValueError, match=r"filter: saw another filter, .* away"):
        import_torch(state, module.clone(last_stopband=1.3))


def made(module):
    return jax.eval_shape(
        module.init_with_output,
        jax.random.key(0),
        jnp.zeros((2, 512)),
        (),
        surroundings(2),
    )


ROUND = {"kernel_size": 1, "radial": True, "channel_base": 65536, "channel_max": 1024}
# Millions of parameters of the published configurations: side, options, number.
PUBLISHED = {
    "T 1024": (1024, {}, 22.31),
    "R 1024": (1024, ROUND, 15.09),
    "T 256": (256, {}, 28.47),
    "T 256 small": (256, {"channel_base": 16384}, 23.32),
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name != "R 1024" else [])
        for name in PUBLISHED
    ],
)
def test_published_sizes(name):
    side, options, millions = PUBLISHED[name]
    module = stylegan3.Generator((side, side, 3), **options)
    image, variables = made(module)
    assert image.shape == (2, side, side, 3)
    assert module.layers == 16
    count = sum(leaf.size for leaf in jax.tree.leaves(variables["params"]))
    assert round(count / 1e6, 2) == millions


def test_waves_follow_the_input():
    """At its start w moves nothing, and a shift of a pixel is one of all pixels."""
    module = stylegan3.Generator((8, 8, 1), **SMALL)
    context = surroundings(1)
    variables = jax.jit(module.init)(jax.random.key(1), jnp.ones((1, 3)), (), context)
    fourier = variables["fourier"]["synthesis"]["input"]
    radii = np.linalg.norm(fourier["frequencies"], axis=1)
    assert np.all(radii < 2.0)
    np.testing.assert_array_equal(fourier["transform"], np.eye(3))
    affine = variables["params"]["synthesis"]["input"]["affine"]
    assert not np.any(affine["kernel"])
    np.testing.assert_array_equal(affine["bias"], [1, 0, 0, 0])

    @jax.jit
    def waves(matrix, w):
        state = stylegan3.transformed(variables, matrix)
        _, inner = module.apply(
            state,
            w,
            context,
            method="synthesize",
            capture_intermediates=lambda module, _: module.name == "input",
            mutable=["intermediates"],
        )
        return inner["intermediates"]["synthesis"]["input"]["__call__"][0][0]

    first = waves(np.eye(3), ONES)
    other = waves(np.eye(3), jnp.zeros((1, 5, 4)))
    np.testing.assert_allclose(first, other, 1e-5, 1e-5)
    matrix = np.eye(3)
    matrix[:2, 2] = [-1 / 8, -2 / 8]
    moved = waves(matrix, ONES)
    np.testing.assert_allclose(moved[2:, 1:], first[:-2, :-1], 1e-4, 1e-5)
    quarter = waves(
        np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
        ONES,
    )
    np.testing.assert_allclose(quarter, np.rot90(first, -1), 1e-4, 1e-5)


def test_the_style_game_moves_both_means():
    """w's when latents are mapped, those of squares when they are drawn from."""
    module = stylegan3.Generator((8, 8, 1), **SMALL)
    game = StyleGame(module, stylegan3.Discriminator(channel_max=4), 3)
    context = surroundings(2, train=True)
    variables = filled(module, jnp.ones((2, 3)), (), context)

    @jax.jit
    def fakes(variables):
        latent, mapped = game.latent(variables, context)
        fake, drawn = game.generate(mapped, latent, context)
        return fake.value, mapped, drawn

    image, mapped, drawn = fakes(variables)
    assert image.shape == (2, 8, 8, 1)

    def moved(before, after):
        return jax.tree.map(lambda a, b: bool(np.all(a != b)), before, after)

    kinds = {kind: moved(variables[kind], drawn[kind]) for kind in variables}
    assert all(jax.tree.leaves([kinds[kind] for kind in COLLECTIONS]))
    assert not any(jax.tree.leaves([kinds["params"], kinds["fourier"]]))
    assert not any(
        jax.tree.leaves(moved(variables["magnitudes"], mapped["magnitudes"]))
    )


def test_half_precision_is_near():
    module = stylegan3.Generator((8, 8, 1), **SMALL)
    z, context = jnp.ones((2, 3)) * jnp.array([[1.0], [-1.0]]), surroundings(2)
    variables = filled(module, z, (), context)

    @jax.jit
    def both(variables):
        half = module.clone(dtype=jnp.bfloat16)
        return [each.apply(variables, z, (), context) for each in (module, half)]

    whole, half = both(variables)
    assert half.dtype == jnp.float32
    assert not np.array_equal(whole, half)
    np.testing.assert_allclose(half, whole, atol=0.05 * np.abs(whole).max())


def test_bad_sizes():
    for options, said in (
        ({"shape": (24, 24, 3)}, "size: saw 24, wanted a power of two"),
        ({"shape": (8, 4, 3)}, r"shape: saw \(8, 4, 3\), wanted \(size"),
        ({"critical_layers": 14}, "critical_layers: saw 14, wanted at least 0 and"),
        ({"first_cutoff": 200.0}, r"first_cutoff: saw 200\.0, wanted less than 128"),
        ({"shape": (4, 4, 3)}, r"first_cutoff: saw 2\.0, wanted less than 2\.0"),
        ({"first_stopband": 2.0}, r"first_stopband: saw 2\.0, wanted more than the 2"),
        ({"channel_base": 8}, "channel_base: saw 8, wanted at least 256"),
    ):
        with pytest.raises(ValueError, match=said):
            made(stylegan3.Generator(**options))
    with pytest.raises(
        ValueError, match=r"matrix: saw shape \(2, 3\), wanted \(3, 3\) or"
    ):
        stylegan3.transformed({}, np.zeros((2, 3)))
