from __future__ import annotations

import pytest

from workbench.report.numbers import ratio


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "not computed"),
        (float("inf"), "not computed"),
        (0.0, "0"),
        (0.000_5, "5.0 × 10⁻⁴"),
        (0.05, "0.05"),
        (1.04, "1"),
        (9.96, "10"),
        (42.4, "42"),
        (99.7, "100"),
        (863.4, "863"),
        (32_108.0, "32,100"),
        (999_600.0, "1.0 × 10⁶"),
        (9_960_000.0, "1.0 × 10⁷"),
    ],
)
def test_a_ratio_is_written_in_plain_figures(value: float | None, said: str) -> None:
    assert ratio(value) == said
