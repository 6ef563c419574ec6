"""What screens show can be thrown away and is rebuilt from the ledger alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, event, select

from tests.unit.workbench.drawn import plate_jpeg
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
    plate, _of_the_copy = workbench.review.plates(own.case_id)
    for field in plate.fields:
        workbench.review.judge_field(
            actor,
            own.case_id,
            exhibit_id="EX-0001",
            region_id="R1",
            field=field.field,
            judgement=Judgement.CONFIRMED,
            seen=plate.seen,
        )
    (group,) = workbench.copies.groups(own.case_id)
    workbench.copies.judge(
        actor,
        own.case_id,
        group.group_id,
        Judgement.CONFIRMED,
        reason="Same bytes",
        seen=group.seen,
    )
    search = workbench.matching.search(actor, own.case_id, plate.plate_id)
    workbench.matching.decide(
        actor,
        own.case_id,
        search_sequence=search.sequence,
        candidate="",
        judgement=Judgement.UNSURE,
        reason="Only one photo",
        seen=search.seen,
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
    entries = sum(workbench.stores.ledger.sizes().values())
    assert steps[-1] == ("entries", entries, entries)
    assert everything(settings.database_url) == before
    assert workbench.cases.summary(case_id) == summary
    workbench.close()


def test_tables_of_an_older_shape_are_folded_anew_and_whoever_waits_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.for_store(tmp_path / "store", readers=("scripted",))
    monkeypatch.setattr("workbench.workbench.BATCH", 10)
    monkeypatch.setattr("workbench.stores.projection.BATCH", 10)
    first = Workbench.open(settings)
    walk(first)
    before = everything(settings.database_url)
    assert not first.is_behind
    engine = first.stores.projection.engine
    with engine.begin() as connection:
        connection.execute(tables.state.update().values(shape=tables.SHAPE - 1))
    first.close()
    second, third = Workbench.open(settings), Workbench.open(settings)
    assert second.is_behind
    steps: list[tuple[int, int]] = []
    reached: int | None = None

    def on_step(_what: str, done: int, total: int) -> None:
        steps.append((done, total))
        if reached is None and len(steps) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        second.catch_up(on_step)
    reached = steps[-1][0]
    steps.clear()
    third.catch_up(on_step)  # another process goes on where that one was stopped
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1] > reached
    assert second.stores.projection.waiting() == 0
    assert everything(settings.database_url) == before
    second.close()
    third.close()


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


def test_no_statement_of_an_intake_or_a_reading_goes_through_the_whole_case(
    tmp_path: Path,
) -> None:
    """What a photo costs must not grow with the store; SQLite says how it looks things up."""
    workbench = Workbench.open(Settings.for_store(tmp_path / "store", readers=("scripted",)))
    actor = workbench.people.sign_in(
        workbench.people.enrol("Alone", (Role.INVESTIGATOR, Role.REVIEWER)).person_id
    )
    case_id = workbench.cases.open_case(actor, title="Own", policy=Policy.SOLO).case_id
    asked: list[tuple[str, Any]] = []
    engine = workbench.stores.projection.engine

    def note(_one: object, _two: object, statement: str, parameters: Any, *_rest: object) -> None:
        asked.append((statement, parameters))

    # What is recorded is folded over the ledger's connections; the rest is read over the other.
    both = (engine, workbench.stores.ledger.database._engine)
    for one in both:
        event.listen(one, "before_cursor_execute", note)
    for seed in (3, 4):
        upload = Upload(name=f"{seed}.jpg", data=plate_jpeg(seed=seed))
        workbench.intake.take_in(actor, case_id, [upload], Claims())
        workbench.reading.read_again(actor, case_id, f"EX-{seed - 2:04d}")
        workbench.exhibits.one(case_id, f"EX-{seed - 2:04d}")
    workbench.copies.captures(case_id, workbench.review.plates(case_id))
    for one in both:
        event.remove(one, "before_cursor_execute", note)
    slow = []
    with engine.connect() as connection:
        for statement, parameters in asked:
            ends = "max(" in statement or "LIMIT" in statement
            if not statement.startswith("SELECT") or ends:
                continue
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            for *_ids, step in plan:
                whole = step.startswith("SCAN") or step.endswith("(case_id=?)")
                if whole and any(name in step for name in LARGE) and "COVERING" not in step:
                    slow.append((step, statement))
    assert len(asked) > 50
    assert not slow
    workbench.close()


LARGE = ("projected_exhibit", "projected_region", "projected_review", "projected_copy_pair")
"""The tables that grow with every photo."""
