"""Who said otherwise stays visible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.unit.workbench.steps import case_file, judge
from workbench.report.build import build_report
from workbench.rules import dissent as rules
from workbench.types import Judgement, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.types import Actor, CaseSummary
    from workbench.workbench import Workbench


@dataclass
class Said:
    reviewer_id: str
    judgement: str
    text: str = ""


E, TYPE_E = Said("a", "confirmed", "E"), Said("b", "corrected", "TYPE E")


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        ([], []),
        ([E], []),
        ([E, TYPE_E], [E]),
        ([TYPE_E, E], [TYPE_E]),
        ([E, Said("b", "corrected", "E")], []),
        ([E, Said("a", "corrected", "F")], []),
        ([E, TYPE_E, Said("a", "corrected", "TYPE E")], []),
        ([E, Said("b", "unsure")], [E]),
        ([Said("a", "rejected", "x"), Said("b", "rejected", "y")], []),
        ([Said("a", "rejected"), Said("b", "unsure")], [Said("a", "rejected")]),
        ([E, TYPE_E, Said("c", "corrected", "F")], [E, TYPE_E]),
        ([Said("a", "rejected", "E"), Said("b", "confirmed", "E")], [Said("a", "rejected", "E")]),
    ],
)
def test_each_other_persons_last_word_that_differs(
    judged: list[Said], expected: list[Said]
) -> None:
    assert list(rules.dissenting(judged)) == expected


def test_it_is_said_in_words() -> None:
    said = rules.sentence(TYPE_E, name="B", when="today", reason="worn")
    assert said == "B judged differently on today: “TYPE E” (worn)"
    assert rules.sentence(Said("a", "rejected", "x"), name="A", when="today", reason="") == (
        "A judged differently on today: rejected"
    )


def test_dissent_stays_on_the_plate_in_the_search_and_in_the_report(
    bench: Workbench,
    investigator: Actor,
    reviewer: Actor,
    enrolled: Callable[..., Actor],
    read_case: CaseSummary,
) -> None:
    from catalog.demo import demo_catalog_csv

    other = enrolled("Somebody else", Role.REVIEWER)
    for field in ("maker", "serial"):
        judge(bench, reviewer, read_case, field)
    judge(bench, reviewer, read_case, "model", Judgement.CORRECTED, text="TYPE E", reason="Seen.")
    judge(bench, other, read_case, "model")
    (plate,) = bench.review.plates(read_case.case_id)
    (model,) = (field for field in plate.fields if field.field == "model")
    assert model.human_text == "CMX-15D"
    (said,) = model.dissent
    assert said.startswith("Reviewer one judged differently on ")
    assert said.endswith(": “TYPE E” (Seen.)")
    bench.catalogs.import_(
        investigator, demo_catalog_csv(), name="c.csv", coverage="x", synthetic=True
    )
    search = bench.matching.search(reviewer, read_case.case_id, plate.plate_id)
    assert search.dissent == (f"Model: {said}",)
    report = build_report(case_file(bench, read_case.case_id))
    html = report.html.decode()
    assert html.count("Reviewer one judged differently on") >= 2, "at the plate and at the answer"


def test_which_judgements_come_to_the_words() -> None:
    assert {"confirmed", "corrected"} == rules.SAY_WORDS


@pytest.mark.parametrize(("reason", "what"), [("worn", ": “TYPE E” (worn)"), ("", ": “TYPE E”")])
def test_of_a_judgement_that_does_not_count_it_is_said_what_and_why(reason: str, what: str) -> None:
    said = rules.of_own_material(TYPE_E, name="B", when="today", reason=reason)
    assert said.startswith("B ")
    assert f"today{what}." in said
    assert "not count" in said
