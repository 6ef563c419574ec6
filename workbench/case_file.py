"""Gathers what the report says of a case: everything as of one state of its log."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, cast

from PIL import Image

from workbench.copies import measured
from workbench.narrative import sentence
from workbench.report.result import (
    applications_of,
    candidates_of,
    finding_of,
    limits_of,
    verdict_of,
)
from workbench.report.types import (
    Picture,
    ReportCase,
    ReportDecision,
    ReportEntry,
    ReportExhibit,
    ReportField,
    ReportGroup,
    ReportPerson,
    ReportPlate,
    ReportRegion,
    ReportReview,
    ReportSearch,
    ReportTrace,
    ReportTraceAnswer,
)
from workbench.strength import strength_of
from workbench.trace import ADDRESSEE_WORDS, ANSWER_WORDS, day
from workbench.types import ExhibitView, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from evidence_store.bundle.layout import RequiredSigner
    from evidence_store.types import Checkpoint, PublicKey
    from vision.types import Engine, FieldReading, PhotoReading, Reading
    from workbench.captures import Captures
    from workbench.trace import Trace
    from workbench.types import (
        CaseSummary,
        CatalogSummary,
        CopyGroupView,
        Person,
        PlateView,
        Review,
        SearchView,
    )
    from workbench.workbench import Workbench

#: Longest side of a photo, and height of a crop, as printed, in pixels.
PRINTED_SIDE = 1_000
PRINTED_CROP = 200
PAGE = 200

_ORIGIN_WORDS = {
    "human": "read or confirmed by a person",
    "machine": "read by the machine",
    "code": "from a machine-readable code",
}

_CLAIM_WORDS = {
    "source_url": "Source address",
    "source_account": "Source account",
    "obtained_at": "Obtained",
    "claimed_place": "Claimed place",
    "claimed_date": "Claimed date",
    "note": "Note",
}


def gather(
    workbench: Workbench,
    case_id: str,
    checkpoint: Checkpoint,
    signers: Sequence[RequiredSigner] = (),
) -> ReportCase:
    """The case as of a checkpoint of its log, ready to be typeset; `signers` are to sign it."""
    summary = workbench.cases.summary(case_id)
    entries = tuple(workbench.stores.ledger.entries(case_id, limit=checkpoint.size))
    names = workbench.people.names()
    actors = {entry.actor for entry in entries} | {signer.person for signer in signers}
    exhibits = tuple(report_exhibit(workbench, case_id, view) for view in views(workbench, case_id))
    return ReportCase(
        case_id=case_id,
        title=summary.title,
        provenance=summary.provenance,
        policy=summary.policy.value,
        synthetic=summary.synthetic,
        opened_at=summary.opened_at,
        opened_by=summary.opened_by,
        as_of=entries[-1].at,
        log_size=checkpoint.size,
        log_root=checkpoint.root,
        people=tuple(
            _person(person, workbench.people.keys_of(person.person_id), entries[-1].at)
            for person in workbench.people.everyone()
            if person.person_id in actors
        ),
        exhibits=exhibits,
        groups=tuple(_group(view) for view in workbench.copies.groups(case_id)),
        plates=_plates(workbench, case_id),
        searches=tuple(
            _search(view, workbench.catalogs.summary(view.snapshot_sha256))
            for view in reversed(workbench.matching.searches(case_id))
        ),
        traces=tuple(
            _trace(trace, entries[-1].at.date()) for trace in workbench.tracing.traces(case_id)
        ),
        custody=tuple(
            ReportEntry(
                sequence=entry.sequence,
                at=entry.at,
                actor=names.get(entry.actor, entry.actor),
                kind=entry.kind,
                summary=sentence(entry),
                leaf_hash=entry.leaf_hash,
            )
            for entry in entries
        ),
        software=(
            *workbench.software(),
            *(
                (f"{engine.name} {engine.version}", f"weights with SHA-256 {engine.weights_sha256}")
                for engine in engines(views(workbench, case_id))
            ),
        ),
        signers=tuple((signer.role.value, signer.person) for signer in signers),
    )


def _person(person: Person, keys: Sequence[PublicKey], at: datetime) -> ReportPerson:
    """A person with the key that they used at a time, whichever they use by now."""
    key = next((one for one in reversed(keys) if one.valid_after <= at), keys[0])
    return ReportPerson(
        person_id=person.person_id,
        name=person.name,
        roles=tuple(role.value for role in person.roles),
        key=key.line,
        fingerprint=key.fingerprint,
        held_by=key.held_by,
    )


def engines(exhibits: Iterable[ExhibitView]) -> tuple[Engine, ...]:
    """Every reader that read something in a case, once, with the hash of its weights."""
    used = {
        reading.engine
        for view in exhibits
        if view.reading is not None
        for reading in view.reading.readings
    }
    return tuple(sorted(used, key=lambda one: (one.name, one.version, one.weights_sha256)))


def plates(workbench: Workbench, case_id: str) -> Iterator[PlateView]:
    """All plates of a case, page by page."""
    offset = 0
    while page := workbench.review.plates(case_id, offset=offset, limit=PAGE):
        yield from page
        offset += PAGE


def views(workbench: Workbench, case_id: str) -> Iterator[ExhibitView]:
    """All exhibits of a case, page by page."""
    offset = 0
    while page := workbench.exhibits.listed(case_id, offset=offset, limit=PAGE):
        for summary in page:
            yield workbench.exhibits.one(case_id, summary.exhibit_id)
        offset += PAGE


def report_exhibit(workbench: Workbench, case_id: str, view: ExhibitView) -> ReportExhibit:
    """An exhibit as the case file shows it, with its pictures made from the original."""
    summary = view.summary
    return ReportExhibit(
        exhibit_id=summary.exhibit_id,
        file_name=summary.file_name,
        media=summary.media,
        sha256=summary.sha256,
        bytes=workbench.exhibits.size(case_id, summary.exhibit_id),
        width=summary.width,
        height=summary.height,
        taken_in_at=summary.taken_in_at,
        taken_in_by=summary.taken_in_by,
        photo=_photo(workbench, case_id, view),
        claims=tuple(
            (words, value)
            for name, words in _CLAIM_WORDS.items()
            if (value := getattr(view.claims, name))
        ),
        embedded=tuple((f"{fact.group} {fact.name}", fact.value) for fact in view.embedded.facts),
        regions=_regions(workbench, case_id, view),
        copy_of=summary.copy_of or "",
        derived_how=view.derived_how or "",
        notes=(
            *(view.reading.notes if view.reading is not None else ()),
            *view.embedded.problems,
        ),
    )


def _photo(workbench: Workbench, case_id: str, view: ExhibitView) -> Picture | None:
    if view.summary.media == "clip":
        return None
    png = workbench.exhibits.upright_png(case_id, view.summary.exhibit_id, longest=PRINTED_SIDE)
    return _jpeg(png)


def _jpeg(png: bytes) -> Picture:
    """A picture small enough to print many of; the original lies beside it in the bundle."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=82, optimize=True)
    return Picture(
        data=buffer.getvalue(), media="image/jpeg", width=image.width, height=image.height
    )


