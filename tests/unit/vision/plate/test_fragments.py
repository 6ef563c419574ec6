"""Which values may be only a piece of a longer one."""

from __future__ import annotations

import pytest

from tests.unit.vision.lines import text_line
from vision.plate.fragments import longer_value
from vision.plate.spans import find_fields
from vision.plate.weighing import of_one_reader

Place = tuple[str, float, float, float]
"""A text, where it begins (x, y) and how wide it is; all are 20 high."""


def pieces(*places: Place) -> dict[str, str | None]:
    """Of each labelled field, the text that shows that it may be a piece."""
    lines = [
        text_line(f"L{number}", text, x, y, width, 20)
        for number, (text, x, y, width) in enumerate(places)
    ]
    fields = [of_one_reader(guess) for guess in find_fields(lines) if guess.label]
    return {one.field: longer_value(one, fields, lines) for one in fields}


def test_a_value_whose_row_goes_on_may_be_a_piece() -> None:
    found = pieces(("Type", 0, 0, 50), ("MRW-A", 70, 0, 60), ("4191-004", 150, 0, 90))
    assert found == {"model": "MRW-A"}


def test_a_value_that_was_read_twice_is_no_piece_of_itself() -> None:
    assert pieces(("Type", 0, 0, 50), ("MRW-A", 70, 0, 60), ("MRW-A", 72, 1, 60)) == {"model": None}


def test_a_value_that_begins_a_longer_one_on_the_plate_may_be_a_piece() -> None:
    found = pieces(("TYPE 500", 0, 0, 80), ("500452U025AA2B", 0, 60, 200))
    assert found == {"model": "500452U025AA2B"}


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
    assert pieces(("MODEL 500", 0, 0, 120), other)["model"] is None


def test_a_year_in_two_pieces_beside_a_value_is_a_date() -> None:
    year = (("19", 135, 0, 25), ("88", 165, 0, 25))
    assert pieces(("S/N 3142", 0, 0, 120), *year)["serial"] is None
    assert pieces(("S/N 3142", 0, 0, 120), year[0])["serial"] == "19"


def test_a_longer_value_with_a_label_of_its_own_takes_nothing_away() -> None:
    found = pieces(("MODEL AMA-144", 0, 0, 130), ("S/N AMA-1440001", 0, 60, 200))
    assert found == {"model": None, "serial": None}


def test_text_beyond_the_label_is_not_a_piece_of_the_value() -> None:
    label, beyond = ("S/N", 70, 0, 40), ("CF4", 0, 0, 40)
    assert pieces(beyond, label, ("0255", 130, 0, 50)) == {"serial": None}
    assert pieces(label, ("0255", 130, 0, 50), ("CF4", 200, 0, 40)) == {"serial": "CF4"}
