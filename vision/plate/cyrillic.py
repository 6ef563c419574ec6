"""Which lines of a photo are in Cyrillic: a few are tried, and all the rest only if one of them is.

The first reader has no Cyrillic and answers with letters of its own that look alike, often surely:
`HAPAHS` for НАФАНЯ, `KP1533N7` for КР1533ИД7. So its confidence does not tell. The largest
lettering is tried first, since makers and models are set large; lines whose letters all have a
Cyrillic double, and doubtful ones, before others.
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
"""Lines tried on a photo that shows no Cyrillic; of many lines, one in `SHARE`."""

SHARE = 8
"""Of many lines one in so many is tried first."""

MOST_LINES = 40
"""Lines of one photo that this reader is asked to read at most."""

ROOM = 0.1
"""A line is cut this much longer at each end, in letter heights: finders cut tightly."""

LEAST_LETTERS = 2
"""Characters that a line has to have to be tried."""

SURE = 0.7
"""Confidence (0–1) from which a line counts as Cyrillic on a photo that showed none yet."""

ACCEPT = 0.55
"""The same beside lines that are surely Cyrillic."""

OTHER_SCRIPT = 0.75
"""Confidence from which the first reader is believed that a line is Chinese, say, or digits."""

ALIEN_LINES = 2
"""A photo with this many such lines is taken for one without Cyrillic: plates of two alien scripts
are rarer than Chinese lines that look like Cyrillic ones to this reader."""

UPRIGHT = 0.9
"""Lines read at least this surely by the first reader say which way up a photo's lines stand."""

TELLING = CYRILLIC_OWN - frozenset("ЗзУЧбЬь")
"""Cyrillic letters that no digit or worn Latin letter is easily taken for; З, Ь and others are weak
signs, since 3 and b look like them."""

DOUBLES = frozenset("ABCEHIKMNOPRTXY3460b")
"""What the first reader makes of Cyrillic capitals, most of the time."""

RULES: Final = Declared(
    "cyrillic",
    test="tests/unit/vision/plate/test_cyrillic.py",
    source="assumed",
    units={
        "PROBES": "lines",
        "SHARE": "lines to one that is tried first",
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
    """Let the Cyrillic reader read the lines that are in Cyrillic: {line number: its line}."""
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
    """Say whether a line may be Cyrillic: not if surely read as digits, or in an alien script.

    To this reader, which knows no Chinese, 号 is a surely read Ц.
    """
    digits_only = not any(char.isalpha() for char in line.text)
    settled = surely_alien(line) or (digits_only and line.confidence >= OTHER_SCRIPT)
    return len(line.text.strip()) >= LEAST_LETTERS and not settled


def surely_alien(line: TextLine) -> bool:
    """Say whether the first reader surely saw letters without capitals, as of Chinese."""
    alien = any(unicodedata.category(char) == "Lo" for char in line.text)
    return alien and line.confidence >= OTHER_SCRIPT


def promise(line: TextLine) -> float:
    """Say how much a try at a line promises: large, doubtful, made of letters with a double."""
    letters = [char for char in line.text if char.isalpha()]
    digits = sum(char.isdigit() for char in line.text)
    double = sum(char in DOUBLES for char in letters) / max(len(letters), 1)
    telling = 0.3 if digits > len(letters) + 2 else 1.0
    width, height = side_lengths(line.corners)
    size = math.sqrt(max(width, 1.0)) * height
    return size * telling * (1.3 - line.confidence) * (0.2 + double**2)


def upright(line: TextLine, lines: Sequence[TextLine]) -> TextLine:
    """Give a doubtful line turned over if it stands on its head among surely read ones."""
    sure = [one.corners for one in lines if one.confidence >= UPRIGHT and len(one.text) > 3]
    if not sure or line.confidence >= UPRIGHT:
        return line
    if math.cos(direction(line.corners) - common_direction(sure)) > -0.8:
        return line
    return replace(line, corners=turn_quad(line.corners, 2))


def _read(
    pixels: Pixels, engine: TextEngine, lines: Sequence[TextLine], least: float
) -> dict[str, TextLine]:
    """Read lines one by one, so that what one says does not hang on the width of another."""
    found = {}
    for line in lines:
        crop = crop_quad(pixels, stretched(line.corners, sides=0.0, ends=ROOM))
        answer = engine.recognise([crop])[0]
        if answer.confidence >= least and is_cyrillic(answer.text, surely=least >= SURE):
            found[line.line_id] = reread(line, engine.identity, answer)
    return found


def is_cyrillic(text: str, *, surely: bool) -> bool:
    """Say whether a text is in Cyrillic: a telling letter, and no word in two alphabets.

    `surely` asks for half a letter more, where a weak one counts half, and for no fewer than
    there are letters of Latin alone.
    """
    telling = sum(char in TELLING for char in text)
    words = re.findall(r"[^\W\d_]+", text)
    mixed = any(set(word) & CYRILLIC_OWN and set(word) & LATIN_OWN for word in words)
    if mixed or not telling:
        return False
    speaks_for = telling + 0.5 * sum(char in CYRILLIC_OWN - TELLING for char in text)
    against = sum(char in LATIN_OWN for char in text)
    return speaks_for >= max(1.5, against) if surely else True
