"""Published constants, weight clipping, and what theory says of convergence (law 9)."""

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen as nn

from jaxgan import losses, make_step, optimizers, recipes
from jaxgan.core import (
    Context,
    Play,
    Players,
    Sample,
    Term,
    Turn,
    Verdict,
    example_keys,
    init_state,
)
from jaxgan.core.growth import Growing
from jaxgan.core.turns import is_due, turn_names
from jaxgan.games.latent import LatentGame
from jaxgan.recipes import restoration
from jaxgan.terms import adversarial, r1

RECIPES = {
    name: function
    for name, function in inspect.getmembers(recipes, inspect.isfunction)
    if inspect.signature(function).return_annotation is recipes.Recipe
    and not name.startswith("_")
}
PUBLISHED = {
    "afm",
    "ali",
    "cut",
    "cyclegan",
    "minimax",
    "molgan",
    "netgan",
    "nonsaturating",
    "least_squares",
    "wgan",
    "wgan_gp",
    "hinge",
    "acgan",
    "infogan",
    "reacgan",
    "biggan",
    "relativistic",
    "r3gan",
    "gat",
    "progan",
    "stylegan",
    "stylegan2",
    "stylegan3",
    "pix2pix",
    "srgan",
    "esrgan",
    "real_esrgan",
    "projected",
    "mocogan",
    "vgan",
    "dvdgan",
}

CONTENT = Term("perceptual", lambda state, play: (jnp.zeros(()), state))
WANTS = dict.fromkeys(("srgan", "esrgan", "real_esrgan"), (CONTENT,))
"""Arguments of recipes that have no default of them."""


def test_all_are_found():
    assert set(RECIPES) == PUBLISHED


@pytest.mark.parametrize(
    ("name", "terms", "every"),
    [
        ("minimax", ["adversarial"], 1),
        ("nonsaturating", ["adversarial"], 1),
        ("least_squares", ["adversarial"], 1),
        ("wgan_gp", ["adversarial", "gradient_penalty"], 5),
        ("hinge", ["adversarial"], 5),
        ("biggan", ["adversarial"], 2),
        ("relativistic", ["adversarial"], 1),
        ("ali", ["adversarial"], 1),
        ("molgan", ["adversarial", "gradient_penalty"], 4),
        ("netgan", ["adversarial", "gradient_penalty"], 3),
        ("r3gan", ["adversarial", "r1", "r2"], 1),
        ("gat", ["adversarial", "approximated_r1", "approximated_r2"], 1),
        ("progan", ["adversarial", "gradient_penalty", "drift"], 1),
        ("stylegan", ["adversarial", "r1"], 1),
        ("projected", ["adversarial"], 1),
    ],
)
def test_turns(name, terms, every):
    critic, generator = RECIPES[name]().turns
    assert critic.player == "discriminator"
    assert [term.name for term in critic.terms] == terms
    assert critic.every == 1
    assert [term.name for term in generator.terms] == ["adversarial"]
    assert generator.every == every
    for term in critic.terms:
        if term.name == "gradient_penalty":
            assert term.weight == 10.0
        if name == "stylegan" and term.name == "r1":
            assert term.weight == 10.0
        elif term.name in ("r1", "r2"):
            ends = [float(term.weight(jnp.int32(step))) for step in (0, 10**6)]
            np.testing.assert_allclose(ends, (0.05, 0.005), rtol=1e-5)


@pytest.mark.parametrize("first_rounds", [0, 25])
def test_wgans_turns_are_those_of_the_official_loop(first_rounds):
    """100 critic updates for each of the generator's first 25, then 5 for each."""
    critic, *generators = recipes.wgan(first_rounds=first_rounds).turns
    assert critic == Turn("discriminator", critic.terms)
    assert critic.terms[0].name == generators[-1].terms[0].name == "adversarial"
    wanted, step = [], -1
    for update in range(40):
        step += 100 if update < first_rounds else 5
        wanted.append(step)
    steps = range(wanted[-1] + 1)
    seen = [t for t in steps for turn in generators if is_due(turn, np.int32(t))]
    assert seen == wanted
    assert turn_names([critic, *generators])[-1] == "generator"
    with pytest.raises(ValueError, match="saw 3 and 0, wanted at least 0 and 1"):
        recipes.wgan(first_rounds=3, first_critic_steps=0)


