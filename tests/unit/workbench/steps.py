"""What tests do again and again on the way to what they test."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from workbench.export.case_file import report_of
from workbench.export.contents import contents_of
from workbench.export.tabulate import tables_of
from workbench.types import Judgement

if TYPE_CHECKING:
    from workbench.report.types import ReportCase
    from workbench.types import Actor, CaseSummary, Review
    from workbench.workbench import Workbench


def now(bench: Workbench, case: CaseSummary) -> int:
    """What somebody has seen who looks at a case now."""
    return bench.stores.ledger.size(case.case_id)


def case_file(bench: Workbench, case_id: str) -> ReportCase:
    """What the report would say of a case as it stands now."""
    store = bench.states.store()
    state = bench.states.case(case_id, store)
    checkpoint = bench.stores.ledger.checkpoint(case_id, size=state.size)
    made = contents_of(state, store, bench.images)
    return report_of(state, store, checkpoint, made, keys=bench.people.keys(), software=())


def bundle_table(bench: Workbench, case_id: str, name: str) -> list[dict[str, str]]:
    """The rows of a table that a bundle would carry, as its CSV has them."""
    store = bench.states.store()
    state = bench.states.case(case_id, store)
    made = contents_of(state, store, bench.images)
    rows = (*made.judgements, *made.decisions)
    files = tables_of(tuple(state.exhibits), made.readings, rows, state.traces)
    (file,) = [file for file in files if file.path == f"tables/{name}.csv"]
    assert isinstance(file.source, bytes)
    return list(csv.DictReader(io.StringIO(file.source.decode(), newline="")))


def judge(
    bench: Workbench,
    actor: Actor,
    case: CaseSummary,
    field: str,
    judgement: Judgement = Judgement.CONFIRMED,
    *,
    exhibit_id: str = "EX-0001",
    seen: int | None = None,
    **more: str | bool,
) -> Review:
    """Judge a field of the first plate of an exhibit, by what stands now unless `seen` says so."""
    return bench.review.judge_field(
        actor,
        case.case_id,
        exhibit_id=exhibit_id,
        region_id="R1",
        field=field,  # type: ignore[arg-type]
        judgement=judgement,
        seen=now(bench, case) if seen is None else seen,
        **more,  # type: ignore[arg-type]
    )
