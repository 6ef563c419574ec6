from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from catalog.demo import COVERAGE, demo_catalog_csv
from tests.unit.workbench.drawn import SERIAL, plate_jpeg
from tests.unit.workbench.steps import judge, now
from workbench.errors import BadRequest, NotAllowed, NotFound
from workbench.types import (
    Actor,
    CaseSummary,
    Claims,
    DecisionView,
    Judgement,
    PlateView,
    Policy,
    Role,
    SearchView,
    Upload,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from catalog.findings.stored_search import StoredCandidate
    from workbench.workbench import Workbench


@pytest.fixture
def catalog(bench: Workbench, investigator: Actor) -> str:
    return bench.catalogs.import_(
        investigator, demo_catalog_csv(), name="demo.csv", coverage=COVERAGE, synthetic=True
    ).sha256


def reviewed(bench: Workbench, actor: Actor, case: CaseSummary) -> PlateView:
    (plate, *_rest) = bench.review.plates(case.case_id)
    for field in plate.fields:
        judge(bench, actor, case, field.field)
    return bench.review.plate(case.case_id, plate.plate_id)


@pytest.fixture
def search(bench: Workbench, reviewer: Actor, read_case: CaseSummary, catalog: str) -> SearchView:
    plate = reviewed(bench, reviewer, read_case)
    return bench.matching.search(reviewer, read_case.case_id, plate.plate_id)


def candidates(view: SearchView) -> tuple[StoredCandidate, ...]:
    return view.result.candidates


def test_candidates_come_after_review_never_before(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary, catalog: str
) -> None:
    (plate,) = bench.review.plates(read_case.case_id)
    with pytest.raises(NotAllowed, match="serial"):
        bench.matching.search(reviewer, read_case.case_id, plate.plate_id)


def test_the_plate_reaches_its_permit(search: SearchView, catalog: str) -> None:
    best = candidates(search)[0]
    assert best.serial == SERIAL
    assert search.snapshot_sha256 == catalog
    assert best.permit.number.redaction != "not_redacted", "the story's permit number is redacted"


def test_a_plate_is_held_against_the_register_that_is_chosen(
    bench: Workbench, investigator: Actor, reviewer: Actor, read_case: CaseSummary, catalog: str
) -> None:
    another = b"permit_number,maker,model,quantity\nSIEL-9,L3 Wescam,CMX-15D,7\n"
    current = bench.catalogs.import_(
        investigator, another, name="another.csv", coverage="t", synthetic=True
    ).sha256
    plate = reviewed(bench, reviewer, read_case)
    asked = partial(bench.matching.search, reviewer, read_case.case_id, plate.plate_id)
    of_current, of_chosen = asked(), asked(catalog=catalog[:12])
    assert (of_current.snapshot_sha256, of_chosen.snapshot_sha256) == (current, catalog)
    assert of_current.result.verdict != "not_in_catalog", "units without serials may be it"
    assert candidates(of_chosen)[0].serial == SERIAL
    for view, other in ((of_current, catalog), (of_chosen, current)):
        (not_asked,) = (one for one in view.result.leads if one.kind == "registers_not_asked")
        assert other[:12] in str(not_asked)
    with pytest.raises(NotFound, match="begins with"):
        asked(catalog="nothing")


def test_a_rejected_field_is_not_asked(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary, catalog: str
) -> None:
    plate = reviewed(bench, reviewer, read_case)
    judge(bench, reviewer, read_case, "serial", Judgement.REJECTED, reason="That line is no serial")
    view = bench.matching.search(reviewer, read_case.case_id, plate.plate_id)
    assert "serial" not in view.query
    assert all(item.verdict != "identifies_catalog_unit" for item in candidates(view)), (
        "nothing is identified without a serial"
    )


def test_the_two_person_rule_holds_for_decisions(
    bench: Workbench,
    investigator: Actor,
    reviewer: Actor,
    read_case: CaseSummary,
    search: SearchView,
) -> None:
    key = candidates(search)[0].key
    more = {
        "search_sequence": search.sequence,
        "candidate": key,
        "judgement": Judgement.CONFIRMED,
        "reason": "All three fields agree",
        "seen": search.seen,
    }
    with pytest.raises(NotAllowed):
        bench.matching.decide(investigator, read_case.case_id, **more)  # type: ignore[arg-type]
    decision = bench.matching.decide(reviewer, read_case.case_id, **more)  # type: ignore[arg-type]
    assert decision.stands


def test_a_plate_that_was_searched_for_and_then_joined_into_another_can_be_sealed(
    bench: Workbench,
    investigator: Actor,
    reviewer: Actor,
    read_case: CaseSummary,
    search: SearchView,
) -> None:
    case = read_case.case_id
    decide = partial(
        bench.matching.decide,
        reviewer,
        case,
        search_sequence=search.sequence,
        candidate="",
        judgement=Judgement.CONFIRMED,
        reason="All agrees",
    )
    decide(seen=search.seen)
    photo = Upload(name="second.jpg", data=plate_jpeg(seed=5))
    bench.intake.take_in(investigator, case, [photo], Claims())
    bench.reading.read_pending(investigator, case)
    members = (("EX-0002", "R1"), ("EX-0001", "R1"))
    joined = bench.review.join_plates(
        reviewer, case, members, seen=now(bench, read_case), reason="The same dent"
    )
    assert joined != search.plate_id
    with pytest.raises(NotFound, match="no plate"):
        bench.review.plate(case, search.plate_id)
    with pytest.raises(NotFound, match="no plate"):  # what was decided on it stays as it was
        decide(seen=now(bench, read_case))
    sealed = bench.exports.seal(investigator, case)
    assert bench.exports.unsigned(case, sealed.sequence) == (reviewer.person_id,)
    bench.exports.sign(reviewer, case, sealed.sequence)
    path = bench.exports.folder_path(case, sealed.sequence)
    assert bench.exports.verify(path).faults == ()
    assert (path / f"data/catalog/search-{search.sequence:06d}.json").exists()
    assert search.plate_id in (path / "data/report.html").read_text(encoding="utf-8")
    (view,) = bench.states.case(case, bench.states.store()).searches()
    assert view == bench.matching.search_view(case, search.sequence)
    assert (view.dissent, [one.stands for one in view.decisions]) == ((), [True])


def test_two_reviewers_are_needed_where_the_policy_says_so(
    bench: Workbench,
    reviewer: Actor,
    enrolled: Callable[..., Actor],
    read_in: Callable[..., CaseSummary],
    catalog: str,
) -> None:
    second_reviewer = enrolled("Reviewer two", Role.REVIEWER)
    case = read_in(Policy.TWO_REVIEWERS)
    plate = reviewed(bench, reviewer, case)
    view = bench.matching.search(reviewer, case.case_id, plate.plate_id)
    key = candidates(view)[0].key

    def confirm(actor: Actor) -> DecisionView:
        return bench.matching.decide(
            actor,
            case.case_id,
            search_sequence=view.sequence,
            candidate=key,
            judgement=Judgement.CONFIRMED,
            reason="Read it myself",
            seen=now(bench, case),
        )

    def plates() -> tuple[int, int]:
        summary = bench.cases.summary(case.case_id)
        assert bench.cases.all_cases() == (summary,)
        return summary.decided, summary.awaiting

    assert plates() == (0, 0)
    assert not confirm(reviewer).stands
    assert not confirm(reviewer).stands, "the same reviewer twice is still one"
    assert plates() == (0, 1)
    assert confirm(second_reviewer).stands
    assert plates() == (1, 0)
    decisions = bench.matching.search_view(case.case_id, view.sequence).decisions
    assert [(one.stands, one.replaced) for one in decisions] == [
        (False, True), (True, False), (True, False),
    ]  # fmt: skip


def test_a_decision_needs_a_reason_and_a_real_candidate(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary, search: SearchView
) -> None:
    with pytest.raises(BadRequest, match="Give a reason"):
        bench.matching.decide(
            reviewer,
            read_case.case_id,
            search_sequence=search.sequence,
            candidate="",
            judgement=Judgement.REJECTED,
            reason=" ",
            seen=search.seen,
        )
    with pytest.raises(BadRequest, match="not a candidate"):
        bench.matching.decide(
            reviewer,
            read_case.case_id,
            search_sequence=search.sequence,
            candidate="invented",
            judgement=Judgement.CONFIRMED,
            reason="Because",
            seen=search.seen,
        )
