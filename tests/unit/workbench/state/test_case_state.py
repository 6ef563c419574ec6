"""The screens' tables are a cache of one fold: whatever is done, they say what the log says."""

from __future__ import annotations

import itertools
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select

from catalog.demo import COVERAGE, demo_catalog_csv
from evidence_store.types import Draft, Entry, Sha256
from tests.unit.workbench.drawn import plate_jpeg
from tests.unit.workbench.state.same import assert_same
from tests.unit.workbench.steps import now
from tests.unit.workbench.tables.test_exposures import CASE, TAKERS, draft_of, logs
from workbench import tables
from workbench.errors import WorkbenchError
from workbench.events import (
    CandidateJudged,
    CaseOpened,
    Event,
    ExhibitRead,
    FieldJudged,
    PlatesJoined,
    ReadField,
    ReadRegion,
)
from workbench.settings import Settings
from workbench.state import fold_case
from workbench.stores.projection import fold
from workbench.trace_request import AddresseeIs, AnswerIs, TraceRequest
from workbench.types import Actor, Claims, Judgement, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vision.types import FieldName
    from workbench.types import CaseSummary

PHOTOS = [plate_jpeg(seed=seed, size=240) for seed in (1, 2, 3)]
"""Few and small, so that the same ones come again: copies are what makes a case intricate."""
FIELDS: tuple[FieldName, ...] = ("serial", "model", "maker", "date")


class Acts:
    """What two people may do in a case, each by one real verb; what a rule refuses changes nothing.

    Numbers choose among what there is at that moment.
    """

    def __init__(self, bench: Workbench, policy: Policy) -> None:
        self.bench = bench
        first = bench.people.everyone()
        if first:
            people = [bench.people.sign_in(person.person_id) for person in first]
        else:
            one = self._enrol("Person one", tuple(Role))
            people = [one, self._enrol("Person two", (Role.REVIEWER, Role.INVESTIGATOR), by=one)]
            bench.catalogs.import_(
                one, demo_catalog_csv(), name="demo.csv", coverage=COVERAGE, synthetic=True
            )
        self.people = people
        self.case = bench.cases.open_case(people[0], title="A turret", policy=policy)

    def _enrol(self, name: str, roles: tuple[Role, ...], by: Actor | None = None) -> Actor:
        return self.bench.people.sign_in(self.bench.people.enrol(name, roles, by=by).person_id)

    def do(self, act: str, who: int, what: int, how: int) -> None:
        actor = self.people[who % len(self.people)]
        with suppress(WorkbenchError):
            getattr(self, act)(actor, what, how)

    def take_in(self, actor: Actor, what: int, how: int) -> None:
        claims = Claims(claimed_date=("", "2020-10", "soon")[how % 3], note=f"{how}")
        upload = Upload(name=f"{what}-{how}.jpg", data=PHOTOS[what % len(PHOTOS)])
        self.bench.intake.take_in(actor, self.case.case_id, [upload], claims)

    def read(self, actor: Actor, what: int, how: int) -> None:
        if how % 2:
            self.bench.reading.read_pending(actor, self.case.case_id, limit=1)
        elif exhibits := self.bench.exhibits.listed(self.case.case_id):
            one = exhibits[what % len(exhibits)].exhibit_id
            self.bench.reading.read_again(actor, self.case.case_id, one)

    def draw(self, actor: Actor, what: int, how: int) -> None:
        if exhibits := self.bench.exhibits.listed(self.case.case_id):
            one = exhibits[what % len(exhibits)].exhibit_id
            corners = ((5.0, 5.0), (90.0, 5.0), (90.0, 60.0 + how), (5.0, 60.0 + how))
            self.bench.reading.read_region(actor, self.case.case_id, one, corners)

    def judge(self, actor: Actor, what: int, how: int) -> None:
        if places := self.bench.review.places(self.case.case_id):
            at = places[what % len(places)]
            self.bench.review.judge_field(
                actor,
                self.case.case_id,
                exhibit_id=at.exhibit_id,
                region_id=at.region_id,
                field=FIELDS[how % len(FIELDS)],
                judgement=[*Judgement][how % 4],
                seen=now(self.bench, self.case),
                text=f"CMX{how}" if how % 4 == 1 else "",
                reason="Because",
                blind=how % 5 == 4,
            )

    def judge_all(self, actor: Actor, what: int, how: int) -> None:
        """Confirm what a plate offers, so that it can be searched for."""
        if plates := self.bench.review.plates(self.case.case_id):
            plate = plates[what % len(plates)]
            for field in plate.fields:
                self.bench.review.judge_field(
                    actor,
                    self.case.case_id,
                    exhibit_id=plate.members[0][0],
                    region_id=plate.members[0][1],
                    field=field.field,
                    judgement=Judgement.UNSURE if how % 3 else Judgement.CONFIRMED,
                    seen=now(self.bench, self.case),
                    reason="Looked",
                )

    def judge_group(self, actor: Actor, what: int, how: int) -> None:
        if groups := self.bench.copies.groups(self.case.case_id):
            group = groups[what % len(groups)]
            said = (Judgement.CONFIRMED, Judgement.REJECTED, Judgement.UNSURE)[how % 3]
            self.bench.copies.judge(
                actor, self.case.case_id, group.group_id, said, seen=group.seen, reason="Seen"
            )

    def join(self, actor: Actor, what: int, how: int) -> None:
        places = self.bench.review.places(self.case.case_id)
        if len(places) > 1:
            members = tuple(
                (one.exhibit_id, one.region_id)
                for one in (places[what % len(places)], places[how % len(places)])
            )
            seen = now(self.bench, self.case)
            self.bench.review.join_plates(
                actor, self.case.case_id, members, seen=seen, reason="One dent"
            )

    def search(self, actor: Actor, what: int, how: int) -> None:
        if plates := [one for one in self.bench.review.plates(self.case.case_id) if one.ready]:
            plate = plates[what % len(plates)]
            self.bench.matching.search(actor, self.case.case_id, plate.plate_id)

    def decide(self, actor: Actor, what: int, how: int) -> None:
        if searches := self.bench.matching.searches(self.case.case_id):
            search = searches[what % len(searches)]
            keys = ["", *(one.key for one in search.result.candidates)]
            said = (Judgement.CONFIRMED, Judgement.REJECTED, Judgement.UNSURE)[how % 3]
            self.bench.matching.decide(
                actor,
                self.case.case_id,
                search_sequence=search.sequence,
                candidate=keys[how % len(keys)],
                judgement=said,
                reason="So",
                seen=search.seen,
            )

    def ask(self, actor: Actor, what: int, how: int) -> None:
        if plates := self.bench.review.plates(self.case.case_id):
            wish = TraceRequest(
                addressee="The maker",
                addressee_is=[*AddresseeIs][how % 4],
                sent_on=date(2026, 11, 2),
                reply_to="desk@example.org",
            )
            plate = plates[what % len(plates)]
            self.bench.tracing.ask(actor, self.case.case_id, plate.plate_id, wish, seen=plate.seen)

    def answer(self, actor: Actor, what: int, how: int) -> None:
        if traces := self.bench.tracing.traces(self.case.case_id):
            self.bench.tracing.answer(
                actor,
                self.case.case_id,
                traces[what % len(traces)].trace_id,
                seen=now(self.bench, self.case),
                answer=[*AnswerIs][how % 4],
                received_on=date(2026, 11, 3),
                words=f"Words {how}",
                papers=[Upload(name="p.pdf", data=b"%PDF")] if how % 2 else [],
            )

    def show(self, actor: Actor, what: int, how: int) -> None:
        place = (f"EX-{what % 4:04d}", "*" if how % 2 else "R1", "*")
        self.bench.shown.note(actor, self.case.case_id, [place], shown_by="a test")


