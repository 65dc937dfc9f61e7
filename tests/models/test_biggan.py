"""BigGAN against the official vectors, and both networks' published sizes."""

import itertools
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import losses
from jaxgan.core import Context, Players, Sample, example_keys
from jaxgan.games.latent import LatentGame, as_data
from jaxgan.games.standing_statistics import standing_statistics
from jaxgan.models import biggan
from jaxgan.models.biggan import deep as biggan_deep
from jaxgan.models.biggan.layers import ConditionalNorm
from jaxgan.models.biggan.weights import import_torch
from jaxgan.terms import orthogonal
from tests.models.golden import (
    assert_near,
    certain,
    distance,
    images,
    like,
    under,
)
from tests.terms.scenes import scene

OUTPUT, GRADIENT = 1e-4, 1e-3
GENERATORS = ["biggan_g_hier", "biggan_g_nohier", "biggan_g_mybn"]


def context(count, train=True):
    return Context(example_keys(jax.random.key(0), count), train=train)


class Golden:
    """One golden file: its arrays, module, inputs and variables."""

    def __init__(self, folder, name):
        self.npz = np.load(folder / f"{name}.npz")
        options = json.loads(str(self.npz["config"]))["modules"][""]["ctor"]
        self.name, self.state = name, under(self.npz, "state/")
        self.labels = jnp.asarray(self.npz["in/y"].astype(np.int32))
        self.module = self._discriminator(options)
        if "in/z" in self.npz.files:
            self.module = self._generator(options)
        self.variables = import_torch(self.state)

    def _generator(self, options):
        return biggan.Generator(
            (32, 32, 3),
            (4 * options["G_ch"],) * 4,
            options["n_classes"],
            (1,) if options["G_attn"] == "16" else (),
            options["shared_dim"] if options["G_shared"] else 0,
            options["hier"],
        )

    def _discriminator(self, options):
        width = 4 * options.get("D_ch", 1)
        return biggan.Discriminator((width,) * 4, 2, options["n_classes"], range(4))

    def after(self, case):
        """Variables of theirs after a case."""
        changed = under(self.npz, f"out/{case}/state_after/")
        return import_torch({**self.state, **changed})

    def gradient(self, case):
        """Gradients of theirs in our order."""
        buffers = {k: v for k, v in self.state.items() if k.endswith("u0")}
        gradient = certain(self.npz, f"grad/{case}/", GRADIENT)
        kept = {k: v for k, v in buffers.items() if k[:-2] + "weight" in gradient}
        return import_torch({**kept, **gradient})["params"]

    def apply(self, variables, value, train=True):
        collections = [name for name in variables if name != "params"]
        return self.module.apply(
            variables,
            value,
            self.labels,
            context(len(value), train),
            mutable=collections,
        )


def evaluated(variables):
    """With vectors so long that evaluation divides by their σ: see `import_torch`."""

    def scaled(path, u):
        kernel = variables["params"]
        for key in path[:-2]:
            kernel = kernel[key.key]
        out = 0 if path[0].key == "embedding" else -1
        matrix = np.moveaxis(np.asarray(kernel["kernel"]), out, 0)
        matrix = matrix.reshape(len(matrix), -1)
        back = matrix.T @ np.asarray(u)
        return u * (np.linalg.norm(matrix @ back) / np.linalg.norm(back) ** 2)

    spectral = jax.tree_util.tree_map_with_path(scaled, variables["spectral"])
    return {**variables, "spectral": spectral}


def units(spectral):
    return jax.tree.map(lambda u: u / np.linalg.norm(u), spectral)


