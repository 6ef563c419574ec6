"""Which moments of a clip become stills."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from vision.footage.line import Line
from vision.footage.moments import Moment, choose, without_standing

RNG = np.random.default_rng(5)
STREET, PLATE = (RNG.integers(0, 256, 576).astype(np.uint8) for _ in range(2))


def moment(tenth: int, *, text: float, thumbnail: np.ndarray, scene: int = 1) -> Moment:
    return Moment(
        seconds=Fraction(tenth, 10),
        scene=scene,
        sharpness=9.0,
        text=text,
        thumbnail=thumbnail.tobytes(),
    )


def test_letters_that_stand_all_the_time_leave_stills_for_a_plate_that_passes() -> None:
    moments = [moment(tenth, text=10.0, thumbnail=STREET) for tenth in range(300)]
    for tenth in range(150, 160):
        moments[tenth] = moment(tenth, text=6.0, thumbnail=np.roll(PLATE, 7 * tenth))
    chosen = [float(one.seconds) for one in choose(moments, budget=10)]
    assert sum(15.0 <= seconds < 16.0 for seconds in chosen) == 3
    assert len(chosen) == 10


def test_stills_keep_apart_and_every_scene_gets_one() -> None:
    moments = [moment(t, text=5.0 * (t < 20), thumbnail=np.roll(STREET, t), scene=1 + t // 20)
               for t in range(60)]  # fmt: skip
    chosen = choose(moments, budget=10)
    seconds = [float(one.seconds) for one in chosen]
    assert seconds == sorted(seconds)
    assert min(np.diff(seconds)) >= 0.2 - 1e-9
    assert {int(one // 2) for one in seconds} == {0, 1, 2}


@pytest.mark.parametrize("budget", [0, 1, 3])
def test_the_budget_is_kept(budget: int) -> None:
    moments = [moment(t, text=float(t), thumbnail=np.roll(STREET, t)) for t in range(30)]
    assert len(choose(moments, budget=budget)) == budget
    assert choose([], budget=budget) == ()


def caption(tenth: int) -> Moment:
    """A view in which a mark stands and, from the second second on, a plate passes."""
    mark = Line(x=900, y=600, width=90, height=12, weight=9.0)
    plate = Line(x=40 * tenth, y=300, width=120, height=12, weight=7.0)
    lines = (mark, plate) if 20 <= tenth < 30 else (mark,)
    return Moment(
        seconds=Fraction(tenth, 10),
        scene=1,
        sharpness=9.0 + (tenth == 4),
        text=sum(line.weight for line in lines),
        thumbnail=np.roll(STREET, 7 * tenth).tobytes(),
        lines=lines,
    )


def test_what_stands_all_the_time_counts_once_and_is_never_laid() -> None:
    counted = without_standing([caption(tenth) for tenth in range(60)])
    assert [moment.text for moment in counted[:6]] == [0.0, 0.0, 0.0, 0.0, 9.0, 0.0]
    assert all(moment.text == 7.0 for moment in counted[20:30])
    chosen = choose(counted, budget=10, combined=2)
    assert sum(2.0 <= one.seconds < 3.0 for one in chosen) == 3
    (combined,) = (one for one in chosen if one.combine)
    assert 2.0 <= combined.seconds < 3.0
    assert [line.weight for line in combined.combine] == [7.0]


def scattered(tenth: int) -> Moment:
    """Texture that drifts all the time, its lines far apart; for a second a plate instead."""
    texture = [(100 + 300 * spot + 13 * tenth, 90 + 150 * spot, 3.0) for spot in range(4)]
    plate = [(30 * tenth, 300 + 20 * row, 2.0) for row in range(3)]
    passes = 30 <= tenth < 40
    lines = tuple(
        Line(x=x, y=y, width=60, height=10, weight=weight)
        for x, y, weight in (plate if passes else texture)
    )
    return Moment(
        seconds=Fraction(tenth, 10),
        scene=1,
        sharpness=9.0,
        text=sum(line.weight for line in lines),
        thumbnail=(PLATE if passes else STREET).tobytes(),
        lines=lines,
    )


def test_the_place_with_most_lettering_is_laid_first_then_one_that_looks_new() -> None:
    moments = [scattered(tenth) for tenth in range(100)]
    combined = {most: [one for one in choose(moments, budget=10, combined=most) if one.combine]
            for most in (1, 2)}  # fmt: skip
    (plate,) = combined[1]
    assert 3.0 <= plate.seconds < 4.0
    assert [line.weight for line in plate.combine] == [2.0, 2.0, 2.0]
    (texture,) = (one for one in combined[2] if one != plate)
    assert [line.weight for line in texture.combine] == [3.0]
