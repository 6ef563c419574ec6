"""One store, one folder, one database, one log; what is left of another is never built upon."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from evidence_store.__main__ import main
from evidence_store.blobs import BlobStore
from evidence_store.checkpoint import Ed25519NoteSigner
from evidence_store.errors import StoreForeign
from evidence_store.identity import Identity, check_place, remains, require_same
from evidence_store.keys import KeyFolder
from evidence_store.ledger import Ledger
from evidence_store.location import StoreLocation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME = "store-0123.nameplate"


@pytest.fixture
def place(tmp_path: Path, database_url: str) -> StoreLocation:
    return StoreLocation(folder=tmp_path / "store", database_url=database_url)


def begin(at: StoreLocation, clock: Any, origin: str = NAME) -> Ledger:
    keys = KeyFolder(at.folder / "keys", clock=clock)
    keys.create(origin)
    (at.folder / "origin").write_text(f"{origin}\n")
    signer = keys.note_signer(origin)
    return Ledger(at.database_url, clock=clock, origin=origin, signer=signer)


def test_a_store_is_begun_and_opened_again(place: StoreLocation, clock: Any) -> None:
    check_place(place)
    begin(place, clock).close()
    check_place(place)


def test_the_first_entry_says_which_store_it_is(place: StoreLocation, clock: Any) -> None:
    ledger = begin(place, clock)
    (first,) = ledger.entries("store")
    assert first.kind == "store-begun"
    assert first.body["origin"] == NAME
    assert str(first.body["checkpoint_key"]).startswith("ssh-ed25519 ")
    ledger.close()


def test_a_folder_with_its_name_and_key_alone_may_still_be_begun(
    place: StoreLocation, clock: Any
) -> None:
    """So it is left if the power goes between the key and the first entry."""
    KeyFolder(place.folder / "keys", clock=clock).create(NAME)
    (place.folder / "origin").write_text(NAME)
    check_place(place)


LEFT: dict[str, Callable[[Path], object]] = {
    "stored bytes": lambda folder: BlobStore(folder / "blobs").put(b"a photo"),
    "keys of people": lambda folder: KeyFolder(folder / "keys").create("person-1"),
    "catalogs": lambda folder: _file(folder / "catalogs" / "a.snapshot"),
    "bundles": lambda folder: _file(folder / "bundles" / "case-1-9" / "bagit.txt"),
}


def _file(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("x")


@pytest.mark.parametrize("what", LEFT)
def test_no_log_is_begun_beside_what_is_left(
    place: StoreLocation, clock: Any, what: str, capsys: Any
) -> None:
    place.folder.mkdir()
    (place.folder / "origin").write_text(NAME)
    LEFT[what](place.folder)
    (left,) = remains(place)
    assert left.startswith(what)
    before = sorted(place.folder.rglob("*"))
    with pytest.raises(StoreForeign, match=what):
        check_place(place)
    assert main(["audit", str(place.folder), "--database", place.database_url]) == 1
    assert "FAULT database-lost" in capsys.readouterr().out
    assert sorted(place.folder.rglob("*")) == before


def test_another_folder_is_refused_and_left_as_it_is(
    place: StoreLocation, clock: Any, tmp_path: Path
) -> None:
    begin(place, clock).close()
    other = StoreLocation(folder=tmp_path / "other", database_url=place.database_url)
    with pytest.raises(StoreForeign, match="is not its folder"):
        check_place(other)
    assert not other.folder.exists()
    other.folder.mkdir()
    (other.folder / "origin").write_text("store-4567.nameplate")
    with pytest.raises(StoreForeign, match="this folder is that of store-4567"):
        check_place(other)


def test_a_lost_name_and_a_lost_key_are_said(place: StoreLocation, clock: Any, capsys: Any) -> None:
    begin(place, clock).close()
    key = place.folder / "keys" / NAME
    key.rename(place.folder / "aside")
    with pytest.raises(StoreForeign, match="key for checkpoints of"):
        check_place(place)
    KeyFolder(place.folder / "keys").create(NAME)
    with pytest.raises(StoreForeign, match="is not the one that"):
        check_place(place)
    (place.folder / "origin").unlink()
    with pytest.raises(StoreForeign, match="no file `origin`"):
        check_place(place)
    assert main(["audit", str(place.folder), "--database", place.database_url]) == 1
    said = capsys.readouterr().out
    assert "FAULT origin-missing" in said
    assert "FAULT identity-foreign" in said


def test_the_ledger_itself_holds_to_its_first_entry(place: StoreLocation, clock: Any) -> None:
    ledger = begin(place, clock)
    signer = ledger.signer
    ledger.close()
    other = Ed25519NoteSigner.__new__(Ed25519NoteSigner)
    other.public_key = bytes(32)
    with pytest.raises(StoreForeign):
        Ledger(place.database_url, clock=clock, origin=NAME, signer=other)
    with pytest.raises(StoreForeign):
        Ledger(place.database_url, clock=clock, origin="other.example", signer=signer)
    here = Identity(origin=NAME, public_key=signer.public_key)
    require_same(here, here)


def test_an_emptied_sqlite_database_is_noticed(tmp_path: Path, clock: Any) -> None:
    place = StoreLocation.from_environment({}, folder=tmp_path / "store")
    begin(place, clock).close()
    BlobStore(place.folder / "blobs").put(b"a photo")
    os.truncate(place.folder / "nameplate.sqlite3", 0)
    for more in place.folder.glob("nameplate.sqlite3-*"):
        more.unlink()
    with pytest.raises(StoreForeign, match=r"no new log|No new log"):
        check_place(place)
