"""Cyrillic lines: found among Latin ones at little cost, never taken for what they are not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.unit.vision.lines import HAND, text_line
from vision.media.rectify import turn_quad
from vision.ocr.engine import FoundLine, Recognised
from vision.plate import cyrillic
from vision.plate.cyrillic import PROBES, is_cyrillic, promise, read_cyrillic, upright

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.types import Pixels, TextLine

PIXELS = np.zeros((900, 900, 3), dtype=np.uint8)
FIRST_SAW = {"HAPAHS": "НАФАНЯ", '000 "AAA"': 'ООО "ЭЛЛАДА"', "KP1533N7": "КР1533ИД7"}


class Told:
    """Answers crops in the order asked with what it was told; counts what it was asked."""

    identity = HAND
    affordable_side = 1000

    def __init__(self, said: Sequence[str], sure: float = 0.9) -> None:
        self.said, self.sure, self.asked = list(said), sure, 0

    def find(self, pixels: Pixels, *, long_side: int) -> tuple[FoundLine, ...]:
        return ()

    def recognise(self, crops: Sequence[Pixels]) -> tuple[Recognised, ...]:
        texts = self.said[self.asked : self.asked + len(crops)]
        self.asked += len(crops)
        texts += [""] * (len(crops) - len(texts))
        return tuple(
            Recognised(text=text, confidence=self.sure, glyphs=(), lattice=None) for text in texts
        )


def lines(*texts: str, height: float = 20) -> list[TextLine]:
    return [text_line(f"L{n}", text, 10, 30 * n, 200, height) for n, text in enumerate(texts)]


@pytest.mark.parametrize(("seen", "true"), FIRST_SAW.items())
def test_a_line_that_the_first_reader_was_sure_of_is_read_anew(seen: str, true: str) -> None:
    assert read_cyrillic(PIXELS, Told([true]), [lines(seen)])["L0"].text == true


def test_a_latin_photo_costs_a_few_lines_and_keeps_them_all() -> None:
    engine = Told(["SERIAL"] * 99)
    assert read_cyrillic(PIXELS, engine, [lines(*["SERIAL"] * 20)]) == {}
    assert engine.asked == PROBES


def test_one_cyrillic_line_brings_all_others_to_the_reader() -> None:
    engine = Told(["ЗАВОД"] + ["T6"] * 99)
    found = read_cyrillic(PIXELS, engine, [lines(*["3ABOA"] * 20)])
    assert len(found) == 1
    assert engine.asked > 20 - PROBES


def test_a_line_with_one_telling_letter_counts_beside_a_surely_cyrillic_one_only() -> None:
    assert read_cyrillic(PIXELS, Told(["Д1", "Д1"]), [lines("A1", "A1")]) == {}
    beside = read_cyrillic(PIXELS, Told(["ЗАВОД", "Д1", "Д1"]), [lines("3ABOA", "A1")])
    assert [line.text for line in beside.values()] == ["ЗАВОД", "Д1"]


@pytest.mark.parametrize(
    ("text", "surely", "beside"),
    [
        ("ЗАВОД", True, True),
        ("КР1533ИД7", True, True),
        ("САРЬАРКААВТОПРОМ", True, True),
        ("ЗЗЗ", False, False),
        ("ТС RU Е-RU.АЯ04", False, True),
        ("3И306М", False, True),
        ("КРАМ 12", False, False),
        ("Z94С24188ИR2", False, False),
        ("МОДЕЛЬ JAC", True, True),
        ("", False, False),
    ],
)
def test_what_is_cyrillic(text: str, surely: bool, beside: bool) -> None:
    assert is_cyrillic(text, surely=True) is surely
    assert is_cyrillic(text, surely=False) is beside


def test_doubt_is_no_other_script() -> None:
    assert read_cyrillic(PIXELS, Told(["ЗАВОД"], sure=0.4), [lines("3ABOA")]) == {}


def test_a_line_surely_read_in_a_script_that_it_does_not_know_is_left_alone() -> None:
    assert read_cyrillic(PIXELS, Told(["ЩИЦ"]), [lines("型号：")]) == {}
    assert read_cyrillic(PIXELS, Told(["ЩИЦ"]), [lines("3000")]) == {}
    doubtful = replace(lines("尚尚再")[0], confidence=0.4)
    assert read_cyrillic(PIXELS, Told(["ЗАВОД"]), [[doubtful]])["L0"].text == "ЗАВОД"


def test_large_lettering_and_look_alikes_are_tried_first() -> None:
    small, large = lines("3ABOA")[0], lines("3ABOA", height=60)[0]
    assert promise(large) > promise(small)
    assert promise(lines("HAPAH")[0]) > promise(lines("QUILL")[0])
    assert promise(replace(small, confidence=0.6)) > promise(small)
    assert promise(small) > promise(lines("13374205")[0])


def test_a_doubtful_line_among_sure_ones_is_turned_over() -> None:
    sure = lines("SERIAL", "NUMBER")
    over = replace(sure[0], corners=turn_quad(sure[0].corners, 2), confidence=0.6)
    assert upright(over, sure).corners == sure[0].corners
    assert upright(replace(over, confidence=0.99), sure).corners == over.corners
    assert upright(over, []).corners == over.corners


def test_the_limits_of_trying_a_line() -> None:
    assert (cyrillic.PROBES, cyrillic.SHARE, cyrillic.MOST_LINES) == (6, 8, 40)
    assert (cyrillic.ROOM, cyrillic.LEAST_LETTERS, cyrillic.ALIEN_LINES) == (0.1, 2, 2)
    assert (cyrillic.SURE, cyrillic.ACCEPT) == (0.7, 0.55)
    assert (cyrillic.OTHER_SCRIPT, cyrillic.UPRIGHT) == (0.75, 0.9)


def test_letters_that_digits_look_like_tell_nothing_and_capitals_have_doubles() -> None:
    assert not set("ЗзУЧбЬь") & cyrillic.TELLING
    assert set("ЖИЯДЙБГ") <= cyrillic.TELLING
    assert set("ABCEHIKMNOPRTXY3460b") == cyrillic.DOUBLES


@pytest.mark.parametrize(("sure", "found"), [(0.7, True), (0.699, False)])
def test_the_first_line_of_a_photo_has_to_be_sure(sure: float, found: bool) -> None:
    assert bool(read_cyrillic(PIXELS, Told(["ЗАВОД"], sure=sure), [lines("3ABOA")])) is found


class Falling(Told):
    """Surely reads what it is asked first, and everything else so surely."""

    def __init__(self, said: Sequence[str], then: float) -> None:
        super().__init__(said)
        self.then = then

    def recognise(self, crops: Sequence[Pixels]) -> tuple[Recognised, ...]:
        first = self.asked == 0
        answers = super().recognise(crops)
        return tuple(replace(one, confidence=0.9 if first else self.then) for one in answers)


@pytest.mark.parametrize(("sure", "found"), [(0.55, 20), (0.549, 1)])
def test_beside_a_sure_line_others_may_be_less_sure(sure: float, found: int) -> None:
    engine = Falling(["ЗАВОД"] * 99, sure)
    assert len(read_cyrillic(PIXELS, engine, [lines(*["3ABOA"] * 20)])) == found


def test_one_line_in_eight_is_tried_and_forty_at_the_most() -> None:
    for count, asked in ((1, 1), (6, 6), (55, 6), (56, 7), (160, 20)):
        engine = Told(["SERIAL"] * 999)
        read_cyrillic(PIXELS, engine, [lines(*["SERIAL"] * count)])
        assert engine.asked == asked, count
    engine = Told(["ЗАВОД"] * 999)
    assert len(read_cyrillic(PIXELS, engine, [lines(*["3ABOA"] * 90)])) == 40


def test_two_lines_of_another_script_make_a_photo_one_without_cyrillic() -> None:
    engine = Told(["ЗАВОД"] * 9)
    assert read_cyrillic(PIXELS, engine, [lines("型号", "编号", "3ABOA")]) == {}
    assert engine.asked == 0
    assert set(read_cyrillic(PIXELS, Told(["ЗАВОД"] * 9), [lines("型号", "3ABOA")])) == {"L1"}


@pytest.mark.parametrize(
    ("text", "sure", "tried"),
    [
        ("号号", 0.75, False),
        ("号号", 0.749, True),
        ("3000", 0.75, False),
        ("3000", 0.749, True),
        ("3A00", 0.99, True),
        ("AB", 0.99, True),
        ("A", 0.99, False),
        (" A ", 0.99, False),
    ],
)
def test_which_lines_may_be_cyrillic(text: str, sure: float, tried: bool) -> None:
    (line,) = lines(text)
    assert cyrillic.may_be(replace(line, confidence=sure)) is tried


@pytest.mark.parametrize(
    ("text", "surely"),
    [
        ("Ж", False),  # one letter, and half of one is wanted more
        ("ЖЗ", True),
        ("ЖИ", True),
        ("ЖЗ LL", False),  # more letters of Latin alone
        ("ЖИ LL", True),
    ],
)
def test_half_a_letter_more_is_asked_of_a_sure_line(text: str, surely: bool) -> None:
    assert is_cyrillic(text, surely=True) is surely
    assert is_cyrillic(text, surely=False)


def test_a_line_is_cut_a_tenth_of_its_height_longer_at_each_end() -> None:
    shapes: list[tuple[int, ...]] = []

    class Measuring(Told):
        def recognise(self, crops: Sequence[Pixels]) -> tuple[Recognised, ...]:
            shapes.extend(crop.shape[:2] for crop in crops)
            return super().recognise(crops)

    read_cyrillic(PIXELS, Measuring(["ЗАВОД"]), [[text_line("L0", "3ABOA", 200, 300, 200, 50)]])
    ((high, wide),) = shapes
    assert abs(high - 50) <= 1
    assert abs(wide - (200 + 2 * 0.1 * 50)) <= 1


def test_only_surely_read_lines_say_which_way_is_up() -> None:
    sure = [replace(line, confidence=0.9) for line in lines("SERIAL", "NUMBER")]
    over = replace(sure[0], corners=turn_quad(sure[0].corners, 2), confidence=0.899)
    assert upright(over, sure).corners == sure[0].corners
    assert upright(replace(over, confidence=0.9), sure).corners == over.corners
    unsure = [replace(line, confidence=0.899) for line in sure]
    assert upright(over, unsure).corners == over.corners
    short = [replace(line, text="ABC") for line in sure]
    assert upright(over, short).corners == over.corners
    quarter = replace(over, corners=turn_quad(sure[0].corners, 1))
    assert upright(quarter, sure).corners == quarter.corners


def test_digits_promise_less() -> None:
    (mostly,) = lines("AB12345")
    (few,) = lines("ABC1234")
    assert promise(few) > 2 * promise(mostly)
