"""Trace requests as values: who is asked about a plate, until when, and what was answered.

A trace request asks somebody outside (the maker, the authority that permits exports, a recipient of
the item) about the item behind a plate. An answer is that party's word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from evidence_store.types import Sha256  # noqa: TC001 (the codec of events reads it)
from values.rule import Declared
from words.times import day

if TYPE_CHECKING:
    from datetime import datetime

ANSWER_DAYS = 28
"""Days for the addressee to answer, as arms field investigators allow."""
COMMENT_DAYS = 28
"""Further days in which they may comment before publication: the right of reply."""

RULES: Final = Declared(
    "trace",
    test="tests/unit/workbench/test_trace_request.py",
    source="decision 0035; the practice of arms field investigators",
    units={
        "ANSWER_DAYS": "days",
        "COMMENT_DAYS": "days",
    },
)


class AddresseeIs(StrEnum):
    """The addressee's relation to the item."""

    MAKER = "maker"
    AUTHORITY = "authority"
    RECIPIENT = "recipient"
    OTHER = "other"


ADDRESSEE_WORDS = {
    AddresseeIs.MAKER: "the maker",
    AddresseeIs.AUTHORITY: "the export licensing authority",
    AddresseeIs.RECIPIENT: "a consignee or end user",
    AddresseeIs.OTHER: "somebody else",
}


class AnswerIs(StrEnum):
    """What an answer amounts to."""

    IDENTIFIED = "identified"
    RECOGNISED = "recognised"
    DENIED = "denied"
    NOTHING = "nothing"


ANSWER_WORDS = {
    AnswerIs.IDENTIFIED: "They say which unit it is",
    AnswerIs.RECOGNISED: "They know the product but do not say which unit it is",
    AnswerIs.DENIED: "They say that it is not what the plate says",
    AnswerIs.NOTHING: "They answered without saying anything about the item",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRequest:
    """What is asked, of whom, and where they may answer; `seen` and `further` may be empty."""

    addressee: str
    addressee_is: AddresseeIs
    sent_on: date
    reply_to: str
    seen: str = ""
    """Where, when and with whom the item was seen, as far as the letter should say it."""
    further: str = ""
    """What else the letter should say or ask."""

    @property
    def answer_by(self) -> date:
        """The last day for an answer."""
        return self.sent_on + timedelta(days=ANSWER_DAYS)

    @property
    def comment_by(self) -> date:
        """The last day of the right of reply."""
        return self.answer_by + timedelta(days=COMMENT_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A file that came with an answer: stored byte for byte, never opened; its name is a claim."""

    name: str
    sha256: Sha256
    size: int
    """In bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceAnswer:
    """One answer as somebody recorded it, with the documents that came with it."""

    sequence: int
    at: datetime
    by: str
    answer: AnswerIs
    received_on: date
    words: str
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A trace request that was recorded as sent, and every answer to it, in order."""

    trace_id: str
    sequence: int
    at: datetime
    by: str
    plate_id: str
    exhibits: tuple[str, ...]
    request: TraceRequest
    letter_sha256: Sha256
    answers: tuple[TraceAnswer, ...]
    seen: int
    """The number of entries in the case's log when this was looked up."""

    def overdue(self, today: date) -> bool:
        """Whether the time to answer is over and no answer has come."""
        return not self.answers and today > self.request.answer_by

    def standing(self, today: date) -> str:
        """The status of a request on a day, in one sentence."""
        if self.answers:
            last = self.answers[-1]
            return f"{ANSWER_WORDS[last.answer]} (received on {day(last.received_on)})."
        asked = self.request
        if today <= asked.answer_by:
            return f"No answer yet; the deadline is {day(asked.answer_by)}."
        if today <= asked.comment_by:
            return (
                f"No answer; the deadline was {day(asked.answer_by)}. "
                f"They may still comment until {day(asked.comment_by)}."
            )
        return (
            f"No answer; the deadline was {day(asked.answer_by)}, "
            f"and for comments {day(asked.comment_by)}."
        )
