"""Any value of any type in any row ends in a named fault, never a traceback or an endless walk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, inspect, text

from evidence_store.audit.audit import Audit
from evidence_store.ledger.database import Database
from evidence_store.types import Draft
from tests.unit.evidence_store.conftest import ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine

    from evidence_store.checkpoint import Ed25519NoteSigner
    from evidence_store.ledger.ledger import Ledger

TABLES = (
    "ledger_log",
    "ledger_entry",
    "ledger_private_field",
    "ledger_node",
    "ledger_checkpoint",
)


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    for number in range(7):
        body = {"number": number}
        draft = Draft(kind="seen", actor="p-1", body=body, private={"place": "Horadiz"})
        ledger.append("case-1", draft)
    ledger.checkpoint("case-1")
    return ledger


@pytest.fixture
def hand(filled: Ledger, database_url: str) -> Iterator[Engine]:
    """Someone with the database in hand: no trigger and no foreign key stops them."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            names = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).scalars()
            for name in names.all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in TABLES:
                for act in ("update", "delete"):
                    trigger = f"{table}_no_{act}"
                    connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger} ON {table}"))
                for key in inspect(connection).get_foreign_keys(table):
                    connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {key['name']}"))
    yield engine
    engine.dispose()


@pytest.fixture
def audited(database_url: str, signer: Ed25519NoteSigner) -> Callable[[], list[str]]:
    def walk() -> list[str]:
        database = Database(database_url, must_exist=True)
        audit = Audit(database=database, origin=ORIGIN, keys=[signer.public_key])
        found = [f"{fault.code} {fault.where}: {fault.message}" for fault in audit.faults()]
        database.close()
        return found

    return walk


def put(hand: Engine, table: str, column: str, value: Any, row: int) -> bool:
    """Change one cell of one row; False if the database itself refuses the value."""
    with hand.connect() as connection:
        columns = inspect(connection).get_columns(table)
        names = [one["name"] for one in columns]
        quoted = ", ".join(f'"{name}"' for name in names)
        rows = connection.execute(text(f"SELECT {quoted} FROM {table} ORDER BY {quoted}")).all()
        kept = dict(zip(names, rows[row % len(rows)], strict=True))
        where = " AND ".join(f'"{name}" = :k_{name}' for name in names)
        keys = {f"k_{name}": one for name, one in kept.items()}
        try:
            connection.execute(
                text(f'UPDATE {table} SET "{column}" = :value WHERE {where}'),
                {"value": value, **keys},
            )
            connection.commit()
        except Exception:
            connection.rollback()
            return False
        changed: Any = connection.execute(
            text(f"SELECT {quoted} FROM {table} ORDER BY {quoted}")
        ).all()
        return changed != rows


def restore(hand: Engine, kept: dict[str, list[Any]]) -> None:
    with hand.begin() as connection:
        for table, rows in kept.items():
            connection.execute(text(f"DELETE FROM {table}"))
            _insert(connection, table, rows)


def _insert(connection: Connection, table: str, rows: list[Any]) -> None:
    names = rows[0]._fields
    columns = ", ".join(f'"{name}"' for name in names)
    places = ", ".join(f":{name}" for name in names)
    connection.execute(
        text(f"INSERT INTO {table} ({columns}) VALUES ({places})"), [row._asdict() for row in rows]
    )


def copy(hand: Engine) -> dict[str, list[Any]]:
    with hand.connect() as connection:
        return {
            table: list(connection.execute(text(f"SELECT * FROM {table}")).all())
            for table in TABLES
        }


CHANGES = [
    "UPDATE ledger_entry SET leaf = cast(leaf AS text) WHERE sequence = 0",
    "UPDATE ledger_entry SET leaf = 5 WHERE sequence = 0",
    "UPDATE ledger_entry SET leaf = 9000000000000 WHERE sequence = 0",
    "UPDATE ledger_private_field SET salt = 'x'",
    "UPDATE ledger_private_field SET value = 7.5",
    "UPDATE ledger_private_field SET name = x'ff'",
    "UPDATE ledger_node SET hash = 'x' WHERE position = 0",
    "UPDATE ledger_log SET size = 'many'",
    "UPDATE ledger_log SET size = 9000000000000",
    "UPDATE ledger_log SET size = -5",
    "UPDATE ledger_log SET name = x'00' WHERE log_id = 2",
    "UPDATE ledger_checkpoint SET note = 5",
    "UPDATE ledger_checkpoint SET at = x'00'",
    "UPDATE ledger_checkpoint SET size = 'x'",
    "UPDATE ledger_entry SET sequence = 'a' WHERE sequence = 1",
    "UPDATE ledger_entry SET sequence = 1.5 WHERE sequence = 1",
    "UPDATE ledger_entry SET sequence = 8000000000000 WHERE sequence = 1",
    "UPDATE ledger_private_field SET value = cast(x'22ff22' AS text)",
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("change", CHANGES)
def test_a_row_of_another_kind_is_named(
    hand: Engine, audited: Callable[[], list[str]], change: str
) -> None:
    with hand.begin() as connection:
        connection.execute(text(change))
    assert audited()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_log SET size = 9000000000000",
        "UPDATE ledger_log SET size = -5",
        "UPDATE ledger_log SET log_id = 77 WHERE log_id = 2",
        "UPDATE ledger_entry SET sequence = 8000000000000 WHERE sequence = 1",
        "ALTER TABLE ledger_entry ALTER COLUMN leaf TYPE text USING encode(leaf, 'hex')",
        "ALTER TABLE ledger_entry ALTER COLUMN sequence TYPE text",
        "ALTER TABLE ledger_node ALTER COLUMN hash TYPE text USING encode(hash, 'hex')",
        "ALTER TABLE ledger_private_field ALTER COLUMN value TYPE bytea USING value::bytea",
        "ALTER TABLE ledger_checkpoint ALTER COLUMN size TYPE double precision",
        "ALTER TABLE ledger_log ALTER COLUMN size TYPE text",
    ],
)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_table_of_another_kind_is_named(
    hand: Engine, audited: Callable[[], list[str]], change: str
) -> None:
    with hand.begin() as connection:
        connection.execute(text(change))
    assert audited()


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from([0, 1, 2, 7, -1, 2**40, 2**62]),
    st.floats(),
    st.text(max_size=8),
    st.binary(max_size=40),
    st.sampled_from(["{}", "[]", "null", "case-1", "store", "2026-11-22T10:00:00.000000Z"]),
)


def test_whatever_stands_in_a_cell_is_a_named_fault(
    hand: Engine, audited: Callable[[], list[str]]
) -> None:
    kept = copy(hand)
    with hand.connect() as connection:
        cells = [
            (table, column["name"])
            for table in TABLES
            for column in inspect(connection).get_columns(table)
        ]
    assert audited() == []

    @settings(max_examples=120, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(cells), VALUES, st.integers(0, 40))
    def change(cell: tuple[str, str], value: Any, row: int) -> None:
        if not put(hand, *cell, value, row):
            return
        try:
            found = audited()
        finally:
            restore(hand, kept)
        # When a checkpoint was made is not signed, so another time there cannot be told.
        assert found or cell == ("ledger_checkpoint", "at")

    change()
    assert audited() == []
