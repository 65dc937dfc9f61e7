"""Published weights become runs; what does not fit is refused, naming the array."""

import functools
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core import Context, Sample, example_keys
from jaxgan.games.style import StyleGame
from jaxgan.models.stylegan3.weights import official_filters
from jaxgan.run.commands import cli
from jaxgan.run.devices.first_state import state_shapes
from jaxgan.run.files.config_json import to_json
from jaxgan.run.importable import (
    afm,
    biggan,
    biggan_deep,
    cyclegan,
    fastgan,
    gat,
    mimicry,
    mocogan,
    msrresnet,
    pix2pix,
    r3gan,
    rrdbnet,
    srvggnet_compact,
    stylegan2,
    stylegan3,
)
from jaxgan.run.importable.restoration_judge import Judge
from jaxgan.run.no_data import NoData
from jaxgan.run.sampling import sampler, stored_run
from jaxgan.run.training import stored_networks, warm_start
from tests.models.golden import assert_near, images, under
from tests.weights import pickled, torch_by_hand

CONFIGS = {
    "stylegan2": (
        stylegan2,
        stylegan2.Config(
            16, 3, 0, 7, 5, 2, 64, 8, discriminator=stylegan2.Judge(8, 96, 6)
        ),
    ),
    "stylegan2 with classes": (
        stylegan2,
        stylegan2.Config(
            *(16, 1, 3, 7, 5, 2, 64, 8, "RESIDUAL", 256.0),
            stylegan2.Judge(
                *(3, 96, 6, "SKIP", 2, 2, 256.0, 9, 7, 4, 0.5, (1.0, 2.0, 1.0))
            ),
            *(True, 6, 4, 0.25, (1.0, 4.0, 6.0, 4.0, 1.0)),
        ),
    ),
    "stylegan2 original": (
        stylegan2,
        stylegan2.Config(
            *(8, 3, 0, 7, 5, 1, 64, 8, "ORIGINAL", None),
            stylegan2.Judge(8, 64, 8, "ORIGINAL"),
        ),
    ),
    "stylegan3": (
        stylegan3,
        stylegan3.Config(
            *(16, 3, 0, 6, 7, 2, 6, 64, 8),
            discriminator=stylegan3.Judge(8, 96, 6, clamp=256.0),
        ),
    ),
    "stylegan3 round with classes": (
        stylegan3,
        stylegan3.Config(
            *(8, 1, 3, 6, 7, 1, 4, 32, 6, 1, True, 1, 1.0, 2.5, 1.2, 4, 5, 4),
            *(8.0, 0.5, 0.9),
            stylegan3.Judge(3, 48, 6, group=2, clamp=4.0),
            learning_rate_multiplier=0.1,
        ),
    ),
    "r3gan": (
        r3gan,
        r3gan.Config(
            *(3, 4, 7),
            r3gan.Stages((8, 6, 6), (2, 3, 1), (1, 2, 1), 3, 5),
            r3gan.Stages((6, 12, 12), (3, 3, 2), (2, 1, 1), 2, 6),
        ),
    ),
    "r3gan with other filters": (
        r3gan,
        r3gan.Config(
            *(3, 0, 7),
            r3gan.Stages((8, 6), (2, 3), (1, 1), 3, 64, 5, (1.0, 4.0, 6.0, 4.0, 1.0)),
            r3gan.Stages((6, 12), (3, 3), (1, 1), 2, 64, 1, (1.0,)),
        ),
    ),
    "biggan": (
        biggan,
        biggan.Config(
            *(16, 3, 3, 9, (8, 8, 6), (0,), 5, True),
            biggan.Judge((8, 16, 16), 2, (0, 1)),
        ),
    ),
    "biggan with tables": (
        biggan,
        biggan.Config(
            *(16, 3, 3, 9, (8, 8, 6), (), 0, False),
            biggan.Judge((8, 16, 16), 2, (), False, 3),
            *(True, 2, 1e-4, 1e-6, 2),
        ),
    ),
    "biggan_deep": (
        biggan_deep,
        biggan_deep.Config(
            *(16, 3, 3, 7, (16, 8, 8), 2, (1,), 5),
            biggan_deep.Judge((8, 8, 16), (0,), 2),
            vectors=3,
        ),
    ),
    "mimicry": (
        mimicry,
        mimicry.Config(
            *(24, 3, 0, 7, (8, 6, 4, 2), False, (), ()),
            mimicry.Judge((2, 4, 6, 8), 3, True, False, (), 4),
        ),
    ),
    "mimicry with classes": (
        mimicry,
        mimicry.Config(
            *(16, 1, 3, 7, (8, 9, 8), True, (1,), ()),
            mimicry.Judge((8, 9, 8), 3, True, False, (1,), 4, ("l4", "l_y")),
        ),
    ),
    "pix2pix": (pix2pix, pix2pix.Config(3, 1, 2, 3, discriminator=pix2pix.Judge(2))),
    "pix2pix with instance norm": (
        pix2pix,
        pix2pix.Config(
            *(1, 2, 2, 2, "INSTANCE", 0.0, False, False),
            pix2pix.Judge(3, 1, "NONE", False),
        ),
    ),
    "pix2pix of pixels": (
        pix2pix,
        pix2pix.Config(3, 1, 2, 3, discriminator=pix2pix.Judge(2, 0)),
    ),
    "cyclegan of pixels": (
        cyclegan,
        cyclegan.Config(
            *(3, 2, 2, 3), discriminator=pix2pix.Judge(2, 0, "INSTANCE", False)
        ),
    ),
    "cyclegan": (
        cyclegan,
        cyclegan.Config(
            *(3, 2, 2, 3), discriminator=pix2pix.Judge(2, 2, "INSTANCE", False)
        ),
    ),
    "cyclegan with dropout": (
        cyclegan,
        cyclegan.Config(1, 1, 2, 3, "BATCH", dropout=0.5, place=True),
    ),
    "cut": (
        cyclegan,
        cyclegan.Config(
            *(3, 3, 2, 1, "INSTANCE", True, True),
            discriminator=pix2pix.Judge(2, 2, "INSTANCE", False, True),
        ),
    ),
    "mimicry without spectral norm": (
        mimicry,
        mimicry.Config(
            *(16, 3, 0, 7, (8, 8), False, (), ()),
            mimicry.Judge((8, 8, 8), 2, False, True, (), 4),
        ),
    ),
    "rrdbnet": (rrdbnet, rrdbnet.Config(2, 3, 4, 2, 3, Judge(2))),
    "rrdbnet of gray": (rrdbnet, rrdbnet.Config(1, 1, 3, 1, 2)),
    "msrresnet": (msrresnet, msrresnet.Config(4, 3, 4, 2, Judge(2, 16, 5))),
    "msrresnet x3": (msrresnet, msrresnet.Config(3, 1, 4, 1)),
    "srvggnet_compact": (
        srvggnet_compact,
        srvggnet_compact.Config(3, 3, 4, 2, None, Judge(2)),
    ),
    "fastgan": (fastgan, fastgan.Config(128, 3, 5, 1)),
    "fastgan lite": (fastgan, fastgan.Config(16, 1, 5, 2, True)),
    "mocogan": (mocogan, mocogan.Config(16, 1, 5, 3, 6, 2, 4, 8.0)),
    "mocogan without categories": (mocogan, mocogan.Config(8, 3, 16, 2, 3, 2)),
    "afm": (
        afm,
        afm.Config(8, 4, 5, 24, 2, 3, discriminator=afm.Judge(16, 1, 2, 4)),
    ),
    "afm for any number": (
        afm,
        afm.Config(
            *(12, 3, 2, 16, 1, 2, 4, 2, 2, 0, 1, True),
            discriminator=afm.Judge(8, 2, 1, 2, 4, 1),
        ),
    ),
    "afm for two": (afm, afm.Config(8, 1, 3, 64, 1, 1, 4, 2, 1, 2, residual=False)),
    "afm deep": (afm, afm.Config(8, 4, 3, 128, 2, 2, 2, repetitions=4)),
    "gat": (
        gat,
        gat.Config(
            *(8, 4, 3, 7, 5, 16, 4, 2),
            discriminator=gat.Judge(24, 1, 3, 4, 6, 7, 9),
        ),
    ),
    "gat with two levels": (
        gat,
        gat.Config(
            *(12, 3, 2, 4, 4, 8, 2, 1, 3, 2), discriminator=gat.Judge(8, 1, 2, 3, 4)
        ),
    ),
    "srvggnet_compact without slopes": (
        srvggnet_compact,
        srvggnet_compact.Config(4, 3, 4, 2, 0.25),
    ),
}


