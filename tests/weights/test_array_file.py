import os
import pickle
import zipfile

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.weights import WeightsError
from jaxgan.weights.array_file import read_arrays
from jaxgan.weights.torch_file import read_torch

MEMORY = np.arange(12, dtype=np.float32)


def archive(path, pickled, **members):
    """A zip as torch.save makes it."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("saved/data.pkl", pickled)
        file.writestr("saved/byteorder", "little")
        file.writestr("saved/data/0", MEMORY.tobytes())
        for name, content in members.items():
            file.writestr(f"saved/{name}", content)
    return path


def tensor(size, stride, offset, count=12, storage=b"ctorch\nFloatStorage\n"):
    """The pickle of one tensor, by hand."""

    def numbers(values):
        return b"(" + b"".join(b"I%d\n" % value for value in values) + b"t"

    memory = b"(Vstorage\n" + storage + b"V0\nVcpu\nI%d\ntQ" % count
    rest = b"I%d\n" % offset + numbers(size) + numbers(stride) + b"I00\nN"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + memory + rest + b"tR."


def test_a_tensor_by_hand(tmp_path):
    path = archive(tmp_path / "x.pth", tensor((2, 3), (1, 4), 1))
    np.testing.assert_array_equal(read_torch(path), [[1, 5, 9], [2, 6, 10]])


@settings(deadline=None)
@given(data=st.data())
def test_no_tensor_reaches_beyond_its_memory(tmp_path_factory, data):
    """Any sizes, strides and offset: refused, or exactly the numbers they address."""
    rank = data.draw(st.integers(0, 3))
    size, stride = (
        data.draw(st.lists(st.integers(-1, 5), min_size=rank, max_size=rank))
        for _ in range(2)
    )
    offset = data.draw(st.integers(-1, 13))
    path = archive(tmp_path_factory.mktemp("x") / "x", tensor(size, stride, offset))
    cells = [
        (cell, offset + int(np.dot(cell, stride)))
        for cell in (np.ndindex(*size) if min([0, *size]) >= 0 else [])
    ]
    legal = min([0, offset, *size, *stride]) >= 0
    if not legal or any(place >= 12 for _, place in cells):
        with pytest.raises(ValueError, match="beyond its memory"):
            read_torch(path)
        return
    array = read_torch(path)
    assert array.shape == tuple(size)
    assert not array.flags.writeable
    assert all(array[cell] == MEMORY[place] for cell, place in cells)


class Malicious:
    def __init__(self, call, *arguments):
        self.reduced = call, arguments

    def __reduce__(self):
        return self.reduced


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    ("call", "name"),
    [
        (os.mkdir, r"(posix|nt)\.mkdir"),
        (eval, "builtins.eval"),
        (getattr, "builtins.getattr"),
        (np.load, "numpy.load"),
    ],
)
def test_nothing_is_called(tmp_path, protocol, call, name):
    goal = tmp_path / "made"
    argument = str(goal) if call is os.mkdir else f"__import__('os').mkdir({goal!r})"
    pickled = pickle.dumps({"w": Malicious(call, argument)}, protocol)
    if protocol < 3:
        name = name.replace("builtins", "__builtin__")
    with pytest.raises(WeightsError, match=f"holds '{name}', and only tensors"):
        read_arrays(archive(tmp_path / "x.pth", pickled))
    assert not goal.exists()


@pytest.mark.parametrize(
    "pickled",
    [
        b"",
        b"}",
        pickle.dumps(3)[:-1],
        tensor((2,), (1,), 0, count=11),
        tensor((2,), (1,), 0, storage=b"VFloatStorages\n"),
        tensor((2,), (1, 1), 0),
        tensor((2**62, 2**62), (0, 0), 0),
        b"ctorch\nFloatStorage\n(tR.",
        b"I3\nQ.",
        b"ctorch._utils\n_rebuild_tensor_v2\n(I1\nI2\n(t(tI00\nNtR.",
    ],
)
def test_damaged_pickles(tmp_path, pickled):
    with pytest.raises(WeightsError, match="damaged"):
        read_torch(archive(tmp_path / "x.pth", pickled))


def test_other_archives(tmp_path):
    path = tmp_path / "x.pth"
    scalar = tensor((), (), 0)
    archive(path, scalar, **{"constants.pkl": b""})
    with pytest.raises(WeightsError, match=r"TorchScript.*state_dict"):
        read_arrays(path)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a/b", "")
    with pytest.raises(WeightsError, match=r"no data\.pkl"):
        read_arrays(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("saved/data.pkl", scalar)
    with pytest.raises(WeightsError, match="compressed"):
        read_arrays(path)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("saved/data.pkl", scalar)
        file.writestr("saved/byteorder", "big")
    with pytest.raises(WeightsError, match="big-endian"):
        read_arrays(path)


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def test_what_torch_saves(torch, tmp_path):
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    kinds = {
        "double": base.double() / 7,
        "half": base.half() / 7,
        "int": base.int() - 9,
        "long": base.long() * 2**40,
        "short": base.short(),
        "char": -base.char(),
        "byte": base.byte(),
        "bool": base > 5,
        "complex": base * 1j,
    }
    state = {
        **kinds,
        "bfloat16": base.bfloat16() / 7,
        "turned": base.T,
        "part": base[1:3, ::2],
        "spread": base[:, :1].expand(4, 5),
        "parameter": torch.nn.Parameter(base),
        "none": torch.zeros(0, 3),
        "one": torch.tensor(3.5),
    }
    torch.save(state, tmp_path / "x.pth")
    arrays = read_arrays(tmp_path / "x.pth")
    assert list(arrays) == list(state)
    assert arrays["bfloat16"].dtype == jnp.bfloat16
    for name, value in state.items():
        value = value.detach()
        if name == "bfloat16":
            value, arrays[name] = value.float(), arrays[name].astype(np.float32)
        assert arrays[name].dtype == value.numpy().dtype, name
        np.testing.assert_array_equal(arrays[name], value.numpy(), name)
    assert np.shares_memory(arrays["turned"], arrays["part"])


def test_a_checkpoint(torch, tmp_path):
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 2), torch.nn.BatchNorm2d(4))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(2, 3, 4, 4)).sum().backward()
    optimizer.step()
    saved = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "epoch": 3,
        "name": "x",
        "size": torch.Size([1, 2]),
        "best": None,
    }
    torch.save(saved, tmp_path / "x.pth")
    everything = read_arrays(tmp_path / "x.pth")
    assert "optimizer.state.0.exp_avg" in everything
    assert not {"epoch", "name", "best"} & set(everything)
    below = read_arrays(tmp_path / "x.pth", "model")
    assert list(below) == list(model.state_dict())
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(below[name], value.numpy())
    with pytest.raises(
        WeightsError, match=r"saw 'mode', but .* below model, optimizer"
    ):
        read_arrays(tmp_path / "x.pth", "mode")


def test_what_torch_saves_that_is_refused(torch, tmp_path):
    path = tmp_path / "x.pth"
    torch.save(torch.nn.Linear(2, 2), path)
    with pytest.raises(WeightsError, match=r"holds 'torch\.nn\..*Linear'"):
        read_arrays(path)
    torch.save(torch.tensor([1j]).conj(), path)
    with pytest.raises(WeightsError, match="conjugated"):
        read_arrays(path)
    torch.save({"epoch": 3}, path)
    with pytest.raises(WeightsError, match="saw no arrays in it"):
        read_arrays(path)
    around = {}
    around["self"] = around
    torch.save(around, path)
    with pytest.raises(WeightsError, match="contains itself"):
        read_arrays(path)
    torch.save({"a": {"b": torch.ones(1)}, "a.b": torch.ones(2)}, path)
    with pytest.raises(WeightsError, match=r"two arrays of the name 'a\.b'"):
        read_arrays(path)
    torch.save({"a": torch.ones(1)}, path, _use_new_zipfile_serialization=False)
    with pytest.raises(WeightsError, match=r"before 1\.6"):
        read_arrays(path)


def test_the_oldest_format(tmp_path):
    import tarfile

    for name in ("sys_info", "pickle", "storages", "tensors"):
        (tmp_path / name).write_bytes(b"")
    with tarfile.open(tmp_path / "x.pth", "w") as file:
        for name in ("sys_info", "pickle", "storages", "tensors"):
            file.add(tmp_path / name, name)
    with pytest.raises(WeightsError, match=r"before 1\.6"):
        read_arrays(tmp_path / "x.pth")


@pytest.mark.parametrize("kind", ["pth", "npz", "safetensors"])
def test_cut_short(tmp_path, kind):
    path = tmp_path / f"x.{kind}"
    arrays = {"a": np.arange(1000.0)}
    if kind == "pth":
        archive(path, tensor((2,), (1,), 0))
    elif kind == "npz":
        np.savez(path, **arrays)
    else:
        pytest.importorskip("safetensors.numpy").save_file(arrays, path)
    whole = path.read_bytes()
    read_arrays(path) if kind != "pth" else read_torch(path)
    for keep in (0, 1, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:keep])
        with pytest.raises(WeightsError, match=r"x\.(pth|npz|safetensors)"):
            read_arrays(path)


def test_numpy(tmp_path):
    np.savez(tmp_path / "x.npz", **{"a.b": np.ones(2), "c": np.int8(3)})
    arrays = read_arrays(tmp_path / "x.npz")
    assert arrays["c"].dtype == np.int8
    np.testing.assert_array_equal(read_arrays(tmp_path / "x.npz", "a")["b"], [1, 1])
    objects = np.array([None], object)
    np.savez(tmp_path / "x.npz", a=objects)
    with pytest.raises(WeightsError, match="not of plain arrays"):
        read_arrays(tmp_path / "x.npz")


def test_safetensors(torch, tmp_path):
    save_file = pytest.importorskip("safetensors.torch").save_file
    base = torch.arange(6).reshape(2, 3)
    kinds = ("float", "double", "half", "bfloat16", "int", "long", "byte", "bool")
    tensors = {kind: getattr(base, kind)() for kind in kinds}
    save_file(tensors, tmp_path / "x.safetensors")
    arrays = read_arrays(tmp_path / "x.safetensors")
    assert set(arrays) == set(tensors)
    assert arrays.pop("bfloat16").dtype == jnp.bfloat16
    for kind, array in arrays.items():
        assert array.dtype == tensors[kind].numpy().dtype
        np.testing.assert_array_equal(array, tensors[kind].numpy())


def test_safetensors_missing(tmp_path, monkeypatch):
    (tmp_path / "x.safetensors").write_bytes(b"12345678")
    monkeypatch.setitem(__import__("sys").modules, "safetensors", None)
    with pytest.raises(WeightsError, match=r"pip install 'jaxgan\[safetensors\]'"):
        read_arrays(tmp_path / "x.safetensors")


def test_no_such_file(tmp_path):
    with pytest.raises(WeightsError, match="no such file"):
        read_arrays(tmp_path / "x.pth")
    (tmp_path / "x.txt").write_text("hello")
    with pytest.raises(WeightsError, match=r"no file of torch\.save"):
        read_arrays(tmp_path / "x.txt")
