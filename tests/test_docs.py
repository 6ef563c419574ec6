"""What the documents name is there: links, files, folders, modules and what stands in them."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
)
ROOMS = (
    "benchmarks", "catalog", "docs", "evidence_store", "renderer", "tests", "tools",
    "ui", "values", "vision", "words", "workbench",
)  # fmt: skip
_ROOM = f"(?:{'|'.join(ROOMS)})"

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PATH = re.compile(rf"(?<![\w./-])(?:\.\./)*{_ROOM}(?:/[\w.-]*[\w-])+/?")
NAME = re.compile(rf"(?<![\w./-]){_ROOM}(?:\.\w+)+(?![\w(/*-])")
TEST = re.compile(r"\btest_\w+(?:\.py)?\b")

KINDS = re.compile(r"^(?:catalog|words)\.(?:chosen|imported|shown)$")
"""Kinds of entries, which are written as modules are."""
SUFFIXES = (".json", ".txt")
"""What a name with a dot may be besides: a file."""


@cache
def _text(path: Path) -> str:
    return path.read_text("utf-8")


@cache
def _tests() -> frozenset[str]:
    """Every name of a test and of a file of tests."""
    files = list((ROOT / "tests").rglob("test_*.py"))
    functions = (name for path in files for name in re.findall(r"def (test_\w+)", _text(path)))
    return frozenset((*functions, *(path.name for path in files), *(path.stem for path in files)))


def _is_there(name: str) -> bool:
    """Whether a dotted name is a module, or stands in the module that it begins with."""
    module, rest = name.split("."), list[str]()
    while module and not (
        (at := ROOT.joinpath(*module)).is_dir() or at.with_suffix(".py").is_file()
    ):
        rest.insert(0, module.pop())
    if not rest:
        return True
    found = find_spec(".".join(module))
    if found is None or found.origin is None:
        return False
    return bool(re.search(rf"\b{re.escape(rest[0])}\b", _text(Path(found.origin))))


def _missing(document: Path) -> list[str]:
    text = _text(document)
    near = document.parent
    links = [one for one in LINK.findall(text) if "://" not in one and not (near / one).exists()]
    paths = [
        one
        for one in PATH.findall(text)
        if not (ROOT / one).exists() and not (near / one).resolve().exists()
    ]
    names = [
        one
        for one in NAME.findall(text)
        if not (KINDS.match(one) or one.endswith(SUFFIXES) or _is_there(one.removesuffix(".py")))
    ]
    tests = [one for one in TEST.findall(text) if one not in _tests()]
    return links + paths + names + tests


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: str(one.relative_to(ROOT)))
def test_what_a_document_names_is_there(document: Path) -> None:
    assert _missing(document) == []


def test_what_is_not_there_is_found(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text(
        "[a](gone.md) `vision/laying.py` `tests/test_gone.py` `vision.fields.find`, "
        "`values.rule.Gone`, `values.rule.Declared`, `values/rule.py`, test_gone"
    )
    assert _missing(document) == [
        "gone.md",
        "vision/laying.py",
        "tests/test_gone.py",
        "vision.fields.find",
        "values.rule.Gone",
        "test_gone.py",
        "test_gone",
    ]