@functools.cache
def official(name):
    """State dicts of random networks as the official code has them, and variables."""
    module, config = CONFIGS[name]
    experiment = module.build(config)
    assert isinstance(experiment.data, NoData)
    shapes = state_shapes(experiment, (0,), experiment.data.shapes)
    rng = np.random.default_rng(0)

    def fill(path, leaf):
        around = 1.0 if path[-1].key in ("var", "scale", "u") else 0.0
        return (around + rng.uniform(-0.5, 0.5, leaf.shape)).astype(np.float32)

    entries = {}
    players = {"G_ema": shapes.ema, "G": shapes.ema}
    if getattr(config, "discriminator", None) is not None:
        players["D"] = shapes.variables.discriminator
    for player, shape in players.items():
        variables = jax.tree_util.tree_map_with_path(fill, shape)
        entries[player] = module.export_torch(variables, config)
        entries[player] |= filters(module, config, player)
    return module, config, entries


def filters(module, config, player):
    """What official networks store of their filters, in one place each."""
    if module is stylegan3 and player != "D":
        return official_filters(stylegan3.generator_of(config))
    if module in (stylegan2, stylegan3):
        part = config.discriminator if player == "D" else config
        last, row = ("b8" if player == "D" else "synthesis.b8"), part.taps
        name = f"{last}.resample_filter"
    elif module is r3gan:
        part = config.discriminator if player == "D" else config.generator
        row = np.convolve(part.resampling_filter, [1.0, 1.0])
        place = part.blocks[0] if player == "D" else 0
        name = f"MainLayers.{int(player != 'D')}.Layers.{place}.Resampler.Kernel"
    else:
        return {}
    product = np.outer(row, row)
    return {name: (product / product.sum()).astype(np.float32)}


