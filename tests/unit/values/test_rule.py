"""A rule is read from the constant and the sentence below it; nothing is written twice."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, StrEnum
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from values.rule import Rule, plain, rules_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType

Make = "Callable[[str], ModuleType]"

HEAD = "from values.rule import Declared\n"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Make a module of a text."""
    names: list[str] = []

    def make(text: str) -> ModuleType:
        name = f"rules_under_test_{len(names)}"
        (tmp_path / f"{name}.py").write_text(HEAD + text, encoding="utf-8")
        names.append(name)
        return import_module(name)

    monkeypatch.syspath_prepend(tmp_path)
    yield make
    for name in names:
        sys.modules.pop(name, None)


def test_a_rule_is_its_constant_and_the_sentence_below_it(
    made: Callable[[str], ModuleType],
) -> None:
    module = made(
        'LEAST = 0.5\n"""At least so much,\nand no less."""\n\n'
        'NEAR, FAR = 1, 2\n"""Two of a kind."""\n\n'
        'MOST: int = 7\n"""At most so much."""\n\n'
        'RULES = Declared("tea.cups", test="tests/x.py", source="assumed",\n'
        '    units={"LEAST": "cups", "FAR": "miles", "MOST": "spoons"},\n'
        '    sources={"MOST": "ISO 3103"})\n'
    )
    least, far, most = rules_of(module)
    assert least == Rule(
        id="tea.cups.least",
        value=0.5,
        unit="cups",
        source="assumed",
        test="tests/x.py",
        says="At least so much, and no less.",
        module=module.__name__,
        name="LEAST",
    )
    assert (far.value, far.says) == (2, "Two of a kind.")
    assert (most.value, most.source) == (7, "ISO 3103")


def test_the_value_is_the_one_that_holds_now(
    made: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = made(
        'LEAST = 1\n"""So much."""\nRULES = Declared("a", "t", {"LEAST": "cups"}, source="s")\n'
    )
    monkeypatch.setattr(module, "LEAST", 3)
    assert rules_of(module)[0].value == 3


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('A = 1\n"""So."""\nRULES = Declared("a", "t", {"B": "cups"}, source="s")', "has not"),
        ('A = 1\nRULES = Declared("a", "t", {"A": "cups"}, source="s")', "no says"),
        ('A = 1\n"""So."""\nRULES = Declared("a", "t", {"A": ""}, source="s")', "no unit"),
        ('A = 1\n"""So."""\nRULES = Declared("a", "t", {"A": "cups"})', "no source"),
        ('A = 1\n"""So."""\nRULES = Declared("a", "", {"A": "cups"}, source="s")', "no test"),
        (
            'A = 1\n"""So."""\nRULES = Declared("a", "t", {}, sources={"A": "s"})',
            "has not",
        ),
    ],
)
def test_half_a_rule_is_refused(made: Callable[[str], ModuleType], text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        rules_of(made(f"{text}\n"))


class Order(Enum):
    SECOND = "b"
    FIRST = "a"


class Word(StrEnum):
    ONE = "one"


@dataclass(frozen=True)
class Point:
    x: int
    y: frozenset[str]


def asks() -> None:
    """Say why not.

    And more.
    """


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (timedelta(minutes=1.5), 90.0),
        (date(1990, 1, 1), "1990-01-01"),
        (frozenset({"b", "a"}), ["a", "b"]),
        (frozenset(Order), ["b", "a"]),
        ((1, (2, None)), [1, [2, None]]),
        ({Word.ONE: True}, {"one": True}),
        ({("a", 1): 2}, {"['a', 1]": 2}),
        (Point(1, frozenset("ba")), {"x": 1, "y": ["a", "b"]}),
        (re.compile("a+"), "a+"),
        (asks, "Say why not."),
    ],
)
def test_every_kind_of_value_has_one_plain_form(value: object, written: object) -> None:
    assert plain(value) == written


@pytest.mark.parametrize("value", [b"bytes", lambda: 0, object()])
def test_what_cannot_be_printed_is_no_value_of_a_rule(value: object) -> None:
    with pytest.raises(TypeError, match="cannot be printed"):
        plain(value)
