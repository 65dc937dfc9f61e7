"""What fits is told apart from what does not, and both are said in a few lines."""

from hypothesis import given
from hypothesis import strategies as st

from jaxgan.run.training.leaf_match import MOST, Shape, match

GENERATOR, AVERAGE = "variables/generator/params", "ema/params"
DISCRIMINATOR = "variables/discriminator/params"

shapes = st.builds(
    Shape, st.sampled_from([(), (2,), (2, 3)]), st.sampled_from(["float32", "int32"])
)
arrays = st.dictionaries(
    st.sampled_from([f"{GENERATOR}/a", f"{GENERATOR}/b/c", f"{AVERAGE}/a", "ema/x/y"]),
    shapes,
)


@given(arrays, arrays)
def test_every_array_is_somewhere_once(seen, wanted):
    found = match(seen, wanted)
    assert sorted([*found.copied, *found.unlike, *found.missing]) == sorted(wanted)
    assert sorted([*found.copied, *found.unlike, *found.left]) == sorted(seen)
    assert all(seen[name] == wanted[name] for name in found.copied)
    for name, pair in found.unlike.items():
        assert pair == (seen[name], wanted[name])
        assert pair[0] != pair[1]


@given(arrays)
def test_the_same_networks_fit(networks):
    found = match(networks, networks)
    assert found.copied == tuple(networks)
    assert len(found.lines("start")) == 1


def of(names, sizes=(2,), dtype="float32"):
    return {name: Shape(sizes, dtype) for name in names}


def test_whole_modules_are_said_once():
    common = [f"{GENERATOR}/first/kernel", f"{AVERAGE}/first/kernel"]
    head = [f"{DISCRIMINATOR}/head/{name}" for name in ("kernel", "bias")]
    wanted = of([*common, f"{DISCRIMINATOR}/trunk/kernel", *head])
    seen = of([*common, f"{DISCRIMINATOR}/trunk/kernel", f"{DISCRIMINATOR}/tail"])
    assert match(seen, wanted).lines("x") == [
        "x: arrays copied: generator 1 of 1, discriminator 1 of 3, average 1 of 1",
        "  discriminator/params/head (2 arrays): saw none",
        "  discriminator/params/tail: wanted none",
    ]
    none = match(of(common), wanted).lines("x")
    assert none[1:] == ["  discriminator (3 arrays): saw none"]


def test_the_average_is_not_said_twice():
    names = [f"{GENERATOR}/embedding", f"{AVERAGE}/embedding"]
    found = match(of(names, (5, 2)), of(names, (10, 2)))
    wanted = "  generator/params/embedding: saw [5, 2], wanted [10, 2]"
    assert found.lines("x")[1:] == [wanted]
    found = match(of(names[1:]), of(names[1:], dtype="bfloat16"))
    wanted = "  average/params/embedding: saw [2], wanted [2] bfloat16"
    assert found.lines("x")[1:] == [wanted]


def test_the_lines_are_few():
    names = [f"{GENERATOR}/{number}/kernel" for number in range(30)]
    lines = match(of(names), of(names, (3,))).lines("x")
    assert len(lines) == 1 + MOST
    assert lines[-1] == f"  and {30 - MOST + 1} more"


def test_classes_explain_shapes():
    """Only where they differ as these do, and in nothing else."""
    names = [f"{GENERATOR}/table", f"{DISCRIMINATOR}/table", f"{DISCRIMINATOR}/kernel"]
    seen = of(names[:1], (5, 2)) | of(names[1:2], (5, 3)) | of(names[2:], (4, 5))
    wanted = of(names[:1], (10, 2)) | of(names[1:2], (10, 4)) | of(names[2:], (4, 10))
    found = match(seen, wanted)._replace(classes=(5, 10))
    why = " (classes: 5 there, 10 here)"
    assert found.lines("x")[1:] == [
        f"  generator/params/table: saw [5, 2], wanted [10, 2]{why}",
        "  discriminator/params/table: saw [5, 3], wanted [10, 4]",
        f"  discriminator/params/kernel: saw [4, 5], wanted [4, 10]{why}",
    ]
    assert "classes" not in " ".join(match(seen, wanted).lines("x"))
    assert "classes" not in " ".join(found._replace(classes=(3, 10)).lines("x"))
