"""Read further crops: wider ones of known lines, and strips beside labels without a value.

A text detector cuts lines tightly and misses faint or hand-written ones. A character cut off at the
end of a value reappears in a wider crop; a value that was not found at all is often in the strip to
the right of its label.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vision.media.rectify import crop_quad, side_lengths, stretched
from vision.ocr.engine import Recognised
from vision.ocr.lattice import Lattice
from vision.plate.labels import find_labels
from vision.plate.layout import Row, rows_of
from vision.plate.spans import open_labels, read_plate, telling_lines
from vision.plate.views import SeenLine, one_place
from vision.shapes import plausible

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from vision.ocr.engine import TextEngine
    from vision.types import FieldName, Pixels, Quad, TextLine

    Vector = npt.NDArray[np.float64]

WIDER, TALLER = 0.55, 0.12
"""How far a wider crop extends beyond each end, and above and below, in letter heights."""

MOST_WIDER = 10

JOINTS = "-–/"
"""A line that begins or ends with one of these continues: its outline was cut short."""

REST = (6.0, 9.0)
"""Letter heights beyond that end in the first and the second extra crop: where one crop misses a
digit in a run of equal ones, the other often has them all.
"""

LEAST_TOLD, LEAST_REST = 3, 2
"""Minimum number of letters and digits of such a line, and least new ones beyond it."""

MOST_CUT = 3

STRIP = 9.0
"""Length of a strip beside a label, in letter heights."""

STRIP_SURE = 0.75
"""Minimum confidence (0–1) for a strip's text to count as a line."""

MOST_STRIPS = 6
BRIDGE = 1.3
"""Two lines in one row are tried as one if the gap is less than this many letter heights."""

OVERLAP = 2.0
"""Nor may they overlap by more than this."""

MOST_BRIDGES = 8


def extended(
    pixels: Pixels, engine: TextEngine, parts: Sequence[Sequence[TextLine]]
) -> list[SeenLine]:
    """Read key lines in wider crops; return those whose text continues beyond their ends."""
    chosen = telling_lines([read_plate(part) for part in parts])[:MOST_WIDER]
    quads = [stretched(one.corners, sides=TALLER, ends=WIDER) for one in chosen]
    answers = engine.recognise([crop_quad(pixels, quad) for quad in quads])
    return [
        SeenLine(corners=quad, read=answer)
        for line, quad, answer in zip(chosen, quads, answers, strict=True)
        if _goes_on(line.text, answer.text) and answer.confidence >= 0.9 * line.confidence
    ]


def _goes_on(text: str, longer: str) -> bool:
    """Whether `longer` contains the text plus one or two letters or digits at its ends."""
    before, found, after = longer.partition(text)
    more = before + after
    return bool(found) and 1 <= len(more) <= 2 and more.isalnum()


def completed(
    pixels: Pixels, engine: TextEngine, parts: Sequence[Sequence[TextLine]]
) -> list[SeenLine]:
    """Read lines beyond a hyphen or stroke at their end; return those that do continue.

    A detector may take the faint half of an identifier such as `JG-1000VA-BMS8S` for background.
    """
    pieces = [(line, part) for part in parts for line in part if any(_cut_short(line.text))]
    tried = [
        (line, quad)
        for line, part in pieces[:MOST_CUT]
        for quad in (_with_rest(line, rest) for rest in REST)
        if not any(one_place(quad, other.corners) for other in part if other is not line)
    ]
    answers = engine.recognise([crop_quad(pixels, quad) for _, quad in tried])
    return [
        SeenLine(corners=quad, read=answer)
        for (line, quad), answer in zip(tried, answers, strict=True)
        if _holds(line.text.strip(), answer.text) and answer.confidence >= 0.9 * line.confidence
    ]


def _cut_short(text: str) -> tuple[bool, bool]:
    """At which ends, left and right, a text that is more than a sign must continue."""
    text = text.strip()
    told = sum(char.isalnum() for char in text) >= LEAST_TOLD
    return told and text[0] in JOINTS, told and text[-1] in JOINTS


def _holds(piece: str, text: str) -> bool:
    """Whether a text contains a fragment and at least two more letters or digits beside it."""
    before, found, after = text.partition(piece)
    return bool(found) and sum(char.isalnum() for char in before + after) >= LEAST_REST


def _with_rest(line: TextLine, rest: float) -> Quad:
    """Extend the outline of a line by this many letter heights where its text must continue."""
    left, right = _cut_short(line.text)
    q = np.asarray(line.corners, dtype=np.float64)
    width, height = side_lengths(line.corners)
    step = (q[1] - q[0]) / max(width, 1.0) * rest * height
    a, b, c, d = (
        (float(x), float(y))
        for x, y in (
            q[0] - left * step,
            q[1] + right * step,
            q[2] + right * step,
            q[3] - left * step,
        )
    )
    return (a, b, c, d)


def strips(
    pixels: Pixels, engine: TextEngine, parts: Sequence[Sequence[TextLine]]
) -> list[SeenLine]:
    """Read beside and below labels without a value; return what looks like a value."""
    asked: list[tuple[FieldName, Quad]] = []
    for part in parts:
        for field, row, right in open_labels(part):
            asked += [(field, quad) for quad in _places(row, right)]
    asked = asked[:MOST_STRIPS]
    answers = engine.recognise([crop_quad(pixels, quad) for _, quad in asked])
    return [
        SeenLine(corners=quad, read=answer)
        for (field, quad), answer in zip(asked, answers, strict=True)
        if answer.confidence >= STRIP_SURE and plausible(field, answer.text) >= 0.7
    ]