@pytest.mark.parametrize(
    ("name", "term", "weight", "every"),
    [
        ("acgan", "auxiliary_classifier", 1.0, 1),
        ("infogan", "mutual_information", 1.0, 1),
        ("reacgan", "data_to_data_cross_entropy", 0.5, 5),
    ],
)
def test_both_players_minimise_the_heads_term(name, term, weight, every):
    """With the published weight beside the adversarial loss; Adam's β₁ is ½."""
    recipe = RECIPES[name]()
    assert [turn.player for turn in recipe.turns] == ["discriminator", "generator"]
    assert [turn.every for turn in recipe.turns] == [1, every]
    for turn in recipe.turns:
        weights = {each.name: each.weight for each in turn.terms}
        assert weights == {"adversarial": 1.0, term: weight}
    for optimizer in recipe.optimizers:
        state = optimizer.init(jnp.zeros(1))
        with jax.numpy_dtype_promotion("standard"):
            _, state = optimizer.update(jnp.ones(1), state)
        np.testing.assert_allclose(state[0].mu, 0.5)


def test_reacgans_average_starts_late():
    """0.9999 per generator update, from 1000 of them on."""
    recipe = recipes.reacgan()
    decays = [recipe.ema_decay(jnp.int32(step), 128) for step in (4_999, 5_000)]
    np.testing.assert_allclose(decays, [0.0, 0.9999**0.2], rtol=1e-6)


def test_constants_of_biggan():
    """Rates, betas and ε of the two players; the average; the extra term."""
    recipe = recipes.biggan(orthogonality=1e-4)
    terms = recipe.turns[1].terms
    assert [term.name for term in terms] == ["adversarial", "orthogonal"]
    assert terms[1].weight == 1e-4
    params, gradient = jnp.zeros(1), jnp.full(1, 1e-6)
    with jax.numpy_dtype_promotion("standard"):
        for optimizer, rate in zip(recipe.optimizers, (5e-5, 2e-4)):
            updates, _ = optimizer.update(gradient, optimizer.init(params), params)
            # With ε as large as the gradient Adam's first step is half of the rate.
            np.testing.assert_allclose(updates, -rate / 2, rtol=1e-4)
    decays = [recipe.ema_decay(jnp.int32(step), 2048) for step in (39_999, 40_000)]
    np.testing.assert_allclose(decays, [0.0, 0.9999**0.5], rtol=1e-6)


def test_biggan_with_momentum_and_a_shorter_average():
    recipe = recipes.biggan(critic_steps=5, b1=0.5, decay=0.99, average_from=10)
    np.testing.assert_allclose(
        recipe.ema_decay(jnp.int32(10), 64) ** 5, 0.99, rtol=1e-6
    )
    params = jnp.zeros(1)
    with jax.numpy_dtype_promotion("standard"):
        for optimizer in recipe.optimizers:
            _, memory = optimizer.update(jnp.ones(1), optimizer.init(params), params)
            np.testing.assert_allclose(memory[0].mu, 1 - 0.5)


