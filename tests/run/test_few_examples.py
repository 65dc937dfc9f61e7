import pytest

from jaxgan.run import few_examples
from jaxgan.run.kinds import domains, images, pairs
from jaxgan.run.kinds.pairs import Pairs
from tests.run.kinds.curves import Curves


class Source:
    def __init__(self, size):
        self.size = size


@pytest.mark.parametrize(
    ("size", "batch", "few", "larger"),
    [
        (299, 64, True, False),
        (300, 64, False, False),
        (40, 41, True, True),
        (40, 40, True, False),
        (1000, 1001, False, True),
        (None, 8, False, False),
        (0, 8, False, False),
    ],
)
def test_what_training_on_them_gives(capsys, size, batch, few, larger):
    few_examples.tell_trainer(Source(size), batch, images)
    told = capsys.readouterr().err
    assert (f"{size} images are few: expect" in told) == few
    assert (f"--batch-size {size} or less" in told) == larger
    assert told.count("warning: ") == few + larger
    few_examples.tell_trainer(object(), batch, images)
    assert not capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "told", "untold"),
    [
        (
            images,
            "images at least, augmentation (as of stylegan2_ada_folder), or",
            "fl",
        ),
        (pairs, "pairs at least, squares cut out of larger pictures", "stylegan2"),
        (domains, "(load_size), flips, turns, or --start-from", "copy"),
        (Pairs(crop=4), "least, larger pictures, of which other", "load_size"),
        (Curves(), "curves at least, or --start-from a trained run", "augmentation"),
    ],
)
def test_what_helps_is_the_kinds(capsys, kind, told, untold):
    few_examples.tell_trainer(Source(20), 4, kind)
    seen = capsys.readouterr().err
    assert f"20 {kind.unit} are few" in seen
    assert told in seen
    assert untold not in seen
    assert ("outputs worse for others" in seen) == kind.held_out


def test_what_measuring_them_gives(capsys):
    few_examples.tell_evaluator({"real": 300, "generated": 2000}, "images")
    assert not capsys.readouterr().err
    few_examples.tell_evaluator({"real": 120, "generated": 2000}, "images")
    assert capsys.readouterr().err.startswith("warning: 120 real images are few to mea")
    few_examples.tell_evaluator({"real": 120, "generated": 50}, "images")
    assert "120 real and 50 generated images" in capsys.readouterr().err
