"""Use machine-readable codes that repeat a text on the plate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vision.codes.find import read_codes
from vision.codes.payload import is_article_number
from vision.media.rectify import crop_quad, map_to_photo, stretched
from vision.plate.labels import find_labels
from vision.plate.spans import FieldGuess
from vision.shapes import letters_and_digits, looks_like_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.plate.spans import PlateText
    from vision.types import Code, Pixels, TextLine

IN_A_CODE = "text that a bar code repeats"
STRENGTH, WEAK = 0.6, 0.2
"""A long unstructured linear bar code usually carries the serial of the unit; a short one may be an
inventory tag, a square one one of the maker's own numbers.
"""

LONG = 8
MOST_PLACES = 3
AROUND = (4.0, 2.0)
"""A code is searched this many letter heights above and below a value, and beyond its ends."""

SECONDS = 0.05
SQUARE = ("DATA MATRIX", "QR", "MICRO QR", "AZTEC", "PDF417")

LEAST_LENGTH = 5


def guesses_from_codes(lines: Sequence[TextLine], codes: Sequence[Code]) -> list[FieldGuess]:
    """Propose as serial the text that a code without structure repeats."""
    found = []
    for code in codes:
        value = letters_and_digits(code.payload)
        if code.fields or len(value) < LEAST_LENGTH or is_article_number(code):
            continue
        if not any(char.isdigit() for char in value) or looks_like_date(code.payload):
            continue
        linear = not code.symbology.upper().startswith(SQUARE)
        for line in lines:
            span = _span(line.text, value)
            if span and not _announced(line.text, span[0]):
                found.append(
                    FieldGuess(
                        field="serial",
                        line=line,
                        start=span[0],
                        end=span[1],
                        label=None,
                        rule=IN_A_CODE,
                        strength=STRENGTH if linear and len(value) >= LONG else WEAK,
                    )
                )
    return found


def codes_beside(
    pixels: Pixels, texts: Sequence[PlateText], known: Sequence[Code]
) -> tuple[Code, ...]:
    """Search for a code right beside the values that look most like a serial; add new ones.

    For a small label in a large photo, the bars are found once the crop contains little else.
    """
    guesses = [guess for text in texts for guess in text.guesses if guess.field == "serial"]
    guesses.sort(key=lambda guess: -guess.strength * guess.line.confidence)
    found = list(known)
    payloads = {code.payload for code in known}
    for guess in guesses[:MOST_PLACES]:
        corners = stretched(guess.line.corners, sides=AROUND[0], ends=AROUND[1])
        crop = crop_quad(pixels, corners)
        back = map_to_photo(corners, crop)
        for code in read_codes(crop, budget_seconds=SECONDS):
            if code.payload not in payloads:
                payloads.add(code.payload)
                found.append(replace(code, corners=back(code.corners)))
    return tuple(found)


def with_codes(
    guesses: Sequence[FieldGuess], coded: Sequence[FieldGuess]
) -> tuple[FieldGuess, ...]:
    """Add guesses repeated by codes.

    A line that a code repeats is not an unlabelled value of another field.
    """
    lines = {guess.line.line_id for guess in coded}
    kept = [one for one in guesses if one.label or one.line.line_id not in lines]
    return (*kept, *coded)


def _announced(text: str, start: int) -> bool:
    """Whether a label word before the value says that it is something other than a serial."""
    before = [label for label in find_labels(text) if label.end <= start]
    return bool(before) and "serial" not in before[-1].fields


def _span(text: str, value: str) -> tuple[int, int] | None:
    """Find a plain value in a line, regardless of separators between its characters."""
    places = [at for at, char in enumerate(text) if char.isalnum()]
    start = letters_and_digits(text).find(value)
    if start < 0 or len(places) != len(letters_and_digits(text)):
        return None
    return places[start], places[start + len(value) - 1] + 1
