"""What a step needs, from the compiler: here, and for TPUs that are not here."""

import dataclasses
import importlib.util
import json
import math

import jax
import numpy as np
import pytest

from jaxgan.run.commands import cli
from jaxgan.run.devices import frozen_networks
from jaxgan.run.devices.compiled_program import Collective, collectives
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import pace_of
from jaxgan.run.files.experiment_file import experiment_files, load_module
from jaxgan.run.forecast import chips, step_forecast, text
from tests.run import latents
from tests.run.conftest import EXPERIMENT

HLO = """
HloModule jit_step, is_scheduled=true

%add (x: f32[], y: f32[]) -> f32[] {
  ROOT %sum = f32[] add(%x, %y)
}

ENTRY %main (a: f32[8,3]) -> f32[8,3] {
  %a = f32[8,3]{1,0:T(8,128)} parameter(0)
  %all-reduce.1 = f32[2,4,3]{2,1,0:T(2,128)S(1)} all-reduce(%a), channel_id=1
  %all-reduce.2 = (f32[64]{0:T(128)S(1)}, /*index=1*/bf16[3,5]{1,0}, pred[7]) \
all-reduce(%b, %all-reduce.1), channel_id=2, to_apply=%add
  %all-gather-start = (f32[2], f32[16]) all-gather-start(%c), dimensions={0}
  %all-gather-done = f32[16]{0} all-gather-done(%all-gather-start)
  %fusion = f32[64] fusion(%all-reduce.2), metadata={op_name="jit(all-gather)"}
  %part = f32[64]{0} get-tuple-element(%all-reduce.2), index=0
  ROOT %out = s8[5] collective-permute(%part), source_target_pairs={{0,1}}
}
"""
FILES = list(experiment_files(EXPERIMENT.parents[2] / "experiments").values())


def run(*words, capsys):
    """The forecast that the command prints."""
    cli.main(["forecast", *map(str, words), "--json"])
    return json.loads(capsys.readouterr().out)


def test_collectives_are_read_out_of_a_program():
    assert collectives(HLO) == {
        "all-reduce": Collective(2, 24 * 4 + 64 * 4 + 15 * 2 + 7),
        "all-gather": Collective(1, 64),
        "collective-permute": Collective(1, 5),
    }


def test_neighbours_share_what_is_large(capsys):
    """Half of each large kernel and of its optimizer's memory, and any batch."""
    words = [EXPERIMENT, "--batch-size=3", "--devices=2", "--widths", 512, 512]
    shared = run(*words, "--model-parallel=2", capsys=capsys)
    alone = run(*words[:2], *words[3:], capsys=capsys)
    held = [x["program"]["arguments"] for x in (shared, alone)]
    assert 0.5 < held[0] / held[1] < 0.75


def test_eight_devices_do_an_eighth_each(capsys):
    one = run(EXPERIMENT, "--batch-size=4096", capsys=capsys)
    eight = run(EXPERIMENT, "--batch-size=4096", "--devices=8", capsys=capsys)
    assert (one["devices"], eight["devices"], eight["batch"]) == (1, 8, 4096)
    flops = [made["program"]["flops"] for made in (one, eight)]
    assert flops[1] == pytest.approx(flops[0] / 8, rel=0.2)
    assert one["program"]["collectives"] == {}
    # Each gradient crosses devices at least once.
    crossing = eight["program"]["collectives"]["all-reduce"]["bytes"]
    assert crossing >= 4 * sum(eight["parameters"].values())
    # The state is whole on every device, the batch is not; unused labels are dropped.
    arguments = [made["program"]["arguments"] for made in (one, eight)]
    assert arguments[0] - arguments[1] == 4096 * 2 * 4 * 7 // 8
    assert eight["roofline_seconds"] is None


