"""Pickles of projected GANs' code give FastGAN's generator, or say what hinders."""

import itertools
import json
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models.fastgan import networks
from jaxgan.run.commands import cli
from jaxgan.run.importable import attributes, fastgan
from jaxgan.run.importable.named_arrays import Named
from jaxgan.run.sampling import stored_run
from tests.models.golden import assert_near, images, under
from tests.weights import pickled


def facts_of(state, size):
    """The attributes that PyTorch's modules and that code keep, as far as plain."""
    facts = {"z_dim": 8, "c_dim": 0, "w_dim": 512, "img_resolution": size}
    facts |= {"img_channels": 3, "training": False, "mapping.training": False}
    facts |= {"synthesis.img_resolution": size, "synthesis.z_dim": 8}
    for name in sorted(state):
        layer, _, leaf = name.rpartition(".")
        if leaf == "running_mean":
            facts |= {f"{layer}.num_features": len(state[name])}
            facts |= {f"{layer}.eps": 1e-5, f"{layer}.momentum": 0.1}
            facts |= {f"{layer}.{n}": True for n in ("affine", "track_running_stats")}
        if leaf != "weight_orig":
            continue
        side, first = state[name].shape[-1], ".init." in name
        edge = 1 if side == 3 else 0
        facts |= {
            f"{layer}.kernel_size": (side, side),
            f"{layer}.stride": (1, 1),
            f"{layer}.dilation": (1, 1),
            f"{layer}.padding": (edge, edge),
            f"{layer}.output_padding": (0, 0),
            f"{layer}.padding_mode": "zeros",
            f"{layer}.transposed": first,
            f"{layer}.groups": 1,
        }
    for side in (8, 16, 32, 64, 128, 256):
        up = f"synthesis.feat_{side}.0"
        facts |= {f"{up}.scale_factor": 2.0, f"{up}.mode": "nearest"}
        facts |= {f"{up}.{name}": None for name in ("size", "align_corners")}
        facts |= {f"{up}.recompute_scale_factor": None, f"{up}.name": "Upsample"}
    for side in (64, 128, 256):
        facts[f"synthesis.se_{side}.main.0.output_size"] = 4
    return facts


@pytest.fixture
def vectors(golden):
    """The vectors, and the state dict in them."""
    npz = np.load(golden / "projgan_fastgan.npz")
    return npz, under(npz, "state/")


def test_a_snapshot(vectors, tmp_path, capsys, monkeypatch):
    """It makes the pictures that the official code made of the same latents."""
    npz, state = vectors
    torch, _ = pickled.torch_or_stand_in()
    # What spectral_norm leaves beside weight_orig is an attribute, and no number.
    kept = {f"{x[: -len('_orig')]}": x for x in state if x.endswith("weight_orig")}
    facts = {name: torch.tensor(state[x]) for name, x in kept.items()}
    judge = {"feature_network.pretrained.layer0.0.weight": np.ones((2, 3, 3, 3), "f4")}
    path = pickled.save(
        tmp_path / "network_snapshot.pkl",
        {"G": state, "D": judge, "G_ema": state},
        {**facts_of(state, 128), **facts},
        plain=True,
    )
    cli.main(["import", str(path), "--run-dir", str(tmp_path / "run")])
    said = capsys.readouterr().out
    assert "fastgan (128, 128, 3): " in said
    assert "left out, and not run: augment_pipe, training_set_kwargs, D" in said
    loaded = stored_run.load(tmp_path / "run")
    assert loaded.config == type(loaded.config)(128, 3, 8, 2)

    noise = [images(npz[name]) for name in sorted(npz.files) if name[:8] == "in/noise"]
    drawn = itertools.cycle(noise)
    monkeypatch.setattr(networks, "normal", lambda keys, shape: next(drawn))
    z = jnp.asarray(npz["in/z"])
    context = Context(example_keys(jax.random.key(0), len(z)))
    game = loaded.experiment.game
    y = jax.jit(lambda x: game.generator.apply(x, z, (), context))(loaded.state.ema)
    error, size = json.loads(str(npz["config"]))["f32_error_vs_f64"]["out/eval/img"]
    limit = max(1e-4, 10 * error / size)
    assert_near(y[:, ::2, ::2], images(npz["out/eval/img"]), limit, "images")


def test_attributes_are_as_wanted_or_refused(vectors):
    _, state = vectors
    facts, arrays = facts_of(state, 128), Named(fastgan.respelled(state))
    attributes.check("G", facts, arrays, fastgan.ATTRIBUTES)
    for fact, other in (
        ("c_dim", 10),
        ("synthesis.feat_8.1.padding", (0, 0)),
        ("synthesis.se_64.main.1.padding", (1, 1)),
        ("synthesis.init.init.0.transposed", False),
        ("synthesis.feat_8.0.mode", "bilinear"),
        ("synthesis.feat_8.3.eps", 1e-3),
        ("synthesis.se_64.main.0.output_size", 2),
        ("synthesis.slope", 0.2),
    ):
        with pytest.raises(ValueError, match=f"{fact}: saw .*"):
            attributes.check("G", {**facts, fact: other}, arrays, fastgan.ATTRIBUTES)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"synthesis.feat_16.5.weight_orig": None}, "blocks of one and of two"),
        ({"synthesis.embed.weight": np.ones((3, 8), "f4")}, "embed.weight: saw "),
        ({"synthesis.feat_8.1.weight_u": None}, "weight_u: saw no such array"),
        ({"synthesis.init.init.0.weight_orig": np.ones((8, 48, 4, 4), "f4")}, "of 32"),
    ],
)
def test_what_is_refused(vectors, tmp_path, change, said, capsys):
    """Nothing is left behind."""
    _, state = vectors
    state = {name: x for name, x in {**state, **change}.items() if x is not None}
    path = pickled.save(tmp_path / "x.pkl", {"G_ema": state}, plain=True)
    with pytest.raises(SystemExit):
        cli.main(["import", str(path), "--run-dir", str(tmp_path / "run")])
    seen = capsys.readouterr().err
    assert re.search(said, seen), seen
    assert not (tmp_path / "run").exists()
