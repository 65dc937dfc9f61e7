"""Transformers of adversarial flow models: official vectors, sizes, the start."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import recipes
from jaxgan.core import Context, Sample, example_keys, init_state, make_step
from jaxgan.core.timed import Timed
from jaxgan.games.latent import LatentGame, as_data
from jaxgan.models import dit
from jaxgan.models.dit import weights
from jaxgan.run.devices.compiled_program import operations
from tests.models.filled import filled
from tests.models.golden import assert_near, images, under

OUTPUT, GRADIENT = 1e-4, 1e-3
SHARED = {"width": 24, "depth": 2, "heads": 3, "patch": 2}


def context(count):
    return Context(example_keys(jax.random.key(0), count), train=True)


def labels(npz):
    return jnp.asarray(npz["in/y"].astype(np.int32))


def fitting(tree, wanted):
    """The leaves that official gradients have: positions are no variables."""
    return {name: tree[name] for name in wanted}


@pytest.mark.parametrize(
    ("case", "options"),
    [
        pytest.param("one_step", {}, marks=pytest.mark.slow),
        ("any_step", {"times": 2}),
        ("deep", {"repetitions": 2}),
    ],
)
def test_official_generators(golden, case, options):
    npz = np.load(golden / "afm_generator.npz")
    module = dit.Generator(**SHARED, classes=5, shape=(8, 8, 4), **options)
    variables = weights.import_torch(under(npz, f"state/{case}/"))
    given = Timed(labels(npz), (npz["in/t_src"], npz["in/t_tgt"]))
    x = images(npz["in/x"])

    @jax.jit
    def loss(params, x):
        image = module.apply({"params": params}, x, given, context(4))
        return jnp.sum(image * images(npz["in/cotangent"])), image

    (_, image), (gradient, slope) = jax.value_and_grad(loss, (0, 1), has_aux=True)(
        variables["params"], x
    )
    assert_near(image, images(npz[f"out/{case}/network"]), OUTPUT, case)
    wanted = under(npz, f"grad/{case}/")
    assert_near(slope, images(wanted.pop("x")), GRADIENT, case)
    wanted = weights.import_torch(wanted)["params"]
    assert_near(gradient, wanted, GRADIENT, case)


def test_official_velocity(golden):
    """The residual generator steps from one time to another; four make a chain."""
    npz = np.load(golden / "afm_generator.npz")
    module = dit.Generator(**SHARED, classes=5, shape=(8, 8, 4), times=2, residual=True)
    variables = weights.import_torch(under(npz, "state/any_step/"))

    @jax.jit
    def step(x, start, end):
        given = Timed(labels(npz), (start, end))
        return module.apply(variables, x, given, context(4))

    x = images(npz["in/x"])
    seen = step(x, npz["in/t_src"], npz["in/t_tgt"])
    assert_near(seen, images(npz["out/any_step/sample_v"]), OUTPUT)
    times = np.linspace(1.0, 0.0, 5, dtype=np.float32)
    for start, end in itertools.pairwise(times):
        x = step(x, jnp.full(4, start), jnp.full(4, end))
    assert_near(x, images(npz["out/any_step/sampled_4_steps"]), OUTPUT)


@pytest.mark.parametrize(
    ("case", "module"),
    [
        pytest.param(
            "one_step", dit.Discriminator(**SHARED, classes=5), marks=pytest.mark.slow
        ),
        ("with_t", dit.Discriminator(**SHARED, classes=5, times=1)),
        ("classifier", dit.Classifier(**SHARED, classes=5)),
    ],
)
def test_official_judges(golden, case, module):
    npz = np.load(golden / "afm_discriminator.npz")
    variables = weights.import_torch(under(npz, f"state/{case}/"))
    given = Timed(labels(npz), (npz["in/t"],))
    cotangent = "in/cotangent" + "_classifier" * (case == "classifier")

    @jax.jit
    def loss(params, x):
        verdict = module.apply({"params": params}, x, given, context(4))
        logits = getattr(verdict, "logits", verdict)
        return jnp.sum(logits * npz[cotangent]), logits

    (_, logits), (gradient, slope) = jax.value_and_grad(loss, (0, 1), has_aux=True)(
        variables["params"], images(npz["in/x"])
    )
    assert_near(logits, npz[f"out/{case}/logits"], OUTPUT, case)
    wanted = under(npz, f"grad/{case}/")
    assert_near(slope, images(wanted.pop("x")), GRADIENT, case)
    wanted = weights.import_torch(wanted)["params"]
    assert_near(gradient, wanted, GRADIENT, case)


@pytest.mark.parametrize(
    ("file", "case"),
    [
        *(("afm_generator", case) for case in ("one_step", "any_step", "deep")),
        *(("afm_discriminator", case) for case in ("one_step", "with_t", "classifier")),
    ],
)
def test_export_is_the_inverse_of_import(golden, file, case):
    wanted = under(np.load(golden / f"{file}.npz"), f"state/{case}/")
    seen = weights.export_torch(weights.import_torch(wanted), 4, 4)
    assert seen.keys() == wanted.keys()
    for name, array in seen.items():
        np.testing.assert_allclose(array, wanted[name], 0, 1e-6, err_msg=name)


def test_import_errors(golden):
    state = under(np.load(golden / "afm_generator.npz"), "state/one_step/")
    with pytest.raises(ValueError, match=r"saw 'blocks.0.attn.q_norm.weight', wanted"):
        weights.import_torch({**state, "blocks.0.attn.q_norm.weight": np.ones(8)})
    lacking = {k: x for k, x in state.items() if not k.startswith("blocks.0")}
    with pytest.raises(ValueError, match=r"saw blocks \[1\] with .*, wanted all from"):
        weights.import_torch(lacking)
    with pytest.raises(ValueError, match="pos_embed: saw another table"):
        weights.import_torch({**state, "pos_embed": state["pos_embed"] + 1.0})
    variables = weights.import_torch(state)["params"]
    with pytest.raises(ValueError, match="saw condition, wanted layers"):
        weights.export_torch({"params": {**variables, "condition": np.ones(24)}}, 4, 4)


def count(module, value, given):
    shapes = jax.eval_shape(module.init, jax.random.key(0), value, given, context(1))
    return sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(shapes))


@pytest.mark.parametrize(
    ("name", "generator", "discriminator"),
    [
        ("B/2", 129.5, 128.3),
        ("M/2", 305.4, 303.3),
        ("L/2", 456.5, 454.4),
        ("XL/2", 673.2, 670.5),
    ],
)
def test_published_sizes(name, generator, discriminator):
    """Millions of parameters, counted without the official code's table of places."""
    players = dit.PUBLISHED[name].players()
    latent, given = jnp.zeros((1, 32, 32, 4)), jnp.zeros(1, jnp.int32)
    for module, wanted in zip(players, (generator, discriminator)):
        seen = count(module, latent, given) / 1e6
        places = 256 * module.width / 1e6
        assert abs(seen + places - wanted) < 0.06 or abs(seen - wanted) < 0.06


