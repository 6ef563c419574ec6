"""How strongly the program gives a field, in words: stated, offered or unreadable, and why.

The word is the rule of `vision.stating`; the number is how surely the pixels show these characters.
The two differ: a value may be clear to see and still be offered only, for instance since no second
reader saw it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vision.combine import belonging
from vision.consistent import WHY as SPELT_AS_MODEL
from vision.shapes import letters_and_digits
from vision.stating import CLEAR_PLACE, LIKELY_RIVAL, STATED
from workbench.report.fields import inside

if TYPE_CHECKING:
    from vision.types import FieldName, FieldReading, PhotoReading, ReadingState

NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
NOT_STATED = "Not stated: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """How a field is given, why so and not otherwise, and how sure the pixels are (0–1)."""

    state: ReadingState
    why: str
    pixels: float

    @property
    def word(self) -> str:
        """The word and its reason, such as `offered: only one reader saw it`."""
        return f"{self.state}: {self.why}"


def strength_of(reading: PhotoReading, region_id: str, field: FieldReading) -> Strength:
    """Say how strongly a field of a region is given, and why."""
    pixels = pixels_of(field)
    if field.state == "unreadable":
        return Strength(state="unreadable", why="too little can be seen", pixels=pixels)
    key = letters_and_digits(field.text)
    read = {
        (by.engine.name, letters_and_digits(item.text))
        for by in reading.readings
        if by.region_id == region_id
        for item in by.fields
        if item.field == field.field
    }
    alike = len({name for name, text in read if text == key})
    seen = len({name for name, _text in read})
    why = _stated(field, alike) if field.state == "stated" else _offered(field, pixels, alike, seen)
    return Strength(state=field.state, why=why, pixels=pixels)


def strength_in(reading: PhotoReading, region_id: str, name: FieldName) -> Strength | None:
    """Say how strongly the field of this name is given in a region; None if it is not given."""
    for combined in reading.combined:
        for field in combined.fields:
            if (combined.region_id, field.field) == (region_id, name):
                return strength_of(reading, region_id, field)
    return None


def pixels_of(field: FieldReading) -> float:
    """How surely the pixels show these characters (0–1), whatever field they belong to."""
    share = belonging(field.strength)
    return min(field.confidence / share, 1.0) if share else field.confidence


def _stated(field: FieldReading, alike: int) -> str:
    if any(note.startswith("A code on the label") for note in field.notes):
        return "a code on the label says the same"
    return f"{NUMBERS[alike]} readers agree" if 2 <= alike < len(NUMBERS) else "readers agree"


def _offered(field: FieldReading, pixels: float, alike: int, seen: int) -> str:
    """Name the first of the conditions for stating that the field misses."""
    for note in field.notes:
        if note.startswith(NOT_STATED):
            return note.removeprefix(NOT_STATED).rstrip(".")
        if SPELT_AS_MODEL in note:
            return "its beginning is spelt as the model on the same plate"
    rival = max((other.probability for other in field.alternatives), default=0.0)
    if pixels < STATED or rival >= LIKELY_RIVAL:
        return "the pixels leave it open"
    if field.strength < CLEAR_PLACE:
        return f"label and form leave open whether it is the {inside(field.field)}"
    if alike < 2:
        return "only one reader saw it" if seen < 2 else "only one reader read it so"
    return "the readers differ" if alike < seen else "another look at it reads otherwise"
