"""Entries that the program reading a log could not use: they are set aside and listed.

The list is stored beside the ledger in its database. It is rebuilt whenever a log is read from its
beginning, and proves nothing: the entries themselves stay in the log unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Column,
    MetaData,
    String,
    Table,
    Text,
    delete,
    insert,
    inspect,
    select,
)

from values.recordable import inert

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from evidence_store.types import Entry

MOST_WORDS = 500
"""Longest stored description of the problem, in characters."""

metadata = MetaData()

_table = Table(
    "log_set_aside",
    metadata,
    Column("log", String(80), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(80), nullable=False),
    Column("why", Text, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """One entry that is in the log but in no list or screen."""

    log: str
    sequence: int
    kind: str
    why: str

    def sentence(self) -> str:
        """Describe what was set aside, and what that means."""
        return (
            f"Entry {self.sequence} of {self.log} ({self.kind}) cannot be used and is set aside: "
            f"{self.why} It stays in the log; screens, lists and reports are without it."
        )


def set_aside(connection: Connection, entry: Entry, why: str) -> None:
    """Add an entry to the list."""
    row = {"log": entry.log, "sequence": entry.sequence, "kind": entry.kind}
    connection.execute(insert(_table), {**row, "why": inert(why)[:MOST_WORDS]})


def forget_set_aside(connection: Connection) -> None:
    """Clear the list, before logs are read again from their beginning."""
    connection.execute(delete(_table))


def has_set_aside(connection: Connection) -> bool:
    """Whether the list exists: a ledger that was never read for screens has none."""
    return inspect(connection).has_table(_table.name)


def all_set_aside(connection: Connection) -> tuple[SetAside, ...]:
    """Return the list, by log and sequence."""
    rows = connection.execute(select(_table).order_by(_table.c.log, _table.c.sequence))
    return tuple(
        SetAside(log=row.log, sequence=row.sequence, kind=row.kind, why=row.why) for row in rows
    )