def _regions(workbench: Workbench, case_id: str, view: ExhibitView) -> tuple[ReportRegion, ...]:
    reading = view.reading
    if reading is None:
        return ()
    combined = {item.region_id: item for item in reading.combined}
    return tuple(
        ReportRegion(
            region_id=region.region_id,
            corners=region.corners,
            crop=_jpeg(
                workbench.exhibits.crop_png(
                    case_id, view.summary.exhibit_id, region.region_id, height=PRINTED_CROP
                )
            ),
            fields=_fields(reading, combined.get(region.region_id), view.reviews),
            drawn_by="a person" if region.region_id.startswith("D") else "",
        )
        for region in reading.regions
    )


def _fields(
    reading: PhotoReading, combined: Reading | None, reviews: Iterable[Review]
) -> tuple[ReportField, ...]:
    if combined is None:
        return ()
    region_id = combined.region_id
    mine = [review for review in reviews if review.region_id == region_id]
    offered = [_field(reading, region_id, item, mine) for item in combined.fields]
    known = {item.field for item in offered}
    only_people = [
        ReportField(
            field=name,
            text="",
            state="unreadable",
            why="the program read nothing here",
            reviews=_reviews(mine, name),
        )
        for name in dict.fromkeys(review.field for review in mine)
        if name not in known
    ]
    return (*offered, *only_people)


def _field(
    reading: PhotoReading, region_id: str, item: FieldReading, reviews: list[Review]
) -> ReportField:
    strength = strength_of(reading, region_id, item)
    return ReportField(
        field=item.field,
        text=item.text,
        state=strength.state,
        why=strength.why,
        pixels=strength.pixels,
        glyphs=tuple(
            tuple((option.char, option.probability) for option in glyph.options)
            for glyph in item.glyphs
        ),
        alternatives=tuple((other.text, other.probability) for other in item.alternatives),
        readers=tuple(
            (by_engine.engine.name, field.text)
            for by_engine in reading.readings
            if by_engine.region_id == region_id
            for field in by_engine.fields
            if field.field == item.field
        ),
        notes=item.notes,
        reviews=_reviews(reviews, item.field),
    )


