"""Beside an identification stands how often such ones were wrong where the truth was known."""

from __future__ import annotations

import pytest

from catalog.likelihood.exposures import TRUST
from catalog.matching.error_rates import counts, error_rates
from tests.catalog.casework import spoken


def test_the_kept_counts_are_of_the_trust_in_force() -> None:
    assert counts()[0] == TRUST.version


def test_every_count_is_possible() -> None:
    for one in counts()[1]:
        assert 0 <= one.wrong <= one.identified
        assert one.upper95 > one.wrong / max(one.identified, 1)


@pytest.mark.parametrize(
    ("units", "among"), [(12, "1,000"), (1_000, "1,000"), (1_001, "10,000"), (54_321, "100,000")]
)
def test_the_next_larger_number_of_units_speaks(units: float, among: str) -> None:
    assert f"among {among} units" in spoken(error_rates(units, pixels=True))


def test_more_units_than_were_tested_are_said_to_be() -> None:
    said = spoken(error_rates(5_000_000, pixels=True))
    assert "among 1,000,000 units (larger numbers were not tested)" in said


def test_counts_and_bound_stand_in_the_sentence() -> None:
    worn = next(one for one in counts()[1] if one.units == 1_000 and "worn" in one.plates)
    said = spoken(error_rates(900, pixels=True))
    assert (
        f"Of {worn.identified:,} identifications of {worn.plates}, {worn.wrong} were wrong" in said
    )
    assert "with 95 % confidence at most" in said
    assert "synthetic" in said


def test_a_transcription_borrows_no_figure_of_the_pixels() -> None:
    said = spoken(error_rates(900, pixels=False))
    assert "was not tested: it rests on a transcription or a code" in said
    assert not any(char.isdigit() for char in said)
