"""Attributes of pickled networks are honoured or refused, never ignored."""

import math

import numpy as np
import pytest

from jaxgan.run.commands import cli
from jaxgan.run.importable import attributes, biggan, r3gan, stylegan2
from jaxgan.run.importable.named_arrays import Named
from jaxgan.run.sampling import stored_run
from tests.run.commands.test_import_weights import changed, official, refused, save
from tests.weights import pickled

HONOURED = ("conv_clamp", "mapping.fc0.bias_gain", "bn1.eps")
"""Attributes of which any value is taken over."""


def layers(state):
    """Names of the modules that have arrays."""
    return sorted({name.rpartition(".")[0] for name in state})


def facts_of_stylegan2(state, generator, clamp=256, multiplier=0.01):
    """The attributes that NVIDIA's modules have, as far as they are plain."""
    facts: dict = {"z_dim": 7, "c_dim": 0, "w_dim": 5, "img_resolution": 16}
    facts |= {"img_channels": 3, "training": True, "num_ws": 6}
    if not generator:
        facts |= {"b4.mbstd.group_size": 4, "b4.mbstd.num_channels": 1}
    for path in layers(state):
        last = path.rpartition(".")[2]
        linear = last in ("affine", "embed", "out", "skip")
        weight = state.get(f"{path}.weight")
        if weight is None:
            continue
        rate = multiplier if path.startswith("mapping.fc") else 1.0
        gain = rate / math.sqrt(weight[0].size)
        if weight.ndim == 2:
            facts[f"{path}.activation"] = "linear" if linear else "lrelu"
            facts |= {f"{path}.weight_gain": gain, f"{path}.bias_gain": rate}
            continue
        bounded = last != "skip"
        facts[f"{path}.conv_clamp"] = clamp if bounded else None
        if last == "torgb":
            facts[f"{path}.weight_gain"] = gain
            continue
        facts |= {
            f"{path}.activation": "linear" if linear else "lrelu",
            f"{path}.act_gain": 1 if linear else np.sqrt(2).item(),
            f"{path}.padding": weight.shape[-1] // 2,
        }
        doubles = generator and last in ("conv0", "skip")
        facts[f"{path}.up"] = 2 if doubles else 1
        if generator:
            facts[f"{path}.use_noise"] = True
        else:
            halves = last in ("conv1", "skip")
            facts |= {f"{path}.down": 2 if halves else 1, f"{path}.weight_gain": gain}
    return facts


def networks(name):
    """(state dict, attributes, table) of networks as their code pickles them."""
    module, _, entries = official(name)
    if module is stylegan2:
        for player in ("G_ema", "D"):
            facts = facts_of_stylegan2(entries[player], player != "D")
            yield player, entries[player], facts, stylegan2.ATTRIBUTES
        return
    state = entries["G_ema"]
    if module is r3gan:
        prefix = "Model."
        facts: dict = {"z_dim": 7, "c_dim": 4, "img_resolution": 16}
    else:
        prefix, facts = "", {"BN_eps": 1e-5, "SN_eps": 1e-12, "G_param": "SN"}
    for path in layers(state):
        weight = state.get(f"{path}.weight")
        if weight is None or weight.ndim < 2:
            continue
        facts[f"{prefix}{path}.training"] = False
        if weight.ndim == 4:
            side = 0 if path.endswith("Basis") else (weight.shape[-1] - 1) // 2
            facts |= {
                f"{prefix}{path}.padding": (side, side),
                f"{prefix}{path}.stride": (1, 1),
                f"{prefix}{path}.dilation": (1, 1),
                f"{prefix}{path}.padding_mode": "zeros",
                f"{prefix}{path}.transposed": False,
            }
    if module is biggan:
        facts |= {"blocks.0.0.bn1.eps": 1e-5, "output_layer.0.eps": 1e-5}
        facts |= {"linear.num_svs": 1, "linear.num_itrs": 1, "norm_style": "bn"}
    yield "G_ema", state, facts, module.ATTRIBUTES


def others(value):
    """Values that are not it, of its type and of others."""
    if isinstance(value, tuple):
        return [tuple(x + 1 for x in value), None]
    if isinstance(value, bool):
        return [not value, None]
    if isinstance(value, str):
        return ["relu", None]
    return [value * 2 + 1, -1, math.nan, None, "x"] if value is not None else [1.0]


@pytest.mark.parametrize("name", ["stylegan2", "r3gan", "biggan"])
def test_any_other_value_is_refused(name):
    """Of every attribute that is not told by shapes, honoured, or of training."""
    count = 0
    for player, state, facts, table in networks(name):
        arrays = Named(state)
        attributes.check(player, facts, arrays, table)
        for fact, value in facts.items():
            if table[fact.rpartition(".")[2]] is attributes.any_value:
                continue
            for other in others(value):
                if fact.endswith(HONOURED) and value is not None:
                    continue  # see below
                with pytest.raises(ValueError, match=f"{fact}: saw .*wanted"):
                    attributes.check(player, {**facts, fact: other}, arrays, table)
                count += 1
    assert count > 20


