"""`--shared-draws`: part of what a run is."""

import json

import pytest

from jaxgan.run.errors import RunError
from jaxgan.run.files import run_directory


def test_it_is_another_run_and_resumes_to_the_same_bits(train, tmp_path):
    apart = train("--steps", 6, run="apart")
    whole = train("--shared-draws", "--steps", 6, run="whole")
    assert whole != apart
    train("--shared-draws", "--steps", 4)
    assert train("--shared-draws", "--steps", 6) == whole
    identity = json.loads((tmp_path / "run" / run_directory.CONFIG).read_text())
    assert identity["shared_draws"] is True
    with pytest.raises(RunError, match="shared_draws: run has True, you asked False"):
        train("--steps", 8)
