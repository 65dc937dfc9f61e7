"""Contrasts of patches: official values, whole CUT and FastCUT, and where they look."""

import functools
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType
from jax.sharding import PartitionSpec as P

from jaxgan import recipes
from jaxgan.core import Augment, Context, Players, Sample, State, example_keys
from jaxgan.core.scene import set_scene
from jaxgan.games.contrastive import ContrastiveGame
from jaxgan.models import cut
from jaxgan.models.cut import weights as cut_weights
from jaxgan.models.cyclegan import weights as cyclegan_weights
from jaxgan.models.pix2pix import weights as pix2pix_weights
from jaxgan.terms.patch_nce import contrast_of_all, contrast_of_each, random_positions
from tests.models.golden import assert_near, images, under

OUTPUT, GRADIENT = 1e-4, 1e-3


def context(count, axis_name=None):
    keys = example_keys(jax.random.key(0), count, axis_name)
    return Context(keys, axis_name=axis_name, train=True)


@pytest.fixture(scope="module")
def patches(golden):
    return np.load(golden / "cut_patchnce.npz")


def projection(npz):
    """That of the file, with its positions, and what reads its gradients."""
    config = json.loads(str(npz["config"]))
    layers = len(config["options"]["feats"])
    places = {
        n: jnp.asarray(npz[f"in/patch_ids{n}"].astype(np.int32)) for n in range(layers)
    }
    module = cut.PatchMLP(config["nc"])
    maps = {
        side: {n: images(npz[f"in/feat_{side}{n}"]) for n in range(layers)}
        for side in "qk"
    }
    return module, places, maps, config["nce_T"]


def per_patch(npz, case, layers):
    """Means over the patches of every image, then over maps."""
    losses = [npz[f"out/{case}/loss_per_patch{n}"].reshape(2, -1) for n in layers]
    return np.mean([x.mean(axis=1) for x in losses], axis=0)


def test_official_losses(patches):
    """With the MLP and without it; against one image's patches, and all."""
    module, places, maps, temperature = projection(patches)
    variables = cut_weights.import_torch(under(patches, "state/"))
    q, k = (module.apply(variables, maps[side], places) for side in "qk")
    of_each = jax.jit(functools.partial(contrast_of_each, temperature=temperature))
    assert_near(of_each(q, k), per_patch(patches, "patchnce", q), OUTPUT)
    seen = jax.jit(contrast_of_all)(q, k, temperature, context(2))
    assert_near(seen, per_patch(patches, "all_negatives", q), OUTPUT)
    q, k = ({n: cut.patches(maps[side][n], places[n]) for n in places} for side in "qk")
    seen = of_each(q, k)
    # Near 0 many differences of logits are rounding: two of them are of 1 / 0.07.
    wanted = per_patch(patches, "sample_no_mlp", q)
    np.testing.assert_allclose(seen, wanted, rtol=1e-3)


def test_official_gradients(patches):
    """Only the queries have any: of the MLP and of their maps."""
    module, places, maps, temperature = projection(patches)
    variables = cut_weights.import_torch(under(patches, "state/"))

    @jax.jit
    @functools.partial(jax.value_and_grad, argnums=(0, 1, 2))
    def total(params, q, k):
        pair = (module.apply({"params": params}, x, places) for x in (q, k))
        return jnp.mean(contrast_of_each(*pair, temperature))

    loss, (params, q, k) = total(variables["params"], maps["q"], maps["k"])
    assert_near(loss, patches["out/patchnce/total"], OUTPUT)
    seen = cut_weights.export_torch({"params": params})
    for name, array in seen.items():
        assert_near(array, patches[f"grad/patchnce/{name}"], GRADIENT, name)
    for n in q:
        wanted = images(patches[f"grad/patchnce/in:feat_q{n}"])
        assert_near(q[n], wanted, GRADIENT, f"map {n}")
        assert not np.any(k[n])