def biased(after, before, examples):
    """Running variances as myBN keeps them: from biased ones of the batch."""

    def layer(path, after, before):
        if path[-1].key != "var":
            return after
        block, norm = path[0].key, path[1].key
        side = 32
        if block.startswith("block"):
            side = 4 * 2 ** (int(block[6:]) + (norm == "norm2"))
        count = examples * side * side
        return 0.9 * before + (after - 0.9 * before) * (count - 1) / count

    return jax.tree_util.tree_map_with_path(layer, after, before)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name != GENERATORS[0] else [])
        for name in GENERATORS
    ],
)
def test_official_generators(golden, name):
    case = Golden(golden, name)
    npz, variables = case.npz, case.variables
    z = jnp.asarray(npz["in/z"])
    still = jax.jit(lambda variables: case.apply(variables, z, False)[0])
    assert_near(still(variables), images(npz["out/eval/img"]), OUTPUT, name)

    @jax.jit
    def moving(params, rest):
        image, changed = case.apply({**rest, "params": params}, z)
        return jnp.sum(image * images(npz["in/cotangent"])), (image, changed)

    rest = {part: variables[part] for part in ("batch_stats", "spectral")}
    steps = jax.jit(jax.value_and_grad(moving, has_aux=True))
    (loss, (image, changed)), gradient = steps(variables["params"], rest)
    assert_near(image, images(npz["out/train/img"]), OUTPUT, name)
    assert_near(loss, npz["out/train/loss"], OUTPUT, name)
    after = case.after("train")
    seen = changed["batch_stats"]
    if name == "biggan_g_mybn":
        seen = biased(seen, rest["batch_stats"], len(z))
    assert_near(seen, after["batch_stats"], OUTPUT, name)
    assert_near(changed["spectral"], units(after["spectral"]), OUTPUT, name)
    wanted = case.gradient("train")
    assert_near(like(gradient, wanted), wanted, GRADIENT, name)
    changed = {**changed, "batch_stats": seen}
    (_, (image, changed)), _ = steps(variables["params"], changed)
    assert_near(image, images(npz["out/train_second_forward/img"]), OUTPUT, name)
    if name == "biggan_g_mybn":
        after = biased(changed["batch_stats"], seen, len(z))
        changed = {**changed, "batch_stats": after}
    wanted = images(npz["out/eval_after_two_train_forwards/img"])
    second = evaluated({**variables, **changed})
    assert_near(still(second), wanted, OUTPUT, name)


class Fixed(LatentGame):
    """Always the same latents, which the context brings as its batch."""

    def latent(self, variables, context):
        return context.batch, variables


def test_official_standing_statistics(golden):
    case = Golden(golden, "biggan_g_mybn")
    z = jnp.asarray(case.npz["in/z"])
    game = Fixed(case.module, case.module, z.shape[1])
    keys = context(len(z)).keys
    made = jax.jit(
        lambda variables: standing_statistics(
            game, variables, Context(keys, Sample(z, case.labels)), passes=2
        )
    )(case.variables)
    theirs = case.after("standing_two_passes")
    # They keep sums and a count of 2.
    wanted = jax.tree.map(lambda x: x / 2, theirs["batch_stats"])
    assert_near(made["batch_stats"], wanted, OUTPUT, "standing")
    np.testing.assert_array_equal(
        made["spectral"]["linear"]["spectral"]["u"],
        case.variables["spectral"]["linear"]["spectral"]["u"],
    )
    variables = {**theirs, "batch_stats": made["batch_stats"]}
    image = jax.jit(lambda variables: case.apply(variables, z, False)[0])(variables)
    wanted = images(case.npz["out/standing_two_passes/img"])
    assert_near(image, wanted, OUTPUT, "standing")


def test_official_discriminator(golden):
    case = Golden(golden, "biggan_d")
    npz, name = case.npz, case.name
    image = images(npz["in/img"])

    def logits(variables, train):
        verdict, changed = case.apply(variables, image, train)
        return verdict.logits, changed

    still = jax.jit(lambda variables: logits(variables, False)[0])
    assert_near(still(case.variables), npz["out/eval/logits"][:, 0], OUTPUT, name)

    @jax.jit
    def hinge(params, spectral):
        seen, changed = logits({"params": params, "spectral": spectral}, True)
        fake, real = jnp.split(seen, 2)
        loss = jnp.mean(losses.hinge.discriminator(real, fake))
        return loss, (seen, changed["spectral"])

    step = jax.jit(jax.value_and_grad(hinge, has_aux=True))
    params = case.variables["params"]
    (loss, (seen, spectral)), gradient = step(params, case.variables["spectral"])
    assert_near(seen, npz["out/train/logits"][:, 0], OUTPUT, name)
    assert_near(loss, npz["out/train/loss"], OUTPUT, name)
    after = case.after("train")["spectral"]
    assert_near(spectral, units(after), OUTPUT, name)
    wanted = case.gradient("train")
    assert_near(like(gradient, wanted), wanted, GRADIENT, name)
    (_, (seen, spectral)), _ = step(params, spectral)
    wanted = npz["out/train_second_forward/logits"][:, 0]
    assert_near(seen, wanted, OUTPUT, name)
    wanted = npz["out/eval_after_two_train_forwards/logits"][:, 0]
    seen = still(evaluated({"params": params, "spectral": spectral}))
    assert_near(seen, wanted, OUTPUT, name)


