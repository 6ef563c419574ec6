"""What screens read is held against the log: any row that says otherwise is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, delete, insert, select, text, update

from tests.workbench.test_projection import walk
from workbench import tables
from workbench.__main__ import main
from workbench.audit import MOST_NAMED, audit, table_faults
from workbench.settings import Settings
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Column, Engine, Table


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workbench]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    settings = Settings.for_store(tmp_path / "store", readers=("scripted",), database_url=url)
    workbench = Workbench.open(settings)
    walk(workbench)
    yield workbench
    workbench.close()


@pytest.fixture
def engine(store: Workbench) -> Iterator[Engine]:
    """Somebody else's way into the database."""
    own = create_engine(store.stores.settings.database_url)
    yield own
    own.dispose()


def codes(store: Workbench) -> set[tuple[str, str]]:
    return {(fault.code, fault.where.split(",")[0]) for fault in table_faults(store.stores)}


def other(column: Column[Any], value: Any) -> Any:
    """Something else that the column can hold."""
    kind = column.type.python_type
    if kind is bool:
        return not value
    if kind in (int, float):
        return (value or 0) + 1
    return f"{value}"[:9] + "x" if kind is str else ["x"]


def filled(engine: Engine) -> list[Table]:
    with engine.connect() as connection:
        return [
            table
            for table in tables.metadata.sorted_tables
            if table.name != "projection_state" and connection.execute(select(table)).first()
        ]


def first_row(engine: Engine, table: Table) -> dict[str, Any]:
    with engine.connect() as connection:
        (row,) = connection.execute(select(table).limit(1)).mappings()
    return dict(row)


def put(engine: Engine, table: Table, row: dict[str, Any], column: Column[Any], value: Any) -> None:
    here = [key == row[key.name] for key in table.primary_key]
    with engine.begin() as connection:
        connection.execute(update(table).where(*here).values({column.name: value}))


def test_each_column_of_each_table_that_says_otherwise_is_named(
    store: Workbench, engine: Engine
) -> None:
    """One column of each table at a time, all tables at once: the logs are folded for each."""
    assert [*audit(store.stores)] == []
    columns = {
        table: [column for column in table.columns if not column.primary_key]
        for table in filled(engine)
    }
    rows = {table: first_row(engine, table) for table in columns}
    assert len(columns) > 8
    for number in range(max(map(len, columns.values()))):
        altered = {table: of[number] for table, of in columns.items() if number < len(of)}
        for table, column in altered.items():
            put(engine, table, rows[table], column, other(column, rows[table][column.name]))
        assert codes(store) == {("table-row-altered", table.name) for table in altered}
        for table, column in altered.items():
            put(engine, table, rows[table], column, rows[table][column.name])
    assert codes(store) == set()


def test_rows_that_are_gone_or_put_in_are_named_and_the_tables_are_made_again(
    store: Workbench, engine: Engine
) -> None:
    all_tables = {table.name for table in filled(engine)}
    rows = {table: first_row(engine, table) for table in filled(engine)}
    with engine.begin() as connection:
        for table, row in rows.items():
            key = next(key for key in table.primary_key if key.type.python_type is str)
            connection.execute(insert(table), {**row, key.name: "put-in"})
    assert codes(store) == {("table-row-added", name) for name in all_tables}
    with engine.begin() as connection:
        for table in rows:
            connection.execute(delete(table))
    assert codes(store) == {("table-row-missing", name) for name in all_tables}
    store.stores.projection.rebuild()
    assert codes(store) == set()


def test_a_table_that_cannot_be_read_is_a_fault_and_no_traceback(
    store: Workbench, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE projected_review"))
    assert ("unreadable", "projected_review") in codes(store)


def test_of_many_rows_some_are_named_and_the_others_counted(
    store: Workbench, engine: Engine
) -> None:
    rows = [
        {"case_id": "c", "person_id": f"{n}", "exhibit_id": "*", "region_id": "*", "field": "*"}
        for n in range(MOST_NAMED + 5)
    ]
    with engine.begin() as connection:
        connection.execute(insert(tables.shown), rows)
    faults = [*table_faults(store.stores)]
    assert len(faults) == MOST_NAMED + 1
    assert faults[-1].message == "5 more rows of this table have this fault (row-added)."


def test_the_command_names_faults_and_ends_with_1(
    store: Workbench,
    engine: Engine,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = store.stores.settings
    monkeypatch.setenv("NAMEPLATE_STORE", str(settings.store))
    monkeypatch.setenv("NAMEPLATE_DATABASE", settings.database_url)
    assert main(["audit"]) == 0
    assert "No fault." in capsys.readouterr().err
    with engine.begin() as connection:
        connection.execute(update(tables.case).values(title="Another title"))
    assert main(["audit", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert {one["code"] for one in said} == {"table-row-altered"}
    assert main(["rebuild"]) == 0
    assert main(["audit"]) == 0
