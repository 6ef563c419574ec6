"""What a browser sends is recorded act by act, or answered with a sentence."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.workbench.steps import judge, now
from ui import acts
from ui.screens.review import _named, _region_named
from workbench.types import Judgement, QueuePlace

if TYPE_CHECKING:
    from tests.unit.ui.conftest import App
    from workbench.types import Actor, CaseSummary
    from workbench.workbench import Workbench


def act(actor: Actor, case: CaseSummary, seen: int, **other: Any) -> dict[str, Any]:
    return {
        "id": uuid.uuid4().hex,
        "person": actor.person_id,
        "name": actor.name,
        "case": case.case_id,
        "exhibit": "EX-0001",
        "region": "R1",
        "field": "model",
        "seen": seen,
        "label": "Model of EX-0001, R1",
        **other,
    }


def judged(bench: Workbench, case: CaseSummary) -> list[str]:
    entries = bench.stores.ledger.entries(case.case_id)
    return [str(entry.body["act"]) for entry in entries if entry.kind == "field.judged"]


def test_each_act_is_recorded_once_and_answered_each_time(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    seen = now(bench, read_case)
    sent = [act(reviewer, read_case, seen), act(reviewer, read_case, seen, field="serial")]
    ids = [one["id"] for one in sent]
    once = acts.answered(bench, reviewer, sent, {}, {})
    assert once == dict.fromkeys(ids, acts.RECORDED)
    assert acts.answered(bench, reviewer, sent, once, {}) == once
    assert acts.answered(bench, reviewer, sent, {}, {}) == once, "by a session that knows nothing"
    assert judged(bench, read_case) == ids


def test_what_is_refused_says_so_to_the_browser_and_on_its_card(
    bench: Workbench, first: Actor, reviewer: Actor, read_case: CaseSummary
) -> None:
    from workbench.types import Role

    other = bench.people.sign_in(
        bench.people.enrol("Somebody Else", (Role.REVIEWER,), by=first).person_id
    )
    seen = now(bench, read_case)
    judge(bench, other, read_case, "model", Judgement.CORRECTED, text="TYPE E")
    late, fine = act(reviewer, read_case, seen), act(reviewer, read_case, seen, field="serial")
    refusals: dict[str, str] = {}
    answers = acts.answered(bench, reviewer, [late, fine], {}, refusals)
    assert "TYPE E" in answers[late["id"]]
    assert answers[fine["id"]] == acts.RECORDED, "one that is refused stops no other"
    assert refusals == {"EX-0001-R1-model": answers[late["id"]]}
    size = now(bench, read_case)
    assert acts.answered(bench, reviewer, [late, fine], answers, refusals) == answers
    assert now(bench, read_case) == size, "what is answered is not tried again"
    again = act(reviewer, read_case, size)
    acts.answered(bench, reviewer, [again], answers, refusals)
    assert refusals == {}


def test_nothing_is_recorded_for_anybody_but_who_pressed(
    bench: Workbench, first: Actor, reviewer: Actor, read_case: CaseSummary
) -> None:
    sent = act(reviewer, read_case, now(bench, read_case))
    answers = acts.answered(bench, first, [sent], {}, {})
    assert reviewer.name in answers[sent["id"]]
    assert judged(bench, read_case) == []


@pytest.mark.parametrize(
    "odd",
    [
        {"seen": "7"},
        {"seen": True},
        {"seen": None},
        {"field": 3},
        {"more": "x"},
        {"case": "case-none"},
        {"exhibit": "EX-9999"},
        {"region": "../R1"},
        {"field": "colour"},
        {"seen": 0},
        {"seen": -3},
        {"seen": 10**30},
        {"id": "not a uuid"},
        {"case": "\x00"},
    ],
)
def test_an_act_that_cannot_be_is_answered_and_stops_no_other(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary, odd: dict[str, Any]
) -> None:
    seen = now(bench, read_case)
    fine = act(reviewer, read_case, seen)
    wrong = act(reviewer, read_case, seen) | odd
    answers = acts.answered(bench, reviewer, [wrong, fine], {}, {})
    assert answers[wrong["id"]].endswith(".")
    assert answers[fine["id"]] == acts.RECORDED
    assert judged(bench, read_case) == [fine["id"]]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "seen", "x"]), inner),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(sent=JSON)
def test_nothing_that_a_browser_sends_stops_the_screen(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary, sent: Any
) -> None:
    answers = acts.answered(bench, reviewer, sent, {}, {})
    assert all(isinstance(why, str) and why.endswith(".") for why in answers.values())
    assert judged(bench, read_case) == []


def test_cards_carry_what_a_press_speaks_of(
    app: App, bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    app.at("review", reviewer, read_case)
    assert app.page.count('class="np-act"') == 3
    assert 'data-button="confirm-EX-0001-R1-model"' in app.page
    assert f"&quot;person&quot;: &quot;{reviewer.person_id}&quot;" in app.page


def test_a_blind_card_carries_nothing(app: App, reviewer: Actor, read_case: CaseSummary) -> None:
    app.test.session_state[f"blind-{read_case.case_id}"] = True
    app.at("review", reviewer, read_case)
    assert 'class="np-act"' not in app.page


@pytest.mark.parametrize("still_open", [0, 1, 3])
def test_a_region_is_known_by_its_words_whatever_was_judged_since(still_open: int) -> None:
    place = QueuePlace(
        exhibit_id="EX-0012", region_id="D3", plate_id="P", offered=3, open=still_open, words="A-1"
    )
    assert _region_named(_named(place, blind=False)) == ("EX-0012", "D3")
    assert _region_named(_named(place, blind=True)) == ("EX-0012", "D3")
    assert _region_named(("EX-0012", "D3")) == ("EX-0012", "D3")
    assert _region_named(None) is None
