"""Copies, other exposures and independent captures, over a real store."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from renderer.clip import plate_clip
from renderer.jpeg import to_jpeg
from renderer.plate import PlateSpec, draw_plate, expose
from tests.unit.workbench.drawn import SERIAL, plate_jpeg
from tests.unit.workbench.steps import case_file, now
from vision.types import CopyEvidence
from words import en
from workbench.__main__ import main
from workbench.copies.copies import FIGURES, measured
from workbench.copies.value_index import KnownValues
from workbench.errors import BadRequest
from workbench.types import Claims, Judgement, Policy, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from workbench.settings import Settings
    from workbench.types import Actor, CaseSummary, IntakeReport


def smaller(data: bytes) -> bytes:
    """A repost: half as wide, recompressed."""
    image = Image.open(io.BytesIO(data))
    buffer = io.BytesIO()
    image.resize((image.width // 2, image.height // 2)).save(buffer, format="JPEG", quality=70)
    return buffer.getvalue()


def copies_of(bench: Workbench, case: CaseSummary) -> dict[str, str]:
    """What the list of exhibits calls copies, and of what."""
    return {
        exhibit.exhibit_id: exhibit.copy_of
        for exhibit in bench.exhibits.listed(case.case_id)
        if exhibit.copy_of
    }


def other_exposure() -> bytes:
    """The same plate from elsewhere."""
    spec = PlateSpec(maker="L3 WESCAM", model="CMX-15D", serial=SERIAL)
    photo = expose(draw_plate(spec, seed=1, wear="clean"), severity="mild", seed=9, size=640)
    return to_jpeg(photo.pixels)


@pytest.fixture
def kept_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The indexes are written after every photo and reading."""
    monkeypatch.setattr("workbench.copies.photo_index.WORTH_KEEPING", 1)
    monkeypatch.setattr("workbench.copies.value_index.WORTH_KEEPING", 1)


@pytest.fixture
def two_looks(bench: Workbench, investigator: Actor, case: CaseSummary) -> CaseSummary:
    """A photo, a repost of it with an earlier claimed date, and another exposure; all read."""
    for name, data, date in (
        ("first.jpg", plate_jpeg(), "2020-10-19"),
        ("repost.jpg", smaller(plate_jpeg()), "2020-10-02"),
        ("again.jpg", other_exposure(), "2021"),
    ):
        upload = [Upload(name=name, data=data)]
        bench.intake.take_in(investigator, case.case_id, upload, Claims(claimed_date=date))
    bench.reading.read_pending(investigator, case.case_id)
    return case


def test_a_pair_says_why_with_hash_distances_inliers_and_an_outline(
    bench: Workbench, two_looks: CaseSummary
) -> None:
    copies, _ = bench.copies.groups(two_looks.case_id)
    (evidence,) = copies.evidence
    figures = dict(evidence.distances)
    assert {"phash", "dhash", "likeness", "displacement"} <= figures.keys()
    assert evidence.inliers > 20
    assert evidence.outline is not None
    assert bench.copies.drawn(two_looks.case_id, evidence)[:4] == b"\x89PNG"


def test_of_files_that_are_the_same_nothing_was_measured() -> None:
    same = CopyEvidence(
        photo_a="a" * 64, photo_b="a" * 64, relation="exact", distances=(), inliers=0,
        homography=None, outline=None, why="The same.",
    )  # fmt: skip
    assert measured(same) == ""


def test_what_was_measured_is_said_in_words(bench: Workbench, two_looks: CaseSummary) -> None:
    for group in bench.copies.groups(two_looks.case_id):
        said = measured(group.evidence[0])
        assert said.startswith("median correlation ") or "bits of the pHash differ; " in said
        assert said.endswith("matched features line up")
        assert all(name in FIGURES for name, _ in group.evidence[0].distances)
        assert "likeness" not in said


def test_another_exposure_is_proposed_from_the_readings_and_never_held_back(
    bench: Workbench, two_looks: CaseSummary
) -> None:
    _, group = bench.copies.groups(two_looks.case_id)
    assert (group.relation, group.exhibit_ids) == ("same_object", ("EX-0001", "EX-0003"))
    assert f"Both read {SERIAL.replace('-', '')} (serial); " in en.text(group.evidence[0].why)
    assert copies_of(bench, two_looks) == {"EX-0002": "EX-0001"}


def test_reading_again_proposes_nothing_twice(
    bench: Workbench, investigator: Actor, two_looks: CaseSummary
) -> None:
    before = bench.copies.groups(two_looks.case_id)
    bench.reading.read_again(investigator, two_looks.case_id, "EX-0003")
    assert bench.copies.groups(two_looks.case_id) == before


