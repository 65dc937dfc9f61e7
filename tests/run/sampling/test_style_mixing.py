"""Styles of a run's samples are mixed, and made of the class that is asked for."""

import dataclasses

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jaxgan import data
from jaxgan.games.style import StyleGame
from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.sampling import interpolation, sampler, stored_run, style_mixing
from tests.experiments.test_experiments import EXPERIMENTS, fake_dataset

FILE = EXPERIMENTS["stylegan2_cifar10"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One step of the conditional experiment, tiny."""
    folder = tmp_path_factory.mktemp("styles") / "run"
    sizes = ("size=8", "batch-size=8", "latent-size=4", "mapping-layers=1", "group=4")
    widths = ("condition-layers=1", "channel-base=32", "channel-max=4")
    flags = [f"--{flag}" for flag in (*sizes, *widths, "steps=1", f"run-dir={folder}")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "image_dataset", fake_dataset)
        assert launch.train(FILE, ["--variant=small", *flags]) == 0
        yield folder


@pytest.fixture(scope="module")
def loaded(run):
    return stored_run.load(run)


def test_layers_are_thirds_from_the_smallest_on():
    assert [style_mixing.layers(part, 8) for part in style_mixing.PARTS] == [
        range(3),
        range(3, 6),
        range(6, 8),
    ]
    assert style_mixing.layers("4-7", 18) == range(4, 8)
    assert style_mixing.layers("2", 4) == range(2, 3)
    for part in ("8", "3-2", "2-8", "rough", "-1", ""):
        with pytest.raises(
            RunError, match=f"--layers: saw '{part}', wanted coarse, mid"
        ):
            style_mixing.layers(part, 8)


@given(st.integers(3, 40))
def test_the_parts_are_all_layers_once(count):
    parts = [list(style_mixing.layers(part, count)) for part in style_mixing.PARTS]
    assert [layer for part in parts for layer in part] == list(range(count))
    assert all(count // 3 <= len(part) <= count // 3 + 1 for part in parts)


def test_mixtures_lie_between_their_sources(loaded):
    """With all layers it is the column's source; with some it is neither."""
    draw = sampler.Sampler(loaded.experiment, size=4)
    plain = draw(loaded.state, 5, np.arange(6))
    sample = style_mixing.mixed(draw, loaded.state, 5, ("0-3", "0", "2"), rows=1)
    grid = sample.value.reshape(4, 4, 8, 8, 1)
    same = {"rtol": 1e-5, "atol": 1e-6}
    assert (grid[0, 0] == 1).all()
    np.testing.assert_allclose(grid[0, 1:], plain.value[:3], **same)
    np.testing.assert_allclose(grid[1:, 0], plain.value[3:6], **same)
    np.testing.assert_allclose(grid[1, 1:], plain.value[:3], **same)
    for row in (2, 3):
        for column in (1, 2, 3):
            for source in (grid[row, 0], grid[0, column]):
                assert np.abs(grid[row, column] - source).max() > 1e-4


def test_mixed_styles_are_those_of_their_layers(loaded):
    draw, seen = sampler.Sampler(loaded.experiment, size=3), []

    class Spy(sampler.Sampler):
        def render(self, state, keys, latent):
            seen.append(np.asarray(latent.value))
            return super().render(state, keys, latent)

    spy = Spy(loaded.experiment, size=3)
    style_mixing.mixed(spy, loaded.state, 1, ("1-2",), rows=2)
    w, other = (
        np.asarray(draw.latents(loaded.state, 1, np.array(indices))[1].value)
        for indices in ((0, 1, 2), (3, 0, 1))
    )
    row, columns = w[2], w[:2]
    np.testing.assert_array_equal(seen[1][0], row)
    np.testing.assert_array_equal(seen[1][1:, 1:3], columns[:, 1:3])
    np.testing.assert_array_equal(seen[1][1:, [0, 3]], np.stack([row[[0, 3]]] * 2))
    np.testing.assert_array_equal(seen[2][0], other[0])


def test_styles_are_made_of_the_class_that_is_asked_for(loaded):
    """The samples of a class are those whose own class it happens to be."""
    draw = sampler.Sampler(loaded.experiment, size=8)
    own = draw(loaded.state, 3, np.arange(16))
    assert len(set(own.given.tolist())) > 3
    for label in set(own.given.tolist()):
        asked = draw(loaded.state, 3, np.arange(16), np.full(16, label))
        assert (asked.given == label).all()
        alike = np.abs(asked.value - own.value).max(axis=(1, 2, 3)) < 1e-5
        np.testing.assert_array_equal(alike, own.given == label)
    walk = interpolation.interpolate(
        draw, loaded.state, 3, range(2), 2, np.array([4], np.int32)
    )
    ends = draw(loaded.state, 3, np.arange(2), np.full(2, 4))
    np.testing.assert_allclose(walk.value[::2], ends.value, 1e-5, 1e-6)


def test_walks_between_styles_are_straight(loaded):
    seen = []

    class Spy(sampler.Sampler):
        def render(self, state, keys, latent):
            seen.append(np.asarray(latent.value))
            return super().render(state, keys, latent)

    interpolation.interpolate(
        Spy(loaded.experiment, size=5), loaded.state, 3, (0, 1), 4
    )
    (w,) = seen
    for place in range(5):
        wanted = w[0] + place / 4 * (w[4] - w[0])
        np.testing.assert_allclose(w[place], wanted, rtol=1e-5, atol=1e-6)


def test_no_class_can_be_asked_for_without_a_condition(loaded):
    experiment, game = loaded.experiment, loaded.experiment.game
    game = StyleGame(
        game.generator.clone(classes=0), game.discriminator.clone(classes=0), 4
    )
    made = jax.eval_shape(game.init, jax.random.key(0), experiment.data(0)).generator
    zeros = jax.tree.map(lambda x: np.zeros(x.shape, x.dtype), made)
    state = loaded.state._replace(ema=zeros)
    draw = sampler.Sampler(dataclasses.replace(experiment, game=game), size=2)
    assert not draw.labelled
    with pytest.raises(RunError, match="not conditioned on labels"):
        draw(state, 3, np.arange(2), np.zeros(2, np.int32))


def test_the_command(run, loaded, capsys, tmp_path):
    cli.main(["mix", str(run), "--columns", "3", "--rows", "1", "--seed", "2"])
    path = run / "generated" / "mixing_step_1_seed_2.png"
    assert capsys.readouterr().out == f"{path}\n"
    with Image.open(path) as picture:
        assert picture.size == (20 * 38, 20 * 38)  # 4 × 4 pictures of 8, and gaps
    out = tmp_path / "mixing.png"
    flags = ["--layers", "0-1", "--label", "3", "--out", str(out)]
    cli.main(["mix", str(run), *flags])
    assert out.is_file()
    for flags, wanted in (
        (["--rows", "0"], "--rows: saw 0, wanted at least 1"),
        (["--layers", "9"], "--layers: saw '9'"),
    ):
        with pytest.raises(SystemExit):
            cli.main(["mix", str(run), *flags])
        assert wanted in capsys.readouterr().err


def test_only_styles_can_be_mixed(train, tmp_path, capsys):
    train("--steps", 1)
    with pytest.raises(SystemExit):
        cli.main(["mix", str(tmp_path / "run")])
    assert "points: its generator has no styles to mix" in capsys.readouterr().err