def save(path, entries):
    """As .npz, .safetensors, .pth or .pkl of whole networks."""
    flat = {f"{e}.{n}": x for e, state in entries.items() for n, x in state.items()}
    if path.suffix == ".npz":
        np.savez(path, allow_pickle=False, **flat)
    elif path.suffix == ".safetensors":
        store = pytest.importorskip("safetensors.numpy").save_file
        store({n: x.copy() for n, x in flat.items()}, path)
    elif path.suffix == ".pth":
        torch = pytest.importorskip("torch")
        torch.save(
            {
                entry: {n: torch.tensor(x) for n, x in state.items()}
                for entry, state in entries.items()
            },
            path,
        )
    else:
        pickled.save(path, entries, {"b4.mbstd.group_size": 2, "b4.conv_clamp": 256})
    return path


def bring(path, run, *words):
    cli.main(["import", str(path), "--run-dir", str(run), *map(str, words)])
    return stored_run.load(run)


def assert_holds(loaded, module, entries):
    """The state's variables are those of the state dicts, under the official names."""
    state, config = loaded.state, loaded.config
    players = {"G_ema": state.ema, "G": state.variables.generator}
    if "D" in entries:
        players["D"] = state.variables.discriminator
    for player, variables in players.items():
        if player not in entries:
            continue
        for name, array in module.export_torch(variables, config).items():
            wanted = entries[player][name]
            if name.endswith(("u0", "weight_u", "weight_v", "sn_u")):
                array, wanted = (x / np.linalg.norm(x) for x in (array, wanted))
                np.testing.assert_allclose(array, wanted, 1e-4, 1e-5)
            else:
                np.testing.assert_array_equal(array, wanted, name)