@pytest.mark.parametrize(
    ("name", "gamma", "life"),
    [
        ("CIFAR-10", (0.05, 0.005), 5e6),
        ("FFHQ-64", (2.0, 0.2), 5e5),
        ("FFHQ-256", (150.0, 15.0), 5e5),
        ("ImageNet-32", (0.5, 0.05), 5e7),
        ("ImageNet-64", (1.0, 0.1), 5e7),
    ],
)
def test_published_schedules_of_r3gan(name, gamma, life):
    """First, middle and last values; no averaging at first, then a half-life."""
    made = recipes.R3GAN[name]
    recipe = recipes.r3gan(**made._asdict())
    steps = made.burn_in_images // made.batch_size
    at = [jnp.int32(step) for step in (0, steps // 2, steps, 2 * steps)]
    weight = recipe.turns[0].terms[1].weight
    middle = sum(gamma) / 2
    seen = [weight(step) for step in at]
    np.testing.assert_allclose(seen, [gamma[0], middle, gamma[1], gamma[1]], 1e-3)
    seen = [recipe.ema_decay(step, made.batch_size) for step in at]
    lives = [1e-8, life / 2, life, life]
    wanted = [0.5 ** (made.batch_size / each) for each in lives]
    np.testing.assert_allclose(seen, wanted, rtol=1e-4)


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("minimax", 2e-4),
        ("nonsaturating", 2e-4),
        ("least_squares", 2e-4),
        ("wgan", 5e-5),
        ("wgan_gp", 1e-4),
        ("molgan", 1e-3),
        ("netgan", 3e-4),
        ("hinge", 2e-4),
        ("relativistic", 2e-4),
        ("ali", 1e-4),
        ("acgan", 2e-4),
        ("infogan", (1e-3, 2e-4)),
        ("reacgan", 2.8284e-4),
        ("r3gan", 2e-4),
        ("stylegan2", (0.002 * 4 / 5, 0.002 * 16 / 17)),
        ("stylegan3", (0.0025, 0.002 * 16 / 17)),
        ("pix2pix", 2e-4),
        ("srgan", 1e-4),
        ("esrgan", (2e-4, 1e-4)),
        ("real_esrgan", (2e-4, 1e-4)),
        ("mocogan", 2e-4),
        ("vgan", 2e-4),
        ("dvdgan", (1e-4, 5e-4)),
        ("afm", 1e-4),
    ],
)
def test_first_update_has_the_published_size(name, rate):
    """Adam's first step is the rate itself; RMSProp's is rate / √(1 - 0.99)."""
    rates = rate if isinstance(rate, tuple) else (rate, rate)
    scale = 1.0 / np.sqrt(1 - 0.99) if name == "wgan" else 1.0
    sizes = first_updates(RECIPES[name](*WANTS.get(name, ())))
    np.testing.assert_allclose(sizes, scale * np.array(rates), rtol=1e-4)


def test_constants_of_afm():
    """The official configuration's: λ_gp is ¼ of squares, and all decays and ends."""
    recipe = recipes.afm()
    critic, generator = recipe.turns
    assert [critic.player, generator.player] == ["discriminator", "generator"]
    weights = {term.name: term.weight for term in critic.terms}
    assert weights == {
        "adversarial": 1.0,
        "approximated_r1": 0.5,
        "approximated_r2": 0.5,
        "centering": 0.01,
    }
    play, price = generator.terms
    assert play.name == "adversarial"
    assert len(jax.tree.leaves(play.init())) == 1, "which remembers its gradient's size"
    ends = [price.weight(jnp.int32(step)) for step in (0, 250_000, 500_000, 10**6)]
    np.testing.assert_allclose(ends, [0.2, 0.105, 0.01, 0.01], 1e-4)
    decay = recipe.ema_decay(jnp.int32(0), 256)
    np.testing.assert_allclose(decay, 0.9999, rtol=1e-6)
    params = {"w": jnp.array([2.0])}
    with jax.numpy_dtype_promotion("standard"):
        for optimizer in recipe.optimizers:
            state = optimizer.init(params)
            updates, state = optimizer.update({"w": jnp.ones(1)}, state, params)
            np.testing.assert_allclose(updates["w"], -1e-4 * (1 + 0.01 * 2.0), 1e-4)
            np.testing.assert_allclose(state[0].nu["w"], 0.1, 1e-4)
            np.testing.assert_allclose(state[0].mu["w"], 1.0)


