"""The ledger: append-only Merkle logs, one a case and one for the store, over a database.

An entry is durable when `append` returns. Its leaf never changes; private values are kept
beside it with their salts, and the leaf holds only their commitments.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, insert, select, text, update

from evidence_store import tables
from evidence_store.canonical import (
    canonical_json,
    entry_from_leaf,
    format_time,
    leaf_bytes,
    parse_time,
)
from evidence_store.checkpoint import NoteSigner, check_origin, parse_note, write_note
from evidence_store.commitments import commit, new_salt
from evidence_store.database import Database
from evidence_store.errors import (
    BadInput,
    EntryMissing,
    LedgerDamaged,
    LogExists,
    LogMissing,
    NotCanonical,
    SizeChanged,
)
from evidence_store.merkle import (
    Frontier,
    Position,
    consistency_path,
    inclusion_path,
    leaf_hash,
    peaks,
    root_at,
)
from evidence_store.types import (
    STORE_LOG,
    Checkpoint,
    ConsistencyProof,
    Disclosure,
    Draft,
    Entry,
    Fault,
    InclusionProof,
    Json,
    Sha256,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

MOST_LEAF_BYTES = 1024 * 1024
"""The largest entry; larger values belong into the blob store, with their SHA-256 here."""

STORE_ACTOR = "nameplate"
"""The actor of what the ledger records of itself in the store's log."""

LOG_CREATED, LOG_CHECKPOINT = "log-created", "log-checkpoint"
"""The kinds of what the ledger records of itself."""

_LOG_NAME = re.compile(r"case-[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_KIND = re.compile(r"[a-z][a-z0-9_.-]{0,79}")
_ACTOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")
_PRIVATE_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,199}")
_BATCH = 250


class _Log(NamedTuple):
    log_id: int
    name: str
    size: int


class _Stored(NamedTuple):
    sequence: int
    leaf: bytes
    hash: bytes | None


