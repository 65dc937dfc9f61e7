"""Pickled networks: their tensors are read, and nothing in them is run."""

import contextlib
import os
import pickle

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jaxgan.weights import WeightsError
from jaxgan.weights.array_file import read_arrays
from jaxgan.weights.network_pickle import read_network_pickle
from tests.weights import pickled, torch_by_hand

STATE = {
    "b4.conv.weight": np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2),
    "b4.conv.bias": np.array([0.5, -1.5], np.float16),
    "b4.resample_filter": np.eye(4, dtype=np.float64),
    "w_avg": np.arange(3),
    "scalar": np.float32(7),
}
FACTS = {"b4.conv.conv_clamp": 256, "z_dim": 512, "b4.architecture": "skip"}


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("plain", [False, True])
def test_what_is_read(tmp_path, plain, protocol):
    entries = {"G": STATE, "D": {"x": np.zeros((0, 2))}, "G_ema": STATE}
    path = pickled.save(tmp_path / "x.pkl", entries, FACTS, plain, protocol)
    networks, left_out = read_network_pickle(path)
    assert set(networks) == set(entries)
    assert left_out == ("augment_pipe", "training_set_kwargs")
    for name, state in entries.items():
        arrays = networks[name].arrays
        assert set(arrays) == set(state)
        for array, value in state.items():
            assert arrays[array].dtype == value.dtype
            np.testing.assert_array_equal(arrays[array], value)
    assert FACTS.items() <= networks["G"].facts.items()
    flat = read_arrays(path)
    assert set(flat) == {f"{n}.{x}" for n, state in entries.items() for x in state}


def test_buffers_that_are_not_saved_are_left_out(tmp_path):
    torch, dumps = pickled.torch_or_stand_in()
    with pickled.official_modules(torch) as (persistent, _, _):
        made = persistent()
        made.register_buffer("kept", torch.ones(2))
        made.register_buffer("passing", torch.ones(2), persistent=False)
        made.register_buffer("none", None)
        made.shared = made.kept
        (tmp_path / "x.pkl").write_bytes(dumps({"G": made}))
    networks, _ = read_network_pickle(tmp_path / "x.pkl")
    assert set(networks["G"].arrays) == {"kept"}


class Malicious:
    def __init__(self, call, *arguments):
        self.reduced = call, arguments

    def __reduce__(self):
        return self.reduced


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("call", [os.mkdir, eval, exec, os.system])
def test_nothing_is_called(tmp_path, protocol, call):
    """Wherever the call hides, and whether or not the networks can be read."""
    goal = tmp_path / "made"
    argument = {
        os.mkdir: str(goal),
        os.system: f"mkdir {goal}",
    }.get(call, f"__import__('os').mkdir({str(goal)!r})")
    evil = Malicious(call, argument)
    torch, dumps = pickled.torch_or_stand_in()
    with pickled.official_modules(torch) as (persistent, plain, _):
        attribute = pickled.module_of(torch, persistent, STATE)
        attribute.something = evil
        beside = pickled.module_of(torch, plain, STATE)
        broken = pickled.module_of(torch, plain, STATE)
        broken._buffers["w_avg"] = evil
        contents = [
            {"G": attribute},
            {"G": beside, "augment_pipe": evil},
            {"G": broken},
            {"G": evil},
            evil,
        ]
        files = [dumps(content, protocol) for content in contents]
    path = tmp_path / "x.pkl"
    for content in files[:2]:
        path.write_bytes(content)
        assert set(read_network_pickle(path).networks["G"].arrays) == set(STATE)
    for content, told in zip(
        files[2:],
        ("w_avg: saw .*, wanted a tensor", "wanted a module of PyTorch", "a pickle of"),
    ):
        path.write_bytes(content)
        with pytest.raises(WeightsError, match=told):
            read_network_pickle(path)
    assert not goal.exists()


def test_a_malicious_storage_is_not_called(tmp_path):
    """The memory of tensors is a pickle in the pickle."""
    goal = tmp_path / "made"

    class Tensor:
        def __reduce__(self):
            inner = pickle.dumps(Malicious(os.mkdir, str(goal)), 2)
            return torch_by_hand.LOAD, (inner,)

    path = tmp_path / "x.pkl"
    path.write_bytes(torch_by_hand.dumps({"G": Tensor()}))
    with pytest.raises(WeightsError, match="in another format"):
        read_network_pickle(path)
    assert not goal.exists()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_are_refused_or_read(tmp_path, damaged, data):
    """Cut or changed anywhere: a WeightsError, or arrays; nothing else happens."""
    content = bytearray(damaged)
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(2, len(content) - 1)) :]
    else:
        content[data.draw(st.integers(2, len(content) - 1))] ^= data.draw(
            st.integers(1, 255)
        )
    path = tmp_path / "x.pkl"
    path.write_bytes(content)
    with contextlib.suppress(WeightsError):
        networks, _ = read_network_pickle(path)
        arrays = [x for network in networks.values() for x in network.arrays.values()]
        assert all(isinstance(array, np.ndarray) for array in arrays)


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    path = tmp_path_factory.mktemp("pickled") / "x.pkl"
    return pickled.save(path, {"G": STATE}, FACTS).read_bytes()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (({}, {}, {}), "saw a pickle of tuple, .*legacy.py"),
        ({"epoch": 3}, "saw a dict of epoch, wanted a dict of modules G_ema, G, D"),
        ({"G": {"weight": 3}}, "network: saw dict, wanted a module of PyTorch"),
    ],
)
def test_other_pickles(tmp_path, content, told):
    path = tmp_path / "x.pkl"
    path.write_bytes(pickle.dumps(content))
    with pytest.raises(WeightsError, match=told):
        read_network_pickle(path)
