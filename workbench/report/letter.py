"""The letter of a trace request: what was read, what was seen, and what is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from words.times import day
from workbench.report.content import nested
from workbench.report.letter_texts import LETTER_ENGLISH, QUESTIONS_ENGLISH
from workbench.report.pdf import printable, typeset

if TYPE_CHECKING:
    from workbench.report.content import Plain
    from workbench.report.pdf import PutPicture
    from workbench.report.types import ReportExhibit
    from workbench.trace_request import TraceRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterField:
    """One field of the plate as people and the machine read it; they never share a column."""

    label: str
    person: str
    """A person's transcription, with `?` for an unreadable character; may be empty."""
    unsure: bool
    """Whether the person was unsure."""
    machine: str
    instead: tuple[str, ...]
    """Other values that the machine considers for the field, most likely first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceLetter:
    """Everything in a letter."""

    reference: str
    """The number of the request in its case, such as TR-0001; empty until it has one."""
    case_id: str
    synthetic: bool
    asked_by: str
    plate_id: str
    request: TraceRequest
    fields: tuple[LetterField, ...]
    exhibits: tuple[ReportExhibit, ...]
    """Exhibits with only those of their regions that show the plate."""
    exhibit_ids: tuple[str, ...]
    """Every exhibit of the plate, including those not shown."""
    not_shown: int

    def called(self, reference: str) -> TraceLetter:
        """The same letter with the number that its request has by now."""
        return replace(self, reference=reference)


def make_letter(letter: TraceLetter) -> bytes:
    """The letter as PDF/A-2a; the same values give the same bytes."""
    sent = datetime.combine(letter.request.sent_on, time(), UTC)
    return typeset("letter.typ", lambda picture: _content(letter, picture), dated=sent)


def _content(letter: TraceLetter, picture: PutPicture) -> Plain:
    asked = letter.request
    said = {
        "reference": letter.reference,
        "case_id": letter.case_id,
        "synthetic": letter.synthetic,
        "asked_by": letter.asked_by,
        "plate_id": letter.plate_id,
        "addressee": asked.addressee,
        "reply_to": asked.reply_to,
        "seen": asked.seen,
        "further": asked.further,
        "sent_on": day(asked.sent_on),
        "answer_by": day(asked.answer_by),
        "comment_by": day(asked.comment_by),
        "exhibits": letter.exhibits,
        "fields": letter.fields,
        "not_shown": letter.not_shown,
        "questions": QUESTIONS_ENGLISH[asked.addressee_is.value],
        "t": dict(LETTER_ENGLISH),
    }
    return {name: nested(value, picture, printable) for name, value in said.items()}
