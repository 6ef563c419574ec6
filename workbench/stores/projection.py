"""Folds the ledger's entries into the tables that screens read.

Only the ledger is authoritative; the tables are a convenience that can be dropped and rebuilt. Each
log is folded in order and exactly once: an entry, and the mark that it was folded, are written in
one transaction. Entries recorded through `Stores` are folded in the same transaction that records
them, so that an entry that cannot be folded is never recorded. If a log contains one anyway, it is
set aside by name, and everything else goes on.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.pool import QueuePool

from evidence_store.errors import BadInput
from evidence_store.ledger.set_aside import all_set_aside, forget_set_aside, set_aside
from evidence_store.ledger.set_aside import metadata as set_aside_tables
from evidence_store.types import OWN_KINDS
from workbench import events, tables
from workbench.tables.creation import make_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from sqlite3 import Connection as SqliteConnection

    from evidence_store.ledger.ledger import Ledger
    from evidence_store.ledger.set_aside import SetAside
    from evidence_store.types import Entry

    Step = Callable[[str, int, int], None]
    """Called with what is counted, how many of these are folded, and how many there are."""

#: Entries folded in one transaction: enough to be fast, few enough that writers wait only briefly.
BATCH = 2_000


class FoldedBehind(Exception):
    """Others recorded entries that are not folded yet: fold those first, then record again."""


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    """Let readers continue while one process writes, and wait for a busy database, not fail."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.execute("PRAGMA synchronous=NORMAL")  # can be rebuilt, so it need not reach the disk
    cursor.close()


def fold(connection: Connection, entry: Entry) -> None:
    """Apply one entry to the tables. Raises `NotUnderstood` for an entry that is not understood."""
    if entry.kind not in OWN_KINDS:
        events.of(entry).fold(connection, entry)


