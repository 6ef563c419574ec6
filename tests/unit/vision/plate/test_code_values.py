"""Text that a bar code repeats."""

from __future__ import annotations

import pytest

from tests.unit.vision.lines import text_line
from vision.plate.code_values import guesses_from_codes
from vision.types import Code

CORNERS = ((0.0, 0.0), (9.0, 0.0), (9.0, 3.0), (0.0, 3.0))


def code(payload: str, symbology: str = "Code128", fields: tuple = ()) -> Code:
    return Code(symbology=symbology, payload=payload, fields=fields, corners=CORNERS)


def test_the_line_that_a_code_repeats_is_taken_for_the_serial() -> None:
    lines = [
        text_line("L1", "ACME", 0, 0, 90, 30),
        text_line("L2", "* 22-0203 15 *", 0, 40, 90, 30),
    ]
    (guess,) = guesses_from_codes(lines, [code("22020315")])
    assert (guess.field, guess.line.line_id, guess.text) == ("serial", "L2", "22-0203 15")
    assert guess.strength >= 0.5


@pytest.mark.parametrize(
    "other",
    [
        code("4006381333931", symbology="EAN-13"),
        code("1234"),
        code("ABCDEFG"),
        code("S22020315", fields=(("serial", "22020315"),)),
    ],
)
def test_article_numbers_short_codes_and_parsed_codes_are_not(other: Code) -> None:
    text = "22020315 4006381333931 1234 ABCDEFG"
    assert guesses_from_codes([text_line("L1", text, 0, 0, 500, 30)], [other]) == []
