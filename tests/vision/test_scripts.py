"""Lines of other scripts: tried where the first reader doubts, kept as read, only if they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.vision.lines import HAND, text_line
from vision.engine import Recognised
from vision.scripts import read_other_scripts

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
