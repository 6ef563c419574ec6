"""Whether a value is stated is decided at one address, and nothing changes it afterwards."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.conftest import ROOT
from vision.types import FieldReading

if TYPE_CHECKING:
    from pathlib import Path

ROOMS = ("vision", "workbench", "ui", "catalog")
DECIDES = ROOT / "vision" / "plate" / "assurance.py"
READS_BACK = ROOT / "vision" / "serialize.py"
"""It gives back what was decided when a kept reading was made."""

DECIDED = {"state", "reasons", "witnesses"}


def calls(file: Path) -> list[ast.Call]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def name_of(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def others() -> list[Path]:
    files = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]
    assert DECIDES in files
    assert READS_BACK in files
    return [file for file in files if file not in (DECIDES, READS_BACK)]


def test_the_decided_parts_are_those_of_a_reading() -> None:
    assert set(FieldReading.__dataclass_fields__) >= DECIDED


def test_no_other_module_makes_a_field_reading() -> None:
    made = [file for file in others() for call in calls(file) if name_of(call) == "FieldReading"]
    assert made == []


def test_no_other_module_of_this_room_sets_state_reasons_or_witnesses() -> None:
    room = ROOT / "vision"
    set_there = {
        f"{file.name}:{call.lineno}"
        for file in others()
        if room in file.parents
        for call in calls(file)
        if DECIDED & {keyword.arg for keyword in call.keywords}
    }
    assert set_there == set()


def test_the_modules_of_a_plate_are_entered_in_one_order() -> None:
    """No stage of the pipeline knows a later one."""
    stages = ("passes", "lines", "fields", "assurance", "pipeline")
    files = {name: (DECIDES.parent / f"{name}.py").read_text(encoding="utf-8") for name in stages}
    for at, name in enumerate(stages):
        known = {
            node.module
            for node in ast.walk(ast.parse(files[name]))
            if isinstance(node, ast.ImportFrom)
        }
        assert not known & {f"vision.plate.{later}" for later in stages[at + 1 :]}, name
