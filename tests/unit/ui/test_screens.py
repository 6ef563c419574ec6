from __future__ import annotations

import functools
import io
from datetime import date

import openpyxl
import pytest
from PIL import Image

from catalog.demo import COVERAGE, demo_catalog_csv
from renderer.clip import plate_clip
from renderer.plate import PlateSpec
from tests.unit.workbench.drawn import plate_jpeg
from tests.unit.workbench.steps import judge, now
from ui.components.markup import safe
from workbench.cases import images
from workbench.rules.policy import own_material, reason_missing
from workbench.rules.roles import may_not
from workbench.trace_request import AddresseeIs, AnswerIs, TraceRequest
from workbench.types import Claims, Judgement, Policy, Role, Upload

EMPTY = {
    "overview": "Add the first photos or clips.",
    "intake": "What the source says",
    "exhibits": "No exhibits yet",
    "reading": "Nothing to read yet",
    "copies": "No copies found",
    "review": "Nothing to review yet",
    "candidates": "No plates yet",
    "traces": "No reviewed plate yet",
    "export": "Nothing to seal yet",
}
EMPTY_STORE = {
    "cases": "No cases yet",
    "catalog": "No catalog yet",
    "verify": "Whom to trust",
}
PLACE = "EX-0001-R1"
WHY = reason_missing(Judgement.REJECTED, "")


def test_an_empty_case_says_what_would_change_that(app, first, case) -> None:
    for screen, words in EMPTY.items():
        app.at(screen, first, case)
        assert words in app.page, screen


def test_an_empty_store_says_so(app, first) -> None:
    for screen, words in EMPTY_STORE.items():
        app.at(screen, first)
        assert words in app.page, screen


def test_a_case_is_opened_with_its_rule(app, bench, first) -> None:
    app.at("cases", first)
    app.test.text_input(key="case_title").set_value("A turret")
    app.test.radio(key="case_policy").set_value(Policy.TWO_REVIEWERS)
    app.press("case_open")
    (opened,) = bench.cases.all_cases()
    assert (opened.title, opened.policy) == ("A turret", Policy.TWO_REVIEWERS)
    assert "<h1>Intake</h1>" in app.page


def test_an_upload_is_answered_file_by_file(app, bench, first, case) -> None:
    app.at("intake", first, case)
    app.test.file_uploader[0].set_value(
        [
            ("plate.jpg", plate_jpeg(), "image/jpeg"),
            ("again.jpg", plate_jpeg(), "image/jpeg"),
            ("letter.jpg", b"Dear Sir or Madam", "image/jpeg"),
        ]
    )
    app.run()
    app.test.text_input(key="claim_place_0").set_value("near the <b>river</b>")
    app.press("intake_go")
    assert "2 exhibits added: EX-0001 to EX-0002." in app.page
    assert "EX-0002 as a copy of EX-0001" in app.page
    assert "1 file not added" in app.page
    assert "letter.jpg" in app.page
    view = bench.exhibits.one(case.case_id, "EX-0001")
    assert view.claims.claimed_place == "near the <b>river</b>"


def test_a_clip_of_an_unknown_codec_costs_itself_and_stays_listed(app, bench, first, case) -> None:
    clip = plate_clip(PlateSpec(serial="W10427"), seconds=0.5, seed=3, size=(320, 180))
    app.at("intake", first, case)
    app.test.file_uploader[0].set_value(
        [
            ("a.jpg", plate_jpeg(), "image/jpeg"),
            ("odd.mp4", clip.replace(b"avc1", b"zzzz"), "video/mp4"),
            ("b.jpg", plate_jpeg(seed=5), "image/jpeg"),
        ]
    )
    app.run()
    app.press("intake_go")
    assert "2 exhibits added: EX-0001 to EX-0002." in app.page
    assert "its video codec" in app.page
    app.test.session_state[f"intake_reports_{case.case_id}"] = []
    app.test.toggle(key="intake_refused").set_value(True)
    app.run()
    assert "odd.mp4" in app.page
    assert bench.intake.refusals(case.case_id)[0].sha256 in app.page


