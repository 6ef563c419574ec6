"""A closer look at values: pieces of one identifier that share characters become one line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.unit.vision.plate.test_weighing import seen as lattice_of
from vision.engines.glyphs import glyphs_of
from vision.ocr.engine import NOTHING, FoundLine, Recognised
from vision.plate.crops import completed, overlapped
from vision.types import Engine, Pixels, TextLine

if TYPE_CHECKING:
    from collections.abc import Sequence


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


@dataclass
class Reader:
    """Reads every crop as one text and remembers how wide the crops were."""

    text: str = ""
    confidence: float = 0.97
    widths: list[int] = field(default_factory=list)
    identity = Engine(name="hand", version="1", weights_sha256="0" * 64)
    affordable_side = 1280

    def find(self, pixels: Pixels, *, long_side: int) -> tuple[FoundLine, ...]:
        return ()

    def recognise(self, crops: Sequence[Pixels]) -> tuple[Recognised, ...]:
        self.widths += [crop.shape[1] for crop in crops]
        answer = Recognised(text=self.text, confidence=self.confidence, glyphs=(), lattice=None)
        return (answer if self.text else NOTHING,) * len(crops)


PIXELS = np.zeros((400, 1200, 3), dtype=np.uint8)


def test_a_line_that_begins_with_a_hyphen_is_read_on_to_its_left() -> None:
    reader = Reader("JG-1000VA-BMS8S50")
    seen = completed(PIXELS, reader, [[piece("a", "-BMS8S50", 400, 200, y=100)]])
    assert {line.read.text for line in seen} == {"JG-1000VA-BMS8S50"}
    assert {line.corners[1][0] for line in seen} == {600}
    assert [line.corners[0][0] for line in seen] == [220, 130]


def test_a_line_that_ends_with_a_stroke_is_read_on_to_its_right() -> None:
    seen = completed(PIXELS, Reader("L2231/7A"), [[piece("a", "L2231/", 400, 150, y=100)]])
    assert [(line.corners[0][0], line.corners[1][0]) for line in seen] == [(400, 730), (400, 820)]


@pytest.mark.parametrize(
    ("line", "reader", "tried"),
    [
        (piece("a", "BMS8S50", 400, 200), Reader("JG-BMS8S50"), False),
        (piece("a", "B-", 400, 60), Reader("B-1000"), False),
        (piece("a", "-BMS8S50", 400, 200), Reader("-BMS8S50"), True),
        (piece("a", "-BMS8S50", 400, 200), Reader("JG-1000VA-BMS8S51"), True),
        (piece("a", "-BMS8S50", 400, 200), Reader("JG-1000VA-BMS8S50", 0.6), True),
    ],
    ids=["whole already", "a sign", "nothing more there", "read otherwise", "unsure"],
)
def test_other_lines_are_left_as_they_are(line: TextLine, reader: Reader, *, tried: bool) -> None:
    assert completed(PIXELS, reader, [[line]]) == []
    assert bool(reader.widths) is tried


def test_a_line_is_not_read_on_over_another_one() -> None:
    here = [piece("a", "-BMS8S50", 400, 200), piece("b", "JG 77", 240, 140)]
    reader = Reader("JG 77-BMS8S50")
    assert completed(PIXELS, reader, [here]) == []
    assert reader.widths == []