def test_what_is_not_known():
    arrays = Named({"w": np.ones(2)})
    facts = {"a.blur": 3, "b.blur": 4, "tanh": True}
    with pytest.raises(ValueError, match=r"a\.blur: saw 3.*--ignore blur") as error:
        attributes.check("G", facts, arrays, {})
    assert "b.blur" not in str(error.value)
    assert "tanh: saw True" in str(error.value)
    attributes.check("G", facts, arrays, {}, ("blur", "tanh"))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"D": {"a.conv_clamp": 2, "b.conv_clamp": 3}}, "clamp: saw 2, 3, wanted one"),
        ({"D": {"a.conv_clamp": math.nan}}, "clamp: saw nan, wanted a number above 0"),
        ({"G": {"conv_clamp": 2}, "G_ema": {"conv_clamp": None}}, "clamp: saw 2, None"),
        ({"D": {"group_size": -1}}, "group: saw -1, wanted a number"),
        ({"D": {"group_size": True}}, "group: saw True, wanted a number"),
        ({"G": {"mapping.fc0.bias_gain": 0}}, "learning_rate_multiplier: saw 0"),
        (
            {"G": {"mapping.fc0.bias_gain": 1}, "G_ema": {"mapping.fc0.bias_gain": 2}},
            "learning_rate_multiplier: saw 1, 2, wanted one",
        ),
    ],
)
def test_layers_that_differ(facts, said):
    with pytest.raises(ValueError, match=said):
        stylegan2.settings(facts)


def test_epsilons_of_biggan():
    """They are read, and must be the same wherever they are."""
    facts = {
        "BN_eps": 1e-4,
        "SN_eps": 1e-6,
        "blocks.0.0.bn1.eps": 1e-4,
        "output_layer.0.eps": 1e-5,
        "linear.eps": 1e-6,
        "linear.num_itrs": 2,
    }
    wanted = {"norm_epsilon": 1e-4, "spectral_epsilon": 1e-6, "iterations": 2}
    assert biggan.settings({"G": facts, "D": {"linear.eps": 1e-6}}) == wanted
    assert biggan.settings({}) == {}
    for fact in ("blocks.0.0.bn1.eps", "linear.eps", "SN_eps"):
        with pytest.raises(ValueError, match=r"epsilon: saw .*wanted one for all"):
            biggan.settings({"G": {**facts, fact: 0.5}})
    with pytest.raises(ValueError, match=r"iterations: saw 1, 2, wanted one"):
        biggan.settings({"G": facts, "D": {"linear.num_itrs": 1}})


def pickled_networks(folder, **changes):
    """A pickle as NVIDIA's code makes it, with attributes of each network changed."""
    _, _, entries = official("stylegan2")
    path = folder / "x.pkl"
    torch, dumps = pickled.torch_or_stand_in()
    with pickled.official_modules(torch) as (persistent, _, _):
        content = {}
        for name, state in entries.items():
            facts = facts_of_stylegan2(state, name != "D")
            facts |= changes.get(name, {})
            content[name] = pickled.module_of(torch, persistent, state, facts)
        path.write_bytes(dumps(content))
    return path


def test_a_pickle_of_official_attributes(tmp_path, capsys):
    state = official("stylegan2")[2]
    judge = facts_of_stylegan2(state["D"], False, 8)
    generator = facts_of_stylegan2(state["G"], True, 256, 0.1)
    path = pickled_networks(tmp_path, D=judge, G=generator, G_ema=generator)
    cli.main(["import", str(path), "--run-dir", str(tmp_path / "run")])
    config = stored_run.load(tmp_path / "run").config
    assert (config.clamp, config.discriminator.clamp) == (256, 8)
    assert config.learning_rate_multiplier == 0.1


@pytest.mark.parametrize(
    ("player", "fact", "value"),
    [
        ("G", "mapping.fc1.bias_gain", 0.1),
        ("G_ema", "synthesis.b8.conv1.activation", "relu"),
        ("D", "b8.conv1.down", 4),
        ("D", "made_up", 3),
    ],
)
def test_pickles_of_other_networks(player, fact, value, tmp_path, capsys):
    """Whichever file a network comes from, and whatever of it is taken."""
    path = pickled_networks(tmp_path, **{player: {fact: value}})
    refused(path, tmp_path, capsys, f"{player} computes something else than our")
    if player == "G_ema":
        said = f"{fact}: saw {value!r}"
        refused(path, tmp_path, capsys, said, "--within", "G_ema")
    if player == "D":
        _, _, entries = official("stylegan2")
        alone = save(tmp_path / "g.npz", {"G_ema": entries["G_ema"]})
        said = f"{fact}: saw {value!r}"
        refused(alone, tmp_path, capsys, said, "--discriminator", path)


BAD = [
    (lambda x: np.full_like(x, np.nan), "saw NaN"),
    (lambda x: np.full_like(x, np.inf), "saw infinity"),
    (lambda x: x.astype(np.int32), "of the type int32, wanted floats"),
    (lambda x: x.astype(np.complex64), "of the type complex64, wanted floats"),
]


@pytest.mark.parametrize(("value", "said"), BAD)
@pytest.mark.parametrize("name", ["stylegan2", "r3gan", "biggan", "biggan_deep"])
def test_numbers_that_are_none(name, value, said):
    module, config, entries = official(name)
    for player in ("G_ema", "D"):
        array = next(x for x in entries[player] if x.endswith("weight"))
        state = {**entries[player], array: value(entries[player][array])}
        with pytest.raises(ValueError, match=f"{array}: .*{said}"):
            module.import_torch(state, config)


def test_numbers_are_looked_at_before_a_run_is_made(tmp_path, capsys):
    _, _, entries = official("r3gan")
    array = "ExtractionLayer.Layer.weight"
    bad = np.full_like(entries["D"][array], np.nan)
    path = save(tmp_path / "x.npz", changed(entries, "D", array, bad))
    refused(path, tmp_path, capsys, f"D: {array}: saw NaN")