def test_paths_of_the_server_are_spoken_of_on_its_own_screen_only(app, first, monkeypatch) -> None:
    app.at("verify", first)
    assert {field.key for field in app.test.text_input} >= {"verify_path", "verify_sealed"}
    monkeypatch.setenv("NAMEPLATE_HOSTS", "team.example")
    app.at("verify", first)
    assert not {field.key for field in app.test.text_input} & {"verify_path", "verify_sealed"}


def test_a_date_that_is_no_date_is_told_and_the_upload_waits(app, bench, first, case) -> None:
    app.at("intake", first, case)
    app.test.file_uploader[0].set_value([("plate.jpg", plate_jpeg(), "image/jpeg")])
    app.run()
    app.test.text_input(key="claim_date_0").set_value("last summer")
    app.press("intake_go")
    assert "which is not a date" in app.page
    assert bench.exhibits.count(case.case_id) == 0


def test_a_source_list_with_errors_keeps_the_upload_waiting(app, bench, first, case) -> None:
    app.at("intake", first, case)
    files, table = app.test.file_uploader
    files.set_value([("one.jpg", plate_jpeg(), "image/jpeg")])
    table.set_value(("sources.csv", b"file,date\none.jpg,someday\n", "text/csv"))
    app.run()
    assert "row 2, date: The claimed date is" in app.page
    assert app.test.button(key="intake_go").disabled
    app.test.file_uploader[1].set_value(
        ("sources.csv", b"file,account,colour\none.jpg,@finder,red\n", "text/csv")
    )
    app.run()
    assert "Claims listed for 1 file." in app.page
    assert "the column &#x27;colour&#x27; is not" in app.page
    app.press("intake_go")
    assert bench.exhibits.one(case.case_id, "EX-0001").claims.source_account == "@finder"


def test_claimed_and_embedded_facts_stand_apart(app, bench, first, read_case) -> None:
    app.at("exhibits", first, read_case)
    page = app.press("open-EX-0001").page
    assert page.index("Claimed by the source") < page.index("Embedded in the file")
    assert "anyone can alter it" in page


def test_a_group_of_copies_is_split_with_a_reason_only(app, bench, first, reviewer, case) -> None:
    photo = plate_jpeg(size=900)
    buffer = io.BytesIO()
    Image.open(io.BytesIO(photo)).resize((720, 540)).save(buffer, "JPEG", quality=85)
    files = [Upload(name="one.jpg", data=photo), Upload(name="two.jpg", data=buffer.getvalue())]
    bench.intake.take_in(first, case.case_id, files, Claims())
    app.at("copies", first, case)
    own = own_material(case.policy, first, [first.person_id])
    assert safe(own) in app.page, "and is not asked"
    app.at("copies", reviewer, case)
    assert "EX-0001, EX-0002" in app.page
    assert "not judged" in app.page
    assert "Counted as 1 exposure: EX-0001, EX-0002." in app.page
    (group,) = bench.copies.groups(case.case_id)
    question = app.test.radio(key=f"judge-{group.group_id}")
    assert question.value is None
    question.set_value(Judgement.REJECTED)
    app.run().press(f"record-{group.group_id}")
    assert safe(WHY) in app.page
    app.test.text_area(key=f"reason-{group.group_id}").set_value("Two shutters.")
    app.press(f"record-{group.group_id}")
    assert "Rejected by Reviewer Two" in app.page
    assert "Counted as 2 exposures: EX-0001; EX-0002." in app.page
    (group,) = bench.copies.groups(case.case_id)
    assert (group.judgement, group.reason) == (Judgement.REJECTED, "Two shutters.")


def test_review_begins_with_nothing_judged_and_offers_four_answers(
    app, reviewer, read_case
) -> None:
    app.at("review", reviewer, read_case)
    for answer in ("confirm", "corrected", "unsure", "rejected"):
        assert app.test.button(key=f"{answer}-{PLACE}-serial"), answer
    assert "1 plate region to review (1 found)" in app.test.selectbox(key="review_region").label


