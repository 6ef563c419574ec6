"""Screens that were drawn before somebody else changed what they show; and who may be on them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from catalog.demo import demo_catalog_csv
from evidence_store.keys.signing import sign_with_ssh_keygen
from tests.unit.workbench.drawn import plate_jpeg
from tests.unit.workbench.steps import judge, now
from workbench.rules.sign_in import NAMESPACE
from workbench.types import Claims, Judgement, Role, Upload

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.ui.conftest import App
    from workbench.types import Actor, CaseSummary
    from workbench.workbench import Workbench

NEWER = "Not recorded: there is a newer entry."


@pytest.fixture
def other(bench: Workbench, first: Actor) -> Actor:
    """A second reviewer, who acts by another way than the app."""
    person = bench.people.enrol("Somebody Else", (Role.REVIEWER,), by=first)
    return bench.people.sign_in(person.person_id)


def test_an_answer_from_an_old_screen_is_not_recorded_and_says_so_until_one_is(
    app: App, bench: Workbench, reviewer: Actor, other: Actor, read_case: CaseSummary
) -> None:
    app.at("review", reviewer, read_case)
    judge(bench, other, read_case, "model", Judgement.CORRECTED, text="TYPE E")
    app.press("confirm-EX-0001-R1-model")
    assert NEWER in app.page
    assert "TYPE E" in app.page
    app.run()
    assert NEWER in app.page, "it stays until something is recorded"
    reviews = bench.exhibits.one(read_case.case_id, "EX-0001").reviews
    assert [review.text for review in reviews] == ["TYPE E"]
    app.press("confirm-EX-0001-R1-model")
    assert NEWER not in app.page
    assert "Dissent: Somebody Else judged differently" in app.page


def test_a_correction_that_was_typed_over_an_old_screen_is_kept_as_typed(
    app: App, bench: Workbench, reviewer: Actor, other: Actor, read_case: CaseSummary
) -> None:
    app.at("review", reviewer, read_case)
    app.press("corrected-EX-0001-R1-model")
    judge(bench, other, read_case, "model", Judgement.CORRECTED, text="TYPE E")
    app.test.text_input(key="text-EX-0001-R1-model").set_value("TYPE F")
    app.press("record-EX-0001-R1-model")
    assert NEWER in app.page
    assert app.test.text_input(key="text-EX-0001-R1-model").value == "TYPE F"
    app.press("record-EX-0001-R1-model")
    reviews = bench.exhibits.one(read_case.case_id, "EX-0001").reviews
    assert [review.text for review in reviews] == ["TYPE E", "TYPE F"]


def test_a_decision_from_an_old_screen_is_refused(
    app: App,
    bench: Workbench,
    first: Actor,
    reviewer: Actor,
    other: Actor,
    read_case: CaseSummary,
) -> None:
    bench.catalogs.import_(first, demo_catalog_csv(), name="c.csv", coverage="x", synthetic=True)
    for field in ("maker", "model", "serial"):
        judge(bench, reviewer, read_case, field)
    search = bench.matching.search(reviewer, read_case.case_id, "EX-0001/R1")
    app.at("candidates", reviewer, read_case)
    app.test.text_area(key=f"nonereason-{search.sequence}").set_value("None fits.")
    app.run()
    judge(bench, other, read_case, "serial", Judgement.CORRECTED, text="CMX15D-08?6")
    app.press(f"nonego-{search.sequence}")
    assert NEWER in app.page
    assert "08?6" in app.page
    view = bench.matching.search_view(read_case.case_id, search.sequence)
    assert view.decisions == ()
    assert len(view.dissent) == 1


def test_a_group_judged_meanwhile_is_not_judged_unseen(
    app: App, bench: Workbench, first: Actor, reviewer: Actor, other: Actor, case: CaseSummary
) -> None:
    files = [Upload(name=f"{at}.jpg", data=plate_jpeg()) for at in range(2)]
    bench.intake.take_in(first, case.case_id, files, Claims())
    (group,) = bench.copies.groups(case.case_id)
    app.at("copies", reviewer, case)
    app.test.radio(key=f"judge-{group.group_id}").set_value(Judgement.CONFIRMED)
    app.run()
    bench.copies.judge(
        other, case.case_id, group.group_id, Judgement.UNSURE, seen=now(bench, case), reason="Hm."
    )
    app.press(f"record-{group.group_id}")
    assert NEWER in app.page
    (group,) = bench.copies.groups(case.case_id)
    assert group.judgement is Judgement.UNSURE


def test_a_catalog_chosen_meanwhile_is_not_changed_unseen(
    app: App, bench: Workbench, first: Actor
) -> None:
    made = [
        bench.catalogs.import_(
            first, demo_catalog_csv(), name=f"{name}.csv", coverage=name, synthetic=True
        ).sha256
        for name in ("one", "two", "three")
    ]
    app.at("catalog", first)
    seen = bench.catalogs.all_catalogs()[0].seen
    bench.catalogs.choose(first, made[1], seen=seen)
    app.press(f"use-{made[0][:12]}")
    assert NEWER in app.page
    current = bench.catalogs.current()
    assert current is not None
    assert current.sha256 == made[1]


def test_a_role_is_taken_on_the_screen_and_who_left_is_signed_out(
    app: App, bench: Workbench, first: Actor, reviewer: Actor
) -> None:
    who = reviewer.person_id
    app.at("people", first)
    app.test.selectbox(key="service_person").set_value(who)
    app.run()
    app.test.radio(key=f"service_what-{who}").set_value("Remove role: Reviewer")
    app.test.text_input(key=f"service_reason-{who}").set_value("Moved.")
    app.run().press(f"service_go-{who}")
    assert "Recorded." in app.page
    assert bench.people.person(who).roles == ()
    seen = bench.people.person(who).seen
    bench.people.end_person(first, who, reason="Left.", seen=seen)
    app.at("people", reviewer)
    assert "was signed out" in app.page
    assert "Who are you?" in app.page
    app.at("people", first)
    assert "left on" in app.page


def test_who_keeps_their_own_key_signs_in_by_a_signature(
    app: App, bench: Workbench, first: Actor, tmp_path: Path
) -> None:
    key = tmp_path / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    line = key.with_suffix(".pub").read_text()
    person = bench.people.enrol("With A Token", (Role.REVIEWER,), public_key=line, by=first)
    app.run()
    app.test.radio(key="who").set_value(person.person_id)
    app.run()
    app.press("sign_in")
    assert "their own key" in app.page
    (command,) = (block.value for block in app.test.code if "ssh-keygen -Y sign" in block.value)
    asked = command.split("'")[1]
    proof = sign_with_ssh_keygen(key, asked.encode(), NAMESPACE)
    app.test.text_area(key="who_signature").set_value(proof)
    app.press("sign_in")
    assert "Good to see you, With A Token" in app.page


def test_what_a_screen_showed_is_on_record_once_and_holds_in_the_next_session(
    app: App, bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    app.at("review", reviewer, read_case)
    shown = bench.shown.places(reviewer.person_id, read_case.case_id)
    assert ("EX-0001", "R1", "serial") in shown
    size = now(bench, read_case)
    app.run()
    assert now(bench, read_case) == size, "once for each place"
    app.test.session_state[f"blind-{read_case.case_id}"] = True
    app.run()
    assert "already seen the machine" in app.page


def test_who_transcribes_blind_is_noted_as_shown_nothing(
    app: App, bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    app.test.session_state[f"blind-{read_case.case_id}"] = True
    app.at("review", reviewer, read_case)
    assert not bench.shown.places(reviewer.person_id, read_case.case_id)
    assert "CMX" not in app.page
    app.test.text_input(key="blindtext-EX-0001-R1-serial").set_value("CMX15D-0836")
    app.press("blindgo-EX-0001-R1-serial")
    (review,) = bench.exhibits.one(read_case.case_id, "EX-0001").reviews
    assert review.blind
