"""Which moments of a clip become stills."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from vision.survey import Moment, choose

RNG = np.random.default_rng(5)
STREET, PLATE = (RNG.integers(0, 256, 576).astype(np.uint8) for _ in range(2))


def moment(tenth: int, *, text: float, look: np.ndarray, scene: int = 1) -> Moment:
    return Moment(
        seconds=Fraction(tenth, 10), scene=scene, sharpness=9.0, text=text, look=look.tobytes()
    )


def test_letters_that_stand_all_the_time_leave_stills_for_a_plate_that_passes() -> None:
    moments = [moment(tenth, text=10.0, look=STREET) for tenth in range(300)]
    for tenth in range(150, 160):
        moments[tenth] = moment(tenth, text=6.0, look=np.roll(PLATE, 7 * tenth))
    chosen = [float(one.seconds) for one in choose(moments, budget=10)]
    assert sum(15.0 <= seconds < 16.0 for seconds in chosen) == 5
    assert len(chosen) == 10


def test_stills_keep_apart_and_every_scene_gets_one() -> None:
    moments = [moment(t, text=5.0 * (t < 20), look=np.roll(STREET, t), scene=1 + t // 20)
               for t in range(60)]  # fmt: skip
    chosen = choose(moments, budget=10)
    seconds = [float(one.seconds) for one in chosen]
    assert seconds == sorted(seconds)
    assert min(np.diff(seconds)) >= 0.2 - 1e-9
    assert {int(one // 2) for one in seconds} == {0, 1, 2}


@pytest.mark.parametrize("budget", [0, 1, 3])
def test_the_budget_is_kept(budget: int) -> None:
    moments = [moment(t, text=float(t), look=np.roll(STREET, t)) for t in range(30)]
    assert len(choose(moments, budget=budget)) == budget
    assert choose([], budget=budget) == ()
