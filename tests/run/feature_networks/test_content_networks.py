"""What a loss compares, and what a measure does beside it, by a word in a config."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.models import vgg
from jaxgan.run import feature_networks
from jaxgan.run.feature_networks import content_networks


def test_published_is_vgg19_of_a_file():
    network, frozen = feature_networks.content_network(
        "published", ["conv5_4"], "net.pth"
    )
    assert network == vgg.VGG(("conv5_4",))
    assert frozen.source == "net.pth"
    told = frozen.shapes()["params"]
    assert len(told) == 16
    assert told["conv5_4"]["kernel"].shape == (3, 3, 512, 512)


def test_random_is_small_and_the_same_every_time():
    layers = ["conv1_1", "conv3_2"]
    network, frozen = feature_networks.content_network("random", layers)
    assert (network.depths, network.widths) == tuple(vgg.SMALL)
    again = feature_networks.content_network("random", layers).frozen.load()
    jax.tree.map(np.testing.assert_array_equal, frozen.load(), again)
    assert set(again["params"]) == {"conv1_1", "conv2_1", "conv3_1", "conv3_2"}
    content = feature_networks.content_network("random", layers)
    maps = content.features(again, jnp.zeros((2, 8, 8, 3)))
    assert {name: x.shape for name, x in maps.items()} == {
        "conv1_1": (2, 8, 8, 16),
        "conv3_2": (2, 2, 2, 64),
    }


def test_what_is_judged_is_not_what_was_compared(monkeypatch):
    """The same kind of network, on the same images, of another seed."""
    asked = []

    def trained_here(network, images, *, seed=0):
        asked.append((network.layers, images, seed))
        return feature_networks.random_weights(network, seed)

    monkeypatch.setattr(content_networks, "trained_here", trained_here)
    feature_networks.content_network("trained", ["relu4_2"], trained_on="mine")
    distance = feature_networks.content_distance("trained", "mine")
    assert asked == [
        (("relu4_2",), "mine", 0),
        (content_networks.SEEN, "mine", 1),
    ]
    assert not distance.published
    assert "seed 1" in distance.title()


def test_other_features_are_refused():
    with pytest.raises(ValueError, match="features: saw 'vgg', wanted 'published', "):
        feature_networks.content_network("vgg", ["conv1_1"])