SETTINGS = {
    "stylegan2 with classes": (
        *("--set", "clamp=256", "--set", "group=2"),
        *("--set", "learning_rate_multiplier=0.25", "--set", "condition_multiplier=.5"),
    ),
    "stylegan3 round with classes": (
        *("--set", "critical_layers=1", "--set", "first_cutoff=1.0"),
        *("--set", "first_stopband=2.5", "--set", "last_stopband=1.2"),
        *("--set", "margin=4", "--set", "oversampling=4", "--set", "clamp=8"),
        *("--set", "output_scale=0.5", "--set", "magnitude_decay=0.9"),
        *("--set", "discriminator_clamp=4", "--set", "group=2"),
        *("--set", "learning_rate_multiplier=0.1"),
    ),
    "biggan with tables": (
        *("--set", "norm_epsilon=1e-4", "--set", "spectral_epsilon=1e-6"),
        *("--set", "iterations=2"),
    ),
    "mimicry without spectral norm": ("--set", "pooling=mean"),
    "pix2pix with instance norm": (
        *("--set", "dropout=0", "--set", "dropout_at_use=no"),
        *("--set", "own_at_use=no"),
    ),
    "srvggnet_compact without slopes": ("--set", "slope=0.25"),
    "afm": ("--set", "heads=3", "--set", "discriminator_heads=2"),
    "afm for any number": ("--set", "heads=2", "--set", "discriminator_heads=1"),
    "afm for two": ("--set", "chain=2", "--set", "residual=no"),
    "afm deep": ("--set", "repetitions=4"),
    "mocogan": ("--set", "classes=4", "--set", "frames=5", "--set", "rate=8"),
}


def variants_are_slow(names):
    """What is of a network that has a row of its own."""
    return [
        pytest.param(name, marks=[pytest.mark.slow] if name.split()[0] in names else [])
        if " " in name
        else name
        for name in names
    ]


@pytest.mark.parametrize("name", variants_are_slow(CONFIGS))
def test_configs_are_read_off_shapes(name, tmp_path, capsys):
    """Names and shapes alone give the config back, and the run holds the weights."""
    module, config, entries = official(name)
    path = save(tmp_path / "x.npz", entries)
    loaded = bring(path, tmp_path / "run", *SETTINGS.get(name, ()))
    assert to_json(loaded.config) == to_json(config)
    assert_holds(loaded, module, entries)
    assert loaded.name in capsys.readouterr().out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run", "x.npz"]


@pytest.mark.parametrize("suffix", [".safetensors", ".pth", ".pkl"])
def test_files(suffix, tmp_path, capsys):
    module, config, entries = official("stylegan2")
    path = save(tmp_path / f"x{suffix}", entries)
    loaded = bring(path, tmp_path / "run")
    assert_holds(loaded, module, entries)
    told = json.loads((tmp_path / "run" / "imported.json").read_text())
    assert told["arrays"] == {name: len(state) for name, state in entries.items()}
    out = capsys.readouterr().out
    if suffix == ".pkl":
        # What shapes do not tell, the modules' attributes do.
        assert loaded.config.clamp == loaded.config.discriminator.clamp == 256
        assert loaded.config.discriminator.group == 2
        assert "left out, and not run: augment_pipe, training_set_kwargs" in out
    else:
        assert loaded.config.clamp is None
        assert "left out" not in out
    assert config.discriminator.group == 4


def test_what_attributes_tell():
    generator = {"synthesis.b8.conv1.conv_clamp": None, "x": 3}
    told = stylegan2.settings({"D": {"b4.mbstd.group_size": None}, "G": generator})
    assert told == {"clamp": None, "group": 0}
    judge = {"b4.mbstd.group_size": 8, "group": 2}
    assert stylegan2.settings({"D": judge}) == {"group": 8}
    judge = {"b8.conv0.conv_clamp": 2, "b8.skip.conv_clamp": None}
    bounded = {"synthesis.b8.conv1.conv_clamp": 1.5}
    told = stylegan2.settings({"D": judge, "G_ema": bounded, "G": bounded})
    assert told == {"clamp": 1.5, "discriminator_clamp": 2.0}
    told = {
        "G_ema": {"mapping.fc0.bias_gain": 0.1, "mapping.embed.bias_gain": 1},
        "D": {"mapping.fc0.bias_gain": 1, "b4.fc.bias_gain": 1},
    }
    wanted = {"learning_rate_multiplier": 0.1, "condition_multiplier": 1.0}
    assert stylegan2.settings(told) == wanted


