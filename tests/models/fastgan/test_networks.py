"""FastGAN's generator against the code of projected GANs, and what it promises."""

import itertools
import json
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import fastgan
from jaxgan.models.fastgan import networks, weights
from tests.models.filled import filled
from tests.models.golden import assert_near, distance, images, under

OUTPUT, GRADIENT = 1e-4, 1e-3


def context(count, train=False):
    return Context(example_keys(jax.random.key(0), count), train=train)


@pytest.fixture
def official(golden, monkeypatch):
    """The vectors, our network, its variables; noise is drawn as it was there."""
    npz = np.load(golden / "projgan_fastgan.npz")
    noise = [images(npz[name]) for name in sorted(npz.files) if name[:8] == "in/noise"]
    drawn = itertools.cycle(noise)

    def normal(keys, shape):
        given = next(drawn)
        assert given.shape == (len(keys), *shape)
        return given

    monkeypatch.setattr(networks, "normal", normal)
    ctor = json.loads(str(npz["config"]))["modules"][""]["ctor"]
    size = ctor["img_resolution"]
    module = fastgan.Generator((size, size, 3), ctor["ngf"])
    return npz, module, weights.import_torch(under(npz, "state/"))


def within(npz, name):
    """How far from an array we may be: ten times what rounding made of it, at least."""
    error, size = json.loads(str(npz["config"]))["f32_error_vs_f64"][name]
    return max(OUTPUT, 10 * error / size)


def test_official_in_use(official):
    """Its vectors are of other kernels: σ is near 0, and images of the order of 1e12.

    So the vectors themselves are 2.8e-5 from what they are in float64.
    """
    npz, module, variables = official
    z = jnp.asarray(npz["in/z"])

    @jax.jit
    def generate(variables):
        return module.apply(
            *(variables, z, (), context(len(z))),
            capture_intermediates=True,
            mutable=["intermediates"],
        )

    y, kept = generate(variables)
    limit = within(npz, "out/eval/img")
    assert limit < 3e-4
    assert_near(y[:, ::2, ::2], images(npz["out/eval/img"]), limit, "eval")
    places = {"feat": "block", "se": "excitation"}
    for name, wanted in under(npz, "out/eval/first_sample/").items():
        kind, _, side = name.partition("_")
        if kind in places:
            seen = kept["intermediates"][f"{places[kind]}_{side}"]["__call__"][0]
            corner = images(wanted)
            limit = within(npz, f"out/eval/first_sample/{name}")
            assert_near(seen[:1, :16, :16, :2], corner, limit, name)
    assert len(kept["intermediates"]) > 7


def test_official_in_training(official):
    """With one power iteration; the blocks beyond 128 pixels have no part in it."""
    npz, module, variables = official
    z = jnp.asarray(npz["in/z"])
    params = variables.pop("params")

    def loss(params):
        y, after = module.apply(
            *({"params": params, **variables}, z, (), context(len(z), True)),
            mutable=list(variables),
        )
        return jnp.mean(jnp.square(y)) + jnp.mean(y), (y, after)

    graded = jax.jit(jax.value_and_grad(loss, has_aux=True))
    (total, (y, after)), gradient = graded(params)
    assert_near(y[:, ::2, ::2], images(npz["out/train/img"]), OUTPUT, "train")
    assert_near(total, npz["out/train/loss"], OUTPUT, "loss")
    seen = weights.export_torch({**variables, "params": gradient})
    wanted = under(npz, "grad/train/")
    assert len(wanted) > 40
    for name, array in wanted.items():
        assert distance(seen[name], array) < GRADIENT, name
    seen = weights.export_torch({**after, "params": params})
    compared = 0
    for name, array in under(npz, "out/train/state_after/").items():
        if name in seen:
            assert distance(seen[name], array) < OUTPUT, name
            compared += 1
    assert compared == 2 + 4 * 5


@pytest.mark.parametrize(
    ("lite", "millions"), [(False, 105_684_175), (True, 79_354_307)]
)
def test_published_sizes(lite, millions):
    """105.7 and 79.4 million parameters at 256 pixels."""
    module = fastgan.Generator(lite=lite)
    shapes = jax.eval_shape(
        *(module.init, jax.random.key(0), jnp.zeros((1, 256)), (), context(1))
    )
    sizes = [math.prod(x.shape) for x in jax.tree.leaves(shapes["params"])]
    assert sum(sizes) == millions


