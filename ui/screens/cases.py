"""Cases: every inquiry of this store, and a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.components import markup
from workbench.rules.policy import POLICY_WORDS
from workbench.types import CaseSummary, Policy

if TYPE_CHECKING:
    from workbench.workbench import Workbench

POLICIES: tuple[Policy, ...] = tuple(Policy)


def render(workbench: Workbench) -> None:
    """The list of cases and the form for a new one."""
    state.require_user()
    markup.head("Cases", "Each case is one inquiry and has its own log.")
    cases = workbench.cases.all_cases()
    if not cases:
        markup.empty(
            "No cases yet",
            "Open one below. Its title, its review policy and the origin of its material become "
            "the first entry in its log.",
        )
    for case in cases:
        _row(case)
    st.space("small")
    with st.expander("Open a new case", expanded=not cases, icon=":material/add:"):
        _new_case(workbench)


def _row(case: CaseSummary) -> None:
    with st.container(border=True, key=f"card-case-{case.case_id}"):
        left, right = st.columns([5, 1], vertical_alignment="center")
        labels = [markup.chip(words.POLICIES[case.policy])]
        if case.synthetic:
            labels.insert(0, markup.chip("SYNTHETIC", "caution"))
        if case.sealed:
            labels.append(markup.chip(words.count(case.sealed, "bundle") + " sealed", "good"))
        counted = " · ".join(
            (
                words.count(case.exhibits, "exhibit"),
                f"{case.waiting:,} to read",
                f"{case.to_review:,} to review",
                f"{case.decided:,} decided",
                *([f"{case.awaiting:,} awaiting another reviewer"] if case.awaiting else []),
            )
        )
        left.html(
            f'<div class="np-section"><h2>{markup.safe(case.title)}</h2></div>'
            f'{markup.chips(*labels)}<div class="np-muted np-small" style="margin-top:.4rem">'
            f"{counted}<br>Opened {words.when(case.opened_at)} by "
            f"{markup.safe(case.opened_by)}</div>"
        )
        if right.button("Open", key=f"open-{case.case_id}", width="stretch"):
            state.choose_case(case.case_id)
            state.go("overview")


def _new_case(workbench: Workbench) -> None:
    if state.lacks_role("case.opened"):
        return
    with st.form("new_case", border=False):
        title = st.text_input(
            "Title", key="case_title", placeholder="For example: Camera turret, autumn 2020"
        )
        policy = st.radio(
            "How many people a decision needs",
            POLICIES,
            format_func=words.POLICIES.__getitem__,
            captions=[POLICY_WORDS[policy] for policy in POLICIES],
            key="case_policy",
        )
        provenance = st.text_area(
            "Where the material comes from",
            key="case_provenance",
            placeholder="Who sent it or where it was published, and on what terms it is stored.",
            height=90,
        )
        sent = st.form_submit_button("Open the case", type="primary", key="case_open")
    if sent:
        with state.told():
            case = workbench.cases.open_case(
                state.require_user(), title=title, policy=policy, provenance=provenance
            )
            state.choose_case(case.case_id)
            state.go("intake")
