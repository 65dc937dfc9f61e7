"""Modules of other libraries that results are compared with."""

import importlib
import importlib.util
import sys
import types

import pytest


def torch_fidelity(module):
    """A module of torch-fidelity, without its package's own imports.

    Those want torchvision, of exactly the right version, which nothing here uses.
    """
    pytest.importorskip("torch")
    found = importlib.util.find_spec("torch_fidelity")
    if found is None:
        pytest.skip("torch-fidelity is not installed")
    if "torch_fidelity" not in sys.modules:
        package = types.ModuleType("torch_fidelity")
        package.__path__ = list(found.submodule_search_locations)
        sys.modules["torch_fidelity"] = package
        try:
            return importlib.import_module(f"torch_fidelity.{module}")
        finally:
            del sys.modules["torch_fidelity"]
    return importlib.import_module(f"torch_fidelity.{module}")
