from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evidence_store.canonical import canonical_json
from tests.unit.workbench.drawn import SERIAL, plate_jpeg
from tests.unit.workbench.steps import judge, now
from vision.serialize import reading_to_json
from vision.types import PhotoReading
from words import en
from workbench import events
from workbench.errors import BadRequest, NotAllowed, NotFound
from workbench.types import Actor, CaseSummary, Claims, ExhibitState, Judgement, Policy, Upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.workbench import Workbench


def test_the_machine_reads_the_plate(bench: Workbench, read_case: CaseSummary) -> None:
    (plate,) = bench.review.plates(read_case.case_id)
    words = {field.field: field.machine_text for field in plate.fields}
    assert words["serial"] == SERIAL
    assert words["model"] == "CMX-15D"
    assert words["maker"] == "L3 WESCAM"
    assert not plate.ready


def test_whoever_took_it_in_may_not_confirm_it(
    bench: Workbench, investigator: Actor, read_case: CaseSummary
) -> None:
    with pytest.raises(NotAllowed, match="another person"):
        judge(bench, investigator, read_case, "serial", Judgement.CONFIRMED)
    assert bench.cases.ledger_rows(read_case.case_id)[-1].kind == "refused"
    assert bench.review.next_to_review(investigator, read_case.case_id) is None


def test_a_solo_case_lets_one_person_do_both(
    bench: Workbench, investigator: Actor, read_in: Callable[..., CaseSummary]
) -> None:
    case = read_in(Policy.SOLO)
    assert judge(bench, investigator, case, "serial", Judgement.CONFIRMED).text == SERIAL


