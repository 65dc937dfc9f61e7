"""GAT against the official vectors: networks, whole moves, and published sizes."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import gat
from jaxgan.models.gat import weights
from jaxgan.models.gat.blocks import GeneratorBlock, SlowMLP
from jaxgan.run.devices.compiled_program import operations
from tests.models.filled import filled
from tests.models.golden import assert_near, like, under

OUTPUT, GRADIENT = 1e-4, 1e-3


def context(count, train=False):
    return Context(example_keys(jax.random.key(0), count), train=train)


def pictures(array):
    """[..., C, H, W] as a tuple of levels [B, H, W, C]."""
    return tuple(jnp.asarray(np.moveaxis(array, -3, -1)))


def networks(npz):
    """The modules of a golden file by their classes' names."""
    made = json.loads(str(npz["config"]))["constructor"]
    made = {name: made[name] for name in made if isinstance(made[name], dict)} or {
        "GATD" if "cmap_dim" in made else "GAT": made
    }
    return {name: _network(options) for name, options in made.items()}


def _network(options):
    size, channels = options["input_size"], options["in_channels"]
    shared = {
        "classes": options["num_classes"],
        "patch": options["patch_size"],
        "depth": options["depth"],
        "width": options["hidden_size"],
        "heads": options["num_heads"],
    }
    if "cmap_dim" not in options:
        shape = (size, size, channels)
        return gat.Generator(shape, embedding=options["latent_size"], **shared)
    (aligned,) = options["z_dims"]
    return gat.Discriminator(
        condition_size=options["cmap_dim"],
        aligned=aligned,
        aligned_hidden=options["projector_dim"],
        **shared,
    )


def labels(npz):
    return jnp.asarray(npz["in/y"].astype(np.int32))


@pytest.fixture(scope="module")
def generator(golden):
    npz = np.load(golden / "gat_generator.npz")
    state = under(npz, "state/")
    return npz, networks(npz)["GAT"], weights.import_torch(state)


def test_official_generator(generator):
    npz, module, variables = generator
    cotangent = pictures(npz["in/cotangent"])

    @jax.jit
    def loss(params, z):
        made = module.apply(
            {**variables, "params": params}, z, labels(npz), context(len(z))
        )
        value = sum(jnp.sum(a * b) for a, b in zip(made, cotangent))
        return value, made

    z = jnp.asarray(npz["in/z"])
    (_, made), (gradient, slope) = jax.value_and_grad(loss, (0, 1), has_aux=True)(
        variables["params"], z
    )
    assert_near(made, pictures(npz["out/plain/levels"]), OUTPUT, "gat levels")
    wanted = under(npz, "grad/plain/")
    assert_near(slope, wanted.pop("z"), GRADIENT, "gat z")
    wanted = weights.import_torch(wanted)["params"]
    assert_near(gradient, wanted, GRADIENT, "gat generator")


def test_official_means_of_classes(generator):
    """What is in the file is as two passes have left it; those before are found."""
    npz, module, variables = generator
    z, given = jnp.asarray(npz["in/z"]), labels(npz)
    after = [npz[f"out/update/w_avg_after_{number}"] for number in (1, 2)]
    w = npz["out/plain/w"]
    before = after[0].copy()
    for one in np.unique(given):
        mean = w[given == one].mean(0)
        before[one] = (after[0][one] - 0.005 * mean) / 0.995

    @jax.jit
    def moved(means):
        made = {"params": variables["params"], "style_average": means}
        _, changed = module.apply(
            *(made, z, given, context(len(z), train=True)),
            method="styles",
            mutable=["style_average"],
        )
        return changed["style_average"]

    means = {"mapping": {"mean": jnp.asarray(before)}}
    for wanted in after:
        means = moved(means)
        assert_near(means["mapping"]["mean"], wanted, OUTPUT, "gat w_avg")
    assert_near(after[1], variables["style_average"]["mapping"]["mean"], 1e-7)
    still = module.apply(variables, z, given, context(len(z)), mutable=True)[1]
    assert_near(still["style_average"], variables["style_average"], 1e-9)
    for name, psi in (("image", 0.3), ("image_psi_1", 1.0)):
        cut = module.clone(truncation=1.0 - psi)
        # Truncated samples were made before those passes.
        made = {
            "params": variables["params"],
            "style_average": {"mapping": {"mean": jnp.asarray(before)}},
        }
        seen = jax.jit(cut.apply)(made, z, given, context(len(z)))[-1]
        wanted = np.moveaxis(npz[f"out/truncated/{name}"], 1, -1)
        assert_near(seen, wanted, OUTPUT, f"gat truncated {psi}")


