"""Detect values that may be only a fragment of the true one; these are never stated.

On a plate with `MRW-A 4191-004` in two boxes, or `TYPE 500` above `500452U025AA2B`, an engine may
return a part as the whole, surely read and correctly labelled. So a value is not stated if its row
continues beside it in text that belongs to nothing else, or if a longer identifier on the plate
begins or ends with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from vision.plate.draft import CLAIMED
from vision.plate.labels import find_labels
from vision.plate.layout import rows_of
from vision.shapes import letters_and_digits, looks_like_date, looks_like_measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.plate.layout import Row
    from vision.types import FieldSource, TextLine

BESIDE = 2.5
"""Text within this many letter heights of a value, in its row, may belong to it."""

SAME_ROW, ALIKE = 0.5, 1.7
"""Two texts are in one row if their centres differ by less than `SAME_ROW` letter heights, and in
the same lettering if their heights differ by at most the factor `ALIKE`.
"""


class Placed(Protocol):
    """A value with its position: a draft of a field, or a reading."""

    @property
    def text(self) -> str:
        """The value."""
        ...

    @property
    def strength(self) -> float:
        """How far the rule that assigned it to the field is trusted (0–1)."""
        ...

    @property
    def source(self) -> FieldSource:
        """Its position."""
        ...


def longer_value(value: Placed, fields: Sequence[Placed], lines: Sequence[TextLine]) -> str | None:
    """Return the text that suggests that a value is a fragment of a longer one, or None.

    `fields` are all values of the plate, `lines` all its lines. The same text repeated beside a
    value is the value read again, not a part of it.
    """
    plain = letters_and_digits(value.text)
    claimed = {one.source.line_id for one in fields if one.strength >= CLAIMED}
    rows = rows_of(lines)
    free = _without_dates([row for row in rows if _free(row, claimed)])
    own = next((row for row in rows if row.line.line_id == value.source.line_id), None)
    near = [row for row in free if own and _beside(own, row) and not _parted(own, row, rows)]
    other = [row for row in near if letters_and_digits(row.line.text) != plain]
    more = next((row for row in free if row in other or _holds(row, value)), None)
    return None if more is None else more.line.text


def _free(row: Row, claimed: set[str]) -> bool:
    """Whether a row's text belongs to no label or value, and may be part of an identifier.

    Measures, dates and ordinary words are found beside values without belonging to them.
    """
    text = row.line.text
    if row.line.line_id in claimed or find_labels(text):
        return False
    if looks_like_measure(text) or looks_like_date(text):
        return False
    return text == text.upper() and bool(letters_and_digits(text))


def _without_dates(rows: Sequence[Row]) -> list[Row]:
    """Leave out fragments of a date, such as a printed `19` followed by a hand-written year."""
    dated = {
        id(row)
        for left in rows
        for right in rows
        if left.right <= right.right and left is not right and _beside(left, right)
        if looks_like_date(left.line.text + right.line.text)
        for row in (left, right)
    }
    return [row for row in rows if id(row) not in dated]


def _holds(row: Row, value: Placed) -> bool:
    """Whether a longer word of the row begins or ends with the value."""
    plain = letters_and_digits(value.text)
    words = [letters_and_digits(word) for word in row.line.text.split()]
    return any(word != plain and (word.startswith(plain) or word.endswith(plain)) for word in words)


def _beside(own: Row, other: Row) -> bool:
    height = max(own.height, other.height)
    if height > ALIKE * min(own.height, other.height):
        return False
    gap = max(other.left - own.right, own.left - other.right)
    same_row = abs(own.middle - other.middle) < SAME_ROW * height
    return same_row and gap <= BESIDE * height


def _parted(one: Row, other: Row, rows: Sequence[Row]) -> bool:
    """Whether something else, such as the value's label, is between two texts of a row."""
    left, right = sorted((one, other), key=lambda row: row.left)
    return any(
        left.right <= (row.left + row.right) / 2 <= right.left and _beside(row, left)
        for row in rows
        if row is not left and row is not right
    )
