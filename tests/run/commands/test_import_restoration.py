"""ESRGAN's and Real-ESRGAN's files become runs: every spelling, every wrapping."""

import collections
import json
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.core.abilities import Applicable
from jaxgan.models.restoration.layers import from_unit, to_unit
from jaxgan.run.commands import cli
from jaxgan.run.sampling import stored_run
from tests.models.golden import assert_near, images, under
from tests.models.restoration.test_weights import old, oldest
from tests.weights import torch_by_hand


def saved(path, state, *within, **others):
    """A file as torch.save writes it, of tensors below names."""
    tensors = collections.OrderedDict(
        (name, torch_by_hand.Tensor(np.asarray(x, np.float32)))
        for name, x in state.items()
    )
    content = dict.fromkeys(within, tensors) if within else tensors
    return torch_by_hand.save(path, {**content, **others} if within else content)


def bring(path, run, *words):
    cli.main(["import", str(path), "--run-dir", str(run), *map(str, words)])
    return stored_run.load(run)


def official(golden, name):
    npz = np.load(golden / f"esrgan_{name}.npz")
    return npz, under(npz, "state/")


def restored(loaded, variables, x):
    game = loaded.experiment.game
    assert isinstance(game, Applicable)
    context = Context(example_keys(jax.random.key(0), len(x)))
    sample = jax.jit(game.apply)(variables, from_unit(x), context)
    return to_unit(sample.value)


FILES = {
    # ESRGAN's RRDB_ESRGAN_x4.pth and RRDB_PSNR_x4.pth, new and before.
    "RRDB_ESRGAN_x4": (old, ()),
    "RRDB_ESRGAN_x4_old_arch": (oldest, ()),
    # BasicSR's ESRGAN_SRx4_DF2KOST_official, and Real-ESRGAN's.
    "ESRGAN_SRx4_DF2KOST": (str, ("params",)),
    "RealESRGAN_x4plus": (str, ("params_ema",)),
    "parallel": (lambda name: f"module.{name}", ("params",)),
}


@pytest.mark.parametrize("name", FILES)
def test_official_pictures(golden, tmp_path, name, capsys):
    spelling, within = FILES[name]
    npz, state = official(golden, "rrdbnet")
    state = {spelling(array): x for array, x in state.items()}
    loaded = bring(saved(tmp_path / f"{name}.pth", state, *within), tmp_path / "run")
    config = loaded.config
    seen = config.scale, config.channels, config.width, config.blocks, config.growth
    assert seen == (4, 3, 8, 2, 4)
    assert config.discriminator is None
    told = json.loads((tmp_path / "run" / "imported.json").read_text())
    assert told["arrays"] == {"G_ema": len(state)}
    assert "rrdbnet (128, 128, 3): G_ema: 72 arrays" in capsys.readouterr().out
    if name in ("RRDB_ESRGAN_x4_old_arch", "RealESRGAN_x4plus"):
        y = restored(loaded, loaded.state.ema, images(npz["in/x"]))
        assert_near(y, images(npz["out/y"]), 1e-4, name)


def test_the_average_is_taken_and_the_current_one_kept(golden, tmp_path, capsys):
    """A training checkpoint has both; options and counts beside are no arrays."""
    _, state = official(golden, "msrresnet")
    tensors = {
        name: {n: torch_by_hand.Tensor(scale * x) for n, x in state.items()}
        for name, scale in (("params", np.float32(2)), ("params_ema", np.float32(1)))
    }
    other = {"optimizer": {"0": torch_by_hand.Tensor(np.ones(3, np.float32))}}
    path = torch_by_hand.save(tmp_path / "net_g.pth", {**tensors, **other, "iter": 5})
    loaded = bring(path, tmp_path / "run")
    assert "left out, and not run: optimizer" in capsys.readouterr().out
    assert loaded.config.current
    kernels = [
        variables["params"]["conv_hr"]["kernel"]
        for variables in (loaded.state.ema, loaded.state.variables.generator)
    ]
    np.testing.assert_array_equal(2 * kernels[0], kernels[1])