@pytest.mark.parametrize("recipe", [recipes.afm, recipes.gat])
def test_averages_of_transformers_forget_their_start_where_asked(recipe):
    """800 images of 16: 5 % of them are 40."""
    young = recipe(ramp_up=0.05).ema_decay(jnp.int32(50), 16)
    np.testing.assert_allclose(young, 0.5 ** (16 / 40), rtol=1e-6)
    assert recipe().ema_decay(jnp.int32(50), 16) > 0.9999


def test_afm_without_its_parts():
    """No price, no memory, no shares; and a term that guides."""
    guide = Term("guide", lambda state, play: (jnp.zeros(()), state))
    recipe = recipes.afm(transport=(0.0, 0.0), normalize=False, guidance=(guide,))
    play, guiding = recipe.turns[1].terms
    assert not jax.tree.leaves(play.init())
    assert guiding is guide


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (recipes.mocogan(), [{"adversarial": 2.0}] * 2),
        (
            recipes.mocogan(categories=True),
            [{"adversarial": 2.0, "auxiliary_classifier": 1.0}] * 2,
        ),
        (
            recipes.vgan(),
            [{"adversarial": 0.5}, {"adversarial": 1.0, "mask_sparsity": 0.1}],
        ),
        (recipes.vgan(sparsity=0.0), [{"adversarial": 0.5}, {"adversarial": 1.0}]),
        (recipes.dvdgan(), [{"adversarial": 2.0}] * 2),
        (
            recipes.dvdgan(grid_cells=20.0),
            [{"adversarial": 2.0}, {"adversarial": 2.0, "grid_cell": 20.0}],
        ),
    ],
)
def test_turns_of_videos(made, wanted):
    """The discriminators first; losses of frames and of clips are added up."""
    assert [turn.player for turn in made.turns] == ["discriminator", "generator"]
    assert [{x.name: x.weight for x in turn.terms} for turn in made.turns] == wanted


def test_moments_of_videos():
    """DVD-GAN's generator moves on every second step, and remembers no gradient."""
    assert [turn.every for turn in recipes.dvdgan().turns] == [1, 2]
    for made, b1 in ((recipes.dvdgan(), 0.0), (recipes.vgan(), 0.5)):
        for optimizer in made.optimizers:
            with jax.numpy_dtype_promotion("standard"):
                _, state = optimizer.update(jnp.ones(1), optimizer.init(jnp.zeros(1)))
            np.testing.assert_allclose(state[0].mu, 1 - b1)
            np.testing.assert_allclose(state[0].nu, 1e-3, rtol=1e-4)


def test_mocogans_weights_decay_as_pytorchs():
    """A hundred thousandth of each is added to its gradient, which Adam then scales."""
    params, gradient = jnp.array([2.0, -4.0]), jnp.array([1.0, 1.0])
    for optimizer in recipes.mocogan().optimizers:
        with jax.numpy_dtype_promotion("standard"):
            state = optimizer.init(params)
            _, state = optimizer.update(gradient, state, params)
        moment = state[1][0].mu
        np.testing.assert_allclose(moment, 0.5 * (1 + 1e-5 * params), rtol=1e-7)


@pytest.mark.parametrize(
    "name", ["minimax", "nonsaturating", "least_squares", "relativistic", "ali"]
)
def test_the_discriminator_may_have_its_own_rate(name):
    sizes = first_updates(RECIPES[name](1e-3, discriminator_rate=2e-4))
    np.testing.assert_allclose(sizes, [1e-3, 2e-4], rtol=1e-4)


@pytest.mark.parametrize("name", ["cyclegan", "cut"])
def test_translators_and_critics_have_one_rate(name):
    """And betas of (0.5, 0.999)."""
    recipe = recipes.cyclegan() if name == "cyclegan" else recipes.cut(no_projection)
    np.testing.assert_allclose(first_updates(recipe), [2e-4, 2e-4], rtol=1e-4)
    for optimizer in recipe.optimizers:
        with jax.numpy_dtype_promotion("standard"):
            _, state = optimizer.update(jnp.ones(1), optimizer.init(jnp.zeros(1)))
        np.testing.assert_allclose(state[0].mu, 0.5)
        np.testing.assert_allclose(state[0].nu, 1e-3, rtol=1e-4)


