"""A second reader on the lines that matter: those that became fields, and their neighbours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vision.fields import find_fields
from vision.labels import find_labels
from vision.rectify import crop_quad, stretched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.engine import Recognised, TextEngine
    from vision.types import Engine, Pixels, TextLine

MOST_LINES = 8
"""Lines of one photo that a second reader is asked to read, the most telling first."""

MOST_CONTESTED = 4

ROOM = 0.2
"""Another engine gets a crop this much longer at each end, in letter heights."""

WANTED = ("serial", "model", "part_number", "maker", "nsn", "cage", "date", "lot", "contract")


def read_again(
    pixels: Pixels,
    engine: TextEngine,
    parts: Sequence[Sequence[TextLine]],
    contested: Sequence[TextLine] = (),
) -> dict[str, TextLine]:
    """Let another engine read the telling lines of all regions: {line number: its line}.

    Of the `contested` ones, on which looks differ, it reads a few too.
    """
    chosen = telling_lines(parts)[:MOST_LINES]
    told = {line.line_id for line in chosen}
    chosen += [line for line in contested if line.line_id not in told][:MOST_CONTESTED]
    answers = engine.recognise(
        [crop_quad(pixels, stretched(line.corners, sides=0.0, ends=ROOM)) for line in chosen]
    )
    return {
        line.line_id: by(line, engine.identity, answer)
        for line, answer in zip(chosen, answers, strict=True)
        if answer.text.strip()
    }


def by(line: TextLine, engine: Engine, answer: Recognised) -> TextLine:
    """Give the same line as another engine read it."""
    return replace(
        line,
        text=answer.text,
        confidence=answer.confidence,
        glyphs=answer.glyphs,
        engine=engine,
        lattice=answer.lattice,
    )


def telling_lines(parts: Sequence[Sequence[TextLine]]) -> list[TextLine]:
    """Order lines by how much they tell: values of fields by the strength of the guess, labels."""
    worth: dict[str, float] = {}
    lines = {line.line_id: line for part in parts for line in part}
    for part in parts:
        for guess in find_fields(part):
            value = guess.strength + (1.0 if guess.field == WANTED[0] else 0.5)
            if guess.field in WANTED:
                worth[guess.line.line_id] = max(worth.get(guess.line.line_id, 0.0), value)
        for line in part:
            if find_labels(line.text):
                worth.setdefault(line.line_id, 0.4)
    return [lines[line_id] for line_id in sorted(worth, key=lambda one: -worth[one])]