def test_every_field_has_a_key_of_its_own(app, reviewer, read_case) -> None:
    app.at("review", reviewer, read_case)
    keys = [button.proto.shortcut for button in app.test.button if button.proto.shortcut]
    assert {"1", "2", "3", "n", "b"} <= set(keys)
    assert len(keys) == len(set(keys))


def test_a_reviewer_confirms_and_the_words_stand_side_by_side(
    app, bench, reviewer, read_case
) -> None:
    app.at("review", reviewer, read_case)
    app.press(f"confirm-{PLACE}-serial")
    assert "Confirmed by Reviewer Two" in app.page
    (review,) = bench.exhibits.one(read_case.case_id, "EX-0001").reviews
    assert (review.judgement, review.text, review.blind) == (
        Judgement.CONFIRMED,
        review.machine_text,
        False,
    )


def test_a_correction_is_written_beside_the_machines_words(app, bench, reviewer, read_case) -> None:
    app.at("review", reviewer, read_case)
    app.press(f"corrected-{PLACE}-serial")
    app.press(f"record-{PLACE}-serial")
    assert "This is what the machine read" in app.page
    app.test.text_input(key=f"text-{PLACE}-serial").set_value("CMX15D-08?6")
    app.press(f"record-{PLACE}-serial")
    (review,) = bench.exhibits.one(read_case.case_id, "EX-0001").reviews
    assert (review.judgement, review.text) == (Judgement.CORRECTED, "CMX15D-08?6")
    assert review.machine_text == "CMX15D-0836"


def test_a_rejection_without_a_reason_is_not_recorded(app, bench, reviewer, read_case) -> None:
    app.at("review", reviewer, read_case)
    app.press(f"rejected-{PLACE}-serial")
    app.press(f"record-{PLACE}-serial")
    assert safe(WHY) in app.page
    assert bench.exhibits.one(read_case.case_id, "EX-0001").reviews == ()


def test_whoever_took_it_in_is_told_and_offered_nothing(app, bench, first, read_case) -> None:
    app.at("review", first, read_case)
    assert "another person has to judge it" in app.page
    assert not [b for b in app.test.button if str(b.key).startswith("confirm-")]


def test_what_was_seen_is_never_recorded_as_blind(app, bench, reviewer, read_case) -> None:
    app.at("review", reviewer, read_case)
    app.test.toggle(key=f"blind-{read_case.case_id}").set_value(True)
    app.run()
    assert not [t for t in app.test.text_input if str(t.key).startswith("blindtext-")]
    assert "not recorded as blind" in app.page
    app.press(f"confirm-{PLACE}-serial")
    (review,) = bench.exhibits.one(read_case.case_id, "EX-0001").reviews
    assert not review.blind


def test_blind_transcription_hides_the_machines_words(app, bench, reviewer, read_case) -> None:
    app.test.session_state[f"blind-{read_case.case_id}"] = True
    app.at("review", reviewer, read_case)
    machine = next(
        field.text
        for field in bench.exhibits.one(read_case.case_id, "EX-0001").reading.combined[0].fields
        if field.field == "serial"
    )
    assert 'class="np-glyphs"' not in app.page
    assert f'<span class="np-machine">{machine}' not in app.page
    app.test.text_input(key=f"blindtext-{PLACE}-serial").set_value("CMX15D-08?6")
    app.press(f"blindgo-{PLACE}-serial")
    (review,) = bench.exhibits.one(read_case.case_id, "EX-0001").reviews
    assert (review.text, review.blind) == ("CMX15D-08?6", True)
    assert "written before the machine" in app.page


def test_candidates_come_after_review(app, bench, first, reviewer, read_case) -> None:
    bench.catalogs.import_(
        first, demo_catalog_csv(), name="demo.csv", coverage=COVERAGE, synthetic=True
    )
    app.at("candidates", reviewer, read_case)
    assert "Candidates come after review" in app.page
    assert "SYNTHETIC CATALOG" in app.page
    assert not [b for b in app.test.button if b.key == "candidates_search"]
    app.press("candidates_review")
    assert "<h1>Review</h1>" in app.page


