"""AFM's and GAT's files become runs that make what the official code makes."""

import argparse
import itertools
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, Sample, example_keys
from jaxgan.core.timed import Timed
from jaxgan.models import dit
from jaxgan.models.gat.weights import PUBLISHED
from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.devices.first_state import state_shapes
from jaxgan.run.importable import afm, gat
from jaxgan.run.importable.named_arrays import Named, Seen
from jaxgan.run.sampling import sampler
from tests.export.same import NEEDED
from tests.models.golden import assert_near, images, under
from tests.run.commands.test_import_weights import bring, official, refused, tensors
from tests.run.conftest import ROOT
from tests.weights import torch_by_hand

DIGITS = ROOT / "experiments" / "transformers" / "afm_digits.py"


def labels_of(npz):
    return jnp.asarray(npz["in/y"].astype(np.int32))


def written(path, state):
    """A state dict alone, as AFM's code saves it."""
    return torch_by_hand.save(path, tensors(state))


AFM = {
    "one_step": ("heads=3",),
    "deep": ("heads=3", "repetitions=2"),
    "any_step": ("heads=3", "residual=no"),
    "sampled_4_steps": ("heads=3",),
}


@pytest.mark.parametrize(
    "case",
    [pytest.param("one_step", marks=pytest.mark.slow), *list(AFM)[1:]],
)
def test_official_values_of_afm(case, golden, tmp_path):
    npz = np.load(golden / "afm_generator.npz")
    kind = "any_step" if case.startswith("sampled") else case
    path = written(tmp_path / "ema.pth", under(npz, f"state/{kind}/"))
    words = itertools.chain(*(("--set", word) for word in AFM[case]))
    loaded = bring(path, tmp_path / "run", *words)
    x, given = images(npz["in/x"]), labels_of(npz)
    chain, wanted = kind == "any_step", npz["out/one_step/network"]
    assert loaded.config.times == 2 * chain
    if case == "any_step":
        # Its network alone, at any two times.
        given = Timed(given, (npz["in/t_src"], npz["in/t_tgt"]))
        module = loaded.experiment.game.generator  # pyright: ignore
        context = Context(example_keys(jax.random.key(0), 4))
        made = jax.jit(module.apply)(loaded.state.ema, x, given, context)
        assert_near(made, images(npz["out/any_step/network"]), 1e-4, case)
        return
    draw = sampler.Sampler(loaded.experiment, size=4, passes=4 if chain else None)
    keys, drawn = draw.latents(loaded.state, 0, np.arange(4), np.asarray(given))
    latent = drawn._replace(value=x.reshape(4, -1))
    made = draw.render(loaded.state, keys, latent).value
    wanted = npz["out/any_step/sampled_4_steps" if chain else f"out/{kind}/network"]
    assert_near(made, images(wanted), 1e-4, case)


def test_official_logits_of_afm(golden, tmp_path):
    """With the time of what is judged, of a chain's discriminator."""
    generator = np.load(golden / "afm_generator.npz")
    npz = np.load(golden / "afm_discriminator.npz")
    path = written(tmp_path / "ema.pth", under(generator, "state/any_step/"))
    judge = written(tmp_path / "dis.pth", under(npz, "state/with_t/"))
    words = ("--discriminator", judge, "--set", "heads=3")
    loaded = bring(path, tmp_path / "run", *words)
    given = Timed(labels_of(npz), (npz["in/t"],))
    verdict, _ = jax.jit(loaded.experiment.game.discriminate)(
        loaded.state.variables.discriminator,
        Sample(images(npz["in/x"]), given),
        Context(example_keys(jax.random.key(0), 4)),
    )
    assert_near(verdict.logits, npz["out/with_t/logits"], 1e-4)


def test_official_levels_of_gat(golden, tmp_path, monkeypatch, capsys):
    """From one file of all networks, beside options and an optimizer's state."""
    npz = np.load(golden / "gat_generator.npz")
    judged = np.load(golden / "gat_discriminator.npz")
    state = under(npz, "state/")
    saved = {
        "generator": tensors({name: 0.5 * x for name, x in state.items()}),
        "discriminator": tensors(under(judged, "state/")),
        "ema": tensors(state),
        "optG": {"state": {0: {"exp_avg": torch_by_hand.Tensor(np.ones(2))}}},
        "args": argparse.Namespace(model="GAT-S/2", num_classes=5),
        "steps": 7,
    }
    saved["generator"]["pos_embed"] = torch_by_hand.Tensor(state["pos_embed"])
    path = torch_by_hand.save(tmp_path / "0000007.pt", saved)
    loaded = bring(path, tmp_path / "run")
    assert "left out, and not run: optG" in capsys.readouterr().out
    game, given = loaded.experiment.game, labels_of(npz)
    z = jnp.asarray(npz["in/z"])
    monkeypatch.setattr(type(game), "_draw", lambda self, stream, context: z)
    made = sampler.generate(
        *(loaded.experiment, loaded.state, 4), label=list(given), batch_size=4
    )
    assert_near(made.value, images(npz["out/plain/levels"][-1]), 1e-4)
    levels = tuple(images(x) for x in judged["in/levels"])
    verdict, _ = jax.jit(game.discriminate)(
        loaded.state.variables.discriminator,
        Sample(levels, labels_of(judged)),
        Context(example_keys(jax.random.key(0), 4)),
    )
    assert_near(verdict.logits, judged["out/plain/logits"][:, 0], 1e-4)


