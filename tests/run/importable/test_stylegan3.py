"""StyleGAN3's pickles become runs: what they keep is honoured, compared or refused."""

import importlib
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, Sample, example_keys
from jaxgan.models import stylegan3 as networks
from jaxgan.run.commands import cli
from jaxgan.run.evaluation import equivariance
from jaxgan.run.files.config_json import to_json
from jaxgan.run.importable import stylegan3
from jaxgan.run.importable.stylegan3_attributes import DESIGNED, designed
from jaxgan.run.sampling import stored_run
from jaxgan.run.sampling.sampler import Sampler
from tests.models.golden import assert_near, images, under
from tests.run.commands.test_import_weights import bring, refused, rendered
from tests.run.importable.test_attributes import facts_of_stylegan2
from tests.weights import pickled, torch_by_hand


@pytest.mark.parametrize(
    ("case", "module"),
    [
        ("t1024", networks.Generator((1024, 1024, 3))),
        (
            "r256",
            networks.Generator(
                *((256, 256, 3), 0, 512, 2, 32768, 1024), kernel_size=1, radial=True
            ),
        ),
    ],
)
def test_official_designs(golden, case, module):
    """What is compared with pickles is what the official code keeps in them."""
    official = under(np.load(golden / "stylegan3_ops.npz"), f"out/schedule_{case}/")
    made = designed(module)
    layers = [name for name in made if name.endswith(".up_factor")]
    assert len(layers) == 15
    for attribute in set(DESIGNED) & set(official):
        seen = [made[name.replace("up_factor", attribute)] for name in layers]
        np.testing.assert_allclose(seen, official[attribute], 1e-12, err_msg=attribute)
    size, rate, width = official["input_size_rate_bandwidth"]
    assert made["input.sampling_rate"] == rate
    assert made["input.bandwidth"] == width
    assert size == module.stages[0].size


def facts_of(name):
    """The plain attributes of the golden file's generator, and its state dict."""
    npz, made = name
    state = under(npz, "state/")
    module = networks.Generator(
        (made["img_resolution"],) * 2 + (made["img_channels"],),
        channel_base=made["channel_base"],
        channel_max=made["channel_max"],
        kernel_size=made.get("conv_kernel", 3),
        radial=made.get("use_radial_filters", False),
        synthesis_layers=made["num_layers"],
        critical_layers=made["num_critical"],
    )
    facts: dict = {"z_dim": 6, "c_dim": 0, "w_dim": 7, "img_resolution": 16}
    facts |= {"img_channels": 3, "num_ws": 8, "training": False}
    facts |= {"mapping.num_layers": 2, "mapping.w_avg_beta": 0.998}
    facts |= {
        "synthesis.num_layers": 6,
        "synthesis.num_critical": 2,
        "synthesis.margin_size": 10,
        "synthesis.output_scale": 0.25,
        "synthesis.num_fp16_res": 4,
        "synthesis.input.w_dim": 7,
    }
    facts |= {f"synthesis.{name}": value for name, value in designed(module).items()}
    for array in state:
        path, _, leaf = array.rpartition(".")
        if leaf == "magnitude_ema":
            facts |= {f"{path}.conv_clamp": 256, f"{path}.magnitude_ema_beta": 0.9}
            facts |= {f"{path}.use_fp16": True, f"{path}.w_dim": 7}
        last = path.rpartition(".")[2]
        if leaf == "weight" and (last == "affine" or last.startswith("fc")):
            rate = 0.01 if last.startswith("fc") else 1.0
            gain = rate / np.sqrt(state[array].shape[1]).item()
            facts |= {f"{path}.weight_gain": gain, f"{path}.bias_gain": rate}
            facts[f"{path}.activation"] = "linear" if last == "affine" else "lrelu"
    return state, facts


def golden_generator(golden, name):
    npz = np.load(golden / f"stylegan3_{name}.npz")
    return npz, json.loads(str(npz["config"]))["modules"][""]["ctor"]