class Ledger:
    """All logs of one store. Threads and processes may share it; each append is one transaction."""

    def __init__(
        self,
        database_url: str,
        *,
        clock: Callable[[], datetime],
        origin: str,
        signer: NoteSigner,
        former_keys: Sequence[bytes] = (),
    ) -> None:
        """Open the ledger, and make its tables and the log `store` where they are missing.

        `clock` gives the time of each entry, with a zone. `origin` is the schema-less address
        that begins each log's name in checkpoints; `signer` signs those. `former_keys` are the
        public keys (32 bytes) of signers before it, for the audit.
        """
        self.origin = check_origin(origin)
        self.signer = signer
        self._former_keys = tuple(former_keys)
        self._clock = clock
        self.database = Database(database_url)
        self.database.write(_ensure_store_log)

    def close(self) -> None:
        """Close the database connections."""
        self.database.close()

    # --- recording -----------------------------------------------------------------------

    def create_log(self, name: str) -> None:
        """Begin the log of a case, and record that in the log `store`.

        Raises `LogExists` if there is one; the log `store` is always there already.
        """
        if not _LOG_NAME.fullmatch(name):
            raise BadInput(
                f"{name[:80]!r} cannot name a log.",
                remedy="A case's log is called `case-` and up to 64 letters, digits and dashes.",
            )
        self.database.write(lambda connection: self._begin_log(connection, name))

    def append(
        self, log: str, *drafts: Draft, expected_size: int | None = None
    ) -> tuple[Entry, ...]:
        """Record the drafts, all or none, in this order; durable when it returns.

        Raises `SizeChanged` if the log has another size than `expected_size`, `LogMissing`,
        `BadInput` for a draft that cannot be recorded, `StoreUnavailable`.
        """
        for draft in drafts:
            _check_draft(draft)
        return self.database.write(
            lambda connection: self._append(connection, log, drafts, expected_size)
        )

    def checkpoint(self, log: str, *, size: int | None = None) -> Checkpoint:
        """Sign the log's size and root (now, or at an earlier size), keep that, and return it.

        For one size the kept checkpoint is returned again, the same to the byte. A new one of a
        case is also recorded in the log `store`, whose own checkpoint, handed to an
        outsider, then holds every case fast.
        """
        return self.database.write(lambda connection: self._checkpoint(connection, log, size))

    # --- reading -------------------------------------------------------------------------

    def logs(self) -> tuple[str, ...]:
        """Return the names of all logs, `store` first, in the order they were begun."""
        with self.database.reading() as connection:
            names = select(tables.log.c.name).order_by(tables.log.c.log_id)
            return tuple(connection.execute(names).scalars())

    def size(self, log: str) -> int:
        """Return the number of entries of the log."""
        with self.database.reading() as connection:
            return _log_row(connection, log).size

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
        """Yield the entries after a sequence, in order, as many as there are now; flat in memory.

        Each leaf is hashed again and held against its node: `LedgerDamaged` if they differ.
        """
        with self.database.reading() as connection:
            row = _log_row(connection, log)
        end = row.size if limit is None else min(row.size, after + 1 + limit)
        for first in range(after + 1, end, _BATCH):
            with self.database.reading() as connection:
                batch = _read(connection, row.log_id, log, first, min(first + _BATCH, end))
            yield from batch

    def disclosures(self, log: str, *, upto: int | None = None) -> Iterator[Disclosure]:
        """Yield what opens each commitment of the first `upto` entries; flat in memory."""
        for entry in islice(self.entries(log), upto):
            for name in sorted(entry.private):
                yield Disclosure(
                    sequence=entry.sequence,
                    name=name,
                    salt=entry.salts[name],
                    value=entry.private[name],
                )

    def checkpoints(self, log: str) -> tuple[Checkpoint, ...]:
        """Return all kept checkpoints of the log, the smallest first."""
        with self.database.reading() as connection:
            row = _log_row(connection, log)
            return tuple(_kept_checkpoints(connection, row.log_id, log))

    def root(self, log: str, *, size: int | None = None) -> Sha256:
        """Return the Merkle root over the first `size` entries (default: all)."""
        with self.database.reading() as connection:
            row = _log_row(connection, log)
            size = row.size if size is None else _checked_size(log, size, row.size)
            return Sha256(root_at(size, fetch_nodes(connection, row.log_id)).hex())

    def inclusion_proof(self, log: str, sequence: int, size: int | None = None) -> InclusionProof:
        """Prove that an entry is in the tree of the first `size` entries (default: all)."""
        with self.database.reading() as connection:
            row = _log_row(connection, log)
            size = row.size if size is None else _checked_size(log, size, row.size)
            if not 0 <= sequence < size:
                raise EntryMissing(f"The log {log!r} has no entry {sequence} among {size}.")
            path = inclusion_path(sequence, size, fetch_nodes(connection, row.log_id))
        return InclusionProof(log=log, sequence=sequence, size=size, hashes=_hexed(path))

    def consistency_proof(self, log: str, old: int, new: int | None = None) -> ConsistencyProof:
        """Prove that the first `old` entries are unchanged in the tree of `new` (default: all)."""
        with self.database.reading() as connection:
            row = _log_row(connection, log)
            new = row.size if new is None else _checked_size(log, new, row.size)
            if not 0 < old <= new:
                raise EntryMissing(f"There is no proof from {old} to {new} entries.")
            path = consistency_path(old, new, fetch_nodes(connection, row.log_id))
        return ConsistencyProof(log=log, old_size=old, new_size=new, hashes=_hexed(path))

    def audit(self) -> tuple[Fault, ...]:
        """Check every log whole; see `evidence_store.audit` for blobs and outside anchors."""
        from evidence_store.audit import Audit

        key = self.signer.public_key
        walk = Audit(database=self.database, origin=self.origin, keys=(key, *self._former_keys))
        return tuple(walk.faults())

    # --- inside one transaction -----------------------------------------------------------

    def _begin_log(self, connection: Connection, name: str) -> None:
        if connection.execute(select(tables.log).where(tables.log.c.name == name)).first():
            raise LogExists(f"There is a log {name!r} already.")
        connection.execute(insert(tables.log).values(name=name, size=0))
        self._note_in_store(connection, LOG_CREATED, {"log": name})

    def _append(
        self,
        connection: Connection,
        log: str,
        drafts: Sequence[Draft],
        expected_size: int | None,
    ) -> tuple[Entry, ...]:
        row = _log_row(connection, log, lock=True)
        if expected_size not in (None, row.size):
            raise SizeChanged(f"The log {log!r} has {row.size} entries, not {expected_size}.")
        made = self._make(log, drafts, row.size, _last_time(connection, row))
        if made:
            _insert(connection, row, made)
        return tuple(entry for entry, _ in made)

    def _make(
        self, log: str, drafts: Sequence[Draft], size: int, last: datetime | None
    ) -> list[tuple[Entry, bytes]]:
        made = []
        for sequence, draft in enumerate(drafts, start=size):
            now = self._clock().astimezone(UTC)
            behind = last is not None and now < last
            last = last if behind and last is not None else now
            made.append(_finished(log, sequence, draft, last, now if behind else None))
        return made

    def _checkpoint(self, connection: Connection, log: str, size: int | None) -> Checkpoint:
        row = _log_row(connection, log, lock=True)
        size = row.size if size is None else _checked_size(log, size, row.size)
        kept = next(_kept_checkpoints(connection, row.log_id, log, size=size), None)
        if kept is not None:
            return kept
        root = root_at(size, fetch_nodes(connection, row.log_id))
        note = write_note(self.origin_of(log), size, root, self.signer)
        at = self._clock().astimezone(UTC)
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