def test_groups_of_three(tmp_path):
    """Which no batch of four has."""
    _, _, entries = official("stylegan2")
    path = save(tmp_path / "x.npz", {name: entries[name] for name in ("G_ema", "D")})
    loaded = bring(path, tmp_path / "run", "--set", "group=3")
    assert loaded.config.discriminator.group == 3


def test_files_of_one_network_each(tmp_path, capsys):
    """As BigGAN's code saves them, here behind the prefix of a parallel wrapper."""
    module, _, entries = official("biggan")
    paths = []
    for name, state in entries.items():
        paths.append(tmp_path / f"{name}.npz")
        np.savez(paths[-1], **{f"module.{n}": x for n, x in state.items()})
    ema, current, judge = paths
    loaded = bring(
        *(ema, tmp_path / "all", "--current", current, "--discriminator", judge)
    )
    assert_holds(loaded, module, entries)
    alone = bring(ema, tmp_path / "alone", "--model", "biggan")
    assert_holds(alone, module, {"G_ema": entries["G_ema"]})
    assert alone.config.discriminator is None
    capsys.readouterr()
    for words, said in (
        (["sample", "--current"], "one generator alone was imported"),
        (["evaluate", "--num", "16"], "it holds networks, and no data"),
        (["diagnose"], "there is no training to diagnose"),
    ):
        command, *rest = words
        with pytest.raises(SystemExit):
            cli.main([command, str(tmp_path / "alone"), *rest])
        assert said in capsys.readouterr().err
    with pytest.raises(sampler.RunError, match="without a discriminator"):
        alone.experiment.game.discriminate({"params": {}}, Sample(jnp.zeros(2)), ())
    cli.main(["fingerprint", str(tmp_path / "all")])
    cli.main(["list", "--runs", str(tmp_path)])
    assert "biggan (imported)\n" in capsys.readouterr().out


def test_a_report_of_an_imported_run(tmp_path):
    pytest.importorskip("plotly")
    from jaxgan.run.report import document

    _, _, entries = official("biggan")
    bring(save(tmp_path / "x.npz", entries), tmp_path / "run")
    found = document.contents(tmp_path / "run")
    assert "walks" in [block.section.name for block in found.blocks]
    assert found.why == [
        "Real and generated: this run was imported: it holds networks, and no data"
    ]
    page = document.page(found)
    assert "BigGAN, with weights of the authors" in page


def changed(entries, player, name, array):
    state = {k: v for k, v in entries[player].items() if k != name}
    return {**entries, player: state if array is None else {**state, name: array}}