@pytest.mark.parametrize("name", [*GENERATORS, "biggan_d"])
def test_official_orthogonal_regularisation(golden, name):
    """What `utils.ortho` adds to the gradient of every kernel [out, rest].

    Tables of theirs that ours hold the other way round are left out.
    """
    case = Golden(golden, name)
    player = "discriminator" if name == "biggan_d" else "generator"
    without = "shared|embedding"
    if name == "biggan_g_nohier":
        without += "|(gain|bias)/kernel"
    term = orthogonal(1e-4, without=without)

    def total(params):
        play = scene(
            lambda params, x: x[:, 0], (), jnp.zeros((2, 1)), jnp.zeros((2, 1))
        )
        sides = Players((), ())._replace(**{player: params})
        play = play._replace(params=sides, player=player)
        return term.weight * term.apply((), play)[0]

    seen = jax.jit(jax.grad(total))(case.variables["params"])
    checked, wanted = 0, case.gradient("ortho")
    leaves = jax.tree_util.tree_leaves_with_path(wanted)
    for (path, b), a in zip(leaves, jax.tree.leaves(like(seen, wanted)), strict=True):
        place = jax.tree_util.keystr(path, simple=True, separator="/")
        if ("gain" in place or "bias/" in place) and name == "biggan_g_nohier":
            continue
        if "embedding" in place:
            continue
        assert distance(a, b) < 1e-5, place
        checked += bool(np.any(b))
    assert checked > 10


@pytest.mark.parametrize("name", ["ccbn_shared", "ccbn_mybn"])
def test_official_conditional_norm(golden, name):
    npz = np.load(golden / "biggan_ops.npz")
    x, y = images(npz[f"in/{name}/x"]), jnp.asarray(npz[f"in/{name}/y"])

    def tree(prefix):
        arrays = under(npz, f"{prefix}/{name}/")
        renamed = {
            "blocks.0.0.bn1." + key: array
            for key, array in {**under(npz, f"state/{name}/"), **arrays}.items()
        }
        variables = import_torch(renamed)
        return {part: leaf["block_0"]["norm1"] for part, leaf in variables.items()}

    variables, layer = tree("state"), ConditionalNorm()
    still = layer.apply(variables, x, y, context(len(y), False))
    assert_near(still, images(npz[f"out/{name}/eval/y"]), OUTPUT, name)
    cotangent = np.cos(0.7 * np.arange(x.size) + 0.3).astype(np.float32)
    cotangent = images(cotangent.reshape(npz[f"in/{name}/x"].shape))

    def loss(params):
        out, changed = layer.apply(
            {**variables, "params": params},
            x,
            y,
            context(len(y)),
            mutable=["batch_stats", "spectral"],
        )
        return jnp.sum(out * cotangent), (out, changed)

    (_, (out, _)), gradient = jax.jit(jax.value_and_grad(loss, has_aux=True))(
        variables["params"]
    )
    assert_near(out, images(npz[f"out/{name}/train/y"]), OUTPUT, name)
    assert_near(gradient, tree("grad")["params"], GRADIENT, name)


def sizes(module, value, labels=(0, 1)):
    output, variables = jax.eval_shape(
        module.init_with_output, jax.random.key(0), value, jnp.array(labels), context(2)
    )
    count = sum(x.size for x in jax.tree.leaves(variables["params"]))
    return count, getattr(output, "logits", output).shape


def test_parameters_of_the_published_biggan():
    """At 128×128 with 96 channels: what the authors' code prints on starting."""
    latent, image = jnp.zeros((2, 120)), jnp.zeros((2, 128, 128, 3))
    assert sizes(biggan.Generator(), latent) == (70_433_988, image.shape)
    assert sizes(biggan.Discriminator(), image) == (87_982_370, (2,))


