"""Decide which lines of a photo are in Cyrillic: a few are tried first, the rest only if one is.

The first engine has no Cyrillic and answers with look-alike Latin letters, often with high
confidence: `HAPAHS` for НАФАНЯ, `KP1533N7` for КР1533ИД7. So its confidence is no guide. The
largest lettering is tried first, since makers and models are set large; lines whose letters all
have a Cyrillic look-alike, and doubtful ones, come before others.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from values.rule import Declared
from values.text import CYRILLIC_OWN, LATIN_OWN
from vision.media.rectify import crop_quad, side_lengths, stretched, turn_quad
from vision.ocr.engine import reread
from vision.plate.layout import common_direction, direction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.ocr.engine import TextEngine
    from vision.types import Pixels, TextLine

PROBES = 6
"""Lines tried on a photo that shows no Cyrillic; if there are many lines, one in `SHARE`."""

SHARE = 8
"""If there are many lines, one in this many is tried first."""

MOST_LINES = 40
"""Maximum number of lines of one photo that the Cyrillic engine reads."""

ROOM = 0.1
"""A line is cropped this much longer at each end, in letter heights: detectors cut tightly."""

LEAST_LETTERS = 2
"""Minimum number of characters of a line to be tried."""

SURE = 0.7
"""Minimum confidence (0–1) for a line to count as Cyrillic on a photo that has shown none yet."""

ACCEPT = 0.55
"""Minimum confidence (0–1) for a line to count as Cyrillic once there are lines that are surely
Cyrillic.
"""

OTHER_SCRIPT = 0.75
"""Confidence (0–1) from which the first engine is believed that a line is in another script, such
as Chinese, or digits.
"""

ALIEN_LINES = 2
"""A photo with this many lines surely in another script is assumed to have no Cyrillic: plates with
both are rarer than Chinese lines that look Cyrillic to this engine.
"""

UPRIGHT = 0.9
"""Lines read at least this surely by the first engine decide which way up a photo's lines are."""

TELLING = CYRILLIC_OWN - frozenset("ЗзУЧбЬь")
"""Cyrillic letters not easily confused with a digit or a worn Latin letter; З, Ь and others are
weak evidence, since 3 and b resemble them.
"""

DOUBLES = frozenset("ABCEHIKMNOPRTXY3460b")
"""What the first engine usually reads for Cyrillic capitals."""

RULES: Final = Declared(
    "cyrillic",
    test="tests/unit/vision/plate/test_cyrillic.py",
    source="assumed",
    units={
        "PROBES": "lines",
        "SHARE": "lines per line tried first",
        "MOST_LINES": "lines",
        "ROOM": "letter heights",
        "LEAST_LETTERS": "characters",
        "SURE": "confidence of an answer, 0-1",
        "ACCEPT": "confidence of an answer, 0-1",
        "OTHER_SCRIPT": "confidence of a line, 0-1",
        "ALIEN_LINES": "lines",
        "UPRIGHT": "confidence of a line, 0-1",
        "TELLING": "letters",
        "DOUBLES": "characters",
    },
)


def read_cyrillic(
    pixels: Pixels, engine: TextEngine, parts: Sequence[Sequence[TextLine]]
) -> dict[str, TextLine]:
    """Read the Cyrillic lines with the Cyrillic engine: {line number: its line}."""
    every = [line for part in parts for line in part]
    if sum(surely_alien(line) for line in every) >= ALIEN_LINES:
        return {}
    lines = [line for line in every if may_be(line)]
    lines = [upright(line, lines) for line in lines]
    lines.sort(key=promise, reverse=True)
    count = max(PROBES, len(lines) // SHARE)
    probes, others = lines[:count], lines[count:MOST_LINES]
    found = _read(pixels, engine, probes, SURE)
    if found:
        rest = [line for line in probes if line.line_id not in found]
        found |= _read(pixels, engine, rest + others, ACCEPT)
    return found


def may_be(line: TextLine) -> bool:
    """Whether a line may be Cyrillic: not if surely read as digits, or in an unrelated script.

    To this engine, which knows no Chinese, 号 looks like a certain Ц.
    """
    digits_only = not any(char.isalpha() for char in line.text)
    settled = surely_alien(line) or (digits_only and line.confidence >= OTHER_SCRIPT)
    return len(line.text.strip()) >= LEAST_LETTERS and not settled


def surely_alien(line: TextLine) -> bool:
    """Whether the first engine surely saw letters without capitals, such as Chinese."""
    alien = any(unicodedata.category(char) == "Lo" for char in line.text)
    return alien and line.confidence >= OTHER_SCRIPT


def promise(line: TextLine) -> float:
    """Rank a line for a try: large, doubtful, made of letters with a Cyrillic look-alike."""
    letters = [char for char in line.text if char.isalpha()]
    digits = sum(char.isdigit() for char in line.text)
    double = sum(char in DOUBLES for char in letters) / max(len(letters), 1)
    telling = 0.3 if digits > len(letters) + 2 else 1.0
    width, height = side_lengths(line.corners)
    size = math.sqrt(max(width, 1.0)) * height
    return size * telling * (1.3 - line.confidence) * (0.2 + double**2)


def upright(line: TextLine, lines: Sequence[TextLine]) -> TextLine:
    """Rotate a doubtful line by 180° if it is upside down among surely read ones."""
    sure = [one.corners for one in lines if one.confidence >= UPRIGHT and len(one.text) > 3]
    if not sure or line.confidence >= UPRIGHT:
        return line
    if math.cos(direction(line.corners) - common_direction(sure)) > -0.8:
        return line
    return replace(line, corners=turn_quad(line.corners, 2))


def _read(
    pixels: Pixels, engine: TextEngine, lines: Sequence[TextLine], least: float
) -> dict[str, TextLine]:
    """Read lines one by one, so that a result does not depend on another line's width."""
    found = {}
    for line in lines:
        crop = crop_quad(pixels, stretched(line.corners, sides=0.0, ends=ROOM))
        answer = engine.recognise([crop])[0]
        if answer.confidence >= least and is_cyrillic(answer.text, surely=least >= SURE):
            found[line.line_id] = reread(line, engine.identity, answer)
    return found


def is_cyrillic(text: str, *, surely: bool) -> bool:
    """Whether a text is in Cyrillic: it has a distinctive letter, and no word mixes two alphabets.

    `surely` requires half a letter more, where a weak one counts half, and no fewer than there are
    letters of Latin alone.
    """
    telling = sum(char in TELLING for char in text)
    words = re.findall(r"[^\W\d_]+", text)
    mixed = any(set(word) & CYRILLIC_OWN and set(word) & LATIN_OWN for word in words)
    if mixed or not telling:
        return False
    speaks_for = telling + 0.5 * sum(char in CYRILLIC_OWN - TELLING for char in text)
    against = sum(char in LATIN_OWN for char in text)
    return speaks_for >= max(1.5, against) if surely else True