@pytest.mark.parametrize("name", ["unet_d", "vgg_d"])
def test_discriminators_come_along(golden, tmp_path, name):
    """As RealESRGAN_x4plus_netD.pth has them: below params, in a file of their own."""
    _, state = official(golden, "msrresnet")
    npz, judge = official(golden, name)
    judge = {n: x for n, x in judge.items() if x.dtype == np.float32}
    paths = (
        saved(tmp_path / "g.pth", state, "params_ema"),
        saved(tmp_path / "d.pth", judge, "params"),
    )
    loaded = bring(paths[0], tmp_path / "run", "--discriminator", paths[1])
    x = from_unit(images(npz["in/x"]))
    context = Context(example_keys(jax.random.key(0), len(x)))
    verdict = jax.jit(loaded.experiment.game.discriminator.apply)(
        loaded.state.variables.discriminator, x, (), context
    )
    wanted = npz["out/eval/y"].reshape(verdict.logits.shape)
    assert_near(verdict.logits, wanted, 1e-4, name)


def test_the_compact_network(tmp_path):
    """realesr-general-x4v3 and its like, here smaller."""
    rng = np.random.default_rng(0)
    state = {}
    for number, (a, b) in enumerate([(3, 4), (4, 4), (4, 4), (4, 48)]):
        place = f"body.{2 * number}"
        state[f"{place}.weight"] = rng.standard_normal((b, a, 3, 3))
        state[f"{place}.bias"] = rng.standard_normal(b)
        if number < 3:
            state[f"body.{2 * number + 1}.weight"] = rng.standard_normal(4)
    loaded = bring(saved(tmp_path / "x.pth", state, "params"), tmp_path / "run")
    config = loaded.config
    assert (config.scale, config.width, config.blocks, config.slope) == (4, 4, 2, None)
    x = jnp.zeros((1, 2, 3, 3))
    assert restored(loaded, loaded.state.ema, x).shape == (1, 8, 12, 3)


def test_what_does_not_fit(golden, tmp_path, capsys):
    _, state = official(golden, "rrdbnet")
    _, judge = official(golden, "vgg_d")

    def refused(said, path, *words):
        with pytest.raises(SystemExit):
            bring(path, tmp_path / "run", *words)
        assert said in capsys.readouterr().err
        assert not (tmp_path / "run").exists()

    gap = {re.sub(r"^body\.1", "body.2", n): x for n, x in state.items()}
    refused("saw numbers [0, 2], wanted 0, ...", saved(tmp_path / "a.pth", gap))
    one = {n: x for n, x in state.items() if n != "body.1.rdb2.conv3.bias"}
    said = "body.1.rdb2.conv3.bias: saw no such array, wanted [4]"
    refused(said, saved(tmp_path / "b.pth", one, "params"))
    wide = {**state, "conv_first.weight": np.ones((8, 5, 3, 3))}
    said = "conv_first.weight: saw 5 channels, wanted 1, 4 or 16 times the 3"
    refused(said, saved(tmp_path / "c.pth", wide))
    more = {**state, "conv_up3.weight": np.ones((8, 8, 3, 3))}
    refused("conv_up3.weight: saw [8, 8, 3, 3], wanted no", saved(tmp_path / "d", more))
    small = {oldest(n).replace("model.10.", "model.7."): x for n, x in state.items()}
    refused("conv_last.weight: saw no such array", saved(tmp_path / "x2", small))
    netd = saved(tmp_path / "netD.pth", judge, "params")
    refused("wanted a generator of", netd)
    plain = {f"body.{2 * n}.weight": np.ones((3, 3, 3, 3)) for n in range(3)}
    refused("slope: saw None, wanted 0 for relu", saved(tmp_path / "e.pth", plain))
    words = ("--set", "slope=0.1")
    refused("wanted none: shapes tell", saved(tmp_path / "f.pth", state), *words)