KINDS = (
    *("take_in", "take_in", "read", "read", "read", "draw", "judge", "judge", "judge_all"),
    *("judge_group", "join", "search", "decide", "ask", "answer", "show"),
)
ACTS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 1), st.integers(0, 11), st.integers(0, 11)),
    min_size=6,
    max_size=14,
)
BEGIN = (("take_in", 0, 0, 1), ("take_in", 1, 1, 0), ("read", 0, 0, 1), ("judge_all", 1, 0, 0))
"""Without some material most verbs have nothing to do."""


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shared(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Workbench]:
    """One store for all sequences, each in a case of its own: they must not reach each other."""
    url = None
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").replace("postgresql://", "postgresql+psycopg://")
    store = tmp_path_factory.mktemp("store")
    bench = Workbench.open(Settings.for_store(store, database_url=url, readers=("scripted",)))
    yield bench
    bench.close()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=15,
    deadline=None,
)
@given(policy=st.sampled_from(Policy), acts=ACTS)
def test_the_services_say_what_the_state_says(
    shared: Workbench, policy: Policy, acts: list[tuple[str, int, int, int]]
) -> None:
    walk = Acts(shared, policy)
    for act in (*BEGIN, *acts):
        walk.do(*act)
    assert_same(shared, walk.case.case_id)


@st.composite
def judged_logs(draw: st.DrawFn) -> list[Draft]:
    """Logs of exhibits that come in, are tied and split, and on which people judge meanwhile."""
    opened = CaseOpened(
        case=CASE, policy=draw(st.sampled_from(Policy)), synthetic=True, title="", provenance=""
    )
    drafts, names = [opened.draft(TAKERS[0])], list[str]()
    for act in draw(logs()):
        drafts.append(draft_of(act))
        if act[0] not in {"photo", "clip", "still"}:
            continue
        region = ReadRegion(region="R1", corners=SQUARE, drawn=False, fields=(SERIAL_FIELD,))
        if act[0] != "clip":  # which has no plate of its own to judge
            names.append(act[1])
            reading = ExhibitRead(
                exhibit=act[1],
                engines=(),
                whole=draw(st.booleans()),
                regions=(region,),
                reading=Sha256("0" * 64),
            )
            drafts.append(reading.draft(TAKERS[0]))
        for kind in (
            draw(st.lists(st.sampled_from(["field", "decided", "joined"]), max_size=3))
            if names
            else ()
        ):
            who, name = draw(st.sampled_from(TAKERS)), draw(st.sampled_from(names))
            drafts.append(_said(kind, name, draw(st.sampled_from(names)), len(drafts)).draft(who))
    return drafts


SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
SERIAL_FIELD = ReadField(field="serial", text="X1", confidence=0.9, state="stated")


def _said(kind: str, name: str, other: str, at: int) -> Event:
    if kind == "joined":
        return PlatesJoined(plate=f"PL-{at}", members=((name, "R1"), (other, "R1")), reason="")
    if kind == "decided":
        return CandidateJudged(
            search=0,
            plate=f"{name}/R1",
            judgement=Judgement.CONFIRMED,
            supersedes=None,
            candidate="",
            reason="",
        )
    return FieldJudged(
        exhibit=name,
        region="R1",
        field="serial",
        judgement=Judgement.UNSURE,
        blind=False,
        supersedes=None,
        text="",
        machine_text="",
        reason="",
    )


@settings(max_examples=150)
@given(drafts=judged_logs())
def test_ties_and_what_counts_hang_on_no_order_in_which_they_were_folded(
    drafts: list[Draft],
) -> None:
    entries = [
        Entry(
            log=CASE,
            sequence=sequence,
            at=datetime(2026, 1, 1, tzinfo=UTC),
            kind=draft.kind,
            actor=draft.actor,
            body=draft.body,
            private=draft.private,
            commitments={},
            leaf_hash="0" * 64,  # type: ignore[arg-type]
        )
        for sequence, draft in enumerate(drafts)
    ]
    state = fold_case(entries, names={}, blobs=None)  # type: ignore[arg-type]
    assert state.set_aside == ()
    engine = create_engine("sqlite://")
    tables.metadata.create_all(engine)
    with engine.begin() as connection:
        for entry in entries:
            fold(connection, entry)
        rows = connection.execute(select(tables.exhibit)).all()
        reviews = connection.execute(select(tables.review)).all()
        decisions = connection.execute(select(tables.decision)).all()
    engine.dispose()
    assert {row.exhibit_id: row.exposure for row in rows} == state.exposure
    assert {row.exhibit_id: row.settled_exposure for row in rows} == state.settled_exposure
    assert {row.exhibit_id: row.copy_of for row in rows if row.copy_of} == state.repeats
    for row in rows:
        summary = state.exhibit_summary(row.exhibit_id)
        assert (summary.copy_is_settled, summary.file_name) == (row.copy_is_settled, row.file_name)
        assert state.record(row.exhibit_id).taken_in_by == row.taken_in_by
        assert row.state == summary.state
    assert {row.sequence: row.counts for row in reviews} == {
        one.sequence: one.counts for one in state.reviews
    }
    assert {row.sequence: row.counts for row in decisions} == {
        one.sequence: one.counts for one in state.decided
    }


def test_a_state_says_at_each_size_what_stood_then(
    bench: Workbench, read_case: CaseSummary, investigator: Actor
) -> None:
    """It is a value: what is recorded later changes none that was folded before."""
    before = bench.states.case(read_case.case_id, bench.states.store())
    told = [before.summary, before.plates, [*before.walk()]]
    bench.shown.note(investigator, read_case.case_id, [("EX-0001", "*", "*")], shown_by="a test")
    bench.intake.take_in(
        investigator, read_case.case_id, [Upload(name="2.jpg", data=PHOTOS[1])], Claims()
    )
    assert bench.states.case(read_case.case_id, bench.states.store()).summary.exhibits == 2
    assert [before.summary, before.plates, [*before.walk()]] == told
    entries = itertools.islice(bench.stores.ledger.entries(read_case.case_id), before.size)
    again = fold_case(entries, names=before.names, blobs=before.blobs)
    assert again == before


def test_an_entry_that_says_nothing_known_is_set_aside_and_the_rest_goes_on(
    bench: Workbench, read_case: CaseSummary
) -> None:
    entries = [*bench.stores.ledger.entries(read_case.case_id)]
    strange = Entry(
        log=read_case.case_id,
        sequence=len(entries),
        at=entries[-1].at,
        kind="moon.seen",
        actor="nameplate",
        body={},
        private={},
        commitments={},
        leaf_hash=entries[-1].leaf_hash,
    )
    whole = bench.states.case(read_case.case_id, bench.states.store())
    state = fold_case([*entries, strange], names=whole.names, blobs=whole.blobs)
    (aside,) = state.set_aside
    assert aside.sequence == len(entries)
    assert "does not know" in aside.why
    assert state.summary == whole.summary


def test_a_reading_is_read_when_it_is_asked_for_and_once_in_a_walk(
    bench: Workbench, read_case: CaseSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    get = bench.stores.blobs.get
    monkeypatch.setattr(
        bench.stores.blobs, "get", lambda sha256: (read.append(sha256), get(sha256))[1]
    )
    state = bench.states.case(read_case.case_id, bench.states.store())
    assert state.summary.exhibits == 1
    assert state.plates
    assert not read
    assert [view.reading is not None for view in state.walk()] == [True]
    assert read == [state.record("EX-0001").reading_sha256]
