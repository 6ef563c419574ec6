"""Frames laid over each other: smear is measured and taken back, grain goes."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.footage.multi_frame import FEWEST, Combined, combine
from vision.footage.track import Place, Step, View, follow

SIDES = (240, 480)
PLACE = Place(x=150, y=90, width=180, height=62, letter=14)
FRAMES = 15


def plate() -> np.ndarray:
    """A sharp picture, larger than a frame on all sides: surroundings, and lines of letters."""
    rng = np.random.default_rng(2)
    high, wide = SIDES[0] + 400, SIDES[1] + 400
    rough = rng.normal(110, 18, (high // 2, wide // 2)).clip(0, 255).astype(np.uint8)
    world = cv2.resize(rough, (wide, high))
    world[200 + 80 : 200 + 165, 200 + 140 : 200 + 345] = 60
    for row, words in enumerate(("SYNTHETIC OPTICS", "MODEL CMX-15D", "S/N CMX15D-6788")):
        spot = (200 + 150, 200 + 104 + 24 * row)
        cv2.putText(world, words, spot, cv2.FONT_HERSHEY_SIMPLEX, 0.55, 210, 1, cv2.LINE_AA)
    return world.astype(np.float32)


WORLD = plate()


def passing(speed: tuple[float, float], share: float, *, grain: float = 3.0) -> list[View]:
    """Frames of a camera that moves by `speed` pixels a frame, its shutter open for `share`."""
    rng = np.random.default_rng(9)
    shake = rng.normal(0, 1.0, (FRAMES, 2))
    made = []
    for number in range(FRAMES):
        seen = np.zeros(SIDES, np.float32)
        for part in (np.arange(16) + 0.5) / 16 - 0.5:
            x, y = np.array(speed) * (number - FRAMES // 2 + share * part) + shake[number]
            away = np.array([[1.0, 0.0, -200 - x], [0.0, 1.0, -200 - y]])
            seen += cv2.warpAffine(WORLD, away, SIDES[::-1]) / 16
        seen += rng.normal(0, grain, SIDES)
        grey = np.clip(np.rint(seen), 0, 255).astype(np.uint8)
        made.append(View(seconds=Fraction(number, 25), grey=grey))
    return made


def laid(views: list[View]) -> Combined:
    found = combine(views, follow(views, FRAMES // 2, PLACE), PLACE)
    assert found is not None
    return found


def likeness(picture: np.ndarray) -> float:
    """How much the lettering looks like the sharp one: the best correlation within two pixels."""
    sharp = WORLD[200 + 85 : 200 + 160, 200 + 145 : 200 + 340]
    halved = cv2.resize(picture, SIDES[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
    window = halved[81:164, 141:344]
    return float(cv2.matchTemplate(window, sharp, cv2.TM_CCOEFF_NORMED).max())


def whole(found: Combined, views: list[View]) -> np.ndarray:
    """The laid picture on a canvas of the frame's size at twice its scale."""
    canvas = cv2.resize(views[FRAMES // 2].grey, None, fx=2, fy=2)
    left, top = max(0, PLACE.x - 140) * 2, max(0, PLACE.y - 140) * 2
    high, wide = found.picture.shape
    canvas[top : top + high, left : left + wide] = found.picture
    return canvas


@settings(max_examples=6, deadline=None)
@given(
    pace=st.floats(9.0, 15.0),
    slope=st.floats(-0.3, 0.3),
    share=st.sampled_from([0.5, 0.75, 1.0]),
)
def test_the_smear_is_measured_and_taken_back(pace: float, slope: float, share: float) -> None:
    """ "Each frame is the same place, shifted, smeared along its own movement"."""
    views = passing((pace, slope * pace), share)
    found = laid(views)
    assert found.numbers == tuple(range(FRAMES))
    assert found.share == pytest.approx(share, abs=0.1)
    one = cv2.resize(views[FRAMES // 2].grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    assert likeness(whole(found, views)) > likeness(one) + 0.1


@pytest.mark.parametrize("speed", [(0.0, 0.0), (8.0, 1.0)])
def test_where_nothing_is_smeared_nothing_is_taken_back(speed: tuple[float, float]) -> None:
    views = passing(speed, 0.0, grain=12.0)
    found = laid(views)
    assert (found.share, found.smear) == (0.0, 0.0)
    one = cv2.resize(views[FRAMES // 2].grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    assert likeness(whole(found, views)) > likeness(one), "grain goes"


def test_of_short_smears_that_fit_alike_the_longest_is_taken_back() -> None:
    """ "Below their first zero short ones differ in depth only"."""
    assert laid(passing((6.5, 0.6), 0.5)).smear == pytest.approx(3.3, abs=0.7)


@pytest.mark.parametrize(
    ("place", "sides"),
    [
        (Place(x=504, y=312, width=218, height=88, letter=88), (1336, 1596)),
        (Place(x=552, y=301, width=256, height=6, letter=6), (524, 1024)),
    ],
    ids=["rows of a table found as one tall line", "the rule of a plate"],
)
def test_what_is_around_a_place_is_drawn_at_twice_its_size(
    place: Place, sides: tuple[int, int]
) -> None:
    grain = np.random.default_rng(4).integers(90, 120, (720, 1280)).astype(np.uint8)
    views = [View(seconds=Fraction(number, 25), grey=grain) for number in range(FEWEST)]
    stands = [Step(number=number, affine=np.eye(2, 3)) for number in range(FEWEST)]
    found = combine(views, stands, place)
    assert found is not None
    assert found.picture.shape == sides


def test_the_same_frames_give_the_same_bytes() -> None:
    views = passing((11.0, 1.0), 0.5)
    assert laid(views).picture.tobytes() == laid(views).picture.tobytes()


def test_too_few_frames_are_not_laid() -> None:
    views = passing((11.0, 1.0), 0.5)[: FEWEST - 1]
    assert combine(views, follow(views, 0, PLACE), PLACE) is None
