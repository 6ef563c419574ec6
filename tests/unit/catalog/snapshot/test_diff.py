"""The difference between two snapshots: exact counts, and each change named."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from catalog.demo import COVERAGE
from catalog.snapshot.diff import FieldChange, SnapshotDiff, UnitChange, diff
from catalog.snapshot.reader import Snapshot, build_snapshot, open_snapshot
from catalog.types import CatalogRecords, Permit, Serial
from tests.unit.catalog.casework import ids, spoken

if TYPE_CHECKING:
    from pathlib import Path

    from catalog.importing.load import LoadResult

AT = datetime(2026, 11, 22, tzinfo=UTC)


def changed(permit: Permit, **changes: object) -> Permit:
    """Give the permit with changes to its first delivery."""
    line = permit.lines[0]
    delivery = replace(line.deliveries[0], **changes)
    return replace(
        permit,
        lines=(replace(line, deliveries=(delivery, *line.deliveries[1:])), *permit.lines[1:]),
    )


def compare(
    demo: Snapshot, records: CatalogRecords, path: Path, coverage: tuple = COVERAGE
) -> SnapshotDiff:
    build_snapshot(records, path, sources=(), coverage=coverage, synthetic=True, built_at=AT)
    with ExitStack() as stack:
        return diff(demo, stack.enter_context(open_snapshot(path)))


def with_permit(records: CatalogRecords, permit: Permit) -> CatalogRecords:
    others = tuple(p for p in records.permits if p.permit_id != permit.permit_id)
    return replace(records, permits=(*others, permit))


@pytest.fixture
def may(demo_load: LoadResult) -> Permit:
    return next(p for p in demo_load.records.permits if p.permit_id == "SYN-2020-007")


def test_the_same_records_differ_in_nothing(
    demo_snapshot: Snapshot, demo_load: LoadResult, tmp_path: Path
) -> None:
    same = compare(demo_snapshot, demo_load.records, tmp_path / "s")
    assert same.empty
    assert ids(same.sentences()) == ["diff.same"]
    assert same.old_sha256 != same.new_sha256  # other sources, another time


def test_a_new_unit(
    demo_snapshot: Snapshot, demo_load: LoadResult, may: Permit, tmp_path: Path
) -> None:
    serials = (*may.lines[0].deliveries[0].serials, Serial(value="CMX15D-0999", basis="list"))
    records = with_permit(demo_load.records, changed(may, serials=serials))
    found = compare(demo_snapshot, records, tmp_path / "s")
    assert found.units == (
        UnitChange(
            maker_id="wescam",
            model="CMX-15D",
            key="CMX15D0999",
            before="",
            after="SYN-2020-007 / SYN-2020-007/1 / SYN-D-0201",
        ),
    )
    assert spoken(found.sentences()) == "1 permit changed. 1 unit added."
    (change,) = found.permits_changed
    assert change.record_id == "SYN-2020-007"
    assert change.fields == (
        FieldChange(path="lines[0].deliveries[0].serials_recorded", before="3", after="4"),
    )


def test_a_unit_under_another_delivery(
    demo_snapshot: Snapshot, demo_load: LoadResult, may: Permit, tmp_path: Path
) -> None:
    line = may.lines[0]
    first, second = line.deliveries
    swapped = (
        replace(first, serials=(second.serials[0], *first.serials[1:])),
        replace(second, serials=(first.serials[0], *second.serials[1:])),
    )
    permit = replace(may, lines=(replace(line, deliveries=swapped),))
    found = compare(demo_snapshot, with_permit(demo_load.records, permit), tmp_path / "s")
    assert found.count("units_moved") == 2
    assert found.count("units_added") == found.count("units_removed") == 0
    moved = {change.key: (change.before[-4:], change.after[-4:]) for change in found.units}
    assert moved == {"CMX15D0834": ("0201", "0202"), "CMX15D0842": ("0202", "0201")}


def test_a_permit_that_went_away_and_one_that_came(
    demo_snapshot: Snapshot, demo_load: LoadResult, may: Permit, tmp_path: Path
) -> None:
    renamed = replace(may, permit_id="SYN-2020-008")
    others = tuple(p for p in demo_load.records.permits if p is not may)
    records = replace(demo_load.records, permits=(*others, renamed))
    found = compare(demo_snapshot, records, tmp_path / "s")
    assert found.permits_removed == ("SYN-2020-007",)
    assert found.permits_added == ("SYN-2020-008",)
    assert found.count("units_moved") == 5


def test_a_new_status_is_named_with_its_place(
    demo_snapshot: Snapshot, demo_load: LoadResult, may: Permit, tmp_path: Path
) -> None:
    history = (*may.status_history[:2], replace(may.status_history[2], status="revoked"))
    records = with_permit(demo_load.records, replace(may, status_history=history))
    (change,) = compare(demo_snapshot, records, tmp_path / "s").permits_changed
    assert change.fields[0] == FieldChange(
        path="status_history[2].status", before="suspended", after="revoked"
    )
    assert change.fields[1].path == "status_history[3]"
    assert change.fields[1].after == ""


def test_coverage_and_makers(
    demo_snapshot: Snapshot, demo_load: LoadResult, tmp_path: Path
) -> None:
    makers = tuple(
        replace(maker, cage=("0AAA0",)) if maker.maker_id == "wescam" else maker
        for maker in demo_load.records.makers
    )
    coverage = (replace(COVERAGE[0], completeness="complete"), *COVERAGE[1:])
    records = replace(demo_load.records, makers=makers)
    found = compare(demo_snapshot, records, tmp_path / "s", coverage)
    assert found.coverage == (
        FieldChange(path="[0].completeness", before="partial", after="complete"),
    )
    assert [change.record_id for change in found.makers_changed] == ["wescam"]
    assert not found.empty
