"""The tables of a bundle say of every decision which plate it is about and whether it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.demo import COVERAGE, demo_catalog_csv
from tests.unit.workbench.steps import bundle_table, judge, now
from workbench.types import Actor, CaseSummary, Judgement, Policy, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.workbench import Workbench


def rows(bench: Workbench, case: CaseSummary) -> list[dict[str, str]]:
    return bundle_table(bench, case.case_id, "decisions")


def test_a_field_that_was_judged_again_stands_once(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    judge(bench, reviewer, read_case, "serial", Judgement.UNSURE, reason="Glare")
    judge(bench, reviewer, read_case, "serial")
    judge(bench, reviewer, read_case, "model")
    assert [(row["field"], row["judgement"], row["stands"]) for row in rows(bench, read_case)] == [
        ("serial", "unsure", "false"),
        ("serial", "confirmed", "true"),
        ("model", "confirmed", "true"),
    ]


def test_a_candidate_that_awaits_another_reviewer_does_not_look_decided(
    bench: Workbench,
    investigator: Actor,
    reviewer: Actor,
    enrolled: Callable[..., Actor],
    read_in: Callable[..., CaseSummary],
) -> None:
    second = enrolled("Reviewer two", Role.REVIEWER)
    case = read_in(Policy.TWO_REVIEWERS)
    bench.catalogs.import_(
        investigator, demo_catalog_csv(), name="demo.csv", coverage=COVERAGE, synthetic=True
    )
    (plate, *_rest) = bench.review.plates(case.case_id)
    for field in plate.fields:
        judge(bench, reviewer, case, field.field)
    search = bench.matching.search(reviewer, case.case_id, plate.plate_id)

    def last_after(actor: Actor) -> dict[str, str]:
        bench.matching.decide(
            actor,
            case.case_id,
            search_sequence=search.sequence,
            candidate="",
            judgement=Judgement.CONFIRMED,
            reason="Looked at all",
            seen=now(bench, case),
        )
        return rows(bench, case)[-1]

    waiting = last_after(reviewer)
    assert (waiting["field"], waiting["exhibit"], waiting["region"]) == (
        "candidate",
        "EX-0001",
        "R1",
    )
    assert waiting["stands"] == "false"
    assert last_after(second)["stands"] == "true"
