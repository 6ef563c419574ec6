"""No cycle of files: whoever reads one file need not have read it already to understand it."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOMS = sorted(
    folder.name
    for folder in ROOT.iterdir()
    if (folder / "__init__.py").exists() and folder.name not in {"tests", "benchmarks"}
)


def files() -> dict[str, Path]:
    """Every file of the packages, by the name that it is imported by."""
    found = {}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


def imported(tree: ast.AST, known: dict[str, Path], *, types: bool) -> Iterator[str]:
    """The files that one imports, wherever in it; with `types`, those for its annotations too."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test) and not types:
            continue
        if isinstance(node, ast.ImportFrom):
            for one in node.names:
                whole = f"{node.module}.{one.name}"
                yield from (name for name in (whole, node.module or "") if name in known)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name in known)
        yield from imported(node, known, types=types)


def graph(*, types: bool) -> dict[str, set[str]]:
    known = files()
    found = {}
    for name, path in known.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        of = set(imported(tree, known, types=types)) - {name}
        # What a package offers is imported by way of the package from outside of it alone.
        found[name] = {one for one in of if not name.startswith(f"{one}.")}
    return found


@pytest.mark.parametrize("types", [False, True], ids=["at run time", "with types"])
def test_no_file_imports_itself_by_way_of_others(types: bool) -> None:
    try:
        TopologicalSorter(graph(types=types)).prepare()
    except CycleError as error:
        pytest.fail(f"These files import each other in a circle: {' -> '.join(error.args[1])}")


def test_a_circle_would_be_seen() -> None:
    known = files()
    assert "workbench.workbench" in known
    code = "def f():\n    from workbench.cases.cases import Cases\nimport workbench.tables"
    tree = ast.parse(code)
    assert set(imported(tree, known, types=False)) == {"workbench.cases.cases", "workbench.tables"}
    typed = ast.parse("if TYPE_CHECKING:\n    from workbench.cases.cases import Cases")
    assert not [*imported(typed, known, types=False)]
    assert [*imported(typed, known, types=True)] == ["workbench.cases.cases"]


def test_no_service_is_handed_the_whole_workbench() -> None:
    """Services take what they need; only commands, which are the outside, take the workbench."""
    users = {
        name
        for name, of in graph(types=True).items()
        if "workbench.workbench" in of and name.startswith("workbench.")
    }
    assert users <= {"workbench.__main__"} | {
        name for name in users if name.startswith("workbench.cli.")
    }