@pytest.mark.parametrize(
    ("size", "steps", "millions"),
    [
        (128, (16, 16, 8, 4, 2, 1), 50.4),
        (256, (16, 16, 8, 8, 4, 2, 1), 55.9),
        (512, (16, 16, 8, 8, 4, 2, 1, 1), 56.2),
    ],
)
def test_parameters_of_the_published_biggan_deep(size, steps, millions):
    """Of the released modules, whose last convolution makes 125 maps that nobody sees.

    The paper's tables 7 to 9 have 3 maps there, and so have we.
    """
    module = biggan_deep.Generator((size, size, 3), tuple(128 * n for n in steps))
    count, shape = sizes(module, jnp.zeros((2, 128)))
    assert shape == (2, size, size, 3)
    unseen = (128 - 3) * (9 * 128 + 1)
    assert round((count + unseen) / 1e6, 1) == millions


def test_parameters_of_the_deep_discriminator():
    """Counted by hand from the paper's table 7 (b), 128 channels, attention at 64."""
    widths = (128, 256, 512, 1024, 2048, 2048)

    def block(a, b):
        hidden = b // 4
        total = a * hidden + 2 * 9 * hidden**2 + hidden * b + 3 * hidden + b
        return total + (a * (b - a) + b - a if b > a else 0)

    total = 27 * 128 + 128 + 256**2 // 4 + 256**2 + 1 + 2048 + 1 + 1000 * 2048
    for a, b in itertools.pairwise(widths):
        total += block(a, b) + block(b, b)
    image = jnp.zeros((2, 128, 128, 3))
    assert sizes(biggan_deep.Discriminator(), image) == (total, (2,))


