"""Several programs over one store share the reading, and no photo is read twice."""

from __future__ import annotations

from collections import Counter
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine

from tests.unit.workbench.drawn import plate_jpeg
from workbench.queue.leases import Leases
from workbench.settings import Settings
from workbench.types import Claims, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from pathlib import Path


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'leases.sqlite3'}"


def test_a_lease_is_one_programs_until_it_lapses_or_is_given_back(database_url: str) -> None:
    engine, clock = create_engine(database_url), Clock()
    one, two = (Leases(engine, seconds=60, now=clock) for _ in range(2))
    assert one.take("case-1", "EX-0001")
    assert not two.take("case-1", "EX-0001")
    assert two.take("case-2", "EX-0001")
    assert two.held("case-1") == {"EX-0001"}
    two.give_back("case-1", "EX-0001")
    assert not two.take("case-1", "EX-0001"), "only the holder can give back"
    one.give_back("case-1", "EX-0001")
    assert two.take("case-1", "EX-0001")
    clock.now += 62
    assert one.held("case-1") == frozenset()
    assert one.take("case-1", "EX-0001"), "a program that was killed holds nothing for ever"
    assert not two.take("case-1", "EX-0001")
    engine.dispose()


def test_two_programs_read_each_photo_once(tmp_path: Path, database_url: str) -> None:
    settings = Settings.for_store(
        tmp_path / "store", database_url=database_url, readers=("scripted",)
    )
    benches = [Workbench.open(settings) for _ in range(2)]
    first = benches[0]
    actor = first.people.sign_in(first.people.enrol("One", tuple(Role)).person_id)
    case_id = first.cases.open_case(actor, title="Many", policy=Policy.SOLO).case_id
    uploads = [Upload(name=f"{n}.jpg", data=plate_jpeg(f"S-{n}", seed=n)) for n in range(1, 7)]
    first.intake.take_in(actor, case_id, uploads, Claims())
    waiting = first.cases.summary(case_id).waiting
    assert waiting > 1
    threads = [
        Thread(target=bench.reading.read_pending, args=(actor, case_id)) for bench in benches
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    read = Counter(
        entry.body["exhibit"]
        for entry in first.stores.ledger.entries(case_id)
        if entry.kind == "exhibit.read"
    )
    assert len(read) == waiting
    assert set(read.values()) == {1}
    assert first.cases.summary(case_id).waiting == 0
    for bench in benches:
        bench.close()
