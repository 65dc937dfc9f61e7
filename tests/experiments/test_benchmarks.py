"""The benchmarks run, and count what they say; how long things take is not tested."""

import dataclasses
import importlib
import math
import pathlib
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

from jaxgan.core import Context, example_keys
from jaxgan.models import lpips, r3gan, stylegan2, vgg
from jaxgan.models.stylegan2 import weights as stylegan2_weights
from jaxgan.run import feature_networks
from jaxgan.weights import torch_layout

BENCHMARKS = pathlib.Path(__file__).parents[2] / "experiments" / "benchmarks"
FOLDERS = tuple(BENCHMARKS / name for name in ("diagnosis", "restoration", "speed"))


@pytest.fixture
def script(monkeypatch):
    """f(name) imports a script as Python does that runs it: from its own folder."""
    for folder in FOLDERS:
        monkeypatch.syspath_prepend(folder)
    yield importlib.import_module
    for path in BENCHMARKS.glob("*/*.py"):
        sys.modules.pop(path.stem, None)


def test_rounds_are_interleaved_and_the_first_is_dropped(script):
    rounds, played = script("rounds"), []
    timings = rounds.interleaved(
        {name: lambda name=name: played.append(name) for name in "ab"}, 2
    )
    assert played == list("ababab")
    assert {name: len(timed) for name, timed in timings.items()} == {"a": 2, "b": 2}
    assert rounds.quartiles([3.0]) == (3.0, 3.0, 3.0)
    assert rounds.median_ratio([2, 6, 9], [1, 2, 1]) == 3
    assert rounds.head(["a", "b"]) == "| a | b |\n|---|---|"


def test_seeds_print_a_row(script):
    seeds = script("seeds")
    options = seeds.Options(only=["toy_modes"], seeds=2, steps=1, rounds=1)
    name, size, *speeds = seeds.measure("toy_modes", options)
    assert (name, size, len(speeds)) == ("toy_modes", "128", 3)
    images = seeds.experiments("mlp_mnist", 2)[1].data(0).value
    assert images.shape == (64, 28, 28, 1)
    with pytest.raises(SystemExit, match="--seeds: saw 1, wanted at least 2"):
        seeds.Options(seeds=1)


def test_pages_print_a_row(script, tmp_path):
    pages = script("pages")
    answer = {"name": "faces", "paint": 120.4, "moves": [*range(20, 0, -1)]}
    assert pages.line(answer) == "| faces | 120 | 10.5 | 18.0 | - |"
    answer = {"name": "lesson", "paint": None, "rounds": 41.7}
    assert pages.line(answer) == "| lesson | - | - | - | 42 |"
    with pytest.raises(SystemExit, match="saw no index"):
        pages.Options((tmp_path,))
    with pytest.raises(SystemExit, match="--moves: saw 1, wanted at least 2"):
        pages.Options((), moves=1)


def test_the_table_of_recorded_failures(script):
    """Every case and every cure has its row, with the finding that it is about."""
    table, runs = script("failing_table"), script("failing_runs")
    recorded = table.read(table.RECORDED)
    rows = table.cases(recorded)[2:]
    assert len(rows) == len(runs.CASES)
    for row, (name, case) in zip(rows, runs.CASES.items()):
        assert row.startswith(f"| {name} | ")
        # Of all seeds: else it would say of how many.
        assert f" **{case.expected}**" in row
        assert f"**{case.expected}** (" not in row
        assert "nan" not in row
    cures = table.cures(recorded)[1:]
    assert len(cures) == sum(len(recorded[name]) for name in runs.CURES)
    for row in cures:
        finding, verdict = row.split(" | ")[0][2:], row.split(" | ")[-1]
        assert finding not in verdict


