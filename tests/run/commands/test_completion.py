"""What bash completes, asked of bash."""

import shutil
import subprocess

import pytest

from jaxgan.run.commands import COMMANDS, cli

ASK = """
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_jaxgan
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def complete():
    """f(words) -> what the last of them, in quotes if it is empty, may become."""
    if not (bash := shutil.which("bash")):
        pytest.skip("there is no bash")

    def ask(words, script, cwd):
        text = script + ASK.format(words=words)
        done = subprocess.run(
            [bash], input=text, capture_output=True, text=True, check=True, cwd=cwd
        )
        assert done.stderr == ""
        return set(done.stdout.split())

    return ask


@pytest.mark.parametrize(
    ("words", "some"),
    [
        ("jaxgan ''", set(COMMANDS)),
        ("jaxgan s", {"sample"}),
        ("jaxgan sample --trun", {"--truncation", "--truncation-cutoff"}),
        ("jaxgan sample runs/x --num 3 --ou", {"--out"}),
        ("jaxgan train dig", {"digits"}),
        ("jaxgan forecast own_", {"own_gan", "own_images"}),
        ("jaxgan train digits --log", {"--log-every"}),
        ("jaxgan train digits dig", set()),
        ("jaxgan sample r", set()),  # which leaves files
        ("jaxgan compare --cu", set()),
    ],
)
def test_bash(complete, words, some, tmp_path, capsys):
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "own_gan.py").touch()
    cli.main(["completion", "bash"])
    assert complete(words, capsys.readouterr().out, tmp_path) == some


def test_names_of_files_are_not_run(complete, tmp_path, capsys, monkeypatch):
    """Bash expands the words that it is given to complete."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "experiments").mkdir()
    for name in ("$(touch it-ran)", "`touch it-ran`", '";touch it-ran;"', "a b"):
        (tmp_path / "experiments" / f"{name}.py").touch()
    (tmp_path / "experiments" / "own_gan.py").touch()
    cli.main(["completion", "bash"])
    script = capsys.readouterr().out
    found = complete("jaxgan train own", script, tmp_path)
    assert found == {"own_gan", "own_images"}
    assert "own_gan" in complete("jaxgan train ''", script, tmp_path)
    assert not (tmp_path / "it-ran").exists()


def test_zsh_runs_the_same(capsys):
    cli.main(["completion", "bash"])
    bash = capsys.readouterr().out
    cli.main(["completion", "zsh"])
    zsh = capsys.readouterr().out
    assert zsh.endswith(bash)
    assert "bashcompinit" in zsh.removesuffix(bash)
