"""Imports only go down, the step stays small, heavy things load late."""

import ast
import functools
import importlib.util
import pathlib
import re
import subprocess
import sys
from collections import Counter

import pytest

import jaxgan

PACKAGE = pathlib.Path(jaxgan.__file__).parent

# Who may import whom, beside its own folder. Only `run` may import everything.
ALLOWED = {
    "core": set(),
    "losses": {"core"},
    "terms": {"core"},
    "augment": {"core", "nn"},
    "games": {"core"},
    "nn": {"core"},
    "data": {"core"},
    "degradation": {"core"},
    "diagnosis": {"core"},
    "evaluation": {"core", "data", "weights"},
    "export": {"core", "nn"},
    "models": {"core", "nn", "weights"},
    "optimizers": {"core"},
    "recipes": {"core", "losses", "optimizers", "terms"},
    "testing": {"core"},
    "weights": {"core"},
}
RUN = set(ALLOWED) - {"testing"}
TOUCHES_FILES = {"run", "data", "evaluation"}
IMPURE = {"orbax", "tensorflow_datasets", "tensorboardX", "PIL", "matplotlib", "rich"}


@functools.cache
def tree_of(path):
    """What a file says, read once for all that is asked of it."""
    return ast.parse(path.read_text())


@functools.cache
def imports(path):
    """(module, whether it is imported when the file is) of every import statement."""
    return tuple(_imports(path))


def _imports(path):
    tree = tree_of(path)
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
    name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "run" if name == "__main__" else name


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


# Layers of `run`, from the bottom: a room imports what is below it, and its own files.
LAYERS = (
    {"errors"},
    {
        *("charts", "bounds", "command_line", "display", "embedded_pictures"),
        *("keywords", "notebook", "pictures", "progress", "web"),
    },
    {"experiment", "feature_networks", "few_examples", "kinds", "no_data", "options"},
    {"devices"},
    {"files"},
    {"application", "diagnosis", "importable", "sampling"},
    {"editing", "evaluation", "exporting", "lesson", "report"},
    {"explore", "runs"},
    {"training"},
    {"editing_call", "launch", "python_call"},
    {"forecast"},
    {"commands"},
)
LEVELS = {name: level for level, names in enumerate(LAYERS) for name in names}
RUN_FILES = sorted(p for p in (PACKAGE / "run").rglob("*.py") if p.stem != "__init__")
FACE = {
    *("errors", "experiment", "feature_networks", "kinds", "launch", "no_data"),
    *("options", "pictures"),
}
"""What the experiments of stored runs import: these paths stay."""
LINES, MODULES = 60, 12


def run_room(path):
    return path.relative_to(PACKAGE / "run").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", RUN_FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_rooms_of_run_import_only_those_below(path):
    here = run_room(path)
    for module, _ in imports(path):
        if module.startswith("jaxgan.run."):
            room = module.split(".")[2]
            level = LEVELS[room]
            below = level < LEVELS[here] or level == LEVELS[here] < 3
            assert room == here or below, f"{here} imports {module}"


KINDS = ("drawing", "measures", "sections")
"""Rooms of `kinds`, from the bottom; kinds themselves import them late."""


def test_rooms_of_kinds_import_only_those_below():
    for level, name in enumerate(KINDS):
        paths = list((PACKAGE / "run" / "kinds" / name).glob("[!_]*.py"))
        assert paths, name
        for path in paths:
            for module, _ in imports(path):
                below = [f"jaxgan.run.kinds.{room}" for room in KINDS[level + 1 :]]
                assert not module.startswith(tuple(below)), f"{path} imports {module}"


def test_the_face_of_run_is_there():
    for name in FACE:
        assert importlib.util.find_spec(f"jaxgan.run.{name}") is not None, name


def code_lines(node, source):
    """Lines of a function without docstrings, comments and blank ones."""
    skipped = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(
            inner
        ):
            skipped |= set(range(inner.body[0].lineno, inner.body[0].end_lineno + 1))
    lines = enumerate(source.splitlines()[: node.end_lineno], 1)
    return sum(
        1
        for number, line in lines
        if number >= node.lineno
        and number not in skipped
        and line.strip()
        and not line.strip().startswith("#")
    )


def test_sizes():
    lines = {path: len(path.read_text().splitlines()) for path in FILES}
    assert lines[PACKAGE / "core" / "step.py"] < 200
    assert not {str(path): count for path, count in lines.items() if count > 300}
    for path in FILES:
        source = path.read_text()
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef):
                assert code_lines(node, source) <= LINES, f"{path}: {node.name}"


MODULE_NAMES = {
    ".".join(("jaxgan", *path.relative_to(PACKAGE).with_suffix("").parts))
    for path in FILES
}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_file_knows_too_many_modules(path):
    if path.stem == "__init__":  # a face names all that it shows
        return
    known = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            "jaxgan"
        ):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                known.add(inner if inner in MODULE_NAMES else node.module)
    assert len(known) <= MODULES, sorted(known)


def test_names_within_run_are_used_once():
    stems, classes = Counter(path.stem for path in RUN_FILES), Counter()
    for path in RUN_FILES:
        # Each file of an importable network is an experiment, with a Config of its own.
        if run_room(path) != "importable":
            names = [
                node.name
                for node in tree_of(path).body
                if isinstance(node, ast.ClassDef)
            ]
            classes.update(name for name in names if name[0] != "_")
    assert max(stems.values()) == 1, stems.most_common(3)
    assert max(classes.values()) == 1, classes.most_common(3)


@pytest.mark.parametrize("path", RUN_FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_run_asks_no_value_for_its_shape_and_no_game_for_its_class(path):
    """Kinds of data know shapes; games tell of abilities; tyro parses."""
    source = path.read_text()
    assert "Namespace" not in source
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance":
            assert "Game" not in ast.unparse(node.args[1])
        if isinstance(node, ast.Compare) and run_room(path) != "kinds":
            sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
            constant = any(isinstance(s, ast.Constant) for s in node.comparators)
            assert not (
                constant and sides[0].startswith("len(") and ".shape" in sides[0]
            )
            assert not any(side.endswith("source.shape") for side in sides)


METRIC = re.compile(
    "(discriminator|generator|samples|data|latent|memory|overfitting|signal|evaluation)"
    "/[a-z_]+"
)


@pytest.mark.parametrize(
    "path",
    [p for p in FILES if room(p) in ("diagnosis", "run") and p.stem != "names"],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_names_of_metrics_are_constants(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not METRIC.fullmatch(node.value), node.value


@pytest.mark.parametrize("module", ["jaxgan", "jaxgan.run.commands.cli"])
def test_import_is_quick(module):
    """Neither heavy nor optional libraries come with it, not even JAX."""
    code = f"import sys, {module}; print(*sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in out.stdout.split()}
    heavy = {"jax", "flax", "orbax", "tensorflow", "matplotlib", "sklearn", "grain"}
    assert not loaded & heavy