def test_official_discriminator(golden):
    npz = np.load(golden / "gat_discriminator.npz")
    module = networks(npz)["GATD"]
    variables = weights.import_torch(under(npz, "state/"))
    cotangents = [
        jnp.asarray(npz[f"in/{name}"]).reshape(shape)
        for name, shape in (
            ("cotangent", (4,)),
            ("cotangent_cls", (4, 10)),
            ("cotangent_patches", (4, 16, 10)),
        )
    ]

    @jax.jit
    def loss(params, levels):
        verdict = module.apply({"params": params}, levels, labels(npz), context(4))
        seen = (verdict.logits, *verdict.features)
        return sum(jnp.sum(a * b) for a, b in zip(seen, cotangents)), seen

    levels = pictures(npz["in/levels"])
    (_, seen), (gradient, slope) = jax.value_and_grad(loss, (0, 1), has_aux=True)(
        variables["params"], levels
    )
    names = ("logits", "features_cls", "features_patches")
    for name, ours in zip(names, seen):
        wanted = npz[f"out/plain/{name}"].reshape(ours.shape)
        assert_near(ours, wanted, OUTPUT, name)
    wanted = under(npz, "grad/plain/")
    assert_near(slope, pictures(wanted.pop("levels")), GRADIENT, "gat levels")
    wanted = weights.import_torch(wanted)["params"]
    assert_near(gradient, wanted, GRADIENT, "gat discriminator")


def test_a_picture_is_equal_levels():
    module = gat.Discriminator(0, 2, 1, 8, 2, levels=3)
    image = jax.random.normal(jax.random.key(1), (2, 4, 6, 1))
    variables = filled(module, image, (), context(2))
    apply = jax.jit(module.apply)
    alone, levels = (
        apply(variables, value, (), context(2)) for value in (image, (image,) * 3)
    )
    np.testing.assert_array_equal(alone.logits, levels.logits)


def test_rematerialized_blocks_have_the_same_gradient():
    module = gat.Discriminator(0, 2, 2, 8, 2)
    image = jax.random.normal(jax.random.key(1), (2, 4, 4, 1))
    variables = filled(module, image, (), context(2))

    def gradient(module):
        def loss(params):
            verdict = module.apply({"params": params}, image, (), context(2))
            return jnp.sum(verdict.logits**2)

        return jax.jit(jax.grad(loss))(variables["params"])

    seen = gradient(module.clone(rematerialize=True))
    assert_near(seen, gradient(module), 1e-5)


def counted(name):
    """Parameters of both by hand: patch 2, 4 channels, 1000 classes, rows of 64."""
    depth, width, _ = weights.PUBLISHED[name]
    hidden = int(2 / 3 * 4 * width)
    head = width // weights.PUBLISHED[name].heads

    def dense(inputs, outputs):
        return inputs * outputs + outputs

    block = dense(width, 3 * width) + dense(width, width) + 2 * head
    block += dense(width, 2 * hidden) + dense(hidden, width)
    generator = 64 * 1000 + dense(128, width) + dense(width, width)
    generator += depth * (block + dense(width, 4 * width))
    generator += 4 * (dense(width, 16) + dense(width, width))
    critic = dense(64, width) + width + depth * (block + 4 * width)
    critic += width + dense(width, 2048) + 1000 * 2048 + 2 * dense(2048, 2048)
    critic += dense(width, 2048) + dense(2048, 2048) + dense(2048, 768)
    return generator, critic


@pytest.mark.parametrize(
    ("name", "millions"),
    [
        ("S", (29.4, 39.2)),
        ("B", (116.8, 104.7)),
        ("L", (408.7, 323.0)),
        ("XL", (602.3, 467.7)),
    ],
)
def test_published_sizes(name, millions):
    """By hand; officially the table of places counts too, and G's unused embedding."""
    players = weights.PUBLISHED[name].players()
    players = (players[0], players[1].clone(aligned=768))
    value = jnp.zeros((2, 64)), jnp.zeros((2, 32, 32, 4))
    given = jnp.zeros(2, jnp.int32)
    seen = []
    for module, x in zip(players, value):
        shapes = jax.eval_shape(module.init, jax.random.key(0), x, given, context(2))
        seen.append(sum(leaf.size for leaf in jax.tree.leaves(shapes["params"])))
    assert tuple(seen) == counted(name)
    width = weights.PUBLISHED[name].width
    seen = np.array(seen) + 256 * width + [16 * width + width, 0]
    np.testing.assert_allclose(seen / 1e6, millions, atol=0.06)