def no_projection(params, maps, positions, context):
    raise AssertionError("nothing is traced")


def test_turns_of_cyclegan():
    """Translators first; sums over directions, as published; a pool of 50 each."""
    for recipe, identity in ((recipes.cyclegan(), 5.0), (plain_cyclegan(), None)):
        generator, discriminator = recipe.turns
        assert (generator.player, discriminator.player) == Players._fields
        weights = {term.name: term.weight for term in generator.terms}
        wanted = {"adversarial": 4.0, "cycle": 10.0, "identity": identity}
        assert weights == {k: v for k, v in wanted.items() if v is not None}
        (critic,) = discriminator.terms
        assert (critic.name, critic.weight) == ("adversarial", 2.0)
        kept = identity is not None
        assert critic.memory == ("kept" if kept else "mean")
        pools = {
            side: pool.images.shape for side, pool in (critic.init() or {}).items()
        }
        shape = (50, 256, 256, 3)
        assert pools == ({"x": shape, "y": shape} if kept else {})


def plain_cyclegan():
    return recipes.cyclegan(identity_weight=0.0, pool=0)


def test_turns_of_cut():
    """The critic first; FastCUT's contrast is ten times CUT's, and has no identity."""
    cases = (
        ({}, {"adversarial": 2.0, "patch_nce": 0.5, "identity_patch_nce": 0.5}),
        (recipes.FASTCUT, {"adversarial": 2.0, "patch_nce": 10.0}),
    )
    for options, wanted in cases:
        discriminator, generator = recipes.cut(no_projection, **options).turns
        assert (generator.player, discriminator.player) == Players._fields
        assert {term.name: term.weight for term in generator.terms} == wanted
        weights = {term.name: term.weight for term in discriminator.terms}
        assert weights == {"adversarial": 1.0}


def first_updates(recipe):
    """The size of each player's, which must be the same for all weights."""
    gradient = {"w": jnp.array([1.0, -2.0, 3.0])}
    params = {"w": jnp.zeros(3)}
    sizes = []
    with jax.numpy_dtype_promotion("standard"):
        for optimizer in recipe.optimizers:
            updates, _ = optimizer.update(gradient, optimizer.init(params), params)
            steps = -updates["w"] / np.sign(gradient["w"])
            np.testing.assert_allclose(steps, steps[0], rtol=1e-5)
            sizes.append(steps[0])
    return sizes


def lines(turns):
    """All that turns say, but what their terms compute."""
    return [
        (turn.player, turn.start, turn.stop, {x.name: x.weight for x in turn.terms})
        for turn in turns
    ]


@pytest.mark.parametrize(
    ("name", "terms", "weight", "decay"),
    [
        ("srgan", {"perceptual": 1.0, "adversarial": 1e-3}, 1.0, 0.0),
        # Pixels differ by twice as much in [-1, 1]; the relativistic loss is halved.
        (
            "esrgan",
            {"pixel": 0.005, "perceptual": 1.0, "adversarial": 0.0025},
            0.5,
            0.999,
        ),
        (
            "real_esrgan",
            {"pixel": 0.5, "perceptual": 1.0, "adversarial": 0.1},
            1.0,
            0.999,
        ),
    ],
)
def test_restoration_begins_with_pixels(name, terms, weight, decay):
    """Then both players move, the generator first; the rate changes with the phase."""
    recipe = RECIPES[name](CONTENT, pixel_steps=3)
    start = {"pixel": 1.0 if name == "srgan" else 0.5}
    assert lines(recipe.turns) == [
        ("generator", 0, 3, start),
        ("generator", 3, None, terms),
        ("discriminator", 3, None, {"adversarial": weight}),
    ]
    assert turn_names(recipe.turns) == ["pixels", "generator", "discriminator"]
    at_once = RECIPES[name](CONTENT, pixel_steps=0)
    assert lines(at_once.turns) == [
        ("generator", 0, None, terms),
        ("discriminator", 0, None, {"adversarial": weight}),
    ]
    np.testing.assert_allclose(recipe.ema_decay(jnp.int32(0), 16), decay)
    later = optax.piecewise_constant_schedule(1e-4, {2: 0.5})
    rate = restoration.rate_after(2e-4, 3, later)
    with jax.numpy_dtype_promotion("standard"):  # as optimizers call it
        seen = [float(rate(jnp.int32(step))) for step in (0, 2, 3, 4, 5)]
    np.testing.assert_allclose(seen, [2e-4, 2e-4, 1e-4, 1e-4, 5e-5], rtol=1e-6)
    assert restoration.rate_after(2e-4, 0, 1e-4) == 1e-4
    with pytest.raises(ValueError, match="pixel_steps: saw -1"):
        RECIPES[name](CONTENT, pixel_steps=-1)