def test_a_catalog_with_odd_rows_shows_each_and_accepts_nothing_by_itself(
    app, bench, first
) -> None:
    rows = "permit_number,maker,model,serial,ship_date\nP-1,L3 Wescam,CMX-15D,A-1,2020-13-45\n"
    app.at("catalog", first)
    app.test.file_uploader[0].set_value([("odd.csv", rows.encode(), "text/csv")])
    app.run()
    assert "2020-13-45" in app.page
    assert "<h2>Problems</h2>" in app.page
    assert app.test.button(key="catalog_go").disabled
    assert bench.catalogs.all_catalogs() == ()


def test_an_import_shows_what_the_rows_hold_and_takes_coverage_as_values(app, bench, first) -> None:
    rows = "permit_number,maker,model,serial,ship_date\nP-1,L3 Wescam,CMX-15D,A-1,03/04/2020\n"
    app.at("catalog", first)
    app.test.file_uploader[0].set_value([("one.csv", rows.encode(), "text/csv")])
    app.run()
    assert "which number is the day" in app.page
    order = next(box for box in app.test.selectbox if box.label == "What 03/04/2020 means")
    order.set_value("dmy")
    app.run()
    assert "<h2>Problems</h2>" not in app.page
    assert "What the usable rows contain" in app.page
    assert "2020-04-03" in app.page
    app.test.text_input(key="catalog_maker_0").set_value("L3 Wescam")
    app.test.text_input(key="catalog_first_0").set_value("2018")
    app.run()
    app.press("catalog_go")
    (imported,) = bench.catalogs.all_catalogs()
    assert imported.coverage == "L3Harris Wescam, 2018 to …"


def test_what_a_serial_cell_means_is_chosen_for_the_whole_file(app, bench, first) -> None:
    rows = "permit_number,maker,model,serial,ship_date\nP-1,L3 Wescam,CMX-15D,1234-40,2020-09-08\n"
    app.at("catalog", first)
    app.test.file_uploader[0].set_value([("one.csv", rows.encode(), "text/csv")])
    app.run()
    assert "may be one serial or a range of 7" in app.page
    meaning = next(
        b for b in app.test.selectbox if b.label == "What 1234-40 means in a serial cell"
    )
    meaning.set_value("range")
    app.run()
    assert "<h2>Problems</h2>" not in app.page
    app.test.text_area(key="catalog_coverage_0").set_value("Made up.")
    app.run()
    app.press("catalog_go")
    (imported,) = bench.catalogs.all_catalogs()
    assert imported.serials == 7


def test_rows_left_out_of_a_catalog_stand_in_its_card_and_beside_a_look_up(
    app, bench, first
) -> None:
    rows = (
        b"permit_number,maker,model,serial,ship_date\n"
        b"P-1,L3 Wescam,CMX-15D,0820 to 0829,2020-09-08\n"
        b"P-2,L3 Wescam,CMX-15D,0830 to 0839,08/09/2020\n"
    )
    bench.catalogs.import_(
        first, rows, name="one.csv", coverage="Made up.", synthetic=True, accept_partial=True
    )
    app.at("catalog", first)
    assert "1 row left out" in app.page
    assert "1 of 2 rows was left out" in app.page
    app.test.text_input(key="look_serial").set_value("0830")
    app.press("look_go")
    assert app.page.count("1 of 2 rows was left out") == 2


def test_leads_stand_below_a_look_up(app, bench, first) -> None:
    rows = b"permit_number,maker,model,quantity,end_user\nSIEL-1,L3 Wescam,CMX-15D,25,Ministry B\n"
    bench.catalogs.import_(first, rows, name="one.csv", coverage="Made up.", synthetic=True)
    app.at("catalog", first)
    for name, text in (("maker", "L3 Wescam"), ("model", "CMX-15D"), ("serial", "0851")):
        app.test.text_input(key=f"look_{name}").set_value(text)
    app.press("look_go")
    assert "Permit SIEL-1: 25 units" in app.page
    assert "Ministry B" in app.page
    assert "whether this is one of them" in app.page
    assert "No unit in this catalog fits" not in app.page


