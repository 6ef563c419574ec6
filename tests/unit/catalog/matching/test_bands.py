"""Words for likelihood ratios: each step of the scale begins where it says."""

from __future__ import annotations

import pytest

from catalog.matching.bands import BANDS, VERSION, band
from tests.unit.catalog.casework import spoken
from words.english.numbers import times

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
    assert spoken(band(least)) == words
    below = spoken(band(least * (1 - 1e-9)))
    assert below != words or least == 1.0
    against = spoken(band(1 / (least * (1 + 1e-9))))
    assert against == (words if least == 1.0 else f"{words} for another unit")


def test_the_scale_is_that_of_its_version() -> None:
    assert VERSION == "enfsi-2015/nameplate-1"
    assert {one.least: one.words for one in BANDS} == SCALE


@pytest.mark.parametrize("lr", [0.0, -1.0, float("nan")])
def test_what_is_no_ratio_is_refused(lr: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        band(lr)


@pytest.mark.parametrize(
    ("ratio", "written"),
    [
        (0.0134, "0.0134"),
        (1.4, "1.4"),
        (999.0, "999"),
        (1000.0, "1,000"),
        (37_649.0, "37,600"),
        (999e6, "999,000,000"),
        (1e9, "1.0 × 10⁹"),
        (4.2e12, "4.2 × 10¹²"),
    ],
)
def test_a_ratio_is_written_to_two_or_three_figures(ratio: float, written: str) -> None:
    assert times(ratio) == written