def save(folder, golden, name, judge=True, **changes):
    """A pickle as NVIDIA's code makes it, written by hand, with attributes changed."""
    state, facts = facts_of(golden_generator(golden, name))
    networks = {"G": (state, facts), "G_ema": (state, facts)}
    if judge:
        of_judge = under(np.load(golden / "stylegan2_d_resnet.npz"), "state/")
        about = facts_of_stylegan2(of_judge, False)
        networks["D"] = of_judge, about
    path, torch = folder / f"stylegan3-{name}.pkl", torch_by_hand.torch()
    with pickled.official_modules(torch) as (persistent, _, easy):
        content = {
            each: pickled.module_of(
                torch, persistent, state, {**facts, **changes.get(each, {})}
            )
            for each, (state, facts) in networks.items()
        }
        content |= {"training_set_kwargs": easy(path="/ffhq.zip"), "augment_pipe": None}
        path.write_bytes(torch_by_hand.dumps(content))
    return path


@pytest.mark.parametrize("name", ["t", "r"])
def test_a_pickle_becomes_a_run_with_its_images(golden, tmp_path, capsys, name):
    """Read without PyTorch, sampled at once; logits too are the official ones."""
    run = tmp_path / "run"
    loaded = bring(save(tmp_path, golden, name), run)
    out = capsys.readouterr().out
    assert "stylegan3 (16, 16, 3): G: " in out or "stylegan3 (16, 16, 3): G_ema" in out
    assert "left out, and not run: training_set_kwargs, augment_pipe" in out
    config = loaded.config
    assert (config.kernel_size, config.radial) == ((3, False), (1, True))[name == "r"]
    assert (config.channel_base, config.channel_max) == (64, 8)
    assert (config.magnitude_decay, config.output_scale) == (0.9, 0.25)
    npz, _ = golden_generator(golden, name)
    image = rendered(loaded, Sample(jnp.asarray(npz["out/mapping0/w"])))
    assert_near(image, images(npz["out/identity/img"]), 1e-4, name)
    if name == "r":
        return
    judged = np.load(golden / "stylegan2_d_resnet.npz")
    context = Context(example_keys(jax.random.key(0), 4))
    verdict = jax.jit(loaded.experiment.game.discriminator.apply)(
        loaded.state.variables.discriminator,
        images(judged["in/img"])[:4],
        (),
        context,
    )
    assert_near(verdict.logits, judged["out/n4/logits"][:, 0], 1e-4, "logits")
    cli.main(["sample", str(run), "--num", "4", "--out", str(tmp_path / "x.png")])
    assert (tmp_path / "x.png").exists()


LAYER = "synthesis.L2_36_8"


@pytest.mark.parametrize(
    ("player", "fact", "value", "said"),
    [
        ("G", f"{LAYER}.up_factor", 4, "L2_36_8.up_factor: saw 4, wanted 2"),
        ("G_ema", f"{LAYER}.down_radial", True, "down_radial: saw True, wanted False"),
        ("G_ema", f"{LAYER}.in_cutoff", 3.0, "in_cutoff: saw 3.0, wanted 2.8"),
        ("G", "synthesis.input.bandwidth", 1.5, "bandwidth: saw 1.5, wanted 2.0"),
        ("G", f"{LAYER}.conv_clamp", None, "clamp: saw 256, None, wanted one"),
        ("G", "synthesis.output_scale", 1.0, "output_scale: saw 0.25, 1.0, wanted one"),
        ("G", "synthesis.num_critical", 3, "critical_layers: saw 2, 3, wanted one"),
        ("G", f"{LAYER}.affine.activation", "lrelu", "saw 'lrelu', wanted 'linear'"),
        ("G_ema", "mapping.fc0.weight_gain", 1.0, "weight_gain: saw 1.0, wanted 0.00"),
        ("G", f"{LAYER}.noise", 3, "an attribute that is not known"),
        ("D", "b8.conv1.down", 4, "b8.conv1.down: saw 4, wanted 2"),
    ],
)
def test_what_computes_something_else(
    golden, tmp_path, capsys, player, fact, value, said
):
    path = save(tmp_path, golden, "t", **{player: {fact: value}})
    refused(path, tmp_path, capsys, said)


