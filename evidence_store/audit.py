"""Walks a store whole and names each fault: entries, trees, checkpoints, outside anchors, blobs.

A ledger can be rewritten by one who holds its database and its checkpoint key. What they cannot
reach are checkpoints that were handed out before: give those as anchors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from evidence_store import tables
from evidence_store.audit_log import LogAudit
from evidence_store.checkpoint import verify_note
from evidence_store.errors import (
    BlobDamaged,
    BlobMissing,
    LedgerDamaged,
    NoteMalformed,
    SignatureInvalid,
    StoreUnavailable,
)
from evidence_store.ledger import LOG_CHECKPOINT, LOG_CREATED
from evidence_store.merkle import root_at
from evidence_store.rows import LogRow, fetch_nodes
from evidence_store.types import STORE_LOG, Fault, Sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from evidence_store.blobs import BlobStore
    from evidence_store.checkpoint import SignedNote
    from evidence_store.database import Database
    from evidence_store.types import Entry, Json

BLOB_MEMBERS = frozenset({"blob", "original", "parent_original", "reading", "result", "source"})
"""Members of an entry whose value is the SHA-256 of kept bytes; so is any that ends in `_blob`."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A checkpoint of this store that someone outside has kept."""

    name: str
    """Where it came from, for the report: a file's name."""
    note: str


