"""The tables and the way they come to be."""

from __future__ import annotations

import multiprocessing
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import evidence_store
from evidence_store import tables
from evidence_store.database import Database
from evidence_store.errors import StoreError, StoreUnavailable
from evidence_store.ledger import Ledger
from evidence_store.types import Draft
from tests.evidence_store.conftest import ORIGIN

if TYPE_CHECKING:
    from evidence_store.checkpoint import Ed25519NoteSigner


def test_the_schema_version_is_the_newest_migration() -> None:
    config = Config()
    folder = Path(evidence_store.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == tables.SCHEMA_VERSION


def test_the_migrations_make_the_tables_that_the_code_knows(database_url: str) -> None:
    database = Database(database_url)
    with database.reading() as connection:
        ours = MigrationContext.configure(
            connection,
            opts={
                "version_table": tables.VERSION_TABLE,
                "include_name": lambda name, kind, _: (
                    kind != "table" or str(name).startswith("ledger_")
                ),
            },
        )
        assert compare_metadata(ours, tables.metadata) == []
    database.close()


def open_it(url: str) -> None:
    Database(url).close()


def test_two_processes_may_make_the_tables_at_once(database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    openers = [context.Process(target=open_it, args=(database_url,)) for _ in range(2)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join(600)
    assert [opener.exitcode for opener in openers] == [0, 0]


def test_a_database_of_a_later_program_is_refused(database_url: str) -> None:
    database = Database(database_url)
    later = text(f"UPDATE {tables.VERSION_TABLE} SET version_num = '9999'")
    database.write(lambda connection: connection.execute(later))
    database.close()
    with pytest.raises(StoreError, match="a version that this program does not know"):
        Database(database_url)
    with pytest.raises(StoreUnavailable, match="found: '9999'"):
        Database(database_url, must_exist=True)


def test_nothing_is_made_where_a_ledger_must_exist(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="There is no ledger"):
        Database(f"sqlite:///{tmp_path / 'none.sqlite'}", must_exist=True)
    (tmp_path / "empty.sqlite").write_bytes(b"")
    with pytest.raises(StoreUnavailable, match="has no ledger"):
        Database(f"sqlite:///{tmp_path / 'empty.sqlite'}", must_exist=True)
    assert list(tmp_path.iterdir()) == [tmp_path / "empty.sqlite"]


def test_sqlite_is_set_to_keep_what_it_acknowledged(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'deep' / 'l.sqlite'}")
    with database.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
    assert stat.S_IMODE((tmp_path / "deep" / "l.sqlite").stat().st_mode) == 0o600
    database.close()


def test_postgresql_is_set_to_keep_what_it_acknowledged(postgres_url: str) -> None:
    database = Database(postgres_url)
    with database.reading() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
        assert connection.execute(text("SHOW fsync")).scalar() == "on"
    database.close()


def test_a_write_that_fails_half_way_leaves_nothing(
    tmp_path: Path, clock: Any, signer: Ed25519NoteSigner
) -> None:
    url = f"sqlite:///{tmp_path / 'l.sqlite'}"
    ledger = Ledger(url, clock=clock, origin=ORIGIN, signer=signer)
    ledger.create_log("case-1")

    def torn() -> datetime:
        if ledger.size("case-1") == 0 and torn.calls == 2:  # type: ignore[attr-defined]
            raise RuntimeError("the clock fell off the wall")
        torn.calls += 1  # type: ignore[attr-defined]
        return datetime.now(UTC)

    torn.calls = 0  # type: ignore[attr-defined]
    broken = Ledger(url, clock=torn, origin=ORIGIN, signer=signer)
    drafts = [Draft(kind="seen", actor="p", body={"n": number}) for number in range(5)]
    with pytest.raises(RuntimeError):
        broken.append("case-1", *drafts)
    assert ledger.size("case-1") == 0
    assert ledger.audit() == ()
    broken.close()
    ledger.close()