def _check_draft(draft: Draft) -> None:
    """Refuse what could not be recorded, before any transaction begins."""
    if not _KIND.fullmatch(draft.kind):
        raise BadInput(f"{draft.kind[:80]!r} is not a kind of entry: use lower-case words.")
    if not _ACTOR.fullmatch(draft.actor):
        raise BadInput(f"{draft.actor[:80]!r} is not an actor: use an opaque identifier.")
    for name in draft.private:
        if not isinstance(name, str) or not _PRIVATE_NAME.fullmatch(name):
            raise BadInput(f"{name!r:.80} cannot name a private field: use lower-case words.")


def _finished(
    log: str, sequence: int, draft: Draft, at: datetime, clock_at: datetime | None
) -> tuple[Entry, bytes]:
    private = {name: json.loads(canonical_json(draft.private[name])) for name in draft.private}
    salts = {name: new_salt() for name in private}
    entry = Entry(
        log=log,
        sequence=sequence,
        at=at,
        kind=draft.kind,
        actor=draft.actor,
        body=draft.body,
        private=private,
        salts=salts,
        commitments={name: commit(salts[name], name, private[name]) for name in private},
        leaf_hash=Sha256(""),
        clock_at=clock_at,
    )
    leaf = leaf_bytes(entry)
    if len(leaf) > MOST_LEAF_BYTES:
        raise BadInput(
            f"The entry {draft.kind!r} has {len(leaf)} bytes; at most {MOST_LEAF_BYTES} fit.",
            remedy="Keep large values in the blob store and record their SHA-256.",
        )
    body = json.loads(leaf)["body"]  # what a reader will see: 1.0 has become 1, tuples are lists
    return replace(entry, body=body, leaf_hash=Sha256(leaf_hash(leaf).hex())), leaf


def _insert(connection: Connection, row: _Log, made: Sequence[tuple[Entry, bytes]]) -> None:
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


