"""Opening a store: it is one store, it is begun once, and it has one first custodian."""

from __future__ import annotations

import multiprocessing
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evidence_store.__main__ import main as evidence_store
from evidence_store.errors import StoreError, StoreForeign
from tests.workbench.drawn import plate_jpeg
from workbench.__main__ import main
from workbench.errors import WorkbenchError
from workbench.settings import Settings
from workbench.types import Claims, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    return Settings.for_store(tmp_path / "store", database_url=url, readers=("scripted",))


def enrol(folder: Path, url: str, name: str) -> bool:
    """Enrol the first person of a store, as one of many who do so at once."""
    try:
        bench = Workbench.open(Settings.for_store(folder, database_url=url))
    except StoreError:
        return False
    try:
        bench.people.enrol(name, (Role.REVIEWER,))
    except WorkbenchError:
        return False
    finally:
        bench.close()
    return True


def in_a_process(folder: str, url: str, name: str) -> None:
    raise SystemExit(0 if enrol(Path(folder), url, name) else 3)


def one_custodian(where: Settings) -> None:
    bench = Workbench.open(where)
    (only,) = bench.people.everyone()
    assert Role.CUSTODIAN in only.roles
    keys = {path.name for path in (where.store / "keys").iterdir()}
    assert keys == {only.person_id, bench.stores.origin}  # nothing is left of those refused
    assert bench.set_aside() == ()
    bench.close()


def test_of_many_threads_one_enrols_the_first_custodian(where: Settings) -> None:
    Workbench.open(where).close()
    done: list[bool] = []
    threads = [
        threading.Thread(
            target=lambda n=n: done.append(enrol(where.store, where.database_url, f"Person {n}"))
        )
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False] * 5 + [True]
    one_custodian(where)


def test_of_many_processes_one_begins_the_store_and_its_first_custodian(where: Settings) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(
            target=in_a_process, args=(str(where.store), where.database_url, f"Person {n}")
        )
        for n in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(600)
    assert sorted(str(process.exitcode) for process in processes) == ["0", "3", "3"]
    one_custodian(where)


def test_a_second_folder_on_one_database_is_refused_and_never_made(
    where: Settings, tmp_path: Path
) -> None:
    Workbench.open(where).close()
    other = Settings.for_store(tmp_path / "other", database_url=where.database_url)
    with pytest.raises(StoreForeign, match="is not its folder"):
        Workbench.open(other)
    assert not other.store.exists()


def _emptied(store: Path) -> None:
    os.truncate(store / "nameplate.sqlite3", 0)
    for more in store.glob("nameplate.sqlite3-*"):
        more.unlink()


LOSSES: dict[str, Callable[[Path], object]] = {
    "deleted": lambda store: [file.unlink() for file in store.glob("nameplate.sqlite3*")],
    "emptied": _emptied,
    "without origin": lambda store: (store / "origin").unlink(),
    "without keys": lambda store: (store / "keys").rename(store.parent / "keys"),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_every_command_refuses_what_is_left_of_a_store_and_the_audit_names_it(
    tmp_path: Path, loss: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings.for_store(tmp_path / "store", readers=("scripted",))
    bench = Workbench.open(settings)
    actor = bench.people.sign_in(
        bench.people.enrol("Alone", (Role.INVESTIGATOR, Role.REVIEWER)).person_id
    )
    case = bench.cases.open_case(actor, title="A turret", policy=Policy.SOLO).case_id
    bench.intake.take_in(actor, case, [Upload(name="p.jpg", data=plate_jpeg())], Claims())
    bench.close()
    LOSSES[loss](settings.store)
    before = sorted(settings.store.rglob("*"))
    for words in (["case"], ["enrol", "Reviewer Two"], ["people"]):
        assert main(["--store", str(settings.store), *words]) == 2
        said = capsys.readouterr().err
        assert "NAMEPLATE" in said or "Restore the folder" in said
    assert evidence_store(["audit", str(settings.store)]) == 1
    assert "FAULT" in capsys.readouterr().out
    assert sorted(settings.store.rglob("*")) == before


def test_a_store_of_a_later_program_is_refused_before_anything_is_written(
    where: Settings, tmp_path: Path
) -> None:
    from sqlalchemy import create_engine, text

    Workbench.open(where).close()
    engine = create_engine(where.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE evidence_store_version SET version_num = '9999'"))
    engine.dispose()
    before = sorted(where.store.rglob("*"))
    with pytest.raises(StoreError, match="does not know"):
        Workbench.open(where)
    assert sorted(where.store.rglob("*")) == before
