"""When a value counts as found: one rule for every system."""

from __future__ import annotations

import itertools
import unicodedata
from typing import TYPE_CHECKING

from values.text import LETTER_TWINS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAST_SCORED = 3
WHOLE_TOKEN_BELOW = 5

_LETTERS = {char: twin for char, twin in LETTER_TWINS.items() if twin.isalpha()}


def plain(text: str) -> str:
    """Fold for comparison: compatibility forms, case, look-alikes; letters and digits only."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(_LETTERS.get(char, char) for char in folded if char.isalnum())


def scored(row: Mapping[str, str], field: str) -> bool:
    """Whether a truth value can be scored."""
    value = row.get(field) or ""
    if field == "maker" and row.get("maker_is_logo") == "1":
        return False
    return bool(value) and "?" not in value and len(plain(value)) >= LEAST_SCORED


def is_known(row: Mapping[str, str], field: str) -> bool:
    """Whether the truth is known, including that the plate has no such value.

    Not if a character could not be read for sure, or if the maker is known only from a logo.
    """
    return "?" not in (row.get(field) or "") and not (
        field == "maker" and row.get("maker_is_logo") == "1"
    )


def in_cyrillic(value: str) -> bool:
    """Whether a value contains a letter of the Cyrillic alphabet."""
    return any(unicodedata.name(char, "").startswith("CYRILLIC") for char in value)


def is_found(value: str, lines: Sequence[str]) -> bool:
    """Whether a value is inside one line, or inside two neighbouring lines joined."""
    wanted = plain(value)
    if not wanted:
        return False
    pairs = [f"{a}\n{b}" for a, b in itertools.pairwise(lines)]
    return any(_stands_in(wanted, text) for text in (*lines, *pairs))


def _stands_in(wanted: str, text: str) -> bool:
    """Search for the value; a short one must not have a letter or digit directly beside it."""
    chars: list[str] = []
    places: list[int] = []
    for at, char in enumerate(text):
        for part in plain(char):
            chars.append(part)
            places.append(at)
    stream = "".join(chars)
    start = stream.find(wanted)
    while start >= 0:
        if len(wanted) >= WHOLE_TOKEN_BELOW:
            return True
        first, last = places[start], places[start + len(wanted) - 1]
        if not text[first - 1 : first].isalnum() and not text[last + 1 : last + 2].isalnum():
            return True
        start = stream.find(wanted, start + 1)
    return False
