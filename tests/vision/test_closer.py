"""A closer look at values: pieces of one identifier that share characters become one line."""

from __future__ import annotations

import pytest

from tests.vision.test_combine import seen as lattice_of
from vision.closer import overlapped
from vision.engines.glyphs import glyphs_of
from vision.types import Engine, TextLine


def piece(line_id: str, text: str, x: float, width: float, y: float = 0.0) -> TextLine:
    lattice = lattice_of(text)
    return TextLine(
        line_id=line_id,
        corners=((x, y), (x + width, y), (x + width, y + 30), (x, y + 30)),
        text=text,
        confidence=0.97,
        glyphs=glyphs_of(lattice),
        engine=Engine(name="rapidocr", version="1", weights_sha256="0" * 64),
        lattice=lattice,
    )


def test_pieces_that_share_their_characters_are_one_line() -> None:
    left, right = piece("a", "IRSU 26", 0, 140), piece("b", "265768 1", 104, 160)
    (whole,) = overlapped([[left, right]])
    assert whole.read.text == "IRSU 265768 1"
    assert whole.read.lattice is not None
    assert whole.read.lattice.text == "IRSU 265768 1"
    assert len(whole.read.glyphs) == len(whole.read.text)
    assert [whole.corners[0][0], whole.corners[1][0]] == [0, 264]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (piece("a", "IRSU 26", 0, 140), piece("b", "268001", 150, 120)),
        (piece("a", "IRSU 26", 0, 140), piece("b", "775768 1", 104, 160)),
        (piece("a", "IRSU 26", 0, 140), piece("b", "265768 1", 104, 160, y=40)),
    ],
    ids=["they do not overlap", "they share no character", "they stand in two rows"],
)
def test_other_pieces_stay_apart(left: TextLine, right: TextLine) -> None:
    assert overlapped([[left, right]]) == []
