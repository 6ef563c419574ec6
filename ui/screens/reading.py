"""Reading runs in the background; here it is started, watched and stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.components import markup
from words import en

if TYPE_CHECKING:
    from workbench.workbench import Workbench

EVERY_SECONDS = 1.5


def render(workbench: Workbench) -> None:
    """Progress and its controls; the page refreshes itself while engines run."""
    state.require_user()
    case = state.require_case(workbench)
    markup.head(
        "Reading",
        "The program looks for plates in each photo, and every engine that is ready reads each "
        "plate. You can keep working or close the page; stopped work resumes where it left off.",
        eyebrow=case.title,
    )
    running = workbench.reading.progress(case.case_id).running
    st.fragment(_progress, run_every=EVERY_SECONDS if running else None)(
        workbench, case.case_id, was_running=running
    )
    st.space("small")
    markup.section("OCR engines")
    markup.table(
        ("", ""),
        [
            (
                markup.chip(
                    "ready" if reader.available else "not installed",
                    "good" if reader.available else "neutral",
                ),
                (
                    f"<b>{markup.safe(reader.name)}</b> "
                    f'<span class="np-muted">{markup.safe(en.text(reader.sentence))}</span>'
                ),
            )
            for reader in workbench.reading.readers()
        ],
    )


def _progress(workbench: Workbench, case_id: str, *, was_running: bool) -> None:
    progress = workbench.reading.progress(case_id)
    if was_running and not progress.running:
        st.rerun()
    case = workbench.cases.summary(case_id)
    if progress.running:
        share = progress.done / progress.total if progress.total else 0.0
        counted = f"Reading {progress.current} – {progress.done} of {progress.total} done"
        st.progress(share, text=counted if progress.current else "Loading the engines")
        if st.button("Stop after this photo", key="reading_stop"):
            workbench.reading.stop(case_id)
            markup.note("Reading stops after the current photo.", "caution")
    elif case.waiting:
        markup.section(words.count(case.waiting, "photo") + " waiting to be read")
        if st.button("Start reading", type="primary", key="reading_start"):
            with state.told():
                workbench.reading.start(state.require_user(), case_id)
                st.rerun()
    else:
        _nothing_waits(case.exhibits, case.to_review)
    if progress.problems:
        markup.note(
            "Some photos could not be read; they stay in the case unchanged:",
            "stop",
            points=progress.problems,
        )


def _nothing_waits(exhibits: int, to_review: int) -> None:
    if not exhibits:
        markup.empty("Nothing to read yet", "Add photos first; then start reading here.")
        if st.button("Add files", key="reading_intake"):
            state.go("intake")
        return
    markup.note("Every photo in this case has been read.", "good")
    if to_review and st.button("Review the readings", type="primary", key="reading_review"):
        state.go("review")
