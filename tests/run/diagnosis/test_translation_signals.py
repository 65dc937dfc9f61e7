"""Games of pictures whose networks are written by hand: healthy, or made to fail."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan import data, recipes
from jaxgan.core import Sample
from jaxgan.core.state import init_state
from jaxgan.diagnosis import names
from jaxgan.diagnosis.diagnose import diagnose
from jaxgan.games.contrastive import ContrastiveGame
from jaxgan.games.paired import PairedGame
from jaxgan.games.unpaired import UnpairedGame
from jaxgan.run.diagnosis.translation_signals import TranslationSignals
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import domains, pairs
from tests.run.diagnosis.translators import Memory, drawings, recoloured


class ByHand(nn.Module):
    """Does what is written, and learns a factor."""

    function: Callable[..., Any]

    @nn.compact
    def __call__(self, value, given, context):
        return self.param("factor", nn.initializers.ones, ()) * self.function(value)


class Featured(ByHand):
    """The same, with a map."""

    @nn.compact
    def __call__(self, value, given, context):
        made = ByHand(self.function)(value, given, context)
        return Sample(made, features={"0": made})


class Mean(nn.Module):
    """Judges the mean."""

    @nn.compact
    def __call__(self, value, given, context):
        return nn.Dense(1)(value.mean(axis=(1, 2)))[:, 0]


def measured(game, sample, aligned=True, batch_size=8):
    """The signals of a game that is not trained."""
    kind = pairs if isinstance(game, PairedGame) else domains
    experiment = Experiment(
        game=game,
        recipe=recipes.pix2pix(),
        data=data.batches(Memory(sample, aligned), batch_size),
        kind=kind,
    )
    recipe, first = experiment.recipe, experiment.data(0)
    state = jax.jit(
        lambda key: init_state(key, game, recipe.turns, recipe.optimizers, first)
    )(jax.random.key(0))
    return TranslationSignals(experiment)(state)


def found(signals, ranking=0.75):
    """What is found, if signals stay as they are."""
    rest = {names.LOSS_SLOPE: 0.5, names.RANKING: ranking}
    rows = [{"step": step, **signals, **rest} for step in range(1, 11)]
    return [finding.name for finding in diagnose(rows).findings]


def of_pairs(function, source, target, **options):
    game = PairedGame(ByHand(function), Mean(), **options)
    return measured(game, Sample(target, source))


def there(pictures):
    """What is to be learnt."""
    return 0.2 - 0.8 * pictures[..., ::-1]


def back(pictures):
    """The way back."""
    return (0.2 - pictures[..., ::-1]) / 0.8


def same(pictures):
    return pictures


def nearly_same(pictures):
    return 0.98 * pictures + 0.01


def gray(pictures):
    return jnp.zeros_like(pictures)


def uneven(pictures):
    """What a transposed convolution of 3×3 ones with a stride of 2 adds, faintly."""
    covered = np.tile(np.outer([1, 2], [1, 2]), [s // 2 for s in pictures.shape[1:3]])
    return there(pictures) + np.float32(0.05 * (covered - 2.25))[None, :, :, None]


SOURCE = drawings(32)
TARGET = recoloured(SOURCE)


@pytest.mark.parametrize(
    ("function", "target", "wanted"),
    [
        (there, TARGET, []),
        (same, TARGET, ["nothing translated"]),
        (nearly_same, TARGET, ["nothing translated"]),
        (same, SOURCE, []),  # that is what was to be learnt
        (gray, TARGET, ["source ignored"]),
        (uneven, TARGET, ["checkerboards"]),
    ],
)
def test_pairs(function, target, wanted):
    assert found(of_pairs(function, SOURCE, target)) == wanted


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        (lambda x: jnp.repeat(jnp.repeat(x, 2, 1), 2, 2), []),
        (
            lambda x: jax.image.resize(x, (len(x), 16, 16, 3), "cubic"),
            ["nothing translated"],
        ),
    ],
)
def test_restoration_of_sources_that_the_game_makes(function, wanted):
    """Targets are blocks of pixels: bicubic enlargement does not make them."""
    blocks = drawings(32, side=8).repeat(2, axis=1).repeat(2, axis=2)
    game = PairedGame(
        ByHand(function),
        Mean(),
        judges_source=False,
        degrade=lambda keys, target: target[:, ::2, ::2],
    )
    signals = measured(game, Sample(blocks))
    assert found(signals) == wanted
    assert signals[names.of_way("", names.ENLARGEMENT)] == 2


TINTS = np.array([[[[0.9, 0.2, -0.5]]]], np.float32)
GRAY = drawings(32, channels=1)
LUMA = np.array([[0.299], [0.587], [0.114]], np.float32)


@pytest.mark.parametrize(
    ("function", "source", "target", "wanted"),
    [
        (lambda x: x * TINTS, GRAY, GRAY * TINTS, []),
        (lambda x: x.repeat(3, axis=-1), GRAY, GRAY * TINTS, ["nothing translated"]),
        (lambda x: -x[..., :1], SOURCE, -SOURCE[..., :1], []),
        (lambda x: x @ LUMA, SOURCE, -SOURCE @ LUMA, ["nothing translated"]),
    ],
)
def test_gray_and_colour(function, source, target, wanted):
    """A gray picture in three channels is the source, and so is a picture's luma."""
    assert found(of_pairs(function, source, target)) == wanted


