"""The README's promises: two commands first, and Python that runs as it stands."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_first_two_blocks_are_one_line_commands():
    (_, main_job), (_, tests) = BLOCKS[:2]
    assert main_job.count("\n") == tests.count("\n") == 1
    assert main_job.rstrip().endswith("experiments/first/digits.py")
    assert "pytest" in tests


@pytest.mark.slow  # all laws, on networks of a useful size
def test_python_blocks_run():
    names = {}
    for kind, code in BLOCKS:
        if kind == "python":
            exec(compile(code, "README.md", "exec"), names)
    assert int(names["state"].step) == 100


def test_pictures_exist():
    for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path
