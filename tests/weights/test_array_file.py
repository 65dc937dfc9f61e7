import argparse
import collections
import datetime
import decimal
import enum
import io
import os
import pathlib
import pickle
import re
import sys
import zipfile

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.weights import WeightsError, array_file
from jaxgan.weights.array_file import read_arrays
from jaxgan.weights.torch_file import read_torch
from tests.weights import torch_by_hand

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


@pytest.mark.parametrize("protocol", range(1, 6))
@pytest.mark.parametrize("call", [os.mkdir, eval, exec, getattr, np.load, os.system])
def test_nothing_is_called(tmp_path, protocol, call):
    """Beside tensors, in their place, and as part of what rebuilds them."""
    goal = tmp_path / "made"
    argument = {os.mkdir: str(goal), os.system: f"mkdir {goal}"}
    evil = Malicious(call, argument.get(call, f"__import__('os').mkdir({str(goal)!r})"))
    path = tmp_path / "x.pth"
    state = {"w": torch_by_hand.Tensor(MEMORY)}
    torch_by_hand.save(path, {"model": state, "other": evil}, protocol)
    assert list(read_arrays(path)) == ["model.w"]
    for content in (evil, {"w": evil}):
        torch_by_hand.save(path, content, protocol)
        with pytest.raises(WeightsError, match="saw no arrays in it"):
            read_arrays(path)
    view = (evil, (12,), (1,))
    torch_by_hand.save(path, {"w": torch_by_hand.Tensor(MEMORY, view=view)}, protocol)
    with pytest.raises(WeightsError, match="damaged"):
        read_arrays(path)
    assert not goal.exists()


class Options:
    """A class that whoever reads the file does not have."""

    def __init__(self):
        self.deep = {"w": torch_by_hand.Tensor(MEMORY)}


class Settings(dict):
    pass


class Ordered(collections.OrderedDict):
    pass


class Colour(enum.Enum):
    RED = 1


Row = collections.namedtuple("Row", "a b")

EXTRAS = [
    argparse.Namespace(size=256, nested=argparse.Namespace(lr=0.002)),
    Options(),
    np.float64(3.5),
    np.ones(3),
    {"b4", "b8"},
    frozenset({1}),
    collections.defaultdict(list, {"d": [1.0]}),
    Ordered(a=1),
    Settings(path="/data.zip"),
    pathlib.PurePosixPath("x/y.zip"),
    datetime.datetime(2020, 1, 2),
    decimal.Decimal("0.1"),
    Colour.RED,
    Row(1, 2),
    complex(1, 2),
    b"bytes",
    range(3),
    slice(1),
    torch_by_hand.KINDS["FloatStorage"],
    np.random.default_rng(0),
    {"state": {0: {"step": 3}}, "param_groups": [{"lr": 1e-3, "params": [0]}]},
]


@pytest.mark.parametrize("extra", EXTRAS, ids=lambda extra: type(extra).__name__)
@pytest.mark.parametrize("protocol", [2, 5])
def test_harmless_extras_are_inert(tmp_path, extra, protocol):
    """Beside the tensors, within and around them."""
    path = tmp_path / "x.pth"
    tensor = torch_by_hand.Tensor(MEMORY)
    content = {"g_ema": {"w": tensor, "more": extra}, "args": extra, "all": [extra]}
    torch_by_hand.save(path, content, protocol)
    arrays = read_arrays(path)
    assert list(arrays) == ["g_ema.w"]
    np.testing.assert_array_equal(arrays["g_ema.w"], MEMORY)


def test_dicts_of_other_classes_are_dicts(tmp_path):
    path = tmp_path / "x.pth"
    state = Settings(w=torch_by_hand.Tensor(MEMORY), parts=Ordered())
    state["parts"]["b"] = torch_by_hand.Tensor(MEMORY, parameter=True)
    torch_by_hand.save(path, {"G": state})
    assert list(read_arrays(path)) == ["G.w", "G.parts.b"]
    torch_by_hand.save(path, state)
    assert list(read_arrays(path)) == ["w", "parts.b"]


