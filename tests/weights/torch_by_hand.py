"""As much of PyTorch as pickles of tensors and modules need, to write them by hand.

Stand-ins have the names that files of PyTorch have in them; `save` writes the format of
`torch.save`, and pickles of modules get their tensors as PyTorch's pickles do.
"""

import collections
import contextlib
import io
import pickle
import sys
import types
import zipfile

import numpy as np

STORAGES = {
    "float32": "FloatStorage",
    "float64": "DoubleStorage",
    "float16": "HalfStorage",
    "int64": "LongStorage",
    "int32": "IntStorage",
    "uint8": "ByteStorage",
    "bool": "BoolStorage",
    "complex64": "ComplexFloatStorage",
}


def _class(module, name, **members):
    return type(name, (), {"__module__": module, "__qualname__": name, **members})


def _function(module, name):
    def stand_in(*arguments):
        raise AssertionError(f"{module}.{name} was called")

    stand_in.__module__, stand_in.__qualname__ = module, name
    return stand_in


KINDS = {name: _class("torch", name) for name in STORAGES.values()}
REBUILD = _function("torch._utils", "_rebuild_tensor_v2")
PARAMETER = _function("torch._utils", "_rebuild_parameter")
LOAD = _function("torch.storage", "_load_from_bytes")


class Storage:
    """Memory of a tensor."""

    def __init__(self, values):
        self.values = np.ascontiguousarray(values).ravel()
        self.kind = KINDS[STORAGES[self.values.dtype.name]]

    def __reduce__(self):
        """As PyTorch embeds memory into an ordinary pickle."""
        out = io.BytesIO()
        _write_legacy(out, self)
        return LOAD, (out.getvalue(),)


class Tensor:
    """An array that is pickled as a tensor; with a view's offset, size and stride."""

    def __init__(self, array, storage=None, view=None, parameter=False):
        self.array = np.asarray(array)
        self.storage = storage or Storage(self.array)
        stride = [step // self.array.itemsize for step in self.array.strides]
        plain = np.ascontiguousarray(self.array)
        if not self.array.flags.c_contiguous:
            stride = [step // plain.itemsize for step in plain.strides]
        self.view = view or (0, self.array.shape, tuple(stride))
        self.parameter = parameter

    def __reduce__(self):
        hooks = collections.OrderedDict()
        if self.parameter:
            return PARAMETER, (Tensor(self.array, self.storage, self.view), True, hooks)
        return REBUILD, (self.storage, *self.view, False, hooks)


class Module:
    """As much of torch.nn.Module."""

    def __init__(self):
        self.training = True
        self._parameters = collections.OrderedDict()
        self._buffers = collections.OrderedDict()
        self._non_persistent_buffers_set = set()
        self._modules = collections.OrderedDict()

    def __getattr__(self, name):
        for own in ("_parameters", "_buffers", "_modules"):
            if name in self.__dict__.get(own, ()):
                return self.__dict__[own][name]
        raise AttributeError(name)

    def register_parameter(self, name, value):
        self._parameters[name] = value

    def register_buffer(self, name, value, persistent=True):
        self._buffers[name] = value
        if not persistent:
            self._non_persistent_buffers_set.add(name)

    def add_module(self, name, module):
        self._modules[name] = module


class Saved(pickle.Pickler):
    """Writes data.pkl, and keeps the memory that is to lie beside it."""

    def __init__(self, file, protocol=2):
        super().__init__(file, protocol)
        self.memory = []

    def persistent_id(self, value):
        if isinstance(value, Storage):
            if value not in self.memory:
                self.memory.append(value)
            key = str(self.memory.index(value))
            return "storage", value.kind, key, "cpu", value.values.size
        return None


class Legacy(Saved):
    """Writes the pickle of what is saved in the format of before PyTorch 1.6."""

    def persistent_id(self, value):
        facts = super().persistent_id(value)
        return facts and (*facts, None)


def _write_legacy(out, content, protocol=2):
    """Writes pickles of facts and content, and then the memory."""
    facts = {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}
    for value in (0x1950A86A20F9469CFC6C, 1001, facts):
        pickle.dump(value, out, 2)
    writer = Legacy(out, protocol)
    writer.dump(content)
    pickle.dump([str(key) for key in range(len(writer.memory))], out, 2)
    for storage in writer.memory:
        out.write(storage.values.size.to_bytes(8, "little"))
        out.write(storage.values.tobytes())


def torch():
    """The stand-in of the package."""
    return types.SimpleNamespace(
        nn=types.SimpleNamespace(
            Module=Module, Parameter=lambda x: Tensor(x.array, parameter=True)
        ),
        tensor=Tensor,
        ones=lambda *shape: Tensor(np.ones(shape, np.float32)),
        zeros=lambda *shape: Tensor(np.zeros(shape, np.float32)),
    )


@contextlib.contextmanager
def importable():
    """Lets pickles name PyTorch's functions, while something is written."""
    names = {
        "torch": KINDS,
        "torch._utils": {
            "_rebuild_tensor_v2": REBUILD,
            "_rebuild_parameter": PARAMETER,
        },
        "torch.storage": {"_load_from_bytes": LOAD},
    }
    before = {name: sys.modules.get(name) for name in names}
    try:
        for name, members in names.items():
            sys.modules[name] = types.ModuleType(name)
            vars(sys.modules[name]).update(members)
        yield
    finally:
        for name, module in before.items():
            sys.modules.pop(name)
            if module is not None:
                sys.modules[name] = module


def save(path, content, protocol=2, **members):
    """Writes a file as torch.save does; members are further files of the zip."""
    out = io.BytesIO()
    with importable():
        writer = Saved(out, protocol)
        writer.dump(content)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("saved/data.pkl", out.getvalue())
        archive.writestr("saved/byteorder", "little")
        for key, storage in enumerate(writer.memory):
            archive.writestr(f"saved/data/{key}", storage.values.tobytes())
        for name, text in members.items():
            archive.writestr(f"saved/{name}", text)
    return path


def save_legacy(path, content, protocol=2):
    """Writes a file as torch.save did before PyTorch 1.6."""
    with importable(), path.open("wb") as file:
        _write_legacy(file, content, protocol)
    return path


def dumps(content, protocol=None):
    """Pickles modules and tensors, as a training loop of PyTorch does."""
    with importable():
        return pickle.dumps(content, protocol)