def _places(row: Row, right: float) -> list[Quad]:
    """Outline the strip to the right of a label and the one below it."""
    q = np.asarray(row.line.corners, dtype=np.float64)
    width, height = side_lengths(row.line.corners)
    along = (q[1] - q[0]) / max(width, 1.0)
    down = (q[3] - q[0]) / max(height, 1.0)
    end = q[0] + along * (right + 0.25 * row.height) - down * 0.2 * row.height
    under = q[3] + down * 0.1 * row.height - along * 0.3 * row.height
    return [
        _box(end, along, down, STRIP * row.height, 1.4 * row.height),
        _box(under, along, down, max(width, 6 * row.height), 1.4 * row.height),
    ]


def _box(corner: Vector, along: Vector, down: Vector, width: float, height: float) -> Quad:
    spots = [corner, corner + along * width, corner + along * width + down * height]
    spots.append(corner + down * height)
    a, b, c, d = ((float(x), float(y)) for x, y in spots)
    return (a, b, c, d)


def bridged(
    pixels: Pixels, engine: TextEngine, parts: Sequence[Sequence[TextLine]]
) -> list[SeenLine]:
    """Read neighbours in a row as one line; return those that lose nothing by it."""
    pairs = [
        (left.line, right.line, _union(left.line, right.line))
        for rows in map(rows_of, parts)
        for left in rows
        for right in rows
        if _adjacent(left, right)
    ]
    pairs = pairs[:MOST_BRIDGES]
    answers = engine.recognise([crop_quad(pixels, quad) for *_, quad in pairs])
    joined = []
    for (left_line, right_line, quad), answer in zip(pairs, answers, strict=True):
        before = min(left_line.confidence, right_line.confidence)
        letters = len(left_line.text.replace(" ", "")) + len(right_line.text.replace(" ", ""))
        # Where outlines overlap, both may hold the characters between them.
        kept = len(answer.text.replace(" ", "")) >= letters - _twice(left_line, right_line)
        if kept and answer.confidence >= 0.95 * before:
            joined.append(SeenLine(corners=quad, read=answer))
    return joined


def overlapped(parts: Sequence[Sequence[TextLine]]) -> list[SeenLine]:
    """Join neighbours in a row whose outlines overlap and that read the same characters there.

    A detector sometimes splits one long identifier into two fragments that share a few characters,
    such as `IRSU 26` and `265768 1`; joining them needs no engine.
    """
    return [
        seen
        for rows in map(rows_of, parts)
        for left in rows
        for right in rows
        if right.left < left.right
        and _adjacent(left, right)
        and (seen := _joined(left.line, right.line))
    ]


def _joined(left: TextLine, right: TextLine) -> SeenLine | None:
    first, second = left.lattice, right.lattice
    if not isinstance(first, Lattice) or not isinstance(second, Lattice):
        return None
    shared = next(
        (n for n in range(len(right.text) - 1, 0, -1) if left.text.endswith(right.text[:n])), 0
    )
    spelt = len(first.path) == len(left.text) and len(second.path) == len(right.text)
    if not spelt or not shared or abs(shared - _twice(left, right)) > 1:
        return None
    lattice = first.joined(second.part(shared, len(right.text)))
    read = Recognised(
        text=left.text + right.text[shared:],
        confidence=min(left.confidence, right.confidence),
        glyphs=(*left.glyphs, *right.glyphs[shared:]),
        lattice=lattice,
    )
    return SeenLine(corners=_union(left, right), read=read)


def _adjacent(left: Row, right: Row) -> bool:
    height = max(left.height, right.height)
    if not -OVERLAP * height <= right.left - left.right <= BRIDGE * height:
        return False
    if right.right <= left.right or right.left <= left.left:
        return False
    same_row = abs(left.middle - right.middle) < 0.35 * height
    short = (right.right - left.left) < 25 * height
    alike = max(left.height, right.height) < 1.5 * min(left.height, right.height)
    labelled = any(find_labels(row.line.text) for row in (left, right))
    return (
        left is not right
        and not labelled
        and same_row
        and short
        and alike
        and _identifiers(left, right)
    )


def _twice(left: TextLine, right: TextLine) -> int:
    """Count the characters that two overlapping outlines may share."""
    first, second = rows_of([left, right])[0], rows_of([left, right])[-1]
    ends = (min(first.right, second.right), max(first.left, second.left))
    overlap = max(0.0, ends[0] - ends[1])
    return round(overlap / (0.6 * max(first.height, 1.0)))


def _identifiers(left: Row, right: Row) -> bool:
    """Whether two lines may be parts of one identifier: capitals and digits, a digit in one."""
    texts = [left.line.text.strip(), right.line.text.strip()]
    plain = all(t.upper() == t and len(t.replace(" ", "")) <= 12 for t in texts)
    return plain and any(char.isdigit() for t in texts for char in t)


def _union(left: TextLine, right: TextLine) -> Quad:
    return (left.corners[0], right.corners[1], right.corners[2], left.corners[3])
