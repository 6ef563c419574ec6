"""Audit a whole store and report each fault: entries, trees, checkpoints, outside anchors, blobs.

A person with access to the database and the checkpoint key can rewrite a ledger. They cannot change
checkpoints that were handed out before: pass those as anchors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evidence_store.audit.log import LogAudit, guarded, raw
from evidence_store.blobs.references import Reference, references
from evidence_store.canonical import parse_time
from evidence_store.checkpoint import verify_note
from evidence_store.errors import (
    LedgerDamaged,
    NotCanonical,
    NoteMalformed,
    SignatureInvalid,
)
from evidence_store.ledger.identity import stated_by
from evidence_store.ledger.rows import LogRow, fetch_nodes
from evidence_store.ledger.set_aside import all_set_aside, has_set_aside
from evidence_store.merkle import root_at
from evidence_store.types import LOG_CHECKPOINT, LOG_CREATED, STORE_LOG, Fault, Sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from evidence_store.blobs.references import StoredBytes
    from evidence_store.checkpoint import SignedNote
    from evidence_store.ledger.database import Database
    from evidence_store.types import Entry, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A checkpoint of this store that was stored outside it."""

    name: str
    """Its origin, for the report: a file name."""
    note: str


@dataclass(slots=True, kw_only=True)
class Audit:
    """One audit of a store. Read-only; others may append meanwhile."""

    database: Database
    origin: str
    keys: Sequence[bytes]
    """Ed25519 public keys (32 bytes) accepted for this store's checkpoints."""
    kept: StoredBytes | None = None
    """Where the bytes named by entries are stored; None leaves them unchecked."""
    anchors: Sequence[Anchor] = ()
    on_step: Callable[[str], None] | None = None
    entries_seen: int = 0
    checkpoints_seen: int = 0
    kept_seen: int = 0
    """Blobs, catalog snapshots and bundles checked."""
    _logs: dict[str, LogRow] = field(default_factory=dict)
    _stated: list[tuple[str, Entry]] = field(default_factory=list)
    _first: Entry | None = None
    _wanted: dict[Reference, str] = field(default_factory=dict)

    def faults(self) -> Iterator[Fault]:
        """Yield every fault of the store; nothing is changed or repaired.

        A row value of the wrong type, or an error in one part, is a fault; the audit continues with
        the next part.
        """
        yield from guarded("the list of logs", self._list_logs())
        for log in self._logs.values():
            self._say(f"{log.name}: {log.size} entries")
            yield from LogAudit(self.database, log, self._visit).faults()
            yield from guarded(f"{log.name}, checkpoints", self._kept_checkpoints(log))
        yield from guarded("rows of no log", self._stray_rows())
        yield from self._identity()
        yield from guarded("the log of the store", self._store_log())
        for anchor in self.anchors:
            yield from guarded(f"anchor {anchor.name}", self._anchor(anchor))
        yield from guarded("entries set aside", self._set_aside())
        yield from self._check_kept()

    def _list_logs(self) -> Iterator[Fault]:
        with self.database.reading() as connection:
            statement = "SELECT log_id, name, size FROM ledger_log ORDER BY log_id"
            rows: list[tuple[Any, ...]] = [tuple(row) for row in raw(connection, statement)]
            statement = "SELECT log_id, count(*) AS number FROM ledger_entry GROUP BY log_id"
            counts = {row.log_id: int(row.number) for row in raw(connection, statement)}
        for log_id, name, size in rows:
            where = f"log {name!r:.80}"
            if type(log_id) is not int or not isinstance(name, str):
                words = f"The log's number {log_id!r:.40} or its name is invalid."
                yield Fault(code="log-form", where=where, message=words)
                continue
            if type(size) is not int or size < 0:
                words = f"The log's size is {size!r:.40}, which is not a number of entries."
                yield Fault(code="size-wrong", where=where, message=words)
                size = counts.get(log_id, 0)
            self._logs[name] = LogRow(log_id, name, size)

    def _stray_rows(self) -> Iterator[Fault]:
        """Report rows that belong to no log, which an audit of the logs would miss."""
        known = {log.log_id for log in self._logs.values()}
        for table in ("entry", "private_field", "node", "checkpoint"):
            statement = f"SELECT DISTINCT log_id FROM ledger_{table}"  # noqa: S608 (ours)
            with self.database.reading() as connection:
                found = [row[0] for row in raw(connection, statement)]
            for log_id in found:
                if log_id not in known:
                    words = f"Rows of ledger_{table} belong to a missing log, {log_id!r:.40}."
                    yield Fault(code="log-form", where=f"ledger_{table}", message=words)

    def _identity(self) -> Iterator[Fault]:
        """Compare the first entry of the store with the known origin and keys."""
        where = f"{STORE_LOG}, entry 0"
        found = None if self._first is None else stated_by(self._first)
        if found is None:
            words = "The first entry of the store does not say which store it is."
            yield Fault(code="identity-missing", where=where, message=words)
        elif found.origin != self.origin:
            words = f"The store was created as {found.origin!r} but is checked as {self.origin!r}."
            yield Fault(code="identity-foreign", where=where, message=words)
        elif found.public_key not in self.keys:
            words = "The checkpoint key that the store was created with is not known here."
            yield Fault(code="identity-foreign", where=where, message=words)

    def _visit(self, entry: Entry, private: Mapping[str, Json]) -> None:
        self.entries_seen += 1
        if (entry.log, entry.sequence) == (STORE_LOG, 0):
            self._first = entry
        if entry.log == STORE_LOG and entry.kind in (LOG_CREATED, LOG_CHECKPOINT):
            self._stated.append((str(entry.body.get("log")), entry))
        if self.kept is not None:
            where = f"{entry.log}, entry {entry.sequence}"
            for reference in references(entry.kept, {**private, **entry.body}):
                self._wanted.setdefault(reference, where)

    def _kept_checkpoints(self, log: LogRow) -> Iterator[Fault]:
        statement = 'SELECT size, "at", note FROM ledger_checkpoint WHERE log_id = :log'
        with self.database.reading() as connection:
            found = raw(connection, statement, log=log.log_id)
            rows: list[tuple[Any, ...]] = [tuple(row) for row in found]
        for size, at, note in sorted(rows, key=lambda row: str(row[0]).zfill(_DIGITS)):
            self.checkpoints_seen += 1
            where = f"{log.name}, checkpoint {size!r:.40}"
            if type(size) is not int or not isinstance(note, str) or not _is_time(at):
                words = "Its size, time or note is of the wrong kind."
                yield Fault(code="checkpoint-form", where=where, message=words)
                continue
            parsed, faults = self._verified(note, where)
            yield from faults
            if parsed is None:
                continue
            if (parsed.origin, parsed.size) != (f"{self.origin}/{log.name}", size):
                words = f"It is for {parsed.origin!r} at size {parsed.size}."
                yield Fault(code="checkpoint-misplaced", where=where, message=words)
                continue
            yield from self._hold(log, parsed.size, parsed.root, where)

    def _store_log(self) -> Iterator[Fault]:
        """Compare what the log `store` records about the other logs with them."""
        created = {name for name, entry in self._stated if entry.kind == LOG_CREATED}
        for name in sorted(created - self._logs.keys()):
            words = "The store's log says that this log was started, but it is missing."
            yield Fault(code="log-missing", where=name, message=words)
        for name in sorted(self._logs.keys() - created - {STORE_LOG}):
            words = "The store's log does not say that this log was started."
            yield Fault(code="log-unrecorded", where=name, message=words)
        for name, entry in self._stated:
            if entry.kind == LOG_CHECKPOINT and name in self._logs:
                where = f"{STORE_LOG}, entry {entry.sequence}"
                size, root = entry.body.get("size"), entry.body.get("root")
                if type(size) is int and size >= 0 and isinstance(root, str):
                    yield from self._hold(self._logs[name], size, Sha256(root), where)

    def _anchor(self, anchor: Anchor) -> Iterator[Fault]:
        where = f"anchor {anchor.name}"
        parsed, faults = self._verified(anchor.note, where)
        yield from faults
        if parsed is None:
            return
        name = parsed.origin.removeprefix(f"{self.origin}/")
        if name == parsed.origin:
            words = f"It is for {parsed.origin!r}, which is not a log of this store."
            yield Fault(code="anchor-foreign", where=where, message=words)
        elif name not in self._logs:
            words = f"It is for the log {name!r}, which no longer exists."
            yield Fault(code="log-missing", where=where, message=words)
        else:
            yield from self._hold(self._logs[name], parsed.size, parsed.root, where)

    def _verified(self, note: str, where: str) -> tuple[SignedNote | None, list[Fault]]:
        """Check a note against every key that may have signed it."""
        problem = "No known key could have signed it."
        for key in self.keys:
            try:
                return verify_note(note, public_key=key), []
            except NoteMalformed as error:
                return None, [Fault(code="checkpoint-form", where=where, message=error.message)]
            except SignatureInvalid as error:
                problem = error.message
        return None, [Fault(code="checkpoint-signature", where=where, message=problem)]

    def _hold(self, log: LogRow, size: int, root: Sha256, where: str) -> Iterator[Fault]:
        """Compare a statement of a log's size and root with the current log."""
        if size > log.size:
            words = f"{log.name} had {size} entries once and has {log.size} now: its end is cut."
            yield Fault(code="tail-cut", where=where, message=words)
            return
        try:
            with self.database.reading() as connection:
                present = root_at(size, fetch_nodes(connection, log.log_id)).hex()
        except LedgerDamaged as error:
            yield Fault(code="checkpoint-unproved", where=where, message=error.message)
            return
        if present != root:
            words = f"The first {size} entries of {log.name} differ from those stated here."
            yield Fault(code="past-rewritten", where=where, message=words)

    def _set_aside(self) -> Iterator[Fault]:
        """Report the entries that the program which reads the logs could not use."""
        with self.database.reading() as connection:
            for one in all_set_aside(connection) if has_set_aside(connection) else ():
                where = f"{one.log}, entry {one.sequence}"
                yield Fault(code="entry-set-aside", where=where, message=one.sentence())

    def _check_kept(self) -> Iterator[Fault]:
        if self.kept is None:
            return
        self._say(f"{len(self._wanted)} stored files and bundles")
        for reference, where in self._wanted.items():
            self.kept_seen += 1
            yield from guarded(where, self.kept.faults(reference, where))

    def _say(self, words: str) -> None:
        if self.on_step is not None:
            self.on_step(words)


_DIGITS = 20
"""More digits than any size has: sizes are sorted as texts, since they may be of any type."""


def _is_time(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parse_time(value)
    except NotCanonical:
        return False
    return True
