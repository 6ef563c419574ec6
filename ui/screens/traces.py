"""Trace requests: ask those who may know more about a plate, and store their answers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.choice import choose
from ui.components import markup
from ui.screens.candidates import plate_words
from words.times import day
from workbench.export.payload import Suffixes, paper_path
from workbench.rules.limits import MAX_PAPERS
from workbench.trace_request import ADDRESSEE_WORDS, ANSWER_WORDS, TraceRequest
from workbench.types import PlateView, Upload

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ui import theme
    from workbench.trace_request import Trace, TraceAnswer
    from workbench.types import CaseSummary
    from workbench.workbench import Workbench

PLATES = 500
DAY = "YYYY-MM-DD"
_PLATE, _ASKED = "traces_plate", "traces_asked"
"""In the session: the plate that is chosen, and the case in which another screen chose it."""
_GENERATION = "traces_generation"
_RECORDED = "traces_recorded"
"""In the session: how many answers were recorded here, by request."""


def render(workbench: Workbench) -> None:
    """The requests of the case with their answers, and a new one."""
    state.require_user()
    case = state.require_case(workbench)
    markup.head(
        "Trace requests",
        "Ask the maker, an authority or whoever received the item. The letter says what people "
        "read and shows the plate. To avoid leading the answer, it does not mention the catalog.",
        eyebrow=case.title,
    )
    traces = workbench.tracing.traces(case.case_id)
    today = workbench.tracing.today()
    for trace in reversed(traces):
        # A document missing on the disk is reported in its card; the others are shown.
        with st.container(border=True, key=f"card-trace-{trace.trace_id}"), state.told():
            _trace(workbench, case, trace, today)
    if traces:
        with st.expander(
            "New request",
            icon=":material/outgoing_mail:",
            expanded=st.session_state.get(_ASKED) == case.case_id,
        ):
            _new(workbench, case, today)
    else:
        markup.section("New request")
        _new(workbench, case, today)


def _trace(workbench: Workbench, case: CaseSummary, trace: Trace, today: date) -> None:
    asked = trace.request
    markup.section(f"{trace.trace_id}: {asked.addressee.splitlines()[0]}")
    tone: theme.Tone = (
        "accent" if trace.answers else "caution" if trace.overdue(today) else "neutral"
    )
    st.html(markup.chips(markup.chip("answered" if trace.answers else "no answer yet", tone)))
    if not trace.answers:
        markup.note(trace.standing(today), tone)
    markup.facts(
        (
            ("Addressee is", ADDRESSEE_WORDS[asked.addressee_is]),
            ("Plate", trace.plate_id),
            ("Sent", f"{day(asked.sent_on)}; recorded {words.when(trace.at)} by {trace.by}"),
            ("Answer requested by", day(asked.answer_by)),
            ("Right of reply until", day(asked.comment_by)),
            ("Letter, SHA-256", trace.letter_sha256),
        ),
        mono=("Letter, SHA-256",),
    )
    st.download_button(
        "Download the letter",
        partial(workbench.tracing.letter, case.case_id, trace.trace_id),
        file_name=f"{case.case_id}-{trace.trace_id}.pdf",
        mime="application/pdf",
        key=f"letter-{trace.trace_id}",
        on_click="ignore",
    )
    for answer in trace.answers:
        _answer(workbench, case, trace, answer)
    if state.may("trace.answered"):
        again = "another" if trace.answers else "an"
        with st.expander(f"Record {again} answer", icon=":material/reply:"):
            _record(workbench, case, trace, today)


def _answer(workbench: Workbench, case: CaseSummary, trace: Trace, answer: TraceAnswer) -> None:
    st.html(
        f'<div class="np-note"><b>{markup.safe(ANSWER_WORDS[answer.answer])}.</b>'
        f'<div class="np-lines">{markup.safe(answer.words)}</div>'
        f'<span class="np-muted np-small">Received {markup.safe(day(answer.received_on))}; '
        f"recorded by {markup.safe(answer.by)}, {words.when(answer.at)}</span></div>"
    )
    suffixes = Suffixes(workbench.stores.blobs)
    for number, paper in enumerate(answer.papers, start=1):
        row = st.container(horizontal=True, gap="small")
        row.download_button(
            "Download as received",
            partial(workbench.tracing.paper, case.case_id, trace.trace_id, paper.sha256),
            file_name=paper_path(trace, answer, number, suffixes).rpartition("/")[2],
            mime="application/octet-stream",
            key=f"paper-{answer.sequence}-{number}",
            on_click="ignore",
        )
        row.html(
            f'<div class="np-small">{markup.safe(paper.name)}, {paper.size:,} bytes<br>'
            f"{markup.mono(paper.sha256)}</div>"
        )


def _record(workbench: Workbench, case: CaseSummary, trace: Trace, today: date) -> None:
    # Every answer has its own empty form: a second press records nothing twice.
    recorded: dict[str, int] = st.session_state.setdefault(_RECORDED, {})
    at = f"{case.case_id}-{trace.trace_id}"
    this = f"{trace.trace_id}-{recorded.get(at, 0)}"
    seen = state.bound(f"answer-{at}", trace.seen)
    with st.form(f"answer-{this}", border=False):
        choice = st.radio(
            "Kind of answer",
            list(ANSWER_WORDS),
            index=None,
            format_func=ANSWER_WORDS.__getitem__,
            key=f"answer-is-{this}",
        )
        said = st.text_area(
            "What they say (recorded as their statement)",
            key=f"answer-words-{this}",
            height=120,
        )
        received = st.date_input("Received on", value=today, format=DAY, key=f"answer-on-{this}")
        files = st.file_uploader(
            f"Files that came with it (up to {MAX_PAPERS}); stored byte for byte, never opened",
            accept_multiple_files=True,
            key=f"answer-papers-{this}",
        )
        sent = st.form_submit_button("Record the answer", key=f"answer-send-{this}")
    if not sent:
        return
    if choice is None:
        markup.note("Choose the kind of answer.", "stop")
        return
    with state.told():
        workbench.tracing.answer(
            state.require_user(),
            case.case_id,
            trace.trace_id,
            seen=seen,
            answer=choice,
            received_on=received,
            words=said,
            papers=[Upload(name=file.name, data=file.getvalue()) for file in files],
        )
        recorded[at] = recorded.get(at, 0) + 1
        state.flash("The answer is recorded. Seal a new bundle to pass it on.")
        st.rerun()


def _new(workbench: Workbench, case: CaseSummary, today: date) -> None:
    markup.note("Nameplate sends nothing. It writes the letter and stores it; you send it.")
    plates = _reviewed(workbench, case)
    if not plates:
        markup.empty(
            "No reviewed plate yet",
            "A letter says what people read, so review a plate first.",
        )
        if st.button("Go to review", key="traces_to_review"):
            state.go("review")
        return
    if state.lacks_role("trace.asked"):
        return
    plate_id, request = _form(case, plates, today)
    looked_at = next(one for one in plates if one.plate_id == plate_id)
    seen = state.bound(f"trace-{case.case_id}-{plate_id}", looked_at.seen)
    row = st.container(horizontal=True, gap="small")
    if row.button("Preview the letter", key="trace_preview"):
        with state.told():
            _show_words(case, [one for one in plates if one.plate_id == plate_id])
            pdf = workbench.tracing.preview(state.require_user(), case.case_id, plate_id, request)
            st.download_button(
                "Download the preview",
                pdf,
                file_name=f"{case.case_id}-preview.pdf",
                mime="application/pdf",
                key="trace_preview_download",
                on_click="ignore",
            )
    if row.button("Record the request", type="primary", key="trace_send"):
        with state.told(), st.spinner("Creating the letter from the log and the originals …"):
            trace = workbench.tracing.ask(
                state.require_user(), case.case_id, plate_id, request, seen=seen
            )
            st.session_state.pop(_ASKED, None)
            st.session_state[_GENERATION] += 1  # an empty form: pressed again, it asks nobody twice
            state.flash(f"{trace.trace_id} is recorded. Download its letter and send it.")
            st.rerun()


def _reviewed(workbench: Workbench, case: CaseSummary) -> Sequence[PlateView]:
    """Plates about which a letter can be written, including the one requested."""
    plates = [one for one in workbench.review.plates(case.case_id, limit=PLATES) if one.ready]
    wanted = str(st.session_state.get(_PLATE))
    sent_here = st.session_state.get(_ASKED) == case.case_id
    if sent_here and wanted not in {one.plate_id for one in plates}:
        with state.told():
            plates = [workbench.review.plate(case.case_id, wanted), *plates]
    return [one for one in plates if one.ready]


def _show_words(case: CaseSummary, plates: Sequence[PlateView]) -> None:
    """Note which machine readings this person sees here: they no longer count as blind."""
    for plate in plates:
        for exhibit_id, _region in plate.members:
            state.saw(case.case_id, exhibit_id)


def _form(case: CaseSummary, plates: Sequence[PlateView], today: date) -> tuple[str, TraceRequest]:
    by_id = {plate.plate_id: plate for plate in plates}
    blind = state.is_blind(case.case_id)
    if not blind:
        _show_words(case, plates)
    generation = st.session_state.setdefault(_GENERATION, 0)
    plate_id = choose(
        "Plate",
        list(by_id),
        key=_PLATE,
        named=lambda one: one if blind else f"{one}: {plate_words(by_id[one])}",
    )
    left, right = st.columns(2)
    with left:
        addressee = st.text_area(
            "Addressee, with address", key=f"trace_to_{generation}", height=100
        )
        standing = st.selectbox(
            "The addressee is",
            list(ADDRESSEE_WORDS),
            key=f"trace_who_{generation}",
            format_func=ADDRESSEE_WORDS.__getitem__,
        )
        sent_on = st.date_input("Sent on", value=today, format=DAY, key=f"trace_on_{generation}")
    with right:
        reply_to = st.text_area("Reply address", key="trace_reply", height=100)
        seen = st.text_area(
            "Where, when and with whom it was seen (only what the addressee may know)",
            key=f"trace_seen_{generation}",
            height=80,
        )
        further = st.text_area(
            "Further text or questions", key=f"trace_further_{generation}", height=80
        )
    return plate_id, TraceRequest(
        addressee=addressee,
        addressee_is=standing,
        sent_on=sent_on,
        reply_to=reply_to,
        seen=seen,
        further=further,
    )
