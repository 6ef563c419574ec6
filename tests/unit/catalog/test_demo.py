"""The demo catalog: synthetic, said so in every row, and shaped like the story."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from catalog.demo import COVERAGE, SOURCE_NOTE, demo_catalog_csv
from catalog.records.status import possible_statuses
from values.dates import PartialDate

if TYPE_CHECKING:
    from catalog.importing.load import LoadResult
    from catalog.snapshot.reader import Snapshot


def test_every_row_is_good_and_says_that_it_is_invented(demo_load: LoadResult) -> None:
    rows = list(csv.DictReader(io.StringIO(demo_catalog_csv().decode())))
    assert all(row["synthetic"] == "yes" and row["source"] == SOURCE_NOTE for row in rows)
    assert demo_load.rows_accepted == len(rows)
    assert demo_load.issues == ()
    assert all("Synthetic" in entry.note for entry in COVERAGE)


def test_the_serials_of_the_demo_plates_are_in_it(demo_snapshot: Snapshot) -> None:
    main, second = demo_snapshot.find_units("CMX15D-0836"), demo_snapshot.find_units("CMX15D-0842")
    assert main[0].delivery.delivery_id != second[0].delivery.delivery_id
    assert main[0].line.part_number == "72-10015-04"
    assert len(demo_snapshot.find_units("CMX15D-0791")) == 1
    assert demo_snapshot.find_units("BYK-T2-0117") == ()


def test_the_main_unit_was_shipped_under_a_permit_in_force_that_was_later_cancelled(
    demo_snapshot: Snapshot,
) -> None:
    (unit,) = demo_snapshot.find_units("CMX15D-0836")
    assert possible_statuses(unit.permit, unit.delivery.ship_date).in_force is True
    assert possible_statuses(unit.permit, PartialDate.parse("2020-10-06")).in_force is False
    assert "no_diversion" in unit.permit.undertakings


def test_neighbours_are_dense(demo_snapshot: Snapshot) -> None:
    near = [f"CMX15D-{number:04d}" for number in range(830, 845)]
    assert all(demo_snapshot.find_units(serial) for serial in near)
