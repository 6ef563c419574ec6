from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.report.waterfall import bars

WEIGHTS = st.lists(st.floats(-60, 60), max_size=12)


def test_each_bar_begins_where_the_last_one_ended() -> None:
    up, down, total = bars([3.0, -1.0])
    assert (up.left, up.right) == (0.0, 1.0)
    assert down.right == 1.0
    assert down.left == pytest.approx(2 / 3)
    assert (total.left, total.right, total.total_bits) == (0.0, pytest.approx(2 / 3), 2.0)


@given(WEIGHTS)
def test_every_bar_stays_inside_the_drawing_and_the_sum_is_the_sum(weights: list[float]) -> None:
    placed = bars(weights)
    assert len(placed) == len(weights) + 1
    assert placed[-1].total_bits == pytest.approx(sum(weights), abs=1e-6)
    for bar in placed:
        assert -1e-9 <= bar.left <= bar.right <= 1 + 1e-9
        assert -1e-9 <= bar.zero <= 1 + 1e-9
