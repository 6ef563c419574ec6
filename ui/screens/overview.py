"""Case overview: how far the case is, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.components import markup
from workbench.rules.policy import POLICY_WORDS

if TYPE_CHECKING:
    from workbench.types import CaseSummary
    from workbench.workbench import Workbench


def render(workbench: Workbench) -> None:
    """Counts, the next step, and where the material comes from."""
    actor = state.require_user()
    case = state.require_case(workbench)
    markup.head(case.title, eyebrow="Case")
    step, sentence, label = _next(case)
    st.space("small")
    _counts(case, step)
    st.space("small")
    left, _, right = st.columns([1.2, 0.06, 1])
    with left:
        with st.container(border=True, key="card-next"):
            markup.section("Next", sentence)
            if st.button(label, type="primary", key="next_step"):
                state.go(step)
        mine = workbench.review.next_to_review(actor, case.case_id)
        if case.to_review and mine is None:
            markup.note(
                "You added what is left to review, or you are not a reviewer: another person has "
                "to judge it, signed in under their own name.",
                "caution",
            )
        _overdue(workbench, case)
    with right:
        markup.section("About this case")
        markup.facts(
            (
                ("Review policy", f"{words.POLICIES[case.policy]}: {POLICY_WORDS[case.policy]}"),
                ("Opened", f"{words.when(case.opened_at)} by {case.opened_by}"),
                ("Material", case.provenance),
                ("Identifier", case.case_id),
            ),
            mono=("Identifier",),
        )


def _overdue(workbench: Workbench, case: CaseSummary) -> None:
    """Name the trace requests whose deadline has passed."""
    today = workbench.tracing.today()
    late = [one for one in workbench.tracing.traces(case.case_id) if one.overdue(today)]
    if late:
        markup.note(
            "Trace requests not answered in time:",
            "caution",
            points=[f"{one.trace_id}: {one.standing(today)}" for one in late],
        )


def _counts(case: CaseSummary, step: str) -> None:
    markup.steps(
        (
            (f"{case.exhibits:,}", "Exhibits", step == "intake"),
            (f"{case.waiting:,}", "Waiting to be read", step == "reading"),
            (f"{case.to_review:,}", "To review", step == "review"),
            (f"{case.decided:,}", "Plates decided", step == "candidates"),
            (f"{case.sealed:,}", "Bundles sealed", step == "export"),
        )
    )


def _next(case: CaseSummary) -> tuple[str, str, str]:
    """The screen to go to, why, and the words on the button."""
    if not case.exhibits:
        return "intake", "Add the first photos or clips.", "Add files"
    if case.waiting:
        what = words.count(case.waiting, "photo waits", "photos wait")
        return "reading", f"{what} to be read.", "Start reading"
    if case.to_review:
        what = words.count(case.to_review, "exhibit has", "exhibits have")
        return "review", f"{what} readings that nobody has judged.", "Review the readings"
    if case.awaiting:
        what = words.count(case.awaiting, "plate awaits", "plates await")
        return "candidates", f"{what} confirmation by another reviewer.", "See candidates"
    if not case.decided:
        return "candidates", "Search the catalog for the reviewed plates.", "See candidates"
    if not case.sealed:
        return "export", "Seal what was found in a signed bundle.", "Seal a bundle"
    return "export", "A bundle is sealed. New entries need a new bundle.", "See the bundles"
