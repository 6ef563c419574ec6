"""Folds the ledger's entries into the tables that screens read.

The ledger is the only truth; this is a convenience that can be dropped and rebuilt. Each log
is folded in order and exactly once: an entry and the mark that it was folded are written in
one transaction.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import QueuePool

from workbench import tables
from workbench.fold import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from sqlite3 import Connection as SqliteConnection

    from evidence_store.ledger import Ledger

    Step = Callable[[str, int, int], None]
    """Is told what is counted, how many of these are folded, and how many there are."""

#: Entries folded in one transaction: enough to be fast, few enough to keep writers waiting little.
BATCH = 2_000


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    """Let readers go on while one writes, and wait for a busy database instead of failing."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.execute("PRAGMA synchronous=NORMAL")  # can be rebuilt, so it need not reach the disk
    cursor.close()


class Projection:
    """The folded state of all logs, kept up with the ledger on demand."""

    def __init__(self, database_url: str, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self.engine: Engine = create_engine(database_url, poolclass=QueuePool, pool_size=5)
        if make_url(database_url).get_backend_name() == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
        self._next: dict[str, int] = {}
        tables.state.create(self.engine, checkfirst=True)
        self._drop_if_old()
        tables.metadata.create_all(self.engine)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def rebuild(self, on_step: Step | None = None) -> None:
        """Throw everything away and fold all logs again from their first entry.

        If it is stopped midway, whoever reads next folds the rest.
        """
        with self._lock:
            tables.metadata.drop_all(self.engine)
            tables.metadata.create_all(self.engine)
            self._next.clear()
        self.catch_up_all(on_step)

    def waiting(self) -> int:
        """How many entries of all logs are not folded yet."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(tables.state.c.log, tables.state.c.next_sequence))
            folded = {row.log: row.next_sequence for row in rows}
        return sum(size - folded.get(log, 0) for log, size in self._ledger.sizes().items())

    def catch_up_all(self, on_step: Step | None = None) -> None:
        """Fold the entries of every log that are not folded yet.

        It can be stopped between two steps; whoever reads next folds the rest.
        """
        sizes = self._ledger.sizes()
        total, before = sum(sizes.values()), 0
        for log, size in sizes.items():
            for folded in self._steps(log, size):
                if on_step is not None:
                    on_step("entries", before + folded, total)
            before += size

    def catch_up(self, log: str) -> None:
        """Fold the entries of a log that are not folded yet; none cost one count."""
        size = self._ledger.size(log)
        if self._next.get(log, -1) < size:
            for _folded in self._steps(log, size):
                pass

    def _steps(self, log: str, size: int) -> Iterator[int]:
        """Fold a batch at a time, as others may at the same time; give how many are folded."""
        folded = 0
        while folded < size:
            with self._lock:
                folded = self._folded(log)
                if folded < size:
                    folded = self._fold_batch(log, folded)
            yield folded
        self._next[log] = folded

    def read(self, *logs: str) -> AbstractContextManager[Connection]:
        """A connection for reading, with the named logs caught up first."""
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
        reached = folded + len(entries)
        try:
            with self.engine.begin() as connection:
                # The mark first: it keeps others waiting until these entries are folded.
                if not self._mark(connection, log, folded, reached):
                    return self._folded(log)  # another process folded them; its work stands
                for entry in entries:
                    fold(connection, entry)
        except IntegrityError:
            if folded or not self._folded(log):
                raise
            return self._folded(log)  # another process made the first mark
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

    def _drop_if_old(self) -> None:
        """Make the tables anew where an older program shaped them; they are folded again."""
        with self.engine.begin() as connection:
            shapes = set(connection.execute(select(tables.state.c.shape)).scalars())
            if not shapes <= {tables.SHAPE}:
                tables.metadata.drop_all(connection)
                tables.metadata.create_all(connection)
