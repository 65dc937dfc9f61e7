"""Imports only go down, the step stays small, heavy things load late."""

import ast
import pathlib
import subprocess
import sys

import pytest

import jaxgan

PACKAGE = pathlib.Path(jaxgan.__file__).parent

# Who may import whom, beside its own folder. Only `run` may import everything.
ALLOWED = {
    "__main__": {"run"},
    "core": set(),
    "losses": {"core"},
    "terms": {"core"},
    "augment": {"core", "nn"},
    "games": {"core"},
    "nn": {"core"},
    "data": {"core"},
    "diagnosis": {"core"},
    "evaluation": {"core", "data", "weights"},
    "models": {"core", "nn", "weights"},
    "optimizers": set(),
    "recipes": {"core", "losses", "optimizers", "terms"},
    "testing": {"core"},
    "weights": {"core"},
}
RUN = set(ALLOWED) - {"testing", "__main__"}
TOUCHES_FILES = {"run", "data", "evaluation"}
IMPURE = {"orbax", "tensorflow_datasets", "tensorboardX", "PIL", "matplotlib", "rich"}


def imports(path):
    """(module, whether it is imported when the file is) of every import statement."""
    tree = ast.parse(path.read_text())
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in top
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            module = node.module or ""
            if module == "jaxgan":
                for alias in node.names:
                    yield f"jaxgan.{alias.name}", id(node) in top
            else:
                yield module, id(node) in top


def room(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_only_go_down(path):
    here = room(path)
    allowed = RUN if here == "run" else ALLOWED[here]
    for module, _ in imports(path):
        root, *rest = module.split(".")
        assert root != "experiments", f"{path} imports an experiment"
        if root == "jaxgan" and rest and rest[0] != here:
            # `from jaxgan import __version__` is everybody's.
            assert rest[0] in allowed | {"__version__"}, f"{here} imports {module}"
        if here not in TOUCHES_FILES:
            assert root not in IMPURE, f"{here} imports {module}"
        if here == "core":
            assert root not in {"flax"}, "core knows no Flax modules"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_imports_a_peer(path):
    peers = {"torch", "tensorflow", "torchvision"}
    for module, at_import in imports(path):
        root = module.split(".")[0]
        lazily = root == "tensorflow" and room(path) == "data" and not at_import
        assert root not in peers or lazily, f"{path} imports {module}"


def test_sizes():
    lines = {p: len(p.read_text().splitlines()) for p in FILES}
    assert lines[PACKAGE / "core" / "step.py"] < 200
    long = {str(p): n for p, n in lines.items() if n > 300}
    assert not long


def test_import_is_quick():
    """Neither heavy nor optional libraries come with `import jaxgan`, not even JAX."""
    code = "import sys, jaxgan; print(*sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in out.stdout.split()}
    heavy = {"jax", "flax", "orbax", "tensorflow", "matplotlib", "sklearn", "grain"}
    assert not loaded & heavy
