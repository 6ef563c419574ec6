from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from catalog.demo import COVERAGE, demo_catalog_csv
from evidence_store.blobs.store import sha256_of
from evidence_store.bundle.redaction_plan import FieldChoice
from evidence_store.errors import BlobDamaged
from tests.unit.workbench.drawn import SERIAL
from tests.unit.workbench.steps import case_file, judge, now
from workbench import tables
from workbench.errors import BadRequest, NotAllowed, NotFound, Overtaken
from workbench.publication.publication import Withholding
from workbench.rules.limits import MAX_ADDRESS, MAX_PAPERS
from workbench.trace_request import AddresseeIs, AnswerIs, Trace, TraceRequest
from workbench.tracing.letter_content import letter_about
from workbench.types import Actor, CaseSummary, Judgement, Role, Upload

if TYPE_CHECKING:
    from workbench.report.letter import TraceLetter
    from workbench.workbench import Workbench

PLATE = "EX-0001/R1"
ANSWER = "Serial left our works in 2019; the consignee is in our letter."


def plate_letter(bench: Workbench, custodian: Actor, case: CaseSummary) -> TraceLetter:
    """What a letter would say of the plate now."""
    state = bench.states.case(case.case_id, bench.states.store())
    return letter_about(state, bench.images, custodian, PLATE, "TR-0001", wanted(bench))


def wanted(bench: Workbench, **more: object) -> TraceRequest:
    asked = {
        "addressee": "Example Optics, Records",
        "addressee_is": AddresseeIs.MAKER,
        "sent_on": bench.tracing.today(),
        "reply_to": "desk@example.org",
    }
    return TraceRequest(**(asked | more))  # type: ignore[arg-type]


def ask(bench: Workbench, actor: Actor, case: CaseSummary, request: TraceRequest) -> Trace:
    """Ask about the plate as it stands now."""
    return bench.tracing.ask(actor, case.case_id, PLATE, request, seen=now(bench, case))


@pytest.fixture
def judged(bench: Workbench, reviewer: Actor, read_case: CaseSummary) -> CaseSummary:
    for field in bench.review.plate(read_case.case_id, PLATE).fields:
        judge(bench, reviewer, read_case, field.field)
    return read_case


@pytest.fixture
def custodian(bench: Workbench, investigator: Actor) -> Actor:
    assert Role.CUSTODIAN in investigator.roles
    return investigator


@pytest.fixture
def asked(bench: Workbench, custodian: Actor, judged: CaseSummary) -> Trace:
    return ask(bench, custodian, judged, wanted(bench))


def answered(bench: Workbench, actor: Actor, case: CaseSummary, **more: object) -> Trace:
    given = {
        "seen": now(bench, case),
        "answer": AnswerIs.RECOGNISED,
        "received_on": bench.tracing.today(),
        "words": ANSWER,
    }
    return bench.tracing.answer(actor, case.case_id, "TR-0001", **(given | more))  # type: ignore[arg-type]


def test_a_letter_is_kept_as_it_goes_out(
    bench: Workbench, asked: Trace, judged: CaseSummary, custodian: Actor
) -> None:
    pdf = bench.tracing.letter(judged.case_id, "TR-0001")
    assert pdf.startswith(b"%PDF")
    assert sha256_of(pdf) == asked.letter_sha256
    (entry,) = [e for e in bench.stores.ledger.entries(judged.case_id) if e.kind == "trace.asked"]
    assert entry.private["letter"] == asked.letter_sha256
    assert "Example Optics" not in json.dumps(dict(entry.body))
    # A second request about the same plate has a number of its own.
    second = ask(bench, custodian, judged, wanted(bench))
    assert second.trace_id == "TR-0002"
    assert bench.tracing.letter(judged.case_id, "TR-0001") == pdf


def test_a_preview_is_the_letter_and_records_nothing(
    bench: Workbench, judged: CaseSummary, custodian: Actor
) -> None:
    before = bench.stores.ledger.size(judged.case_id)
    preview = bench.tracing.preview(custodian, judged.case_id, PLATE, wanted(bench))
    assert bench.stores.ledger.size(judged.case_id) == before
    trace = ask(bench, custodian, judged, wanted(bench))
    assert bench.tracing.letter(judged.case_id, trace.trace_id) == preview


