"""The ledger: append-only Merkle logs, one per case and one for the store, in a database.

An entry is durable when `append` returns. Its leaf never changes; private values are stored beside
it with their salts, and the leaf contains only their commitments.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select

from evidence_store.canonical import format_time, in_utc
from evidence_store.checkpoint import NoteSigner, check_origin, write_note
from evidence_store.clock import (
    TOLERANCE_SECONDS,
    clock_remark,
    require_clock,
    seconds_behind,
)
from evidence_store.errors import BadInput, EntryMissing, LogExists, SizeChanged, StoreError
from evidence_store.ledger import tables
from evidence_store.ledger.database import Database
from evidence_store.ledger.drafting import check_draft, finished
from evidence_store.ledger.identity import Identity, recorded, require_same
from evidence_store.ledger.rows import (
    ensure_store_log,
    fetch_nodes,
    insert_entries,
    kept_checkpoints,
    last_time,
    log_row,
    read_entries,
    time_of,
)
from evidence_store.merkle import consistency_path, inclusion_path, root_at
from evidence_store.types import (
    CLOCK_CORRECTED,
    LOG_CHECKPOINT,
    LOG_CREATED,
    STORE_LOG,
    Checkpoint,
    ConsistencyProof,
    Disclosure,
    Draft,
    Entry,
    InclusionProof,
    Json,
    Sha256,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    Then = Callable[[Connection, Sequence[Entry]], None]
    """A function run in the same transaction as the entries."""

STORE_ACTOR = "nameplate"
"""The actor of the ledger's own entries in the store's log."""

_LOG_NAME = re.compile(r"case-[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_BATCH = 250
"""Entries read at a time: enough for speed, few enough for constant memory."""


class Ledger:
    """All logs of one store, for any number of threads and processes; each append is atomic."""

    def __init__(
        self,
        database_url: str,
        *,
        clock: Callable[[], datetime],
        origin: str,
        signer: NoteSigner,
    ) -> None:
        """Open the ledger, creating its tables and the log `store` if missing.

        The log's first entry records origin and key; raises `StoreForeign` if those differ. `clock`
        returns the time of each entry, with a zone. `origin` is the schema-less URL that is the
        prefix of each log's name in checkpoints; `signer` signs those.
        """
        self.origin = check_origin(origin)
        self.signer = signer
        self._clock = clock
        self.database = Database(database_url)
        try:
            self.database.write(self._begin_store)
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Close the database connections."""
        self.database.close()

    # --- recording -----------------------------------------------------------------------

    def create_log(self, name: str, *drafts: Draft, then: Then | None = None) -> None:
        """Create the log of a case with its first entries, and record that in the log `store`.

        All or nothing. Raises `LogExists` if it exists; the log `store` always does.
        """
        if not _LOG_NAME.fullmatch(name):
            raise BadInput(
                f"{name[:80]!r} cannot name a log.",
                remedy="A case's log is named `case-` and up to 64 letters, digits and dashes.",
            )
        for draft in drafts:
            check_draft(draft)

        def begin(connection: Connection) -> None:
            self._begin_log(connection, name)
            made = self._append(connection, name, drafts, None)
            if then is not None:
                then(connection, made)

        self.database.write(begin)

    def append(
        self,
        log: str,
        *drafts: Draft,
        expected_size: int | None = None,
        then: Then | None = None,
    ) -> tuple[Entry, ...]:
        """Record the drafts, all or none, in this order; durable when it returns.

        `then` is called with the entries in the same transaction, possibly more than once; if it
        raises, nothing is recorded. Raises `SizeChanged` if the log's size is not `expected_size`,
        `LogMissing`, `BadInput` for a draft that cannot be recorded, `StoreUnavailable`.
        """
        for draft in drafts:
            check_draft(draft)

        def record(connection: Connection) -> tuple[Entry, ...]:
            made = self._append(connection, log, drafts, expected_size)
            if then is not None:
                then(connection, made)
            return made

        return self.database.write(record)

    def checkpoint(self, log: str, *, size: int | None = None) -> Checkpoint:
        """Sign the log's size and root (now, or at an earlier size), store and return that.

        For the same size the stored checkpoint is returned, identical to the byte. A new one of a
        case is also recorded in the log `store`, whose own checkpoint, handed to an outsider, then
        commits to every case.
        """
        return self.database.write(lambda connection: self._checkpoint(connection, log, size))

    def anchor(self) -> Checkpoint:
        """Sign the current state of every case, then the log `store`, and return that checkpoint.

        Handed to an outsider, this one note commits to every case up to now: the audit accepts it
        as an anchor.
        """
        for log in self.logs():
            if log != STORE_LOG:
                self.checkpoint(log)
        return self.checkpoint(STORE_LOG)

    # --- reading -------------------------------------------------------------------------

    def logs(self) -> tuple[str, ...]:
        """Return the names of all logs, `store` first, in order of creation."""
        with self.database.reading() as connection:
            names = select(tables.log.c.name).order_by(tables.log.c.log_id)
            return tuple(connection.execute(names).scalars())

    def size(self, log: str) -> int:
        """Return the number of entries of the log."""
        with self.database.reading() as connection:
            return log_row(connection, log).size

    def sizes(self) -> dict[str, int]:
        """Return the number of entries of every log, `store` first, in the order of `logs`."""
        with self.database.reading() as connection:
            found = select(tables.log.c.name, tables.log.c.size).order_by(tables.log.c.log_id)
            return {row.name: row.size for row in connection.execute(found)}

    def origin_of(self, log: str) -> str:
        """Return the origin line (and key name) of the log's checkpoints."""
        return f"{self.origin}/{log}"

    def entry(self, log: str, sequence: int) -> Entry:
        """Return one entry, with its private values; raises `EntryMissing`."""
        found = (
            next(self.entries(log, after=sequence - 1, limit=1), None) if sequence >= 0 else None
        )
        if found is None:
            raise EntryMissing(f"The log {log!r} has no entry {sequence}.")
        return found

    def entries(self, log: str, *, after: int = -1, limit: int | None = None) -> Iterator[Entry]:
        """Yield the existing entries after a sequence, in order; constant memory.

        Each leaf is rehashed and compared with its node: raises `LedgerDamaged` if they differ.
        """
        with self.database.reading() as connection:
            row = log_row(connection, log)
        begin = max(after, -1) + 1
        end = row.size if limit is None else min(row.size, begin + limit)
        for first in range(begin, end, _BATCH):
            with self.database.reading() as connection:
                batch = read_entries(connection, row.log_id, log, first, min(first + _BATCH, end))
            yield from batch

    def disclosures(self, log: str, *, upto: int | None = None) -> Iterator[Disclosure]:
        """Yield the disclosures of the first `upto` entries; constant memory."""
        for entry in islice(self.entries(log), upto):
            for name in sorted(entry.private):
                yield Disclosure(
                    sequence=entry.sequence,
                    name=name,
                    salt=entry.salts[name],
                    value=entry.private[name],
                )

    def checkpoints(self, log: str) -> tuple[Checkpoint, ...]:
        """Return all stored checkpoints of the log, smallest size first."""
        with self.database.reading() as connection:
            row = log_row(connection, log)
            return tuple(kept_checkpoints(connection, row.log_id, log))

    def root(self, log: str, *, size: int | None = None) -> Sha256:
        """Return the Merkle root over the first `size` entries (default: all)."""
        with self.database.reading() as connection:
            row = log_row(connection, log)
            size = row.size if size is None else _checked_size(log, size, row.size)
            return Sha256(root_at(size, fetch_nodes(connection, row.log_id)).hex())

    def inclusion_proof(self, log: str, sequence: int, size: int | None = None) -> InclusionProof:
        """Prove that an entry is in the tree of the first `size` entries (default: all)."""
        with self.database.reading() as connection:
            row = log_row(connection, log)
            size = row.size if size is None else _checked_size(log, size, row.size)
            if not 0 <= sequence < size:
                raise EntryMissing(f"The log {log!r} has no entry {sequence} among {size}.")
            path = inclusion_path(sequence, size, fetch_nodes(connection, row.log_id))
        return InclusionProof(log=log, sequence=sequence, size=size, hashes=_hexed(path))

    def consistency_proof(self, log: str, old: int, new: int | None = None) -> ConsistencyProof:
        """Prove that the first `old` entries are unchanged in the tree of `new` (default: all)."""
        with self.database.reading() as connection:
            row = log_row(connection, log)
            new = row.size if new is None else _checked_size(log, new, row.size)
            if not 0 < old <= new:
                raise EntryMissing(f"There is no proof from {old} to {new} entries.")
            path = consistency_path(old, new, fetch_nodes(connection, row.log_id))
        return ConsistencyProof(log=log, old_size=old, new_size=new, hashes=_hexed(path))

    # --- the clock -----------------------------------------------------------------------

    def last_at(self, log: str | None = None) -> datetime | None:
        """Return the latest time of the last entry of any log, or of one; None if all are empty."""
        last = (
            select(tables.log.c.name, tables.entry.c.leaf)
            .join_from(tables.log, tables.entry, tables.entry.c.log_id == tables.log.c.log_id)
            .where(tables.entry.c.sequence == tables.log.c.size - 1)
        )
        with self.database.reading() as connection:
            rows = connection.execute(last if log is None else last.where(tables.log.c.name == log))
            return max((time_of(row.leaf, row.name) for row in rows), default=None)

    def require_clock(self, *, what: str) -> None:
        """Raise `ClockBehind` if the clock runs behind the last entry of any log."""
        require_clock(in_utc(self._clock()), self.last_at(), what=what)

    def clock_remark(self, log: str | None = None) -> str:
        """Say that the clock runs behind the last entry; "" if it does not."""
        return clock_remark(in_utc(self._clock()), self.last_at(log))

    def correct_clock(self, actor: str, *, reason: str) -> tuple[Entry, ...]:
        """Record, in the logs ahead of the clock, that it is right now and was wrong before.

        Later entries continue from the current time. Always recorded in the log `store`. Raises
        `BadInput` if no log is ahead of the clock beyond tolerance.
        """
        draft = Draft(kind=CLOCK_CORRECTED, actor=actor, body={}, private={"reason": reason})
        check_draft(replace(draft, kind="clock"))
        return self.database.write(lambda connection: self._correct(connection, draft))

    def _correct(self, connection: Connection, draft: Draft) -> tuple[Entry, ...]:
        now = in_utc(self._clock())
        names = connection.execute(select(tables.log.c.name).order_by(tables.log.c.log_id))
        rows = [log_row(connection, name, lock=True) for name in names.scalars().all()]
        last = {row.name: last_time(connection, row) for row in rows}
        ahead = {name for name, at in last.items() if seconds_behind(now, at)}
        if not ahead:
            raise BadInput(
                f"No entry is dated more than {TOLERANCE_SECONDS} seconds ahead of this machine's "
                "clock: there is nothing to correct."
            )
        entries = []
        for row in rows:
            at = last[row.name]
            if row.name not in ahead | {STORE_LOG} or at is None:
                continue
            body: dict[str, Json] = {"last": format_time(at), "now": format_time(now)}
            made = finished(row.name, row.size, replace(draft, body=body), now, None)
            insert_entries(connection, row, [made])
            entries.append(made[0])
        return tuple(entries)

    # --- inside one transaction -----------------------------------------------------------

    def _begin_store(self, connection: Connection) -> None:
        """Record the store's identity, or compare it with the recorded one."""
        here = Identity(origin=self.origin, public_key=self.signer.public_key)
        ensure_store_log(connection)
        row = log_row(connection, STORE_LOG, lock=True)
        found = recorded(connection)
        if found is None:
            self._append(connection, row.name, (here.draft(STORE_ACTOR),), None)
        else:
            require_same(found, here)

    def _begin_log(self, connection: Connection, name: str) -> None:
        if connection.execute(select(tables.log).where(tables.log.c.name == name)).first():
            raise LogExists(f"There is already a log {name!r}.")
        connection.execute(insert(tables.log).values(name=name, size=0))
        self._note_in_store(connection, LOG_CREATED, {"log": name})

    def _append(
        self,
        connection: Connection,
        log: str,
        drafts: Sequence[Draft],
        expected_size: int | None,
    ) -> tuple[Entry, ...]:
        row = log_row(connection, log, lock=True)
        if expected_size not in (None, row.size):
            raise SizeChanged(f"The log {log!r} has {row.size} entries, not {expected_size}.")
        made = self._make(log, drafts, row.size, last_time(connection, row))
        if made:
            insert_entries(connection, row, made)
        return tuple(entry for entry, _ in made)

    def _make(
        self, log: str, drafts: Sequence[Draft], size: int, last: datetime | None
    ) -> list[tuple[Entry, bytes]]:
        made = []
        for sequence, draft in enumerate(drafts, start=size):
            now = in_utc(self._clock())
            behind = last is not None and now < last
            last = last if behind and last is not None else now
            made.append(finished(log, sequence, draft, last, now if behind else None))
        return made

    def _checkpoint(self, connection: Connection, log: str, size: int | None) -> Checkpoint:
        row = log_row(connection, log, lock=True)
        size = row.size if size is None else _checked_size(log, size, row.size)
        kept = next(kept_checkpoints(connection, row.log_id, log, size=size), None)
        if kept is not None:
            return kept
        root = root_at(size, fetch_nodes(connection, row.log_id))
        note = write_note(self.origin_of(log), size, root, self.signer)
        at = in_utc(self._clock())
        connection.execute(
            insert(tables.checkpoint).values(
                log_id=row.log_id, size=size, at=format_time(at), note=note
            )
        )
        if log != STORE_LOG:
            body: dict[str, Json] = {"log": log, "size": size, "root": root.hex()}
            self._note_in_store(connection, LOG_CHECKPOINT, body)
        return Checkpoint(log=log, size=size, root=Sha256(root.hex()), at=at, note=note)

    def _note_in_store(self, connection: Connection, kind: str, body: Mapping[str, Json]) -> None:
        draft = Draft(kind=kind, actor=STORE_ACTOR, body=body)
        self._append(connection, STORE_LOG, (draft,), None)


def _checked_size(log: str, size: int, present: int) -> int:
    if not 0 <= size <= present:
        raise EntryMissing(f"The log {log!r} has {present} entries, not {size}.")
    return size


def _hexed(path: Sequence[bytes]) -> tuple[Sha256, ...]:
    return tuple(Sha256(hashed.hex()) for hashed in path)
