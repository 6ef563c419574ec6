"""Check one log from its rows: every leaf, commitment, time and node, in constant memory.

No stored hash is trusted: leaves are rehashed and compared with the tree's lowest level, and each
node with the two below it. So one altered row gives one fault at its place, and a tree without
faults has the root of its leaves.

Nothing in a row is trusted, including types and counts: rows are read as the database has them, and
the check proceeds row by row, never up to a merely stated size.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from evidence_store.canonical import entry_from_leaf, parse_canonical
from evidence_store.commitments import opens_json
from evidence_store.errors import NotCanonical
from evidence_store.ledger.rows import as_bytes
from evidence_store.merkle import leaf_hash, node_hash
from evidence_store.types import CLOCK_CORRECTED, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, CursorResult

    from evidence_store.ledger.database import Database
    from evidence_store.ledger.rows import LogRow
    from evidence_store.types import Entry, Json

_BATCH_LEVEL = 12
"""Leaves are checked 2^12 at a time, with the twelve levels of nodes above them."""

_ROWS = 256

_NEXT_ENTRY = (
    "SELECT min(sequence) FROM ledger_entry "
    "WHERE log_id = :log AND sequence >= :first AND sequence < :end"
)
_NEXT_NODE = (
    "SELECT min(position) FROM ledger_node "
    "WHERE log_id = :log AND level = 0 AND position >= :first AND position < :end"
)
_NO_HASH = b""
"""Stands for a stored node hash that is not bytes: present, and unequal to every hash."""


def raw(connection: Connection, statement: str, **values: int) -> CursorResult[Any]:
    """Read rows as the database has them, whatever the type of each value."""
    return connection.execute(text(statement).execution_options(yield_per=_ROWS), values)


def guarded(where: str, faults: Iterator[Fault]) -> Iterator[Fault]:
    """Yield the faults; any other error while finding them becomes a fault too."""
    try:
        yield from faults
    except Exception as error:
        words = f"This could not be read: {type(error).__name__}: {error}"
        yield Fault(code="unreadable", where=where, message=words[:_MOST_WORDS])


_MOST_WORDS = 500


@dataclass(slots=True)
class LogAudit:
    """One check of one log. `visit` is called with every readable entry and its values."""

    database: Database
    log: LogRow
    visit: Callable[[Entry, Mapping[str, Json]], None]
    _last_at: datetime | None = None
    _tops: list[bytes | None] = field(default_factory=list)

    def faults(self) -> Iterator[Fault]:
        """Yield each fault of the log's entries and tree, in order."""
        yield from guarded(f"{self.log.name}, counts", self._counts())
        yield from guarded(f"{self.log.name}, rows", self._walk())

    def _walk(self) -> Iterator[Fault]:
        step = 1 << _BATCH_LEVEL
        first, whole = 0, True
        while first < self.log.size:
            begin = self._begin_of_rows(first)
            if begin > first:
                whole = False
                words = f"The entries {first} to {begin - 1} are missing."
                yield self._fault("entry-missing", f"entries {first} to {begin - 1}", words)
                first = begin
                continue
            end = min(first + step, self.log.size)
            where = f"{self.log.name}, entries {first} to {end - 1}"
            yield from guarded(where, self._run(partial(self._batch, first=first, end=end)))
            first = end
        if whole:
            where = f"{self.log.name}, upper levels"
            yield from guarded(where, self._run(self._upper_levels))

    def _run(self, part: Callable[[Connection], Iterator[Fault]]) -> Iterator[Fault]:
        """Find the faults of a part in one transaction, which ends before they are yielded."""
        with self.database.reading() as connection:
            found = [*part(connection)]
        yield from found

    def _begin_of_rows(self, first: int) -> int:
        """Return the start of the next batch that has any row, at most the size.

        So a stated size, however large, is never iterated over.
        """
        nexts = []
        with self.database.reading() as connection:
            for statement in (_NEXT_ENTRY, _NEXT_NODE):
                values = {"log": self.log.log_id, "first": first, "end": self.log.size}
                nexts += [int(n) for (n,) in raw(connection, statement, **values) if n is not None]
        return min(nexts) >> _BATCH_LEVEL << _BATCH_LEVEL if nexts else self.log.size

    def _counts(self) -> Iterator[Fault]:
        """Compare the number of rows with the size stated for the log."""
        expected = {
            "entry": self.log.size,
            "node": sum(self.log.size >> level for level in range(self.log.size.bit_length())),
        }
        with self.database.reading() as connection:
            for name in ("entry", "node"):
                count = raw(
                    connection,
                    f"SELECT count(*) FROM ledger_{name} WHERE log_id = :log",  # noqa: S608 (ours)
                    log=self.log.log_id,
                ).scalar()
                if count != expected[name]:
                    yield self._fault(
                        "size-wrong",
                        f"{name} rows",
                        f"The log has {count} {name} rows; its size of {self.log.size} "
                        f"asks for {expected[name]}.",
                    )

        yield from self._stray_values()

    def _stray_values(self) -> Iterator[Fault]:
        """Report private values that belong to no entry."""
        statement = (
            "SELECT sequence, name FROM ledger_private_field WHERE log_id = :log AND "
            "(sequence < 0 OR sequence >= :size OR sequence <> round(sequence))"
        )
        with self.database.reading() as connection:
            values = {"log": self.log.log_id, "size": self.log.size}
            found = [tuple(row) for row in raw(connection, statement, **values)]
        for sequence, name in found:
            words = "A value is stored for a missing entry."
            yield self._fault("private-uncommitted", f"entry {sequence}, {name}", words)

    def _batch(self, connection: Connection, first: int, end: int) -> Iterator[Fault]:
        fields = _Fields(connection, self.log.log_id, first, end)
        with closing(fields):
            yield from self._rows(connection, first, end, fields)

    def _rows(
        self, connection: Connection, first: int, end: int, fields: _Fields
    ) -> Iterator[Fault]:
        hashes: dict[int, bytes] = {}
        odd: set[int] = set()
        for sequence, kept_leaf in self._leaves(connection, first, end):
            if type(sequence) is not int:
                words = "A row of entries has no whole number for its place."
                yield self._fault("entry-form", f"entry {sequence!r:.40}", words)
                continue
            try:
                leaf = as_bytes(kept_leaf)
            except TypeError as error:
                odd.add(sequence)
                words = f"Its leaf cannot be read: {error}."
                yield self._fault("entry-form", f"entry {sequence}", words)
                continue
            hashes[sequence] = leaf_hash(leaf)
            yield from self._entry(sequence, leaf, fields.of(sequence))
        stored = self._stored(connection, 0, first, end)
        level: list[bytes | None] = []
        for sequence, kept in zip(range(first, end), stored, strict=True):
            level.append(kept or hashes.get(sequence))
            if sequence not in odd:
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
            yield self._fault("entry-missing", where, "The entry is missing.")
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
        """Compare each node with the two below it; fill gaps so that the check can continue."""
        for place, kept in enumerate(stored):
            left, right = below[2 * place], below[2 * place + 1]
            where = f"node {height}/{begin + place}"
            expected = node_hash(left, right) if left and right else None
            if kept is None:
                yield self._fault("node-missing", where, "A node of the tree is missing.")
                stored[place] = expected
            elif expected is not None and kept != expected:
                words = "A node of the tree is not the hash of the two below it."
                yield self._fault("node-altered", where, words)

    def _entry(
        self, sequence: int, leaf: bytes, fields: Sequence[tuple[object, object, object]]
    ) -> Iterator[Fault]:
        where = f"entry {sequence}"
        try:
            entry = entry_from_leaf(leaf)
        except NotCanonical as error:
            yield self._fault("entry-form", where, error.message)
            return
        if (entry.log, entry.sequence) != (self.log.name, sequence):
            words = f"It calls itself entry {entry.sequence} of {entry.log!r}."
            yield self._fault("entry-misplaced", where, words)
        earlier = self._last_at is not None and entry.at < self._last_at
        if earlier and entry.kind != CLOCK_CORRECTED:
            yield self._fault("time-backwards", where, "It is dated before the previous entry.")
        self._last_at = entry.at
        private: dict[str, Json] = {}
        for name, kept_salt, kept_value in fields:
            if not isinstance(name, str):
                words = "A value is stored whose name is not text."
                yield self._fault("private-uncommitted", f"{where}, {name!r:.80}", words)
                continue
            try:
                salt, value = as_bytes(kept_salt).hex(), _value(kept_value)
                private[name] = parse_canonical(value)
            except (NotCanonical, TypeError) as error:
                yield self._fault("private-altered", f"{where}, {name}", f"{error}")
                continue
            yield from self._private(where, entry, name, salt, value)
        for name in sorted(entry.commitments.keys() - {name for name, _, _ in fields}):
            words = "The value that the entry commits to is not stored."
            yield self._fault("private-missing", f"{where}, {name}", words)
        self.visit(entry, private)

    def _private(
        self, where: str, entry: Entry, name: str, salt: str, value: bytes
    ) -> Iterator[Fault]:
        commitment = entry.commitments.get(name)
        if commitment is None:
            words = "A value is stored that the entry does not commit to."
            yield self._fault("private-uncommitted", f"{where}, {name}", words)
        elif not opens_json(commitment, salt=salt, name=name, value=value):
            words = "The stored value is not the one that the entry commits to."
            yield self._fault("private-altered", f"{where}, {name}", words)

    def _leaves(
        self, connection: Connection, first: int, end: int
    ) -> Iterator[tuple[object, object]]:
        statement = (
            "SELECT sequence, leaf FROM ledger_entry "
            "WHERE log_id = :log AND sequence >= :first AND sequence < :end ORDER BY sequence"
        )
        with raw(connection, statement, log=self.log.log_id, first=first, end=end) as rows:
            for row in rows:
                yield row.sequence, row.leaf

    def _stored(
        self, connection: Connection, level: int, begin: int, end: int
    ) -> list[bytes | None]:
        statement = (
            "SELECT position, hash FROM ledger_node WHERE log_id = :log AND level = :level "
            "AND position >= :begin AND position < :end"
        )
        values = {"log": self.log.log_id, "level": level, "begin": begin, "end": end}
        found = {row.position: _hash(row.hash) for row in raw(connection, statement, **values)}
        return [found.get(position) for position in range(begin, end)]

    def _fault(self, code: str, where: str, message: str) -> Fault:
        return Fault(code=code, where=f"{self.log.name}, {where}", message=message)


class _Fields:
    """The private values of a range of entries, read along with them in one pass."""

    def __init__(self, connection: Connection, log_id: int, first: int, end: int) -> None:
        statement = (
            "SELECT sequence, name, salt, value FROM ledger_private_field "
            "WHERE log_id = :log AND sequence >= :first AND sequence < :end "
            "ORDER BY sequence, name"
        )
        self._result = raw(connection, statement, log=log_id, first=first, end=end)
        self._groups = groupby(self._result, key=lambda row: row.sequence)
        self._next = next(self._groups, None)

    def close(self) -> None:
        """Release what was not read."""
        self._result.close()

    def of(self, sequence: int) -> list[tuple[object, object, object]]:
        """Return (name, salt, value) of one entry unchanged; call in ascending order."""
        while self._next is not None and self._next[0] < sequence:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != sequence:
            return []
        found = [(row.name, row.salt, row.value) for row in self._next[1]]
        self._next = next(self._groups, None)
        return found


def _hash(value: object) -> bytes:
    try:
        return as_bytes(value)
    except TypeError:
        return _NO_HASH


def _value(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"it is not text but a {type(value).__name__}")
    return value.encode("utf-8", "surrogateescape")
