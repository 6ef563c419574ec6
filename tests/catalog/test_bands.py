"""Words for likelihood ratios: each step of the scale begins where it says."""

from __future__ import annotations

import pytest

from catalog.bands import BANDS, VERSION, band

SCALE = {
    1.0: "no support either way",
    1.05: "weak support",
    10.0: "moderate support",
    100.0: "moderately strong support",
    1e3: "strong support",
    1e4: "very strong support",
    1e6: "extremely strong support",
}


@pytest.mark.parametrize(("least", "words"), SCALE.items())
def test_a_step_begins_where_it_says_on_both_sides_of_one(least: float, words: str) -> None:
    assert band(least) == words
    below = band(least * (1 - 1e-9))
    assert below != words or least == 1.0
    against = band(1 / (least * (1 + 1e-9)))
    assert against == (words if least == 1.0 else f"{words} for another unit")


def test_the_scale_is_that_of_its_version() -> None:
    assert VERSION == "enfsi-2015/nameplate-1"
    assert {one.least: one.words for one in BANDS} == SCALE


@pytest.mark.parametrize("lr", [0.0, -1.0, float("nan")])
def test_what_is_no_ratio_is_refused(lr: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        band(lr)