@pytest.mark.parametrize(
    ("name", "player", "array", "value", "said"),
    [
        (
            *("stylegan2", "G_ema", "synthesis.b8.conv0.bias", None),
            "synthesis.b8.conv0.bias: saw no such array, wanted [8]",
        ),
        (
            *("stylegan2", "G", "mapping.fc1.weight", np.ones((5, 6), np.float32)),
            "mapping.fc1.weight: saw [5, 6], wanted [5, 5]",
        ),
        (
            *("stylegan2", "D", "b8.conv9.weight", np.ones(3, np.float32)),
            "b8.conv9.weight: saw [3], wanted no such array",
        ),
        (
            *("stylegan2", "G_ema", "synthesis.b8.conv1.weight", None),
            "synthesis.b8.conv1.weight: saw no such array",
        ),
        (
            *("stylegan2", "G_ema", "synthesis.b64.conv1.weight", np.ones((8, 8))),
            "blocks: saw those of sides [4, 8, 16, 64], wanted 4, 8, 16",
        ),
        (
            *("stylegan2", "D", "b8.resample_filter", np.ones((4, 4), np.float32)),
            "b8.resample_filter: saw another filter",
        ),
        (
            *("r3gan", "D", "MainLayers.0.Layers.1.NonLinearity2.Bias", None),
            "MainLayers.0.Layers.1.NonLinearity2.Bias: saw no such array, wanted [12]",
        ),
        (
            *("biggan", "G", "blocks.0.1.gamma", np.ones(2, np.float32)),
            "blocks.0.1.gamma: saw [2], wanted []",
        ),
        (
            *("biggan", "G_ema", "output_layer.0.stored_mean", None),
            "output_layer.0.stored_mean: saw no such array, wanted [6]",
        ),
        (
            *("r3gan with other filters", "D"),
            *("MainLayers.0.Layers.1.Resampler.Kernel", np.eye(4, dtype=np.float32)),
            "MainLayers.0.Layers.1.Resampler.Kernel: saw another filter",
        ),
        (
            *("mimicry", "D", "l_y.bias", np.ones(4, np.float32)),
            "l_y.bias: saw the head for rotations of SSGAN's discriminator",
        ),
        (
            *("mimicry", "D", "block2.c1.weight_v", None),
            "block2.c1.weight_v: saw no such array, wanted [18]",
        ),
    ],
)
def test_what_does_not_fit(name, player, array, value, said, tmp_path, capsys):
    _, _, entries = official(name)
    path = save(tmp_path / "x.npz", changed(entries, player, array, value))
    refused(path, tmp_path, capsys, said)


def refused(path, folder, capsys, said, *words):
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*")}
    with pytest.raises(SystemExit) as status:
        bring(path, folder / "run", *words)
    assert status.value.code == 2
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*")} == before


def test_requests_that_cannot_be_met(tmp_path, capsys):
    _, _, entries = official("stylegan2")
    path = save(tmp_path / "x.npz", entries)
    other = tmp_path / "other.npz"
    np.savez(other, **{"fc.weight": np.ones(2)})
    refused(tmp_path / "no.npz", tmp_path, capsys, "no such file")
    refused(other, tmp_path, capsys, "saw arrays fc.weight, ..., wanted a generator")
    refused(path, tmp_path, capsys, "generator of r3gan", "--model", "r3gan")
    refused(path, tmp_path, capsys, "a second D", "--discriminator", other)
    refused(path, tmp_path, capsys, "one of clamp, group", "--set", "x=3")
    refused(path, tmp_path, capsys, "clamp: saw 'x', wanted float", "--set", "clamp=x")
    refused(path, tmp_path, capsys, "saw 'clamp', wanted NAME=", "--set", "clamp")
    refused(path, tmp_path, capsys, "below", "--within", "nothing")
    plain = save(tmp_path / "plain.npz", official("mimicry without spectral norm")[2])
    refused(plain, tmp_path, capsys, "pooling: saw None, wanted mean, as in WGAN-GP")
    three = tmp_path / "three.npz"
    np.savez(three, **{f"G.{n}": x for n, x in official("mimicry")[2]["G"].items()})
    judge = tmp_path / "judge.npz"
    np.savez(judge, **official("mimicry")[2]["D"])
    words = ("--discriminator", judge, "--set", "halvings=4")
    refused(three, tmp_path, capsys, "halvings: saw 4, wanted at most", *words)
    words = ("--set", "pooling=max")
    refused(plain, tmp_path, capsys, "pooling: saw 'max', wanted mean", *words)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("precious")
    refused(path, tmp_path, capsys, "wanted a new or an empty folder")


def test_a_run_can_start_from_it(tmp_path, capsys):
    """All published networks fit into the first state of an experiment of their own."""
    module, config, entries = official("r3gan")
    bring(save(tmp_path / "x.npz", entries), tmp_path / "run")
    experiment = module.build(config)
    shapes = state_shapes(experiment, (1,), experiment.data.shapes)
    weights = stored_networks.read(str(tmp_path / "run"))
    start = warm_start.fit(weights, shapes, (1,))
    wanted = len(jax.tree.leaves((shapes.variables, shapes.ema)))
    assert len(start.match.copied) == len(weights.leaves) == wanted


