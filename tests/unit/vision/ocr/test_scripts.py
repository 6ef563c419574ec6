"""Lines of other scripts: tried where the first reader doubts, kept as read, only if they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.unit.vision.lines import HAND, text_line
from vision.ocr import scripts
from vision.ocr.engine import Recognised
from vision.ocr.scripts import read_other_scripts, replaces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.types import Pixels, TextLine

PIXELS = np.zeros((400, 900, 3), dtype=np.uint8)


class Polyglot:
    """Says what it was told for each choice of languages; counts what it was asked."""

    identity = HAND

    def __init__(self, said: dict[str, str], languages: tuple[str, ...], sure: float = 0.9) -> None:
        self.said, self.languages, self.sure = said, languages, sure
        self.asked: list[tuple[str, ...]] = []

    def recognise(
        self, crops: Sequence[Pixels], *, languages: tuple[str, ...] | None = None
    ) -> tuple[Recognised, ...]:
        self.asked += [languages or ()] * len(crops)
        text = self.said.get((languages or ("",))[0], "")
        return tuple(
            Recognised(text=text, confidence=self.sure, glyphs=(), lattice=None) for _ in crops
        )


def doubtful(text: str = "3ABOD N9") -> TextLine:
    return replace(text_line("L1", text, 0, 0, 200, 30), confidence=0.7)


def test_a_cyrillic_line_is_kept_as_read() -> None:
    engine = Polyglot({"rus": "ЗАВОД №"}, ("rus", "eng"))
    assert read_other_scripts(PIXELS, engine, [[doubtful()]])["L1"].text == "ЗАВОД №"


def test_a_persian_line_is_tried_after_cyrillic_failed() -> None:
    engine = Polyglot({"rus": "abc", "fas": "شماره"}, ("rus", "fas"))
    assert read_other_scripts(PIXELS, engine, [[doubtful()]])["L1"].text == "شماره"
    assert [languages[0] for languages in engine.asked] == ["rus", "fas"]


@pytest.mark.parametrize(
    ("said", "sure"), [("KPAM 12", 0.9), ("ЗАВОД", 0.2), ("З", 0.9), ("", 0.9)]
)
def test_look_alikes_and_doubt_are_no_other_script(said: str, sure: float) -> None:
    engine = Polyglot({"rus": said}, ("rus", "eng"), sure)
    assert read_other_scripts(PIXELS, engine, [[doubtful()]]) == {}


def test_what_the_first_reader_read_surely_is_not_asked() -> None:
    engine = Polyglot({"rus": "ЗАВОД"}, ("rus",))
    assert read_other_scripts(PIXELS, engine, [[text_line("L1", "SERIAL", 0, 0, 200, 30)]]) == {}
    assert engine.asked == []


def test_a_reader_without_languages_is_left_alone() -> None:
    assert read_other_scripts(PIXELS, object(), [[doubtful()]]) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "asked"), [('" "', True), ("EAC", False)])
def test_a_long_line_of_which_hardly_anything_was_read_is_asked(text: str, asked: bool) -> None:
    width = 400 if asked else 54
    line = replace(text_line("L1", text, 0, 0, width, 30), confidence=0.7)
    engine = Polyglot({"rus": "ЭЛЛАДА ИНТЕРТРЕЙД"}, ("rus", "eng"))
    assert ("L1" in read_other_scripts(PIXELS, engine, [[line]])) is asked


def test_the_limits_of_trying_a_line_in_another_script() -> None:
    assert (scripts.DOUBT, scripts.UNSURE, scripts.ACCEPT, scripts.UNREAD) == (0.97, 0.8, 0.45, 0.3)
    assert (scripts.LONG_ENOUGH, scripts.USUAL_WIDTH) == (4, 0.6)
    assert (scripts.MOST_LINES, scripts.PROBES) == (12, 4)
    assert (scripts.LEAST_CYRILLIC, scripts.LEAST_ARABIC) == (2, 3)
    assert (scripts.CYRILLIC, scripts.ARABIC) == (("rus", "eng"), ("fas", "ara"))


def test_letters_that_an_accent_could_make_of_a_latin_one_tell_nothing() -> None:
    assert not set("ЁУё") & scripts.TELLING
    assert set("ЖИЯДЙБГ") <= scripts.TELLING


@pytest.mark.parametrize(
    ("said", "sure", "found"),
    [
        ("ЖИ", 0.45, True),
        ("ЖИ", 0.449, False),
        ("Ж", 0.9, False),
        ("ЖЁУё", 0.9, False),
    ],
)
def test_two_telling_letters_surely_enough_read_make_a_line_cyrillic(
    said: str, sure: float, found: bool
) -> None:
    engine = Polyglot({"rus": said}, ("rus", "eng"), sure)
    assert ("L1" in read_other_scripts(PIXELS, engine, [[doubtful()]])) is found


@pytest.mark.parametrize(
    ("said", "sure", "found"),
    [("شما", 0.45, True), ("شما", 0.449, False), ("شم", 0.9, False), ("\u06ff" * 3, 0.9, True),
     ("\u0600" * 3, 0.9, True), ("\u0700" * 3, 0.9, False), ("\u05ff" * 3, 0.9, False)],
)  # fmt: skip
def test_three_letters_of_its_block_make_a_line_arabic(said: str, sure: float, found: bool) -> None:
    engine = Polyglot({"fas": said}, ("fas",), sure)
    assert ("L1" in read_other_scripts(PIXELS, engine, [[doubtful()]])) is found


@pytest.mark.parametrize(
    ("text", "sure", "width", "asked"),
    [
        ("ABCD", 0.969, 60, True),
        ("ABCD", 0.97, 60, False),
        ("ABC", 0.7, 60, False),  # as many characters as have room
        ("ABC", 0.7, 181, True),  # far fewer than have room
        ("ABC", 0.7, 179, False),
    ],
)
def test_which_lines_are_doubtful(text: str, sure: float, width: float, asked: bool) -> None:
    line = replace(text_line("L1", text, 0, 0, width, 30), confidence=sure)
    engine = Polyglot({"rus": "ЗАВОД"}, ("rus", "eng"))
    read_other_scripts(PIXELS, engine, [[line]])
    assert bool(engine.asked) is asked


def many(count: int, sure: float = 0.7) -> list[TextLine]:
    return [
        replace(text_line(f"L{n}", "3ABOD", 0, 30 * n, 200, 30), confidence=sure)
        for n in range(count)
    ]


def test_four_lines_are_tried_and_twelve_where_one_of_them_is_in_the_script() -> None:
    nothing = Polyglot({"rus": "abc"}, ("rus",))
    assert read_other_scripts(PIXELS, nothing, [many(30)]) == {}
    assert len(nothing.asked) == 4
    all_of_it = Polyglot({"rus": "ЗАВОД"}, ("rus",))
    assert len(read_other_scripts(PIXELS, all_of_it, [many(30)])) == 12
    assert len(all_of_it.asked) == 12
    beside = Polyglot({"rus": "ЗАВОД"}, ("rus",))
    known = {line.line_id: line for line in many(30)}
    assert len(read_other_scripts(PIXELS, beside, [many(30)], known)) == 12


def test_a_second_script_is_tried_only_where_the_photo_is_unsure_as_a_whole() -> None:
    for surely_read, tried in ((4, True), (5, True), (6, False)):
        engine = Polyglot({"rus": "abc", "fas": "شماره"}, ("rus", "fas"))
        sure = [
            replace(text_line(f"S{n}", "SERIAL", 0, 30 * n, 200, 30), confidence=0.99)
            for n in range(surely_read)
        ]
        read_other_scripts(PIXELS, engine, [many(6), sure])
        assert (("fas", "ara") in engine.asked) is tried, surely_read
    at_the_limit = Polyglot({"rus": "abc", "fas": "شماره"}, ("rus", "fas"))
    read_other_scripts(PIXELS, at_the_limit, [many(6, sure=0.8)])
    assert ("fas", "ara") not in at_the_limit.asked


def test_a_script_whose_language_is_not_installed_is_not_tried() -> None:
    engine = Polyglot({"fas": "شماره"}, ("ara",))
    read_other_scripts(PIXELS, engine, [[doubtful()]])
    assert engine.asked == [("fas", "ara")]


def test_the_surer_reader_is_shown() -> None:
    line = text_line("L1", "HAPAHS", 0, 0, 200, 30)
    for sure, shown in ((0.99, True), (0.989, False), (1.0, True)):
        assert replaces(line, replace(line, confidence=sure)) is shown