def test_noise_is_of_each_example():
    """Drawn by keys, in use too, and as large as the learned scales: 0 at first."""
    module = fastgan.Generator((8, 8, 1), 1)
    z = jnp.repeat(jax.random.normal(jax.random.key(1), (1, 3)), 2, axis=0)
    variables = filled(module, z, (), context(2))
    y = jax.jit(module.apply)(variables, z, (), context(2))
    assert not np.allclose(y[0], y[1], atol=1e-3)
    block = variables["params"]["block_8"]
    for place in (1, 2):
        block[f"noise{place}"] = {"scale": jnp.zeros(1)}
    y = jax.jit(module.apply)(variables, z, (), context(2))
    np.testing.assert_allclose(y[0], y[1], atol=1e-6)
    # On a sphere: a longer latent is the same one.
    longer = jax.jit(module.apply)(variables, 3.0 * z, (), context(2))
    np.testing.assert_allclose(longer, y, atol=1e-5)


def test_classes_have_a_part():
    module = fastgan.Generator((8, 8, 1), 1, lite=True, classes=3, embedding=2)
    z = jnp.ones((3, 4))
    labels = jnp.arange(3)
    variables = filled(module, z, labels, context(3))
    y = jax.jit(module.apply)(variables, z, labels, context(3))
    assert y.shape == (3, 8, 8, 1)
    assert not np.allclose(y[0], y[1], atol=1e-3)
    with pytest.raises(ValueError, match=r"given: saw \(\), wanted int labels \[3\]"):
        module.apply(variables, z, (), context(3))
    with pytest.raises(ValueError, match="saw classes, wanted a generator without"):
        weights.export_torch(variables)


@pytest.mark.parametrize(
    ("shape", "width", "message"),
    [
        ((12, 12, 3), 128, r"shape: saw \(12, 12, 3\), wanted squares of a side among"),
        ((8, 16, 3), 128, "shape: saw"),
        ((4, 4, 3), 128, "shape: saw"),
        ((256, 256, 3), 1, "width: saw 1, wanted at least 2 for maps of 256×256"),
    ],
)
def test_refuses(shape, width, message):
    module = fastgan.Generator(shape, width)
    with pytest.raises(ValueError, match=message):
        jax.eval_shape(
            *(module.init, jax.random.key(0), jnp.zeros((1, 4)), (), context(1))
        )


def test_official_names(golden):
    """They come back to the bit, but for what the image's size has no use of."""
    npz = np.load(golden / "projgan_fastgan.npz")
    state = under(npz, "state/")
    back = weights.export_torch(weights.import_torch(state))
    spare = ("synthesis.feat_256.", "synthesis.se_256.")
    wanted = {
        name
        for name in state
        if not name.startswith(spare) and not name.endswith("num_batches_tracked")
    }
    assert set(back) == wanted
    for name, array in back.items():
        np.testing.assert_array_equal(array, state[name], name)
    broken = {"synthesis.mapping.weight": np.zeros((2, 2))}
    with pytest.raises(ValueError, match=r"saw 'mapping\.weight', wanted names of"):
        weights.import_torch(state | broken)
    with pytest.raises(ValueError, match=r"saw 'embed\.weight', wanted a generator"):
        weights.import_torch(state | {"synthesis.embed.weight": np.zeros((2, 2))})
    with pytest.raises(ValueError, match=r"saw \['x'\] \.\.\., wanted FastGAN's"):
        weights.import_torch({"x": np.zeros(2)})
    without = "synthesis.init.init.0.weight_orig"
    rest = {name: x for name, x in state.items() if name != without}
    with pytest.raises(ValueError, match=r"init\.init\.0\.weight_v: saw 128 numbers"):
        weights.import_torch(rest)


@pytest.mark.parametrize("lite", [False, True])
@pytest.mark.parametrize("size", [16, 64])
def test_there_and_back(size, lite):
    """Of images that are smaller than the official code's, too."""
    module = fastgan.Generator((size, size, 3), 1, lite)
    variables = filled(module, jnp.zeros((1, 4)), (), context(1))
    state = weights.export_torch(variables)
    assert len(state) == len(jax.tree.leaves(variables))
    back = weights.import_torch(state)
    assert jax.tree.structure(back) == jax.tree.structure(variables)
    jax.tree.map(np.testing.assert_array_equal, back, variables)