def test_training_an_imported_run_is_refused(tmp_path, capsys):
    _, _, entries = official("r3gan")
    bring(save(tmp_path / "x.npz", entries), tmp_path / "run")
    with pytest.raises(SystemExit):
        cli.main(
            [
                *("train", str(tmp_path / "run" / "experiment.py")),
                *("--run-dir", str(tmp_path / "new")),
            ]
        )
    assert "it holds networks, and no data" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@settings(deadline=None)
@given(
    base=st.integers(4, 5000),
    most=st.integers(1, 600),
    sides=st.integers(1, 8),
)
def test_any_rule_of_channels_is_found(base, most, sides):
    """Whatever base and maximum made the widths, those found make the same."""
    every = [4 * 2**place for place in range(sides)]
    widths = {side: min(base // side, most) for side in every}
    if 0 in widths.values():
        return
    found, largest = stylegan2.channel_rule(widths)
    assert {side: min(found // side, largest) for side in every} == widths


def test_other_channels_are_refused():
    with pytest.raises(ValueError, match=r"channels: saw \{4: 8, 8: 3, 16: 6\}"):
        stylegan2.channel_rule({4: 8, 8: 3, 16: 6})


def golden_run(golden, name, folder):
    npz = np.load(golden / f"{name}.npz")
    np.savez(folder / "x.npz", **under(npz, "state/"))
    made = json.loads(str(npz["config"]))["modules"][""]["ctor"]
    clamp = made.get("synthesis_kwargs", {}).get("conv_clamp")
    words = ["--set", f"clamp={clamp}"] if clamp else []
    return npz, bring(folder / "x.npz", folder / "run", *words)


def rendered(loaded, latent):
    draw = sampler.Sampler(loaded.experiment, size=len(latent.value))
    keys, _ = draw.latents(loaded.state, 0, np.arange(draw.size))
    return draw.render(loaded.state, keys, latent).value


def number_of(given):
    """Labels of one-hot vectors."""
    return jnp.asarray(np.argmax(given, axis=1), jnp.int32)


@pytest.mark.parametrize("name", ["stylegan2_g_cond", "r3gan_g_cond"])
def test_official_images(golden, tmp_path, name):
    npz, loaded = golden_run(golden, name, tmp_path)
    if name == "r3gan_g_cond":
        latent = Sample(jnp.asarray(npz["in/z"]), number_of(npz["in/c"]))
        wanted = npz["out/y"]
    else:
        latent, wanted = Sample(npz["out/mapping0/w"]), npz["out/eval_const/img"]
    assert_near(rendered(loaded, latent), images(wanted), 1e-4, name)


@pytest.mark.parametrize("name", ["biggan_g_hier", "biggan_g_mybn"])
def test_official_images_of_biggan(golden, tmp_path, name):
    npz, loaded = golden_run(golden, name, tmp_path)
    labels = jnp.asarray(npz["in/y"].astype(np.int32))
    image = rendered(loaded, Sample(jnp.asarray(npz["in/z"]), labels))
    assert_near(image, images(npz["out/eval/img"]), 1e-4, name)


@pytest.mark.parametrize(
    "name", ["cganpd", pytest.param("sagan", marks=pytest.mark.slow)]
)
def test_official_images_of_mimicry(golden, tmp_path, name, capsys):
    """From files as mimicry saves them, beside an optimizer's state."""
    paths = []
    for player in "gd":
        npz = np.load(golden / f"{name}_{player}.npz")
        arrays = under(npz, "state/")
        saved = {f"model_state_dict.{n}": x for n, x in arrays.items()}
        saved["optimizer_state_dict.state.0.exp_avg"] = np.ones(2, np.float32)
        paths.append(tmp_path / f"net{player.upper()}_100_steps.npz")
        np.savez(paths[-1], allow_pickle=False, **saved)
    loaded = bring(paths[0], tmp_path / "run", "--discriminator", paths[1])
    assert "left out, and not run: optimizer_state_dict\n" in capsys.readouterr().out
    labels = jnp.asarray(npz["in/y"].astype(np.int32))
    context = Context(example_keys(jax.random.key(0), len(labels)))
    verdict = jax.jit(loaded.experiment.game.discriminator.apply)(
        loaded.state.variables.discriminator, images(npz["in/real"]), labels, context
    )
    logits = verdict.logits
    assert_near(logits, npz["out/eval/logits_real"][:, 0], 1e-4, name)
    npz = np.load(golden / f"{name}_g.npz")
    labels = jnp.asarray(npz["in/y"].astype(np.int32))
    image = rendered(loaded, Sample(jnp.asarray(npz["in/z"]), labels))
    assert_near(image, images(npz["out/eval/img"]), 1e-4, name)


def test_official_truncation(golden, tmp_path, monkeypatch):
    """From z on, with ψ and cutoff, as the command line has them."""
    npz, loaded = golden_run(golden, "stylegan2_g", tmp_path)
    share, cutoff = json.loads(str(npz["config"]))["truncation_cases"][-1]
    z = jnp.asarray(npz["in/z"])
    monkeypatch.setattr(StyleGame, "_draw", lambda self, stream, context: z)
    made = sampler.generate(
        *(loaded.experiment, loaded.state, len(z)),
        batch_size=len(z),
        truncation=share,
        truncation_cutoff=cutoff,
    )
    wanted = images(npz["out/eval_trunc_const/img"])
    assert_near(made.value, wanted, 1e-4, "truncation")


def translated(npz, run):
    """What a run makes of the pictures of a golden file."""
    loaded = stored_run.load(run)
    x = images(npz["in/x"] if "in/x" in npz.files else npz["in/real_A"])
    context = Context(example_keys(jax.random.key(0), len(x)))
    return loaded.experiment.game.apply(loaded.state.ema, x, context).value


OFFICIAL = {
    # As torch.save wrote them at the time, and with a wrapper and spare statistics.
    "pix2pix_unet64": ("eval", ("--set", "dropout=0", "--set", "own_at_use=no")),
    "cyclegan_resnet9": ("eval", ()),
    "cut_model": ("forward", ()),
}


@pytest.mark.parametrize("name", OFFICIAL)
def test_translators_are_applied_at_once(name, golden, tmp_path, capsys):
    npz = np.load(golden / f"{name}.npz")
    case, words = OFFICIAL[name]
    names = json.loads(str(npz["config"]))
    names = names.get("names_in_original_repository_checkpoints", {})
    prefix = "state/G." if name == "cut_model" else "state/"
    state = {names.get(n, n): x for n, x in under(npz, prefix).items()}
    path = tmp_path / "latest_net_G.pth"
    if name == "cyclegan_resnet9":
        state["model.2.running_mean"] = np.ones(3, np.float32)
        state["model.2.running_var"] = np.ones(3, np.float32)
        state = {f"module.{n}": x for n, x in state.items()}
        torch_by_hand.save_legacy(path, tensors(state))
    else:
        torch_by_hand.save(path, tensors(state))
    bring(path, tmp_path / "run", *words)
    assert "apply with: jaxgan apply " in capsys.readouterr().out
    seen = translated(npz, tmp_path / "run")
    assert_near(seen, images(npz[f"out/{case}/y"]), 1e-4, name)


def tensors(state):
    return {name: torch_by_hand.Tensor(array) for name, array in state.items()}


def test_settings_that_are_on_or_off(golden, tmp_path, capsys):
    npz = np.load(golden / "cyclegan_resnet9.npz")
    names = json.loads(str(npz["config"]))["names_in_original_repository_checkpoints"]
    state = {names[n]: x for n, x in under(npz, "state/").items()}
    path = torch_by_hand.save(tmp_path / "x.pth", tensors(state))
    with pytest.raises(SystemExit):
        bring(path, tmp_path / "run", "--set", "own_at_use=perhaps")
    said = "--set: own_at_use: saw 'perhaps', wanted yes_or_no"
    assert said in capsys.readouterr().err