# Nine blocks' gradients take long to compile; what they are made of is quick, above and
# in tests/models.
@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=pytest.mark.slow)
        for name in ("cut_model", "cut_model_fast")
    ],
)
def whole(request, golden):
    """The game, its players, its batch and its recipe, with the official positions."""
    npz = np.load(golden / f"{request.param}.npz")
    config = json.loads(str(npz["config"]))
    options, layers = config["cut_options"], tuple(config["nce_layers"])
    g, d, f = (config["modules"][name]["ctor"] for name in "GDF")
    game = ContrastiveGame(
        cut.Generator(
            *(g["output_nc"], g["ngf"], g["n_blocks"]),
            antialiased=not g["no_antialias"],
            antialiased_up=not g["no_antialias_up"],
            layers=layers,
        ),
        cut.Discriminator(d["ndf"], d["n_layers"], antialiased=not d["no_antialias"]),
        cut.PatchMLP(f["nc"]),
        mirrored=float(options["flip_equivariance"]),
    )
    readers = cyclegan_weights, pix2pix_weights, cut_weights
    params = [
        reader.import_torch(under(npz, f"state/{name}."))["params"]
        for name, reader in zip("GDF", readers)
    ]
    players = Players(
        {"params": {"x_to_y": params[0], "projection": params[2]}},
        {"params": {"y": params[1]}},
    )
    batch = Sample({"x": images(npz["in/real_A"]), "y": images(npz["in/real_B"])})
    places = {
        n: jnp.asarray(npz[f"in/patch_ids{i}"].astype(np.int32))
        for i, n in enumerate(layers)
    }

    def project(params, maps, positions, context):
        for n, drawn in positions.items():
            assert drawn.shape == (len(batch.value["x"]), len(places[n]))
        return game.project(params, maps, places, context)

    recipe = recipes.cut(
        project,
        nce_weight=options["lambda_NCE"],
        identity=options["nce_idt"],
        patches=options["num_patches"],
        temperature=options["nce_T"],
        adversarial_weight=options["lambda_GAN"],
        all_examples=options["nce_includes_all_negatives_from_minibatch"],
    )
    return npz, game, players, batch, recipe


def played(whole, player):
    """The loss of a player's turn, its terms, the fakes, and its gradient."""
    _, game, players, batch, recipe = whole
    turn = next(turn for turn in recipe.turns if turn.player == player)
    state = State(jnp.int32(0), jax.random.key(0), players, *[()] * 4)
    here = Context(
        example_keys(jax.random.key(1), len(batch.value["x"])), batch, train=True
    )

    @jax.jit
    @functools.partial(jax.value_and_grad, has_aux=True)
    def objective(params):
        play, _ = set_scene(game, Augment(), player, params, state, here)
        values = {
            term.name: term.weight * jnp.mean(term.apply((), play)[0])
            for term in turn.terms
        }
        return sum(values.values()), (values, play.fake.value["y"])

    (loss, (values, fake)), slope = objective(getattr(players, player)["params"])
    return loss, values, fake, slope


def test_official_translator(whole):
    """All of CUT's and FastCUT's generator turn."""
    npz, game, *_ = whole
    loss, values, fake, slope = played(whole, "generator")
    assert_near(fake, images(npz["out/cut/fake_B"]), OUTPUT, "fake")
    assert_near(loss, npz["out/cut/loss_G"], OUTPUT, "loss")
    assert_near(values["adversarial"], npz["out/cut/loss_G_GAN"], OUTPUT, "adversarial")
    with_identity = "identity_patch_nce" in values
    share = 0.5 if with_identity else 1.0
    wanted = share * npz["out/cut/loss_NCE"]
    assert_near(values["patch_nce"], wanted, OUTPUT, "NCE")
    if with_identity:
        wanted = share * npz["out/cut/loss_NCE_Y"]
        assert_near(values["identity_patch_nce"], wanted, OUTPUT, "NCE of y")
    module = game.generator
    form = cyclegan_weights.Form(
        module.blocks, module.antialiased, module.antialiased_up
    )
    translator = {"params": slope["x_to_y"]}
    mlp = {"params": slope["projection"]}
    assert_gradients(npz, "cut_G/F.", cut_weights.export_torch(mlp))
    seen = cyclegan_weights.export_torch(translator, form)
    if with_identity:
        # Of this file the translator's other slopes are not those of its own loss:
        # along them finite differences of that, 7.7586, give 16.6 and not their 46.3,
        # and along ours 38.5 of 39.6, with the keys' share.
        seen = {name: seen[name] for name in ("model.4.bias", "model.8.bias")}
    assert_gradients(npz, "cut_G/G.", seen)