def products(module, count):
    """Multiplications of a pass over so many images."""
    x, given = jnp.zeros((count, 32, 32, 4)), jnp.zeros(count, jnp.int32)
    variables = jax.eval_shape(module.init, jax.random.key(0), x, given, context(count))
    return operations(module.apply, variables, x, given, context(count)) / 2


@pytest.mark.parametrize(
    ("name", "repetitions", "wanted"),
    [
        ("B/2", 1, 23.01),
        ("L/2", 1, 80.71),
        ("XL/2", 1, 118.64),
        ("XL/2", 4, 118.64),
    ],
)
def test_published_operations(name, repetitions, wanted):
    """Peebles and Xie 2023 (arXiv 2212.09748), table 4: 10⁹ multiplications an image.

    Theirs leave out what is not a product: half a percent.
    """
    players = dit.PUBLISHED[name].players(repetitions)
    for module, times in zip(players, (repetitions, 1)):
        seen = products(module, 1) / 1e9
        assert seen == pytest.approx(times * wanted, rel=0.008)


@pytest.mark.parametrize(("normalize", "wanted"), [(False, 14.5), (True, 15.5)])
def test_a_step_costs_what_the_paper_says(normalize, wanted):
    """In passes: 1 + 7.5 of D's move, 3 + 3 of G's (appendix), and one for the log.

    Where the gradient is normalized, the logits that are measured are made apart.
    """
    generator, judge = dit.PUBLISHED["B/2"].players()
    game = LatentGame(generator, judge, generator.latent_size, as_data)
    recipe = recipes.afm(normalize=normalize)
    described = game, recipe.turns, recipe.optimizers
    real = Sample(jnp.zeros((4, 32, 32, 4)), jnp.zeros(4, jnp.int32))
    state = jax.eval_shape(lambda: init_state(jax.random.key(0), *described, real))
    step = make_step(*described, ema_decay=recipe.ema_decay)
    seen = operations(step, state, real) / 2 / products(generator, 4)
    assert seen == pytest.approx(wanted, abs=0.3)


