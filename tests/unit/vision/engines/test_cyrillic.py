"""The Cyrillic reader: small print drawn here, both alphabets told apart, the tap on a network."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from benchmarks.cyrillic_lines import draw_line, font_families, make_text
from benchmarks.reading_rules import plain
from renderer.lettering import FACES, Face, letter
from vision.engines.cyrillic import ALPHABET, TWINS, in_its_script
from vision.engines.tapped import tapped
from vision.ocr.engine import load_engine

if TYPE_CHECKING:
    from vision.types import Pixels


def small_print(text: str, capitals: float, face: str = "sans") -> Pixels:
    """Draw white on black at three times the size, and shrink it as a camera does."""
    drawn = letter(text, Face(name=face), capitals * 3, rng=np.random.default_rng(0))
    mask = np.pad(drawn.mask, 9)
    size = (mask.shape[1] // 3, mask.shape[0] // 3)
    grey = cv2.resize(cv2.GaussianBlur(mask, (0, 0), 1.5), size, interpolation=cv2.INTER_AREA)
    return np.repeat((30 + 190 * grey)[..., None], 3, axis=2).astype(np.uint8)


@pytest.mark.parametrize("face", ["sans", "roboto", "condensed"])
@pytest.mark.parametrize(
    "text", ["ООО «РАССВЕТ ТЕХНИКА»", "ЗАВОД ИЖМАШ", "МОДЕЛЬ", "ВЫПУЩЕНО", "КР1533ИД7"]
)
def test_it_reads_small_print(text: str, face: str) -> None:
    answer = load_engine("cyrillic").recognise([small_print(text, 10, face)])[0]
    assert plain(answer.text) == plain(text)


def test_a_latin_line_stays_latin_letter_by_letter() -> None:
    texts = ("MODEL CMX-15", "SERIAL No. 0836", "WESCAM")
    answers = load_engine("cyrillic").recognise([small_print(text, 14) for text in texts])
    assert tuple(answer.text for answer in answers) == texts


def test_look_alikes_take_the_alphabet_of_their_word() -> None:
    def drawn(text: str) -> str:
        shares = np.full((2 * len(text), len(ALPHABET)), 1e-6, np.float32)
        for at, char in enumerate(text):
            shares[2 * at, ALPHABET.index(char)] = shares[2 * at + 1, 0] = 1.0
        return in_its_script(shares / shares.sum(axis=1, keepdims=True)).text

    assert drawn("ТС RU ЗАВОД") == "ТС RU ЗАВОД"
    assert drawn("МОТОR РУЛЬ") == "MOTOR РУЛЬ"
    assert drawn("ЕАС") == "EAC"
    assert set(TWINS) <= set(ALPHABET)
    assert not set(TWINS.values()) & set(ALPHABET)


@given(some.lists(some.text(min_size=1, max_size=300), min_size=1, max_size=3))
def test_a_tap_adds_outputs_and_changes_nothing_else(names: list[str]) -> None:
    """Protocol Buffers: messages written one after the other are read as one."""
    model = b"\x08\x07"
    grown = tapped(model, names)
    assert grown.startswith(model)
    assert grown[2] == 7 << 3 | 2
    for name in names:
        assert name.encode() in grown


def test_lines_to_learn_from_are_the_same_each_time() -> None:
    families = font_families(tuple(FACES.values()))
    words = ("ЗАВОД", "ТЕХНИКА")

    def drawn(seed: int) -> tuple[str, Pixels]:
        rng = random.Random(seed)
        line = draw_line(make_text(rng, words), rng, families)
        return line.text, line.crop

    for seed in range(20):
        (text, crop), (again, same) = drawn(seed), drawn(seed)
        assert text == again
        assert np.array_equal(crop, same)
        assert crop.dtype == np.uint8
        assert crop.shape[2] == 3