def test_vanilla_losses_of_basicsr(golden):
    """Real-ESRGAN's, on given logits: the weight is the generator's alone."""
    file = np.load(golden / "basicsr_perceptual.npz")
    logits = jnp.moveaxis(jnp.asarray(file["in/logits"]), 1, -1)
    wanted = (
        float(file["out/gan_vanilla/real1_disc0"]),
        sum(float(file[f"out/gan_vanilla/real{real}_disc1"]) for real in (0, 1)),
    )
    recipe = recipes.real_esrgan(CONTENT, pixel_steps=0)
    context = Context(example_keys(jax.random.key(0), len(logits)))
    for turn, value in zip(recipe.turns, wanted):
        (term,) = (term for term in turn.terms if term.name == "adversarial")
        play = Play(
            *(turn.player, context, (), (), (), ()),
            real_verdict=Verdict(logits),
            fake_verdict=Verdict(logits),
            generate=None,
            discriminate=None,
        )
        seen = term.weight * jnp.mean(term.apply((), play)[0])
        np.testing.assert_allclose(seen, value, rtol=1e-5)


def test_stylegan2s_turns_and_average():
    """As its official training loop prints them, and for CIFAR-10."""
    turns = recipes.stylegan2().turns
    seen = [
        (turn.player, turn.every, *((term.name, term.weight) for term in turn.terms))
        for turn in turns
    ]
    assert seen == [
        ("discriminator", 1, ("adversarial", 1.0)),
        ("discriminator", 16, ("r1", 160.0)),
        ("generator", 1, ("adversarial", 1.0)),
        ("generator", 4, ("path_length", 8.0)),
    ]
    cifar = recipes.stylegan2(0.01, 0.0, 0.0025, 500_000, 0.05)
    assert [turn.every for turn in cifar.turns] == [1, 16, 1]
    assert cifar.turns[1].terms[0].weight == pytest.approx(0.16)
    # Half of what is left after 64 images of a half-life of 0.05 · 64 000 of them; and
    # of 500 000, once that is less.
    for step, life in ((1000, 3200.0), (10**6, 500_000.0)):
        decay = cifar.ema_decay(jnp.int32(step), 64)
        np.testing.assert_allclose(decay, 0.5 ** (64 / life), 1e-6)
    assert cifar.ema_decay(jnp.int32(0), 64) == 0.0


def test_stylegan3s_turns_and_average():
    """As its official training loop has them: nothing is lazy but R1."""
    recipe = recipes.stylegan3()
    seen = [
        (turn.player, turn.every, *((term.name, term.weight) for term in turn.terms))
        for turn in recipe.turns
    ]
    assert seen == [
        ("discriminator", 1, ("adversarial", 1.0)),
        ("discriminator", 16, ("r1", 16 * 32.8)),
        ("generator", 1, ("adversarial", 1.0)),
    ]
    for step, life in ((1000, 0.05 * 32_000), (10**6, 10_000.0)):
        decay = recipe.ema_decay(jnp.int32(step), 32)
        np.testing.assert_allclose(decay, 0.5 ** (32 / life), 1e-6)


