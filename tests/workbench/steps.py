"""What tests do again and again on the way to what they test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.types import Judgement

if TYPE_CHECKING:
    from workbench.types import Actor, CaseSummary, Review
    from workbench.workbench import Workbench


def judge(
    bench: Workbench,
    actor: Actor,
    case: CaseSummary,
    field: str,
    judgement: Judgement = Judgement.CONFIRMED,
    *,
    exhibit_id: str = "EX-0001",
    **more: str | bool,
) -> Review:
    """Judge a field of the first plate of an exhibit."""
    return bench.review.judge_field(
        actor,
        case.case_id,
        exhibit_id=exhibit_id,
        region_id="R1",
        field=field,  # type: ignore[arg-type]
        judgement=judgement,
        **more,  # type: ignore[arg-type]
    )
