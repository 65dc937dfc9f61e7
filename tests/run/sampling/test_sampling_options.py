"""Truncation and standing statistics: what they do, and how they are told."""

import json
import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from jaxgan.core import Context, State, example_keys
from jaxgan.core.types import Players
from jaxgan.games.latent import LatentGame, uniform_labels
from jaxgan.games.standing_statistics import standing_statistics
from jaxgan.games.style import StyleGame
from jaxgan.models import stylegan2
from jaxgan.nn import BatchNorm
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.no_data import NoDiscriminator, without_data
from jaxgan.run.sampling import sampler, sampling_options
from tests.models.filled import filled

STYLE = stylegan2.Generator(
    (8, 8, 3), style_size=5, mapping_layers=2, channel_base=32, channel_max=4
)


class Normal(nn.Module):
    """Shows latents through a batch normalisation; the labels do not matter."""

    @nn.compact
    def __call__(self, value, given, context):
        del given
        return BatchNorm()(3.0 * value + 1.0, context)


def state_of(variables):
    other = Players(variables, {"params": {}})
    return State(jnp.int32(0), jax.random.key(0), other, (), variables, (), ())


def style():
    game = StyleGame(STYLE, NoDiscriminator(), 6)
    keys = example_keys(jax.random.key(0), 2)
    variables = filled(STYLE, jnp.zeros((2, 6)), (), Context(keys))
    return without_data(game, (8, 8, 3), 0), state_of(variables)


def normal(**options):
    game = LatentGame(
        Normal(), NoDiscriminator(), 3, conditioning=uniform_labels(4), **options
    )
    keys = example_keys(jax.random.key(0), 2)
    variables = filled(Normal(), jnp.zeros((2, 3)), (), Context(keys))
    return without_data(game, (3,), 4), state_of(variables)


def latents(experiment, state, **options):
    draw = sampler.Sampler(experiment, size=64, **options)
    return np.asarray(draw.latents(state, 0, np.arange(64))[1].value)


def test_styles_lie_between_their_mean_and_themselves():
    experiment, state = style()
    mean = np.asarray(state.ema["style_average"]["mapping"]["mean"])
    plain = latents(experiment, state)
    for share in (0.0, 0.3, 1.0):
        wanted = mean + share * (plain - mean)
        seen = latents(experiment, state, truncation=share)
        np.testing.assert_allclose(seen, wanted, 1e-5, 1e-6)
    seen = latents(experiment, state, truncation=0.3, truncation_cutoff=2)
    np.testing.assert_allclose(seen[:, :2], (mean + 0.3 * (plain - mean))[:, :2], 1e-5)
    np.testing.assert_array_equal(seen[:, 2:], plain[:, 2:])


@settings(deadline=None, max_examples=20)
@given(st.floats(0.125, 3.0, width=32), st.floats(0.125, 3.0, width=32))
def test_normal_latents_of_one_key_shrink_together(one, other):
    """Within the threshold, in the same order, and nearer to 0 the less it is."""
    game = normal()[0].game
    context = Context(example_keys(jax.random.key(0), 64))

    def drawn(game):
        return np.asarray(game.latent({}, context)[0].value)

    small, large = (drawn(game.truncated(share)) for share in sorted((one, other)))
    assert np.abs(small).max() <= min(one, other)
    assert np.all(np.abs(small) <= np.abs(large) + 1e-6)
    assert np.all(np.sign(small) == np.sign(large))
    np.testing.assert_allclose(drawn(game.truncated(50.0)), drawn(game), 1e-4, 1e-5)


def test_standing_statistics_replace_running_averages():
    """Exactly those of the game's function, for the truncated latents."""
    experiment, state = normal()
    draw = sampler.Sampler(
        experiment, size=16, truncation=0.5, standing_statistics=3, ema=False
    )
    seen = draw(state, 1, np.arange(5)).value
    context = Context(example_keys(jax.random.key(0), 16))
    variables = standing_statistics(
        experiment.game.truncated(0.5), state.ema, context, passes=3
    )
    mean = variables["batch_stats"]["BatchNorm_0"]["mean"]
    assert np.all(np.abs(mean - 1.0) < 0.5)  # of 3z + 1
    assert not np.allclose(mean, state.ema["batch_stats"]["BatchNorm_0"]["mean"])
    plain = sampler.Sampler(experiment, size=16, truncation=0.5)
    wanted = plain(state_of(variables), 1, np.arange(5)).value
    np.testing.assert_allclose(seen, wanted, 1e-5, 1e-6)
    # Another state has its own.
    changed = jax.tree.map(lambda x: 2.0 * x, state.ema)
    other = draw(state_of(changed), 1, np.arange(5)).value
    assert not np.allclose(other, seen)


