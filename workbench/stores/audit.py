"""Compares the tables that screens read with the log; every difference is a fault.

The audit of the evidence store checks logs and stored bytes and knows nothing of these tables.
Nothing sealed rests on them (`workbench.state`), but people judge by what they show.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import select

from evidence_store.audit.audit import Audit
from evidence_store.audit.log import guarded
from evidence_store.errors import StoreBusy
from evidence_store.keys.signing import raw_public_key
from evidence_store.types import Fault
from workbench import tables
from workbench.stores.projection import Projection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Connection, Table

    from workbench.stores.stores import Stores

TIMES = 5
"""How often the comparison is started again when others record meanwhile."""

MOST_NAMED = 20
"""Rows of one table that are named one by one; beyond that, a count is given."""

Key: TypeAlias = tuple[Any, ...]


def audit(stores: Stores, on_step: Callable[[str], None] | None = None) -> Iterator[Fault]:
    """Yield every fault of the store: of its logs, its stored bytes, and the screens' tables."""
    yield from Audit(
        database=stores.ledger.database,
        origin=stores.origin,
        keys=[raw_public_key(key.line) for key in stores.keys.history(stores.origin)],
        kept=stores.settings.location.kept(),
        on_step=on_step,
    ).faults()
    if on_step is not None:
        on_step("the tables that screens read")
    yield from table_faults(stores)


def table_faults(stores: Stores) -> Iterator[Fault]:
    """Yield each row of the tables that differs from the logs when they are folded again.

    Raises StoreBusy if others recorded during every attempt.
    """
    with _refolded(stores) as anew:
        for _attempt in range(TIMES):
            sizes = stores.ledger.sizes()
            stores.projection.catch_up_all()
            anew.catch_up_all()
            found = [
                fault
                for table in tables.metadata.sorted_tables
                for fault in guarded(table.name, _compared(table, anew, stores.projection))
            ]
            if stores.ledger.sizes() == sizes:
                yield from found
                return
    raise StoreBusy("The tables were not compared: somebody recorded something each time.")


@contextmanager
def _refolded(stores: Stores) -> Iterator[Projection]:
    """The tables folded again from the log, in a temporary folder."""
    at = stores.settings.store
    with TemporaryDirectory(prefix="folding-", dir=at, ignore_cleanup_errors=True) as folder:
        projection = Projection(f"sqlite:///{folder}/tables.sqlite3", stores.ledger)
        try:
            yield projection
        finally:
            projection.close()


def _compared(table: Table, anew: Projection, kept: Projection) -> Iterator[Fault]:
    """Compare a table with a newly folded one, in constant memory except for a hash of each row."""
    with anew.engine.connect() as connection:
        expected = {key: _hash(row) for key, row in _rows(connection, table)}
    said: Counter[str] = Counter()
    with kept.engine.connect() as connection:
        for key, row in _rows(connection, table):
            hashed = expected.pop(key, None)
            if hashed is None:
                yield from _named(said, table, key, "row-added", "This row is not in the log")
            elif hashed != _hash(row):
                yield from _named(said, table, key, "row-altered", "This row differs from the log")
    for key in expected:
        yield from _named(said, table, key, "row-missing", "A row that the log gives is missing")
    for code, number in said.items():
        if number > MOST_NAMED:
            words = f"{number - MOST_NAMED} more rows of this table have this fault ({code})."
            yield Fault(code=f"table-{code}", where=table.name, message=words)


def _named(said: Counter[str], table: Table, key: Key, code: str, words: str) -> Iterator[Fault]:
    said[code] += 1
    if said[code] <= MOST_NAMED:
        where = f"{table.name}, {' '.join(map(str, key))}"[:300]
        yield Fault(
            code=f"table-{code}",
            where=where,
            message=f"{words}; `python -m workbench rebuild` rebuilds the tables from the log.",
        )


def _rows(connection: Connection, table: Table) -> Iterator[tuple[Key, Mapping[str, Any]]]:
    names = [column.name for column in table.primary_key]
    asked = select(table).execution_options(yield_per=500)
    for row in connection.execute(asked).mappings():
        yield tuple(row[name] for name in names), dict(row)


def _hash(row: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(repr(sorted(row.items())).encode("utf-8", "surrogatepass")).digest()