def test_clipping_bounds_every_weight():
    transform = optimizers.clip_weights(0.01)
    params = {"a": jnp.array([0.005, -0.5, 0.3]), "b": jnp.array([[0.01]])}
    updates = {"a": jnp.array([0.001, 0.1, -0.295]), "b": jnp.array([[7.0]])}
    clipped, _ = transform.update(updates, transform.init(params), params)
    after = optax.apply_updates(params, clipped)
    np.testing.assert_allclose(after["a"], [0.006, -0.01, 0.005], atol=1e-7)
    np.testing.assert_allclose(after["b"], [[0.01]], atol=1e-7)
    with pytest.raises(ValueError, match="limit: saw 0"):
        optimizers.clip_weights(0.0)
    with pytest.raises(ValueError, match="params: saw None"):
        transform.update(updates, (), None)


def test_lazy_adam_is_stylegan2s():
    """k = 16: rate 0.0025 · 16/17, β₂ 0.99^(16/17), as printed by its training loop."""
    lazy = optimizers.lazy_adam(0.0025, 0.0, 0.99, 16)
    plain = optax.adam(0.0025 * 16 / 17, b1=0.0, b2=0.99 ** (16 / 17), eps=1e-8)
    params, gradient = jnp.ones(3), jnp.array([0.1, -0.2, 0.3])
    with jax.numpy_dtype_promotion("standard"):
        states = [tx.init(params) for tx in (lazy, plain)]
        for _ in range(3):
            out = [tx.update(gradient, s) for tx, s in zip((lazy, plain), states)]
            states = [state for _, state in out]
    np.testing.assert_array_equal(out[0][0], out[1][0])


def test_rates_and_averages_of_networks_that_grow():
    """By size, from 4 to 1024; Adam's betas are (0, 0.99), so steps are the rate."""
    growing = Growing(last=8, batch=1, stable=1, fading=1)
    rates = [1e-3] * 5 + [1.5e-3, 2e-3, 3e-3, 3e-3]
    for recipe in (recipes.progan(growing), recipes.stylegan(growing)):
        for optimizer in recipe.optimizers:
            state, seen = optimizer.init(jnp.zeros(1)), []
            with jax.numpy_dtype_promotion("standard"):
                for _ in range(18):
                    updates, state = optimizer.update(jnp.full(1, 5.0), state)
                    seen.append(-float(updates[0]))
            # With these lengths a level is there for two steps, and nothing fades.
            np.testing.assert_allclose(seen, np.repeat(rates, 2), rtol=1e-5)
    decays = [
        recipe.ema_decay(jnp.int32(9), 32)
        for recipe in (recipes.progan(), recipes.stylegan())
    ]
    np.testing.assert_allclose(decays, [0.999, 0.5 ** (32 / 10_000)], rtol=1e-6)
    # Of 1 image since a level began to be trained: a half-life of half an image.
    for make in (recipes.progan, recipes.stylegan):
        young = make(growing, ramp_up=0.5).ema_decay(jnp.int32(9), 1)
        np.testing.assert_allclose(young, 0.25, rtol=1e-6)
    for recipe in (recipes.progan(), recipes.stylegan(learning_rate=1e-3)):
        optimizer = recipe.optimizers.generator
        with jax.numpy_dtype_promotion("standard"):
            updates, _ = optimizer.update(jnp.ones(1), optimizer.init(jnp.zeros(1)))
        np.testing.assert_allclose(updates, -1e-3, rtol=1e-5)