def _read(connection: Connection, log_id: int, log: str, first: int, end: int) -> list[Entry]:
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
        fields.setdefault(sequence, []).append((name, bytes(salt).hex(), json.loads(value)))
    if [row.sequence for row in rows] != list(range(first, end)):
        raise LedgerDamaged(f"The log {log!r} lacks an entry between {first} and {end - 1}.")
    return [_entry(log, _Stored(*row), fields.get(row.sequence, [])) for row in rows]


def _entry(log: str, row: _Stored, fields: list[tuple[str, str, Json]]) -> Entry:
    try:
        entry = entry_from_leaf(bytes(row.leaf))
    except NotCanonical as error:
        raise LedgerDamaged(f"Entry {row.sequence} of {log!r}: {error.message}") from error
    stands = (entry.log, entry.sequence) == (log, row.sequence)
    if not stands or row.hash is None or bytes(row.hash).hex() != entry.leaf_hash:
        raise LedgerDamaged(f"Entry {row.sequence} of {log!r} is not the one that was hashed.")
    return replace(
        entry,
        private={name: value for name, _, value in fields},
        salts={name: salt for name, salt, _ in fields},
    )


def _log_row(connection: Connection, log: str, *, lock: bool = False) -> _Log:
    found = select(tables.log.c.log_id, tables.log.c.name, tables.log.c.size)
    found = found.where(tables.log.c.name == log)
    row = connection.execute(found.with_for_update() if lock else found).first()
    if row is None:
        raise LogMissing(f"There is no log {log[:80]!r}.")
    return _Log(*row)


def _last_time(connection: Connection, row: _Log) -> datetime | None:
    if row.size == 0:
        return None
    last = select(tables.entry.c.leaf).where(
        tables.entry.c.log_id == row.log_id, tables.entry.c.sequence == row.size - 1
    )
    leaf = connection.execute(last).scalar()
    if leaf is None:
        raise LedgerDamaged(f"The last entry of {row.name!r} is missing.")
    return parse_time(json.loads(leaf)["at"])


def fetch_nodes(
    connection: Connection, log_id: int
) -> Callable[[Sequence[Position]], dict[Position, bytes]]:
    """Return a look-up of several nodes of a log's tree at once; `LedgerDamaged` if one lacks."""

    def fetch(positions: Sequence[Position]) -> dict[Position, bytes]:
        if not positions:
            return {}
        # Only whole numbers stand in this text. A join, since SQLite would answer a row-value
        # IN (…) by walking through the whole log.
        wanted = ", ".join(f"({int(level)}, {int(position)})" for level, position in positions)
        rows = connection.execute(
            text(
                f"WITH wanted (l, p) AS (VALUES {wanted}) "  # noqa: S608 (see above)
                "SELECT level, position, hash FROM wanted JOIN ledger_node "
                f"ON log_id = {int(log_id)} AND level = wanted.l AND position = wanted.p"
            )
        )
        found = {(level, position): bytes(hashed) for level, position, hashed in rows}
        missing = set(positions) - found.keys()
        if missing:
            raise LedgerDamaged(f"The tree lacks the node {min(missing)} (level, position).")
        return found

    return fetch


def _ordered(connection: Connection, log_id: int, positions: Sequence[Position]) -> list[bytes]:
    found = fetch_nodes(connection, log_id)(positions)
    return [found[position] for position in positions]


def _kept_checkpoints(
    connection: Connection, log_id: int, log: str, *, size: int | None = None
) -> Iterator[Checkpoint]:
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


def _checked_size(log: str, size: int, present: int) -> int:
    if not 0 <= size <= present:
        raise EntryMissing(f"The log {log!r} has {present} entries, not {size}.")
    return size


def _hexed(path: Sequence[bytes]) -> tuple[Sha256, ...]:
    return tuple(Sha256(hashed.hex()) for hashed in path)


def _ensure_store_log(connection: Connection) -> None:
    if not connection.execute(select(tables.log).where(tables.log.c.name == STORE_LOG)).first():
        connection.execute(insert(tables.log).values(name=STORE_LOG, size=0))
