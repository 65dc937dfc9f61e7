"""LPIPS's weights under the official names."""

import jax
import numpy as np
import pytest

from jaxgan.models import lpips
from tests.models.golden import under


@pytest.mark.parametrize("name", ["vgg", "alex"])
def test_there_and_back(golden, name):
    """The trunk under torchvision's numbers, the heads under the official names."""
    official = under(np.load(golden / f"lpips_{name}.npz"), "state/")
    variables = lpips.import_torch(official)
    state = lpips.export_torch(variables)
    for ours, array in state.items():
        number = ours.split(".", 1)[1]
        (theirs,) = (
            key
            for key in official
            if key == ours or (key[:3] == "net" and key.split(".", 2)[2] == number)
        )
        np.testing.assert_array_equal(array, official[theirs])
    assert len(state) == len(official) - 2  # but for the scaling of the images
    again = lpips.import_torch(state)
    jax.tree.map(np.testing.assert_array_equal, again, variables)


def test_parts(golden):
    """Heads alone, and a trunk alone, with the dense layers of a whole AlexNet."""
    official = under(np.load(golden / "lpips_alex.npz"), "state/")
    whole = lpips.import_torch(official)["params"]
    heads = {name: x for name, x in official.items() if name.startswith("lin")}
    assert set(lpips.import_torch(heads)["params"]) == {f"head{n}" for n in range(5)}
    state = lpips.export_torch({"params": {"trunk": whole["trunk"]}})
    state["classifier.1.weight"] = np.zeros((3, 3), np.float32)
    trunk = lpips.import_torch(state)["params"]
    jax.tree.map(np.testing.assert_array_equal, trunk, {"trunk": whole["trunk"]})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lin0.model.1.weight": -np.ones((1, 4, 1, 1))}, "lin0.*saw -1, wanted no"),
        ({"net.slice2.4.weight": np.zeros(3)}, "wanted AlexNet's names"),
        ({"something": np.zeros(3)}, "saw 'something'"),
    ],
)
def test_refuses(golden, change, message):
    official = under(np.load(golden / "lpips_alex.npz"), "state/")
    with pytest.raises(ValueError, match=message):
        lpips.import_torch({**official, **change})
