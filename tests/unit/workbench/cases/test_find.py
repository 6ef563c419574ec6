"""A fragment is found wherever it was read, and what was found by look-alikes is said to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.workbench.steps import judge
from workbench.errors import BadRequest, NotFound
from workbench.tables.findable import findable
from workbench.types import Actor, CaseSummary, FoundBy, Judgement, Policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.workbench import Workbench


@pytest.mark.parametrize(
    ("fragment", "exact"),
    [("0836", True), ("d-08", True), ("08?6", True), ("O836", False), ("c m x 1 5", True)],
)
def test_a_fragment_of_the_serial_finds_its_plate(
    bench: Workbench, read_case: CaseSummary, fragment: str, exact: bool
) -> None:
    (hit,) = bench.finder.find(fragment, case_id=read_case.case_id)
    assert (hit.exhibit_id, hit.region_id, hit.exact) == ("EX-0001", "R1", exact)
    assert hit.by is FoundBy.MACHINE


@pytest.mark.parametrize("fragment", ["0837", "08?7", "6L3W", "08??36"])
def test_what_was_not_read_is_not_found(
    bench: Workbench, read_case: CaseSummary, fragment: str
) -> None:
    assert bench.finder.find(fragment, case_id=read_case.case_id) == ()


def test_lines_that_became_no_field_are_looked_through(
    bench: Workbench, read_case: CaseSummary
) -> None:
    (hit,) = bench.finder.find("MODEL CMX", case_id=read_case.case_id)
    assert (hit.by, hit.field, hit.text) == (FoundBy.ALSO, "", "MODEL CMX-15D")


def test_a_persons_words_are_found_and_named_as_theirs(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    judge(bench, reviewer, read_case, "serial", Judgement.CORRECTED, text="CMX15D-99?7")
    (hit,) = bench.finder.find("15D99")
    assert (hit.by, hit.text) == (FoundBy.PERSON, "CMX15D-99?7")
    assert bench.finder.find("0836")[0].by is FoundBy.MACHINE


def test_all_cases_are_looked_through_or_one(
    bench: Workbench, read_case: CaseSummary, read_in: Callable[..., CaseSummary]
) -> None:
    other = read_in(Policy.SOLO)
    assert {hit.case_id for hit in bench.finder.find("0836")} == {read_case.case_id, other.case_id}
    assert len(bench.finder.find("0836", case_id=other.case_id)) == 1


def test_too_short_a_fragment_and_an_unknown_case_are_told(
    bench: Workbench, read_case: CaseSummary
) -> None:
    with pytest.raises(BadRequest, match="at least 2"):
        bench.finder.find("?3?", case_id=read_case.case_id)
    with pytest.raises(NotFound):
        bench.finder.find("0836", case_id="case-none")


def test_texts_of_one_region_are_never_read_across() -> None:
    assert findable(["AB-1", "ab 1", "2C?3"]) == "AB1\n\n2C\n\n3"