def test_rejecting_one_object_leaves_its_copies_alone(
    bench: Workbench, reviewer: Actor, two_looks: CaseSummary
) -> None:
    _, group = bench.copies.groups(two_looks.case_id)
    with pytest.raises(BadRequest, match="reason"):
        bench.copies.judge(
            reviewer, two_looks.case_id, group.group_id, Judgement.REJECTED, seen=group.seen
        )
    bench.copies.judge(
        reviewer,
        two_looks.case_id,
        group.group_id,
        Judgement.REJECTED,
        reason="Two boards.",
        seen=group.seen,
    )
    assert copies_of(bench, two_looks) == {"EX-0002": "EX-0001"}
    copies, _ = bench.copies.groups(two_looks.case_id)
    bench.copies.judge(
        reviewer,
        two_looks.case_id,
        copies.group_id,
        Judgement.REJECTED,
        reason="Two shutters.",
        seen=copies.seen,
    )
    assert copies_of(bench, two_looks) == {}


def test_one_object_confirmed_joins_its_plates(
    bench: Workbench, reviewer: Actor, two_looks: CaseSummary
) -> None:
    _, group = bench.copies.groups(two_looks.case_id)
    assert all(len(plate.members) == 1 for plate in bench.review.plates(two_looks.case_id))
    bench.copies.judge(
        reviewer, two_looks.case_id, group.group_id, Judgement.CONFIRMED, seen=group.seen
    )
    joined = [p.members for p in bench.review.plates(two_looks.case_id) if len(p.members) > 1]
    assert [{exhibit for exhibit, _region in members} for members in joined] == [
        {"EX-0001", "EX-0003"}
    ]


def test_captures_leave_reposts_out_and_keep_claimed_and_embedded_dates_apart(
    bench: Workbench, reviewer: Actor, investigator: Actor, two_looks: CaseSummary
) -> None:
    plates = bench.review.plates(two_looks.case_id)
    joined = tuple(member for plate in plates for member in plate.members)
    bench.review.join_plates(
        reviewer, two_looks.case_id, joined, reason="One serial.", seen=plates[0].seen
    )
    (plate,) = bench.review.plates(two_looks.case_id)
    (found,) = bench.copies.captures(two_looks.case_id, [plate])
    assert found.captures == ("EX-0001", "EX-0003")
    assert (found.reposts, found.likely_reposts) == ((), ("EX-0002",))
    assert found.first_claimed == ("2020-10-02", "EX-0002")
    assert found.first_embedded is None
    assert found.sentence.startswith(
        "2 independent captures (EX-0001, EX-0003), probably repeated by EX-0002 (proposed by "
    )


