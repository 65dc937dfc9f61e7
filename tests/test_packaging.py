"""What is installed by pip: everything that `jaxgan` needs, and no more."""

import importlib.metadata
import os
import pathlib
import re
import shutil
import subprocess
import sys
import venv
import zipfile

import pytest

import jaxgan

ROOT = pathlib.Path(__file__).parents[1]
PACKED = ("jaxgan", "experiments", "pyproject.toml", "setup.py", "README.md")
EXPERIMENTS = {
    path.relative_to(ROOT).as_posix()
    for path in ROOT.glob("experiments/*/*.py")
    if path.parent.name != "benchmarks"
}


def pip(*words, path="", **options):
    done = subprocess.run(
        [sys.executable, "-m", "pip", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            **({"PYTHONPATH": str(path)} if path else {}),
        },
        **options,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of what is packed, so that building leaves nothing in the repository."""
    pytest.importorskip("pip")
    version = importlib.metadata.version("setuptools")
    if int(version.split(".")[0]) < 77:
        pytest.skip(f"setuptools is {version}, building wants 77")
    folder = tmp_path_factory.mktemp("source")
    leave = shutil.ignore_patterns("__pycache__", "pictures")
    for name in [*PACKED, *(path.name for path in ROOT.glob("LICENSE*"))]:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, folder / name, ignore=leave)
        else:
            shutil.copy(path, folder / name)
    return folder


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    words = ("--no-build-isolation", "--no-deps", "--wheel-dir", folder, source)
    pip("wheel", "--quiet", *words)
    (path,) = folder.glob("*.whl")
    return path


def install(folder, *words, path=""):
    """An environment with one package, that sees the libraries of this one.

    They are made visible after it is installed: pip must not find jaxgan among them,
    and does not read what makes it importable from a checkout.
    """
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    pip("--python", python, "install", "--quiet", "--no-deps", *words, path=path)
    (packages,) = folder.glob("lib/python*/site-packages")
    places = [path for path in sys.path if "-packages" in path]
    (packages / "libraries.pth").write_text("\n".join(places))
    return folder


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    return install(tmp_path_factory.mktemp("environment"), wheel)


def run(environment, *words, cwd):
    """What the command prints, where nothing but the environment is to be found."""
    done = subprocess.run(
        [str(environment / "bin" / "jaxgan"), *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={
            **{name: x for name, x in os.environ.items() if name != "PYTHONPATH"},
            "JAX_PLATFORMS": "cpu",
        },
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_the_wheel_holds(wheel):
    """Every file of the package, and the experiments without benchmarks."""
    names = set(zipfile.ZipFile(wheel).namelist())
    held = {name for name in names if name.startswith("jaxgan/")}
    own = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "jaxgan").rglob("*")
        if path.is_file() and path.suffix not in (".pyc", ".md")
    }
    assert held == own | {f"jaxgan/{name}" for name in EXPERIMENTS}
    assert {"jaxgan/py.typed", "jaxgan/experiments/first/digits.py"} <= held
    others = {name.split("/")[0] for name in names - held}
    assert others == {f"jaxgan-{jaxgan.__version__}.dist-info"}
    licences = [path.name for path in ROOT.glob("LICENSE*")]
    assert all(any(name.endswith(file) for name in names) for file in licences)


def test_experiments_of_an_installed_package(installed, tmp_path):
    out = run(installed, "list", cwd=tmp_path)
    assert "experiments that come with jaxgan:\n  first\n    digits  " in out
    listed = set(re.findall(r"^    (\w+)  ", out, re.MULTILINE))
    assert listed == {pathlib.Path(name).stem for name in EXPERIMENTS}
    assert "no runs in runs" in out
    words = ("--steps", "2", "--width", "4", "--batch-size", "8")
    out = run(installed, "train", "digits", *words, cwd=tmp_path)
    assert "sample with: jaxgan sample runs/digits" in out
    # The run is whole without the package's experiments.
    (file,) = installed.rglob("experiments/first/digits.py")
    kept = tmp_path / "runs" / "digits" / "experiment.py"
    assert kept.read_bytes() == file.read_bytes()
    assert str(installed) in str(file)


@pytest.mark.slow  # whoever runs tests has installed it so
def test_experiments_of_a_checkout(source, tmp_path):
    """Installed in place, jaxgan uses the experiments where they lie."""
    # Nothing but the builder: pip must not find jaxgan here either.
    builder = tmp_path / "builder"
    builder.mkdir()
    packages = importlib.metadata.distribution("setuptools").locate_file("")
    for path in pathlib.Path(str(packages)).glob("*"):
        if path.name.startswith(("setuptools", "_distutils_hack")):
            (builder / path.name).symlink_to(path)
    words = ("--no-build-isolation", "--editable", source)
    environment = install(tmp_path / "environment", *words, path=builder)
    (source / "experiments" / "first" / "mine.py").write_text('"""My own."""\n')
    out = run(environment, "list", cwd=tmp_path)
    assert re.search("^    mine +My own", out, re.MULTILINE)
