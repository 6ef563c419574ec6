"""Several passes over one line: the surest one is overruled where all others deny it."""

from __future__ import annotations

import pytest

from tests.unit.vision.plate.test_weighing import seen
from vision.ocr.consensus import contradicts, most_agreed
from vision.ocr.engine import Recognised


def recognised(
    text: str, sure: float = 0.95, doubts: dict[int, dict[str, float]] | None = None
) -> Recognised:
    """One pass over a line; `doubts` are for the places of the text."""
    return Recognised(text=text, confidence=sure, glyphs=(), lattice=seen(text, doubts))


def test_two_passes_overrule_a_surer_one() -> None:
    readings = [
        recognised("GENFRAL", 0.98),
        recognised("GENERAL", 0.93),
        recognised("GENERAL", 0.91),
    ]
    assert most_agreed(readings) == 1


def test_one_against_one_stays_with_the_surest() -> None:
    doubt = {3: {"E": 0.6, "F": 0.35}}
    assert most_agreed([recognised("GENFRAL", 0.98), recognised("GENERAL", 0.9, doubt)]) == 0


def test_the_readers_doubt_counts_not_only_their_texts() -> None:
    readings = [
        recognised("STJ78IE", 0.95, {5: {"I": 0.5, "1": 0.45}}),
        recognised("STJ781E", 0.9, {5: {"1": 0.9, "I": 0.05}}),
    ]
    assert most_agreed(readings) == 1


def test_a_sure_pass_over_a_part_of_the_line_counts() -> None:
    readings = [recognised("5N 6989 H60"), recognised("SN6989A60"), recognised("6989 A60", 0.99)]
    assert most_agreed(readings) == 1
    assert most_agreed(readings[:2]) == 0


def test_spacing_and_marks_are_no_difference() -> None:
    assert (
        most_agreed(
            [recognised("AC/46 13", 0.9), recognised("AC/4613", 0.99), recognised("AC4613", 0.99)]
        )
        == 0
    )


def test_a_reading_of_another_place_has_no_say() -> None:
    readings = [
        recognised("GENFRAL", 0.98),
        recognised("ELECTRIC"),
        recognised("ELECTRIC"),
        recognised("AMPS", 0.99),
    ]
    assert most_agreed(readings) == 0


def test_short_texts_are_left_alone() -> None:
    assert most_agreed([recognised("179"), recognised("779"), recognised("779")]) == 0


@pytest.mark.parametrize(
    ("text", "other", "sure", "against"),
    [
        ("5N 6989 H60", "6989 A60", 0.99, True),
        ("5N 6989 H60", "6989 A60", 0.7, False),
        ("SN 6989 A60", "6989 A60", 0.99, False),
        ("1905FO1347", "1905F01347", 0.97, True),
        ("GENFRAL", "GENERAL", 0.99, False),
        ("0836", "ELECTRIC", 0.99, False),
    ],
)
def test_which_passes_contradict(text: str, other: str, sure: float, against: bool) -> None:
    assert contradicts(text, recognised(other, sure)) is against