def test_a_letter_says_what_people_read_and_nothing_of_the_catalog(
    bench: Workbench, judged: CaseSummary, reviewer: Actor, custodian: Actor
) -> None:
    bench.catalogs.import_(
        custodian, demo_catalog_csv(), name="demo.csv", coverage=COVERAGE, synthetic=True
    )
    bench.matching.search(reviewer, judged.case_id, PLATE)
    judge(bench, reviewer, judged, "model", Judgement.CORRECTED, text="CMX-1?D", reason="worn")
    letter = plate_letter(bench, custodian, judged)
    said = {field.label: (field.person, field.machine) for field in letter.fields}
    assert said["Model"] == ("CMX-1?D", "CMX-15D")
    assert said["Serial number"][0] == SERIAL
    (exhibit,) = letter.exhibits
    assert exhibit.photo is not None
    assert [region.region_id for region in exhibit.regions] == ["R1"]
    words = repr(replace(letter, exhibits=())).casefold()
    for record in ("permit", "consignee", "likelihood", "candidate"):
        assert record not in words


def test_any_words_in_any_script_make_a_letter(
    bench: Workbench, judged: CaseSummary, reviewer: Actor, custodian: Actor
) -> None:
    odd = '#image("/etc/passwd") $x$ \u202egpj.exe 兵器 Тур рұқсат سلاح 🛩 ' + "x" * 300
    judge(bench, reviewer, judged, "model", Judgement.CORRECTED, text="#兵器 سلاح", reason="worn")
    asked = wanted(bench, addressee=odd, reply_to=odd, seen=odd, further=odd * 20)
    trace = ask(bench, custodian, judged, asked)
    assert bench.tracing.letter(judged.case_id, trace.trace_id).startswith(b"%PDF")
    assert trace.request.seen == odd


def test_what_a_person_rejected_is_not_asked_about(
    bench: Workbench, judged: CaseSummary, reviewer: Actor, custodian: Actor
) -> None:
    judge(bench, reviewer, judged, "model", Judgement.REJECTED, reason="a scratch")
    letter = plate_letter(bench, custodian, judged)
    assert "Model" not in {field.label for field in letter.fields}


def test_no_letter_before_people_have_judged(
    bench: Workbench, read_case: CaseSummary, custodian: Actor
) -> None:
    for verb in (bench.tracing.preview, partial(bench.tracing.ask, seen=now(bench, read_case))):
        with pytest.raises(NotAllowed, match="Not judged by a person yet: maker, model, serial"):
            verb(custodian, read_case.case_id, PLATE, wanted(bench))


def test_only_a_custodian_asks_and_records_answers(
    bench: Workbench, judged: CaseSummary, asked: Trace, reviewer: Actor
) -> None:
    with pytest.raises(NotAllowed, match="Only an administrator"):
        ask(bench, reviewer, judged, wanted(bench))
    with pytest.raises(NotAllowed, match="Only an administrator"):
        answered(bench, reviewer, judged)
    kinds = [entry.kind for entry in bench.stores.ledger.entries(judged.case_id)]
    assert kinds.count("refused") == 2
    assert "trace.answered" not in kinds


def test_nobody_asks_or_answers_over_what_they_have_not_seen(
    bench: Workbench, judged: CaseSummary, custodian: Actor, reviewer: Actor
) -> None:
    """Two custodians at one plate: the second letter, or answer, is refused with what changed."""
    looked = now(bench, judged)
    tried = partial(bench.tracing.ask, custodian, judged.case_id, PLATE, wanted(bench), seen=looked)
    judge(bench, reviewer, judged, "model", Judgement.CORRECTED, text="TYPE E", reason="worn")
    with pytest.raises(Overtaken, match="TYPE E"):
        tried()
    looked = now(bench, judged)
    ask(bench, custodian, judged, wanted(bench))
    with pytest.raises(Overtaken, match="TR-0001"):
        bench.tracing.ask(custodian, judged.case_id, PLATE, wanted(bench), seen=looked)
    before = bench.tracing.one(judged.case_id, "TR-0001").seen
    answered(bench, custodian, judged)
    with pytest.raises(Overtaken, match="answer"):
        answered(bench, custodian, judged, seen=before)
    with pytest.raises(BadRequest, match="Nobody can have seen"):
        answered(bench, custodian, judged, seen=now(bench, judged) + 1)
    assert len(answered(bench, custodian, judged).answers) == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"addressee": " \n"}, "Say whom it goes to"),
        ({"reply_to": ""}, "Say where they may answer"),
        ({"addressee": "x" * (MAX_ADDRESS + 1)}, "at most 500 characters"),
        ({"sent_on": date(2999, 1, 1)}, "in the future"),
        ({"sent_on": date(1066, 10, 14)}, "cannot be the sending date"),
    ],
)
def test_a_request_that_cannot_be_is_refused_with_a_reason(
    bench: Workbench, judged: CaseSummary, custodian: Actor, more: dict[str, object], said: str
) -> None:
    before = bench.stores.ledger.size(judged.case_id)
    with pytest.raises(BadRequest, match=said):
        ask(bench, custodian, judged, wanted(bench, **more))
    assert bench.stores.ledger.size(judged.case_id) == before


