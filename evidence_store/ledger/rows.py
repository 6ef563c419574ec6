"""The ledger's rows: written once; every leaf is compared with its hash when read back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, insert, select, text, update

from evidence_store.canonical import canonical_json, entry_from_leaf, parse_time
from evidence_store.checkpoint import parse_note
from evidence_store.errors import LedgerDamaged, LogMissing, NotCanonical
from evidence_store.ledger import tables
from evidence_store.merkle import Frontier, Position, peaks
from evidence_store.types import STORE_LOG, Checkpoint, Entry, Json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime


class LogRow(NamedTuple):
    """One log as listed in the database."""

    log_id: int
    name: str
    size: int


class _Stored(NamedTuple):
    sequence: int
    leaf: bytes
    hash: bytes | None


def insert_entries(
    connection: Connection, row: LogRow, made: Sequence[tuple[Entry, bytes]]
) -> None:
    """Write finished entries, their private fields and the nodes that they complete."""
    log_id, size = row.log_id, row.size
    tree = Frontier(size, _ordered(connection, log_id, peaks(size)))
    nodes: list[tuple[Position, bytes]] = []
    for entry, _ in made:
        hashed = bytes.fromhex(entry.leaf_hash)
        nodes += [((0, entry.sequence), hashed), *tree.add(hashed)]
    connection.execute(
        insert(tables.entry),
        [{"log_id": log_id, "sequence": entry.sequence, "leaf": leaf} for entry, leaf in made],
    )
    fields = [_field_row(log_id, entry, name) for entry, _ in made for name in entry.private]
    if fields:
        connection.execute(insert(tables.private_field), fields)
    connection.execute(
        insert(tables.node),
        [
            {"log_id": log_id, "level": level, "position": position, "hash": hashed}
            for (level, position), hashed in nodes
        ],
    )
    grown = update(tables.log).where(tables.log.c.log_id == log_id).values(size=tree.size)
    connection.execute(grown)


def _field_row(log_id: int, entry: Entry, name: str) -> dict[str, object]:
    return {
        "log_id": log_id,
        "sequence": entry.sequence,
        "name": name,
        "salt": bytes.fromhex(entry.salts[name]),
        "value": canonical_json(entry.private[name]).decode(),
    }


def read_entries(
    connection: Connection, log_id: int, log: str, first: int, end: int
) -> list[Entry]:
    """Read the entries first..end-1 with their private values, and check each leaf's hash."""
    span = (tables.entry.c.sequence >= first, tables.entry.c.sequence < end)
    leaf_node = (
        (tables.node.c.log_id == tables.entry.c.log_id)
        & (tables.node.c.level == 0)
        & (tables.node.c.position == tables.entry.c.sequence)
    )
    rows = connection.execute(
        select(tables.entry.c.sequence, tables.entry.c.leaf, tables.node.c.hash)
        .join_from(tables.entry, tables.node, leaf_node, isouter=True)
        .where(tables.entry.c.log_id == log_id, *span)
        .order_by(tables.entry.c.sequence)
    ).all()
    fields: dict[int, list[tuple[str, str, Json]]] = {}
    field = tables.private_field.c
    kept = select(field.sequence, field.name, field.salt, field.value).where(
        field.log_id == log_id, field.sequence >= first, field.sequence < end
    )
    for sequence, name, salt, value in connection.execute(kept):
        try:
            field_of = (name, as_bytes(salt).hex(), json.loads(value))
        except (TypeError, ValueError) as error:
            raise LedgerDamaged(f"Entry {sequence} of {log!r}, {name!r}: {error}.") from error
        fields.setdefault(sequence, []).append(field_of)
    if [row.sequence for row in rows] != list(range(first, end)):
        raise LedgerDamaged(f"The log {log!r} lacks an entry between {first} and {end - 1}.")
    return [_entry(log, _Stored(*row), fields.get(row.sequence, [])) for row in rows]


def _entry(log: str, row: _Stored, fields: list[tuple[str, str, Json]]) -> Entry:
    try:
        entry = entry_from_leaf(as_bytes(row.leaf))
    except (NotCanonical, TypeError) as error:
        raise LedgerDamaged(f"Entry {row.sequence} of {log!r}: {error}") from error
    stands = (entry.log, entry.sequence) == (log, row.sequence)
    if not stands or row.hash is None or bytes(row.hash).hex() != entry.leaf_hash:
        raise LedgerDamaged(f"Entry {row.sequence} of {log!r} is not the one that was hashed.")
    return replace(
        entry,
        private={name: value for name, _, value in fields},
        salts={name: salt for name, salt, _ in fields},
    )