@pytest.mark.slow
def test_enlarging_is_compared_with_bicubic(script, tmp_path, monkeypatch, capsys):
    """A way that gives the truth back is perfect; bicubic is what it is."""
    enlarging = script("enlarging")
    rng = np.random.default_rng(0)
    truth = {}
    for place, shape in enumerate([(34, 41), (32, 32)]):
        pixels = rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
        folder = tmp_path / "images" / "val"
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{place}.png")
        cropped = pixels[:32, : shape[1] // 4 * 4]
        truth[cropped.shape[1] // 4] = cropped
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))
    network = lpips.LPIPS(vgg.VGG(("relu2_1",), *vgg.SMALL), linear=False)
    weights = feature_networks.random_weights(network.trunk)
    apart = feature_networks.trained_distance(network.trunk, weights)
    monkeypatch.setattr(enlarging, "distance", lambda options: apart)
    options = enlarging.Options(runs=(), path=str(tmp_path), out=tmp_path / "out")
    ways = {
        "bicubic": enlarging.bicubic(4),
        "truth": lambda small: truth[small.shape[1]],
    }
    with np.errstate(divide="ignore"):
        found = enlarging.measure(options, ways)
    assert found["truth"].luma == [np.inf, np.inf]
    assert found["truth"].similar == [1.0, 1.0]
    assert found["truth"].apart == [0.0, 0.0]
    assert all(0 < value < 20 for value in found["bicubic"].luma)
    assert all(value > 0 for value in found["bicubic"].apart)
    with Image.open(tmp_path / "out" / "000.png") as strip:
        assert strip.size == (3 * 40, 32)
    monkeypatch.setattr(enlarging, "of_run", lambda name, current: ways["truth"])
    enlarging.main(dataclasses.replace(options, runs=("runs/a",)))
    assert "| runs/a | inf | inf | 1.0000 | 0.0000 |" in capsys.readouterr().out


def test_the_start_is_timed(script):
    before, after = script("start").import_seconds("import time; time.sleep(0.2)")
    assert before > 0.05
    assert 0.2 <= after < before + 0.2


def test_peers_print_a_row(script, monkeypatch):
    """Without PyTorch, in which there is nothing of ours to check here."""
    peers = script("peers")
    monkeypatch.setattr(peers, "torch_is_missing", lambda: "PyTorch is not installed")
    monkeypatch.setattr(peers.Workload, "flops", lambda workload: 1e15)
    options = peers.Options(rounds=1, naive=False)
    cells = peers.cells("mlp-mnist", "bfloat16", options)
    assert cells[:3] == ["mlp-mnist", "bfloat16", "64"]
    assert cells[4:8] == ["-"] * 4
    seconds = float(cells[3].split()[0])
    assert float(cells[8].replace(",", "")) == pytest.approx(1e6 / seconds, rel=0.01)
    assert len(cells) == 10
    with pytest.raises(SystemExit, match="--only: saw mlp, wanted of mlp-mnist"):
        peers.Options(only=["mlp"]).check()


def test_operations_are_those_of_the_products(script):
    """Of multiply-adds of the MLP, by hand; normalisation and Adam are the rest."""
    made = script("workloads").WORKLOADS["mlp-mnist"](jnp.float32)
    generator = [100 * 256, 256 * 512, 512 * 784]
    judge = [784 * 512, 512 * 256, 256]
    forward, behind = sum(generator), sum(generator[1:])
    judging, judged = sum(judge), sum(judge[1:])
    learning_to_judge = forward + 2 * (2 * judging + judged)
    learning_to_generate = 2 * forward + behind + 2 * judging
    products = 2 * made.batch_size * (learning_to_judge + learning_to_generate)
    assert products < made.flops() < 1.1 * products


@pytest.mark.parametrize(
    "name",
    [
        *("mlp-mnist", "dcgan-28", "dcgan-128", "sngan-32", "sngan-64", "wgan-gp-32"),
        *("stylegan2-32", "stylegan2-64", "r3gan-32"),
    ],
)
def test_peers_learn_as_many_numbers(script, name):
    torch = pytest.importorskip("torch")
    made = script("workloads").WORKLOADS[name](jnp.float32)
    batch = jax.ShapeDtypeStruct((4, *made.shape), np.float32)
    from jaxgan.core import Sample

    variables = jax.eval_shape(
        lambda batch: made.game.init(jax.random.key(0), Sample(batch)), batch
    )
    with torch.device("meta"):
        networks = made.torch(script("torch_networks"))
    for ours, theirs in zip(variables, networks, strict=True):
        leaves = jax.tree.leaves(ours["params"])
        assert sum(math.prod(leaf.shape) for leaf in leaves) == sum(
            parameter.numel() for parameter in theirs.parameters()
        )


def test_peers_turns_are_ours(script):
    """Its generator moves on every fifth call only, by a step of Adam."""
    torch = pytest.importorskip("torch")
    step = script("torch_step")
    generator, judge = torch.nn.Linear(3, 2), torch.nn.Linear(2, 1)
    play = step.make_step(
        *(generator, judge, "cpu", torch.float32, False),
        *(3, "wasserstein", 1e-2, (0.0, 0.9), 5, 10.0),
    )
    before = [net.weight.detach().clone() for net in (generator, judge)]
    for call in range(1, 6):
        play(torch.ones(4, 2))
        moved = [
            (net.weight - old).abs().max().item()
            for net, old in zip((generator, judge), before)
        ]
        assert moved[0] == pytest.approx(1e-2 if call == 5 else 0, rel=1e-3)
    assert moved[1] > 1e-2


