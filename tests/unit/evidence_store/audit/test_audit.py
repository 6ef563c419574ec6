"""What a hostile hand does to a store, and the fault that names it."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_store.__main__ import main
from evidence_store.audit import log as audit_log
from evidence_store.audit.audit import Anchor, Audit
from evidence_store.blobs.store import BlobStore
from evidence_store.canonical import canonical_json, leaf_bytes
from evidence_store.checkpoint import Ed25519NoteSigner, write_note
from evidence_store.keys.keys import KeyFolder
from evidence_store.ledger import tables
from evidence_store.ledger.database import Database
from evidence_store.ledger.ledger import Ledger
from evidence_store.location import StoreLocation
from evidence_store.merkle import Frontier, leaf_hash
from evidence_store.types import Draft
from tests.unit.evidence_store.audited import faults_of
from tests.unit.evidence_store.conftest import ORIGIN

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 21


@pytest.fixture
def store(tmp_path: Path, clock: Any) -> Path:
    """A store folder as the workbench lays it out: a case of 21 entries, two checkpoints."""
    folder = tmp_path / "store"
    keys = KeyFolder(folder / "keys", clock=clock)
    keys.create(ORIGIN.replace("/", "-"))
    blobs = BlobStore(folder / "blobs")
    original = blobs.put(b"the bytes of an original")
    ledger = Ledger(
        f"sqlite:///{folder / 'nameplate.sqlite3'}",
        clock=clock,
        origin=ORIGIN.replace("/", "-"),
        signer=keys.note_signer(ORIGIN.replace("/", "-")),
    )
    (folder / "origin").write_text(ORIGIN.replace("/", "-"))
    ledger.create_log("case-1")
    private = {"original": original, "place": "Horadiz"}
    for number in range(SIZE):
        body = {"exhibit": f"EX-{number:04}"}
        ledger.append(
            "case-1",
            Draft(kind="seen", actor="p-1", body=body, private=private, kept={"original": "blob"}),
        )
        if number == 9:
            ledger.checkpoint("case-1")
    ledger.checkpoint("case-1")
    ledger.close()
    return folder


class Hand:
    """Someone with the database in hand: no trigger stops them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection = sqlite3.connect(folder / "nameplate.sqlite3", isolation_level=None)
        for (name,) in self.do("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            self.do(f"DROP TRIGGER {name}")
        ((self.case,),) = self.do("SELECT log_id FROM ledger_log WHERE name = 'case-1'")

    def do(self, statement: str, *values: object) -> list[Any]:
        return self.connection.execute(statement, values).fetchall()

    def leaf(self, sequence: int) -> dict[str, Any]:
        ((leaf,),) = self.do(
            "SELECT leaf FROM ledger_entry WHERE log_id = ? AND sequence = ?", self.case, sequence
        )
        return json.loads(leaf)

    def put_leaf(self, sequence: int, leaf: bytes) -> None:
        self.do(
            "UPDATE ledger_entry SET leaf = ? WHERE log_id = ? AND sequence = ?",
            leaf, self.case, sequence,
        )  # fmt: skip

    def rebuild_tree(self) -> None:
        """Make the tree fit the entries as they are now, as a careful forger would."""
        self.do("DELETE FROM ledger_node WHERE log_id = ?", self.case)
        tree = Frontier()
        for sequence, leaf in self.do(
            "SELECT sequence, leaf FROM ledger_entry WHERE log_id = ? ORDER BY sequence", self.case
        ):
            hashed = leaf_hash(leaf)
            for (level, place), value in [((0, sequence), hashed), *tree.add(hashed)]:
                self.do(
                    "INSERT INTO ledger_node VALUES (?, ?, ?, ?)", self.case, level, place, value
                )
        self.do("UPDATE ledger_log SET size = ? WHERE log_id = ?", tree.size, self.case)

    def cut(self, size: int) -> None:
        for table in ("entry", "private_field"):
            self.do(
                f"DELETE FROM ledger_{table} WHERE log_id = ? AND sequence >= ?", self.case, size
            )
        self.rebuild_tree()


def faults(folder: Path, **options: Any) -> list[tuple[str, str]]:
    origin = (folder / "origin").read_text()
    keys = KeyFolder(folder / "keys")
    database = Database(f"sqlite:///{folder / 'nameplate.sqlite3'}", must_exist=True)
    walk = Audit(
        database=database,
        origin=origin,
        keys=[keys.note_signer(origin).public_key],
        kept=StoreLocation.from_environment({}, folder=folder).kept(),
        **options,
    )
    found = [(fault.code, fault.where) for fault in walk.faults()]
    database.close()
    return found


def codes(folder: Path, **options: Any) -> set[str]:
    return {code for code, _ in faults(folder, **options)}


def test_an_untouched_store_has_no_fault(store: Path) -> None:
    assert faults(store) == []


def test_a_ledger_audits_itself(ledger: Ledger) -> None:
    ledger.append("case-1", *(Draft(kind="seen", actor="p", body={"n": n}) for n in range(9)))
    ledger.checkpoint("case-1")
    assert faults_of(ledger) == ()


def test_a_changed_entry_is_named(store: Path) -> None:
    hand = Hand(store)
    leaf = hand.leaf(4)
    leaf["body"]["exhibit"] = "EX-9999"
    hand.put_leaf(4, canonical_json(leaf))
    assert faults(store) == [("entry-altered", "case-1, entry 4")]


def test_an_entry_in_another_spelling_is_named(store: Path) -> None:
    hand = Hand(store)
    hand.put_leaf(4, json.dumps(hand.leaf(4)).encode())
    assert set(faults(store)) == {
        ("entry-form", "case-1, entry 4"),
        ("entry-altered", "case-1, entry 4"),
    }


@pytest.mark.parametrize("sequence", [0, 10, SIZE - 1])
def test_a_missing_entry_is_named(store: Path, sequence: int) -> None:
    hand = Hand(store)
    hand.do("DELETE FROM ledger_entry WHERE log_id = ? AND sequence = ?", hand.case, sequence)
    assert ("entry-missing", f"case-1, entry {sequence}") in faults(store)


def test_an_entry_beyond_the_end_is_named(store: Path) -> None:
    hand = Hand(store)
    hand.do("INSERT INTO ledger_entry VALUES (?, ?, ?)", hand.case, SIZE, b"{}")
    assert faults(store) == [("size-wrong", "case-1, entry rows")]


def test_two_entries_changed_about_are_named(store: Path) -> None:
    hand = Hand(store)
    third, fourth = (canonical_json(hand.leaf(number)) for number in (3, 4))
    hand.put_leaf(3, fourth)
    hand.put_leaf(4, third)
    hand.rebuild_tree()
    found = faults(store)
    assert ("entry-misplaced", "case-1, entry 3") in found
    assert ("time-backwards", "case-1, entry 4") in found
    assert ("past-rewritten", "case-1, checkpoint 10") in found


def test_a_changed_private_value_is_named(store: Path) -> None:
    hand = Hand(store)
    hand.do(
        "UPDATE ledger_private_field SET value = '\"Ganja\"' "
        "WHERE log_id = ? AND sequence = 7 AND name = 'place'",
        hand.case,
    )
    assert faults(store) == [("private-altered", "case-1, entry 7, place")]


def test_a_changed_salt_is_named(store: Path) -> None:
    hand = Hand(store)
    for salt in (bytes(32), b"", bytes(31)):
        hand.do("UPDATE ledger_private_field SET salt = ? WHERE sequence = 7", salt)
        assert codes(store) == {"private-altered"}


def test_a_lost_and_an_added_private_value_are_named(store: Path) -> None:
    hand = Hand(store)
    hand.do("UPDATE ledger_private_field SET name = 'plaza' WHERE sequence = 7 AND name = 'place'")
    assert set(faults(store)) == {
        ("private-missing", "case-1, entry 7, place"),
        ("private-uncommitted", "case-1, entry 7, plaza"),
    }


def test_a_value_beyond_the_end_is_named(store: Path) -> None:
    hand = Hand(store)
    hand.do(
        "INSERT INTO ledger_private_field VALUES (?, ?, 'place', ?, '1')", hand.case, 99, bytes(32)
    )
    assert faults(store) == [("private-uncommitted", "case-1, entry 99, place")]


@pytest.mark.parametrize(("level", "place"), [(0, 5), (1, 2), (2, 1), (4, 0)])
def test_a_changed_and_a_missing_node_are_named(store: Path, level: int, place: int) -> None:
    hand = Hand(store)
    at = f"log_id = {hand.case} AND level = {level} AND position = {place}"
    hand.do(f"UPDATE ledger_node SET hash = ? WHERE {at}", bytes(32))
    altered = codes(store)
    assert altered & {"node-altered", "entry-altered"}
    hand.do(f"DELETE FROM ledger_node WHERE {at}")
    assert {"node-missing", "size-wrong"} <= codes(store)


def test_a_cut_tail_is_named(store: Path) -> None:
    Hand(store).cut(15)
    found = faults(store)
    assert ("tail-cut", "case-1, checkpoint 21") in found
    assert {code for code, _ in found} == {"tail-cut"}


def test_a_cut_tail_is_named_by_the_store_log_when_its_checkpoint_went_too(store: Path) -> None:
    hand = Hand(store)
    hand.cut(15)
    hand.do("DELETE FROM ledger_checkpoint WHERE size > 15")
    assert faults(store) == [("tail-cut", "store, entry 3")]


def forge_past(hand: Hand) -> None:
    leaf = hand.leaf(4)
    leaf["body"]["exhibit"] = "EX-9999"
    hand.put_leaf(4, canonical_json(leaf))
    hand.rebuild_tree()


def test_a_rewritten_past_is_named_by_every_checkpoint_over_it(store: Path) -> None:
    forge_past(Hand(store))
    assert faults(store) == [
        ("past-rewritten", "case-1, checkpoint 10"),
        ("past-rewritten", "case-1, checkpoint 21"),
        ("past-rewritten", "store, entry 2"),
        ("past-rewritten", "store, entry 3"),
    ]


def test_only_an_outside_anchor_names_a_ledger_rewritten_whole(store: Path) -> None:
    hand = Hand(store)
    ((kept,),) = hand.do("SELECT note FROM ledger_checkpoint WHERE size = 10")
    forge_past(hand)
    hand.do("DELETE FROM ledger_checkpoint")
    hand.case = 1  # the log `store`, cut back to the beginnings of the store and the case
    hand.cut(2)
    assert faults(store) == []
    outside = Anchor(name="kept.txt", note=kept)
    assert faults(store, anchors=[outside]) == [("past-rewritten", "anchor kept.txt")]


def test_an_anchor_of_a_longer_or_foreign_or_unsigned_log_is_named(store: Path) -> None:
    origin = (store / "origin").read_text()
    signer = KeyFolder(store / "keys").note_signer(origin)
    other = Ed25519NoteSigner(Ed25519PrivateKey.generate())
    notes = {
        "tail-cut": write_note(f"{origin}/case-1", 99, bytes(32), signer),
        "past-rewritten": write_note(f"{origin}/case-1", 5, bytes(32), signer),
        "anchor-foreign": write_note("elsewhere.example/case-1", 5, bytes(32), signer),
        "log-missing": write_note(f"{origin}/case-77", 5, bytes(32), signer),
        "checkpoint-signature": write_note(f"{origin}/case-1", 5, bytes(32), other),
        "checkpoint-form": "no note at all",
    }
    for code, note in notes.items():
        assert faults(store, anchors=[Anchor(name="a", note=note)]) == [(code, "anchor a")]


def test_a_checkpoint_with_another_signature_or_place_is_named(store: Path) -> None:
    hand = Hand(store)
    ((note,),) = hand.do("SELECT note FROM ledger_checkpoint WHERE size = 10")
    longer = note.replace("\n10\n", "\n11\n")
    hand.do("UPDATE ledger_checkpoint SET note = ? WHERE size = 10", longer)
    assert ("checkpoint-signature", "case-1, checkpoint 10") in faults(store)
    hand.do("UPDATE ledger_checkpoint SET note = ?, size = 11 WHERE size = 10", note)
    assert faults(store) == [("checkpoint-misplaced", "case-1, checkpoint 11")]


def test_a_case_that_vanished_or_came_from_nowhere_is_named(store: Path) -> None:
    hand = Hand(store)
    hand.do("INSERT INTO ledger_log VALUES (77, 'case-77', 0)")
    assert faults(store) == [("log-unrecorded", "case-77")]
    for table in ("entry", "private_field", "node", "checkpoint", "log"):
        hand.do(f"DELETE FROM ledger_{table} WHERE log_id = ?", hand.case)
    assert ("log-missing", "case-1") in faults(store)


def test_missing_and_altered_blobs_are_named(store: Path) -> None:
    (path,) = (store / "blobs" / "sha256").rglob("*/*")
    path.chmod(0o600)
    path.write_bytes(b"the bytes of another one")
    assert faults(store) == [("blob-altered", "case-1, entry 0")]
    path.unlink()
    assert faults(store) == [("blob-missing", "case-1, entry 0")]


def test_every_changed_byte_of_every_row_is_found(store: Path) -> None:
    """Flip one bit in each stored value, one at a time."""
    hand = Hand(store)
    where = {
        tables.entry.name: ("leaf", f"log_id = {hand.case} AND sequence = 6"),
        tables.node.name: ("hash", f"log_id = {hand.case} AND level = 1 AND position = 3"),
        tables.private_field.name: ("salt", "sequence = 6 AND name = 'place'"),
    }  # fmt: skip
    for table, (column, row) in where.items():
        ((kept,),) = hand.do(f"SELECT {column} FROM {table} WHERE {row}")
        for place in range(0, len(kept), 13):
            changed = bytearray(kept)
            changed[place] ^= 1
            hand.do(f"UPDATE {table} SET {column} = ? WHERE {row}", bytes(changed))
            assert faults(store), (table, place)
        hand.do(f"UPDATE {table} SET {column} = ? WHERE {row}", kept)
    assert faults(store) == []


@pytest.mark.parametrize(("level", "size"), [(3, 7), (3, 8), (3, 9), (2, 71), (12, 4097)])
def test_logs_of_more_than_one_batch_are_walked_whole(
    tmp_path: Path,
    clock: Any,
    signer: Ed25519NoteSigner,
    monkeypatch: pytest.MonkeyPatch,
    level: int,
    size: int,
) -> None:
    monkeypatch.setattr(audit_log, "_BATCH_LEVEL", level)
    url = f"sqlite:///{tmp_path / 'l.sqlite'}"
    ledger = Ledger(url, clock=clock, origin=ORIGIN, signer=signer)
    ledger.create_log("case-1")
    made = ledger.append("case-1", *(Draft(kind="n", actor="p", body={}) for _ in range(size)))
    ledger.checkpoint("case-1")
    assert faults_of(ledger) == ()
    hand = sqlite3.connect(tmp_path / "l.sqlite")
    hand.execute("DROP TRIGGER ledger_entry_no_update")
    changed = leaf_bytes(made[-1]).replace(b'"actor":"p"', b'"actor":"q"')
    last = "log_id = 2 AND sequence = ?"
    hand.execute(f"UPDATE ledger_entry SET leaf = ? WHERE {last}", (changed, size - 1))
    hand.commit()
    hand.close()
    assert [fault.code for fault in faults_of(ledger)] == ["entry-altered"]
    ledger.close()


def run(*words: object) -> int:
    return main([str(word) for word in words])


def test_the_command_says_good_with_code_0(store: Path, capsys: Any) -> None:
    assert run("audit", store) == 0
    said = capsys.readouterr().out
    assert "No fault. 25 entries, 2 checkpoints, 0 outside anchors and 1 stored files" in said
    assert "taken from the store itself" in said


def test_the_command_names_faults_with_code_1(store: Path, capsys: Any) -> None:
    Hand(store).cut(15)
    assert run("audit", store) == 1
    assert "FAULT tail-cut | case-1, checkpoint 21 |" in capsys.readouterr().out
    assert run("audit", store, "--json") == 1
    result = json.loads(capsys.readouterr().out)
    assert not result["good"]
    assert {fault["code"] for fault in result["faults"]} == {"tail-cut"}


def test_the_command_says_what_it_could_not_check_with_code_2(store: Path, capsys: Any) -> None:
    assert run("audit", store / "nowhere") == 2
    assert run("audit", store.parent, "--database", f"sqlite:///{store}/none.sqlite") == 2
    assert run("audit", store, "--anchor", store / "none.txt") == 2
    (store / "nameplate.sqlite3").write_bytes(b"not a database" * 1000)
    assert run("audit", store) == 2
    assert "could not be checked" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        run("audit", "--no-such-option")
    assert ended.value.code == 2


def test_the_command_takes_its_key_from_outside(store: Path, tmp_path: Path, clock: Any) -> None:
    origin = (store / "origin").read_text()
    signers = tmp_path / "allowed_signers"
    for keys, code in ((KeyFolder(store / "keys"), 0), (KeyFolder(tmp_path / "other"), 1)):
        if code:
            keys.create(origin)
        line = keys.public(origin).line
        signers.write_text(f'{origin}/* namespaces="checkpoint@ledger.nameplate" {line}\n')
        assert run("audit", store, "--allowed-signers", signers) == code


def test_an_anchor_kept_outside_holds_every_case(store: Path, tmp_path: Path, capsys: Any) -> None:
    note = tmp_path / "anchor.txt"
    assert run("anchor", store, "--output", note) == 0
    assert note.read_text().startswith(f"{(store / 'origin').read_text()}/store\n4\n")
    assert run("anchor", store) == 0
    assert capsys.readouterr().out == note.read_text()  # nothing has changed: the same note
    assert run("audit", store, "--anchor", note) == 0
    hand = Hand(store)
    forge_past(hand)
    hand.do("DELETE FROM ledger_checkpoint")
    hand.case = 1
    hand.cut(2)
    assert run("audit", store) == 0
    assert run("audit", store, "--anchor", note) == 1
    assert "FAULT tail-cut | anchor anchor.txt" in capsys.readouterr().out


def test_an_anchor_is_never_written_over_anything(store: Path, tmp_path: Path, capsys: Any) -> None:
    note = tmp_path / "anchor.txt"
    note.write_text("an older anchor")
    assert run("anchor", store, "--output", note) == 2
    assert note.read_text() == "an older anchor"
    assert run("anchor", tmp_path / "nowhere") == 2
    assert "No anchor" in capsys.readouterr().err


def test_the_program_lists_its_commands(capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        run("--help")
    assert ended.value.code == 0
    said = capsys.readouterr().out
    for command in ("verify", "sign", "audit", "anchor"):
        assert f"    {command} " in said
