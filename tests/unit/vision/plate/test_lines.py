"""From what the passes saw to the lines of each plate, as every reader reads them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from renderer.codes import draw_code
from tests.unit.vision.plate.layouts import seen as lattice_of
from vision.engines.glyphs import glyphs_of
from vision.ocr.engine import Recognised
from vision.plate import lines
from vision.plate.budget import Budget
from vision.plate.lines import gathered, read_again, read_by_all, with_engines
from vision.plate.views import SeenLine
from vision.types import Engine, Quad, TextLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from vision.plate.draft import PlateDraft
    from vision.types import Pixels

FIRST = Engine(name="rapidocr", version="1", weights_sha256="0" * 64)
OTHER = Engine(name="easyocr", version="1", weights_sha256="1" * 64)


def read(text: str, sure: float = 0.99) -> Recognised:
    lattice = lattice_of(text, sure)
    return Recognised(text=text, confidence=sure, glyphs=glyphs_of(lattice), lattice=lattice)


def at(y: float, text: str, *others: Recognised, x: float = 0.0) -> SeenLine:
    width = 18.0 * len(text)
    corners: Quad = ((x, y), (x + width, y), (x + width, y + 30), (x, y + 30))
    return SeenLine(corners=corners, read=read(text), others=others)


def test_two_places_are_two_plates_and_each_knows_the_lines_around_it() -> None:
    seen = [at(50, "S/N 0836"), at(0, "MODEL CMX-15D"), at(900, "MODEL TK-4", x=2000)]
    first, second = gathered(seen, "0" * 64, FIRST)
    assert [line.text for line in first.lines] == ["MODEL CMX-15D", "S/N 0836"]
    assert [line.text for line in first.around] == ["MODEL TK-4"]
    assert [line.text for line in second.around] == ["MODEL CMX-15D", "S/N 0836"]
    numbers = [line.line_id for plate in (first, second) for line in plate.lines]
    assert sorted(numbers) == ["L1", "L2", "L3"]
    assert [guess.text for guess in first.by_engine[0].text.guesses] == ["CMX-15D", "0836"]


def test_other_passes_stay_with_their_line() -> None:
    again = read("S/N 0886")
    (plate,) = gathered([at(0, "S/N 0836", again)], "0" * 64, FIRST)
    assert plate.passes == {"L1": (again,)}


def by(engine: Engine, line: TextLine, text: str) -> TextLine:
    answer = read(text)
    return replace(line, text=text, engine=engine, lattice=answer.lattice, glyphs=answer.glyphs)


def test_a_reader_that_read_no_label_takes_it_from_the_first() -> None:
    (plate,) = gathered([at(0, "SERIAL NO"), at(40, "0836")], "0" * 64, FIRST)
    label, value = plate.lines
    plate = with_engines(plate, [(OTHER, {value.line_id: by(OTHER, value, "0886")})])
    assert plate.names == ("rapidocr", "easyocr")
    (guess,) = plate.by_engine[1].text.guesses
    assert (guess.field, guess.text, guess.label) == ("serial", "0886", "SERIAL NO")
    assert [line.text for line in plate.read] == [label.text, "0836", "0886"]


def test_a_reader_that_read_nothing_of_a_plate_is_none_of_its_readers() -> None:
    near, far = gathered(
        [at(0, "S/N 0836"), at(40, "28 VDC"), at(900, "S/N 77", x=2000)], "0" * 64, FIRST
    )
    answers = [(OTHER, {far.lines[0].line_id: by(OTHER, far.lines[0], "S/N 77")})]
    assert with_engines(near, answers).names == ("rapidocr",)
    assert with_engines(far, answers).names == ("rapidocr", "easyocr")


def test_a_line_of_another_script_is_shown_where_its_reader_is_surer() -> None:
    (plate,) = gathered([at(0, "HAPAHS")], "0" * 64, FIRST)
    line = replace(plate.lines[0], confidence=0.8)
    plate = replace(plate, lines=(line,))
    cyrillic = Engine(name="cyrillic", version="1", weights_sha256="2" * 64)
    for sure, shown in ((0.9, "НАФАНЯ"), (0.7, "HAPAHS")):
        other = replace(by(cyrillic, line, "НАФАНЯ"), confidence=sure)
        assert with_engines(plate, [(cyrillic, {"L1": other})]).shown[0].text == shown


def test_a_second_reader_reads_a_few_contested_lines_beyond_the_telling_ones() -> None:
    class Counting:
        identity = OTHER
        crops = 0

        def recognise(self, crops: list) -> tuple[Recognised, ...]:
            self.crops = len(crops)
            return tuple(read("X1") for _ in crops)

    (plate,) = gathered([at(30.0 * n, f"LINE {n}A") for n in range(30)], "0" * 64, FIRST)
    engine = Counting()
    pixels = np.zeros((1000, 300, 3), dtype=np.uint8)
    found = read_again(pixels, engine, plate.lines[:20], plate.lines)  # type: ignore[arg-type]
    assert engine.crops == len(found) == 8 + 4


def test_how_many_lines_are_read_again_and_in_how_much_more_room() -> None:
    assert lines.OF_OTHER_SCRIPTS == ("cyrillic", "tesseract")
    assert (lines.MOST_LINES, lines.MOST_CONTESTED, lines.MOST_SHIFTED) == (8, 4, 6)
    assert (lines.ROOM, lines.SHIFTED) == (0.2, (0.06, 0.2))


def test_the_first_reader_reads_the_six_most_telling_lines_in_wider_crops() -> None:
    sizes: list[tuple[int, ...]] = []

    class First:
        identity = FIRST

        def recognise(self, crops: list) -> tuple[Recognised, ...]:
            sizes.extend(crop.shape[:2] for crop in crops)
            return tuple(read("X1") for _ in crops)

    (plate,) = gathered([at(60.0 * n + 60, f"LINE {n}A", x=60) for n in range(9)], "0" * 64, FIRST)
    pixels = np.zeros((1000, 600, 3), dtype=np.uint8)
    found = lines.read_shifted(pixels, First(), plate.lines)  # type: ignore[arg-type]
    assert list(found) == [line.line_id for line in plate.lines[:6]]
    high, wide = 30 * (1 + 2 * 0.06), 18 * 7 + 2 * 0.2 * 30
    assert {abs(size[0] - high) < 2 and abs(size[1] - wide) < 2 for size in sizes} == {True}


class Says:
    """A reader that reads the same in every crop."""

    languages = ("rus",)

    def __init__(self, name: str, text: str) -> None:
        self.identity = Engine(name=name, version="1", weights_sha256="3" * 64)
        self.answer = read(text)

    def recognise(self, crops: list, *, languages: object = None) -> tuple[Recognised, ...]:
        return tuple(self.answer for _ in crops)


def read_within(
    budget: Budget, pixels: Pixels | None = None, **said: str
) -> tuple[PlateDraft, ...]:
    """A plate of one line, as readers of these names read it who say what they are told."""
    readers = {name: Says(name, text) for name, text in {"rapidocr": "S/N 0836", **said}.items()}
    plates = gathered([at(60, "S/N 0836", x=60)], "0" * 64, readers["rapidocr"].identity)
    shown = pixels if pixels is not None else np.full((200, 500, 3), 255, dtype=np.uint8)
    return read_by_all(plates, shown, readers, (), budget)  # type: ignore[arg-type]


def test_readers_of_other_scripts_are_believed_in_these_scripts_only() -> None:
    (latin,) = read_within(
        Budget(60), easyocr="S/N 0886", cyrillic="S/N 0886", tesseract="S/N 0886"
    )
    assert latin.names == ("rapidocr", "easyocr")
    (theirs,) = read_within(Budget(60), cyrillic="ЗАВОД", tesseract="ЗАВОД")
    assert theirs.names == ("rapidocr", "cyrillic", "tesseract")


def out_of_time() -> Budget:
    return Budget(0)


def bare() -> Budget:
    made = Budget(0)
    made.bare = True
    return made


def cancelled() -> Budget:
    return Budget(60, cancelled=lambda: True)


@pytest.mark.parametrize(
    ("spent", "names"),
    [
        (out_of_time, ("rapidocr", "cyrillic")),
        (bare, ("rapidocr",)),
        (cancelled, ("rapidocr",)),
    ],
)
def test_once_the_time_ran_out_only_lines_in_cyrillic_are_looked_for_and_nothing_once_stopped(
    spent: Callable[[], Budget], names: tuple[str, ...]
) -> None:
    (plate,) = read_within(spent(), easyocr="S/N 0836", cyrillic="ЗАВОД")
    assert plate.names == names
    assert plate.crops == ()


def test_a_code_beside_the_serial_is_looked_for_while_there_is_time() -> None:
    pixels = np.full((200, 500, 3), 255, dtype=np.uint8)
    ink = draw_code("QRCode", "0836", height=90, width=90)
    pixels[100 : 100 + ink.shape[0], 80 : 80 + ink.shape[1]][ink > 0] = 0
    (plate,) = read_within(Budget(60), pixels)
    assert [code.payload for code in plate.codes] == ["0836"]
    (plate,) = read_within(out_of_time(), pixels)
    assert plate.codes == ()


def test_a_line_is_shown_as_most_of_its_readers_read_it() -> None:
    (plate,) = read_within(Budget(60), easyocr="S/N 0886", ppocr5="S/N 0886")
    assert [line.text for line in plate.shown] == ["S/N 0886"]
