"""What screens show can be thrown away and is rebuilt from the ledger alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, select

from tests.workbench.drawn import plate_jpeg
from workbench import tables
from workbench.settings import Settings
from workbench.types import Claims, Judgement, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from pathlib import Path


def everything(url: str) -> dict[str, list[Any]]:
    """All rows of all projected tables."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in tables.metadata.sorted_tables
        }
    engine.dispose()
    return rows


def walk(workbench: Workbench) -> str:
    """Someone takes in, reads, judges, searches and decides; gives the case."""
    actor = workbench.people.sign_in(
        workbench.people.enrol("Alone", (Role.INVESTIGATOR, Role.REVIEWER)).person_id
    )
    case = workbench.demo.load(actor)
    assert case.synthetic
    own = workbench.cases.open_case(actor, title="Own", policy=Policy.SOLO)
    uploads = [
        Upload(name="a.jpg", data=plate_jpeg()),
        Upload(name="b.jpg", data=plate_jpeg()),
        Upload(name="c.jpg", data=b"no picture"),
    ]
    workbench.intake.take_in(actor, own.case_id, uploads, Claims(note="A note"))
    workbench.reading.read_pending(actor, own.case_id)
    (plate,) = workbench.review.plates(own.case_id)
    for field in plate.fields:
        workbench.review.judge_field(
            actor,
            own.case_id,
            exhibit_id="EX-0001",
            region_id="R1",
            field=field.field,
            judgement=Judgement.CONFIRMED,
        )
    (group,) = workbench.copies.groups(own.case_id)
    workbench.copies.judge(
        actor, own.case_id, group.group_id, Judgement.CONFIRMED, reason="Same bytes"
    )
    search = workbench.matching.search(actor, own.case_id, plate.plate_id)
    workbench.matching.decide(
        actor,
        own.case_id,
        search_sequence=search.sequence,
        candidate="",
        judgement=Judgement.UNSURE,
        reason="Only one photo",
    )
    return own.case_id


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_the_projection_is_rebuilt_from_the_ledger(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    url = None if database == "sqlite" else request.getfixturevalue("postgres_url")
    settings = Settings.for_store(tmp_path / "store", database_url=url, readers=("scripted",))
    workbench = Workbench.open(settings)
    case_id = walk(workbench)
    before = everything(settings.database_url)
    assert before["projected_decision"]
    assert before["projected_copy_pair"]
    summary = workbench.cases.summary(case_id)
    steps: list[tuple[str, int, int]] = []
    workbench.stores.projection.rebuild(lambda *step: steps.append(step))
    assert {log for log, _, _ in steps} == set(workbench.stores.ledger.logs())
    assert all(done == total for _, done, total in steps)
    assert everything(settings.database_url) == before
    assert workbench.cases.summary(case_id) == summary
    workbench.close()


def test_a_new_process_goes_on_where_the_last_one_was(tmp_path: Path) -> None:
    settings = Settings.for_store(tmp_path / "store", readers=("scripted",))
    first = Workbench.open(settings)
    case_id = walk(first)
    second = Workbench.open(settings)
    assert second.cases.summary(case_id) == first.cases.summary(case_id)
    actor = first.people.sign_in(first.people.everyone()[0].person_id)
    taken = [
        bench.intake.take_in(
            actor, case_id, [Upload(name="x.jpg", data=plate_jpeg(seed=9 + at))], Claims()
        ).accepted
        for at, bench in enumerate((first, second, first))
    ]
    assert taken == [("EX-0003",), ("EX-0004",), ("EX-0005",)]
    first.close()
    second.close()
