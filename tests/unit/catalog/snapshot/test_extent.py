"""What a catalog was found to hold: counted from its records, beside what is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.snapshot.extent import Extents

if TYPE_CHECKING:
    from catalog.importing.load import LoadResult
    from catalog.snapshot.reader import Snapshot


def test_the_demo_holds_what_its_rows_say(demo_snapshot: Snapshot) -> None:
    found = {extent.maker_id: extent for extent in demo_snapshot.manifest.extent}
    assert found.keys() == {"wescam", "flir", "hensoldt"}
    wescam = found["wescam"]
    assert (str(wescam.first), str(wescam.last)) == ("2019-02-01", "2021-04-12")
    assert (wescam.permits, wescam.units) == (7, 46)


def test_undated_records_leave_the_span_open(demo_load: LoadResult) -> None:
    counted = Extents()
    assert counted.found() == ()
    application = next(p for p in demo_load.records.permits if p.permit_id == "SYN-2020-A03")
    counted.add(application)
    (extent,) = counted.found()
    assert (extent.permits, extent.units) == (1, 0)
    assert str(extent.last) == "2020-10-06"
