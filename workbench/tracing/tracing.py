"""Tracing: letters that ask others about a plate, and their stored answers.

The program sends nothing. It typesets a letter about what people read, without candidates or
records, so that the letter does not lead the answer; it stores the letter as it goes out, and what
comes back.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from evidence_store.blobs.store import checked_sha256
from words.times import day
from workbench import events, tables
from workbench.errors import BadRequest, NotFound
from workbench.report.letter import make_letter
from workbench.rules import seen as marks
from workbench.rules.limits import (
    MAX_ADDRESS,
    MAX_ANSWER,
    MAX_PAPER_NAME,
    MAX_PAPERS,
    MAX_PROVENANCE,
)
from workbench.trace_request import (
    AddresseeIs,
    AnswerIs,
    Paper,
    Trace,
    TraceAnswer,
    TraceRequest,
)
from workbench.tracing.letter_content import letter_about

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Row

    from evidence_store.types import Draft
    from workbench.cases.cases import Cases
    from workbench.cases.images import Images
    from workbench.people.people import People
    from workbench.report.letter import TraceLetter
    from workbench.review.review import ReviewRoom
    from workbench.state import StateLoader
    from workbench.stores.stores import Stores
    from workbench.types import Actor, Upload

EARLIEST = date(1990, 1, 1)
"""A day before this is taken to be a mistake."""


class Tracing:
    """Writes trace requests and records the answers."""

    def __init__(
        self,
        stores: Stores,
        people: People,
        cases: Cases,
        review: ReviewRoom,
        states: StateLoader,
        images: Images,
    ) -> None:
        self._stores = stores
        self._people = people
        self._cases = cases
        self._review = review
        self._states = states
        self._images = images

    def preview(self, actor: Actor, case_id: str, plate_id: str, request: TraceRequest) -> bytes:
        """The letter as PDF, as it would go out; nothing is recorded.

        Raises NotFound; NotAllowed while a field still needs a person's judgement; BadRequest.
        """
        asked = self._checked(actor, case_id, plate_id, request)
        reference = self._next_id(case_id)
        return make_letter(self._letter(actor, case_id, plate_id, reference, asked))

    def ask(
        self, actor: Actor, case_id: str, plate_id: str, request: TraceRequest, *, seen: int
    ) -> Trace:
        """Record that a letter goes out, and store it.

        Like a sealed report, it is made only from the originals and the log. `seen` is that of the
        plate that the person looked at. Raises NotFound; NotAllowed; BadRequest; Overtaken if what
        stands for the plate changed, or somebody asked about it, since.
        """
        asked = self._checked(actor, case_id, plate_id, request)
        members = self._review.plate(case_id, plate_id).members
        letter = self._letter(actor, case_id, plate_id, "", asked)

        def make() -> tuple[Draft, ...]:
            reference = self._next_id(case_id)
            pdf = make_letter(letter.called(reference))
            return (
                events.TraceAsked(
                    trace=reference,
                    plate=plate_id,
                    exhibits=letter.exhibit_ids,
                    addressee=asked.addressee,
                    addressee_is=asked.addressee_is,
                    sent_on=asked.sent_on,
                    reply_to=asked.reply_to,
                    seen=asked.seen,
                    further=asked.further,
                    letter=self._stores.blobs.put(pdf),
                ).draft(actor.person_id),
            )

        entry = self._stores.record(
            actor,
            case_id,
            make,
            seen=seen,
            rests_on={*marks.standing_of(members), marks.requests_about(plate_id)},
            verb="send a trace request",
        )[0]
        return self.one(case_id, str(entry.body["trace"]))

    def answer(
        self,
        actor: Actor,
        case_id: str,
        trace_id: str,
        *,
        seen: int,
        answer: AnswerIs,
        received_on: date,
        words: str,
        papers: Sequence[Upload] = (),
    ) -> Trace:
        """Record an answer; its documents are first stored byte for byte, and not opened.

        Answers are added, never replaced. `seen` is that of the request that the person looked at.
        Raises NotFound; NotAllowed; BadRequest; Overtaken if somebody has since recorded an answer
        to it.
        """
        trace = self.one(case_id, trace_id)
        self._stores.admit(actor, case_id, "trace.answered", verb="record an answer")
        words = _checked_words("what was answered", words, most=MAX_ANSWER, needed=True)
        if received_on < trace.request.sent_on:
            raise BadRequest(
                f"{trace_id} was sent on {day(trace.request.sent_on)}; "
                f"an answer cannot have come on {day(received_on)}."
            )
        self._not_to_come("received", received_on)
        self._check_papers(papers)
        kept = tuple(
            Paper(
                name=paper.name[:MAX_PAPER_NAME],
                sha256=self._stores.blobs.put(paper.data),
                size=len(paper.data),
            )
            for paper in papers
        )
        answered = events.TraceAnswered(
            trace=trace_id,
            exhibits=trace.exhibits,
            answer=answer,
            received_on=received_on,
            answer_words=words,
            papers=kept,
        ).draft(actor.person_id)
        self._stores.record(
            actor,
            case_id,
            lambda: (answered,),
            seen=seen,
            rests_on={marks.answers_to(trace_id)},
            verb="record an answer",
        )
        return self.one(case_id, trace_id)

    def traces(self, case_id: str) -> tuple[Trace, ...]:
        """All trace requests of a case, in the order in which they were sent."""
        self._cases.policy_of(case_id)
        seen = self._stores.ledger.size(case_id)
        with self._stores.projection.read(case_id) as connection:
            rows = connection.execute(
                select(tables.trace)
                .where(tables.trace.c.case_id == case_id)
                .order_by(tables.trace.c.sequence)
            ).all()
            return self._views(connection, case_id, rows, seen)

    def one(self, case_id: str, trace_id: str) -> Trace:
        """One trace request. Raises NotFound."""
        for trace in self.traces(case_id):
            if trace.trace_id == trace_id:
                return trace
        raise NotFound(f"This case has no trace request {trace_id!r}.", kind="trace")

    def letter(self, case_id: str, trace_id: str) -> bytes:
        """The letter of a trace request as it went out, as PDF; its bytes are hashed again."""
        return self._stores.blobs.get(self.one(case_id, trace_id).letter_sha256)

    def paper(self, case_id: str, trace_id: str, sha256: str) -> bytes:
        """The bytes of a document that came with an answer. Raises NotFound."""
        for answer in self.one(case_id, trace_id).answers:
            for paper in answer.papers:
                if paper.sha256 == sha256:
                    return self._stores.blobs.get(paper.sha256)
        raise NotFound(f"No document with the SHA-256 {sha256} came with an answer to {trace_id}.")

    def today(self) -> date:
        """Today by this machine's clock, in UTC."""
        return self._stores.clock().date()

    # --- parts ---------------------------------------------------------------------------

    def _letter(
        self, actor: Actor, case_id: str, plate_id: str, reference: str, asked: TraceRequest
    ) -> TraceLetter:
        """The letter, made only from the log and the originals."""
        state = self._states.case(case_id, self._states.store())
        return letter_about(state, self._images, actor, plate_id, reference, asked)

    def _checked(
        self, actor: Actor, case_id: str, plate_id: str, request: TraceRequest
    ) -> TraceRequest:
        """The request with its texts trimmed, after checking that it may be made."""
        self._cases.policy_of(case_id)
        self._stores.admit(actor, case_id, "trace.asked", verb="send a trace request")
        plate = self._review.plate(case_id, plate_id)
        if not plate.ready:
            what = ", ".join(plate.missing) or "any of maker, model and serial"
            raise self._stores.refuse(
                case_id,
                actor,
                verb="send a trace request before review",
                why="A letter says what people read, not what a machine read. "
                f"Not judged by a person yet: {what}.",
            )
        self._not_to_come("sent", request.sent_on)
        if request.sent_on < EARLIEST:
            raise BadRequest(f"{day(request.sent_on)} cannot be the sending date.")
        return TraceRequest(
            addressee=_checked_words(
                "whom it goes to", request.addressee, most=MAX_ADDRESS, needed=True
            ),
            addressee_is=request.addressee_is,
            sent_on=request.sent_on,
            reply_to=_checked_words(
                "where they may answer", request.reply_to, most=MAX_ADDRESS, needed=True
            ),
            seen=_checked_words("where it was seen", request.seen, most=MAX_PROVENANCE),
            further=_checked_words("what else to say", request.further, most=MAX_PROVENANCE),
        )

    def _not_to_come(self, what: str, on: date) -> None:
        # A day of grace: this clock is in UTC, and in half of the world it is already tomorrow.
        if on > self.today() + timedelta(days=1):
            raise BadRequest(f"It cannot have been {what} on {day(on)}; that day is in the future.")

    def _check_papers(self, papers: Sequence[Upload]) -> None:
        if len(papers) > MAX_PAPERS:
            raise BadRequest(f"An answer may have {MAX_PAPERS} documents, not {len(papers)}.")
        most = self._stores.settings.max_file_bytes
        for paper in papers:
            if not paper.data:
                raise BadRequest(f"{paper.name} is empty; nothing of this answer was recorded.")
            if len(paper.data) > most:
                raise BadRequest(
                    f"{paper.name} has {len(paper.data):,} bytes; at most {most:,} are allowed for "
                    "one file. Nothing of this answer was recorded."
                )

    def _next_id(self, case_id: str) -> str:
        return f"TR-{len(self.traces(case_id)) + 1:04d}"

    def _views(
        self, connection: Connection, case_id: str, rows: Sequence[Row[Any]], seen: int
    ) -> tuple[Trace, ...]:
        answers: dict[str, list[Row[Any]]] = {}
        for row in connection.execute(
            select(tables.trace_answer)
            .where(tables.trace_answer.c.case_id == case_id)
            .order_by(tables.trace_answer.c.sequence)
        ):
            answers.setdefault(row.trace_id, []).append(row)
        names = self._people.names()
        return tuple(_trace(row, answers.get(row.trace_id, ()), names, seen) for row in rows)


