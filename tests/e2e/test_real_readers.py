"""The whole way with real weights: each reader alone takes the story's plate to its permit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from catalog.demo import COVERAGE, demo_catalog_csv
from renderer import demo_story
from renderer.demo import demo_photos
from vision.ocr.engine import engine_status
from workbench.settings import Settings
from workbench.types import Actor, Claims, Judgement, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def someone(bench: Workbench) -> Actor:
    return bench.people.sign_in(bench.people.enrol("One person", tuple(Role)).person_id)


@pytest.mark.parametrize("reader", ["rapidocr", "easyocr"])
def test_one_reader_alone_reaches_the_redacted_permit(tmp_path: Path, reader: str) -> None:
    here = {status.name: status for status in engine_status()}
    if not here[reader].available:
        pytest.skip(f"{reader} is not in the light environment: {here[reader].sentence}")
    bench = Workbench.open(Settings.for_store(tmp_path / "store", readers=(reader,)))
    actor = someone(bench)
    bench.catalogs.import_(
        actor, demo_catalog_csv(), name="demo.csv", coverage=COVERAGE, synthetic=True
    )
    case = bench.cases.open_case(actor, title="Turret", policy=Policy.SOLO, synthetic=True)
    photo = demo_photos()[0]
    bench.intake.take_in(actor, case.case_id, [Upload(name=photo.name, data=photo.data)], Claims())
    assert bench.reading.read_pending(actor, case.case_id).problems == ()

    plate = next(
        plate
        for plate in bench.review.plates(case.case_id)
        if any(field.field == "serial" for field in plate.fields)
    )
    exhibit_id, region_id = plate.members[0]
    words = {field.field: field.machine_text for field in plate.fields}
    assert words["serial"] == demo_story.MAIN_SERIAL
    assert words["model"] == "CMX-15D"
    assert "WESCAM" in words["maker"].upper()
    for field in plate.fields:
        bench.review.judge_field(
            actor,
            case.case_id,
            exhibit_id=exhibit_id,
            region_id=region_id,
            field=field.field,
            judgement=Judgement.CONFIRMED,
            seen=plate.seen,
        )
    search = bench.matching.search(actor, case.case_id, plate.plate_id)
    best = search.result.candidates[0]
    assert best.serial == demo_story.MAIN_SERIAL
    assert best.permit.number.redaction.startswith("redacted")
    bench.close()


def test_real_photos_go_from_intake_to_a_bundle_that_verifies(
    tmp_path: Path, measuring_photos: Path
) -> None:
    bench = Workbench.open(Settings.for_store(tmp_path / "store", readers=("rapidocr",)))
    actor = someone(bench)
    case = bench.cases.open_case(actor, title="Results on real plates", policy=Policy.SOLO)
    photos = sorted((measuring_photos / "plates").glob("plate_02*.png"))[:3]
    assert len(photos) == 3
    uploads = [Upload(name=path.name, data=path.read_bytes()) for path in photos]
    report = bench.intake.take_in(actor, case.case_id, uploads, Claims())
    assert len(report.accepted) == 3
    progress = bench.reading.read_pending(actor, case.case_id)
    assert (progress.done, progress.problems) == (3, ())
    read = [
        field.machine_text for plate in bench.review.plates(case.case_id) for field in plate.fields
    ]
    assert read, "plain printed plates give at least one field"
    sealed = bench.exports.seal(actor, case.case_id)
    view = bench.exports.verify(bench.exports.folder_path(case.case_id, sealed.sequence))
    assert view.ok, view.faults
    kept = {
        path.read_bytes()
        for path in (
            bench.exports.folder_path(case.case_id, sealed.sequence) / "data" / "originals"
        ).iterdir()
    }
    assert kept == {upload.data for upload in uploads}
    bench.close()
