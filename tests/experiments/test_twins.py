"""PyTorch's twins in the benchmarks are our networks, and tables say what is so."""

import importlib
import math
import pathlib
import sys
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import progan, stylegan, stylegan3
from jaxgan.models.progan import weights as progan_weights
from jaxgan.models.stylegan import weights as stylegan_weights
from jaxgan.models.stylegan3 import weights as stylegan3_weights

SPEED = pathlib.Path(__file__).parents[2] / "experiments" / "benchmarks" / "speed"


@pytest.fixture
def script(monkeypatch):
    """f(name) imports a script as Python does that runs it: from its own folder."""
    monkeypatch.syspath_prepend(SPEED)
    yield importlib.import_module
    for path in SPEED.glob("*.py"):
        sys.modules.pop(path.stem, None)


def test_ratios_are_of_pairs(script, monkeypatch):
    """A play that takes twice as long has a ratio of two, whatever the machine does."""
    timing = script("side_by_side")
    seconds = {
        "jaxgan": iter([9.0, 1.0, 3.0, 2.0]),
        "torch": iter([9.0, 2.0, 6.0, 4.0]),
    }
    clock = [0.0]
    monkeypatch.setattr(timing.time, "process_time", lambda: clock[0])
    monkeypatch.setattr(timing.time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(timing.time, "sleep", lambda seconds: None)

    def play(name):
        clock[0] += next(seconds[name])

    plays = {name: lambda name=name: play(name) for name in seconds}
    assert timing.compared(plays, 3, 1) == [
        *("2 (2)", "4 (4)"),
        *("2.00 (2.00 to 2.00)", "2.00 (2.00 to 2.00)"),
    ]


def test_what_differs_is_not_timed(script):
    timing = script("side_by_side")
    ours = {"image": np.array([1.0, 2.0])}
    timing.check_alike("a", ours, {"image": np.array([1.0, 2.0001])})
    for far in (2.001, np.nan):
        with pytest.raises(SystemExit, match="a: image differs by"):
            timing.check_alike("a", ours, {"image": np.array([1.0, far])})


def test_options_name_what_is_wrong(script):
    timing = script("side_by_side")
    for options, line in (
        (timing.Options(only=["x"]), "--only: saw x, wanted of a"),
        (timing.Options(rounds=0), "--rounds: saw 0, wanted at least 1"),
        (timing.Options(batch_size=0), "--batch-size: saw 0, wanted at least 1"),
    ):
        with pytest.raises(SystemExit, match=line):
            options.check({"a": None})


def test_the_protocol_names_threads_and_versions(script):
    line = script("rounds").protocol(1)
    assert "1 of " in line
    assert f"jax {jax.__version__}" in line


def test_latency_prints_a_row(script, monkeypatch, capsys):
    """Of a network that was exported, without what takes long."""
    latency = script("latency")
    monkeypatch.setattr(latency, "confine", lambda threads: None)
    monkeypatch.setattr(latency, "BATCHES", (1,))
    options = latency.Options(["progan"], rounds=1, browser=False, starts=False)
    latency.main(options)
    *_, line = capsys.readouterr().out.splitlines()
    name, ours, theirs, *_, browser, whole, half = line.strip("| ").split(" | ")
    assert (name, browser) == ("progan", "-")
    assert all(float(cell.split()[0]) > 0 for cell in (ours, theirs))
    assert 0.4 < float(half) / float(whole) < 0.7
    with pytest.raises(SystemExit, match="--only: saw x, wanted of dcgan"):
        latency.Options(["x"])


@pytest.mark.parametrize("name", ["progan", "stylegan", "stylegan3-t", "stylegan3-r"])
def test_twins_learn_as_many_numbers(script, name):
    pytest.importorskip("torch")
    from jaxgan.core import Sample

    made = script("style_line_workloads").WORKLOADS[name]
    batch = jax.ShapeDtypeStruct((4, made.size, made.size, 3), np.float32)
    variables = jax.eval_shape(
        lambda batch: made.game.init(jax.random.key(0), Sample(batch)), batch
    )
    for ours, theirs in zip(variables, made.torch(), strict=True):
        leaves = jax.tree.leaves(ours["params"])
        assert sum(math.prod(leaf.shape) for leaf in leaves) == sum(
            parameter.numel() for parameter in theirs.parameters()
        )


QUICK = ("molgan", "afm")


ROWS = [
    *(("clips_rows", name) for name in ("mocogan", "dvdgan", "molgan")),
    *(("transformers_rows", name) for name in ("afm", "gat")),
]


@pytest.mark.parametrize(("rows", "name"), ROWS)
def test_twins_of_clips_and_tokens_learn_as_many_numbers(script, rows, name):
    pytest.importorskip("torch")
    made = script(rows).WORKLOADS[name]
    real = script("clips_workloads").as_sample(made.draw(8))
    variables = jax.eval_shape(lambda: made.game.init(jax.random.key(0), real))
    for ours, theirs in zip(variables, made.torch(), strict=True):
        leaves = jax.tree.leaves(ours["params"])
        assert sum(math.prod(leaf.shape) for leaf in leaves) == sum(
            parameter.numel() for parameter in theirs.parameters()
        )


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        pytest.param(*row, marks=() if row[1] in QUICK else pytest.mark.slow)
        for row in ROWS
    ],
)
def test_twins_of_clips_and_tokens_are_ours(script, rows, name):
    """What is made and judged is the same, and a period of steps moves every kernel.

    A critic's last bias adds as much to what is real as to what is not.
    """
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    made = script(rows).WORKLOADS[name]
    ours, begun = made.ours(8)
    theirs = made.theirs(8, begun)
    script("side_by_side").check_alike(name, ours.outputs(), theirs.outputs())
    nets = made.torch()
    kernels = [x for net in nets for x in net.parameters() if x.ndim > 1]
    before = [x.detach().clone() for x in kernels]
    step = made.train(*nets)
    layout = script("clips_workloads").layout
    real = [torch.from_numpy(layout(one)) for one in made.draw(8)]
    for _ in range(made.period):
        assert torch.isfinite(step(*real))
    assert all((old != new).any() for old, new in zip(before, kernels, strict=True))


