"""English: every sentence that a leaf gives is there, with the gaps that the leaf fills."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import replace
from importlib import import_module
from itertools import product
from string import Formatter
from types import UnionType
from typing import TYPE_CHECKING, Literal, Union, get_args, get_origin

import pytest

from tests.conftest import ROOT
from values.errors import NameplateError
from values.sentence import say
from vision.errors import EngineMissing
from vision.fusion.fuse import NothingToFuse, fuse
from vision.ocr.engine import load_engine
from words import en

if TYPE_CHECKING:
    from collections.abc import Iterator

    from values.sentence import Parameter, Sentence
    from words.templates import Template

ROOMS = ("vision", "catalog", "evidence_store", "workbench", "renderer", "ui")


def _said() -> list[tuple[str, frozenset[str]]]:
    """Every call of `say` with a literal identifier in the rooms."""
    found = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text("utf-8")
            if "from values.sentence import" not in text:
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
                    (identifier,) = node.args
                    assert isinstance(identifier, ast.Constant), f"{path}: {node.lineno}"
                    names = frozenset(one.arg or "**" for one in node.keywords)
                    found.append((str(identifier.value), names))
    return found


def test_every_sentence_that_is_said_has_its_text_and_its_gaps() -> None:
    said = _said()
    gaps = en.ENGLISH.gaps()
    assert said
    for identifier, names in said:
        assert gaps[identifier] == names, identifier


def test_no_text_is_said_by_nobody() -> None:
    assert en.ENGLISH.gaps().keys() == {identifier for identifier, _ in _said()}


def test_every_sentence_of_readings_is_held_by_a_test() -> None:
    rooms = ("vision", "workbench")
    paths = [path for room in rooms for path in sorted((ROOT / "tests").rglob(f"{room}/**/*.py"))]
    tests = [path.read_text("utf-8").replace("\\.", ".") for path in paths]
    for identifier in (*en.reading.SENTENCES, *en.reading.PHRASES):
        assert any(identifier in text for text in tests), identifier


def test_no_identifier_stands_in_two_tables() -> None:
    every = [one for room in en.ROOMS for one in (*room.SENTENCES, *room.PHRASES)]
    assert len(every) == len(set(every)) == len(en.ENGLISH.gaps())


def _data(kind: object) -> tuple[Parameter, ...]:
    """Data of a kind: every word of a closed list, one of any other kind."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    if isinstance(kind, UnionType) or get_origin(kind) is Union:
        return tuple(data for one in get_args(kind) for data in _data(one))
    one: dict[object, Parameter] = {bool: True, int: 2, float: 2.5, str: "Data"}
    return (one.get(kind, ("Data", "more")),)


def _filled(identifier: str, template: Template) -> Iterator[Sentence]:
    """A sentence with data of the right kind in each gap, once for each word of a closed list."""
    if isinstance(template, str):
        parts = list(Formatter().parse(template))
        yield say(identifier, **{name: 2 if spec else "Data" for _, name, spec, _ in parts if name})
        return
    kinds = inspect.get_annotations(template, eval_str=True)
    names = sorted(en.ENGLISH.gaps()[identifier])
    for data in product(*(_data(kinds[name]) for name in names)):
        yield say(identifier, **dict(zip(names, data, strict=True)))


def test_every_text_is_a_sentence() -> None:
    for room in en.ROOMS:
        for identifier, template in room.SENTENCES.items():
            for text in map(en.text, _filled(identifier, template)):
                assert re.match(r"[“A-Z0-9]", text), identifier
                assert text.endswith((".", "”", "?")), identifier
        for identifier, template in room.PHRASES.items():
            for text in map(en.text, _filled(identifier, template)):
                assert not text.endswith("."), identifier


def test_what_was_recorded_is_shown_as_it_was() -> None:
    assert en.text("Said before there were identifiers.") == "Said before there were identifiers."
    now = say("reader.unknown", name="a", known=("b",))
    assert en.text(replace(now, shown="As it was worded then.")) == "As it was worded then."
    assert en.text(now) == "There is no engine called “a”; choose from b."


def test_an_error_that_holds_a_sentence_is_told_in_its_words() -> None:
    with pytest.raises(NothingToFuse) as caught:
        fuse(())
    assert en.told(caught.value) == en.said(caught.value)
    assert en.said(caught.value).startswith("There is no reading to combine: ")
    with pytest.raises(EngineMissing) as missing:
        load_engine("nosuch")
    assert "“nosuch”; choose from rapidocr, " in en.said(missing.value)


def test_an_error_in_words_of_its_own_is_told_as_it_is() -> None:
    assert en.told(NameplateError("It is full", remedy="Wait")) == "It is full. Wait."
    assert en.told(ValueError("secret")) is None


def _errors_of_sentences() -> set[str]:
    """Names of the errors that are given a sentence somewhere, and of what catches them."""
    given = set()
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and any(
                    isinstance(one, ast.Call) and getattr(one.func, "id", "") == "say"
                    for one in node.args
                ):
                    module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
                    kind = getattr(module, getattr(node.func, "id", ""), None)
                    if isinstance(kind, type) and issubclass(kind, NameplateError):
                        given |= {one.__name__ for one in kind.__mro__}
    return given


def _as_it_is(handler: ast.ExceptHandler) -> list[int]:
    """Lines of a handler that write its error without having asked `words` first."""
    written = []
    nodes = [one for part in handler.body for one in ast.walk(part)]
    asked = {
        id(rest)
        for node in nodes
        if isinstance(node, ast.BoolOp) and ast.unparse(node.values[0]).startswith("en.told(")
        for rest in node.values[1:]
    }
    for node in (one for one in nodes if id(one) not in asked):
        parts: list[ast.expr] = []
        told = isinstance(node, ast.Attribute) and node.attr in {"message", "diagnostics", "args"}
        if told or isinstance(node, ast.FormattedValue):
            parts = [node.value]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"str", "getattr"}:
            parts = node.args[:1]
        written += [
            one.lineno for one in parts if isinstance(one, ast.Name) and one.id == handler.name
        ]
    return written


def test_no_handler_shows_an_error_that_may_hold_a_sentence_as_programs_write_it() -> None:
    given = _errors_of_sentences()
    assert {"EngineMissing", "NothingToFuse", "NameplateError"} <= given
    paths = [ROOT / "app.py", *(ROOT / "workbench").rglob("*.py"), *(ROOT / "ui").rglob("*.py")]
    wrong = []
    for path in sorted(paths):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.ExceptHandler) or node.name is None or node.type is None:
                continue
            caught = {one.id for one in ast.walk(node.type) if isinstance(one, ast.Name)}
            if caught & given:
                wrong += [f"{path.relative_to(ROOT)}:{line}" for line in _as_it_is(node)]
    assert wrong == []


def test_a_room_that_speaks_for_itself_says_nothing_by_identifier() -> None:
    """`python -m evidence_store` has no `words`."""
    for path in (ROOT / "evidence_store").rglob("*.py"):
        assert "values.sentence" not in path.read_text("utf-8"), path


def test_a_ratio_below_one_says_that_another_unit_would_give_it_more_often() -> None:
    assert en.text(say("weight.one-over-p", lr=200.0)).endswith("200 times less often.")
    assert en.text(say("weight.one-over-p", lr=0.005)).endswith("200 times more often.")
