"""Blind is told from what somebody was shown, and is no claim of a caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workbench.drawn import plate_jpeg
from tests.unit.workbench.steps import judge
from workbench.errors import NotAllowed
from workbench.events import KINDS
from workbench.events.narrative import sentence
from workbench.rules import blindness as rules
from workbench.types import Claims, Judgement, Role, Upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.types import Actor, CaseSummary
    from workbench.workbench import Workbench

SERIAL = ("EX-0001", "R1", "serial")
PLACE = st.tuples(*(st.sampled_from((word, "other", rules.EACH)) for word in SERIAL))


@given(PLACE, PLACE)
def test_a_star_covers_each_and_nothing_else_does(
    shown: tuple[str, str, str], place: tuple[str, str, str]
) -> None:
    expected = all(one in ("*", other) for one, other in zip(shown, place, strict=True))
    assert rules.covers(shown, place) is expected
    assert rules.was_shown([shown], place) is expected
    assert rules.was_shown([], place) is False
    assert (place in rules.news([shown], [place, place])) is (not expected)
    assert len(rules.news([], [place, place])) == 1


def test_only_what_was_not_shown_is_blind() -> None:
    assert rules.not_blind("A", "part_number", shown=False) is None
    why = rules.not_blind("A", "part_number", shown=True)
    assert why is not None
    assert "part number" in why


def test_entries_whose_sentence_repeats_what_was_read_are_known() -> None:
    assert set(KINDS) >= rules.TELLING
    assert sentence is not None
    assert "field.judged" in rules.TELLING
    assert "exhibit.taken_in" not in rules.TELLING


# --- through the services -------------------------------------------------------------------


def blind(bench: Workbench, actor: Actor, case: CaseSummary, field: str = "serial") -> bool:
    return judge(
        bench, actor, case, field, Judgement.CORRECTED, text="CMX15D-08?6", blind=True
    ).blind


def test_who_was_shown_nothing_writes_blind(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    assert blind(bench, reviewer, read_case)


@pytest.mark.parametrize(
    "place", [SERIAL, ("EX-0001", "R1", "*"), ("EX-0001", "*", "*"), ("*", "*", "*")]
)
def test_who_was_shown_it_does_not_and_that_outlives_a_restart(
    bench: Workbench,
    reviewer: Actor,
    enrolled: Callable[..., Actor],
    read_case: CaseSummary,
    place: tuple[str, str, str],
) -> None:
    other = enrolled("Somebody else", Role.REVIEWER)
    case_id = read_case.case_id
    assert bench.shown.note(reviewer, case_id, [place], shown_by="a screen") == (place,)
    assert bench.shown.note(reviewer, case_id, [place, SERIAL], shown_by="a screen") == ()
    bench.stores.projection.rebuild()
    size = bench.stores.ledger.size(case_id)
    with pytest.raises(NotAllowed, match=r"^Reviewer one has already been shown"):
        blind(bench, reviewer, read_case)
    (entry,) = bench.stores.ledger.entries(case_id, after=size - 1)
    assert (entry.kind, entry.body["verb"]) == ("refused", "judge the serial as if blind")
    assert not judge(bench, reviewer, read_case, "serial").blind
    assert blind(bench, other, read_case), "what one was shown the other was not"


def test_another_field_or_region_was_not_shown_with_it(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    bench.shown.note(
        reviewer,
        read_case.case_id,
        [("EX-0001", "R1", "model"), ("EX-0001", "R2", "serial"), ("EX-0002", "*", "*")],
        shown_by="a screen",
    )
    assert blind(bench, reviewer, read_case)


def test_who_judged_a_field_or_searched_for_its_plate_was_shown_it(
    bench: Workbench,
    reviewer: Actor,
    enrolled: Callable[..., Actor],
    read_case: CaseSummary,
) -> None:
    blind(bench, reviewer, read_case)
    with pytest.raises(NotAllowed, match="has already been shown"):
        blind(bench, reviewer, read_case)


@pytest.mark.parametrize("same", ["picture", "plate"])
@pytest.mark.parametrize("place", [("EX-0002", "R1", "serial"), ("EX-0002", "*", "*")])
def test_who_was_shown_it_on_another_exhibit_of_the_same_was_shown_it(
    bench: Workbench,
    investigator: Actor,
    reviewer: Actor,
    enrolled: Callable[..., Actor],
    read_case: CaseSummary,
    same: str,
    place: tuple[str, str, str],
) -> None:
    """A copy of the picture, or another picture of the plate, says the same words."""
    case_id, other = read_case.case_id, enrolled("Somebody else", Role.REVIEWER)
    data = plate_jpeg() if same == "picture" else plate_jpeg(seed=7)
    bench.intake.take_in(investigator, case_id, [Upload(name="q.jpg", data=data)], Claims())
    bench.reading.read_pending(investigator, case_id)
    bench.reading.read_again(investigator, case_id, "EX-0002")
    if same == "plate":
        members = (("EX-0001", "R1"), ("EX-0002", "R1"))
        assert len(bench.exhibits.listed(case_id)) == 2
        third = enrolled("A third", Role.REVIEWER)
        seen = bench.stores.ledger.size(case_id)
        bench.review.join_plates(third, case_id, members, seen=seen, reason="One plate")
    bench.shown.note(reviewer, case_id, [("EX-0002", "R1", "model")], shown_by="a screen")
    assert not bench.shown.was_shown(reviewer.person_id, case_id, SERIAL)
    bench.shown.note(reviewer, case_id, [place], shown_by="a screen")
    with pytest.raises(NotAllowed, match=r"^Reviewer one has already been shown"):
        blind(bench, reviewer, read_case)
    assert blind(bench, other, read_case)


def test_much_at_once_is_noted_as_all(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    many = [(f"EX-{number:04d}", "*", "*") for number in range(1, 600)]
    noted = bench.shown.note(reviewer, read_case.case_id, many, shown_by="a list")
    assert noted == (("*", "*", "*"),)


def test_which_entries_may_repeat_what_was_read() -> None:
    assert {
        "field.judged", "candidate.judged", "plates.joined", "trace.answered", "refused",
    } == rules.TELLING  # fmt: skip


def test_only_the_same_field_of_these_exhibits_was_shown_elsewhere() -> None:
    same = {"EX-0002"}
    assert rules.shown_elsewhere([("EX-0002", "R1", "serial")], same, "serial")
    assert rules.shown_elsewhere([("EX-0002", "R1", "*")], same, "serial")
    assert not rules.shown_elsewhere([("EX-0002", "R1", "model")], same, "serial")
    assert not rules.shown_elsewhere([("EX-0003", "R1", "serial")], same, "serial")