def test_a_clip_that_comes_again_repeats_its_stills_and_is_one_capture(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    spec = PlateSpec(maker="L3 WESCAM", model="CMX-15D", serial=SERIAL)
    clip = plate_clip(spec, seconds=2.0, seed=3, size=(640, 360), fill=0.6)
    for name in ("one.mp4", "two.mp4"):
        bench.intake.take_in(investigator, case.case_id, [Upload(name=name, data=clip)], Claims())
    stills = [one for one in bench.exhibits.listed(case.case_id) if one.parent]
    first = [one for one in stills if one.parent == "EX-0001"]
    assert first
    assert all(one.copy_of is None for one in first)
    assert all(one.copy_of for one in stills if one not in first)
    bench.reading.read_pending(investigator, case.case_id)
    for found in bench.copies.captures(case.case_id, bench.review.plates(case.case_id)):
        assert found.captures == ("EX-0001",)
        second = next(one.parent for one in stills if one not in first)
        assert f"repeated by {second};" in found.sentence, "its bytes are the same"


def test_the_same_exposure_in_another_case_is_found_and_not_recorded(
    bench: Workbench, investigator: Actor, two_looks: CaseSummary, case: CaseSummary
) -> None:
    other = bench.cases.open_case(
        investigator, title="Another", policy=Policy.SOLO, provenance="Drawn for a test"
    )
    report = bench.intake.take_in(
        investigator, other.case_id, [Upload(name="x.jpg", data=smaller(plate_jpeg()))], Claims()
    )
    assert report.copies == ()
    found = bench.copies.elsewhere(other.case_id, "EX-0001")
    assert {(hit.case_id, hit.exhibit_id) for hit in found} == {
        (two_looks.case_id, "EX-0001"),
        (two_looks.case_id, "EX-0002"),
    }
    assert bench.copies.groups(other.case_id) == ()


def test_the_index_is_kept_and_caught_up_at_the_next_start(
    bench: Workbench,
    settings: Settings,
    two_looks: CaseSummary,
    investigator: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("workbench.copies.photo_index.WORTH_KEEPING", 1)
    bench.copies.close()
    (kept,) = (settings.store / "cache").glob("copies-*.npz")
    again = Workbench.open(settings)
    photo = [Upload(name="late.jpg", data=smaller(smaller(plate_jpeg())))]
    report = again.intake.take_in(investigator, two_looks.case_id, photo, Claims())
    assert len(report.copies) == 1
    again.close()
    (newer,) = (settings.store / "cache").glob("copies-*.npz")
    assert newer != kept
    newer.write_bytes(b"no index")
    after = Workbench.open(settings)
    photo = [Upload(name="later.jpg", data=plate_jpeg())]
    report = after.intake.take_in(investigator, two_looks.case_id, photo, Claims())
    assert report.copies == (("EX-0005", "EX-0001"),)
    after.close()


@pytest.mark.usefixtures("kept_at_once")
def test_the_indexes_are_kept_while_the_program_runs(
    bench: Workbench,
    settings: Settings,
    case: CaseSummary,
    investigator: Actor,
) -> None:
    for seed in range(4):
        photo = [Upload(name=f"{seed}.jpg", data=plate_jpeg(seed=seed))]
        bench.intake.take_in(investigator, case.case_id, photo, Claims())
        bench.reading.read_pending(investigator, case.case_id)
    assert len(list((settings.store / "cache").glob("copies-*.npz"))) == 1
    kept = json.loads((settings.store / "cache" / "copies.json").read_text())
    assert kept["reached"][case.case_id] >= 2
    assert case.case_id in json.loads((settings.store / "cache" / "values.json").read_text())


@pytest.mark.usefixtures("kept_at_once")
def test_an_index_newer_than_a_database_put_back_from_a_backup_hides_nothing(
    bench: Workbench,
    settings: Settings,
    case: CaseSummary,
    investigator: Actor,
) -> None:

    def take_and_read(workbench: Workbench, data: bytes) -> IntakeReport:
        photo = [Upload(name="photo.jpg", data=data)]
        report = workbench.intake.take_in(investigator, case.case_id, photo, Claims())
        workbench.reading.read_pending(investigator, case.case_id)
        return report

    take_and_read(bench, plate_jpeg(seed=1))
    database = settings.store / "nameplate.sqlite3"
    bench.stores.projection.close()
    with (
        closing(sqlite3.connect(database)) as source,
        closing(sqlite3.connect(settings.store / "backup")) as backup,
    ):
        source.backup(backup)
    for seed in (2, 3, 4, 5):
        take_and_read(bench, plate_jpeg(seed=seed))
    bench.close()
    assert json.loads((settings.store / "cache" / "copies.json").read_text())["reached"]
    for file in settings.store.glob("nameplate.sqlite3*"):
        file.unlink()
    (settings.store / "backup").rename(database)
    after = Workbench.open(settings)
    other = plate_jpeg(seed=9)
    take_and_read(after, other)
    assert take_and_read(after, smaller(other)).copies == (("EX-0003", "EX-0002"),)
    held = KnownValues(after.stores).bearers(case.case_id, ["CMX15D0836"])
    assert held == {"EX-0001", "EX-0002", "EX-0003"}
    after.close()


@pytest.mark.usefixtures("kept_at_once")
def test_an_index_that_cannot_be_written_stops_nothing(
    bench: Workbench,
    settings: Settings,
    case: CaseSummary,
    investigator: Actor,
) -> None:
    cache = settings.store / "cache"
    for name in ("copies.json", "values.json"):
        (cache / name / "in the way").mkdir(parents=True)
    for seed in range(4):
        photo = [Upload(name=f"{seed}.jpg", data=plate_jpeg(seed=seed))]
        assert bench.intake.take_in(investigator, case.case_id, photo, Claims()).accepted
        assert not bench.reading.read_pending(investigator, case.case_id).problems
    bench.copies.close()
    assert not [*cache.glob("*.npz"), *cache.glob("*.part")]


def test_the_command_line_shows_judges_and_counts(
    bench: Workbench,
    settings: Settings,
    reviewer: Actor,
    two_looks: CaseSummary,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store, case_id = ["--store", str(settings.store)], two_looks.case_id
    judging = [*store, "--as", reviewer.name, "judge-copies", case_id, "copy:EX-0001", "confirmed"]
    assert main([*judging, "--seen", str(now(bench, two_looks))]) == 0
    assert main([*store, "--as", reviewer.name, "copies", case_id]) == 0
    said = capsys.readouterr().out
    assert "copy:EX-0001\tEX-0001, EX-0002\tconfirmed by" in said
    assert "matched features line up" in said
    assert "independent capture (EX-0001), repeated by EX-0002" in said


def test_the_case_file_counts_captures(bench: Workbench, two_looks: CaseSummary) -> None:
    report = case_file(bench, two_looks.case_id)
    assert any("probably repeated by EX-0002" in plate.captures for plate in report.plates)
    assert any("matched features line up" in why for group in report.groups for why in group.why)


def test_the_command_line_takes_a_frame(
    bench: Workbench,
    settings: Settings,
    investigator: Actor,
    case: CaseSummary,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spec = PlateSpec(maker="L3 WESCAM", model="CMX-15D", serial=SERIAL)
    clip = plate_clip(spec, seconds=2.0, seed=3, size=(320, 180))
    bench.intake.take_in(investigator, case.case_id, [Upload(name="one.mp4", data=clip)], Claims())
    who = ["--store", str(settings.store), "--as", investigator.name]
    assert main([*who, "frame", case.case_id, "EX-0001", "--at", "26/25"]) == 0
    taken = capsys.readouterr().out.strip()
    how = bench.exhibits.one(case.case_id, taken).derived_how
    assert how is not None
    assert "Chosen by hand at 1.040 s. Made by: " in how
