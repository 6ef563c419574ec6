"""Several looks at one place: the one that says most, most surely, wins; none is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vision.ocr.engine import Recognised
from vision.plate.views import SeenLine, merged, upright_among, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.types import Pixels, Quad


def seen(text: str, x: float, width: float, sure: float = 0.95, y: float = 0.0) -> SeenLine:
    corners = ((x, y), (x + width, y), (x + width, y + 30), (x, y + 30))
    read = Recognised(text=text, confidence=sure, glyphs=(), lattice=None)
    return SeenLine(corners=corners, read=read)


def texts(lines: Sequence[SeenLine]) -> list[str]:
    return [line.read.text for line in lines]


def test_a_look_that_says_more_replaces_fragments_and_remembers_them() -> None:
    known = [seen("E 34191", 0, 100), seen("0010", 110, 60), seen("FAR", 900, 60)]
    lines = merged(known, [seen("E 34191 0010", 0, 172, 0.98)])
    assert sorted(texts(lines)) == ["E 34191 0010", "FAR"]
    whole_line = next(line for line in lines if line.read.text == "E 34191 0010")
    assert {other.text for other in whole_line.others} == {"E 34191", "0010"}


def test_a_look_that_says_less_is_remembered_only() -> None:
    lines = merged([seen("SERIAL 0836", 0, 200)], [seen("SER", 0, 60, 0.9)])
    assert texts(lines) == ["SERIAL 0836"]
    assert [other.text for other in lines[0].others] == ["SER"]


def test_cells_that_a_look_ran_together_stay_apart() -> None:
    known = [seen("3142", 0, 100, 0.99), seen("1988", 110, 100, 0.99)]
    assert texts(merged(known, [seen("31421988", 0, 212, 0.97)])) == ["3142", "1988"]


def test_lines_elsewhere_are_added() -> None:
    assert len(merged([seen("A1", 0, 50)], [seen("B2", 400, 50)])) == 2


class Turned:
    """Reads `bLI` one way up and `179` the other: by where the crop's bright side is."""

    identity = None
    affordable_side = 1000

    def recognise(self, crops: Sequence[Pixels]) -> tuple[Recognised, ...]:
        return tuple(
            Recognised(
                text="179" if crop[:15].mean() > crop[15:].mean() else "bLI",
                confidence=0.96,
                glyphs=(),
                lattice=None,
            )
            for crop in crops
        )


def test_a_short_line_on_its_head_is_turned_the_way_of_its_neighbours() -> None:
    pixels = np.zeros((200, 600, 3), dtype=np.uint8)
    pixels[60:75, 300:360] = 255
    over: Quad = ((360.0, 90.0), (300.0, 90.0), (300.0, 60.0), (360.0, 60.0))
    odd = SeenLine(
        corners=over, read=Recognised(text="bLI", confidence=0.96, glyphs=(), lattice=None)
    )
    around = [seen("SER. NO.", 100, 180, 0.99, 60), seen("FERRANTI PLC", 100, 200, 0.99, 100)]
    lines = upright_among(pixels, Turned(), [*around, odd])  # type: ignore[arg-type]
    assert texts(lines) == ["SER. NO.", "FERRANTI PLC", "179"]
    alone = upright_among(pixels, Turned(), [odd])  # type: ignore[arg-type]
    assert texts(alone) == ["bLI"]


def test_a_view_of_the_turned_photo_knows_its_way_back() -> None:
    pixels = np.zeros((200, 600, 3), dtype=np.uint8)
    view = whole(pixels, 1)
    assert view.flat.shape[:2] == (600, 200)
    top_left = view.back(((0, 0), (10, 0), (10, 10), (0, 10)))[0]
    assert np.allclose(top_left, (600, 0), atol=0.01)
