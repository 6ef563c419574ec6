"""Stores to test with: a clock that can be set, a signer, a ledger on each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_store.blobs.store import BlobStore
from evidence_store.checkpoint import Ed25519NoteSigner
from evidence_store.ledger.ledger import Ledger

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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
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