def test_parts_of_the_batch_take_less_memory(capsys):
    words = [EXPERIMENT, "--batch-size=4096", "--devices=8", "--widths", 64, 64]
    whole = run(*words, capsys=capsys)
    parts = run(*words, "--microbatches=8", capsys=capsys)
    assert (whole["microbatches"], parts["microbatches"]) == (1, 8)
    memory = [made["program"]["temporaries"] for made in (whole, parts)]
    assert memory[1] < memory[0] / 3
    # The same work, and what adds up gradients; moments and averages once in both.
    flops = [made["program"]["flops"] for made in (whole, parts)]
    assert flops[1] == pytest.approx(flops[0], rel=0.3)


def test_what_a_report_says_of_parts(capsys):
    words = ["forecast", str(EXPERIMENT), "--batch-size=64", "--microbatches"]
    cli.main([*words, "4"])
    out = capsys.readouterr().out
    assert "64, 64 each, in 4 parts" in out
    assert "in a step in which every turn is due" in out
    assert "the peaks of this device are not known" in out


def test_a_variant_and_the_report(capsys):
    cli.main(["forecast", str(EXPERIMENT), "--variant", "labelled"])
    out = capsys.readouterr().out
    assert "points (labelled) compiles for this machine" in out
    # Two layers of each player, and two tables of labels.
    assert "generator 122, discriminator 97" in out
    assert "the peaks of this device are not known" in out


def test_report_of_a_published_chip():
    chip = chips.CHIPS["TPU v5 lite"]
    program = step_forecast.ProgramFacts(
        arguments=2**20,
        outputs=2**20,
        aliased=2**20,
        temporaries=3 * 2**30,
        code=2**20,
        peak=2**30,
        flops=197e9,
        accessed=8.19e9,
        seconds=None,
        collectives={"all-reduce": Collective(3, 2**20)},
    )
    made = text.Forecast(
        "x", "v4:2x2x1", "TPU v4", 8, 4, 64, (1, 2), chip, program, 128
    )
    assert made.roofline == (pytest.approx(0.01), "memory bandwidth")
    printed = text.report(made)
    for part in (
        "8 × TPU v4, on 4 chips",
        "64, 8 each",
        "3 GiB of 16 GiB",
        "197 GFLOP",
        "the compiler gives no estimate",
        "10 ms per step, at the published peak of memory bandwidth",
        "3 all-reduce (1 MiB)",
        "128 fits",
    ):
        assert part in printed


@pytest.mark.parametrize(
    ("listed", "parameters", "shared", "sent"),
    [
        # Reduced once, twice the bytes, of which a device keeps an eighth.
        ({"all-reduce": Collective(3, 8e9)}, (1, 2), 1, 2 * 8e9),
        # A loop is counted once, and gradients are more.
        ({"all-reduce": Collective(3, 8e9)}, (3 * 10**9, 10**9), 1, 2 * 16e9),
        ({"all-reduce": Collective(3, 1e9)}, (3 * 10**9, 10**9), 4, 2 * 4e9),
        ({"all-gather": Collective(1, 4e9)}, (0, 0), 1, 4e9),
    ],
)
def test_weak_scaling(listed, parameters, shared, sent):
    chip = chips.Chip(math.inf, flops=2e12, bandwidth=1e9, links=7e9)
    program = step_forecast.ProgramFacts(
        *[0] * 6, flops=6e12, accessed=0.0, seconds=None, collectives=listed
    )
    made = text.Forecast(
        *("x", "y", "z", 8, 8, 64, parameters, chip, program), model_parallel=shared
    )
    assert made.exchange == pytest.approx(sent * 7 / 8 / 7e9)
    assert made.weak_scaling == pytest.approx(3.0 / (3.0 + sent / 8e9))
    assert f"{made.weak_scaling:.1%} of what each does alone" in text.report(made)
    alone = dataclasses.replace(made, devices=1)
    assert (alone.exchange, alone.weak_scaling) == (0.0, 1.0)
    assert "there is one device" in text.report(alone)
    unlinked = dataclasses.replace(made, chip=chip._replace(links=math.nan))
    assert json.loads(text.to_json(unlinked))["weak_scaling"] is None


