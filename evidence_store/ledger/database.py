"""The ledger's database: SQLite in a file, or PostgreSQL, through SQLAlchemy."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from evidence_store.errors import BadInput, LedgerAbsent, StoreError, StoreUnavailable
from evidence_store.files import LocalDisk
from evidence_store.ledger.tables import SCHEMA_VERSION, VERSION_TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_Result = TypeVar("_Result")

BUSY_SECONDS = 60
"""Seconds that a SQLite writer waits for another one."""

_TRIES = 20
_PAUSE_SECONDS = 0.1
_MIGRATION_LOCK = 0x6E616D65706C6174
"""Our PostgreSQL advisory lock: two processes must not migrate at once."""

_TRY_AGAIN = {"40001", "40P01"}
"""PostgreSQL's codes for a serialization failure and a deadlock."""


class Database:
    """Runs reads and writes as transactions; a write is durable when it returns."""

    def __init__(self, url: str, *, must_exist: bool = False) -> None:
        """Connect and migrate the tables; with `must_exist` nothing is changed."""
        self._engine = _engine(_checked(url), must_exist=must_exist)
        try:
            if must_exist:
                self._require_tables()
            else:
                self._migrate()
        except SQLAlchemyError as error:
            self.close()
            raise _unavailable(error) from error
        except StoreError:
            self.close()
            raise

    @property
    def is_sqlite(self) -> bool:
        """Whether it is SQLite, which locks the whole database for one writer."""
        return self._engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Run the block in one transaction with a consistent view of the database."""
        try:
            with self._engine.connect() as connection:
                if not self.is_sqlite:
                    connection.execution_options(isolation_level="REPEATABLE READ")
                with connection.begin():
                    yield connection
        except SQLAlchemyError as error:
            raise _unavailable(error) from error

    def write(self, act: Callable[[Connection], _Result]) -> _Result:
        """Run the function in one transaction, retrying on conflicts with another writer."""
        for attempt in range(_TRIES):
            try:
                with self._writing() as connection:
                    return act(connection)
            except DBAPIError as error:
                if attempt + 1 == _TRIES or not _was_in_the_way(error):
                    raise _unavailable(error) from error
                time.sleep(random.uniform(0, 0.01 * 2 ** min(attempt, 5)))  # noqa: S311 (no secret)
            except SQLAlchemyError as error:
                raise _unavailable(error) from error
        raise AssertionError("the last try returns or raises")

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            connection.execution_options(writes=True)
            with connection.begin():
                yield connection

    def _require_tables(self) -> None:
        with self._engine.connect() as connection:
            version = _version(connection)
        if version is None:
            raise LedgerAbsent(f"The database has no ledger of version {SCHEMA_VERSION}.")
        if version != SCHEMA_VERSION:
            raise StoreUnavailable(
                f"The ledger has a version that this program does not know (it knows "
                f"{SCHEMA_VERSION}; found: {version!r}).",
                remedy="Use the newer program that wrote it.",
            )

    def _migrate(self) -> None:
        with self._engine.connect() as connection:
            if _version(connection) == SCHEMA_VERSION:
                return
        with self._writing() as connection:
            if not self.is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
            if _version(connection) != SCHEMA_VERSION:
                _run_migrations(connection)


def _run_migrations(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(
            f"The ledger's tables have a version that this program does not know: {error}.",
            remedy="Use the newer program that made them.",
        ) from error


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    statement = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 (a constant)
    version: str | None = connection.execute(statement).scalar()
    return version


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Neither the URL nor the parser's message is repeated: a password may be in them.
        raise BadInput(
            "The database's address cannot be understood (it is not repeated, as a password may "
            "be in it).",
            remedy="Write it as postgresql+psycopg://user:password@host:5432/name, with @, : and / "
            "in the password as %40, %3A and %2F.",
        ) from None
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise BadInput("A ledger needs a file: `sqlite:////folder/ledger.sqlite`.")
        return parsed
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise BadInput(
        f"The ledger does not work on {parsed.get_backend_name()!r}.",
        remedy="Use a `sqlite:///` or `postgresql://` address.",
    )


def _engine(url: URL, *, must_exist: bool) -> Engine:
    if url.get_backend_name() == "postgresql":
        engine = create_engine(url, pool_pre_ping=True)
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    path = Path(str(url.database))
    if not must_exist:
        _make_sqlite_file(path)
    elif not path.is_file():
        raise LedgerAbsent(f"There is no ledger at {path}.")
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_to_read if must_exist else _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_sqlite_file(path: Path) -> None:
    """Create the file for its owner only, with a durable name, before SQLite opens it."""
    try:
        LocalDisk().make_folder(path.absolute().parent)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        LocalDisk().sync_folder(path.absolute().parent)
    except OSError as error:
        raise StoreUnavailable(f"The ledger's file {path} cannot be used: {error}.") from error


_PRAGMAS = (
    "synchronous=FULL",  # sync the log at each commit
    "fullfsync=ON",  # macOS: flush the drive's cache too
    "checkpoint_fullfsync=ON",
    "foreign_keys=ON",
)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is sent explicitly, below
    try:
        _use_write_ahead_log(connection)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()
    except BaseException:
        connection.close()  # the pool does not have it yet
        raise


def _use_write_ahead_log(connection: Any) -> None:
    """Set the journal mode, which the file stores.

    SQLite does not wait for another process that is setting it at the same time, so we do.
    """
    for _ in range(_TRIES):
        try:
            (kind,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
        else:
            if kind == "wal":
                return
        time.sleep(_PAUSE_SECONDS)
    raise sqlite3.OperationalError("database is locked")


def _prepare_to_read(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.text_factory = _any_text
    connection.execute("PRAGMA query_only=ON").close()


def _any_text(data: bytes) -> str:
    """Decode a text that someone may have altered: invalid UTF-8 is left to the audit."""
    return data.decode("utf-8", "surrogateescape")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")
    connection.commit()


def _was_in_the_way(error: DBAPIError) -> bool:
    if isinstance(error, IntegrityError):
        return "unique" in str(error.orig).lower()
    return getattr(error.orig, "sqlstate", None) in _TRY_AGAIN


def _unavailable(error: SQLAlchemyError) -> StoreUnavailable:
    cause = getattr(error, "orig", None) or error
    return StoreUnavailable(f"The ledger's database failed: {cause}.")