@pytest.mark.parametrize(("name", "wanted"), [("B", 23.0), ("XL", 119.0)])
def test_published_operations(name, wanted):
    """10⁹ multiplications a picture: the paper's for XL, of B a DiT's."""
    module, _ = weights.PUBLISHED[name].players()
    z, given = jnp.zeros((1, 64)), jnp.zeros(1, jnp.int32)
    variables = jax.eval_shape(module.init, jax.random.key(0), z, given, context(1))
    seen = operations(module.apply, variables, z, given, context(1)) / 2e9
    assert seen == pytest.approx(wanted, rel=0.005)


def test_blocks_start_small():
    """Gates and scales are Xavier's with a gain of .1, the mapping's 100."""
    x = jnp.zeros((2, 1, 32))
    params = GeneratorBlock(2, (1, 1)).init(jax.random.key(0), x, x[:, 0])["params"]
    kernels = {
        0.1 * (6 / (32 + 128)) ** 0.5: params["modulation"]["vectors"]["kernel"],
        (6 / (32 + 96)) ** 0.5: params["attention"]["query_key_value"]["kernel"],
    }
    params = SlowMLP(32).init(jax.random.key(0), x[:, 0])["params"]
    kernels[100 * (6 / 64) ** 0.5] = params["outer"]["dense"]["kernel"]
    for bound, kernel in kernels.items():
        assert 0.95 * bound < float(jnp.abs(kernel).max()) <= bound


def test_logits_and_norms_are_float32():
    module = gat.Discriminator(0, 2, 1, 8, 2, dtype=jnp.bfloat16)
    image = jnp.zeros((2, 4, 4, 1))
    program = str(
        jax.make_jaxpr(module.init_with_output)(
            jax.random.key(0), image, (), context(2)
        )
    )
    assert "rsqrt" in program
    for line in program.splitlines():
        if any(f"= {name}" in line for name in ("rsqrt", "exp", "cos")):
            assert "bf16" not in line, line


def test_errors():
    def traced(module, value, given=()):
        return jax.eval_shape(module.init, jax.random.key(0), value, given, context(2))

    z, image = jnp.zeros((2, 5)), jnp.zeros((2, 4, 4, 1))
    small = {"shape": (4, 4, 1), "patch": 2, "width": 8, "heads": 2}
    with pytest.raises(ValueError, match="depth: saw 6, wanted a multiple of 4"):
        traced(gat.Generator(**small, depth=6), z)
    with pytest.raises(ValueError, match="heads: saw 3, wanted 4 times it to divide 8"):
        traced(gat.Generator(**{**small, "heads": 3}, depth=4), z)
    with pytest.raises(ValueError, match="patch: saw 3, wanted a divisor"):
        traced(gat.Generator(**{**small, "patch": 3}, depth=4), z)
    critic = gat.Discriminator(3, 2, 1, 8, 2)
    with pytest.raises(ValueError, match="value: saw 2 levels, wanted 4"):
        traced(critic, (image, image), jnp.zeros(2, jnp.int32))
    with pytest.raises(ValueError, match=r"given: saw \(\), wanted int labels"):
        traced(critic, image)
    with pytest.raises(ValueError, match=r"saw 'blocks\.0\.attn\.bias', wanted"):
        weights.import_torch({"blocks.0.attn.bias": np.zeros(3, np.float32)})


@pytest.mark.parametrize("name", ["generator", "discriminator"])
def test_official_names(golden, name):
    """The official state dict comes back, but what is derived, or multiplied by 0."""
    state = under(np.load(golden / f"gat_{name}.npz"), "state/")
    variables = weights.import_torch(state)
    back = weights.export_torch(variables)
    left = weights.DERIVED + (weights.UNUSED if name == "generator" else ())
    assert set(back) == {n for n in state if not n.endswith(left)}
    for array, value in back.items():
        np.testing.assert_array_equal(value, state[array], array)
    again = weights.import_torch(back)
    assert like(again, variables).keys() == variables.keys()
