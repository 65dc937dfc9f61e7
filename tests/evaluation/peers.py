"""Other implementations, if they are installed: the `parity` extra."""

import importlib

import pytest


def peer(name: str):
    """The module, or a skip that says which is missing."""
    torch = pytest.importorskip("torch")
    if not name.startswith("torch."):
        _make_torchvision_importable(torch)
    return pytest.importorskip(name)


def torch_fidelity(module: str):
    """A module of torch-fidelity, or a skip."""
    return peer(f"torch_fidelity.{module}")


def _make_torchvision_importable(torch) -> None:
    """Declares two operators where their absence stops torchvision's import.

    Its compiled part does not load beside a torch from another index (the CPU's wheel,
    for one); the peers' functions of features need none of it. Where it does load, a
    second declaration would end the process.
    """
    try:
        importlib.import_module("torchvision")
        return
    except (ImportError, OSError, RuntimeError):
        pass
    for operator in ("nms", "qnms"):
        if not hasattr(torch.ops.torchvision, operator):
            schema = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
            library = torch.library.Library("torchvision", "FRAGMENT")
            library.define(operator + schema)
            _LIBRARIES.append(library)


_LIBRARIES = []  # A declaration lasts as long as its library.
