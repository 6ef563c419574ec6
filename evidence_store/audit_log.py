"""Checks one log from its rows up: every leaf, commitment, hour and node, in flat memory.

Nothing is taken over from what was stored beside it: leaves are hashed again and held against
the tree's lowest level, and each node against the two below it. So one altered row gives one
fault at its place, and a tree without faults has the root that its leaves give.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from evidence_store import tables
from evidence_store.canonical import entry_from_leaf, parse_canonical
from evidence_store.commitments import opens_json
from evidence_store.errors import NotCanonical
from evidence_store.merkle import leaf_hash, node_hash
from evidence_store.types import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from evidence_store.database import Database
    from evidence_store.rows import LogRow
    from evidence_store.types import Entry, Json

_BATCH_LEVEL = 12
"""Leaves are checked 2^12 at a time, with the twelve levels of nodes above them."""

_ROWS = 256


@dataclass(slots=True)
class LogAudit:
    """One walk through one log. `visit` sees every entry that could be read, and its values."""

    database: Database
    log: LogRow
    visit: Callable[[Entry, Mapping[str, Json]], None]
    _last_at: datetime | None = None
    _tops: list[bytes | None] = field(default_factory=list)

    def faults(self) -> Iterator[Fault]:
        """Yield each fault of the log's entries and tree, in their order."""
        yield from self._counts()
        step = 1 << _BATCH_LEVEL
        for first in range(0, self.log.size, step):
            end = min(first + step, self.log.size)
            with self.database.reading() as connection:
                found = [*self._batch(connection, first, end)]
            yield from found
        with self.database.reading() as connection:
            found = [*self._upper_levels(connection)]
        yield from found

    def _counts(self) -> Iterator[Fault]:
        """Hold the number of rows against the size that the log states."""
        expected = {
            "entry": self.log.size,
            "node": sum(self.log.size >> level for level in range(self.log.size.bit_length())),
        }
        with self.database.reading() as connection:
            for name, table in (("entry", tables.entry), ("node", tables.node)):
                rows = select(func.count()).select_from(table)
                count = connection.execute(rows.where(table.c.log_id == self.log.log_id)).scalar()
                if count != expected[name]:
                    yield self._fault(
                        "size-wrong",
                        f"{name} rows",
                        f"The log has {count} {name} rows; its size of {self.log.size} "
                        f"asks for {expected[name]}.",
                    )

        yield from self._stray_values()

    def _stray_values(self) -> Iterator[Fault]:
        """Name private values that belong to no entry."""
        column = tables.private_field.c
        rows = select(column.sequence, column.name).where(
            column.log_id == self.log.log_id,
            (column.sequence < 0) | (column.sequence >= self.log.size),
        )
        with self.database.reading() as connection:
            found = connection.execute(rows).all()
        for sequence, name in found:
            words = "A value is kept for an entry that is not there."
            yield self._fault("private-uncommitted", f"entry {sequence}, {name}", words)

    def _batch(self, connection: Connection, first: int, end: int) -> Iterator[Fault]:
        hashes: dict[int, bytes] = {}
        fields = _Fields(connection, self.log.log_id, first, end)
        for sequence, leaf in self._leaves(connection, first, end):
            hashes[sequence] = leaf_hash(leaf)
            yield from self._entry(sequence, leaf, fields.of(sequence))
        stored = self._stored(connection, 0, first, end)
        level: list[bytes | None] = []
        for sequence, kept in zip(range(first, end), stored, strict=True):
            level.append(kept or hashes.get(sequence))
            yield from self._leaf(sequence, hashes.get(sequence), kept)
        for height in range(1, _BATCH_LEVEL + 1):
            begin, stop = first >> height, end >> height
            stored = self._stored(connection, height, begin, stop)
            yield from self._nodes(height, begin, level, stored)
            level = stored
        self._tops += level

    def _upper_levels(self, connection: Connection) -> Iterator[Fault]:
        level, height = self._tops, _BATCH_LEVEL
        while len(level) > 1:
            height += 1
            stored = self._stored(connection, height, 0, self.log.size >> height)
            yield from self._nodes(height, 0, level, stored)
            level = stored

    def _leaf(self, sequence: int, hashed: bytes | None, kept: bytes | None) -> Iterator[Fault]:
        where = f"entry {sequence}"
        if hashed is None:
            yield self._fault("entry-missing", where, "The entry is not there.")
        if kept is None:
            yield self._fault("node-missing", where, "The entry's hash is not in the tree.")
        elif hashed is not None and hashed != kept:
            words = "The entry is not the one whose hash is in the tree."
            yield self._fault("entry-altered", where, words)

    def _nodes(
        self,
        height: int,
        begin: int,
        below: Sequence[bytes | None],
        stored: list[bytes | None],
    ) -> Iterator[Fault]:
        """Hold each node against the two below it; fill gaps, so that the walk can go on."""
        for place, kept in enumerate(stored):
            left, right = below[2 * place], below[2 * place + 1]
            where = f"node {height}/{begin + place}"
            expected = node_hash(left, right) if left and right else None
            if kept is None:
                yield self._fault("node-missing", where, "A node of the tree is not there.")
                stored[place] = expected
            elif expected is not None and kept != expected:
                words = "A node of the tree is not the hash of the two below it."
                yield self._fault("node-altered", where, words)

    def _entry(
        self, sequence: int, leaf: bytes, fields: Sequence[tuple[str, str, str]]
    ) -> Iterator[Fault]:
        where = f"entry {sequence}"
        try:
            entry = entry_from_leaf(leaf)
        except NotCanonical as error:
            yield self._fault("entry-form", where, error.message)
            return
        if (entry.log, entry.sequence) != (self.log.name, sequence):
            words = f"It says of itself that it is entry {entry.sequence} of {entry.log!r}."
            yield self._fault("entry-misplaced", where, words)
        if self._last_at is not None and entry.at < self._last_at:
            yield self._fault("time-backwards", where, "It is dated before the entry before it.")
        self._last_at = entry.at
        private: dict[str, Json] = {}
        for name, salt, text in fields:
            try:
                private[name] = parse_canonical(text.encode())
            except NotCanonical as error:
                yield self._fault("private-altered", f"{where}, {name}", error.message)
                continue
            yield from self._private(where, entry, name, salt, text)
        for name in sorted(entry.commitments.keys() - {name for name, _, _ in fields}):
            words = "The value that the entry commits to is not kept."
            yield self._fault("private-missing", f"{where}, {name}", words)
        self.visit(entry, private)

    def _private(
        self, where: str, entry: Entry, name: str, salt: str, text: str
    ) -> Iterator[Fault]:
        commitment = entry.commitments.get(name)
        if commitment is None:
            words = "A value is kept that the entry does not commit to."
            yield self._fault("private-uncommitted", f"{where}, {name}", words)
        elif not opens_json(commitment, salt=salt, name=name, value=text.encode()):
            words = "The value kept is not the one that the entry commits to."
            yield self._fault("private-altered", f"{where}, {name}", words)

    def _leaves(self, connection: Connection, first: int, end: int) -> Iterator[tuple[int, bytes]]:
        column = tables.entry.c
        rows = (
            select(column.sequence, column.leaf)
            .where(column.log_id == self.log.log_id)
            .where(column.sequence >= first, column.sequence < end)
            .order_by(column.sequence)
        )
        for sequence, leaf in connection.execute(rows.execution_options(yield_per=_ROWS)):
            yield sequence, bytes(leaf)

    def _stored(
        self, connection: Connection, level: int, begin: int, end: int
    ) -> list[bytes | None]:
        column = tables.node.c
        rows = (
            select(column.position, column.hash)
            .where(column.log_id == self.log.log_id, column.level == level)
            .where(column.position >= begin, column.position < end)
        )
        found = {position: bytes(hashed) for position, hashed in connection.execute(rows)}
        return [found.get(position) for position in range(begin, end)]

    def _fault(self, code: str, where: str, message: str) -> Fault:
        return Fault(code=code, where=f"{self.log.name}, {where}", message=message)


class _Fields:
    """The private values of a run of entries, read along with them in one pass."""

    def __init__(self, connection: Connection, log_id: int, first: int, end: int) -> None:
        column = tables.private_field.c
        rows = (
            select(column.sequence, column.name, column.salt, column.value)
            .where(column.log_id == log_id)
            .where(column.sequence >= first, column.sequence < end)
            .order_by(column.sequence, column.name)
        )
        result = connection.execute(rows.execution_options(yield_per=_ROWS))
        self._groups = groupby(result, key=lambda row: int(row.sequence))
        self._next = next(self._groups, None)

    def of(self, sequence: int) -> list[tuple[str, str, str]]:
        """Return (name, salt, value) of one entry; to be asked in rising order."""
        while self._next is not None and self._next[0] < sequence:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != sequence:
            return []
        found = [(row.name, bytes(row.salt).hex(), row.value) for row in self._next[1]]
        self._next = next(self._groups, None)
        return found
