"""Projected discriminators against the official code, and what they promise."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import losses
from jaxgan.models import efficientnet, projected, vgg
from jaxgan.models.projected import weights
from tests.models.filled import filled
from tests.models.golden import assert_near, distance, images, under
from tests.models.projected.maps import Row, config, context

OUTPUT, GRADIENT = 1e-4, 1e-3
NAMES = ["projgan_d", "projgan_d_cond"]
ROW = {"projection": {}}


def made(npz):
    """Our network of the configuration of a file, real and fake images, and labels."""
    facts = config(npz)
    side = max(facts["feature_sizes"])
    strides = [side // size for size in facts["feature_sizes"]]
    row = Row(tuple(facts["channels"]), tuple(strides))
    patch = facts["kwargs"]["patch"]
    dims = facts["cond_dims"] or {}
    module = projected.Discriminator(
        row,
        sizes=[16 if patch else size for size in facts["resolutions"]],
        widths=(facts["ndf"],),
        separable=facts["kwargs"]["separable"],
        mix=patch,
        classes=dims.get("c_dim", 0),
        embedding=dims.get("embedding_dim", 1),
        condition_size=dims.get("cmap_dim", 1),
    )
    real, fake = (
        row.images([npz[f"in/{kind}_feature{n}"] for n in range(len(strides))])
        for kind in ("real", "fake")
    )
    given = jnp.argmax(npz["in/c"], axis=1) if dims else ()
    return module, real, fake, given


@pytest.mark.parametrize(
    "name", [pytest.param("projgan_d", marks=pytest.mark.slow), "projgan_d_cond"]
)
def test_official(golden, name):
    """The discriminator's turn, then the generator's, then evaluation, in a row."""
    npz = np.load(golden / f"{name}.npz")
    module, real, fake, given = made(npz)
    variables = weights.import_torch(under(npz, "state/"))
    params = variables.pop("params")

    def judged(params, others, value, train=True):
        verdict, after = module.apply(
            *({"params": params, **others}, value, given),
            context(len(value), train, frozen=ROW),
            mutable=list(others) if train else [],
        )
        return verdict.logits, after

    def parts(params):
        on_fake, others = judged(params, variables, fake)
        on_real, others = judged(params, others, real)
        side = losses.hinge.discriminator
        # Ours has both sides in one number: each alone, with the other at no cost.
        of_fake = jnp.mean(side(jnp.full_like(on_fake, 9.0), on_fake))
        of_real = jnp.mean(side(on_real, jnp.full_like(on_real, -9.0)))
        return of_fake + of_real, (on_fake, on_real, of_fake, of_real, others)

    def generator(value, others):
        logits, others = judged(params, others, value)
        return jnp.mean(losses.hinge.generator(logits, logits)), others

    @jax.jit
    def play(params):
        (_, seen), gradient = jax.value_and_grad(parts, has_aux=True)(params)
        of = jax.value_and_grad(generator, has_aux=True)
        (loss, others), by_value = of(fake, seen[-1])
        used, _ = judged(params, others, real, train=False)
        return seen, gradient, loss, by_value, used

    (on_fake, on_real, of_fake, of_real, after), gradient, loss, by_value, used = play(
        params
    )
    assert_near(on_fake, npz["out/D/logits_fake"], OUTPUT, "fake")
    assert_near(on_real, npz["out/D/logits_real"], OUTPUT, "real")
    assert_near(of_fake, npz["out/D/loss_Dgen"], OUTPUT, "loss of fakes")
    assert_near(of_real, npz["out/D/loss_Dreal"], OUTPUT, "loss of reals")
    assert_near(loss, npz["out/G/loss"], OUTPUT, "generator's loss")
    assert_near(used, npz["out/eval/logits_real"], OUTPUT, "eval")
    assert_gradient(npz, {**variables, "params": gradient})
    for place, x in enumerate(module.projection.cut(by_value)):
        wanted = images(npz[f"grad/G/in:fake_feature{place}"])
        assert_near(x, wanted, GRADIENT, f"feature {place}")
    seen = theirs({**after, "params": params})
    changed = under(npz, "out/D/state_after/")
    counts = [x for name, x in changed.items() if name.endswith("tracked")]
    assert counts
    assert all(count == 2 for count in counts)
    for key, array in changed.items():
        if not key.endswith("tracked"):
            assert distance(seen[key], array) < OUTPUT, key


def theirs(variables):
    state = weights.export_torch(variables)
    return {name.removeprefix("discriminator."): x for name, x in state.items()}


def assert_gradient(npz, variables):
    """Those of biases before a norm are rounding; others are held to their largest."""
    wanted = under(npz, "grad/D/")
    largest = max(np.abs(x).max() for x in wanted.values())
    seen, rounding = theirs(variables), config(npz)["f32_error_vs_f64"]
    for name, array in wanted.items():
        if rounding[f"grad/D/{name}"][0] > GRADIENT * rounding[f"grad/D/{name}"][1]:
            assert name.endswith("main.0.bias")
            assert np.abs(seen[name] - array).max() < GRADIENT * largest, name
        else:
            assert distance(seen[name], array) < GRADIENT, name
    assert len(wanted) > 15


@pytest.mark.parametrize("name", NAMES)
def test_official_names(golden, name):
    """The official state dict comes back, but counts of batches, to the bit."""
    npz = np.load(golden / f"{name}.npz")
    state = under(npz, "state/")
    variables = weights.import_torch(state)
    back = weights.export_torch(variables)
    kept = {n for n in state if not n.endswith("num_batches_tracked")}
    assert set(back) == {f"discriminator.{n}" for n in kept}
    for key in kept:
        np.testing.assert_array_equal(back[f"discriminator.{key}"], state[key], key)
    again = weights.import_torch(back | {"feature_network.x": np.zeros(1)})
    assert jax.tree.structure(again) == jax.tree.structure(variables)
    module, real, _, given = made(npz)
    shapes = jax.eval_shape(
        *(module.init, jax.random.key(0), real, given, context(len(real)))
    )
    assert jax.tree.map(np.shape, variables) == jax.tree.map(np.shape, shapes)


def test_refuses_other_names():
    with pytest.raises(ValueError, match=r"saw 'x\.0\.weight', wanted names of proj"):
        weights.import_torch({"x.0.weight": np.zeros(2)})
    with pytest.raises(ValueError, match=r"saw scales \[1\], wanted 0, 1, \.\.\."):
        weights.import_torch({"mini_discs.1.main.0.weight_orig": np.zeros((1, 2))})
    with pytest.raises(ValueError, match=r"saw scales \[\], wanted"):
        weights.import_torch({})


@pytest.mark.parametrize(("separable", "size"), [(False, 10_331_328), (True, 696_512)])
def test_published_sizes(separable, size):
    """10.33 and .70 million parameters."""
    projection = projected.Projection(efficientnet.EfficientNet())
    module = projected.Discriminator(projection, separable=separable)
    shapes = jax.eval_shape(
        *(module.init, jax.random.key(0), jnp.zeros((1, 32, 32, 3)), (), context(1))
    )
    sizes = [math.prod(x.shape) for x in jax.tree.leaves(shapes["params"])]
    assert sum(sizes) == size
    assert set(shapes["params"]) == {f"scale_{n}" for n in range(4)}


def small(**options):
    """Of two maps of a tiny VGG, of images of 8 pixels; frozen networks beside it."""
    network = vgg.VGG(("relu1_1", "relu2_1"), (1, 1), (2, 3))
    projection = projected.Projection(network, 2, size=1)
    module = projected.Discriminator(
        projection, sizes=(16, 8), widths=(3,), embedding=2, condition_size=2, **options
    )
    frozen = jax.jit(projection.init)(jax.random.key(7), jnp.zeros((1, 8, 8, 3)))
    return module, {"projection": frozen}


def test_sees_through_the_frozen_projection():
    """Its variables have none of it; the image hears of what it is made of."""
    module, frozen = small()
    x = jax.random.normal(jax.random.key(1), (2, 8, 8, 3))
    variables = filled(module, x, (), context(2))
    assert set(variables["params"]) == {"scale_0", "scale_1"}

    @jax.jit
    def both(frozen):
        def logits(x):
            return module.apply(variables, x, (), context(2, frozen=frozen)).logits

        y = logits(x)
        weigh = jnp.zeros(y.shape).at[1].set(1.0)
        return y, jax.grad(lambda x: jnp.sum(weigh * logits(x)))(x)

    y, gradient = both(frozen)
    assert y.shape == (2, 5 * 5 + 5 * 5)
    assert np.any(gradient[1] != 0)
    np.testing.assert_array_equal(gradient[0], 0.0)
    other = jax.tree.map(lambda x: 1.1 * x, frozen)
    assert not np.allclose(both(other)[0], y, atol=1e-3)


@pytest.mark.parametrize(
    "options",
    [{}, {"separable": True, "mix": True, "classes": 3}],
    ids=["plain", "separable"],
)
def test_there_and_back_and_bfloat16(options):
    module, _ = small(**options)
    labels = jnp.arange(2) if options else ()
    arguments = jnp.zeros((2, 8, 8, 3)), labels, context(2, True)
    variables = filled(module, *arguments)
    state = weights.export_torch(variables)
    assert len(state) == len(jax.tree.leaves(variables))
    back = weights.import_torch(state)
    assert jax.tree.structure(back) == jax.tree.structure(variables)
    jax.tree.map(np.testing.assert_array_equal, back, variables)
    verdict, shapes = jax.eval_shape(
        functools.partial(module.clone(dtype=jnp.bfloat16).init_with_output),
        *(jax.random.key(0), *arguments),
    )
    assert verdict.logits.dtype == jnp.bfloat16
    assert {x.dtype for x in jax.tree.leaves(shapes)} == {jnp.dtype("float32")}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": (16,)}, "sizes: saw 1, wanted one for each of 2 maps"),
        ({"sizes": (12, 8)}, "sizes: saw 12, wanted 8, 16, 32, ..."),
        ({"sizes": (4, 8)}, "sizes: saw 4, wanted 8, 16, 32, ..."),
        ({"sizes": (64, 8)}, "sizes: saw 2×2 places after 3 blocks, wanted at least"),
        ({"classes": 3}, r"given: saw \(\), wanted int labels \[2\]"),
        ({"widths": ()}, "widths: saw none, wanted at least one"),
    ],
)
def test_refuses(change, message):
    module, _ = small()
    init = module.clone(**change).init
    with pytest.raises(ValueError, match=message):
        jax.eval_shape(
            *(init, jax.random.key(0), jnp.zeros((2, 8, 8, 3)), (), context(2))
        )


def test_wants_its_frozen_network():
    module, frozen = small()
    x = jnp.zeros((2, 8, 8, 3))
    variables = filled(module, x, (), context(2))
    with pytest.raises(ValueError, match="saw none, wanted 'projection' among them"):
        module.apply(variables, x, (), context(2))
    renamed = module.clone(frozen="other")
    renamed_to = {"other": frozen["projection"]}
    jax.eval_shape(renamed.apply, variables, x, (), context(2, frozen=renamed_to))
