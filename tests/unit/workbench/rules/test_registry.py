"""Every rule is printed, with a file that holds it and a test file that is there."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from values.rule import rules_of
from workbench.__main__ import main
from workbench.rules.registry import AREAS, all_rules, as_json, page

ROOMS = ("values", "vision", "catalog", "evidence_store", "workbench", "ui")
RULES = all_rules()


def test_every_module_that_declares_rules_is_in_the_registry() -> None:
    declaring = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"^RULES: Final = Declared\(", path.read_text("utf-8"), re.MULTILINE)
    }
    assert declaring == {module.__name__ for modules in AREAS.values() for module in modules}


def test_every_constant_of_a_module_of_casework_is_a_rule() -> None:
    """A module of `workbench/rules` has no public value that is not declared."""
    for module in AREAS["Who may do what"]:
        if not module.__name__.startswith("workbench.rules."):
            continue
        declared = {rule.name for rule in rules_of(module)}
        tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        for node in tree.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                name = node.target.id
                written = name.isupper() and not name.startswith("_")
                used_by_one = name in ("RULES", "ANYBODY", "EACH", "CATALOG")
                assert not written or used_by_one or name in declared, f"{module.__name__}.{name}"


def test_identifiers_are_one_each() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES) > 100


@pytest.mark.parametrize("path", sorted({rule.test for rule in RULES}))
def test_the_tests_that_hold_a_rule_are_there(path: str) -> None:
    assert (ROOT / path).is_file()


def test_the_tests_of_a_module_are_called_after_it() -> None:
    for module in (one for modules in AREAS.values() for one in modules):
        *rooms, name = module.__name__.split(".")
        assert module.RULES.test == "/".join(["tests", "unit", *rooms, f"test_{name}.py"])


def test_every_rule_speaks_in_sentences() -> None:
    for rule in RULES:
        assert rule.says[0] in "“*`.…" or rule.says[0].isupper(), rule.id
        assert rule.says.endswith((".", "...")), rule.id


def test_the_page_is_made_from_the_rules() -> None:
    written = (ROOT / "docs" / "rules.md").read_text("utf-8")
    assert written == page(), "run `python -m tools.rules`"


def test_the_command_prints_each_and_needs_no_store(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines] == [rule.id for rule in RULES]
    assert all(len(line.split("\t")) == 7 for line in lines)
    assert main(["rules", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(as_json())
    assert list((tmp_path / "here").iterdir()) == []


def test_what_settings_put_in_the_place_of_a_value_is_said_beside_it() -> None:
    (changed,) = (
        one for one in json.loads(as_json({"limits.reading-seconds": 5})) if "in_use" in one
    )
    assert (changed["id"], changed["value"], changed["in_use"]) == ("limits.reading-seconds", 30, 5)
    assert not any("in_use" in one for one in json.loads(as_json({"limits.reading-seconds": 30})))