def test_what_is_honoured(golden):
    """Of both generators alike."""
    _, facts = facts_of(golden_generator(golden, "t"))
    changed = {x: 3.0 for x in facts if x.endswith("conv_clamp")}
    changed |= {x: 0.99 for x in facts if x.endswith("magnitude_ema_beta")}
    changed["synthesis.output_scale"] = 0.5
    told = stylegan3.settings({"G_ema": {**facts, **changed}})
    assert (told["clamp"], told["magnitude_decay"]) == (3.0, 0.99)
    assert (told["output_scale"], told["critical_layers"], told["margin"]) == (
        *(0.5, 2),
        10,
    )
    assert told["oversampling"] == 2
    with pytest.raises(ValueError, match="margin: saw 'x', wanted a number"):
        stylegan3.settings({"G": {**facts, "synthesis.margin_size": "x"}})


def test_other_designs_need_to_be_told(golden, tmp_path, capsys):
    """Without attributes defaults are meant, and filters show where they are not."""
    npz, _ = golden_generator(golden, "t")
    state = under(npz, "state/")
    for word, said in (
        ("critical_layers=1", "channels: saw [8, 8, 8, 6, 4, 4] of signals whose"),
        ("last_stopband=1.1", "filter: saw another filter"),
        ("margin=9", "G_ema does not fit the network of its shapes"),
    ):
        np.savez(tmp_path / "x.npz", **state)
        refused(tmp_path / "x.npz", tmp_path, capsys, said, "--set", word)
    filters = [name for name in state if name.endswith(("up_filter", "down_filter"))]
    state.pop(filters[-1])
    np.savez(tmp_path / "x.npz", **state)
    refused(tmp_path / "x.npz", tmp_path, capsys, f"{filters[-1]}: saw no such filter")
    bare = {name: x for name, x in state.items() if name not in filters}
    np.savez(tmp_path / "x.npz", **bare)
    loaded = bring(tmp_path / "x.npz", tmp_path / "run")
    wanted = stylegan3.Config(*(16, 3, 0, 6, 7, 2, 6, 64, 8), current=False)
    assert to_json(loaded.config) == to_json(wanted)


def test_equivariance_of_an_imported_run(golden, tmp_path, capsys, monkeypatch):
    """`jaxgan evaluate` gives the official decibels, of the official draws."""
    npz = np.load(golden / "stylegan3_equivariance.npz")
    np.savez(tmp_path / "x.npz", **under(npz, "state/"))
    loaded = bring(tmp_path / "x.npz", tmp_path / "run")
    assert stored_run.load(tmp_path / "run").name == "stylegan3"
    z = npz["in/z"].reshape(-1, 6)
    game = loaded.experiment.game
    keys = example_keys(jax.random.key(0), 2)

    def latents(self, state, seed, indices, labels=None):
        w = game.generator.apply(
            state.ema, jnp.asarray(z[indices]), (), Context(keys), method="styles"
        )
        return keys, Sample(w)

    monkeypatch.setattr(equivariance, "BATCH", 2)
    monkeypatch.setattr(equivariance.StoredRun, "sampler", sampler_of(latents))
    numbers = [npz[f"in/u_{kind}"] for kind in ("int", "frac", "rot")]
    chance = iter([x[place] for place in range(2) for x in numbers])
    module = importlib.import_module("jaxgan.evaluation.equivariance")
    monkeypatch.setattr(module, "content_order", lambda tree, seed: np.arange(4))
    monkeypatch.setattr(module.np.random, "default_rng", lambda seed: Drawn(chance))
    protocol = equivariance.EvaluationProtocol((equivariance.EQUIVARIANCE,), 4)
    scores, card = equivariance.measured(loaded, protocol)
    seen = [score.value for _, score in scores]
    np.testing.assert_allclose(seen, npz["out/metric/all_three"], 1e-4)
    assert [score.metric for _, score in scores] == [
        *("EQ-T, dB", "EQ-T_frac, dB", "EQ-R, dB")
    ]
    assert card["generated images"] == "4"
    assert "one of each kind for every 2" in card["movements"]


class Drawn:
    """Numbers that were drawn before."""

    def __init__(self, numbers):
        self._numbers = numbers

    def random(self, size=None):
        return next(self._numbers)


def sampler_of(latents):
    """A run's sampler with other latents."""

    class Given(Sampler):
        pass

    Given.latents = latents
    return lambda self, **options: Given(self.experiment, **options)
