"""The content of the case file: pure functions of the case's state and of pictures of originals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from values.text import counted
from words import en
from words.english.parts import role as role_word
from words.times import day
from workbench.copies.copies import measured
from workbench.events.narrative import sentence
from workbench.report.types import (
    ReportCase,
    ReportEntry,
    ReportGroup,
    ReportPerson,
    ReportPlate,
    ReportTrace,
    ReportTraceAnswer,
)
from workbench.rules.signing import reviewers_to_sign
from workbench.state.standing import dissent_on
from workbench.trace_request import ADDRESSEE_WORDS, ANSWER_WORDS
from workbench.types import Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from evidence_store.bundle.layout import RequiredSigner
    from evidence_store.types import Checkpoint, PublicKey
    from workbench.export.contents import Contents
    from workbench.state import CaseState, StoreState
    from workbench.state.captures import Captures
    from workbench.trace_request import Trace
    from workbench.types import CaseSummary, CopyGroupView, Person, PlateView


def report_of(
    state: CaseState,
    store: StoreState,
    checkpoint: Checkpoint,
    contents: Contents,
    *,
    keys: Mapping[str, Sequence[PublicKey]],
    software: Iterable[tuple[str, str]],
    signers: Sequence[RequiredSigner] = (),
) -> ReportCase:
    """The case as of a checkpoint of its log, ready to be typeset; `signers` are to sign it.

    `contents` is what was made from its exhibits and searches, `keys` every key that each person
    ever had, the oldest first.
    """
    as_of = state.entries[-1].at
    actors = {entry.actor for entry in state.entries} | {signer.person for signer in signers}
    return ReportCase(
        case_id=state.case_id,
        title=state.title,
        provenance=state.provenance,
        policy=state.policy.value,
        synthetic=state.synthetic,
        opened_at=state.opened_at,
        opened_by=state.name(state.opened_by),
        as_of=as_of,
        log_size=checkpoint.size,
        log_root=checkpoint.root,
        people=tuple(
            _person(person, keys[person.person_id], as_of)
            for person in store.people
            if person.person_id in actors
        ),
        exhibits=contents.exhibits,
        groups=tuple(map(_group, state.groups())),
        plates=tuple(map(_plate, state.plates, state.captures())),
        searches=contents.searches,
        traces=tuple(_trace(trace, as_of.date()) for trace in state.traces),
        custody=tuple(
            ReportEntry(
                sequence=entry.sequence,
                at=entry.at,
                actor=state.name(entry.actor),
                kind=entry.kind,
                summary=sentence(entry),
                leaf_hash=entry.leaf_hash,
            )
            for entry in state.entries
        ),
        software=(
            *software,
            *(
                (f"{engine.name} {engine.version}", f"weights with SHA-256 {engine.weights_sha256}")
                for engine in contents.engines
            ),
        ),
        signers=tuple((role_word(signer.role.value), signer.person) for signer in signers),
    )


def _person(person: Person, keys: Sequence[PublicKey], at: datetime) -> ReportPerson:
    """A person with the key that was in use at a time, whichever they use now."""
    key = next((one for one in reversed(keys) if one.valid_after <= at), keys[0])
    return ReportPerson(
        person_id=person.person_id,
        name=person.name,
        roles=tuple(role_word(role.value) for role in person.roles_ever),
        key=key.line,
        fingerprint=key.fingerprint,
        held_by=key.held_by,
    )


_STANDING: dict[Judgement | None, str] = {Judgement.CONFIRMED: "", Judgement.REJECTED: "_split"}
"""What a person's judgement makes of a proposed relation; *unsure* leaves it a proposal."""


def _group(view: CopyGroupView) -> ReportGroup:
    return ReportGroup(
        exhibit_ids=view.exhibit_ids,
        relation=view.relation + _STANDING.get(view.judgement, "_proposed"),
        counted=view.counted,
        why=tuple(
            (
                f"{en.text(evidence.why)} ({figures})"
                if (figures := measured(evidence))
                else en.text(evidence.why)
            )
            for evidence in view.evidence
        ),
        judgement=view.judgement.value if view.judgement else "",
        judged_by=view.judged_by or "",
        reason=view.reason,
    )


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
        captures_undated=captures.counted,
        dissent=dissent_on(view),
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


def required_reviewers(state: CaseState) -> tuple[str, ...]:
    """Who has to sign: everyone whose judgement of a field or a candidate stands in the case."""
    return reviewers_to_sign(
        (one.by for one in state.decided),
        ((one.reviewer_id, one.judgement) for one in state.reviews),
    )


def counts(summary: CaseSummary) -> str:
    """How far the case was when it was sealed, in one sentence."""
    return (
        f"{counted(summary.exhibits, 'exhibit')}; {summary.waiting} not read, "
        f"{summary.to_review} read and not fully reviewed; "
        f"{counted(summary.decided, 'plate')} with a decision, "
        f"{summary.awaiting} awaiting another reviewer."
    )