def test_published_numbers_are_near_those_of_pallas():
    """Two tables that people typed: a slip of a digit would show."""
    info = pytest.importorskip("jax._src.pallas.mosaic.tpu_info")
    tpus = {k: v for k, v in chips.CHIPS.items() if k.startswith("TPU")}
    for kind, chip in tpus.items():
        version = info.chip_version_from_device_kind(kind)
        cores = version.num_physical_tensor_cores_per_chip
        theirs = info.get_tpu_info_for_chip(version, 1)
        share = 1 if theirs.num_cores == cores else cores
        assert chip.memory == pytest.approx(share * theirs.hbm_capacity_bytes, rel=0.1)
        assert chip.flops == pytest.approx(share * theirs.bf16_ops_per_second, rel=0.15)
        bandwidth = share * theirs.mem_bw_bytes_per_second
        assert chip.bandwidth == pytest.approx(bandwidth, rel=0.15)


@pytest.mark.parametrize("wanted", [1, 2, 8, 16, 64, 1024])
@pytest.mark.parametrize("fixed", [0, 5e9])
def test_the_largest_batch_is_found_by_few_compilations(wanted, fixed):
    tried = []

    def memory(times):
        tried.append(times)
        needed = fixed + times * 1e7
        return needed if needed <= limit else math.inf

    limit = fixed + 1.5 * wanted * 1e7
    assert step_forecast.largest_multiple(memory, fixed + 1e7, limit) == wanted
    assert len(tried) <= step_forecast.LARGEST_COMPILES


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--largest-batch"], "how much memory there is, is not known"),
        (
            ["--devices", "3"],
            "3 devices do not divide the batch of 16 examples\nhint: ",
        ),
        (["--batch-size", "20", "--devices", "8"], "divide has 16"),
        (["--microbatches", "5"], "--microbatches: saw 5, wanted a divisor of the 16"),
        (["--variant", "rong"], "did you mean 'ring'"),
    ],
)
def test_mistakes(words, said, capsys):
    with pytest.raises(SystemExit) as status:
        cli.main(["forecast", str(EXPERIMENT), *words])
    assert status.value.code == 2
    assert said in capsys.readouterr().err


def test_without_libtpu(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RunError, match=r"(?s)not installed.*pip install 'jaxgan\[tpu"):
        chips.compile_only_devices("v5e:2x4")


@pytest.mark.parametrize(
    ("reason", "hint"),
    [
        ("INVALID_ARGUMENT: Unknown opcode: mulhi\nmore", "pip install 'jaxgan[tpu]'"),
        ("RESOURCE_EXHAUSTED: memory\nmore", "try a smaller batch"),
    ],
)
def test_what_does_not_compile_says_what_helps(monkeypatch, reason, hint):
    def refuse(*_):
        raise jax.errors.JaxRuntimeError(reason)

    monkeypatch.setattr(step_forecast, "facts", refuse)
    with pytest.raises(RunError) as error:
        step_forecast.foresee(EXPERIMENT, [], None)
    text = str(error.value)
    assert f"does not compile for this machine: {reason.splitlines()[0]}\n" in text
    assert hint in text


@pytest.fixture
def libtpu(monkeypatch):
    """Compiles for TPUs as a user does, not as these tests do for speed."""
    import jax

    if importlib.util.find_spec("libtpu") is None:
        pytest.skip("libtpu is not installed: pip install 'jaxgan[tpu]'")
    before = jax.config.values["jax_disable_most_optimizations"]
    jax.config.update("jax_disable_most_optimizations", False)
    yield
    jax.config.update("jax_disable_most_optimizations", before)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "meant"),
    [("v5f:2x4", "v5e:2x4"), ("v5e:2x5", "v5e:2x4"), ("v6e-1x1", "v6e:1x1")],
)
def test_a_bad_target_gets_a_suggestion(libtpu, target, meant):
    with pytest.raises(RunError, match=f"(?s)no '{target}'.*did you mean '{meant}'"):
        chips.compile_only_devices(target)