def test_answers_are_added_and_their_papers_kept_unopened(
    bench: Workbench, judged: CaseSummary, asked: Trace, custodian: Actor
) -> None:
    hostile = Upload(name="../../<b>answer</b>.exe", data=b"MZ\x00not opened")
    answered(bench, custodian, judged, papers=[hostile])
    trace = answered(bench, custodian, judged, answer=AnswerIs.IDENTIFIED, words="It is unit 836.")
    assert [one.answer for one in trace.answers] == [AnswerIs.RECOGNISED, AnswerIs.IDENTIFIED]
    (paper,) = trace.answers[0].papers
    assert (paper.name, paper.size) == (hostile.name, len(hostile.data))
    assert bench.tracing.paper(judged.case_id, "TR-0001", paper.sha256) == hostile.data
    assert trace.standing(bench.tracing.today()).startswith("They say which unit it is")
    with pytest.raises(NotFound, match="No document"):
        bench.tracing.paper(judged.case_id, "TR-0001", "0" * 64)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"words": " "}, "Say what was answered"),
        ({"received_on": date(2020, 10, 19)}, "cannot have come on 19 October 2020"),
        ({"received_on": date(2999, 1, 1)}, "in the future"),
        ({"papers": [Upload(name="empty.pdf", data=b"")]}, "empty.pdf is empty"),
        ({"papers": [Upload(name="a", data=b"a")] * (MAX_PAPERS + 1)}, "20 documents, not 21"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_with_a_reason(
    bench: Workbench,
    judged: CaseSummary,
    asked: Trace,
    custodian: Actor,
    more: dict[str, object],
    said: str,
) -> None:
    with pytest.raises(BadRequest, match=said):
        answered(bench, custodian, judged, **more)
    assert bench.tracing.one(judged.case_id, "TR-0001").answers == ()


def test_a_paper_that_is_too_large_is_named(
    bench: Workbench, judged: CaseSummary, asked: Trace, custodian: Actor
) -> None:
    large = Upload(name="scan.tif", data=bytes(bench.stores.settings.max_file_bytes + 1))
    with pytest.raises(BadRequest, match=r"scan\.tif has .* bytes"):
        answered(bench, custodian, judged, papers=[large])


def test_an_unknown_request_is_said(bench: Workbench, judged: CaseSummary) -> None:
    with pytest.raises(NotFound, match="no trace request 'TR-0009'"):
        bench.tracing.one(judged.case_id, "TR-0009")


@pytest.mark.parametrize(
    ("days", "said", "overdue"),
    [
        (0, "No answer yet; the deadline is ", False),
        (28, "No answer yet; the deadline is ", False),
        (29, "They may still comment until ", True),
        (56, "They may still comment until ", True),
        (57, "and for comments ", True),
    ],
)
def test_the_time_to_answer_and_the_right_of_reply_run_out_in_turn(
    asked: Trace, days: int, said: str, *, overdue: bool
) -> None:
    on = asked.request.sent_on + timedelta(days=days)
    assert said in asked.standing(on)
    assert asked.overdue(on) is overdue


def test_the_case_file_and_the_bundle_hold_letters_and_answers(
    bench: Workbench, judged: CaseSummary, asked: Trace, custodian: Actor, reviewer: Actor
) -> None:
    answered(bench, custodian, judged, papers=[Upload(name="letter.pdf", data=b"%PDF-1.7 x")])
    (trace,) = case_file(bench, judged.case_id).traces
    assert trace.standing.startswith("They know the product but do not say which unit it is")
    assert trace.answers[0].words == ANSWER
    sealed = bench.exports.seal(custodian, judged.case_id)
    bench.exports.sign(reviewer, judged.case_id, sealed.sequence)
    top = bench.exports.folder_path(judged.case_id, sealed.sequence)
    names = sorted(path.name for path in (top / "data" / "traces").iterdir())
    assert names == ["TR-0001-answer-000007-1.pdf", "TR-0001.pdf"]
    assert sha256_of((top / "data/traces/TR-0001.pdf").read_bytes()) == asked.letter_sha256
    rows = json.loads((top / "data" / "tables" / "traces.json").read_bytes())["rows"]
    assert [(row["trace"], row["day"], row["answer"], row["words"]) for row in rows] == [
        ("TR-0001", asked.request.sent_on.isoformat(), None, None),
        ("TR-0001", asked.request.sent_on.isoformat(), "recognised", ANSWER),
    ]
    report = (top / "data" / "report.html").read_text(encoding="utf-8")
    assert "Example Optics, Records (the maker)" in report
    assert ANSWER in report
    verified = bench.exports.verify(top)
    assert verified.ok, verified.faults


def test_a_public_edition_carries_no_letter_and_withholds_what_is_chosen(
    bench: Workbench, judged: CaseSummary, asked: Trace, custodian: Actor, reviewer: Actor
) -> None:
    answered(bench, custodian, judged, papers=[Upload(name="secret.pdf", data=b"%PDF-1.7 x")])
    sealed = bench.exports.seal(custodian, judged.case_id)
    bench.exports.sign(reviewer, judged.case_id, sealed.sequence)
    fields = ("reply_to", "answer_words", "papers", "addressee")
    public = bench.publication.publish(
        custodian,
        judged.case_id,
        sealed.sequence,
        Withholding(fields=tuple(FieldChoice(name=name) for name in fields)),
    )
    top = bench.publication.folder_path(judged.case_id, public.sequence)
    assert not (top / "data" / "traces").exists()
    everything = b"".join(path.read_bytes() for path in top.rglob("*") if path.is_file())
    for secret in ("desk@example.org", ANSWER, "secret.pdf", "Example Optics"):
        assert secret.encode() not in everything
    report = (top / "data" / "report.html").read_text(encoding="utf-8")
    assert "TR-0001" in report
    assert "are in the sealed bundle from which this edition was made" in report
    verified = bench.exports.verify(
        top, sealed=bench.exports.folder_path(judged.case_id, sealed.sequence)
    )
    assert verified.ok, verified.faults


def test_an_altered_letter_is_named_and_never_handed_out(
    bench: Workbench, judged: CaseSummary, asked: Trace
) -> None:
    name = asked.letter_sha256
    path = bench.stores.settings.store / "blobs" / "sha256" / name[:2] / name
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"%PDF", b"%FDP"))
    with pytest.raises(BlobDamaged) as raised:
        bench.tracing.letter(judged.case_id, "TR-0001")
    assert f"the letter of TR-0001 in {judged.case_id}" in raised.value.diagnostics()


def test_requests_outlive_the_tables(
    bench: Workbench, judged: CaseSummary, asked: Trace, custodian: Actor
) -> None:
    before = answered(bench, custodian, judged)
    assert bench.states.case(judged.case_id, bench.states.store()).traces == (before,)


def test_a_letter_is_made_from_the_log_and_not_from_altered_tables(
    bench: Workbench, judged: CaseSummary, custodian: Actor
) -> None:
    honest = bench.tracing.preview(custodian, judged.case_id, PLATE, wanted(bench))
    with bench.stores.projection.read() as connection:
        connection.execute(tables.review.update().values(text="FORGED-1"))
        connection.commit()
    assert bench.review.plate(judged.case_id, PLATE).fields[0].human_text == "FORGED-1"
    assert bench.tracing.preview(custodian, judged.case_id, PLATE, wanted(bench)) == honest
    trace = ask(bench, custodian, judged, wanted(bench))
    assert bench.tracing.letter(judged.case_id, trace.trace_id) == honest