def hidden(pictures):
    """The mean colour, and all else a hundred times fainter."""
    mean = pictures.mean(axis=(1, 2), keepdims=True)
    return mean + 0.01 * (pictures - mean)


def revealed(pictures):
    mean = pictures.mean(axis=(1, 2), keepdims=True)
    return mean + 100 * (pictures - mean)


FLAT = np.asarray(hidden(drawings(32, 1)))


@pytest.mark.parametrize(
    ("x_to_y", "y_to_x", "y", "wanted"),
    [
        (there, back, recoloured(drawings(32, 1)), []),
        (same, same, recoloured(drawings(32, 1)) / 2, ["nothing translated"]),
        (same, same, drawings(32, 1), []),  # there is no difference
        (there, gray, recoloured(drawings(32, 1)), ["direction collapsed"]),
        (hidden, revealed, FLAT, ["steganographic cycle"]),
        (uneven, back, recoloured(drawings(32, 1)), ["checkerboards"]),
    ],
)
def test_cycles(x_to_y, y_to_x, y, wanted):
    game = UnpairedGame(ByHand(x_to_y), ByHand(y_to_x), Mean(), Mean())
    signals = measured(game, Sample({"x": SOURCE, "y": y}), aligned=False)
    assert found(signals) == wanted
    if x_to_y is hidden:
        back, shaken = (
            signals[names.of_way("x_to_y", label)]
            for label in (names.WAY_BACK, names.WAY_BACK_SHAKEN)
        )
        assert back < 1e-3
        assert shaken > 1


@pytest.mark.parametrize(
    ("function", "wanted"),
    [(there, []), (nearly_same, ["nothing translated"]), (gray, ["source ignored"])],
)
def test_one_way(function, wanted):
    game = ContrastiveGame(Featured(function), Mean())
    y = recoloured(drawings(32, 1)) / 2
    signals = measured(game, Sample({"x": SOURCE, "y": y}), aligned=False)
    assert found(signals) == wanted
    assert not any(name.endswith(names.WAY_BACK) for name in signals)


def test_a_function_of_the_state():
    """The same again, and whatever the size of the batch."""
    game = PairedGame(ByHand(there), Mean())
    few, many = (
        measured(game, Sample(TARGET[:16], SOURCE[:16]), batch_size=size)
        for size in (4, 32)
    )
    assert few == measured(game, Sample(TARGET[:16], SOURCE[:16]), batch_size=4)
    for name, value in few.items():
        assert many[name] == pytest.approx(value, rel=0.05, abs=0.02), name


class Line(nn.Module):
    """Judges points."""

    @nn.compact
    def __call__(self, value, given, context):
        return nn.Dense(1)(value)[:, 0]


def test_points_are_no_pictures():
    points = np.random.default_rng(0).standard_normal((32, 2)).astype(np.float32)
    game = PairedGame(ByHand(same), Line())
    assert measured(game, Sample(points, points)) == {}
