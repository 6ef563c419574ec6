"""Following a place with lettering through frames that move."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest

from vision.footage.line import Line
from vision.footage.track import Place, View, follow, gathered, place_of

SIDES = (360, 640)
RNG = np.random.default_rng(11)
NEARBY = cv2.resize(RNG.integers(90, 160, (24, 48)).astype(np.uint8), (1280, 640))
cv2.putText(NEARBY, "S/N 4711-08", (540, 330), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 20, 3)
PLACE = Place(x=220, y=166, width=190, height=26, letter=26)


def views(spots: list[tuple[float, float]]) -> list[View]:
    """Frames that look at the world from these corners, each with grain of its own."""
    grain = np.random.default_rng(3)
    made = []
    for number, (x, y) in enumerate(spots):
        away = np.array([[1.0, 0.0, -x], [0.0, 1.0, -y]])
        seen = cv2.warpAffine(NEARBY, away, SIDES[::-1], flags=cv2.INTER_CUBIC).astype(float)
        seen += grain.normal(0, 3, SIDES)
        grey = np.clip(seen, 0, 255).astype(np.uint8)
        made.append(View(seconds=Fraction(number, 25), grey=grey))
    return made


@pytest.mark.parametrize("speed", [(0.0, 0.0), (3.3, -0.7), (-14.2, 2.5)])
def test_a_place_is_followed_to_a_fraction_of_a_pixel(speed: tuple[float, float]) -> None:
    spots = [(320 + speed[0] * n, 140 + speed[1] * n) for n in range(-5, 6)]
    steps = follow(views(spots), 5, PLACE)
    assert [step.number for step in steps] == list(range(11))
    middle = np.array([315.0, 180.0])
    for step, (x, y) in zip(steps, spots, strict=True):
        shown = step.affine[:, :2] @ middle + step.affine[:, 2]
        assert shown == pytest.approx(middle - (x - 320, y - 140), abs=0.3)


def test_a_track_ends_where_the_place_leaves_or_the_scene_changes() -> None:
    gone = follow(views([(320 + 60 * n, 140) for n in range(12)]), 0, PLACE)
    assert [step.number for step in gone] == list(range(len(gone)))
    assert len(gone) < 6
    cut = views([(320, 140)] * 4)
    other = np.random.default_rng(5).integers(0, 255, SIDES).astype(np.uint8)
    cut[2:] = [View(seconds=Fraction(n, 25), grey=other) for n in (2, 3)]
    assert [step.number for step in follow(cut, 0, PLACE)] == [0, 1]


def test_lines_near_each_other_are_one_place_and_the_heavier_comes_first() -> None:
    def line(x: int, y: int, weight: float) -> Line:
        return Line(x=x, y=y, width=80, height=10, weight=weight)

    plate = [line(100, 50 + 16 * row, 4.0) for row in range(3)]
    found = gathered([line(500, 300, 9.0), *plate])
    assert [place_of(lines) for lines in found] == [
        Place(x=100, y=50, width=80, height=42, letter=10),
        Place(x=500, y=300, width=80, height=10, letter=10),
    ]
    assert gathered([]) == []
