"""Nothing of others is replaced by somebody who has not seen it, through whichever door."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workbench.steps import judge, now
from workbench.errors import BadRequest, NotAllowed, Overtaken
from workbench.rules import seen as rules
from workbench.settings import Settings
from workbench.types import Claims, Judgement, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from workbench.types import Actor, CaseSummary


def test_the_latest_entry_that_touches_what_an_act_rests_on_overtakes_it() -> None:
    serial, model = (rules.field_at("EX-0001", "R1", name) for name in ("serial", "model"))
    other = rules.field_at("EX-0002", "R1", "serial")
    since = [(7, {serial}), (8, {model}), (9, {serial, model}), (10, {other}), (11, ())]
    assert rules.overtaken_by(since, {serial}) == 9
    assert rules.overtaken_by(since[1:2], {serial}) is None
    assert rules.overtaken_by([], {serial}) is None


@given(seen=st.integers(-5, 40), size=st.integers(0, 30))
def test_nobody_has_seen_nothing_or_what_is_not_there_yet(seen: int, size: int) -> None:
    assert (rules.unknown(seen, size) is None) is (1 <= seen <= size)


# --- every verb -----------------------------------------------------------------------------


def verbs(bench: Workbench) -> Iterator[tuple[str, Any]]:
    """Every public method of every service that acts for somebody."""
    for service in vars(bench).values():
        kind = type(service)
        if not kind.__module__.startswith("workbench.") or kind.__name__ == "Stores":
            continue
        for name, method in inspect.getmembers(kind, inspect.isfunction):
            parameters = inspect.signature(method).parameters
            if not name.startswith("_") and {"actor", "by"} & set(parameters):
                yield f"{kind.__name__}.{name}", parameters


def test_every_verb_names_what_its_author_saw_or_only_adds(bench: Workbench) -> None:
    """A verb that may replace what others said has a `seen` that cannot be left out."""
    known = dict(verbs(bench))
    assert len(known) > 20
    for name, parameters in known.items():
        if name in rules.ADDS or name in rules.ASKS:
            assert "seen" not in parameters, f"{name} stands among those that only add"
            continue
        assert "seen" in parameters, f"{name} neither names what its author saw nor only adds"
        seen = parameters["seen"]
        assert seen.default is inspect.Parameter.empty, f"{name}: `seen` may be left out"
        assert seen.kind is inspect.Parameter.KEYWORD_ONLY, name
    listed = rules.ADDS.keys() | rules.ASKS.keys()
    assert listed <= set(known), "a verb that is gone is still listed"


def test_what_records_nothing_records_nothing(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    before = bench.stores.ledger.sizes()
    bench.people.still(reviewer)
    bench.review.why_not(reviewer, read_case.case_id, "EX-0001")
    bench.review.next_to_review(reviewer, read_case.case_id)
    bench.matching.why_not(reviewer, read_case.case_id, "EX-0001/R1")
    assert bench.stores.ledger.sizes() == before


# --- a lost update --------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workbench]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    settings = Settings.for_store(tmp_path / "store", readers=("scripted",), database_url=url)
    workbench = Workbench.open(settings)
    yield workbench
    workbench.close()


def test_a_correction_is_not_overwritten_from_an_old_view(store: Workbench) -> None:
    from tests.unit.workbench.drawn import plate_jpeg

    first = store.people.sign_in(store.people.enrol("Person one", tuple(Role)).person_id)
    ones, others = (
        store.people.sign_in(store.people.enrol(name, (Role.REVIEWER,), by=first).person_id)
        for name in ("Reviewer one", "Somebody else")
    )
    case = store.cases.open_case(first, title="T", policy=Policy.TWO_PEOPLE)
    store.intake.take_in(first, case.case_id, [Upload(name="p.jpg", data=plate_jpeg())], Claims())
    store.reading.read_pending(first, case.case_id)
    (before,) = store.review.plates(case.case_id)
    judge(store, ones, case, "model", Judgement.CORRECTED, text="TYPE E", seen=before.seen)
    size = store.stores.ledger.size(case.case_id)
    with pytest.raises(Overtaken, match="Reviewer one") as refused:
        judge(store, others, case, "model", seen=before.seen)
    said = refused.value.diagnostics()
    assert "TYPE E" in said, "to what"
    assert "CMX-15D" in said, "from what"
    assert "UTC" in said, "when"
    (entry,) = store.stores.ledger.entries(case.case_id, after=size - 1)
    assert (entry.kind, entry.actor) == ("refused", others.person_id), "the refusal is on record"
    (stands,) = (
        field
        for field in store.review.plate(case.case_id, before.plate_id).fields
        if field.field == "model"
    )
    assert stands.human_text == "TYPE E"
    # Another field of the same old view can still be judged, and after a new look this one too.
    judge(store, others, case, "maker", seen=before.seen)
    judge(store, others, case, "model", seen=now(store, case))


def test_one_of_many_acts_at_one_moment_is_recorded(store: Workbench, tmp_path: Path) -> None:
    """Threads that all looked at the same state: one is recorded, the others are refused."""
    import threading

    from tests.unit.workbench.drawn import plate_jpeg

    first = store.people.sign_in(store.people.enrol("Person one", tuple(Role)).person_id)
    case = store.cases.open_case(first, title="T", policy=Policy.SOLO)
    store.intake.take_in(first, case.case_id, [Upload(name="p.jpg", data=plate_jpeg())], Claims())
    store.reading.read_pending(first, case.case_id)
    seen, done = now(store, case), list[str]()
    meeting = threading.Barrier(4)

    def act(number: int) -> None:
        meeting.wait()
        try:
            judge(store, first, case, "serial", Judgement.CORRECTED, text=f"A{number}", seen=seen)
            done.append("recorded")
        except Overtaken:
            done.append("refused")

    threads = [threading.Thread(target=act, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["recorded", "refused", "refused", "refused"]


def test_a_view_that_cannot_be_is_refused(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    for seen in (0, -1, now(bench, read_case) + 1):
        with pytest.raises(BadRequest, match="Reload and try again"):
            judge(bench, reviewer, read_case, "serial", seen=seen)


def test_a_reading_that_is_newer_than_the_view_is_not_confirmed_unseen(
    bench: Workbench, investigator: Actor, reviewer: Actor, read_case: CaseSummary
) -> None:
    seen = now(bench, read_case)
    bench.reading.read_again(investigator, read_case.case_id, "EX-0001")
    with pytest.raises(Overtaken, match="Read EX-0001"):
        judge(bench, reviewer, read_case, "serial", seen=seen)


def test_a_refusal_tells_who_transcribes_blind_nothing_of_the_words(
    bench: Workbench,
    reviewer: Actor,
    enrolled: Callable[..., Actor],
    read_case: CaseSummary,
) -> None:
    other = enrolled("Somebody else", Role.REVIEWER)
    seen = now(bench, read_case)
    judge(bench, reviewer, read_case, "model", Judgement.CORRECTED, text="TYPE E", seen=seen)
    with pytest.raises(Overtaken, match="Reviewer one") as refused:
        judge(
            bench, other, read_case, "model", Judgement.CORRECTED, text="X", seen=seen, blind=True
        )
    assert "TYPE E" not in str(refused.value)
    assert "CMX" not in str(refused.value)


# --- refusals -------------------------------------------------------------------------------


def test_every_rule_that_refuses_does_so_on_record() -> None:
    """`NotAllowed` and its kinds are made in one place, which records them."""
    import ast
    from pathlib import Path

    import workbench

    made = []
    for path in Path(workbench.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = (
                node.func.id
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                else ""
            )
            if called in {NotAllowed.__name__, Overtaken.__name__}:
                made.append((path.name, node.lineno))
    assert {name for name, _line in made} == {"stores.py"}


# --- marks ----------------------------------------------------------------------------------


def test_copies_of_one_picture_and_exposures_of_one_object_are_marks_of_their_own() -> None:
    assert rules.together("same_object", "EX-0001") == ("together", "same_object", "EX-0001")
    for relation in ("near", "exact", "anything"):
        assert rules.together(relation, "EX-0001") == ("together", "copy", "EX-0001")


def test_what_each_verb_adds_that_need_not_name_what_was_seen() -> None:
    assert rules.ADDS == {
        "People.correct_clock": "a correction; it replaces no time in an entry",
        "People.enrol": "a person; names that look alike are refused",
        "Cases.open_case": "a case",
        "Intake.take_in": "exhibits",
        "Intake.taking_in": "exhibits",
        "Intake.grab_frame": "an exhibit",
        "ReadingRoom.start": "machine readings; earlier ones stay in the log",
        "ReadingRoom.read_pending": "machine readings; earlier ones stay in the log",
        "ReadingRoom.read_again": "a machine reading; people's judgements of fields stand",
        "ReadingRoom.read_region": "a region",
        "Copies.propose": "what the program found",
        "Copies.propose_same_object": "what the program found",
        "Matching.search": "a search, of what stands at its own entry",
        "Catalogs.import_": "a snapshot",
        "Exports.seal": "a bundle",
        "Exports.sign": "a signature",
        "Exports.attach_signature": "a signature",
        "Publication.publish": "a public bundle",
        "Publication.stamp": "a timestamp",
        "Publication.request_stamp": "a request",
        "Publication.attach_stamp": "a timestamp",
        "Shown.note": "what somebody was shown",
        "Demo.load": "a case",
    }


def test_what_each_method_gives_that_records_nothing() -> None:
    assert rules.ASKS == {
        "People.still": "who somebody is now",
        "ReviewRoom.why_not": "whether somebody may",
        "ReviewRoom.next_to_review": "what somebody has to review",
        "ReviewRoom.joining": "an entry for a verb that names what was seen",
        "Copies.why_not": "whether somebody may",
        "Exports.require_clock": "whether the clock allows sealing",
        "Matching.why_not": "whether somebody may",
        "Tracing.preview": "a letter as it would be sent",
    }


def test_marks_of_one_thing_are_of_one_kind_each() -> None:
    marks = [
        rules.plate_at("X", "R1"),
        rules.words_at("X", "R1"),
        rules.reading_of("X"),
        rules.search_of("X"),
        rules.decisions_on("X"),
        rules.requests_about("X"),
        rules.answers_to("X"),
        rules.person_called("X"),
        rules.CATALOG,
    ]
    assert len(set(marks)) == len(marks), "an act on one overtakes none on another"
    for mark in (rules.search_of, rules.decisions_on, rules.requests_about, rules.answers_to):
        assert mark("X") == mark("X")
        assert mark("X") != mark("Y")
    assert rules.person_called("X") != rules.person_called("Y")


def test_what_stands_for_a_plate_and_what_joins_it() -> None:
    members = [("X", "R1"), ("Y", "R2")]
    assert rules.joining(members) == {
        rules.plate_at("X", "R1"), rules.reading_of("X"),
        rules.plate_at("Y", "R2"), rules.reading_of("Y"),
    }  # fmt: skip
    assert rules.standing_of(members) == rules.joining(members) | {
        rules.words_at("X", "R1"), rules.words_at("Y", "R2")
    }  # fmt: skip
