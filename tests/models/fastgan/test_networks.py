"""FastGAN's generator against the code of projected GANs, and what it promises."""

import itertools
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import fastgan
from jaxgan.models.fastgan import networks, weights
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


def test_official_in_use(official):
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
    assert_near(y[:, ::2, ::2], images(npz["out/eval/img"]), OUTPUT, "eval")
    places = {"feat": "block", "se": "excitation"}
    for name, wanted in under(npz, "out/eval/first_sample/").items():
        kind, _, side = name.partition("_")
        if kind in places:
            seen = kept["intermediates"][f"{places[kind]}_{side}"]["__call__"][0]
            corner = images(wanted)
            assert_near(seen[:1, :16, :16, :2], corner, OUTPUT, name)
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