def test_the_sheet_that_holds_the_table_is_chosen(app, bench, first) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["Notes"])
    units = workbook.create_sheet("Units")
    units.append(["permit_number", "maker", "model", "serial"])
    units.append(["P-1", "L3 Wescam", "CMX-15D", "A-1"])
    units.append(["P-1", "L3 Wescam", "CMX-15D", '=CONCATENATE("A-","2")'])
    data = io.BytesIO()
    workbook.save(data)
    app.at("catalog", first)
    app.test.file_uploader[0].set_value([("two.xlsx", data.getvalue(), "application/zip")])
    app.run()
    sheet = next(box for box in app.test.selectbox if box.label == "Sheet with the table")
    sheet.set_value("Units")
    app.run()
    assert "a formula is not a serial" in app.page
    assert "stored as plain text" not in app.page, "one cell, one sentence"
    app.test.text_area(key="catalog_coverage_0").set_value("One unit.")
    app.test.checkbox(key="catalog_partial_0").check()
    app.run()
    app.press("catalog_go")
    (imported,) = bench.catalogs.all_catalogs()
    assert (imported.name, imported.serials) == ("two.xlsx, sheet “Units”", 1)


def test_several_candidates_stand_beside_each_other_before_one_by_one(app, bench, first) -> None:
    bench.catalogs.import_(
        first, demo_catalog_csv(), name="demo.csv", coverage=COVERAGE, synthetic=True
    )
    app.at("catalog", first)
    app.test.text_input(key="look_serial").set_value("CMX15D-083?")
    app.test.text_input(key="look_model").set_value("CMX-15D")
    app.press("look_go")
    table = next(text for text in app.page.split("<table") if "<th>Candidate</th>" in text)
    for words in ("CMX15D-0836", "Turkish Naval Forces Command", "redacted in full", "2020-09-08"):
        assert words in table, words


def test_a_snapshot_says_what_changed_since_the_one_before(app, bench, first) -> None:
    table = demo_catalog_csv()
    for data in (table, table.replace(b"CMX15D-0839", b"CMX15D-0899")):
        bench.catalogs.import_(first, data, name="demo.csv", coverage=COVERAGE, synthetic=True)
    current = bench.catalogs.current()
    app.at("catalog", first)
    app.press(f"changes-{current.sha256[:12]}")
    assert "1 unit added." in app.page
    assert "CMX15D0899" in app.page


HOSTILE = "<img src=x onerror=alert(1)> [a](http://example.org) $x$"


def test_hostile_words_stay_words_on_every_screen(app, bench, first) -> None:
    solo = bench.cases.open_case(first, title=HOSTILE, policy=Policy.SOLO, provenance=HOSTILE)
    bench.intake.take_in(
        first,
        solo.case_id,
        [Upload(name=f"{HOSTILE}.jpg", data=plate_jpeg())],
        Claims(note=HOSTILE),
    )
    bench.reading.read_pending(first, solo.case_id)
    for field in ("maker", "model", "serial"):
        judge(bench, first, solo, field)
    asked = TraceRequest(
        addressee=HOSTILE,
        addressee_is=AddresseeIs.MAKER,
        sent_on=date(2020, 10, 1),
        reply_to=HOSTILE,
    )
    bench.tracing.ask(first, solo.case_id, "EX-0001/R1", asked, seen=now(bench, solo))
    bench.tracing.answer(
        first,
        solo.case_id,
        "TR-0001",
        seen=now(bench, solo),
        answer=AnswerIs.DENIED,
        received_on=date(2020, 10, 2),
        words=HOSTILE,
        papers=[Upload(name=HOSTILE, data=b"MZ")],
    )
    screens = (
        "cases",
        "overview",
        "intake",
        "exhibits",
        "review",
        "candidates",
        "traces",
        "export",
    )
    for screen in screens:
        app.at(screen, first, solo)
        if screen == "exhibits":
            app.press("open-EX-0001")
        assert "<img src=x" not in app.page, screen
        written = [block.value for block in app.test.markdown]
        assert not [text for text in written if "](http" in text], screen
    assert "&lt;img src=x" in app.page