def test_samples_are_the_bare_networks(tmp_path, capsys):
    """`jaxgan sample` makes, of its latents, what a module of the same weights does."""
    config, entries = official("afm for two")[1:]
    path = written(tmp_path / "gen.pth", entries["G"])
    words = ("--set", "chain=2", "--set", "residual=no")
    loaded = bring(path, tmp_path / "run", *words)
    out = tmp_path / "x.npz"
    cli.main(["sample", str(tmp_path / "run"), "--num", "3", "--out", str(out)])
    made = np.load(out)
    draw = sampler.Sampler(loaded.experiment, size=3)
    _, latent = draw.latents(loaded.state, 0, np.arange(3))
    np.testing.assert_array_equal(made["given"], latent.given.given)
    module = dit.Generator(
        *(config.width, config.depth, config.heads, config.patch, config.classes, 1),
        expansion=config.expansion,
        shape=(8, 8, 1),
    )
    x, context = latent.value, Context(example_keys(jax.random.key(9), 3))
    for time in (1.0, 0.5):
        given = Timed(latent.given.given, (jnp.full(3, time),))
        x = jax.jit(module.apply)(loaded.state.ema, x, given, context)
    assert_near(made["value"], x, 1e-5)


@pytest.mark.slow
def test_it_is_trained_on(tmp_path, capsys):
    """All of its arrays fit into an experiment of the same sizes."""
    sizes = (8, 1, 10, 8, 1, 1, 2)
    judge = afm.Judge(8, 1, 1, 2)
    config = afm.Config(*sizes, discriminator=judge)
    experiment = afm.build(config)
    batch = experiment.data.shapes  # pyright: ignore
    batch = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), batch)
    players = jax.jit(experiment.game.init)(jax.random.key(1), batch)
    paths = [
        written(tmp_path / f"{name}.pth", afm.export_torch(variables, config))
        for name, variables in zip(("gen", "dis"), players)
    ]
    words = ("--set", "heads=1", "--set", "discriminator_heads=1")
    bring(paths[0], tmp_path / "run", "--discriminator", paths[1], *words)
    options = {"width": 8, "depth": 1, "heads": 1, "batch-size": 8, "steps": 1}
    options |= {"run-dir": tmp_path / "tuned", "start-from": tmp_path / "run"}
    words = [str(word) for pair in options.items() for word in pair]
    words[::2] = [f"--{name}" for name in words[::2]]
    assert launch.train(DIGITS, words) == 0
    told = json.loads((tmp_path / "tuned" / "started_from.json").read_text())
    assert len(told["copied"]) == len(jax.tree.leaves((players, players.generator)))


def test_what_shapes_do_not_tell_is_asked_for(tmp_path, capsys):
    def told(name, said, *words, **changed):
        state = {**official(name)[2]["G"], **changed}
        state = {name: x for name, x in state.items() if x is not None}
        path = written(tmp_path / "x.pth", state)
        words = itertools.chain(*(("--set", word) for word in words))
        refused(path, tmp_path, capsys, said, *words)

    told("afm", "heads: saw none, wanted --set heads=N: a width of 24 is not")
    told("afm", "heads: saw 5, wanted a divisor of the width 24", "heads=5")
    told(
        "afm",
        "chain: saw 2, wanted none: this generator is told no",
        "heads=3",
        "chain=2",
    )
    said = "chain, repetitions: saw neither, wanted one: --set chain=N of a generator"
    told("afm deep", said)
    told("afm deep", "saw chain and repetitions, wanted", "chain=2", "repetitions=2")
    told("afm deep", "repetitions: saw 1, wanted at least 2", "repetitions=1")
    said = "chain: saw 2, wanted none: this generator is told both times"
    told("afm for any number", said, "heads=1", "chain=2")
    said = "t_tgt_embedder.mlp.0.weight: saw it without t_embedder.mlp.0.weight"
    lone = {"t_embedder.mlp.0.weight": None}
    told("afm for any number", said, "heads=1", **lone)
    table = {"pos_embed": np.zeros((1, 16, 24), np.float32)}
    told("afm", "pos_embed: saw another table [1, 16, 24]", "heads=3", **table)
    one = {"y_embedder.embedding_table.weight": np.zeros((1, 24), np.float32)}
    told("afm", "saw 1 classes, wanted at least 2", "heads=3", **one)


