"""Files of PyTorch before 1.6: numbers come back, and nothing in them is run."""

import io
import os
import pickle

import numpy as np
import pytest

from jaxgan.weights import WeightsError, read_arrays, read_network_pickle
from jaxgan.weights.torch_file import read_torch
from tests.weights import torch_by_hand
from tests.weights.torch_by_hand import Storage, Tensor


def saved(tmp_path, content):
    return torch_by_hand.save_legacy(tmp_path / "x.pth", content)


def test_there_and_back(tmp_path):
    """Types, strides and shared memory as they were saved."""
    shared = Storage(np.arange(12, dtype=np.float32))
    content = {
        "model": {
            "a.weight": Tensor(np.linspace(0, 1, 6).reshape(2, 3)),
            "b.weight": Tensor(np.zeros(0), shared, (1, (2, 3), (1, 4))),
            "c.weight": Tensor(np.zeros(0), shared, (0, (12,), (1,))),
        },
        "count": Tensor(np.array(7)),
        "epoch": 3,
    }
    path = saved(tmp_path, content)
    arrays = read_arrays(path)
    assert list(arrays) == [*(f"model.{name}.weight" for name in "abc"), "count"]
    np.testing.assert_array_equal(
        arrays["model.a.weight"], np.linspace(0, 1, 6).reshape(2, 3)
    )
    np.testing.assert_array_equal(
        arrays["model.b.weight"], [[1, 5, 9], [2, 6, 10]], strict=False
    )
    assert np.shares_memory(arrays["model.b.weight"], arrays["model.c.weight"])
    assert arrays["count"] == 7
    assert not any(array.flags.writeable for array in arrays.values())
    assert set(read_arrays(path, "model")) == {f"{name}.weight" for name in "abc"}


def test_it_is_no_pickle_of_networks(tmp_path):
    path = saved(tmp_path, {"a": Tensor(np.ones(2))})
    with pytest.raises(WeightsError, match=r"x\.pth: of torch\.save"):
        read_network_pickle(path)


def test_cut_anywhere(tmp_path):
    """Every beginning of a file is refused, and so is a file with a longer one."""
    path = saved(tmp_path, {"a": Tensor(np.ones(5, np.float32))})
    content = path.read_bytes()
    for stop in range(15, len(content)):
        path.write_bytes(content[:stop])
        with pytest.raises(WeightsError, match="damaged"):
            read_torch(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"M\xe9\x03.", b"M\xe8\x03.", "another format"),
        (b"little_endianq\x02\x88", b"little_endianq\x02\x89", "big-endian"),
        (b"FloatStorage", b"EloatStorage", "of the type torch.EloatStorage"),
        ((5).to_bytes(8, "little"), (6).to_bytes(8, "little"), "saw 6 numbers"),
        (b"X\x01\x00\x00\x000q\x01a", b"X\x01\x00\x00\x001q\x01a", "keys"),
        (b"K\x05N", b"J\x00\x00\x00\x7fN", "blows up"),
    ],
)
def test_damaged(tmp_path, old, new, said):
    path = saved(tmp_path, {"a": Tensor(np.ones(5, np.float32))})
    content = path.read_bytes()
    assert old in content, content
    path.write_bytes(content.replace(old, new))
    with pytest.raises(WeightsError, match=said):
        read_torch(path)


def test_parts_of_memory(tmp_path):
    """The oldest of these files tell of views in what they say of the memory."""

    def file(view):
        out = io.BytesIO()
        for value in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
            pickle.dump(value, out, 2)
        numbers = "".join(f"I{number}\n" for number in view)
        out.write(
            b"ctorch._utils\n_rebuild_tensor\n((Vstorage\nctorch\nFloatStorage\nV0\n"
            b"Vcpu\nI4\n(Vpart\n" + numbers.encode() + b"ttQI0\n(I2\nt(I1\nttR."
        )
        pickle.dump(["0"], out, 2)
        out.write((4).to_bytes(8, "little") + np.arange(4, dtype=np.float32).tobytes())
        (tmp_path / "x.pth").write_bytes(out.getvalue())
        return tmp_path / "x.pth"

    np.testing.assert_array_equal(read_torch(file((1, 2))), [1, 2])
    for view in ((3, 2), (-1, 2), (2, 1)):
        with pytest.raises(WeightsError, match="beyond"):
            read_torch(file(view))


def test_nothing_is_called(tmp_path):
    goal = tmp_path / "made"

    class Malicious:
        def __reduce__(self):
            return os.mkdir, (str(goal),)

    path = saved(tmp_path, {"a": Malicious(), "b": Tensor(np.ones(2))})
    assert set(read_arrays(path)) == {"b"}
    assert not goal.exists()