def test_a_trace_request_is_previewed_recorded_and_answered(
    app, bench, first, reviewer, read_case
) -> None:
    app.at("traces", first, read_case)
    assert "No reviewed plate yet" in app.page
    for field in ("maker", "model", "serial"):
        judge(bench, reviewer, read_case, field)
    app.at("traces", first, read_case)
    app.press("trace_send")
    assert "Say whom it goes to." in app.page
    app.test.text_area(key="trace_to_0").set_value("Example Optics\nRecords")
    app.test.text_area(key="trace_reply").set_value("desk@example.org")
    app.run()
    app.press("trace_preview")
    assert bench.tracing.traces(read_case.case_id) == ()
    app.press("trace_send")
    assert "TR-0001 is recorded" in app.page
    app.press("trace_send")
    assert "Say whom it goes to." in app.page, "the form is empty again"
    (trace,) = bench.tracing.traces(read_case.case_id)
    assert trace.standing(bench.tracing.today()) in app.page
    app.test.radio(key="answer-is-TR-0001-0").set_value(AnswerIs.RECOGNISED)
    app.test.text_area(key="answer-words-TR-0001-0").set_value("It may be ours.")
    app.press("answer-send-TR-0001-0")
    assert "It may be ours." in app.page
    (trace,) = bench.tracing.traces(read_case.case_id)
    assert [one.words for one in trace.answers] == ["It may be ours."]
    app.press("answer-send-TR-0001-1")
    assert "Choose the kind of answer." in app.page, "the form is empty again"
    app.at("traces", reviewer, read_case)
    assert may_not("trace.asked", reviewer.name, reviewer.roles) in app.page
    assert "trace_send" not in {one.key for one in app.test.button}


def test_a_missing_paper_is_said_and_the_other_requests_stand(
    app, bench, settings, first, reviewer, read_case
) -> None:
    for field in ("maker", "model", "serial"):
        judge(bench, reviewer, read_case, field)
    asked = TraceRequest(
        addressee="Example Optics",
        addressee_is=AddresseeIs.MAKER,
        sent_on=date(2020, 10, 1),
        reply_to="desk@example.org",
    )
    for _ in range(2):
        bench.tracing.ask(first, read_case.case_id, "EX-0001/R1", asked, seen=now(bench, read_case))
    trace = bench.tracing.answer(
        first,
        read_case.case_id,
        "TR-0002",
        seen=now(bench, read_case),
        answer=AnswerIs.NOTHING,
        received_on=date(2020, 10, 2),
        words="See the scan.",
        papers=[Upload(name="scan.pdf", data=b"%PDF-1.7")],
    )
    sha256 = trace.answers[0].papers[0].sha256
    (settings.store / "blobs" / "sha256" / sha256[:2] / sha256).unlink()
    app.at("traces", first, read_case)
    assert sha256 in app.page
    assert "TR-0001: Example Optics" in app.page


def test_a_plate_that_was_chosen_in_one_case_is_not_looked_for_in_another(
    app, bench, first, reviewer, read_case
) -> None:
    for field in ("maker", "model", "serial"):
        judge(bench, reviewer, read_case, field)
    bench.catalogs.import_(
        first, demo_catalog_csv(), name="demo.csv", coverage=COVERAGE, synthetic=True
    )
    app.at("candidates", first, read_case).press("candidates_trace")
    assert "<h1>Trace requests</h1>" in app.page
    assert app.test.selectbox(key="traces_plate").value == "EX-0001/R1"
    other = bench.cases.open_case(first, title="Other", policy=Policy.SOLO, provenance="Test")
    app.at("traces", first, other)
    assert "No reviewed plate yet" in app.page
    assert "has no plate" not in app.page


def test_a_request_without_an_answer_in_time_is_said_on_the_overview(
    app, bench, first, reviewer, read_case
) -> None:
    for field in ("maker", "model", "serial"):
        judge(bench, reviewer, read_case, field)
    asked = TraceRequest(
        addressee="Example Optics",
        addressee_is=AddresseeIs.MAKER,
        sent_on=date(2020, 10, 1),
        reply_to="desk@example.org",
    )
    bench.tracing.ask(first, read_case.case_id, "EX-0001/R1", asked, seen=now(bench, read_case))
    app.at("overview", first, read_case)
    (trace,) = bench.tracing.traces(read_case.case_id)
    assert f"TR-0001: {trace.standing(bench.tracing.today())}" in app.page
    assert "29 October 2020" in app.page
    app.at("export", first, read_case)
    assert "1 trace request is not answered" in app.page