def test_what_is_no_plain_tensor_is_named(tmp_path):
    sparse = torch_by_hand._function("torch._utils", "_rebuild_sparse_tensor")
    path = tmp_path / "x.pth"
    with torch_by_hand.importable():
        vars(sys.modules["torch._utils"])["_rebuild_sparse_tensor"] = sparse
        out = io.BytesIO()
        torch_by_hand.Saved(out).dump({"a": {"w": Malicious(sparse, 1)}})
    with pytest.raises(WeightsError, match=r"'a\.w' is a tensor .*_rebuild_sparse"):
        read_arrays(archive(path, out.getvalue()))
    module = torch_by_hand.Module()
    module.register_buffer("w", torch_by_hand.Tensor(MEMORY))
    torch_by_hand.save(path, module)
    with pytest.raises(WeightsError, match=r"no arrays .* whole modules .*Module"):
        read_arrays(path)


def laughs(leaf, depth=40):
    """A list that holds its inner one ten times, and so on."""
    for _ in range(depth):
        leaf = [leaf] * 10
    return leaf


def test_what_holds_itself_many_times(tmp_path, monkeypatch):
    """Lists without arrays are walked once; arrays are counted."""
    path = tmp_path / "x.pth"
    torch_by_hand.save(path, {"a": laughs([]), "w": torch_by_hand.Tensor(MEMORY)})
    assert list(read_arrays(path)) == ["w"]
    with pytest.raises(WeightsError, match="nested too deeply"):
        read_arrays(archive(path, b"]" * 3000 + b"a" * 2999 + b"."))
    monkeypatch.setattr(array_file, "MOST", 1000)
    torch_by_hand.save(path, {"a": laughs(torch_by_hand.Tensor(MEMORY))})
    with pytest.raises(WeightsError, match="saw more than"):
        read_arrays(path)


@pytest.mark.parametrize(
    ("size", "stride"), [((10**12,), (0,)), ((2**20, 2**20), (0, 0)), ((1,) * 70,) * 2]
)
def test_tensors_are_not_larger_than_their_file(tmp_path, size, stride):
    """A view of one number may say that it has terabytes."""
    path = archive(tmp_path / "x.pth", tensor(size, stride, 0))
    with pytest.raises(WeightsError, match=r"blows up|axes"):
        read_torch(path)


def test_many_views_of_one_memory(tmp_path):
    memory = torch_by_hand.Storage(np.zeros(2**17, np.float32))
    views = [
        torch_by_hand.Tensor(memory.values, memory, (0, (2**17,), (1,)))
        for _ in range(20)
    ]
    path = torch_by_hand.save(tmp_path / "x.pth", views[:15])
    assert len(read_arrays(path)) == 15
    torch_by_hand.save(path, views)
    with pytest.raises(WeightsError, match=r"blows up to more than the .* bytes"):
        read_arrays(path)


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
        tensor((2,), (1,), 0, count=-1),
        tensor((2,), (1,), 0, count=10**15),
        b"\x80\x02Nr\xff\xff\xff\xff.",
        b"\x80\x02Np999999999999\n.",
        b"\x80\x02\x84\x01\x00\x00\x00.",
        b"\x80\x04\x8e" + b"\xff" * 7 + b"\x0f.",
        b"\x80\x04\x95" + b"\xff" * 7 + b"\x0f.",
        b"\x80\x04\x8d" + b"\xff" * 7 + b"\x0f.",
        b"\x80\x02" + b"".join(b"cx\nn%d\n0" % n for n in range(10_100)) + b"N.",
        # A list of 50,000 numbers, made a set of 20,000 times.
        b"\x80\x02]q\x00("
        + b"K\x01" * 50_000
        + b"e0]("
        + b"c__builtin__\nset\nh\x00\x85R" * 20_000
        + b"e.",
        b"ctorch\nFloatStorage\n(tR.",
        b"I3\nQ.",
        b"ctorch._utils\n_rebuild_tensor_v2\n(I1\nI2\n(t(tI00\nNtR.",
    ],
)
def test_damaged_pickles(tmp_path, pickled):
    with pytest.raises(WeightsError, match="damaged, or no file"):
        read_torch(archive(tmp_path / "x.pth", pickled))


