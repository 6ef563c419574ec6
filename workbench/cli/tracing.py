"""Trace requests: `ask`, `letter`, `answer`, `traces`."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.common import (
    Verbs,
    actor_of,
    add_case,
    add_json,
    add_seen,
    aside,
    file_bytes,
    line,
    listing,
    shows,
    verb,
)
from workbench.errors import BadRequest
from workbench.rules.limits import MAX_PAPERS
from workbench.trace_request import (
    ADDRESSEE_WORDS,
    ANSWER_WORDS,
    AddresseeIs,
    AnswerIs,
    TraceRequest,
)
from workbench.types import Upload

if TYPE_CHECKING:
    from workbench.workbench import Workbench

TITLE = "Trace requests"


def register(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Add the commands of this group."""
    _add_ask(verbs)
    letter = verb(verbs, "letter", _letter, "Write the letter of a trace request to a file.")
    add_case(letter)
    _add_trace(letter)
    letter.add_argument("file", type=Path, metavar="PDF", help="the new file to write")
    _add_answer(verbs)
    traces = verb(verbs, "traces", _traces, "List the trace requests of a case.")
    add_case(traces)
    add_json(traces)


def _add_trace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("trace", metavar="TRACE", help="the trace request, such as TR-0001")


def _add_ask(verbs: Verbs[argparse.ArgumentParser]) -> None:
    ask = verb(
        verbs, "ask", _ask, "Create a trace request about a plate, and record that you send it."
    )
    add_case(ask)
    ask.add_argument("plate", metavar="PLATE", help="a reviewed plate, such as EX-0001/R1")
    ask.add_argument("--to", required=True, metavar="WORDS", help="the addressee, with address")
    ask.add_argument(
        "--who",
        required=True,
        choices=[one.value for one in AddresseeIs],
        help="their relation to the item: "
        + "; ".join(f"{one.value}, {words}" for one, words in ADDRESSEE_WORDS.items()),
    )
    ask.add_argument(
        "--reply-to", required=True, metavar="WORDS", help="the address for their answer"
    )
    ask.add_argument(
        "--sent", type=_day, metavar="DATE", help="the day it is sent (default: today)"
    )
    ask.add_argument(
        "--where", default="", metavar="WORDS", help="where, when and with whom it was seen"
    )
    ask.add_argument("--further", default="", metavar="WORDS", help="what else to say or ask")
    ask.add_argument("--letter", type=Path, metavar="PDF", help="write the letter to this file")
    add_seen(ask, "show {case}", required=False, with_="unless --preview: ")
    ask.add_argument(
        "--preview", action="store_true", help="with --letter: write it, and record nothing"
    )


def _add_answer(verbs: Verbs[argparse.ArgumentParser]) -> None:
    answer = verb(verbs, "answer", _answer, "Record what was answered to a trace request.")
    add_case(answer)
    _add_trace(answer)
    answer.add_argument(
        "answer",
        choices=[one.value for one in AnswerIs],
        help="; ".join(f"{one.value}: {words}" for one, words in ANSWER_WORDS.items()),
    )
    add_seen(answer, "traces {case}")
    answer.add_argument("--words", required=True, help="what they said, verbatim or in summary")
    answer.add_argument(
        "--received", type=_day, metavar="DATE", help="the day it arrived (default: today)"
    )
    answer.add_argument(
        "--paper",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a file that came with it, stored byte for byte and not opened; "
        f"up to {MAX_PAPERS} times",
    )


def _day(text: str) -> date:
    """A day such as 2026-11-27."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day, such as 2026-11-27") from None


def _ask(workbench: Workbench, options: argparse.Namespace) -> int:
    if options.preview and options.letter is None:
        raise BadRequest("Say where to write the letter: --preview --letter FILE.")
    actor = actor_of(workbench, options)
    request = TraceRequest(
        addressee=options.to,
        addressee_is=AddresseeIs(options.who),
        sent_on=options.sent or workbench.tracing.today(),
        reply_to=options.reply_to,
        seen=options.where,
        further=options.further,
    )
    if options.preview:
        pdf = workbench.tracing.preview(actor, options.case, options.plate, request)
        _write(options.letter, pdf)
        aside("Nothing was recorded.")
        return 0
    if options.seen is None:
        raise BadRequest(
            f"Give --seen: `python -m workbench show {options.case}` prints the number for it."
        )
    if options.letter is not None:
        _refuse_existing(options.letter)
    trace = workbench.tracing.ask(actor, options.case, options.plate, request, seen=options.seen)
    if options.letter is not None:
        _write(options.letter, workbench.tracing.letter(options.case, trace.trace_id))
    line(trace.trace_id, trace.request.answer_by, trace.request.comment_by)
    aside("The letter is stored and recorded as sent. The program sends nothing: send it yourself.")
    return 0


def _letter(workbench: Workbench, options: argparse.Namespace) -> int:
    trace = workbench.tracing.one(options.case, options.trace)
    shows(workbench, options, options.case, trace.exhibits)  # it shows what people read
    _write(options.file, workbench.tracing.letter(options.case, options.trace))
    return 0


def _answer(workbench: Workbench, options: argparse.Namespace) -> int:
    trace = workbench.tracing.answer(
        actor_of(workbench, options),
        options.case,
        options.trace,
        seen=options.seen,
        answer=AnswerIs(options.answer),
        received_on=options.received or workbench.tracing.today(),
        words=options.words,
        papers=[Upload(name=path.name, data=file_bytes(path, workbench)) for path in options.paper],
    )
    line(trace.trace_id, trace.standing(workbench.tracing.today()))
    return 0


def _traces(workbench: Workbench, options: argparse.Namespace) -> int:
    today = workbench.tracing.today()
    traces = workbench.tracing.traces(options.case)
    if not listing(
        options,
        (
            (
                one,
                (
                    one.trace_id,
                    one.plate_id,
                    one.request.addressee,
                    one.request.sent_on,
                    one.standing(today),
                ),
            )
            for one in traces
        ),
    ):
        aside(
            "No trace request yet: "
            f"`python -m workbench ask {options.case} PLATE --to WORDS --who maker …` creates one."
        )
    elif not options.json:
        aside(f"To record an answer, add: --seen {traces[0].seen}.")
    return 0


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise BadRequest(f"{path} already exists; it was not changed.")


def _write(path: Path, data: bytes) -> None:
    """Write a new file; an existing one is left as it is."""
    _refuse_existing(path)
    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        raise BadRequest(f"{path} cannot be written: {error.strerror}.") from None