@pytest.mark.slow
@pytest.mark.parametrize("target", chips.TARGETS)
def test_targets_are_known(libtpu, target):
    devices = chips.compile_only_devices(target)
    sides = [int(side) for side in target.split(":")[1].split("x")]
    assert chips.chip_count(devices) == math.prod(sides)
    assert chips.published(devices).memory >= 8 * 2**30


@pytest.fixture
def stand_ins(monkeypatch, tmp_path):
    """No data anywhere: blank images of the right shapes."""
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)


WORDS = {
    "biggan_imagenet128": ["--microbatches=2"],
    "stylegan3_ffhq": ["--microbatches=4"],
    "stylegan_ffhq": ["--bfloat16"],
}
"""Of what does not fit eight chips without them."""


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_experiment_compiles_for_tpus(libtpu, stand_ins, path, capsys):
    words = ["--target=v5e:2x4", *WORDS.get(path.stem, [])]
    made = run(path, *words, capsys=capsys)
    assert (made["device"], made["devices"]) == ("TPU v5 lite", 8)
    assert made["batch"] % 8 == 0
    assert made["memory"] < made["chip"]["memory"]
    crossing = made["program"]["collectives"]["all-reduce"]["bytes"]
    assert crossing >= 4 * min(made["parameters"].values())
    assert made["program"]["flops"] > 0
    assert 0 < made["roofline_seconds"] < 5


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shapes_are_those_of_the_last_batch(stand_ins, path):
    module = load_module(path)
    config = module.tiny(module.Config())
    if path.stem == "afm_imagenet256":  # blank images have no labels
        config = dataclasses.replace(config, conditional=False)
    made, _ = step_forecast._built(module, config)
    batch = made.data(pace_of(made.data).starts[-1])
    assert step_forecast._last_batch(made) == step_forecast._shapes(batch)


def test_data_that_are_not_there_are_blank(tmp_path, capsys):
    path = next(path for path in FILES if path.stem == "dcgan_folder")
    words = ["--path", str(tmp_path / "none"), "--size=16", "--width=4"]
    made = run(path, *words, capsys=capsys)
    assert "none: " in made["blank"]
    with pytest.raises(SystemExit):
        run(path, "--path", str(tmp_path / "none"), "--size=17", capsys=capsys)
    assert "size: saw 17, wanted a power of two" in capsys.readouterr().err


def test_latents_of_an_autoencoder_that_is_not_there():
    """Its shapes are known though no file is read, and so are those of latents."""
    path = next(path for path in FILES if path.stem == "gat_imagenet256")
    module = load_module(path)
    config = dataclasses.replace(module.Config(), autoencoder="none", batch_size=4)
    made, blank = step_forecast._built(module, config)
    assert "autoencoder: saw 'none', wanted a file" in blank
    assert step_forecast._last_batch(made).value.shape == (4, 32, 32, 8)
    shapes = frozen_networks.shapes(made.frozen)
    assert sum(x.size for x in jax.tree.leaves(shapes)) == 83_653_863


def test_no_picture_is_encoded_for_a_forecast(tmp_path, monkeypatch):
    np.save(tmp_path / "gain.npy", np.float32(3.0))
    made = latents.build(latents.Config(file=str(tmp_path / "gain.npy")))
    monkeypatch.delattr(latents.Coder, "encode")
    seen = step_forecast._last_batch(made)
    assert (seen.value.shape, seen.value.dtype) == ((8, 4, 4, 2), np.float32)
    assert (seen.given.shape, seen.given.dtype) == ((8,), np.int32)


@pytest.mark.slow
def test_what_does_not_fit_is_one_line(libtpu, capsys):
    path = next(path for path in FILES if path.stem == "digits")
    words = [path, "--target=v5e:1x1", f"--batch-size={2**23}"]
    with pytest.raises(SystemExit) as status:
        run(*words, capsys=capsys)
    assert status.value.code == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["compiles"] is False
    assert err.startswith("error: a batch of 8388608 does not compile for v5e:1x1: RES")
    assert err.count("\n") == 2
