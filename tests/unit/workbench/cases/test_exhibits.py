"""Exhibits are listed in an order that helps whoever judges them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.workbench.drawn import photos
from tests.unit.workbench.steps import judge
from workbench import events
from workbench.types import Claims, ExhibitOrder, Judgement

if TYPE_CHECKING:
    from workbench.types import Actor, CaseSummary
    from workbench.workbench import Workbench


def read_as(
    bench: Workbench, actor: Actor, case_id: str, exhibit: str, *fields: tuple[str, float, str]
) -> None:
    """Record a reading of one plate: (field, how sure, in which strength)."""
    reading = bench.stores.blobs.put(b"a reading")
    region = events.ReadRegion(
        region="R1",
        corners=((0.0, 0.0), (9.0, 0.0), (9.0, 5.0), (0.0, 5.0)),
        drawn=False,
        fields=tuple(events.ReadField(name, "AS READ", *sure) for name, *sure in fields),
        also=(),
    )
    draft = events.ExhibitRead(
        exhibit=exhibit,
        engines=(),
        reading=reading,
        regions=(region,),
        whole=True,
    ).draft(actor.person_id)
    bench.stores.append(case_id, draft)


def test_exhibits_are_listed_by_doubt(
    bench: Workbench, investigator: Actor, reviewer: Actor, case: CaseSummary
) -> None:
    bench.intake.take_in(investigator, case.case_id, photos("a", "b", "c", "d"), Claims())
    sure, lost = ("maker", 0.99, "stated"), ("serial", 0.1, "unreadable")
    read_as(bench, investigator, case.case_id, "EX-0001", sure, ("serial", 0.97, "stated"))
    read_as(bench, investigator, case.case_id, "EX-0002", sure, lost, ("weight", 0.01, "offered"))
    read_as(bench, investigator, case.case_id, "EX-0003", sure, ("serial", 0.6, "offered"))

    def listed(**how: Any) -> list[str]:
        return [e.exhibit_id for e in bench.exhibits.listed(case.case_id, **how)]

    first = {"order": ExhibitOrder.LEAST_SURE}
    assert listed(**first) == ["EX-0002", "EX-0003", "EX-0001", "EX-0004"]
    assert listed(**first, offset=1, limit=2) == ["EX-0003", "EX-0001"]
    assert listed(unreadable=True) == ["EX-0002"]
    assert bench.exhibits.count(case.case_id, unreadable=True) == 1
    for field in ("serial", "maker"):
        judge(
            bench, reviewer, case, field, Judgement.UNSURE, exhibit_id="EX-0002", reason="Worn away"
        )
    assert listed(**first) == ["EX-0003", "EX-0001", "EX-0002", "EX-0004"], "judged: no open doubt"
    assert listed(unreadable=True) == []
