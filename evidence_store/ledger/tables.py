"""The ledger's tables. Rows are only ever added; triggers refuse changes and deletions.

`entry.leaf` is the canonical JSON that is hashed, and nothing in it is stored twice. `node` stores
every complete subtree (level 0: leaf hashes), so that a proof is a few look-ups.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

SCHEMA_VERSION = "0001"
"""The newest migration; a test compares it with the migrations folder."""

VERSION_TABLE = "evidence_store_version"

metadata = MetaData()

_big = BigInteger().with_variant(Integer, "sqlite")

log = Table(
    "ledger_log",
    metadata,
    Column("log_id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("size", _big, nullable=False),
)

entry = Table(
    "ledger_entry",
    metadata,
    Column("log_id", Integer, ForeignKey("ledger_log.log_id"), primary_key=True),
    Column("sequence", _big, primary_key=True),
    Column("leaf", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

private_field = Table(
    "ledger_private_field",
    metadata,
    Column("log_id", Integer, ForeignKey("ledger_log.log_id"), primary_key=True),
    Column("sequence", _big, primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("salt", LargeBinary(32), nullable=False),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

node = Table(
    "ledger_node",
    metadata,
    Column("log_id", Integer, ForeignKey("ledger_log.log_id"), primary_key=True),
    Column("level", SmallInteger, primary_key=True),
    Column("position", _big, primary_key=True),
    Column("hash", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)

checkpoint = Table(
    "ledger_checkpoint",
    metadata,
    Column("log_id", Integer, ForeignKey("ledger_log.log_id"), primary_key=True),
    Column("size", _big, primary_key=True),
    Column("at", String(27), nullable=False),
    Column("note", Text, nullable=False),
    sqlite_with_rowid=False,
)
