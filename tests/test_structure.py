"""Which module may import which: the core is read without the rooms around it, in no circle."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "rnngan_tutorial"
CORE = {"adam", "arrays", "checkpoint", "checks", "data", "diagnosis", "draws", "fitting",
        "history", "identity", "layout", "loop", "loss", "losses", "machine", "needs", "networks",
        "options", "ordinary", "players", "recorder", "recurrence", "round", "run", "sampling",
        "saved", "scaling", "splits", "stacked", "training"}
FOUNDATIONS = {"adam", "checkpoint", "identity", "machine", "recurrence"}


def module_of(path):
    """A module's name inside the package, as a tuple of its parts."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


MODULES = {module_of(path): path for path in PACKAGE.rglob("*.py")}


def imported(path):
    """Modules of the package that a file imports, other than for type hints alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hints = {id(node) for block in ast.walk(tree) if isinstance(block, ast.If)
             and "TYPE_CHECKING" in ast.unparse(block.test) for node in ast.walk(block)}
    folder = path.relative_to(PACKAGE).parent.parts
    for node in ast.walk(tree):
        if id(node) in hints:
            continue
        if isinstance(node, ast.ImportFrom) and node.level:
            base = folder[:len(folder) - node.level + 1] + tuple((node.module or "").split("."))
            base = tuple(filter(None, base))
            for alias in node.names:
                deep = (*base, alias.name)
                yield deep if deep in MODULES else base
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = ([node.module] if isinstance(node, ast.ImportFrom)
                     else [alias.name for alias in node.names])
            for name in names:
                if name.split(".")[0] == "rnngan_tutorial":
                    yield tuple(name.split(".")[1:])


IMPORTS = {name: set(imported(path)) - {name} for name, path in MODULES.items()}


def test_every_core_module_is_there():
    assert {(name,) for name in CORE} <= set(MODULES)


@pytest.mark.parametrize("name", sorted(name for name in MODULES if name[:1] and name[0] in CORE),
                         ids=".".join)
def test_the_core_imports_the_core_alone(name):
    assert {other[0] for other in IMPORTS[name]} <= CORE


@pytest.mark.parametrize("name", sorted(FOUNDATIONS))
def test_foundations_import_nothing_of_the_package(name):
    assert IMPORTS[name,] == set()


def test_nobody_imports_the_book_but_the_book():
    for name, others in IMPORTS.items():
        if name[:1] != ("book",):
            assert not {other for other in others if other[:1] == ("book",)}, name


def test_there_are_no_circles():
    left = {name: {other for other in others if other in MODULES} - {()}
            for name, others in IMPORTS.items() if name}
    while free := {name for name, others in left.items() if not others}:
        left = {name: others - free for name, others in left.items() if name not in free}
    assert not left
