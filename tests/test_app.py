"""`app.py` is the composition root: import-linter refuses single files, so this looks at it."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def imported_by(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_app_knows_the_workbench_and_the_screens_only() -> None:
    rooms = {"vision", "catalog", "evidence_store", "renderer", "benchmarks", "tests"}
    assert not imported_by(ROOT / "app.py") & rooms


def test_app_stays_a_composition_root() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= 60
