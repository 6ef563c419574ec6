"""What is said of material is refused, before anything is kept, where it cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.workbench.drawn import photos
from workbench.errors import BadRequest
from workbench.rules.limits import MAX_CLAIM
from workbench.types import Claims

if TYPE_CHECKING:
    from workbench.types import Actor, CaseSummary
    from workbench.workbench import Workbench


@pytest.mark.parametrize("value", ["yesterday", "2020-13", "19.10.2020", "2020-02-30"])
def test_a_date_that_is_none_is_refused_before_anything_is_kept(
    bench: Workbench, investigator: Actor, case: CaseSummary, value: str
) -> None:
    with pytest.raises(BadRequest, match="not a date"):
        bench.intake.take_in(
            investigator, case.case_id, photos("good.jpg"), Claims(claimed_date=value)
        )
    assert bench.exhibits.count(case.case_id) == 0


@pytest.mark.parametrize("value", ["2020", "2020-10", "2020-10-19", "2020-10-19T14:05+00:00", ""])
def test_a_date_is_taken_as_far_as_it_is_known(
    bench: Workbench, investigator: Actor, case: CaseSummary, value: str
) -> None:
    claims = Claims(claimed_date=value)
    bench.intake.take_in(investigator, case.case_id, photos("good.jpg"), claims)
    assert bench.exhibits.one(case.case_id, "EX-0001").claims == claims


def test_a_claim_that_is_too_long_is_refused_by_name(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    claims = Claims(claimed_place="x" * (MAX_CLAIM + 1))
    with pytest.raises(
        BadRequest, match="claimed place has 2001 characters; at most 2000 are allowed"
    ):
        bench.intake.take_in(investigator, case.case_id, photos("good.jpg"), claims)
    assert bench.exhibits.count(case.case_id) == 0
