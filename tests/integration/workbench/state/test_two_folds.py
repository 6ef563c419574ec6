"""One log, folded twice: into tables for screens, and into a state. Both say the same of any log.

Logs are drawn of every kind of entry that there is, each from its sample with the names in it drawn
anew: also of what was never taken in, and twice of what was.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.pool import StaticPool

from evidence_store.types import Entry, Sha256
from tests.unit.workbench.events.samples import HASH, SAMPLES
from workbench import events, tables
from workbench.state import fold_case, fold_store
from workbench.stores.projection import fold
from workbench.types import Judgement, Policy, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine, Table

    from workbench.events import Event

CASE = "case-1"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
OTHER = Sha256("cd" * 32)
EXHIBITS = ("EX-0001", "EX-0002", "EX-0003")
PLATES = (*(f"{name}/R1" for name in EXHIBITS), "PL-0001-9")
DRAWN: dict[str, st.SearchStrategy[Any]] = {
    "exhibit": st.sampled_from(EXHIBITS),
    "parent": st.sampled_from(EXHIBITS),
    "of": st.sampled_from(EXHIBITS),
    "exhibits": st.lists(st.sampled_from(EXHIBITS), min_size=1, unique=True).map(tuple),
    "original": st.sampled_from([HASH, OTHER]),
    "relation": st.sampled_from(["exact", "near", "same_object"]),
    "members": st.lists(
        st.tuples(st.sampled_from(EXHIBITS), st.just("R1")), min_size=2, max_size=3
    ).map(tuple),
    "plate": st.sampled_from(PLATES),
    "judgement": st.sampled_from(Judgement),
    "trace": st.sampled_from(["TR-0001", "TR-0002"]),
    "person": st.sampled_from(["person-1", "person-2"]),
    "role": st.sampled_from(Role),
    "snapshot": st.sampled_from([HASH, OTHER]),
    "whole": st.booleans(),
}
"""The fields that are drawn anew, by name, whatever kind they are of."""
ANOTHER_FIELD = {("bundle.signed", "role"), ("archive.opened", "members")}
"""Fields that are called as one of these and are something else."""
AUTHORS = st.sampled_from(["person-1", "person-2", "person-3"])
OF_A_LOG = tuple(one for one in SAMPLES if one.kind.name in events.KINDS)
STORES = ("person.", "role.", "key.", "catalog.", "sign_in.")
"""How kinds of the store's own log begin; of them a case's state says nothing."""
NEVER_AGAIN = (events.CaseOpened, events.CaseCreated)


@st.composite
def anything(draw: st.DrawFn) -> Event:
    """An event of any kind, about one of a few things."""
    one = draw(st.sampled_from([one for one in OF_A_LOG if not isinstance(one, NEVER_AGAIN)]))
    changed = {
        field.name: draw(DRAWN[field.name])
        for field in fields(one)  # type: ignore[arg-type]
        if field.name in DRAWN and (one.kind.name, field.name) not in ANOTHER_FIELD
    }
    return replace(one, **changed)  # type: ignore[type-var]


@st.composite
def any_log(draw: st.DrawFn) -> list[Entry]:
    """The log of a case that is opened, and in which anything is recorded after that."""
    opened = events.CaseOpened(
        case=CASE, policy=draw(st.sampled_from(Policy)), synthetic=True, title="T", provenance=""
    )
    taken = next(one for one in SAMPLES if isinstance(one, events.ExhibitTakenIn))
    first = [
        opened,
        *(replace(taken, exhibit=name) for name in EXHIBITS[: draw(st.integers(0, 2))]),
    ]
    drafts = [
        one.draft(draw(AUTHORS)) for one in (*first, *draw(st.lists(anything(), max_size=25)))
    ]
    return [
        Entry(
            log=CASE,
            sequence=sequence,
            at=BEGAN + timedelta(minutes=sequence),
            kind=draft.kind,
            actor=draft.actor,
            body=draft.body,
            private=draft.private,
            commitments={},
            leaf_hash=HASH,
        )
        for sequence, draft in enumerate(drafts)
    ]


def folded(engine: Engine, entries: Sequence[Entry]) -> set[int]:
    """Fold into tables, an entry in each transaction; gives those that could not be folded."""
    left = set()
    for entry in entries:
        try:
            with engine.begin() as connection:
                fold(connection, entry)
        except Exception:  # whatever it is, it is set aside
            left.add(entry.sequence)
    return left


def test_every_kind_of_entry_is_drawn() -> None:
    assert {one.kind.name for one in OF_A_LOG} == set(events.KINDS)


@settings(max_examples=150, deadline=None)
@given(entries=any_log())
def test_tables_and_state_say_the_same_of_any_log(entries: list[Entry]) -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    tables.metadata.create_all(engine)
    left = folded(engine, entries)
    state = fold_case(entries, names={}, blobs=None)  # type: ignore[arg-type]
    store = fold_store(entries)

    def rows(table: Table) -> list[Any]:
        with engine.connect() as connection:
            return [*connection.execute(select(table))]

    of_store = {entry.sequence for entry in entries if entry.kind.startswith(STORES)}
    assert left - of_store == {one.sequence for one in state.set_aside}
    exhibits = {row.exhibit_id: row for row in rows(tables.exhibit)}
    assert exhibits.keys() == state.exhibits.keys()
    for name, row in exhibits.items():
        summary, record = state.exhibit_summary(name), state.record(name)
        assert row.state == summary.state
        assert (row.exposure, row.copy_of) == (summary.exposure, summary.copy_of)
        assert row.copy_is_settled == summary.copy_is_settled
        assert row.settled_exposure == state.settled_exposure[name]
        assert (row.media, row.parent, row.read) == (record.media, record.parent, record.read)
        assert (row.sequence, row.taken_in_by) == (record.sequence, record.taken_in_by)
        assert (row.reading_sha256, row.reading_sequence) == (
            record.reading_sha256,
            record.reading_sequence,
        )
        assert (row.file_name, row.sha256) == (record.file_name, record.sha256)
    assert {(row.exhibit_id, row.region_id): row.plate_id for row in rows(tables.region)} == {
        at: region.plate_id for at, region in state.regions.items()
    }
    assert {
        (row.exhibit_id, row.region_id): [*map(tuple, row.fields)] for row in rows(tables.region)
    } == {at: [*map(tuple, region.fields)] for at, region in state.regions.items()}
    assert Counter((row.exhibit_id, row.of, row.relation) for row in rows(tables.copy_pair)) == (
        Counter((pair.exhibit_id, pair.of, pair.relation) for pair in state.pairs)
    )
    assert {
        row.sequence: (row.group_id, tuple(row.exhibits), row.judgement, row.by)
        for row in rows(tables.copy_judgement)
    } == {one.sequence: (one.group_id, one.exhibits, one.judgement, one.by) for one in state.judged}
    assert {row.sequence: (row.by, row.text, row.counts) for row in rows(tables.review)} == {
        one.sequence: (one.reviewer_id, one.text, one.counts) for one in state.reviews
    }
    shown_then: dict[int, set[str]] = {}
    for row in rows(tables.decision_exhibit):
        shown_then.setdefault(row.sequence, set()).add(row.exhibit_id)
    assert {
        row.sequence: (row.by, row.judgement, row.counts, shown_then.get(row.sequence, set()))
        for row in rows(tables.decision)
    } == {
        one.sequence: (one.by, one.judgement, one.counts, set(one.members)) for one in state.decided
    }
    assert {row.sequence: (row.plate_id, row.snapshot) for row in rows(tables.search)} == {
        one.sequence: (one.plate_id, one.snapshot) for one in state.asked
    }
    assert {row.trace_id: row.sequence for row in rows(tables.trace)} == {
        one.trace_id: one.sequence for one in state.traces
    }
    assert {(row.trace_id, row.sequence) for row in rows(tables.trace_answer)} == {
        (one.trace_id, answer.sequence) for one in state.traces for answer in one.answers
    }
    assert {row.sequence: (row.bundle, row.entries) for row in rows(tables.sealed)} == {
        one.sequence: (one.folder, one.entries) for one in state.sealed
    }
    shown: dict[str, set[tuple[str, str, str]]] = {}
    for row in rows(tables.shown):
        shown.setdefault(row.person_id, set()).add((row.exhibit_id, row.region_id, row.field))
    assert shown == {who: set(places) for who, places in state.shown.items() if places}
    assert {
        row.person_id: (row.name, {*row.roles}, {*row.roles_ever}, row.public_key, row.held_by)
        for row in rows(tables.person)
    } == {
        one.person_id: (one.name, {*one.roles}, {*one.roles_ever}, one.public_key, one.held_by)
        for one in store.people
    }
    assert {row.person_id: (row.left_at, row.key_ends) for row in rows(tables.person)} == {
        one.person_id: tuple(at and at.isoformat() for at in (one.left_at, one.key_ends))
        for one in store.people
    }
    assert {row.sha256: row.imported_by for row in rows(tables.catalog)} == {
        name: one.imported_by for name, one in store.catalogs.items()
    }
    engine.dispose()
