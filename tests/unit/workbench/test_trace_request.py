"""How long whoever is asked has to answer, and how a request stands on each day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from evidence_store.types import Sha256
from workbench import trace_request as rules
from workbench.trace_request import (
    ADDRESSEE_WORDS,
    ANSWER_WORDS,
    AddresseeIs,
    AnswerIs,
    Trace,
    TraceAnswer,
    TraceRequest,
    day,
)

SENT = date(2026, 11, 2)
ASKED = Trace(
    trace_id="T-1",
    sequence=4,
    at=datetime(2026, 11, 2, tzinfo=UTC),
    by="p-1",
    plate_id="EX-0001/R1",
    exhibits=("EX-0001",),
    request=TraceRequest(
        addressee="Quorvim", addressee_is=AddresseeIs.MAKER, sent_on=SENT, reply_to="A"
    ),
    letter_sha256=Sha256("0" * 64),
    answers=(),
    seen=5,
)
ANSWER = TraceAnswer(
    sequence=6,
    at=datetime(2026, 11, 20, tzinfo=UTC),
    by="p-1",
    answer=AnswerIs.DENIED,
    received_on=date(2026, 11, 20),
    words="No.",
    papers=(),
)
ANSWERED = replace(ASKED, answers=(ANSWER,))


def test_four_weeks_to_answer_and_four_more_to_comment() -> None:
    assert (rules.ANSWER_DAYS, rules.COMMENT_DAYS) == (28, 28)
    assert ASKED.request.answer_by == date(2026, 11, 30)
    assert ASKED.request.comment_by == date(2026, 12, 28)


@pytest.mark.parametrize(("days", "overdue"), [(0, False), (28, False), (29, True), (400, True)])
def test_it_is_overdue_on_the_day_after_the_last(days: int, overdue: bool) -> None:
    assert ASKED.overdue(SENT + timedelta(days=days)) is overdue
    assert ANSWERED.overdue(SENT + timedelta(days=days)) is False


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (0, "No answer yet; the deadline is 30 November 2026."),
        (28, "No answer yet; the deadline is 30 November 2026."),
        (29, "They may still comment until 28 December 2026."),
        (56, "They may still comment until 28 December 2026."),
        (57, "and for comments 28 December 2026."),
    ],
)
def test_how_a_request_stands_on_a_day(days: int, says: str) -> None:
    today = SENT + timedelta(days=days)
    assert ASKED.standing(today).endswith(says)
    denied = "They say that it is not what the plate says (received on 20 November 2026)."
    assert ANSWERED.standing(today) == denied


def test_the_last_answer_says_how_a_request_stands() -> None:
    last = replace(ANSWER, answer=AnswerIs.IDENTIFIED, received_on=date(2026, 12, 1))
    both = replace(ASKED, answers=(ANSWER, last))
    assert both.standing(SENT) == "They say which unit it is (received on 1 December 2026)."


def test_each_kind_of_addressee_and_of_answer_has_words() -> None:
    assert ADDRESSEE_WORDS.keys() == set(AddresseeIs)
    assert ANSWER_WORDS.keys() == set(AnswerIs)
    assert day(date(2026, 11, 7)) == "7 November 2026"