def test_machine_words_and_human_words_stay_apart(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    review = judge(bench, reviewer, read_case, "serial", Judgement.CORRECTED, text="CMX15D-08?6")
    assert (review.machine_text, review.text) == (SERIAL, "CMX15D-08?6")
    standing = {f.field: f for f in bench.review.plates(read_case.case_id)[0].fields}["serial"]
    assert (standing.machine_text, standing.human_text) == (SERIAL, "CMX15D-08?6")


def test_a_later_judgement_supersedes_and_both_stay(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    first = judge(bench, reviewer, read_case, "serial", Judgement.CONFIRMED)
    second = judge(bench, reviewer, read_case, "serial", Judgement.UNSURE, reason="Glare on the 8")
    assert second.supersedes == first.sequence
    reviews = bench.exhibits.one(read_case.case_id, "EX-0001").reviews
    assert [review.judgement for review in reviews] == [Judgement.CONFIRMED, Judgement.UNSURE]


@pytest.mark.parametrize("judgement", [Judgement.REJECTED, Judgement.UNSURE])
def test_doubt_needs_a_reason(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary, judgement: Judgement
) -> None:
    with pytest.raises(BadRequest, match="Give a short reason"):
        judge(bench, reviewer, read_case, "serial", judgement)


def test_a_blind_transcription_is_marked_and_compared(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    review = judge(
        bench, reviewer, read_case, "serial", Judgement.CORRECTED, text=SERIAL, blind=True
    )
    assert review.blind
    assert review.judgement is Judgement.CONFIRMED, "it says what the machine read"


def test_all_fields_judged_makes_the_exhibit_reviewed(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    (plate,) = bench.review.plates(read_case.case_id)
    for field in plate.fields:
        judge(bench, reviewer, read_case, field.field, Judgement.CONFIRMED)
    assert bench.review.plate(read_case.case_id, plate.plate_id).ready
    state = bench.exhibits.one(read_case.case_id, "EX-0001").summary.state
    assert state is ExhibitState.REVIEWED


def test_what_is_not_there_cannot_be_judged(
    bench: Workbench, reviewer: Actor, read_case: CaseSummary
) -> None:
    with pytest.raises(NotFound, match="EX-0009"):
        judge(bench, reviewer, read_case, "serial", exhibit_id="EX-0009")
    with pytest.raises(BadRequest, match="nothing to confirm"):
        judge(bench, reviewer, read_case, "nsn", Judgement.CONFIRMED)
    with pytest.raises(BadRequest, match="not a field"):
        judge(bench, reviewer, read_case, "colour", Judgement.CORRECTED, text="green")
    with pytest.raises(BadRequest, match="printable"):
        judge(bench, reviewer, read_case, "serial", Judgement.CORRECTED, text="A\x1b[31mB")


def test_exposures_of_one_plate_are_joined_with_a_reason(
    bench: Workbench, investigator: Actor, reviewer: Actor, read_case: CaseSummary
) -> None:
    bench.intake.take_in(
        investigator,
        read_case.case_id,
        [Upload(name="second.jpg", data=plate_jpeg(seed=5))],
        Claims(),
    )
    bench.reading.read_pending(investigator, read_case.case_id)
    members = (("EX-0001", "R1"), ("EX-0002", "R1"))
    with pytest.raises(BadRequest, match="same plate"):
        bench.review.join_plates(reviewer, read_case.case_id, members, seen=now(bench, read_case))
    plate_id = bench.review.join_plates(
        reviewer,
        read_case.case_id,
        members,
        seen=now(bench, read_case),
        reason="The same dent at the lower left screw",
    )
    assert bench.review.plate(read_case.case_id, plate_id).members == members


def test_the_next_to_judge_goes_on_from_where_one_is_and_begins_again(
    bench: Workbench, investigator: Actor
) -> None:
    case = bench.cases.open_case(investigator, title="Alone", policy=Policy.SOLO)
    uploads = [
        Upload(name=f"{n}.jpg", data=plate_jpeg(serial=f"A-{n}00", seed=n * 7)) for n in (1, 2, 3)
    ]
    bench.intake.take_in(investigator, case.case_id, uploads, Claims())
    for exhibit in bench.exhibits.listed(case.case_id):
        bench.reading.read_again(investigator, case.case_id, exhibit.exhibit_id)
    places = bench.review.places(case.case_id)
    assert [place.exhibit_id for place in places] == ["EX-0001", "EX-0002", "EX-0003"]
    two = ("EX-0002", "R1")
    assert bench.review.next_to_review(investigator, case.case_id, after=two) == ("EX-0003", "R1")
    for field in ("maker", "model", "serial"):
        judge(
            bench, investigator, case, field, Judgement.UNSURE, exhibit_id="EX-0003", reason="Worn."
        )
    assert bench.review.next_to_review(investigator, case.case_id, after=two) == ("EX-0001", "R1")
    queue = bench.review.queue(case.case_id)
    assert (queue.regions, queue.open) == (3, 2)
    assert len(bench.review.places(case.case_id, around=two, limit=2)) == 2


def test_a_photo_without_a_field_waits_for_nobody(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    bench.intake.take_in(
        investigator, case.case_id, [Upload(name="p.jpg", data=plate_jpeg())], Claims()
    )
    nothing = PhotoReading(
        photo_id="p", regions=(), readings=(), combined=(), codes=(), seconds=0.1
    )
    bench.stores.append(
        case.case_id,
        events.ExhibitRead(
            exhibit="EX-0001",
            engines=(),
            reading=bench.stores.blobs.put(canonical_json(reading_to_json(nothing, en.text))),
            regions=(),
            whole=True,
        ).draft(investigator.person_id),
    )
    (exhibit,) = bench.exhibits.listed(case.case_id)
    assert exhibit.state is ExhibitState.NO_FIELD
    assert bench.cases.summary(case.case_id).to_review == 0


def test_a_region_drawn_by_a_person_outlives_a_new_reading(
    bench: Workbench, investigator: Actor, read_case: CaseSummary
) -> None:
    corners = ((10.0, 10.0), (300.0, 10.0), (300.0, 200.0), (10.0, 200.0))
    drawn = bench.reading.read_region(investigator, read_case.case_id, "EX-0001", corners)
    bench.reading.read_again(investigator, read_case.case_id, "EX-0001")
    reading = bench.exhibits.one(read_case.case_id, "EX-0001").reading
    assert reading is not None
    assert [region.region_id for region in reading.regions] == ["R1", drawn]
    assert [place.region_id for place in bench.review.places(read_case.case_id)] == ["R1", drawn]
