"""The benchmarks run, and count what they say; how long things take is not tested."""

import importlib
import math
import pathlib
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

FOLDER = pathlib.Path(__file__).parents[2] / "experiments" / "benchmarks"


@pytest.fixture
def script(monkeypatch):
    """f(name) imports a script as Python does that runs it: from its own folder."""
    monkeypatch.syspath_prepend(FOLDER)
    yield importlib.import_module
    for path in FOLDER.glob("*.py"):
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
    "name", ["mlp-mnist", "dcgan-28", "dcgan-128", "sngan-32", "sngan-64", "wgan-gp-32"]
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
        *(generator, judge, 3, "wasserstein", (1e-2, 1e-3), (0.0, 0.9), 5, 10.0),
        *("cpu", torch.float32, False),
    )
    before = [net.weight.detach().clone() for net in (generator, judge)]
    for call in range(1, 6):
        play(torch.ones(4, 2))
        moved = [
            (net.weight - old).abs().max().item()
            for net, old in zip((generator, judge), before)
        ]
        assert moved[0] == pytest.approx(1e-2 if call == 5 else 0, rel=1e-3)
    assert moved[1] > 1e-3