def check_same_function(ours, theirs, variables, variables_of_judge):
    """Images and logits are PyTorch's."""
    torch = pytest.importorskip("torch")
    z = torch.randn(8, 10)
    context = Context(example_keys(jax.random.key(0), 8), train=False)
    with torch.no_grad():
        image = theirs[0](z)
        logits = theirs[1](image)
    found = jax.jit(ours[0].apply)(variables, jnp.asarray(z.numpy()), (), context)
    np.testing.assert_allclose(found, image.permute(0, 2, 3, 1), rtol=1e-4, atol=1e-4)
    verdict = jax.jit(ours[1].apply)(variables_of_judge, found, (), context)
    np.testing.assert_allclose(verdict.logits, logits, rtol=1e-4, atol=1e-4)


def disturbed(torch, networks):
    """With random numbers where there are zeros, which would hide mistakes."""
    torch.manual_seed(0)
    for network in networks:
        network.to(memory_format=torch.channels_last)
        for parameter in network.parameters():
            parameter.data += 0.2 * torch.randn_like(parameter)
    return networks


@pytest.mark.parametrize("fused", [False, True])
def test_peers_stylegan2_is_ours(script, monkeypatch, fused):
    torch = pytest.importorskip("torch")
    peer, layers = script("torch_stylegan2"), script("torch_stylegan2_layers")
    monkeypatch.setattr(layers, "FUSED", fused)
    sides, widths = [4, 8, 16], [12, 12, 8]
    generator = peer.Generator(sides, widths, 10, 14, layers=3)
    theirs = disturbed(torch, (generator, peer.Discriminator(sides, widths)))
    ours = (
        stylegan2.Generator((16, 16, 3), 0, 14, 3, 128, 12),
        stylegan2.Discriminator(0, 8, 128, 12),
    )
    states = [network.state_dict() for network in theirs]
    check_same_function(ours, theirs, *map(stylegan2_weights.import_torch, states))


def r3gan_variables(network, resizes):
    """Of PyTorch's, whose first resize is our `resize_1`, or 0."""
    params = {}
    for name, tensor in network.state_dict().items():
        first, *rest = name.split(".")
        path = ["kernel" if part == "weight" else part for part in rest]
        if first == "stages":
            path = ["_".join(["block", *path[:2]]), *path[2:]]
        elif first == "resizes":
            path = [f"resize_{int(path[0]) + resizes}", *path[1:]]
        else:
            path = [first, *path]
        if path == ["basis"]:
            leaf = tensor.permute(1, 2, 0)
        else:
            leaf = tensor if path[-1] == "bias" else torch_layout.kernel(tensor)
        torch_layout.plant(params, path, np.asarray(leaf))
    return {"params": params}


def test_peers_r3gan_is_ours(script):
    torch = pytest.importorskip("torch")
    peer = script("torch_r3gan")
    widths, groups = (16, 8, 8), (4, 2, 2)
    turned = widths[::-1], groups[::-1]
    networks = peer.Generator(widths, groups, 10), peer.Discriminator(*turned)
    theirs = disturbed(torch, networks)
    ours = (
        r3gan.Generator(widths, groups, shape=(16, 16, 3)),
        r3gan.Discriminator(widths[::-1], groups[::-1]),
    )
    variables = [r3gan_variables(net, 1 - at) for at, net in enumerate(theirs)]
    check_same_function(ours, theirs, *variables)


@pytest.mark.parametrize("name", ["stylegan2-32", "r3gan-32"])
def test_peers_lazy_turns_move_all(script, name):
    """Every parameter moves within a period of turns."""
    torch = pytest.importorskip("torch")
    if name == "r3gan-32":
        peer, sizes = script("torch_r3gan"), ((8, 4), (2, 1))
        networks = peer.Generator(*sizes, 10), peer.Discriminator((4, 8), (1, 2))
        step = script("torch_r3gan_step").make_step
        play = step(*networks, "cpu", torch.float32, 10)
    else:
        peer, sizes = script("torch_stylegan2"), ([4, 8], [6, 4])
        networks = peer.Generator(*sizes, 10, 5, layers=2), peer.Discriminator(*sizes)
        play = script("torch_stylegan2_step").make_step(*networks, "cpu", torch.float32)
    before = [x.detach().clone() for net in networks for x in net.parameters()]
    for _ in range(16):
        play(torch.randn(4, 3, 8, 8))
    after = [x for net in networks for x in net.parameters()]
    moved = [(x != y).any().item() for x, y in zip(before, after, strict=True)]
    assert all(moved)