def deep_state(blocks, attention, ends):
    """Zeros under the authors' names, of the shapes that their code gives them.

    Args:
      blocks: (in, hidden, out, length of the condition or 0, channels appended or 0).
      attention: {block: channels}.
      ends: {layer: shape of its weight}.
    """
    shapes = {}

    def normalised(layer, weight, bias=True):
        shapes[f"{layer}.weight"] = weight
        shapes[f"{layer}.u0"], shapes[f"{layer}.sv0"] = (1, weight[0]), (1,)
        if bias:
            shapes[f"{layer}.bias"] = weight[:1]

    for layer, weight in ends.items():
        normalised(layer, weight, bias=layer != "embed")
    for number, (a, hidden, b, condition, more) in enumerate(blocks):
        block = f"blocks.{number}.0"
        sides = [(hidden, a, 1, 1), *[(hidden, hidden, 3, 3)] * 2, (b, hidden, 1, 1)]
        for place, weight in enumerate(sides, 1):
            normalised(f"{block}.conv{place}", weight)
            if condition:
                norm, width = f"{block}.bn{place}", weight[1]
                shapes[f"{norm}.stored_mean"] = shapes[f"{norm}.stored_var"] = (width,)
                for kind in ("gain", "bias"):
                    normalised(f"{norm}.{kind}", (width, condition), bias=False)
        if more:
            normalised(f"{block}.conv_sc", (more, a, 1, 1))
    for number, width in attention.items():
        layer = f"blocks.{number}.1"
        shapes[f"{layer}.gamma"] = ()
        for name, out in (
            ("theta", width // 8),
            ("phi", width // 8),
            ("g", width // 2),
        ):
            normalised(f"{layer}.{name}", (out, width, 1, 1), bias=False)
        normalised(f"{layer}.o", (width, width // 2, 1, 1), bias=False)
    return {name: np.ones(shape, np.float32) for name, shape in shapes.items()}


def test_weights_of_the_deep_networks_have_their_places():
    """Every one of the authors' arrays lands where ours is, in its shape."""
    widths, given = (16, 8, 8), jnp.zeros(2, jnp.int32)
    generator = biggan_deep.Generator((16, 16, 3), widths, 2, 3, (1,), shared=5)
    blocks = [(16, 4, 16), (16, 4, 8), (8, 2, 8), (8, 2, 8)]
    state = deep_state(
        [(*block, 5 + 4, 0) for block in blocks],
        {3: 8},
        {"linear": (16 * 16, 9), "output_layer.2": (3, 8, 3, 3)},
    )
    state["shared.weight"] = np.ones((3, 5))
    for kind in ("gain", "bias", "stored_mean", "stored_var"):
        state[f"output_layer.0.{kind}"] = np.ones(8)
    discriminator = biggan_deep.Discriminator((8, 8, 16), 2, 3, (0,))
    blocks = [(8, 2, 8, 0, 0), (8, 2, 8, 0, 0), (8, 4, 16, 0, 8), (16, 4, 16, 0, 0)]
    ends = {"input_conv": (8, 3, 3, 3), "linear": (1, 16), "embed": (3, 16)}
    other = deep_state(blocks, {1: 8}, ends)
    cases = (
        (generator, state, jnp.zeros((2, 4))),
        (discriminator, other, jnp.zeros((2, 16, 16, 3))),
    )
    for module, theirs, value in cases:
        ours = jax.eval_shape(module.init, jax.random.key(0), value, given, context(2))
        seen = jax.tree.map(np.shape, import_torch(theirs, depth=2))
        assert seen == jax.tree.map(lambda x: x.shape, ours)


def test_deep_blocks_keep_channels():
    """With the last kernel at zero a block is its shortcut."""
    x = jax.random.normal(jax.random.key(1), (2, 4, 4, 8))
    vectors = jnp.ones((2, 3))

    def output(block, *arguments):
        variables = block.init(jax.random.key(0), x, *arguments)
        last = variables["params"]["conv4"]
        zero = jax.tree.map(jnp.zeros_like, last)
        params = {**variables["params"], "conv4": zero}
        return block.apply({**variables, "params": params}, x, *arguments)

    still = context(2, False)
    y = output(biggan_deep.GeneratorBlock(5, double=True), vectors, still)
    np.testing.assert_array_equal(y[:, ::2, 1::2], x[..., :5])
    y = output(biggan_deep.DiscriminatorBlock(11, halve=True), False)
    pooled = x.reshape(2, 2, 2, 2, 2, 8).mean((2, 4))
    np.testing.assert_allclose(y[..., :8], pooled, rtol=1e-5, atol=1e-6)
    assert y.shape == (2, 2, 2, 11)


def test_kernels_start_orthogonal():
    module = biggan.Discriminator((8, 16), 1, 3, ())
    value, given = jnp.zeros((2, 4, 4, 3)), jnp.zeros(2, jnp.int32)
    variables = jax.jit(module.init)(jax.random.key(0), value, given, context(2))
    for name in ("conv1", "conv2", "shortcut"):
        kernel = variables["params"]["block_1"][name]["kernel"]
        matrix = np.asarray(kernel).reshape(-1, 16)
        if matrix.shape[0] < 16:
            matrix = matrix.T
        eye = np.eye(matrix.shape[1])
        np.testing.assert_allclose(matrix.T @ matrix, eye, atol=1e-5)


def test_errors():
    small = {"shape": (8, 8, 3), "widths": (8, 8), "classes": 3}
    latent = jnp.zeros((2, 5))
    with pytest.raises(ValueError, match=r"latent: saw 5 numbers, wanted a multiple"):
        sizes(biggan.Generator(**small, attention=()), latent)
    with pytest.raises(ValueError, match=r"shared: saw 0, wanted a length"):
        sizes(biggan.Generator(**small, shared=0), latent)
    with pytest.raises(ValueError, match=r"shape: saw \(9, 9, 3\), wanted a square"):
        sizes(biggan.Generator(**{**small, "shape": (9, 9, 3)}), latent)
    with pytest.raises(ValueError, match=r"widths: saw \(8, 9\), wanted none to grow"):
        sizes(biggan_deep.Generator(**{**small, "widths": (8, 9)}), latent)
    with pytest.raises(ValueError, match=r"widths: saw \(9, 8\), wanted none to shr"):
        sizes(biggan_deep.Discriminator((9, 8)), jnp.zeros((2, 8, 8, 3)))
    with pytest.raises(ValueError, match=r"given: saw float32\[2\], wanted int labels"):
        sizes(biggan.Discriminator(), jnp.zeros((2, 8, 8, 3)), (0.0, 1.0))
    with pytest.raises(ValueError, match="saw 'body'"):
        import_torch({"body.weight": np.zeros((2, 2))})
    with pytest.raises(ValueError, match=r"saw linear\.scale"):
        import_torch({"linear.scale": np.zeros(2)})
    game = LatentGame(biggan.Generator(**small), biggan.Discriminator(), 4, as_data)
    with pytest.raises(ValueError, match=r"variables: saw \['params'\], wanted 'batch"):
        standing_statistics(game, {"params": {}}, context(2))
    with pytest.raises(ValueError, match="passes: saw 0"):
        standing_statistics(game, {"params": {}, "batch_stats": {}}, context(2), 0)
