from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from catalog.demo import COVERAGE, demo_catalog_csv
from tests.workbench.drawn import SERIAL
from tests.workbench.steps import judge
from workbench.errors import BadRequest, NotAllowed
from workbench.matching import _exposure
from workbench.types import (
    Actor,
    CaseSummary,
    DecisionView,
    Judgement,
    PlateView,
    Policy,
    Role,
    SearchView,
)

if TYPE_CHECKING:
    from collections.abc import Callable

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


def candidates(view: SearchView) -> list[dict[str, object]]:
    return view.result["candidates"]  # type: ignore[return-value]


def test_a_frame_is_no_exposure_beside_the_still_in_which_it_was_laid() -> None:
    def row(name: str, shows: list[str], parent: str | None = "EX-0001") -> Any:
        return SimpleNamespace(exhibit_id=name, copy_of=None, parent=parent, shows=shows)

    laid, one = row("EX-0004", ["1/25", "2/25", "3/25"]), row("EX-0003", ["2/25"])
    later, other = row("EX-0005", ["9/25"]), row("EX-0009", ["2/25"], parent="EX-0007")
    photo = row("EX-0010", [], parent=None)
    rows = [laid, one, later, other, photo]
    assert [_exposure(each, rows) for each in rows] == [
        "EX-0004", "EX-0004", "EX-0005", "EX-0009", "EX-0010",
    ]  # fmt: skip


def test_candidates_come_after_review_never_before(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary, catalog: str
) -> None:
    (plate,) = bench.review.plates(read_case.case_id)
    with pytest.raises(NotAllowed, match="serial"):
        bench.matching.search(reviewer, read_case.case_id, plate.plate_id)


def test_the_plate_reaches_its_permit(search: SearchView, catalog: str) -> None:
    best = candidates(search)[0]
    assert best["serial"] == SERIAL
    assert search.snapshot_sha256 == catalog
    number = best["permit"]["number"]  # type: ignore[index]
    assert number["redaction"] != "not_redacted", "the story's permit number is redacted"


def test_a_rejected_field_is_not_asked(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary, catalog: str
) -> None:
    plate = reviewed(bench, reviewer, read_case)
    judge(bench, reviewer, read_case, "serial", Judgement.REJECTED, reason="That line is no serial")
    view = bench.matching.search(reviewer, read_case.case_id, plate.plate_id)
    assert "serial" not in (view.query or {})
    assert all(item["verdict"] != "identifies_catalog_unit" for item in candidates(view)), (
        "nothing is identified without a serial"
    )


def test_the_two_person_rule_holds_for_decisions(
    bench: Workbench,
    investigator: Actor,
    reviewer: Actor,
    read_case: CaseSummary,
    search: SearchView,
) -> None:
    key = str(candidates(search)[0]["key"])
    more = {
        "search_sequence": search.sequence,
        "candidate": key,
        "judgement": Judgement.CONFIRMED,
        "reason": "All three fields agree",
    }
    with pytest.raises(NotAllowed):
        bench.matching.decide(investigator, read_case.case_id, **more)  # type: ignore[arg-type]
    decision = bench.matching.decide(reviewer, read_case.case_id, **more)  # type: ignore[arg-type]
    assert decision.stands


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
    key = str(candidates(view)[0]["key"])

    def confirm(actor: Actor) -> DecisionView:
        return bench.matching.decide(
            actor,
            case.case_id,
            search_sequence=view.sequence,
            candidate=key,
            judgement=Judgement.CONFIRMED,
            reason="Read it myself",
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
    with pytest.raises(BadRequest, match="why"):
        bench.matching.decide(
            reviewer,
            read_case.case_id,
            search_sequence=search.sequence,
            candidate="",
            judgement=Judgement.REJECTED,
            reason=" ",
        )
    with pytest.raises(BadRequest, match="no candidate"):
        bench.matching.decide(
            reviewer,
            read_case.case_id,
            search_sequence=search.sequence,
            candidate="invented",
            judgement=Judgement.CONFIRMED,
            reason="Because",
        )
