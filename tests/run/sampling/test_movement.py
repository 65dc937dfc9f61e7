"""Walks on which pictures are moved and turned, and what is measured of that."""

import dataclasses
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jaxgan
from jaxgan.evaluation.movements import rotation_matrix, translation_matrix
from jaxgan.games.style import StyleGame
from jaxgan.models import stylegan2, stylegan3
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.evaluation import equivariance, stored_evaluation
from jaxgan.run.files import evaluations_log
from jaxgan.run.kinds import EvaluationProtocol
from jaxgan.run.sampling import interpolation
from jaxgan.run.sampling.movement import Movement, moved
from tests.models.golden import under
from tests.run.commands.test_import_weights import bring

SMALL = {"style_size": 3, "mapping_layers": 1, "channel_max": 2}
ABLE = StyleGame(stylegan3.Generator((8, 8, 1)), stylegan3.Discriminator(), 2)
STILL = StyleGame(stylegan2.Generator((8, 8, 1), **SMALL), ABLE.discriminator, 2)


@pytest.fixture(scope="module")
def loaded(golden, tmp_path_factory):
    """The official generator of 16 pixels, as an imported run."""
    folder = tmp_path_factory.mktemp("stylegan3")
    np.savez(folder / "x.npz", **under(np.load(golden / "stylegan3_t.npz"), "state/"))
    return bring(folder / "x.npz", folder / "run")


@settings(deadline=None)
@given(
    shift=st.floats(0.0, 0.5),
    degrees=st.floats(-720.0, 720.0),
    share=st.floats(0.0, 1.0),
)
def test_matrices_undo_a_turn_and_then_a_shift(shift, degrees, share):
    (matrix,) = Movement(ABLE, shift, degrees).matrices(np.array([share]))
    place = shift * np.array([np.sin(2 * np.pi * share), np.sin(4 * np.pi * share) / 2])
    angle = np.deg2rad(degrees) * share
    there = translation_matrix(place) @ rotation_matrix(angle)
    np.testing.assert_allclose(matrix @ there, np.eye(3), atol=1e-5)


def test_whole_turns_end_where_they_began():
    first, last = Movement(ABLE, 0.3, 360.0).matrices(np.array([0.0, 1.0]))
    np.testing.assert_allclose(first, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(last, np.eye(3), atol=1e-6)


def test_who_cannot():
    with pytest.raises(RunError, match="--move: wants a generator that can be told to"):
        Movement(STILL, 0.1, 90.0)
    with pytest.raises(RunError, match=r"--move: saw nan 90\.0, wanted finite"):
        Movement(ABLE, float("nan"), 90.0)
    with pytest.raises(RunError, match="--metrics: equivariance wants a generator"):
        equivariance.check(STILL)
    assert equivariance.fitting(STILL) == ()
    assert equivariance.fitting(ABLE) == ("equivariance",)


@pytest.mark.parametrize("size", [3, 8])
def test_every_picture_of_a_walk_has_a_place_of_its_own(loaded, size):
    """Whatever number is made at once; the first is not moved."""
    draw, frames = loaded.sampler(size=size), 2
    move = Movement(loaded.experiment.game, 0.2, 90.0)
    walk = interpolation.interpolate(draw, loaded.state, 5, range(3), frames, move=move)
    still = interpolation.interpolate(draw, loaded.state, 5, range(3), frames)
    assert len(walk.value) == 5
    np.testing.assert_allclose(walk.value[0], still.value[0], 1e-4, 1e-5)
    for place, share in ((1, 0.25), (4, 1.0)):
        (matrix,) = move.matrices(np.array([share]))
        state = moved(loaded.experiment.game, loaded.state, matrix)
        alone = interpolation.interpolate(draw, state, 5, range(3), frames)
        np.testing.assert_allclose(
            walk.value[place], alone.value[place], 1e-3, 1e-4, err_msg=str(place)
        )
        assert np.abs(walk.value[place] - still.value[place]).max() > 0.01


def test_commands(loaded, tmp_path, capsys):
    """A walk that moves, and decibels, of a run without data."""
    run, out = str(loaded.directory), tmp_path / "walk.gif"
    cli.main(["interpolate", run, "--points", "2", "--frames", "2", "--out", str(out)])
    plain = out.read_bytes()
    words = ("--points", "2", "--frames", "2", "--move", "0.1", "45", "--out", str(out))
    cli.main(["interpolate", run, *words])
    assert out.read_bytes() != plain
    capsys.readouterr()
    words = ("--metrics", "equivariance", "--num", "16", "--json")
    cli.main(["evaluate", run, *words])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = ["EQ-T, dB", "EQ-T_frac, dB", "EQ-R, dB"]
    assert [row["metric"] for row in rows] == names
    assert {row["better"] for row in rows} == {"higher"}
    card = rows[0]["card"]
    assert card["generated images"] == "16"
    assert card["generator"] == "running average"
    assert "up to 0.125 sides across and along, 180 degrees" in card["movements"]
    kept = evaluations_log.read(loaded.directory)
    assert [one.value for one in kept] == [row["value"] for row in rows]
    values = jaxgan.load(run).evaluate("equivariance", num=16)
    assert list(values) == names
    np.testing.assert_allclose(list(values.values()), [row["value"] for row in rows])


def test_where_nobody_asked_it_may_be_left_out(loaded, monkeypatch, capsys):
    def too_small(*arguments, **options):
        raise ValueError("images: saw no pixel inside both, wanted larger images")

    monkeypatch.setattr(equivariance, "compare", too_small)
    measure = {"answer": 42.0}
    experiment = dataclasses.replace(loaded.experiment, measure=lambda state: measure)
    changed = loaded._replace(experiment=experiment)
    protocol = EvaluationProtocol(("equivariance",), 16)
    (found,) = stored_evaluation.evaluate(changed, protocol)
    assert [score.value for _, score in found.scores] == [42.0]
    assert "equivariance: images: saw no pixel" in capsys.readouterr().err
    with pytest.raises(RunError, match="equivariance: images: saw no pixel"):
        stored_evaluation.evaluate(changed, protocol, by_experiment=False)


def test_movements_of_several_examples_at_once():
    """A matrix per example is as each alone."""
    module = stylegan3.Generator(
        *((8, 8, 1), 0, 3, 1, 16, 2),
        synthesis_layers=2,
        critical_layers=1,
        margin=2,
    )
    context = jaxgan.Context(jax.random.split(jax.random.key(0), 2))
    z = jax.random.normal(jax.random.key(1), (2, 2))
    variables = jax.jit(module.init)(jax.random.key(2), z, (), context)
    matrices = Movement(ABLE, 0.3, 90.0).matrices(np.array([0.2, 0.7]))

    @jax.jit
    def images(matrix):
        return module.apply(stylegan3.transformed(variables, matrix), z, (), context)

    both = images(jnp.asarray(matrices))
    for place, matrix in enumerate(matrices):
        alone = images(jnp.asarray(matrix))[place]
        np.testing.assert_allclose(both[place], alone, 1e-4, 1e-5)
