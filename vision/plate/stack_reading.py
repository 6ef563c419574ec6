"""One value read in several exposures of its line that are laid over each other."""

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
"""Outlines of one line have proportions that differ by this factor at most."""

SAME = 0.6
"""Two texts read alike from this share of characters in common."""


def read_stack(looks: Sequence[tuple[Pixels, FieldReading]], engine: TextEngine) -> Lattice | None:
    """Read what several photos show of one value when they are laid over each other.

    Args:
        looks: each exposure's picture and its reading of the value, in that picture's pixels.
        engine: the reader that is asked.

    Gives the value's lattice, without a label before it; None where the outlines are not of the
    same line, or where the looks speak against what their stack reads as.
    """
    ordered = sorted(looks, key=lambda look: -look[1].confidence)
    alike = [look for look in ordered if _alike(look[1], ordered[0][1])]
    if len(alike) < 2:
        return None
    picture = stack_lines(
        [pixels for pixels, _ in alike], [reading.source.corners for _, reading in alike]
    )
    lattice = None if picture is None else _value(engine, picture, ordered[0][1])
    if lattice is None:
        return None
    texts = [reading.text for _, reading in alike]
    return lattice if is_borne_out(lattice.text, texts) else None


def is_borne_out(stack: str, texts: Sequence[str]) -> bool:
    """Say whether a stack that reads so may count beside looks that read as `texts`.

    It may not where it shows nothing, nor where two looks read alike and it reads like none.
    Looks that all differ say nothing about their stack: it is then that it tells most.
    """
    plain = letters_and_digits(stack)
    looks = [text for text in map(letters_and_digits, texts) if text]
    agree = any(_like(one, other) for one, other in combinations(looks, 2))
    return bool(plain) and (not agree or any(_like(plain, text) for text in looks))


def _alike(one: FieldReading, first: FieldReading) -> bool:
    """Say whether two looks outline the same line: its proportions and its length agree."""
    sides = [side_lengths(reading.source.corners) for reading in (one, first)]
    (a, b), (c, d) = sides
    ratio = a * d / max(b * c, 1e-9)
    lengths = [len(letters_and_digits(reading.text)) for reading in (one, first)]
    return 1 / ALIKE <= ratio <= ALIKE and abs(lengths[0] - lengths[1]) <= 1


def _value(engine: TextEngine, picture: Pixels, like: FieldReading) -> Lattice | None:
    """Read the picture and keep the value's part, where a label stands before it."""
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