def test_a_fragment_is_found_in_all_readings_and_leads_to_review(app, reviewer, read_case) -> None:
    app.at("exhibits", reviewer, read_case)
    app.test.text_input(key="exhibits_find").set_value("O836")
    app.run()
    assert "with look-alikes" in app.page
    app.press("hit-EX-0001-R1")
    assert "<h1>Review</h1>" in app.page


def test_what_follows_sealing_is_at_hand(app, bench, first, read_case) -> None:
    sealed = bench.exports.seal(first, read_case.case_id)
    number = sealed.sequence
    app.at("export", first, read_case).press(f"tsa-request-{number}")
    folder = bench.exports.folder_path(read_case.case_id, number)
    assert (folder / "signatures/seal-1.tsq").exists()
    app.at("export", first, read_case)
    app.test.multiselect(key=f"pf-{number}").set_value(["original"])
    app.test.text_input(key=f"pr-{number}").set_value("A source is at risk.")
    app.press(f"public-send-{number}")
    assert "The public bundle is ready" in app.page
    (public,) = bench.publication.published(read_case.case_id)
    assert public.came_from == sealed.folder


def test_a_key_begins_and_ends_on_the_screen(app, bench, first) -> None:
    own = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
    bench.people.enrol("Custodian Two", (Role.CUSTODIAN,), by=first)
    app.at("people", first)
    app.test.text_input(key="key_public").set_value(own)
    app.press("key_begin_send")
    assert "hand out the new allowed_signers" in app.page
    _old, new = bench.people.keys_of(first.person_id)
    assert (new.line, new.held_by) == (own, "person")
    app.test.text_input(key="key_reason").set_value("The token is lost.")
    app.press("key_end_send")
    assert bench.people.keys_of(first.person_id)[1].reason == "The token is lost."


def test_machines_words_on_the_candidates_screen_end_blindness(
    app, bench, first, reviewer, read_case
) -> None:
    bench.catalogs.import_(
        first, demo_catalog_csv(), name="demo.csv", coverage=COVERAGE, synthetic=True
    )
    app.at("candidates", reviewer, read_case)
    app.test.session_state[f"blind-{read_case.case_id}"] = True
    app.at("review", reviewer, read_case)
    assert not [t for t in app.test.text_input if str(t.key).startswith("blindtext-")]
    assert "not recorded as blind" in app.page


def test_the_candidates_screen_covers_machines_words_from_who_transcribes_blind(
    app, bench, first, reviewer, read_case
) -> None:
    bench.catalogs.import_(
        first, demo_catalog_csv(), name="demo.csv", coverage=COVERAGE, synthetic=True
    )
    app.test.session_state[f"blind-{read_case.case_id}"] = True
    app.at("candidates", reviewer, read_case)
    (chosen,) = [box for box in app.test.selectbox if box.key == "candidates_plate"]
    assert all("CMX" not in option for option in chosen.options)
    assert 'class="np-machine"' not in app.page
    app.at("review", reviewer, read_case)
    assert [t for t in app.test.text_input if str(t.key).startswith("blindtext-")]


def test_who_transcribes_blind_stays_blind_on_other_screens(
    app, bench, first, reviewer, read_case
) -> None:
    app.at("review", reviewer, read_case)
    app.test.toggle(key=f"blind-{read_case.case_id}").set_value(True)
    app.run()
    app.at("exhibits", reviewer, read_case)
    app.at("copies", reviewer, read_case)
    app.at("exhibits", reviewer, read_case)
    assert 'class="np-machine"' not in app.page
    app.at("review", reviewer, read_case)
    assert app.test.toggle(key=f"blind-{read_case.case_id}").value