def test_other_archives(tmp_path):
    path = tmp_path / "x.pth"
    scalar = tensor((), (), 0)
    archive(path, scalar, **{"constants.pkl": b""})
    with pytest.raises(WeightsError, match=r"TorchScript.*state_dict"):
        read_arrays(path)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a/b", "")
    with pytest.raises(WeightsError, match=r"a zip of 1 files, 'a/b'.*data\.pkl"):
        read_arrays(path)
    for member, said in (
        ("[Content_Types].xml", "a document of an office"),
        ("model.weights.h5", "a model of Keras"),
        ("weights/net.pth", "a zip around 'weights/net.pth'"),
    ):
        with zipfile.ZipFile(path, "w") as file:
            file.writestr(member, "")
        with pytest.raises(WeightsError, match=re.escape(said)):
            read_arrays(path)
    with zipfile.ZipFile(path, "w"):
        pass
    with pytest.raises(WeightsError, match="a zip of 0 files"):
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


def test_what_torch_saved_before_1_6(torch, tmp_path):
    path = tmp_path / "x.pth"
    content = {"a": torch.ones(2), "b": torch.arange(6.0).reshape(2, 3).T}
    torch.save(content, path, _use_new_zipfile_serialization=False)
    for name, array in read_arrays(path).items():
        np.testing.assert_array_equal(array, content[name].numpy())


def test_the_oldest_format(tmp_path):
    import tarfile

    for name in ("sys_info", "pickle", "storages", "tensors"):
        (tmp_path / name).write_bytes(b"")
    with tarfile.open(tmp_path / "x.pth", "w") as file:
        for name in ("sys_info", "pickle", "storages", "tensors"):
            file.add(tmp_path / name, name)
    with pytest.raises(WeightsError, match=r"of PyTorch 0\.1"):
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
    (tmp_path / "x.safetensors").write_bytes(b"\x02" + b"\0" * 7 + b"{}")
    monkeypatch.setitem(__import__("sys").modules, "safetensors", None)
    with pytest.raises(WeightsError, match=r"pip install 'jaxgan\[safetensors\]'"):
        read_arrays(tmp_path / "x.safetensors")


def test_safetensors_by_another_name(tmp_path):
    save_file = pytest.importorskip("safetensors.numpy").save_file
    save_file({"w": MEMORY}, tmp_path / "x.pth")
    np.testing.assert_array_equal(read_arrays(tmp_path / "x.pth")["w"], MEMORY)
    content = bytearray((tmp_path / "x.pth").read_bytes())
    content[:8] = (10**7).to_bytes(8, "little")
    (tmp_path / "x.pth").write_bytes(content)
    with pytest.raises(WeightsError, match="cut short"):
        read_arrays(tmp_path / "x.pth")


def npz(path, header, content=b""):
    """An archive of one array, of which the header says what it likes."""
    start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("w.npy", start + content)
    return path


@pytest.mark.parametrize(
    "shape", ["(10**12,)", "(1000000000000,)", "(-1,)", "(2, 2)", "(2**62, 4)", "3"]
)
def test_headers_of_numpy(tmp_path, shape):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n"
    path = npz(tmp_path / "x.npz", header.encode(), MEMORY.tobytes())
    with pytest.raises(WeightsError, match=r"x\.npz: damaged, or not of plain"):
        read_arrays(path)


def test_a_small_file_that_becomes_large(tmp_path, monkeypatch):
    monkeypatch.setattr(array_file, "FLOOR", 2**20)
    shape = (2**20,)
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n"
    path = npz(tmp_path / "x.npz", header.encode(), bytes(2**22))
    with pytest.raises(WeightsError, match=r"claim .* bytes, and of a file"):
        read_arrays(path)
    monkeypatch.setattr(array_file, "FLOOR", 2**23)
    assert read_arrays(path)["w"].shape == shape
