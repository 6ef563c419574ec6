"""What an import left out stays in the catalog's own words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from catalog.importing.load import load
from catalog.matching.competitors import Competition
from catalog.matching.coverage import coverage_note
from catalog.records.left_out import LONGEST_PROBLEM, MOST_REASONS, Tally, left_out, rows_left_out
from catalog.snapshot.manifest import manifest_bytes
from catalog.snapshot.reader import build_snapshot, open_snapshot
from catalog.types import CoverageEntry, LeftOut, Source
from tests.unit.catalog.casework import ids, spoken

if TYPE_CHECKING:
    from pathlib import Path

PARTIAL = b"""permit_number,maker,model,serial,ship_date,consignee
EP-1,L3 Wescam,CMX-15D,0820 to 0829,2020-09-08,Consignee A
EP-2,L3 Wescam,CMX-15D,0830 to 0839,08/09/2020,Consignee B
"""


def _source(read: int, taken: int, *parts: LeftOut) -> Source:
    return Source(name="made up", rows_read=read, rows_accepted=taken, left_out=parts)


def test_nothing_left_out_says_nothing() -> None:
    assert left_out((_source(5, 5), Source(name="no counts"))) == ()


@pytest.mark.parametrize(
    ("read", "taken", "said"),
    [
        (2, 1, "1 of 2 rows was left out"),
        (3, 1, "2 of 3 rows were left out"),
        (1, 0, "1 of 1 row was left out"),
        (40_001, 1, "40,000 of 40,001 rows were left out"),
    ],
)
def test_rows_are_counted_in_words(read: int, taken: int, said: str) -> None:
    assert spoken(left_out((_source(read, taken),))).startswith(said)


def test_sources_add_up() -> None:
    sources = (_source(5, 3), _source(10, 9), Source(name="no counts"))
    assert rows_left_out(sources) == (3, 15)


def test_the_column_that_cost_most_rows_comes_first_and_a_row_counts_once_for_it() -> None:
    tally = Tally()
    tally.add(2, "serial", "'x' is odd")
    tally.add(3, "date", "first")
    tally.add(3, "date", "second in the same cell")
    tally.add(4, "date", "third")
    assert tally.reasons() == (
        LeftOut(column="date", rows=2, first_row=3, problem="first"),
        LeftOut(column="serial", rows=1, first_row=2, problem="'x' is odd"),
    )


def test_reasons_are_bounded() -> None:
    tally = Tally()
    for at in range(MOST_REASONS + 5):
        tally.add(2, f"column {at}", "x" * 1000)
    assert len(tally.reasons()) == MOST_REASONS
    assert {len(part.problem) for part in tally.reasons()} == {LONGEST_PROBLEM}


def test_a_partial_import_counts_its_rows_and_names_the_column() -> None:
    result = load(PARTIAL, name="made_up.csv")
    assert (result.rows_read, result.rows_accepted) == (2, 1)
    [part] = result.left_out
    assert (part.column, part.rows, part.first_row) == ("ship_date", 1, 3)


def test_records_in_json_count_as_rows_do() -> None:
    data = {"permits": [{"permit_id": "P1", "number": {"value": "P1"}, "issuer": ""}, {"odd": 1}]}
    result = load(json.dumps(data).encode(), name="made_up.json")
    assert [part.rows for part in result.left_out] == [result.rows_read - result.rows_accepted]


def test_a_snapshot_keeps_what_was_left_out_and_coverage_says_it_beside_complete(
    tmp_path: Path,
) -> None:
    result = load(PARTIAL, name="made_up.csv")
    source = replace(_source(result.rows_read, result.rows_accepted), left_out=result.left_out)
    manifest = build_snapshot(
        result.records,
        tmp_path / "one.snapshot",
        sources=(source,),
        coverage=(CoverageEntry(completeness="complete"),),
        synthetic=True,
        built_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert (manifest.rows_total, manifest.rows_left_out) == (2, 1)
    assert b'"left_out"' in manifest_bytes(manifest)
    snapshot = open_snapshot(tmp_path / "one.snapshot")
    assert snapshot.manifest == manifest
    nobody = Competition(competitors=(), certain=False, limits=(), absent=None)
    note = coverage_note(snapshot, nobody)
    snapshot.close()
    assert ids(note)[-2:] == ["coverage.left-out", "coverage.left-out-column"]
    assert "1 of 2 rows was left out" in spoken(note)
    assert "row 3" in spoken(note)
