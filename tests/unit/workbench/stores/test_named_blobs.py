"""Bytes altered on the disk: the exhibit is named, and everything else goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from evidence_store.errors import BlobDamaged, BlobMissing
from tests.unit.workbench.drawn import plate_jpeg
from values.errors import Exit
from workbench.__main__ import main
from workbench.types import Claims, ExhibitState, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workbench.settings import Settings
    from workbench.types import Actor, CaseSummary

ONE, TWO, THREE = (f"EX-000{number}" for number in (1, 2, 3))


@pytest.fixture
def three(bench: Workbench, investigator: Actor, case: CaseSummary) -> CaseSummary:
    """A case with three photos that wait to be read."""
    photos = [Upload(name=f"{seed}.jpg", data=plate_jpeg(seed=seed)) for seed in (1, 2, 3)]
    bench.intake.take_in(investigator, case.case_id, photos, Claims())
    return case


@pytest.fixture
def damaged(bench: Workbench, settings: Settings, three: CaseSummary) -> Iterator[Workbench]:
    """The same store, opened again after the second photo's bytes were altered."""
    path = kept(bench, settings, three, TWO)
    bench.close()
    path.chmod(0o644)
    path.write_bytes(plate_jpeg(seed=9))
    again = Workbench.open(settings)
    yield again
    again.close()


def kept(bench: Workbench, settings: Settings, case: CaseSummary, exhibit_id: str) -> Path:
    """Where the bytes of an exhibit lie."""
    sha256 = bench.exhibits.one(case.case_id, exhibit_id).summary.sha256
    return settings.store / "blobs" / "sha256" / sha256[:2] / sha256


def test_every_way_to_an_altered_original_names_it(damaged: Workbench, three: CaseSummary) -> None:
    summary = damaged.exhibits.one(three.case_id, TWO).summary
    for look in (
        lambda: damaged.exhibits.original(three.case_id, TWO),
        lambda: damaged.exhibits.upright_png(three.case_id, TWO),
        lambda: damaged.stores.blobs.check(summary.sha256),
    ):
        with pytest.raises(BlobDamaged) as raised:
            look()
        said = raised.value.diagnostics()
        assert f"the original of EX-0002 (2.jpg) in {three.case_id}" in said
        assert "Do not use these bytes" in said


def test_the_others_are_shown_and_read_all_the_same(
    damaged: Workbench, investigator: Actor, three: CaseSummary
) -> None:
    last = damaged.reading.read_pending(investigator, three.case_id)
    assert len(last.problems) == 1
    assert "EX-0002 (2.jpg)" in last.problems[0]
    states = {one.exhibit_id: one.state for one in damaged.exhibits.listed(three.case_id)}
    assert states[TWO] is ExhibitState.WAITING
    assert ExhibitState.WAITING not in (states[ONE], states[THREE])
    assert damaged.exhibits.upright_png(three.case_id, THREE)


def test_a_copy_of_an_altered_original_is_taken_in_and_what_was_left_out_is_said(
    damaged: Workbench, investigator: Actor, three: CaseSummary
) -> None:
    near = plate_jpeg(seed=2) + b"\0"  # other bytes, the same picture
    photos = [
        Upload(name=f"{n}.jpg", data=data) for n, data in ((4, near), (5, plate_jpeg(seed=5)))
    ]
    report = damaged.intake.take_in(investigator, three.case_id, photos, Claims())
    assert report.accepted == ("EX-0004", "EX-0005")
    assert len(report.problems) == 1
    assert "EX-0004, but not compared with all earlier photos" in report.problems[0]
    assert "EX-0002 (2.jpg)" in report.problems[0]


def test_the_same_bytes_again_do_not_pass_for_kept(
    damaged: Workbench, investigator: Actor, three: CaseSummary
) -> None:
    photos = [Upload(name="again.jpg", data=plate_jpeg(seed=2))]
    report = damaged.intake.take_in(investigator, three.case_id, photos, Claims())
    assert report.accepted == ()
    assert "EX-0002 (2.jpg)" in report.problems[0]


def test_without_a_screen_the_exhibit_is_named(
    damaged: Workbench,
    settings: Settings,
    three: CaseSummary,
    capsys: pytest.CaptureFixture[str],
) -> None:
    damaged.close()
    assert main(["--store", str(settings.store), "export", three.case_id]) == Exit.DAMAGED
    assert "the original of EX-0002 (2.jpg)" in capsys.readouterr().err


def test_a_missing_reading_is_named_and_bytes_of_no_exhibit_are_not(
    bench: Workbench, settings: Settings, investigator: Actor, three: CaseSummary
) -> None:
    bench.reading.read_pending(investigator, three.case_id)
    sha256 = bench.exhibits.recorded_in(three.case_id, ONE).reading_sha256
    (settings.store / "blobs" / "sha256" / sha256[:2] / sha256).unlink()
    with pytest.raises(BlobMissing, match=r"the reading of EX-0001 \(1\.jpg\)"):
        bench.stores.blobs.get(sha256)
    with pytest.raises(BlobMissing, match=r"^No bytes"):
        bench.stores.blobs.get("0" * 64)


def test_the_exhibit_of_a_missing_original_is_found_without_a_look_through_the_store(
    bench: Workbench, settings: Settings, three: CaseSummary
) -> None:
    sha256 = bench.exhibits.one(three.case_id, TWO).summary.sha256
    kept(bench, settings, three, TWO).unlink()
    asked: list[tuple[str, Any]] = []
    engine = bench.stores.projection.engine

    def note(_one: object, _two: object, statement: str, parameters: Any, *_rest: object) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    with pytest.raises(BlobMissing, match=TWO):
        bench.stores.blobs.get(sha256)
    event.remove(engine, "before_cursor_execute", note)
    assert len(asked) == 1
    with engine.connect() as connection:
        statement, parameters = asked[0]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert all("SEARCH" in row.detail and "(sha256=?)" in row.detail for row in plan), plan
