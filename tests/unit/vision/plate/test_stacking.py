"""Exposures laid over each other: noise goes, what they share stays, and nothing else is taken."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from renderer.plate import PlateSpec, draw_plate, expose
from vision.ocr.engine import load_engine
from vision.plate.stack_reading import read_stack, stack_is_consistent
from vision.plate.stacking import HEIGHT, stack_crops
from vision.shapes import letters_and_digits
from vision.types import FieldReading, FieldSource, Pixels, Quad


def noisy(text: str, seed: int, *, shift: tuple[float, float] = (0.0, 0.0)) -> Pixels:
    """Light lettering on grey, moved a little, under strong noise."""
    picture = np.full((60, 300), 110, np.uint8)
    cv2.putText(picture, text, (20, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 160, 4, cv2.LINE_AA)
    move = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32)
    moved = cv2.warpAffine(picture, move, (300, 60), borderMode=cv2.BORDER_REPLICATE) * 1.0
    grain = np.random.default_rng(seed).normal(0, 120, moved.shape)
    grey = np.clip(moved + cv2.GaussianBlur(grain, (0, 0), 1.0), 0, 255).astype(np.uint8)
    return np.dstack([grey] * 3)


def likeness(picture: Pixels, text: str) -> float:
    clean = noisy(text, 0) * 0
    cv2.putText(clean, text, (20, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (255,) * 3, 4, cv2.LINE_AA)
    small = cv2.resize(picture, (300, 60), interpolation=cv2.INTER_AREA)
    return float(np.corrcoef(clean.ravel(), small.ravel())[0, 1])


def test_a_stack_shows_the_lettering_better_than_any_of_its_crops() -> None:
    crops = [noisy("WX-0836", n, shift=(1.7 * n, -0.8 * n)) for n in range(4)]
    stack = stack_crops(crops)
    assert stack is not None
    assert stack.shape[0] == HEIGHT
    assert likeness(stack, "WX-0836") > likeness(crops[0], "WX-0836") + 0.1


def test_the_same_crops_give_the_same_stack() -> None:
    crops = [noisy("WX-0836", n) for n in range(3)]
    first, second = stack_crops(crops), stack_crops(crops)
    assert first is not None
    assert second is not None
    assert (first == second).all()


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_crops_make_no_stack(count: int) -> None:
    assert stack_crops([noisy("WX-0836", 1)] * count) is None


def reading(text: str, corners: Quad, confidence: float = 0.5) -> FieldReading:
    return FieldReading(
        field="serial",
        text=text,
        confidence=confidence,
        state="offered",
        glyphs=(),
        alternatives=(),
        source=FieldSource(line_id="L1", corners=corners, label=None, rule="drawn"),
    )


@pytest.fixture(scope="module")
def exposures() -> list[tuple[Pixels, FieldReading]]:
    plate = draw_plate(PlateSpec(serial="CMX-40836", style="engraved"), seed=3, wear="mild")
    found = []
    for seed in range(3):
        photo = expose(plate, severity="mild", seed=seed, background=False)
        found.append((photo.pixels, reading("CMX-40836", photo.field("serial").corners)))
    return found


def test_a_value_is_read_in_its_stack(exposures: list[tuple[Pixels, FieldReading]]) -> None:
    lattice = read_stack(exposures, load_engine("rapidocr"))
    assert lattice is not None
    assert letters_and_digits(lattice.text) == "CMX40836"


def test_outlines_of_other_lines_are_left_out(exposures: list[tuple[Pixels, FieldReading]]) -> None:
    pixels, one = exposures[0]
    (a, b, c, d) = one.source.corners
    half = replace(one.source, corners=(a, ((a[0] + b[0]) / 2, b[1]), ((d[0] + c[0]) / 2, c[1]), d))
    other = (exposures[1][0], replace(one, source=half, confidence=0.4))
    assert read_stack([(pixels, one), other], load_engine("rapidocr")) is None


def test_a_stack_that_reads_like_none_of_exposures_that_agree_is_not_used(
    exposures: list[tuple[Pixels, FieldReading]],
) -> None:
    strange = [(pixels, replace(item, text="ZZTOP7Q11")) for pixels, item in exposures]
    assert read_stack(strange, load_engine("rapidocr")) is None


@pytest.mark.parametrize(
    ("stack", "texts", "counts"),
    [
        ("CMX-40836", ["CMX 40835", "CMX-40886", "ZZ"], True),
        ("ZQTOP7Q1", ["CMX 40835", "CMX-40886", "ZZ"], False),
        ("CMX-40836", ["Z1", "7QT", "CMX"], True),  # exposures that differ speak against nothing
        ("CMX-40836", ["", "-", "Z1"], True),  # two exposures that show nothing do not agree
        ("-", ["CMX 40835", "Z1"], False),
        ("", ["", ""], False),
    ],
)
def test_exposures_speak_against_their_stack_only_where_two_agree(
    stack: str, texts: list[str], *, counts: bool
) -> None:
    assert stack_is_consistent(stack, texts) is counts