def _reviews(reviews: list[Review], field: str) -> tuple[ReportReview, ...]:
    mine = [review for review in reviews if review.field == field]
    return tuple(
        ReportReview(
            sequence=review.sequence,
            at=review.at,
            reviewer=review.reviewer,
            judgement=review.judgement.value,
            text=review.text,
            machine_text=review.machine_text,
            blind=review.blind,
            reason=review.reason,
            stands=review is mine[-1],
        )
        for review in mine
    )


def _group(view: CopyGroupView) -> ReportGroup:
    return ReportGroup(
        exhibit_ids=view.exhibit_ids,
        relation=view.relation,
        why=tuple(f"{evidence.why} ({measured(evidence)})" for evidence in view.evidence),
        judgement=view.judgement.value if view.judgement else "",
        judged_by=view.judged_by or "",
        reason=view.reason,
    )


def _plates(workbench: Workbench, case_id: str) -> tuple[ReportPlate, ...]:
    listed = tuple(plates(workbench, case_id))
    counted = workbench.copies.captures(case_id, listed)
    return tuple(_plate(*both) for both in zip(listed, counted, strict=True))


def _plate(view: PlateView, captures: Captures) -> ReportPlate:
    return ReportPlate(
        plate_id=view.plate_id,
        members=view.members,
        fields=tuple(
            (
                standing.field,
                standing.machine_text,
                standing.human_text or "",
                standing.judgement.value if standing.judgement else "",
            )
            for standing in view.fields
        ),
        captures=captures.sentence,
    )


def _stack_words(value: dict[str, object]) -> str:
    if "stack" not in value:
        return ""
    return f"; its exposures laid over each other were read as “{value['stack']}”"


def _search(view: SearchView, catalog: CatalogSummary) -> ReportSearch:
    asked = cast("dict[str, dict[str, object]]", view.query or {})
    return ReportSearch(
        sequence=view.sequence,
        plate_id=view.plate_id,
        at=view.at,
        by=view.by,
        asked=tuple(
            (
                field,
                f"{value['text']} ({_ORIGIN_WORDS[str(value['origin'])]}{_stack_words(value)})",
            )
            for field, value in asked.items()
        ),
        snapshot_sha256=view.snapshot_sha256,
        catalog_name=catalog.name,
        coverage=catalog.coverage,
        explanation=str(view.result.get("explanation", "")),
        synthetic_catalog=catalog.synthetic,
        candidates=candidates_of(view.result),
        verdict=verdict_of(view.result),
        limits=limits_of(view.result),
        applications=applications_of(view.result),
        findings=tuple(finding_of(finding) for finding in view.findings),
        decisions=tuple(
            ReportDecision(
                sequence=decision.sequence,
                at=decision.at,
                by=decision.by,
                candidate=decision.candidate,
                judgement=decision.judgement.value,
                reason=decision.reason,
                stands=decision.stands,
                replaced=decision.replaced,
            )
            for decision in view.decisions
        ),
    )


def _trace(trace: Trace, as_of: date) -> ReportTrace:
    asked = trace.request
    return ReportTrace(
        trace_id=trace.trace_id,
        sequence=trace.sequence,
        by=trace.by,
        plate_id=trace.plate_id,
        addressee=asked.addressee,
        addressee_is=ADDRESSEE_WORDS[asked.addressee_is],
        sent_on=day(asked.sent_on),
        answer_by=day(asked.answer_by),
        comment_by=day(asked.comment_by),
        standing=trace.standing(as_of),
        letter_sha256=trace.letter_sha256,
        seen=asked.seen,
        further=asked.further,
        answers=tuple(
            ReportTraceAnswer(
                sequence=answer.sequence,
                at=answer.at,
                by=answer.by,
                answer=ANSWER_WORDS[answer.answer],
                received_on=day(answer.received_on),
                words=answer.words,
                papers=tuple((paper.name, paper.sha256) for paper in answer.papers),
            )
            for answer in trace.answers
        ),
    )


def required_reviewers(workbench: Workbench, case_id: str) -> tuple[str, ...]:
    """Who has to sign: everyone whose judgement of a field or a candidate stands in the case."""
    people: dict[str, None] = {}
    for view in workbench.matching.searches(case_id):
        for decision in view.decisions:
            people[decision.by_id] = None
    for exhibit in views(workbench, case_id):
        for review in exhibit.reviews:
            if review.judgement is not Judgement.UNSURE:
                people[review.reviewer_id] = None
    return tuple(sorted(people))


def counts(summary: CaseSummary) -> str:
    """How far the case was when it was sealed, in one sentence."""
    return (
        f"{summary.exhibits} exhibit(s); {summary.waiting} not read, {summary.to_review} read "
        f"and not fully reviewed; {summary.decided} plate(s) with a decision, "
        f"{summary.awaiting} awaiting another reviewer."
    )