def test_repeats_add_a_time_embedding_alone():
    latent, given = jnp.zeros((1, 32, 32, 4)), jnp.zeros(1, jnp.int32)
    plain, deep = (dit.PUBLISHED["XL/2"].players(n)[0] for n in (1, 4))
    more = count(deep, latent, given) - count(plain, latent, given)
    assert more == 256 * 1152 + 1152 + 1152 * 1152 + 1152
    assert round(count(deep, latent, given) / 1e6) == 675


@pytest.mark.parametrize(
    "options", [{}, {"repetitions": 2}, {"times": 1}, {"times": 2}]
)
def test_first_is_nothing(options):
    """A new generator maps all to 0, or leaves it; a new discriminator is blind."""
    x, labels = jax.random.normal(jax.random.key(0), (4, 6, 4, 1)), jnp.arange(4) % 3
    given = Timed(labels, (jnp.ones(4), jnp.full(4, 0.25)))
    shared = {**SHARED, "classes": 3}
    for residual in (False, True):
        module = dit.Generator(**shared, shape=(6, 4, 1), residual=residual, **options)
        variables = module.init(jax.random.key(1), x, given, context(4))
        seen = module.apply(variables, x.reshape(4, -1), given, context(4))
        np.testing.assert_array_equal(seen, x if residual else jnp.zeros_like(x))
    assert module.latent_size == 24
    judge = dit.Discriminator(**shared, times=min(options.get("times", 0), 1))
    variables = judge.init(jax.random.key(1), x, given, context(4))
    logits = judge.apply(variables, x, given, context(4)).logits
    np.testing.assert_allclose(logits, logits[0], 1e-5)


def test_residual_steps_are_as_long_as_their_times():
    """Of a generator that is told its source alone: x - (s - t) v, linear in t."""
    x, labels = jax.random.normal(jax.random.key(0), (2, 4, 4, 1)), jnp.arange(2)
    module = dit.Generator(**SHARED, classes=2, shape=(4, 4, 1), times=1, residual=True)

    def step(variables, end):
        given = Timed(labels, (jnp.full(2, 0.75), jnp.full(2, end)))
        return module.apply(variables, x, given, context(2))

    given = Timed(labels, (jnp.ones(2), jnp.ones(2)))
    variables = filled(module, x, given, context(2))
    half, whole = step(variables, 0.5), step(variables, 0.25)
    np.testing.assert_allclose(step(variables, 0.75), x, 1e-6)
    np.testing.assert_allclose(whole - x, 2.0 * (half - x), 1e-3, 1e-5)
    assert np.abs(half - x).max() > 0.01


def test_rematerialized_gradients_are_the_same():
    x = jax.random.normal(jax.random.key(0), (2, 4, 4, 1))

    def gradient(rematerialize):
        module = dit.Discriminator(**SHARED, rematerialize=rematerialize)
        variables = filled(module, x, (), context(2))
        return jax.grad(
            lambda x: jnp.sum(module.apply(variables, x, (), context(2)).logits)
        )(x)

    np.testing.assert_allclose(gradient(True), gradient(False), 1e-4, 1e-6)


def test_errors():
    x, labels = jnp.zeros((2, 4, 4, 1)), jnp.arange(2)

    def start(module, given=labels):
        return module.init(jax.random.key(0), x, given, context(2))

    with pytest.raises(ValueError, match="given: saw 0 times, wanted 1: Timed"):
        start(dit.Discriminator(**SHARED, times=1))
    with pytest.raises(ValueError, match=r"repetitions: saw 2 with 1 times, wanted 1"):
        start(dit.Generator(**SHARED, shape=(4, 4, 1), repetitions=2, times=1))
    with pytest.raises(ValueError, match=r"shape: saw \(4, 4\), wanted \(H, W, C\)"):
        start(dit.Generator(**SHARED, shape=(4, 4)))
    with pytest.raises(ValueError, match="patch: saw 3, wanted a divisor"):
        start(dit.Discriminator(**{**SHARED, "patch": 3}))
    with pytest.raises(ValueError, match="times: saw -1, wanted a whole number of at"):
        start(dit.Discriminator(**SHARED, times=-1))
    with pytest.raises(ValueError, match="heads: saw 0, wanted a whole number of at l"):
        start(dit.Discriminator(**{**SHARED, "heads": 0}))
    with pytest.raises(ValueError, match="given: saw"):
        start(dit.Discriminator(**SHARED, classes=2), ())
