"""Checkpoints of others claim no more memory than there is."""

import pathlib

import pytest

from jaxgan.run.errors import RunError
from jaxgan.run.files import checkpoints
from tests.golden.runs import make

RUN = pathlib.Path(make.__file__).parent / "ring"


def test_claims_are_looked_at_first(monkeypatch):
    assert checkpoints.read(RUN).step == 20
    monkeypatch.setattr(checkpoints, "memory_size", lambda: 100)
    with pytest.raises(RunError, match=r"damaged: ValueError: it claims 0\.0 GiB, and"):
        checkpoints.read(RUN)
