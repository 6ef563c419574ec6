"""Trace requests to outside parties, and their answers."""

from collections.abc import Collection
from datetime import date
from typing import Annotated

from pydantic_core import to_jsonable_python
from sqlalchemy import Connection, insert, select

from evidence_store.types import Entry, Sha256
from workbench import tables
from workbench.events.event import Event, event
from workbench.events.marks import Blob, Member, Open, Origin, Private
from workbench.rules.seen import Mark, answers_to, requests_about
from workbench.trace_request import ANSWER_WORDS, AddresseeIs, AnswerIs, Paper


@event("trace.asked")
class TraceAsked(Event):
    """An outside party is asked about a plate; the letter is stored as sent."""

    trace: Open[str]
    plate: Open[str]
    exhibits: Open[tuple[str, ...]]
    addressee_is: Open[AddresseeIs]
    sent_on: Open[date]
    addressee: Private[str]
    reply_to: Private[str]
    seen: Private[str]
    further: Private[str]
    letter: Blob[Sha256]

    def sentence(self) -> str:
        return (
            f"Asked {self.addressee} about {self.plate}: trace request {self.trace}, "
            f"sent on {self.sent_on}."
        )

    def touches(self) -> Collection[Mark]:
        return {requests_about(self.plate)}

    def fold(self, connection: Connection, entry: Entry) -> None:
        connection.execute(
            insert(tables.trace),
            {
                "case_id": entry.log,
                "trace_id": self.trace,
                "sequence": entry.sequence,
                "at": entry.at.isoformat(),
                "by": entry.actor,
                "plate_id": self.plate,
                "exhibits": self.exhibits,
                "addressee": self.addressee,
                "addressee_is": self.addressee_is.value,
                "sent_on": self.sent_on.isoformat(),
                "reply_to": self.reply_to,
                "seen": self.seen,
                "further": self.further,
                "letter_sha256": self.letter,
            },
        )


@event("trace.answered")
class TraceAnswered(Event):
    """An answer to a trace request arrived; attached documents are stored as blobs."""

    trace: Open[str]
    exhibits: Open[tuple[str, ...]]
    answer: Open[AnswerIs]
    received_on: Open[date]
    answer_words: Private[str]
    papers: Annotated[Blob[tuple[Paper, ...]], Member(name="sha256"), Origin.QUOTE]

    def sentence(self) -> str:
        return (
            f"Recorded an answer to {self.trace}, received on {self.received_on}: "
            f"{ANSWER_WORDS[self.answer]}. {self.answer_words}"
        )

    def touches(self) -> Collection[Mark]:
        return {answers_to(self.trace)}

    def fold(self, connection: Connection, entry: Entry) -> None:
        asked = tables.trace.c
        connection.execute(
            select(asked.sequence).where(asked.case_id == entry.log, asked.trace_id == self.trace)
        ).one()  # an answer to no request is set aside
        connection.execute(
            insert(tables.trace_answer),
            {
                "case_id": entry.log,
                "sequence": entry.sequence,
                "trace_id": self.trace,
                "at": entry.at.isoformat(),
                "by": entry.actor,
                "answer": self.answer.value,
                "received_on": self.received_on.isoformat(),
                "words": self.answer_words,
                "papers": to_jsonable_python(self.papers),
            },
        )
