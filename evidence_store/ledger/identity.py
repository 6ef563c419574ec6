"""The identity of a store: one folder, one database, one log, one checkpoint key.

The first entry of the log `store` records the store's origin and the public half of its checkpoint
key. Every opening compares the folder and the keys with that entry before anything is written, so
that no new history begins over the remains of another, and no store is split in two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from evidence_store.canonical import entry_from_leaf
from evidence_store.errors import BadInput, LedgerAbsent, LedgerDamaged, NotCanonical, StoreForeign
from evidence_store.keys.keys import KeyFolder
from evidence_store.keys.signing import public_line, raw_public_key
from evidence_store.ledger import tables
from evidence_store.ledger.database import Database
from evidence_store.location import ORIGIN_FILE
from evidence_store.types import STORE_BEGUN, STORE_LOG, Draft, Entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from evidence_store.location import StoreLocation


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The identity of a store."""

    origin: str
    """The schema-less URL that is the prefix of each log's name in checkpoints."""
    public_key: bytes
    """The 32 bytes of the Ed25519 public key for checkpoints."""

    def draft(self, actor: str) -> Draft:
        """Return the entry that records it."""
        body = {"origin": self.origin, "checkpoint_key": public_line(self.public_key)}
        return Draft(kind=STORE_BEGUN, actor=actor, body=dict(body))


def stated_by(entry: Entry) -> Identity | None:
    """Return the identity that a first entry records; None if it records none."""
    origin, line = entry.body.get("origin"), entry.body.get("checkpoint_key")
    if entry.kind != STORE_BEGUN or not isinstance(origin, str) or not isinstance(line, str):
        return None
    try:
        return Identity(origin=origin, public_key=raw_public_key(line))
    except BadInput:
        return None


def recorded(connection: Connection) -> Identity | None:
    """Return the identity of the store in a database; None if its log has no entry yet.

    Raises `StoreForeign` if the first entry records none, `LedgerDamaged` if it cannot be read.
    """
    log = select(tables.log.c.log_id, tables.log.c.size).where(tables.log.c.name == STORE_LOG)
    row = connection.execute(log).first()
    if row is None or row.size == 0:
        return None
    first = select(tables.entry.c.leaf).where(
        tables.entry.c.log_id == row.log_id, tables.entry.c.sequence == 0
    )
    leaf = connection.execute(first).scalar()
    try:
        entry = None if leaf is None else entry_from_leaf(bytes(leaf))
    except (NotCanonical, TypeError) as error:
        raise LedgerDamaged(f"The first entry of the store cannot be read: {error}") from error
    if entry is None:
        raise LedgerDamaged("The first entry of the store is missing.")
    found = stated_by(entry)
    if found is None:
        raise StoreForeign(
            "The first entry of the database's log does not say which store it is.",
            remedy="It was created by an older version of this program, which can read it. "
            "Create a new store in an empty folder.",
        )
    return found


def require_same(found: Identity, here: Identity) -> None:
    """Raise `StoreForeign` unless the log belongs to the store that opens it."""
    if found.origin != here.origin:
        raise StoreForeign(
            f"The database holds the store {found.origin}, and this folder is that of "
            f"{here.origin}.",
            remedy="Name the folder and the database of one store (NAMEPLATE_STORE, "
            "NAMEPLATE_DATABASE).",
        )
    if found.public_key != here.public_key:
        raise StoreForeign(
            f"The folder's key for checkpoints is not the one that {found.origin} started with.",
            remedy="Restore the folder `keys` from a backup; the store is not opened with "
            "another key.",
        )


def check_place(at: StoreLocation) -> None:
    """Check that a store's folder, database and blobs belong together; nothing is changed.

    Raises `StoreForeign` with a remedy if they belong to different stores, or if a log would begin
    beside the remains of another.
    """
    try:
        database = Database(at.database_url, must_exist=True)
    except LedgerAbsent:
        found = None
    else:
        try:
            with database.reading() as connection:
                found = recorded(connection)
        finally:
            database.close()
    if found is None:
        left = [*remains(at)]
        if left:
            raise StoreForeign(
                f"The database has no log, but there {'is' if len(left) == 1 else 'are'} "
                f"{' and '.join(left)}: the store's database was lost or emptied, or another "
                "one was named. No new log is started beside them.",
                remedy="Restore the database from a backup, or name the right one "
                "(NAMEPLATE_DATABASE). A new store needs an empty folder (NAMEPLATE_STORE) and an "
                "empty bucket (NAMEPLATE_BUCKET).",
            )
        return
    named = origin_in(at.folder)
    if named is None:
        raise StoreForeign(
            f"The database holds the store {found.origin}, and {at.folder} is not its folder: it "
            f"has no file `{ORIGIN_FILE}`.",
            remedy="Name the folder in which the store was created (NAMEPLATE_STORE), or restore "
            f"`{ORIGIN_FILE}` and `keys` from a backup of it. A second folder cannot share a "
            "database.",
        )
    key = _key_in(at.folder, named)
    if key is None and named == found.origin:
        raise StoreForeign(
            f"The key for checkpoints of {found.origin} is not in {at.folder / 'keys'}.",
            remedy="Restore the folder `keys` from a backup; this store gets no other key.",
        )
    require_same(found, Identity(origin=named, public_key=key or found.public_key))


def origin_in(folder: Path) -> str | None:
    """Return the origin named in a store's folder; None if there is none."""
    try:
        return (folder / ORIGIN_FILE).read_text(encoding="ascii").strip() or None
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return None


def remains(at: StoreLocation) -> Iterator[str]:
    """Yield what remains of a store in its folder and bucket, apart from its name and own key."""
    own = origin_in(at.folder)
    if at.bucket is not None:
        if next(at.blobs().names(), None) is not None:
            yield "stored bytes in the bucket"
    elif _any_file(at.folder / "blobs" / "sha256"):
        yield f"stored bytes in {at.folder / 'blobs'}"
    keys = at.folder / "keys"
    if keys.is_dir() and any(path.is_dir() and path.name != own for path in keys.iterdir()):
        yield f"keys of people in {keys}"
    for name in ("catalogs", "bundles"):
        if _any_file(at.folder / name):
            yield f"{name} in {at.folder / name}"


def _any_file(folder: Path) -> bool:
    return folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))


def _key_in(folder: Path, origin: str) -> bytes | None:
    if not (folder / "keys").is_dir():
        return None
    history = KeyFolder(folder / "keys").history(origin)
    return raw_public_key(history[-1].line) if history else None