def test_official_critic(whole):
    npz, game, *_ = whole
    loss, _, _, slope = played(whole, "discriminator")
    assert_near(loss, npz["out/cut/loss_D"], OUTPUT, "loss")
    antialiased = game.discriminator.antialiased
    seen = pix2pix_weights.export_torch({"params": slope["y"]}, antialiased)
    assert_gradients(npz, "cut_D/D.", seen)


def assert_gradients(npz, prefix, seen):
    """Relative to each array's largest number, or all arrays', if it is rounding."""
    wanted = under(npz, f"grad/{prefix}")
    rounding = json.loads(str(npz["config"]))["f32_error_vs_f64"]
    largest = max(np.abs(x).max() for x in wanted.values())
    for name, array in seen.items():
        exact = wanted[name]
        error, size = rounding[f"grad/{prefix}{name}"]
        certain = error < GRADIENT * size / 5
        scale = np.abs(exact).max() if certain else largest
        assert np.abs(array - exact).max() < GRADIENT * scale, name


def test_positions():
    """Distinct, uniform, of every example and map its own; all of a small map."""
    maps = {0: jnp.zeros((400, 3, 4, 2)), 4: jnp.zeros((400, 2, 2, 1))}
    positions = random_positions(context(400), maps, 6)
    assert {n: x.shape for n, x in positions.items()} == {0: (400, 6), 4: (400, 4)}
    first, second = (np.sort(positions[n], axis=1) for n in maps)
    assert np.all(np.diff(first, axis=1) > 0)
    assert np.all(second == np.arange(4)[None])
    assert len(np.unique(first, axis=0)) > 200
    np.testing.assert_allclose(np.bincount(first.ravel()) / 400, 0.5, atol=0.1)
    order = np.asarray(positions[4])
    np.testing.assert_allclose((order[:, 0] == 2).mean(), 0.25, atol=0.08)
    assert np.any(np.argsort(order, axis=1) != np.argsort(positions[0][:, :4], axis=1))


def test_all_examples_of_all_devices():
    """Patches are told from those of every device."""
    q, k = ({0: jax.random.normal(jax.random.key(seed), (8, 3, 2))} for seed in (1, 2))
    mesh = jax.make_mesh((4,), ("data",), axis_types=(AxisType.Auto,))

    def loss(axis_name, q, k):
        here = context(len(q[0]), axis_name)
        return contrast_of_all(q, k, 0.5, here)

    wanted = jax.jit(functools.partial(loss, None))(q, k)
    seen = jax.jit(
        jax.shard_map(
            functools.partial(loss, "data"),
            mesh=mesh,
            in_specs=P("data"),
            out_specs=P("data"),
        )
    )(q, k)
    np.testing.assert_allclose(seen, wanted, rtol=1e-5)


def test_nothing_to_see_has_a_gradient():
    """Gray is 0 in all channels, which the first map hands on."""
    q, k = {0: jnp.zeros((1, 3, 2))}, {0: jnp.ones((1, 3, 2))}
    slope = jax.jit(jax.grad(lambda q: jnp.sum(contrast_of_each(q, k, 0.07))))(q)
    assert np.all(np.isfinite(slope[0]))
