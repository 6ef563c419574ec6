"""A piece of a value is offered, never stated."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.vision.lines import text_line
from vision.combine import to_reading
from vision.fields import find_fields
from vision.pieces import whole_only

if TYPE_CHECKING:
    from vision.types import FieldReading, ReadingState, TextLine

Place = tuple[str, float, float, float]
"""A text, where it begins (x, y) and how wide it is; all are 20 high."""


def states(*places: Place) -> dict[str, ReadingState]:
    """The state of each field after every one was stated."""
    fields, lines = stated(*places)
    return {one.field: one.state for one in whole_only(fields, lines)}


def stated(*places: Place) -> tuple[list[FieldReading], list[TextLine]]:
    lines = [
        text_line(f"L{number}", text, x, y, width, 20)
        for number, (text, x, y, width) in enumerate(places)
    ]
    readings = [to_reading(guess) for guess in find_fields(lines) if guess.label]
    return [replace(one, state="stated") for one in readings], lines


def test_a_value_whose_row_goes_on_is_offered_with_the_reason() -> None:
    fields, lines = stated(("Type", 0, 0, 50), ("MRW-A", 70, 0, 60), ("4191-004", 150, 0, 90))
    (model,) = whole_only(fields, lines)
    assert model.state == "offered"
    assert model.text == "4191-004"
    assert "MRW-A" in model.notes[-1]


def test_a_value_that_begins_a_longer_one_on_the_plate_is_offered() -> None:
    assert states(("TYPE 500", 0, 0, 80), ("500452U025AA2B", 0, 60, 200)) == {"model": "offered"}


@pytest.mark.parametrize(
    "other",
    [
        ("S/N 4836", 200, 0, 80),
        ("230 V", 150, 0, 50),
        ("1988", 150, 0, 40),
        ("Made in France", 150, 0, 120),
        ("9041", 400, 0, 40),
        ("9041", 80, 60, 40),
    ],
    ids=["another label", "a measure", "a year", "words", "far off", "another row"],
)
def test_what_stands_beside_without_belonging(other: Place) -> None:
    assert states(("MODEL 500", 0, 0, 120), other)["model"] == "stated"


def test_a_year_in_two_pieces_beside_a_value_is_a_date() -> None:
    year = (("19", 135, 0, 25), ("88", 165, 0, 25))
    assert states(("S/N 3142", 0, 0, 120), *year)["serial"] == "stated"
    assert states(("S/N 3142", 0, 0, 120), year[0])["serial"] == "offered"


def test_a_longer_value_with_a_label_of_its_own_takes_nothing_away() -> None:
    found = states(("MODEL AMA-144", 0, 0, 130), ("S/N AMA-1440001", 0, 60, 200))
    assert found == {"model": "stated", "serial": "stated"}


def test_text_beyond_the_label_is_not_a_piece_of_the_value() -> None:
    label, beyond = ("S/N", 70, 0, 40), ("CF4", 0, 0, 40)
    assert states(beyond, label, ("0255", 130, 0, 50)) == {"serial": "stated"}
    assert states(label, ("0255", 130, 0, 50), ("CF4", 200, 0, 40)) == {"serial": "offered"}
