"""Read one value from several exposures of its line, aligned and combined."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import combinations
from typing import TYPE_CHECKING

from vision.media.rectify import side_lengths
from vision.ocr.lattice import Lattice
from vision.plate.spans import find_fields
from vision.plate.stacking import stack_lines
from vision.plate.weighing import lattice_of
from vision.shapes import letters_and_digits
from vision.types import TextLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.ocr.engine import TextEngine
    from vision.types import FieldReading, Pixels

ALIKE = 1.25
"""Largest factor between the proportions of two outlines of the same line."""

SAME = 0.6
"""Minimum share of common characters for two texts to be alike."""


def read_stack(
    exposures: Sequence[tuple[Pixels, FieldReading]], engine: TextEngine
) -> Lattice | None:
    """Read one value in several photos, aligned and combined.

    Args:
        exposures: each exposure's picture and its reading of the value, in that picture's pixels.
        engine: the engine to use.

    Returns the value's lattice, without a label before it; None if the outlines are not of the same
    line, or if the single exposures contradict what their stack reads as.
    """
    ordered = sorted(exposures, key=lambda exposure: -exposure[1].confidence)
    alike = [exposure for exposure in ordered if _alike(exposure[1], ordered[0][1])]
    if len(alike) < 2:
        return None
    picture = stack_lines(
        [pixels for pixels, _ in alike], [reading.source.corners for _, reading in alike]
    )
    lattice = None if picture is None else _value(engine, picture, ordered[0][1])
    if lattice is None:
        return None
    texts = [reading.text for _, reading in alike]
    return lattice if stack_is_consistent(lattice.text, texts) else None


def stack_is_consistent(stack: str, texts: Sequence[str]) -> bool:
    """Whether a stack that reads as `stack` may count beside exposures that read as `texts`.

    It may not if it shows nothing, nor if two exposures read alike and it reads like neither.
    Exposures that all differ say nothing about their stack, and then it is most useful.
    """
    plain = letters_and_digits(stack)
    read = [text for text in map(letters_and_digits, texts) if text]
    agree = any(_like(one, other) for one, other in combinations(read, 2))
    return bool(plain) and (not agree or any(_like(plain, text) for text in read))


def _alike(one: FieldReading, first: FieldReading) -> bool:
    """Whether two exposures outline the same line: its proportions and its length agree."""
    sides = [side_lengths(reading.source.corners) for reading in (one, first)]
    (a, b), (c, d) = sides
    ratio = a * d / max(b * c, 1e-9)
    lengths = [len(letters_and_digits(reading.text)) for reading in (one, first)]
    return 1 / ALIKE <= ratio <= ALIKE and abs(lengths[0] - lengths[1]) <= 1


def _value(engine: TextEngine, picture: Pixels, like: FieldReading) -> Lattice | None:
    """Read the picture and keep the value's part, if a label precedes it."""
    (answer,) = engine.recognise([picture])
    if not isinstance(answer.lattice, Lattice):
        return None
    height, width = picture.shape[:2]
    line = TextLine(
        line_id="stack",
        corners=((0.0, 0.0), (width, 0.0), (width, height), (0.0, height)),
        text=answer.text,
        confidence=answer.confidence,
        glyphs=answer.glyphs,
        engine=engine.identity,
        lattice=answer.lattice,
    )
    labelled = [g for g in find_fields([line]) if g.field == like.field and g.label is not None]
    return lattice_of(labelled[0]) if labelled else answer.lattice


def _like(plain: str, text: str) -> bool:
    if abs(len(plain) - len(text)) > 1:
        return False
    return SequenceMatcher(None, plain, text, autojunk=False).ratio() >= SAME