def log_row(connection: Connection, log: str, *, lock: bool = False) -> LogRow:
    """Find a log; with `lock` nobody else can append to it until the transaction ends."""
    found = select(tables.log.c.log_id, tables.log.c.name, tables.log.c.size)
    found = found.where(tables.log.c.name == log)
    row = connection.execute(found.with_for_update() if lock else found).first()
    if row is None:
        raise LogMissing(f"There is no log {log[:80]!r}.")
    return LogRow(*row)


def last_time(connection: Connection, row: LogRow) -> datetime | None:
    """Return the time of the last entry; None for an empty log."""
    if row.size == 0:
        return None
    last = select(tables.entry.c.leaf).where(
        tables.entry.c.log_id == row.log_id, tables.entry.c.sequence == row.size - 1
    )
    leaf = connection.execute(last).scalar()
    if leaf is None:
        raise LedgerDamaged(f"The last entry of {row.name!r} is missing.")
    return time_of(leaf, row.name)


def time_of(leaf: object, log: str) -> datetime:
    """Return the time of an entry, from its leaf alone."""
    try:
        return parse_time(json.loads(as_bytes(leaf))["at"])
    except (NotCanonical, ValueError, LookupError, TypeError) as error:
        raise LedgerDamaged(f"The last entry of {log!r} cannot be read: {error}.") from error


def as_bytes(value: object) -> bytes:
    """Return a database value as bytes; raises TypeError for any other type."""
    if not isinstance(value, bytes | bytearray | memoryview):
        raise TypeError(f"it is not bytes but a {type(value).__name__}")
    return bytes(value)


def fetch_nodes(
    connection: Connection, log_id: int
) -> Callable[[Sequence[Position]], dict[Position, bytes]]:
    """Return a look-up of several nodes of a log's tree; `LedgerDamaged` if one is missing."""

    def fetch(positions: Sequence[Position]) -> dict[Position, bytes]:
        if not positions:
            return {}
        # This text contains only integers. A join, since SQLite would answer a row-value IN (…) by
        # scanning the whole log.
        wanted = ", ".join(f"({int(level)}, {int(position)})" for level, position in positions)
        rows = connection.execute(
            text(
                f"WITH wanted (l, p) AS (VALUES {wanted}) "  # noqa: S608 (see above)
                "SELECT level, position, hash FROM wanted JOIN ledger_node "
                f"ON log_id = {int(log_id)} AND level = wanted.l AND position = wanted.p"
            )
        )
        try:
            found = {(level, position): as_bytes(hashed) for level, position, hashed in rows}
        except TypeError as error:
            raise LedgerDamaged(f"A node of the tree is not a hash: {error}.") from error
        missing = set(positions) - found.keys()
        if missing:
            raise LedgerDamaged(f"The tree lacks the node {min(missing)} (level, position).")
        return found

    return fetch


def _ordered(connection: Connection, log_id: int, positions: Sequence[Position]) -> list[bytes]:
    found = fetch_nodes(connection, log_id)(positions)
    return [found[position] for position in positions]


def kept_checkpoints(
    connection: Connection, log_id: int, log: str, *, size: int | None = None
) -> Iterator[Checkpoint]:
    """Yield the stored checkpoints of a log, smallest first, or the one of a size."""
    kept = select(tables.checkpoint).where(tables.checkpoint.c.log_id == log_id)
    if size is not None:
        kept = kept.where(tables.checkpoint.c.size == size)
    for row in connection.execute(kept.order_by(tables.checkpoint.c.size)).all():
        yield Checkpoint(
            log=log,
            size=row.size,
            root=parse_note(row.note).root,
            at=parse_time(row.at),
            note=row.note,
        )


def ensure_store_log(connection: Connection) -> None:
    """Create the log `store` if there is none."""
    if not connection.execute(select(tables.log).where(tables.log.c.name == STORE_LOG)).first():
        connection.execute(insert(tables.log).values(name=STORE_LOG, size=0))
