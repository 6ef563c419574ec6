"""Lines in scripts that the first reader lacks: Cyrillic, Persian, Arabic.

The first reader answers such lines with look-alikes of its own alphabet and little confidence.
Those lines are tried with Tesseract; its answer counts only if it holds letters that exist in
that script alone, read with confidence. What was read is kept as read: М and M stay different
characters here, and are folded only where strings are compared.
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
"""Only lines read less surely than this by the first reader are tried in another script."""

LONG_ENOUGH = 4
"""Characters that a line has to have before its confidence says anything of its script."""

USUAL_WIDTH = 0.6
"""Width of a character in line heights, roughly."""

UNREAD = 0.3
"""A line with fewer characters than this share of its room was not read, only found."""

MOST_LINES = 12
"""Lines of one photo that are tried in one script at most."""

PROBES = 4
"""Lines tried first; the others follow only if one of these turns out to be in the script."""

ACCEPT = 0.45
"""Confidence (0–1) from which an answer of Tesseract counts."""

UNSURE = 0.8
"""A photo of which more than half the lines are read less surely than this may be in no script that
the first reader has."""

LEAST_CYRILLIC = 2
"""Telling Cyrillic letters that make a line Cyrillic."""

LEAST_ARABIC = 3
"""Letters of the Arabic block that make a line Persian or Arabic."""

TELLING = CYRILLIC_OWN - frozenset("ЁУё")
"""Cyrillic letters that no Latin letter with or without an accent looks like."""

CYRILLIC = ("rus", "eng")
"""Languages, as Tesseract names them, with which lines in Cyrillic are read."""

ARABIC = ("fas", "ara")
"""The same for Persian and Arabic lines."""

RULES: Final = Declared(
    "scripts",
    test="tests/unit/vision/ocr/test_scripts.py",
    source="assumed",
    units={
        "DOUBT": "confidence of a line, 0-1",
        "LONG_ENOUGH": "characters",
        "USUAL_WIDTH": "line heights",
        "UNREAD": "share of the room, 0-1",
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
    """An engine that can be told which languages to expect."""

    languages: tuple[str, ...]

    @property
    def identity(self) -> Engine:
        """Name, version and weights of this reader."""
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
    """Let Tesseract read the lines that are in its scripts: {line number: its line}.

    Where the `cyrillic` reader has found lines of its script, only these are read again.
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
    """Say whether a line in another script is shown in place of what the first reader made of it.

    Only where it was read at least as surely: of a line in Latin letters a reader of another
    script makes look-alikes of its own, and doubts them.
    """
    return other.confidence >= first.confidence


def _doubtful(line: TextLine) -> bool:
    """Say whether a line may be in another script: unsure, or far too short for its outline."""
    length = len(line.text.replace(" ", ""))
    unread = length < UNREAD * _room_for(line)
    return line.confidence < DOUBT and (unread or length >= LONG_ENOUGH)


def _room_for(line: TextLine) -> float:
    """How many characters of usual width have room in the outline of a line."""
    width, height = side_lengths(line.corners)
    return width / max(USUAL_WIDTH * height, 1.0)


def _all_doubtful(parts: Sequence[Sequence[TextLine]]) -> bool:
    """Say whether the first reader was unsure of most of what it read."""
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