def test_the_chain_of_custody_tells_nothing_to_who_transcribes_blind(
    app, bench, first, reviewer, read_case
) -> None:
    bench.review.judge_field(
        reviewer,
        read_case.case_id,
        exhibit_id="EX-0001",
        region_id="R1",
        field="model",
        judgement=Judgement.CORRECTED,
        text="CMX-99",
        seen=now(bench, read_case),
        reason="",
        blind=False,
    )
    app.test.session_state[f"blind-{read_case.case_id}"] = True
    app.at("export", first, read_case)
    assert "Hidden while you transcribe blind." in app.page
    assert "CMX-99" not in app.page
    assert not bench.shown.places(first.person_id, read_case.case_id)
    app.test.session_state[f"blind-{read_case.case_id}"] = False
    app.at("overview", first, read_case).at("export", first, read_case)
    assert "CMX-99" in app.page
    assert ("*", "*", "*") in bench.shown.places(first.person_id, read_case.case_id)


def test_a_second_look_decodes_and_encodes_nothing_again(
    app, reviewer, read_case, monkeypatch
) -> None:
    app.at("review", reviewer, read_case)
    made: list[str] = []
    for name in ("decode_photo", "png_of"):
        counted = functools.partial(_counted, made, name, getattr(images, name))
        monkeypatch.setattr(images, name, counted)
    app.run()
    assert app.test.button(key=f"confirm-{PLACE}-serial")
    assert made == []


def test_an_altered_original_is_named_on_its_tile(
    app, bench, reviewer, read_case, settings
) -> None:
    sha256 = bench.exhibits.one(read_case.case_id, "EX-0001").summary.sha256
    path = settings.store / "blobs" / "sha256" / sha256[:2] / sha256
    path.chmod(0o644)
    path.write_bytes(plate_jpeg(seed=9))
    for small in (settings.store / "cache").glob("*-small.jpg"):
        small.unlink()  # as in a store that was opened on another machine
    app.at("exhibits", reviewer, read_case)
    assert "the original of EX-0001" in app.page
    assert "Do not use these bytes" in app.page


def _counted(made: list[str], name: str, make, *given, **named):
    made.append(name)
    return make(*given, **named)


@pytest.mark.parametrize(
    ("screen", "kind", "offered"),
    [
        ("cases", "case.opened", "case_open"),
        ("intake", "exhibit.taken_in", "intake_go"),
        ("catalog", "catalog.imported", "file_uploader"),
        ("people", "person.enrolled", "enrol_send"),
        ("export", "bundle.sealed", "seal"),
    ],
)
def test_a_screen_offers_nobody_what_their_role_does_not_allow(
    app, first, reviewer, read_case, screen, kind, offered
) -> None:
    def is_offered() -> bool:
        return offered in {one.key for one in app.test.button} or bool(app.test.get(offered))

    app.at(screen, reviewer, read_case)
    assert may_not(kind, reviewer.name, reviewer.roles) in app.page
    assert not is_offered()
    app.at(screen, first, read_case)
    assert is_offered()


def test_only_a_reviewer_is_asked_about_copies_and_candidates(
    app, bench, first, reviewer, case
) -> None:
    bench.catalogs.import_(
        first, demo_catalog_csv(), name="demo.csv", coverage=COVERAGE, synthetic=True
    )
    same = [Upload(name=name, data=plate_jpeg()) for name in ("one.jpg", "two.jpg")]
    bench.intake.take_in(first, case.case_id, same, Claims())
    bench.reading.read_pending(first, case.case_id)
    for field in ("maker", "model", "serial"):
        judge(bench, reviewer, case, field)
    (plate, *_rest) = [one for one in bench.review.plates(case.case_id) if one.ready]
    bench.matching.search(reviewer, case.case_id, plate.plate_id)
    enrolled = bench.people.enrol("Finder", (Role.INVESTIGATOR,), by=first)
    finder = bench.people.sign_in(enrolled.person_id)
    for screen, key in (("copies", "judge-"), ("candidates", "decide-")):
        app.at(screen, reviewer, case)
        assert any((one.key or "").startswith(key) for one in app.test.radio)
        app.at(screen, finder, case)
        assert may_not("copies.judged", finder.name, finder.roles) in app.page
        assert not app.test.radio
        assert "candidates_search" not in {one.key for one in app.test.button}