def test_what_forgets_begins_anew():
    """Of gradients 1, then 3: what an optimizer says that is made at each phase."""
    gradients = [1.0, 1.0, 3.0, 3.0, 3.0, 1.0]
    adam = optax.scale_by_adam(b1=0.5, b2=0.9)
    transform = optimizers.forgetting(adam, lambda count: (count + 1) // 3)
    params = jnp.zeros(1)
    state, fresh = transform.init(params), None
    with jax.numpy_dtype_promotion("standard"):
        for count, gradient in enumerate(gradients):
            if count in (0, 2, 5):
                fresh = adam.init(params)
            gradient = jnp.full(1, gradient)
            seen, state = transform.update(gradient, state, params)
            wanted, fresh = adam.update(gradient, fresh, params)
            np.testing.assert_allclose(seen, wanted, rtol=1e-6)
    assert int(state.count) == len(gradients)


class Point(nn.Module):
    """Dirac-GAN's generator: the position θ, whatever the latent."""

    @nn.compact
    def __call__(self, value, given, context):
        del given, context
        theta = self.param("theta", nn.initializers.ones, (1,))
        return jnp.broadcast_to(theta, (value.shape[0], 1))


class Slope(nn.Module):
    """Dirac-GAN's discriminator: D(x) = ψ x."""

    @nn.compact
    def __call__(self, value, given, context):
        del given, context
        psi = self.param("psi", nn.initializers.ones, (1,))
        return value[:, 0] * psi


def dirac_path(loss, penalties, steps=400, rate=0.1):
    """Distances of (θ, ψ) from equilibrium; data is a point mass at 0."""
    game = LatentGame(Point(), Slope(), latent_size=1)
    turns = [
        Turn("discriminator", (adversarial(loss), *penalties)),
        Turn("generator", (adversarial(loss),)),
    ]
    optimizers = Players(optax.sgd(rate), optax.sgd(rate))
    batch = Sample(jnp.zeros((2, 1)))
    step = make_step(game, turns, optimizers)

    def body(state, _):
        state, _ = step(state, batch)
        return state, optax.global_norm(state.variables)

    state = jax.jit(lambda key: init_state(key, game, turns, optimizers, batch))(
        jax.random.key(0)
    )
    return np.asarray(jax.jit(lambda s: jax.lax.scan(body, s, None, steps))(state)[1])


def test_dirac_gan():
    """Law 9, Mescheder et al. 2018 (arXiv 1801.04406), figure 2.

    Without a penalty the players circle for ever; R1 makes them converge.
    """
    for loss in (losses.wasserstein, losses.nonsaturating):
        circling = dirac_path(loss, ())
        assert circling[-100:].min() > 0.3, "no convergence without a penalty"
        assert circling.max() < 3.0, "alternating updates do not diverge either"
        assert dirac_path(loss, (r1(1.0),))[-1] < 1e-3


@pytest.mark.parametrize(
    ("width", "rate"), [(384, 4e-4), (768, 2e-4), (1024, 1.5e-4), (1152, 2e-4 / 1.5)]
)
def test_gat_learns_by_width(width, rate):
    """The paper's rates of S, B, L and XL; gradients have a norm of 1 at most."""
    made = recipes.gat(widths=(width, 768)).optimizers
    params, gradient = jnp.zeros(4), jnp.full(4, -3.0)
    for side, wanted in zip(made, (rate, 2e-4)):
        with jax.numpy_dtype_promotion("standard"):  # optax raises beta to an int32
            update, state = side.update(gradient, side.init(params), params)
        np.testing.assert_allclose(update, wanted, rtol=1e-4)
        # Adam's first moment is the gradient itself, its second .01 of the square.
        (moments,) = (x for x in jax.tree.leaves(state, is_leaf=_adam) if _adam(x))
        np.testing.assert_allclose(moments.mu, -0.5, rtol=1e-5)
        np.testing.assert_allclose(moments.nu, 0.01 * 0.25, rtol=1e-4)


def _adam(x):
    return isinstance(x, optax.ScaleByAdamState)


def test_rates_by_width():
    """Rate times width stays, of numbers and of schedules."""
    schedule = optimizers.rate_by_width(optax.linear_schedule(1e-3, 0.0, 10), 64, 256)
    for count in (0, 5, 10):
        np.testing.assert_allclose(schedule(count), 4e-3 * (1 - count / 10), rtol=1e-5)
    assert optimizers.rate_by_width(1e-3, 256, 256) == 1e-3
    with pytest.raises(ValueError, match="width: saw 0"):
        optimizers.rate_by_width(1e-3, 0)