class NoTruncation(nn.Module):
    """A generator of styles that cannot be truncated."""

    def __call__(self, value, given, context):
        raise NotImplementedError


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"truncation": 1.5}, r"saw 1\.5, wanted a number in \[0, 1\]"),
        ({"truncation": 0.5, "truncation_cutoff": -1}, "cutoff: saw -1, wanted at le"),
        ({"truncation_cutoff": 3}, "--truncation-cutoff: saw it without"),
        ({"standing_statistics": 0}, "--standing-statistics: saw 0, wanted at least 1"),
    ],
)
def test_options_of_styles_that_are_refused(options, said):
    with pytest.raises(RunError, match=said):
        sampler.Sampler(style()[0], **options)


def test_games_that_refuse():
    experiment, state = style()
    draw = sampler.Sampler(experiment, size=2, standing_statistics=2)
    with pytest.raises(RunError, match="keeps no batch statistics"):
        draw(state, 0, np.arange(2))
    uniform, _ = normal(draw=jax.random.uniform)
    with pytest.raises(RunError, match="another distribution"):
        sampling_options.truncated(uniform.game, 0.5)
    with pytest.raises(RunError, match="only style-based generators have layers"):
        sampling_options.truncated(normal()[0].game, 0.5, 2)
    with pytest.raises(RunError, match=r"saw 0\.0, wanted more than 0"):
        sampling_options.truncated(normal()[0].game, 0.0)
    game = StyleGame(NoTruncation(), NoDiscriminator(), 6)
    with pytest.raises(RunError, match="saw NoTruncation, wanted one with a `trunc"):
        sampling_options.truncated(game, 0.5)
    with pytest.raises(RunError, match="SimpleNamespace has no truncation"):
        sampling_options.truncated(types.SimpleNamespace(), 0.5)


@pytest.fixture
def run(trained):
    return trained("--steps", 2, "--variant", "labelled")


def test_commands_take_several_truncations(run, tmp_path, capsys):
    """One row each of the same latents, and the numbers in the name."""
    words = ["sample", str(run), "--num", "3", "--truncation", "2,0.5"]
    cli.main(words)
    path = run / "generated" / "samples_step_2_seed_0_truncation_2_0.5.png"
    assert capsys.readouterr().out == f"{path}\n"
    with Image.open(path) as picture:
        # Pictures of 100 pixels, 3 by 2, with gaps of 2, times 2.
        assert picture.size == (2 * 304, 2 * 202)
    cli.main([*words, "--out", str(tmp_path / "x.npz")])
    with np.load(tmp_path / "x.npz") as arrays:
        assert arrays["truncation"].tolist() == [2.0] * 3 + [0.5] * 3
        assert arrays["given"][:3].tolist() == arrays["given"][3:].tolist()
        both = arrays["value"]
    cli.main([*words[:-1], "0.5", "--out", str(tmp_path / "y.npz")])
    with np.load(tmp_path / "y.npz") as arrays:
        assert "truncation" not in arrays
        np.testing.assert_array_equal(arrays["value"], both[3:])
    cli.main([*words, "--out", str(tmp_path / "folder")])
    names = {p.name for p in (tmp_path / "folder").iterdir()}
    assert names == {"truncation_2", "truncation_0.5"}
    assert len(list((tmp_path / "folder").rglob("*.csv"))) == 6
    capsys.readouterr()
    for command, said in (
        (["interpolate", str(run), "--truncation", "2,1"], "saw 2 numbers, wanted one"),
        (["sample", str(run), "--truncation", "2,x"], "saw '2,x', wanted numbers"),
        (["sample", str(run), "--standing-statistics", "2"], "no batch statistics"),
    ):
        with pytest.raises(SystemExit):
            cli.main(command)
        assert said in capsys.readouterr().err


def test_the_protocol_says_how_samples_were_made():
    plain = {"truncation": "none", "batch statistics": "running"}
    assert sampling_options.card() == {"generator": "running average", **plain}
    card = sampling_options.card(
        truncation=0.7,
        truncation_cutoff=4,
        passes=2,
        standing_statistics=8,
        ema=False,
        batch_size=32,
    )
    assert json.loads(json.dumps(card)) == {
        "generator": "current",
        "truncation": 0.7,
        "truncation cutoff": 4,
        "passes": 2,
        "batch statistics": "standing: of 8 batches of 32 samples",
    }
