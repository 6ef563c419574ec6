"""Cyrillic lines: found among Latin ones at little cost, never taken for what they are not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.vision.lines import HAND, text_line
from vision.cyrillic import PROBES, is_cyrillic, promise, read_cyrillic, upright
from vision.engine import FoundLine, Recognised
from vision.rectify import turn_quad

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