def tiny(script, name):
    """Networks of PyTorch, ours, and f(state dict) -> variables of either."""
    sides, widths = [4, 8], [8, 4]
    sizes: Any = {"channel_base": 32, "channel_max": 8}
    if name == "progan":
        peer, read = script("torch_progan"), progan_weights.import_torch
        theirs = peer.Generator(widths, 10), peer.Discriminator(widths, 8)
        ours = (
            progan.Generator((8, 8, 3), **sizes, place_biases=True),
            progan.Discriminator(8, **sizes),
        )
        return theirs, ours, (read, read)
    peer, read = script("torch_stylegan"), stylegan_weights.import_torch
    judges = peer.Discriminator(widths, 8), stylegan.Discriminator(8, **sizes)
    if name == "stylegan":
        maker = stylegan.Generator((8, 8, 3), style_size=12, mapping_layers=2, **sizes)
        theirs = peer.Generator(sides, widths, 10, 12, 2), judges[0]
        return theirs, (maker, judges[1]), (read, read)
    turns = name == "stylegan3-r"
    maker = stylegan3.Generator(
        (8, 8, 3),
        style_size=12,
        **sizes,
        kernel_size=1 if turns else 3,
        radial=turns,
        synthesis_layers=4,
        margin=2,
    )
    peer = script("torch_stylegan3")
    how = 2, maker.kernel_size, turns, 0.999
    theirs = peer.Generator(maker.stages, 10, 12, *how), judges[0]
    reads = lambda state: stylegan3_weights.import_torch(state, maker), read
    return theirs, (maker, judges[1]), reads


@pytest.mark.parametrize("name", ["progan", "stylegan", "stylegan3-t", "stylegan3-r"])
def test_twins_are_ours(script, name):
    """Images and logits, of random numbers where there were zeros."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    theirs, ours, reads = tiny(script, name)
    for net in theirs:
        for parameter in net.parameters():
            parameter.data += 0.2 * torch.randn_like(parameter)
    variables = [read(net.state_dict()) for read, net in zip(reads, theirs)]
    z = torch.randn(8, 10)
    with torch.no_grad():
        image = theirs[0](z)
        logits = theirs[1](image)
    context = Context(example_keys(jax.random.key(0), 8))
    found = jax.jit(ours[0].apply)(variables[0], jnp.asarray(z.numpy()), (), context)
    np.testing.assert_allclose(found, image.permute(0, 2, 3, 1), rtol=1e-4, atol=1e-4)
    verdict = jax.jit(ours[1].apply)(variables[1], found, (), context)
    np.testing.assert_allclose(verdict.logits, logits, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["progan", "stylegan", "stylegan3"])
def test_twins_steps_move_all_that_has_grown(script, name):
    """Every parameter of the last level moves within a period of turns."""
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    steps = script("torch_style_line_step")
    whole = "stylegan3-t" if name == "stylegan3" else name
    generator, judge = tiny(script, whole)[0]
    play = getattr(steps, f"{name}_step")(generator, judge)
    before = [
        (key, x.detach().clone())
        for net in (generator, judge)
        for key, x in net.named_parameters()
    ]
    for _ in range(16 if name == "stylegan3" else 2):
        loss = play(torch.randn(8, 3, 8, 8))
        assert torch.isfinite(loss)
    after = [x for net in (generator, judge) for x in net.parameters()]
    spare = ("toRGBLayers.0", "fromRGBLayers.0", "synthesis.output0", "input1")
    for (key, old), new in zip(before, after, strict=True):
        assert key.startswith(spare) != (old != new).any().item(), key
