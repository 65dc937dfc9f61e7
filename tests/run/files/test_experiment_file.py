"""Files that are no experiments are told in a line, before anything is made."""

import pathlib

import pytest

import jaxgan
from jaxgan.run import launch
from jaxgan.run.errors import RunError
from jaxgan.run.files import experiment_file
from tests.run.conftest import EXPERIMENT

GOOD = EXPERIMENT.read_text()
CONFIG = """\
import dataclasses
@dataclasses.dataclass(frozen=True)
class Config:
    seed: int = 0
"""
VARIANTS = "VARIANTS = {'default': Config()}\n"
BUILD = "def build(config):\n    "
FILES = {
    "syntax": (
        "x = 1\ndef build(:\n",
        "syntax.py, line 2 cannot be run: SyntaxError",
    ),
    "nulls": ("x = 1\0", "nulls.py cannot be run: SyntaxError: source code"),
    "module": (
        "\nimport nowhere_to_be_found\n",
        "module.py, line 2 cannot be run: ModuleNotFoundError: No module named 'now",
    ),
    "word": ("from jaxgan import nothing\n", "line 1 cannot be run: ImportError: cann"),
    "name": ("x = y\n", "name.py, line 1 cannot be run: NameError: name 'y' is not"),
    "nothing": ("", "is no experiment: it defines no Config, VARIANTS, build"),
    "ends": ("raise SystemExit(3)\n", "ends.py ends the program when it is imported"),
    "trains": (
        GOOD.replace('if __name__ == "__main__":', "if True:"),
        "trains.py trains when it is imported\nhint: its last lines should be: if",
    ),
    "none": (CONFIG + "VARIANTS = {}\n" + BUILD + "pass", "saw VARIANTS = {}, wanted"),
    "list": (
        CONFIG + "VARIANTS = [Config()]\n" + BUILD + "pass",
        "wanted a dict of",
    ),
    "other": (
        CONFIG + "VARIANTS = {'a': 3}\n" + BUILD + "pass",
        "saw VARIANTS['a'] = 3, wanted a Config by its name",
    ),
    "plain": (
        "class Config: pass\nVARIANTS = {'a': Config()}\n" + BUILD + "pass",
        "Config is no dataclass",
    ),
    "hint": (
        "from __future__ import annotations\n"
        + CONFIG
        + "    x: Nowhere = 3\n"
        + VARIANTS
        + BUILD
        + "pass",
        "hint.py: Config: NameError: name 'Nowhere' is not defined",
    ),
    "number": (CONFIG + VARIANTS + "build = 3\n", "build is no function"),
    "options": (
        CONFIG + VARIANTS + "OPTIONS = {'steps': 3}\n" + BUILD + "pass",
        "saw OPTIONS = {'steps': 3}, wanted Options(...)",
    ),
    "absent": (CONFIG + VARIANTS + BUILD + "pass\n", "returned nothing, wanted an Exp"),
    "tuple": (CONFIG + VARIANTS + BUILD + "return 1, 2\n", "returned a tuple, wanted"),
    "type": (
        CONFIG + VARIANTS + BUILD + "return len(3)\n",
        "type.py, line 7 in build(config): TypeError: object of type 'int' has no len",
    ),
    "arguments": (
        CONFIG + VARIANTS + "def build():\n    pass\n",
        "in build(config): TypeError: build() takes 0 positional arguments but 1 was",
    ),
    "key": (CONFIG + VARIANTS + BUILD + "return {}['x']\n", "KeyError: 'x'"),
    "value": (
        CONFIG + VARIANTS + BUILD + "raise ValueError('width: saw 3, wanted 4')\n",
        "error: width: saw 3, wanted 4",
    ),
    "empty": (CONFIG + VARIANTS + BUILD + "raise ValueError\n", "line 7 in build(con"),
    "endless": (CONFIG + VARIANTS + BUILD + "return build(0)\n", "RecursionError"),
    "source": (
        GOOD.replace("        data=", "        data=None and "),
        "TypeError: data: saw a NoneType, wanted batches, such as jaxgan.data.batches(",
    ),
    "recipe": (
        GOOD.replace("        recipe=", "        recipe=None and "),
        "TypeError: recipe: saw a NoneType, wanted a Recipe, such as recipes.",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_said_of_a_file(name, tmp_path, capsys):
    text, said = FILES[name]
    path, run = tmp_path / f"{name}.py", tmp_path / "run"
    path.write_text(text)
    with pytest.raises(SystemExit) as ended:
        launch.main(str(path), ["--run-dir", str(run), "--steps", "1"])
    told = capsys.readouterr()
    assert ended.value.code in (1, 2)
    assert said in told.err
    assert len(told.err.splitlines()) <= 2
    assert not told.out
    assert not run.exists()
    with pytest.raises(RunError) as error:
        jaxgan.train(path, run_dir=run, steps=1)
    assert said in str(error.value)


def test_a_file_that_is_read_again_is_run_again(tmp_path):
    """After an error too."""
    path = tmp_path / "again.py"
    for text, fine in (("x = y", False), (GOOD, True), ("x = y", False), (GOOD, True)):
        path.write_text(text)
        if fine:
            assert experiment_file.load_module(path).VARIANTS
        else:
            with pytest.raises(RunError, match="NameError"):
                experiment_file.load_module(path)


@pytest.mark.parametrize("content", [b"'''x", b"x = '\xe9'\xff", b"\0"])
def test_a_list_of_experiments_survives_any_file(content, tmp_path):
    path = pathlib.Path(tmp_path / "odd.py")
    path.write_bytes(content)
    assert "does not parse" in experiment_file.first_line(path)
