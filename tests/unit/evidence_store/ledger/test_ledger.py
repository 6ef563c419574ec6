"""The ledger on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import json
import multiprocessing
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from evidence_store.canonical import entry_from_leaf, leaf_bytes
from evidence_store.checkpoint import Ed25519NoteSigner, verify_note
from evidence_store.commitments import commit
from evidence_store.errors import (
    BadInput,
    EntryMissing,
    LedgerDamaged,
    LogExists,
    LogMissing,
    NotCanonical,
    SizeChanged,
    StoreUnavailable,
)
from evidence_store.ledger.ledger import Ledger
from evidence_store.merkle import root_of, verify_consistency, verify_inclusion
from evidence_store.types import Draft, Sha256
from tests.unit.evidence_store.conftest import ORIGIN


def draft(number: int = 0, **private: Any) -> Draft:
    return Draft(
        kind="exhibit-added",
        actor="person-1",
        body={"exhibit": f"EX-{number:04}", "weight": 0.25, "tags": ["ü", None, True]},
        private=private,
    )


def raw(hashes: tuple[Sha256, ...]) -> list[bytes]:
    return [bytes.fromhex(hashed) for hashed in hashes]


def test_what_is_appended_is_read_back_the_same(ledger: Ledger, open_ledger: Any) -> None:
    made = ledger.append("case-1", draft(1, source_url="https://x.example/a"), draft(2))
    assert [entry.sequence for entry in made] == [0, 1]
    assert tuple(open_ledger().entries("case-1")) == made
    assert ledger.entry("case-1", 1) == made[1]
    assert ledger.size("case-1") == 2
    assert made[0].private == {"source_url": "https://x.example/a"}


def test_private_values_stand_in_the_leaf_only_as_commitments(ledger: Ledger) -> None:
    (entry,) = ledger.append("case-1", draft(1, place="Horadiz", count=3))
    leaf = leaf_bytes(entry)
    assert b"Horadiz" not in leaf
    assert set(json.loads(leaf)["commitments"]) == {"place", "count"}
    assert entry.commitments["place"] == commit(entry.salts["place"], "place", "Horadiz")
    assert len(bytes.fromhex(entry.salts["place"])) == 32
    assert entry_from_leaf(leaf).private == {}
    found = {item.name: item for item in ledger.disclosures("case-1")}
    assert found["count"].value == 3
    assert found["count"].salt == entry.salts["count"]


def test_equal_private_values_get_different_commitments(ledger: Ledger) -> None:
    first, second = ledger.append("case-1", draft(1, place="A"), draft(2, place="A"))
    assert first.commitments["place"] != second.commitments["place"]


def test_time_never_runs_backwards_and_the_entry_says_when_it_was_held(
    ledger: Ledger, clock: Any
) -> None:
    (before,) = ledger.append("case-1", draft(1))
    clock.now -= timedelta(hours=1)
    (held,) = ledger.append("case-1", draft(2))
    assert held.at == before.at
    assert held.clock_at == clock.now
    assert ledger.entry("case-1", 1).clock_at == clock.now
    clock.now += timedelta(hours=2)
    (after,) = ledger.append("case-1", draft(3))
    assert after.at == clock.now
    assert after.clock_at is None


def test_times_are_utc_whatever_zone_the_clock_has(ledger: Ledger, clock: Any) -> None:
    (entry,) = ledger.append("case-1", draft(1))
    assert entry.at.tzinfo is UTC
    assert entry.at.microsecond == 123456
    assert json.loads(leaf_bytes(entry))["at"].endswith(".123456Z")


def test_a_clock_without_a_zone_is_refused(ledger: Ledger, clock: Any) -> None:
    clock.now = clock.now.replace(tzinfo=None)
    with pytest.raises(BadInput, match="has no zone"):
        ledger.append("case-1", draft(1))
    assert ledger.size("case-1") == 0


def test_an_append_that_expects_another_size_changes_nothing(ledger: Ledger) -> None:
    ledger.append("case-1", draft(1), expected_size=0)
    with pytest.raises(SizeChanged, match="has 1 entries, not 0"):
        ledger.append("case-1", draft(2), expected_size=0)
    assert ledger.size("case-1") == 1


def test_a_batch_with_one_bad_draft_records_none(ledger: Ledger) -> None:
    bad = Draft(kind="exhibit-added", actor="person-1", body={"weight": float("nan")})
    with pytest.raises(NotCanonical):
        ledger.append("case-1", draft(1), bad)
    assert ledger.size("case-1") == 0


@pytest.mark.parametrize(
    "bad",
    [
        Draft(kind="No Kind", actor="person-1", body={}),
        Draft(kind="seen", actor="", body={}),
        Draft(kind="seen", actor="two words", body={}),
        Draft(kind="seen", actor="person-1", body={}, private={"No Name": 1}),
        Draft(kind="seen", actor="person-1", body={"number": 2**53}),
        Draft(kind="seen", actor="person-1", body={"text": "\ud800"}),
        Draft(kind="seen", actor="person-1", body={"long": "x" * 1_100_000}),
    ],
    ids=["kind", "no actor", "actor", "private name", "integer", "surrogate", "size"],
)
def test_a_draft_that_cannot_be_recorded_is_refused(ledger: Ledger, bad: Draft) -> None:
    with pytest.raises(BadInput):
        ledger.append("case-1", bad)
    assert ledger.size("case-1") == 0


def test_logs_are_begun_once_and_noted_in_the_store(ledger: Ledger) -> None:
    ledger.create_log("case-2")
    assert ledger.logs() == ("store", "case-1", "case-2")
    with pytest.raises(LogExists):
        ledger.create_log("case-2")
    with pytest.raises(BadInput):
        ledger.create_log("store")
    with pytest.raises(LogMissing):
        ledger.append("case-3", draft())
    begun, *others = ledger.entries("store")
    assert (begun.kind, begun.body["origin"]) == ("store-begun", ORIGIN)
    created = [entry.body["log"] for entry in others]
    assert created == ["case-1", "case-2"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13])
def test_every_entry_is_proved_in_every_tree(ledger: Ledger, size: int) -> None:
    made = ledger.append("case-1", *(draft(number) for number in range(size)))
    leaves = [bytes.fromhex(entry.leaf_hash) for entry in made]
    for tree in range(1, size + 1):
        root = bytes.fromhex(ledger.root("case-1", size=tree))
        assert root == root_of(leaves[:tree])
        for sequence in range(tree):
            proof = ledger.inclusion_proof("case-1", sequence, tree)
            assert verify_inclusion(leaves[sequence], sequence, tree, raw(proof.hashes), root)
        step = ledger.consistency_proof("case-1", tree)
        whole = bytes.fromhex(ledger.root("case-1"))
        assert verify_consistency(tree, root, size, whole, raw(step.hashes))


def test_proofs_of_what_is_not_there_are_refused(ledger: Ledger) -> None:
    ledger.append("case-1", draft(1))
    for act in (
        lambda: ledger.inclusion_proof("case-1", 1),
        lambda: ledger.inclusion_proof("case-1", 0, 2),
        lambda: ledger.consistency_proof("case-1", 0),
        lambda: ledger.entry("case-1", 5),
        lambda: ledger.entry("case-1", -1),
        lambda: ledger.root("case-1", size=2),
    ):
        with pytest.raises(EntryMissing):
            act()


def test_a_checkpoint_is_signed_and_stays_the_same(
    ledger: Ledger, signer: Ed25519NoteSigner
) -> None:
    ledger.append("case-1", draft(1), draft(2))
    first = ledger.checkpoint("case-1")
    assert ledger.checkpoint("case-1") == first
    note = verify_note(first.note, public_key=signer.public_key, origin=ledger.origin_of("case-1"))
    assert (note.size, note.root) == (2, ledger.root("case-1"))
    ledger.append("case-1", draft(3))
    assert ledger.checkpoint("case-1").size == 3
    assert ledger.checkpoint("case-1", size=2) == first
    assert ledger.checkpoint("case-1", size=1).root == ledger.root("case-1", size=1)
    assert [kept.size for kept in ledger.checkpoints("case-1")] == [1, 2, 3]
    with pytest.raises(EntryMissing):
        ledger.checkpoint("case-1", size=4)


def test_a_case_checkpoint_is_recorded_in_the_store(ledger: Ledger) -> None:
    ledger.append("case-1", draft(1))
    made = ledger.checkpoint("case-1")
    ledger.checkpoint("case-1")
    noted = [entry for entry in ledger.entries("store") if entry.kind == "log-checkpoint"]
    assert [entry.body for entry in noted] == [{"log": "case-1", "size": 1, "root": made.root}]


def test_entries_can_be_read_from_the_middle_and_by_few(ledger: Ledger) -> None:
    ledger.append("case-1", *(draft(number) for number in range(1203)))
    assert [entry.sequence for entry in ledger.entries("case-1")] == list(range(1203))
    assert [entry.sequence for entry in ledger.entries("case-1", after=1200)] == [1201, 1202]
    assert [e.sequence for e in ledger.entries("case-1", after=497, limit=4)] == [
        498,
        499,
        500,
        501,
    ]


def test_reading_is_flat_in_memory(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.append("case-1", *(draft(number, note="n" * 2000) for number in range(500)))
    peaks = []
    for limit in (500, 1500):
        tracemalloc.start()
        assert sum(1 for _ in ledger.entries("case-1", limit=limit)) == limit
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


def test_rows_cannot_be_changed_or_deleted(ledger: Ledger) -> None:
    ledger.append("case-1", draft(1, place="A"))
    ledger.checkpoint("case-1")
    for table in ("entry", "private_field", "node", "checkpoint", "log"):
        for statement in (f"DELETE FROM ledger_{table}", f"UPDATE ledger_{table} SET log_id = 9"):
            if (table, statement[:6]) == ("log", "UPDATE"):
                statement = "UPDATE ledger_log SET size = size - 1"
            with pytest.raises(StoreUnavailable, match="the ledger only grows"):
                ledger.database.write(lambda connection, s=statement: connection.execute(text(s)))


def test_a_changed_leaf_is_not_handed_out(ledger: Ledger) -> None:
    ledger.append("case-1", draft(1))
    drop = {
        "sqlite": "DROP TRIGGER ledger_entry_no_update",
        "postgresql": "DROP TRIGGER ledger_entry_no_update ON ledger_entry",
    }["sqlite" if ledger.database.is_sqlite else "postgresql"]
    (leaf,) = [leaf_bytes(entry) for entry in ledger.entries("case-1")]
    forged = leaf.replace(b"EX-0001", b"EX-0009")

    def forge(connection: Any) -> None:
        connection.execute(text(drop))
        connection.execute(
            text("UPDATE ledger_entry SET leaf = :leaf WHERE leaf = :old"),
            {"leaf": forged, "old": leaf},
        )

    ledger.database.write(forge)
    with pytest.raises(LedgerDamaged, match="Entry 0 of 'case-1' is not the one that was hashed"):
        list(ledger.entries("case-1"))


def append_many(url: str, writer: int) -> None:
    signer = Ed25519NoteSigner(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    ledger = Ledger(url, clock=lambda: datetime.now(UTC), origin=ORIGIN, signer=signer)
    for number in range(20):
        ledger.append("case-1", draft(number), draft(writer * 100 + number, place="A"))
    ledger.close()


def test_processes_append_to_one_log_at_once(ledger: Ledger, database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=append_many, args=(database_url, n)) for n in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(600)
    assert [writer.exitcode for writer in writers] == [0, 0]
    found = list(ledger.entries("case-1"))
    assert [entry.sequence for entry in found] == list(range(80))
    assert [entry.at for entry in found] == sorted(entry.at for entry in found)
    assert root_of(bytes.fromhex(entry.leaf_hash) for entry in found).hex() == ledger.root("case-1")


def test_a_database_that_cannot_be_used_is_said(signer: Ed25519NoteSigner, tmp_path: Any) -> None:
    with pytest.raises(BadInput, match="needs a file"):
        Ledger("sqlite://", clock=lambda: datetime.now(UTC), origin="a.example/b", signer=signer)
    with pytest.raises(BadInput, match="does not work on 'mysql'"):
        Ledger("mysql://x/y", clock=lambda: datetime.now(UTC), origin="a.example/b", signer=signer)
    broken = tmp_path / "l.sqlite"
    broken.write_bytes(b"this is no database, it is a text of some length" * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        Ledger(
            f"sqlite:///{broken}",
            clock=lambda: datetime.now(UTC),
            origin="a.example/b",
            signer=signer,
        )