class Projection:
    """The folded state of all logs, brought up to date with the ledger on demand."""

    def __init__(self, database_url: str, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self.engine: Engine = create_engine(database_url, poolclass=QueuePool, pool_size=5)
        if make_url(database_url).get_backend_name() == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
        self._next: dict[str, int] = {}
        make_tables(self._make_tables)

    def close(self) -> None:
        """Close the database."""
        self.engine.dispose()

    def rebuild(self, on_step: Step | None = None) -> None:
        """Drop all tables and fold every log again from its first entry.

        If this is stopped midway, the next reader folds the rest.
        """
        with self._lock:
            tables.metadata.drop_all(self.engine)
            tables.metadata.create_all(self.engine)
            with self.engine.begin() as connection:
                forget_set_aside(connection)
            self._next.clear()
        self.catch_up_all(on_step)

    def set_aside(self) -> tuple[SetAside, ...]:
        """Entries in a log that cannot be folded."""
        with self.engine.connect() as connection:
            return all_set_aside(connection)

    def fold_recorded(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """Fold entries in the transaction that records them.

        Raises `BadInput` for an entry that cannot be folded, and `FoldedBehind`.
        """
        if not entries:
            return
        first, reached = entries[0], entries[-1].sequence + 1
        if not self._mark(connection, first.log, first.sequence, reached):
            raise FoldedBehind
        for entry in entries:
            try:
                fold(connection, entry)
            except Exception as error:
                if not _is_of_the_entry(error):
                    raise
                raise BadInput(
                    f"This cannot be recorded ({entry.kind}): {_why(error)}",
                    remedy="Nothing was recorded. Check whether a value is too long or of the "
                    "wrong kind, and try again.",
                ) from error

    def recorded(self, log: str, size: int) -> None:
        """Note that a log is folded up to its size."""
        self._next[log] = max(size, self._next.get(log, -1))

    def waiting(self) -> int:
        """How many entries of all logs are not folded yet."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(tables.state.c.log, tables.state.c.next_sequence))
            folded = {row.log: row.next_sequence for row in rows}
        return sum(size - folded.get(log, 0) for log, size in self._ledger.sizes().items())

    def catch_up_all(self, on_step: Step | None = None) -> None:
        """Fold the entries of every log that are not folded yet.

        It can be stopped between two steps; the next reader folds the rest.
        """
        sizes = self._ledger.sizes()
        total, before = sum(sizes.values()), 0
        for log, size in sizes.items():
            for folded in self._steps(log, size):
                if on_step is not None:
                    on_step("entries", before + folded, total)
            before += size

    def catch_up(self, log: str) -> None:
        """Fold the entries of a log that are not folded yet; if none, this costs one count."""
        size = self._ledger.size(log)
        if self._next.get(log, -1) < size:
            for _folded in self._steps(log, size):
                pass

    def _steps(self, log: str, size: int) -> Iterator[int]:
        """Fold batch by batch, as others may at the same time; yields how many are folded."""
        folded = 0
        while folded < size:
            with self._lock:
                folded = self._folded(log)
                if folded < size:
                    folded = self._fold_batch(log, folded)
            yield folded
        self._next[log] = folded

    def read(self, *logs: str) -> AbstractContextManager[Connection]:
        """A connection for reading, after the named logs have been caught up."""
        for log in logs:
            self.catch_up(log)
        return self.engine.connect()

    def _folded(self, log: str) -> int:
        with self.engine.connect() as connection:
            found = connection.execute(
                select(tables.state.c.next_sequence).where(tables.state.c.log == log)
            ).scalar_one_or_none()
        return 0 if found is None else int(found)

    def _fold_batch(self, log: str, folded: int) -> int:
        entries = list(self._ledger.entries(log, after=folded - 1, limit=BATCH))
        try:
            return self._fold_entries(log, entries)
        except Exception as error:
            present = self._folded(log)
            if present != folded:
                return present  # another process folded them, or made the first mark
            if not _is_of_the_entry(error):
                raise
        return self._fold_singly(log, entries)

    def _fold_entries(self, log: str, entries: Sequence[Entry]) -> int:
        first, reached = entries[0].sequence, entries[-1].sequence + 1
        with self.engine.begin() as connection:
            # The mark first: it makes others wait until these entries are folded.
            if self._mark(connection, log, first, reached):
                for entry in entries:
                    fold(connection, entry)
                return reached
        return self._folded(log)  # another process folded them; its work stays

    def _fold_singly(self, log: str, entries: Sequence[Entry]) -> int:
        """Fold entries one per transaction, since one cannot be folded; set that one aside."""
        reached = entries[0].sequence
        for entry in entries:
            try:
                reached = self._fold_entries(log, [entry])
            except Exception as error:
                if not _is_of_the_entry(error):
                    raise
                with self.engine.begin() as connection:
                    if self._mark(connection, log, entry.sequence, entry.sequence + 1):
                        set_aside(connection, entry, _why(error))
                reached = self._folded(log)
            if reached != entry.sequence + 1:
                break  # another process folds this log too
        return reached

    @staticmethod
    def _mark(connection: Connection, log: str, folded: int, reached: int) -> bool:
        changed = connection.execute(
            update(tables.state)
            .where(tables.state.c.log == log, tables.state.c.next_sequence == folded)
            .values(next_sequence=reached)
        ).rowcount
        if changed == 0 and folded == 0:
            connection.execute(
                insert(tables.state).values(log=log, next_sequence=reached, shape=tables.SHAPE)
            )
            return True
        return changed > 0

    def _make_tables(self) -> None:
        """Create missing tables, and rebuild those of an older version of the program."""
        tables.state.create(self.engine, checkfirst=True)
        set_aside_tables.create_all(self.engine)
        with self.engine.begin() as connection:
            shapes = set(connection.execute(select(tables.state.c.shape)).scalars())
            if not shapes <= {tables.SHAPE}:
                tables.metadata.drop_all(connection)
                tables.metadata.create_all(connection)
                forget_set_aside(connection)
        tables.metadata.create_all(self.engine)


_NO_TABLE = "42P01"
_LIMIT_EXCEEDED = "54"
"""PostgreSQL's codes for a missing table, and for a value that no index can hold."""


def _is_of_the_entry(error: Exception) -> bool:
    """Whether folding failed because of the entry's content, and not the state of the database."""
    if not isinstance(error, DBAPIError):
        return not isinstance(error, OSError | MemoryError | FoldedBehind)
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if error.connection_invalidated or state == _NO_TABLE:
        return False
    if isinstance(error, InterfaceError):  # SQLite's word for a value of another type
        return isinstance(error.orig, sqlite3.Error)
    return not isinstance(error, OperationalError) or state.startswith(_LIMIT_EXCEEDED)


def _why(error: Exception) -> str:
    """What went wrong: the first line of the library's message."""
    cause = getattr(error, "orig", None) or error
    words = str(cause).strip().partition("\n")[0]
    return f"{words or type(cause).__name__}."
