"""VGG's weights under the names of three codes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.models import vgg
from tests.models.golden import under
from tests.models.vgg.test_networks import TINY, official


def trunk(layer="relu3_1"):
    network = vgg.VGG((layer,), **TINY)
    variables = network.init(jax.random.key(0), jnp.zeros((1, 8, 8, 3)))
    return jax.tree.map(np.asarray, variables)


def test_there_and_back():
    variables = trunk()
    state = vgg.export_torch(variables)
    numbers = [0, 3, 5, 8]
    assert list(state) == [
        f"features.{n}.{kind}" for n in numbers for kind in ("weight", "bias")
    ]
    assert state["features.3.weight"].shape == (6, 4, 3, 3)
    extra = {"classifier.0.weight": np.zeros((3, 3)), "classifier.0.bias": np.zeros(3)}
    for prefix in ("", "module."):
        again = vgg.import_torch({prefix + n: x for n, x in (state | extra).items()})
        jax.tree.map(np.testing.assert_array_equal, again, variables)


def test_three_codes(golden):
    """BasicSR's names, torchvision's and LPIPS's are of the same numbers."""
    npz = np.load(golden / "basicsr_perceptual.npz")
    _, variables = official(npz, ("conv5_4",))
    state = vgg.export_torch(variables)
    assert list(state)[-1] == "features.34.bias"  # as in torchvision's VGG-19
    jax.tree.map(np.testing.assert_array_equal, vgg.import_torch(state), variables)
    slices = np.load(golden / "lpips_vgg.npz")
    theirs = {n: x for n, x in under(slices, "state/").items() if n[:3] == "net"}
    state = vgg.export_torch(vgg.import_torch(theirs))
    assert [f"features.{name.split('.', 2)[2]}" for name in theirs] == list(state)
    assert list(state)[-1] == "features.28.bias"  # as in torchvision's VGG-16


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features.1.weight": np.zeros(4)}, "saw layers 0 and 1 without one between"),
        ({"features.3.running_mean": np.zeros(6)}, "features.3.running_mean"),
        ({"layer1.0.conv1.weight": np.zeros((4, 4, 3, 3))}, "saw 'layer1.0.conv1"),
        ({"features.0.weight": np.zeros((4, 3, 5, 5))}, r"features.0.weight: saw .*5"),
        ({"features.0.bias": np.full(4, np.nan)}, "features.0.bias: saw NaN"),
    ],
)
def test_refuses(change, message):
    with pytest.raises(ValueError, match=message):
        vgg.import_torch({**vgg.export_torch(trunk()), **change})