@dataclass(slots=True, kw_only=True)
class Audit:
    """One walk through a store. Reads only; others may go on appending meanwhile."""

    database: Database
    origin: str
    keys: Sequence[bytes]
    """Ed25519 public keys (32 bytes) that may have signed this store's checkpoints."""
    blobs: BlobStore | None = None
    """Where the bytes lie that entries speak of; None leaves them unchecked."""
    anchors: Sequence[Anchor] = ()
    blob_members: frozenset[str] = BLOB_MEMBERS
    on_step: Callable[[str], None] | None = None
    entries_seen: int = 0
    checkpoints_seen: int = 0
    blobs_seen: int = 0
    _logs: dict[str, LogRow] = field(default_factory=dict)
    _stated: list[tuple[str, Entry]] = field(default_factory=list)
    _wanted: dict[bytes, str] = field(default_factory=dict)

    def faults(self) -> Iterator[Fault]:
        """Yield every fault of the store; nothing is changed or mended."""
        with self.database.reading() as connection:
            rows = connection.execute(select(tables.log).order_by(tables.log.c.log_id))
            self._logs = {row.name: LogRow(row.log_id, row.name, row.size) for row in rows}
        for log in self._logs.values():
            self._say(f"{log.name}: {log.size} entries")
            yield from LogAudit(self.database, log, self._visit).faults()
            yield from self._kept_checkpoints(log)
        yield from self._store_log()
        for anchor in self.anchors:
            yield from self._anchor(anchor)
        yield from self._check_blobs()

    def _visit(self, entry: Entry, private: Mapping[str, Json]) -> None:
        self.entries_seen += 1
        if entry.log == STORE_LOG and entry.kind in (LOG_CREATED, LOG_CHECKPOINT):
            self._stated.append((str(entry.body.get("log")), entry))
        if self.blobs is None:
            return
        where = f"{entry.log}, entry {entry.sequence}"
        for values in (entry.body, private):
            for sha256 in self._references(values):
                self._wanted.setdefault(bytes.fromhex(sha256), where)

    def _references(self, value: object, *, named: bool = False) -> Iterator[str]:
        """Find the SHA-256 of kept bytes in a value, by the names of its members."""
        if isinstance(value, str):
            if named and _SHA256.fullmatch(value):
                yield value
        elif isinstance(value, Mapping):
            for name, member in value.items():
                is_blob = name in self.blob_members or name.endswith("_blob")
                yield from self._references(member, named=is_blob)
        elif isinstance(value, list | tuple):
            for member in value:
                yield from self._references(member, named=named)

    def _kept_checkpoints(self, log: LogRow) -> Iterator[Fault]:
        kept = select(tables.checkpoint.c.size, tables.checkpoint.c.note)
        kept = kept.where(tables.checkpoint.c.log_id == log.log_id)
        with self.database.reading() as connection:
            rows = connection.execute(kept.order_by(tables.checkpoint.c.size)).all()
        for size, note in rows:
            self.checkpoints_seen += 1
            where = f"{log.name}, checkpoint {size}"
            parsed, faults = self._verified(note, where)
            yield from faults
            if parsed is None:
                continue
            if (parsed.origin, parsed.size) != (f"{self.origin}/{log.name}", size):
                words = f"It speaks of {parsed.origin!r} at size {parsed.size}."
                yield Fault(code="checkpoint-misplaced", where=where, message=words)
                continue
            yield from self._hold(log, parsed.size, parsed.root, where)

    def _store_log(self) -> Iterator[Fault]:
        """Hold what the log `store` says of the other logs against them."""
        created = {name for name, entry in self._stated if entry.kind == LOG_CREATED}
        for name in sorted(created - self._logs.keys()):
            words = "The store's log says that this log was begun, but it is not there."
            yield Fault(code="log-missing", where=name, message=words)
        for name in sorted(self._logs.keys() - created - {STORE_LOG}):
            words = "The store's log does not say that this log was begun."
            yield Fault(code="log-unrecorded", where=name, message=words)
        for name, entry in self._stated:
            if entry.kind == LOG_CHECKPOINT and name in self._logs:
                where = f"{STORE_LOG}, entry {entry.sequence}"
                size, root = entry.body.get("size"), entry.body.get("root")
                if isinstance(size, int) and isinstance(root, str):
                    yield from self._hold(self._logs[name], size, Sha256(root), where)

    def _anchor(self, anchor: Anchor) -> Iterator[Fault]:
        where = f"anchor {anchor.name}"
        parsed, faults = self._verified(anchor.note, where)
        yield from faults
        if parsed is None:
            return
        name = parsed.origin.removeprefix(f"{self.origin}/")
        if name == parsed.origin:
            words = f"It is of {parsed.origin!r}, which is not a log of this store."
            yield Fault(code="anchor-foreign", where=where, message=words)
        elif name not in self._logs:
            words = f"It is of the log {name!r}, which is no longer there."
            yield Fault(code="log-missing", where=where, message=words)
        else:
            yield from self._hold(self._logs[name], parsed.size, parsed.root, where)

    def _verified(self, note: str, where: str) -> tuple[SignedNote | None, list[Fault]]:
        """Check a note against every key that may have signed it."""
        problem = "No key is known that could have signed it."
        for key in self.keys:
            try:
                return verify_note(note, public_key=key), []
            except NoteMalformed as error:
                return None, [Fault(code="checkpoint-form", where=where, message=error.message)]
            except SignatureInvalid as error:
                problem = error.message
        return None, [Fault(code="checkpoint-signature", where=where, message=problem)]

    def _hold(self, log: LogRow, size: int, root: Sha256, where: str) -> Iterator[Fault]:
        """Hold a statement of a log's size and root against the log as it is now."""
        if size > log.size:
            words = f"{log.name} had {size} entries once and has {log.size} now: its tail is cut."
            yield Fault(code="tail-cut", where=where, message=words)
            return
        try:
            with self.database.reading() as connection:
                present = root_at(size, fetch_nodes(connection, log.log_id)).hex()
        except LedgerDamaged as error:
            yield Fault(code="checkpoint-unproved", where=where, message=error.message)
            return
        if present != root:
            words = f"The first {size} entries of {log.name} are not those that were stated here."
            yield Fault(code="past-rewritten", where=where, message=words)

    def _check_blobs(self) -> Iterator[Fault]:
        if self.blobs is None:
            return
        self._say(f"{len(self._wanted)} blobs")
        for digest, where in self._wanted.items():
            self.blobs_seen += 1
            try:
                self.blobs.check(Sha256(digest.hex()))
            except BlobMissing as error:
                yield Fault(code="blob-missing", where=where, message=error.message)
            except BlobDamaged as error:
                yield Fault(code="blob-altered", where=where, message=error.message)
            except StoreUnavailable as error:
                yield Fault(code="blob-unreadable", where=where, message=error.message)

    def _say(self, words: str) -> None:
        if self.on_step is not None:
            self.on_step(words)
