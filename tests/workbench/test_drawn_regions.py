"""Regions that people draw: kept as drawn, judged like all others, and ending no reading."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workbench.drawn import SERIAL, plate_jpeg
from tests.workbench.steps import bundle_table, case_file, judge, now
from workbench.narrative import sentence
from workbench.types import Claims, ExhibitState, Judgement, Role, Upload

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vision.types import Quad
    from workbench.types import Actor, CaseSummary
    from workbench.workbench import Workbench

CORNERS: Quad = ((11.25, 10.0), (630.5, 12.75), (628.0, 470.0), (9.0, 466.5))
BLOCKS = (("MODEL CMX-15D", [0.05, 0.04, 0.35, 0.05]), (f"S/N {SERIAL}", [0.6, 0.88, 0.35, 0.05]))


Script = tuple[tuple[str, list[float]], ...]


@pytest.fixture
def scripted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Script], None]:
    """Changes what the scripted reader sees."""

    def change(lines: Script) -> None:
        script = tmp_path / "other.json"
        said = [{"text": text, "confidence": 0.97, "box": box} for text, box in lines]
        script.write_text(json.dumps(said), encoding="utf-8")
        monkeypatch.setenv("NAMEPLATE_SCRIPT", str(script))

    return change


@pytest.fixture
def two_blocks(scripted: Callable[[Script], None]) -> None:
    """The scripted reader sees a model at the top and a serial far below it."""
    scripted(BLOCKS)


@pytest.fixture
def waiting(bench: Workbench, investigator: Actor, case: CaseSummary) -> CaseSummary:
    """One photo that waits to be read."""
    photo = Upload(name="p.jpg", data=plate_jpeg())
    bench.intake.take_in(investigator, case.case_id, [photo], Claims())
    return case


def state_of(bench: Workbench, case: CaseSummary) -> ExhibitState:
    return bench.exhibits.listed(case.case_id)[0].state


@pytest.mark.usefixtures("two_blocks")
def test_a_drawn_region_with_two_blocks_is_one_region_that_waits_for_a_person(
    bench: Workbench, investigator: Actor, reviewer: Actor, waiting: CaseSummary
) -> None:
    region_id = bench.reading.read_region(investigator, waiting.case_id, "EX-0001", CORNERS)
    view = bench.exhibits.one(waiting.case_id, "EX-0001")
    assert view.reading is not None
    (region,) = view.reading.regions
    assert len(region.found) == 2, "the blocks have outlines of their own"
    assert [one.region_id for one in view.reading.combined] == [region_id]
    queue = bench.review.queue(waiting.case_id)
    assert (queue.regions, queue.open) == (1, 1)
    assert bench.review.next_to_review(reviewer, waiting.case_id) == ("EX-0001", region_id)
    plate = bench.review.plate(waiting.case_id, f"EX-0001/{region_id}")
    assert [(one.field, one.machine_text) for one in plate.fields] == [
        ("model", "CMX-15D"),
        ("serial", SERIAL),
    ]
    combined = view.reading.combined[0]
    assert {(one.field, one.text) for one in combined.fields} == {
        (one.field, one.machine_text) for one in plate.fields
    }, "the reading and the card say the same"
    for field in ("model", "serial"):
        bench.review.judge_field(
            reviewer,
            waiting.case_id,
            exhibit_id="EX-0001",
            region_id=region_id,
            field=field,  # type: ignore[arg-type]
            judgement=Judgement.CONFIRMED,
            seen=now(bench, waiting),
        )
    assert bench.review.queue(waiting.case_id).open == 0


@pytest.mark.usefixtures("two_blocks")
def test_the_corners_are_the_persons_in_log_report_table_and_crop(
    bench: Workbench, investigator: Actor, waiting: CaseSummary
) -> None:
    case_id = waiting.case_id
    region_id = bench.reading.read_region(investigator, case_id, "EX-0001", CORNERS)
    entry = list(bench.stores.ledger.entries(case_id))[-1]
    assert (entry.kind, entry.body["whole"]) == ("exhibit.read", False)
    (logged,) = entry.private["regions"]  # type: ignore[misc]
    assert logged["corners"] == [list(corner) for corner in CORNERS]  # type: ignore[index, call-overload]
    assert logged["drawn"] is True  # type: ignore[index, call-overload]
    assert "Read a region that this person drew on EX-0001" in sentence(entry)
    report = case_file(bench, case_id)
    (region,) = report.exhibits[0].regions
    assert (region.corners, region.drawn_by) == (CORNERS, "a person")
    assert region.as_drawn.startswith("Corners as drawn: (11.2, 10.0), (630.5, 12.8), ")
    assert ". The machine found text in it at (" in region.as_drawn
    rows = bundle_table(bench, case_id, "readings")
    assert {row["corners"] for row in rows} == {"11.25,10 630.5,12.75 628,470 9,466.5"}
    assert {row["drawn"] for row in rows} == {"true"}
    assert bench.exhibits.crop_png(case_id, "EX-0001", region_id)


def test_what_the_program_found_is_not_said_to_be_drawn(
    bench: Workbench, read_case: CaseSummary
) -> None:
    report = case_file(bench, read_case.case_id)
    (region,) = report.exhibits[0].regions
    assert (region.drawn_by, region.as_drawn) == ("", "")
    read = [e for e in bench.stores.ledger.entries(read_case.case_id) if e.kind == "exhibit.read"]
    assert "Read EX-0001 with" in sentence(read[0])
    assert "drew" not in sentence(read[0])


def test_a_region_in_which_nothing_is_found_is_kept_and_says_so(
    bench: Workbench,
    investigator: Actor,
    waiting: CaseSummary,
    scripted: Callable[[Script], None],
) -> None:
    scripted(())
    bench.reading.read_region(investigator, waiting.case_id, "EX-0001", CORNERS)
    report = case_file(bench, waiting.case_id)
    (region,) = report.exhibits[0].regions
    assert region.corners == CORNERS
    assert region.as_drawn.endswith(" The machine found no text in it.")


def test_drawing_on_a_photo_that_waits_ends_nothing(
    bench: Workbench, investigator: Actor, reviewer: Actor, waiting: CaseSummary
) -> None:
    case_id = waiting.case_id
    drawn = bench.reading.read_region(investigator, case_id, "EX-0001", CORNERS)
    assert state_of(bench, waiting) is ExhibitState.WAITING
    summary = bench.cases.summary(case_id)
    assert (summary.waiting, summary.to_review) == (1, 1), "it waits, and its region can be judged"
    for field in ("maker", "model", "serial"):
        bench.review.judge_field(
            reviewer,
            case_id,
            exhibit_id="EX-0001",
            region_id=drawn,
            field=field,  # type: ignore[arg-type]
            judgement=Judgement.CONFIRMED,
            seen=now(bench, waiting),
        )
    assert state_of(bench, waiting) is ExhibitState.WAITING, "a judgement ends no reading either"
    assert bench.cases.summary(case_id).to_review == 0
    progress = bench.reading.read_pending(investigator, case_id)
    assert progress.done == 1
    reading = bench.exhibits.one(case_id, "EX-0001").reading
    assert reading is not None
    assert [(one.region_id, one.drawn) for one in reading.regions] == [("R1", False), (drawn, True)]
    assert reading.regions[1].corners == CORNERS
    assert state_of(bench, waiting) is ExhibitState.READ
    standing = bench.review.plate(case_id, f"EX-0001/{drawn}").fields
    assert all(one.judgement is Judgement.CONFIRMED for one in standing)


def test_drawing_on_a_photo_that_was_read_leaves_it_read(
    bench: Workbench, investigator: Actor, reviewer: Actor, read_case: CaseSummary
) -> None:
    for field in ("maker", "model", "serial"):
        judge(bench, reviewer, read_case, field)
    assert state_of(bench, read_case) is ExhibitState.REVIEWED
    bench.reading.read_region(investigator, read_case.case_id, "EX-0001", CORNERS)
    assert state_of(bench, read_case) is ExhibitState.READ, "the drawn region is to be judged"
    assert bench.cases.summary(read_case.case_id).waiting == 0


def test_two_people_who_draw_at_once_lose_nothing(
    bench: Workbench,
    investigator: Actor,
    enrolled: Callable[..., Actor],
    waiting: CaseSummary,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second region is recorded while the first is read."""
    second = enrolled("Investigator two", Role.INVESTIGATOR)
    reader = bench.reading._the_reader()
    read, done = reader.read_region, list[str]()

    def slow(*args: object) -> object:
        answer = read(*args)  # type: ignore[arg-type]
        if not done:
            done.append("begun")
            bench.reading._lock.release()
            done.append(bench.reading.read_region(second, waiting.case_id, "EX-0001", CORNERS))
            bench.reading._lock.acquire()
        return answer

    monkeypatch.setattr(reader, "read_region", slow)
    first = bench.reading.read_region(investigator, waiting.case_id, "EX-0001", CORNERS)
    assert {first, done[1]} == {"D1", "D2"}
    view = bench.exhibits.one(waiting.case_id, "EX-0001")
    assert [region.region_id for region in view.drawn_regions] == ["D1", "D2"]


QUADS = st.tuples(st.floats(0, 250), st.floats(0, 250), st.floats(20, 350), st.floats(20, 200)).map(
    lambda at: (
        (at[0], at[1]),
        (at[0] + at[2], at[1]),
        (at[0] + at[2], at[1] + at[3]),
        (at[0], at[1] + at[3]),
    )
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(corners=QUADS)
def test_whatever_is_drawn_is_kept_to_the_last_digit(
    bench: Workbench, investigator: Actor, waiting: CaseSummary, corners: Quad
) -> None:
    drawn = bench.reading.read_region(investigator, waiting.case_id, "EX-0001", corners)
    view = bench.exhibits.one(waiting.case_id, "EX-0001")
    assert {one.region_id: one.corners for one in view.drawn_regions}[drawn] == corners