def _checked_words(what: str, words: str, *, most: int, needed: bool = False) -> str:
    words = words.strip()
    if needed and not words:
        raise BadRequest(f"Say {what}.")
    if len(words) > most:
        raise BadRequest(f"Say {what} in at most {most:,} characters, not {len(words):,}.")
    return words


def _trace(
    row: Row[Any], answers: Sequence[Row[Any]], names: Mapping[str, str], seen: int
) -> Trace:
    return Trace(
        trace_id=row.trace_id,
        sequence=row.sequence,
        at=datetime.fromisoformat(row.at),
        by=names.get(row.by, row.by),
        plate_id=row.plate_id,
        exhibits=tuple(row.exhibits),
        request=TraceRequest(
            addressee=row.addressee,
            addressee_is=AddresseeIs(row.addressee_is),
            sent_on=date.fromisoformat(row.sent_on),
            reply_to=row.reply_to,
            seen=row.seen,
            further=row.further,
        ),
        letter_sha256=checked_sha256(row.letter_sha256),
        answers=tuple(
            TraceAnswer(
                sequence=answer.sequence,
                at=datetime.fromisoformat(answer.at),
                by=names.get(answer.by, answer.by),
                answer=AnswerIs(answer.answer),
                received_on=date.fromisoformat(answer.received_on),
                words=answer.words,
                papers=tuple(
                    Paper(
                        name=paper["name"],
                        sha256=checked_sha256(paper["sha256"]),
                        size=paper["size"],
                    )
                    for paper in answer.papers
                ),
            )
            for answer in answers
        ),
        seen=seen,
    )