def seen(module, config, words=()):
    """What is read off networks of a config, of which only shapes are there."""
    experiment = module.build(config)
    shapes = state_shapes(experiment, (0,), experiment.data.shapes)
    zero = np.zeros((), np.float32)

    def arrays(player):
        empty = jax.tree.map(lambda x: np.broadcast_to(zero, x.shape), player)
        return Named(module.export_torch(empty, config))

    players = (arrays(shapes.ema), arrays(shapes.variables.discriminator))
    return module.configure(Seen(*players, dict(words), config.current))


@pytest.mark.parametrize("name", ["B/2", pytest.param("XL/2", marks=pytest.mark.slow)])
def test_published_sizes_of_afm(name):
    """Of each nothing is asked but what the times are."""
    depth, width, heads = dit.PUBLISHED[name]
    judge = afm.Judge(width, depth, heads)
    size = (32, 4, 1000, width, depth, heads)
    config = afm.Config(*size, discriminator=judge)
    assert seen(afm, config) == config
    deep = afm.Config(*size, repetitions=4, discriminator=judge)
    assert seen(afm, deep, {"repetitions": 4}) == deep
    judge = afm.Judge(width, depth, heads, times=1)
    told = {"times": 1, "residual": True, "discriminator": judge}
    chain = afm.Config(*size, chain=2, **told)
    assert seen(afm, chain, {"chain": 2}) == chain


@pytest.mark.parametrize("name", ["S", pytest.param("XL", marks=pytest.mark.slow)])
def test_published_sizes_of_gat(name):
    depth, width, heads = PUBLISHED[name]
    judge = gat.Judge(width, depth, heads, aligned=768)
    size = (32, 4, 1000, 64, 64, width, depth, heads)
    config = gat.Config(*size, discriminator=judge)
    assert seen(gat, config) == config


def test_what_is_no_gat(tmp_path, capsys):
    _, _, entries = official("gat")

    def told(said, **changed):
        state = {**entries["G"], **changed}
        state = {name: x for name, x in state.items() if x is not None}
        path = written(tmp_path / "x.pth", state)
        refused(path, tmp_path, capsys, said)

    told("pos_embed: saw another table", pos_embed=2.0 * entries["G"]["pos_embed"])
    told(
        "blocks.0.attn.q_norm.weight: saw no such array",
        **{"blocks.0.attn.q_norm.weight": None},
    )
    told("w_avg: saw [2, 16], wanted [3, 16]", w_avg=np.zeros((2, 16), np.float32))


def test_latents_are_drawn_but_not_measured(tmp_path, capsys):
    path = written(tmp_path / "x.pth", official("afm")[2]["G"])
    bring(path, tmp_path / "run", "--set", "heads=3")
    cli.main(["sample", str(tmp_path / "run"), "--num", "2"])
    picture = capsys.readouterr().out.splitlines()[-1]
    assert picture.endswith(".png")
    with pytest.raises(SystemExit):
        cli.main(["evaluate", str(tmp_path / "run"), "--num", "16"])
    assert "latents have no measures" in capsys.readouterr().err


@pytest.mark.slow
def test_a_chain_is_exported_with_its_passes(tmp_path, capsys):
    for name in NEEDED:
        pytest.importorskip(name, reason=f"{name} is not installed: the extra 'export'")
    path = written(tmp_path / "ema.pth", official("afm for any number")[2]["G_ema"])
    run, out = tmp_path / "run", tmp_path / "out"
    bring(path, run, "--set", "heads=2")
    cli.main(["export", str(run), "--out", str(out), "--passes", "3"])
    made = {}
    for folder, words in ((run, ("--passes", "3")), (out, ())):
        file = tmp_path / f"{folder.name}.npz"
        cli.main(["sample", str(folder), "--num", "3", "--out", str(file), *words])
        made[folder.name] = np.load(file)["value"]
    assert_near(made["out"], made["run"], 1e-4)
    other = tmp_path / "once.npz"
    cli.main(["sample", str(run), "--num", "3", "--out", str(other)])
    assert not np.allclose(np.load(other)["value"], made["run"], 1e-2)
