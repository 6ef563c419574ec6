"""Every entry point silences what calls home before it loads anything."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from values.offline import SILENCED

ROOMS = (
    "words",
    "vision",
    "catalog",
    "evidence_store",
    "workbench",
    "ui",
    "renderer",
    "benchmarks",
)


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_told_before_any_of_its_modules(room: str) -> None:
    imports = [
        node
        for node in ast.parse((ROOT / room / "__init__.py").read_text("utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert isinstance(imports[0], ast.ImportFrom)
    assert (imports[0].module, imports[0].names[0].name) == ("values", "offline")


def test_what_stops_each_library_is_said_as_it_was_measured() -> None:
    assert SILENCED["ORT_DISABLE_TELEMETRY"] == "1"
    assert SILENCED["STREAMLIT_BROWSER_GATHER_USAGE_STATS"] == "false"


def test_the_app_is_told_before_streamlit() -> None:
    imports = [
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.parse((ROOT / "app.py").read_text("utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert imports[:2] == ["__future__", "values"]


def test_the_one_that_tells_loads_nothing_itself() -> None:
    loaded = "import sys; before = set(sys.modules); import values.offline; "
    loaded += "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    asked = [sys.executable, "-c", loaded]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(found.split()) - {"values"} <= sys.stdlib_module_names


@pytest.mark.parametrize("room", ROOMS)
def test_whoever_imports_a_room_and_whatever_it_starts_is_silenced(room: str) -> None:
    code = f"import {room}, os, subprocess, sys; "
    code += "subprocess.run([sys.executable, '-c', 'import os; print(dict(os.environ))'])"
    asked = [sys.executable, "-c", code]
    environment = {"PATH": "/usr/bin:/bin", "ORT_DISABLE_TELEMETRY": "0"}
    found = subprocess.run(
        asked, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert ast.literal_eval(found.stdout).items() >= SILENCED.items()
