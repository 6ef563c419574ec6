"""Read lines in scripts that the first engine lacks: Cyrillic, Persian, Arabic.

The first engine returns look-alikes from its own alphabet for such lines, with low confidence. They
are tried with Tesseract, whose answer counts only if it contains letters that exist in that script
alone, read with confidence. Text is stored as read: the Cyrillic М and the Latin M stay different
characters here, and are folded only when strings are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from values.rule import Declared
from values.text import CYRILLIC_OWN
from vision.media.rectify import crop_quad, side_lengths
from vision.ocr.engine import reread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from vision.ocr.engine import Recognised, TextEngine
    from vision.types import Engine, Pixels, TextLine

DOUBT = 0.97
"""Only lines read less surely than this by the first engine are tried in another script."""

LONG_ENOUGH = 4
"""Minimum number of characters of a line for its confidence to say anything about its script."""

USUAL_WIDTH = 0.6
"""Approximate character width, in line heights."""

UNREAD = 0.3
"""A line with fewer characters than this share of its capacity was found but not read."""

MOST_LINES = 12
"""Maximum number of lines of one photo that are tried in one script."""

PROBES = 4
"""Lines tried first; the others follow only if one of these is in the script."""

ACCEPT = 0.45
"""Minimum confidence (0–1) for an answer of Tesseract to count."""

UNSURE = 0.8
"""A photo of which more than half the lines are read less surely than this may be in a script that
the first engine lacks.
"""

LEAST_CYRILLIC = 2
"""Minimum number of distinctive Cyrillic letters in a Cyrillic line."""

LEAST_ARABIC = 3
"""Minimum number of letters of the Arabic block in a Persian or Arabic line."""

TELLING = CYRILLIC_OWN - frozenset("ЁУё")
"""Distinctive Cyrillic letters, which no Latin letter with or without an accent resembles."""

CYRILLIC = ("rus", "eng")
"""Tesseract's language codes for Cyrillic lines."""

ARABIC = ("fas", "ara")
"""Tesseract's language codes for Persian and Arabic lines."""

RULES: Final = Declared(
    "scripts",
    test="tests/unit/vision/ocr/test_scripts.py",
    source="assumed",
    units={
        "DOUBT": "confidence of a line, 0-1",
        "LONG_ENOUGH": "characters",
        "USUAL_WIDTH": "line heights",
        "UNREAD": "share of the line's capacity, 0-1",
        "MOST_LINES": "lines",
        "PROBES": "lines",
        "ACCEPT": "confidence of an answer, 0-1",
        "UNSURE": "confidence of a line, 0-1",
        "LEAST_CYRILLIC": "letters",
        "LEAST_ARABIC": "letters",
        "TELLING": "letters",
        "CYRILLIC": "languages",
        "ARABIC": "languages",
    },
)


@runtime_checkable
class ReadsLanguages(Protocol):
    """An engine that accepts a list of expected languages."""

    languages: tuple[str, ...]

    @property
    def identity(self) -> Engine:
        """Name, version and weights of this engine."""
        ...

    def recognise(
        self, crops: Sequence[Pixels], *, languages: tuple[str, ...] | None = None
    ) -> tuple[Recognised, ...]:
        """Read upright line crops, expecting the given languages."""
        ...


def read_other_scripts(
    pixels: Pixels,
    engine: TextEngine,
    parts: Sequence[Sequence[TextLine]],
    cyrillic: Mapping[str, TextLine] | None = None,
) -> dict[str, TextLine]:
    """Read the lines that are in other scripts with Tesseract: {line number: its line}.

    If the `cyrillic` engine has found lines of its script, only these are read again.
    """
    if not isinstance(engine, ReadsLanguages):
        return {}
    if cyrillic:
        return _try(pixels, engine, list(cyrillic.values())[:MOST_LINES], CYRILLIC, _cyrillic)
    lines = [line for part in parts for line in part if _doubtful(line)]
    lines.sort(key=lambda line: -max(len(line.text), _room_for(line)) * (1.5 - line.confidence))
    found: dict[str, TextLine] = {}
    for languages, letters in ((CYRILLIC, _cyrillic), (ARABIC, _arabic)):
        if not any(language in engine.languages for language in languages):
            continue
        rest = [line for line in lines[:MOST_LINES] if line.line_id not in found]
        probes, others = rest[:PROBES], rest[PROBES:]
        here = _try(pixels, engine, probes, languages, letters)
        if here and others:
            here |= _try(pixels, engine, others, languages, letters)
        found |= here
        if found or not _all_doubtful(parts):
            break
    return found


def replaces(first: TextLine, other: TextLine) -> bool:
    """Whether a line in another script replaces what the first engine read.

    Only if it was read at least as surely: for a line in Latin letters, an engine for another
    script returns look-alikes with low confidence.
    """
    return other.confidence >= first.confidence


def _doubtful(line: TextLine) -> bool:
    """Whether a line may be in another script: unsure, or far too short for its outline."""
    length = len(line.text.replace(" ", ""))
    unread = length < UNREAD * _room_for(line)
    return line.confidence < DOUBT and (unread or length >= LONG_ENOUGH)


def _room_for(line: TextLine) -> float:
    """How many characters of usual width fit in the outline of a line."""
    width, height = side_lengths(line.corners)
    return width / max(USUAL_WIDTH * height, 1.0)


def _all_doubtful(parts: Sequence[Sequence[TextLine]]) -> bool:
    """Whether the first engine was unsure of most of what it read."""
    lines = [line for part in parts for line in part if len(line.text) >= LONG_ENOUGH]
    return sum(line.confidence < UNSURE for line in lines) * 2 > len(lines)


def _try(
    pixels: Pixels,
    engine: ReadsLanguages,
    lines: Sequence[TextLine],
    languages: tuple[str, ...],
    letters: Callable[[Recognised], bool],
) -> dict[str, TextLine]:
    crops = [crop_quad(pixels, line.corners) for line in lines]
    answers = engine.recognise(crops, languages=languages)
    return {
        line.line_id: reread(line, engine.identity, answer)
        for line, answer in zip(lines, answers, strict=True)
        if letters(answer)
    }


def _cyrillic(answer: Recognised) -> bool:
    own = sum(char in TELLING for char in answer.text)
    return own >= LEAST_CYRILLIC and answer.confidence >= ACCEPT


def _arabic(answer: Recognised) -> bool:
    own = sum("\u0600" <= char <= "\u06ff" for char in answer.text)
    return own >= LEAST_ARABIC and answer.confidence >= ACCEPT
