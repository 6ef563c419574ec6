"""Copies: which exhibits repeat one exposure, why the program thinks so, a person's judgement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.components import markup
from words import en
from workbench.copies.copies import measured
from workbench.types import CopyGroupView, Judgement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vision.types import CopyEvidence
    from workbench.workbench import Workbench

MOST_PLATES = 200
GROUPS_A_PAGE = 10
CHOICES = {
    Judgement.CONFIRMED: "Yes, as proposed",
    Judgement.REJECTED: "No, split the group",
    Judgement.UNSURE: "Unsure",
}


def render(workbench: Workbench) -> None:
    """Every group with its evidence and the form to judge it."""
    state.require_user()
    case = state.require_case(workbench)
    markup.head(
        "Copies",
        "A copy of the same exposure adds no evidence. A second exposure of the same object does. "
        "Suggestions only; you decide.",
        eyebrow=case.title,
    )
    groups = workbench.copies.groups(case.case_id)
    if not groups:
        markup.empty(
            "No copies found",
            "No two exhibits in this case were found to show the same exposure. Each new exhibit "
            "is compared with all others.",
        )
    for group in _page(groups):
        _group(workbench, case.case_id, group)
    _captures(workbench, case.case_id)
    _elsewhere(workbench, case.case_id)


def _page(groups: Sequence[CopyGroupView]) -> Sequence[CopyGroupView]:
    """The groups to show: a page of them, those that nobody has judged first."""
    if len(groups) <= GROUPS_A_PAGE:
        return groups
    waiting = sum(group.judgement is None for group in groups)
    pages = -(-len(groups) // GROUPS_A_PAGE)
    one, _ = st.columns([1.6, 4])
    page = int(
        one.number_input(
            f"Page (of {pages:,}; {waiting:,} of {len(groups):,} groups not judged)",
            min_value=1,
            max_value=pages,
            key=f"copies_page_{pages}",
        )
    )
    ordered = sorted(groups, key=lambda group: group.judgement is not None)
    return ordered[(page - 1) * GROUPS_A_PAGE : page * GROUPS_A_PAGE]


def _elsewhere(workbench: Workbench, case_id: str) -> None:
    """Compare one exhibit with the other cases of the store, on request."""
    markup.section(
        "In other cases",
        "Check whether another case contains the same exposure, one exhibit at a time.",
    )
    exhibit_id = st.text_input("Exhibit", placeholder="EX-0001", key="elsewhere-exhibit")
    if not st.button("Search other cases", key="elsewhere-look") or not exhibit_id:
        return
    with state.told():
        found = workbench.copies.elsewhere(case_id, exhibit_id.strip().upper())
        for hit in found:
            where = f"{workbench.cases.summary(hit.case_id).title}, {hit.exhibit_id}"
            st.html(
                f"<div><b>{markup.safe(where)}.</b> {markup.safe(en.text(hit.evidence.why))}</div>"
                f'<div class="np-muted np-small">{markup.safe(measured(hit.evidence))}</div>'
            )
        if not found:
            markup.note("No exhibit in another case was found to show this exposure.")


def _captures(workbench: Workbench, case_id: str) -> None:
    """How often each plate was captured, not counting reposts."""
    plates = workbench.review.plates(case_id, limit=MOST_PLATES)
    if not any(plate.fields for plate in plates):
        return
    markup.section(
        "Independent captures",
        "How many different exposures show each plate (exhibit/region), without reposts. Dates "
        "come from sources and files and are not checked.",
    )
    with_fields = [plate for plate in plates if plate.fields]
    for captures in workbench.copies.captures(case_id, with_fields):
        st.html(
            f"<div><b>{markup.safe(captures.plate_id)}:</b> {markup.safe(captures.sentence)}</div>"
        )
    if len(plates) == MOST_PLATES:
        markup.note(
            f"Only the first {MOST_PLATES} plates are shown; the case file lists all of them."
        )


def _group(workbench: Workbench, case_id: str, group: CopyGroupView) -> None:
    reads = any(evidence.relation == "same_object" for evidence in group.evidence)
    covered = reads and state.is_blind(case_id)
    if reads and not covered:  # the reason may name the serial that was read on both
        for exhibit_id in group.exhibit_ids:
            state.saw(case_id, exhibit_id)
    with st.container(border=True, key=f"card-group-{group.group_id}"):
        labels = [markup.chip(words.RELATIONS.get(group.relation, group.relation), "accent")]
        if group.judgement is None:
            labels.append(markup.chip("not judged"))
        else:
            tone = words.JUDGEMENT_TONES[group.judgement]
            labels.append(
                markup.chip(f"{words.JUDGEMENTS[group.judgement]} by {group.judged_by}", tone)
            )
        st.html(
            f'<div class="np-section"><h2>{markup.safe(", ".join(group.exhibit_ids))}</h2></div>'
            + markup.chips(*labels)
        )
        if covered:
            markup.note(
                "The reason for this proposal may quote what was read, so it is hidden while you "
                "transcribe blind.",
                "caution",
            )
            return
        if group.reason:
            markup.note(f"Reason: {group.reason}")
        if group.relation == "copy":
            markup.note(f"Counted as {group.counted}.")
        pictures, judged = st.columns([1.7, 1])
        with pictures:
            shown_in = _exhibits_by_photo(workbench, case_id, group)
            _evidence(workbench, case_id, group.evidence[0], shown_in)
            for evidence in group.evidence[1:]:
                folded = st.expander(
                    _pair(evidence, shown_in),
                    key=f"pair-{evidence.photo_a[:12]}-{evidence.photo_b[:12]}",
                    on_change="rerun",
                )
                if folded.open:  # drawing a pair takes a moment, so only open ones
                    with folded:
                        _evidence(workbench, case_id, evidence, shown_in)
        with judged:
            _judge(workbench, case_id, group)


def _exhibits_by_photo(workbench: Workbench, case_id: str, group: CopyGroupView) -> dict[str, str]:
    """Which exhibit shows which photo; of identical files the first."""
    found: dict[str, str] = {}
    for exhibit_id in group.exhibit_ids:
        found.setdefault(workbench.exhibits.one(case_id, exhibit_id).summary.sha256, exhibit_id)
    return found


@st.cache_data(max_entries=32, show_spinner=False)
def _drawn(
    _workbench: Workbench,
    case_id: str,
    photos: str,  # noqa: ARG001 - the key of the cache
    _evidence: CopyEvidence,
) -> bytes:
    """The drawing of a pair, cached by its two photos: the screen runs again at every click."""
    return _workbench.copies.drawn(case_id, _evidence)


def _pair(evidence: CopyEvidence, shown_in: Mapping[str, str]) -> str:
    one, other = (shown_in.get(photo, photo[:12]) for photo in (evidence.photo_a, evidence.photo_b))
    relation = words.RELATIONS.get(evidence.relation, evidence.relation)
    return f"{one} and {other}: {relation[:1].lower()}{relation[1:]}"


def _evidence(
    workbench: Workbench, case_id: str, evidence: CopyEvidence, shown_in: Mapping[str, str]
) -> None:
    with state.told():
        st.image(
            _drawn(workbench, case_id, evidence.photo_a + evidence.photo_b, evidence),
            width="stretch",
            alt="The two photos side by side, the outline of one mapped into the other",
        )
    st.html(
        f"<div><b>{markup.safe(_pair(evidence, shown_in))}.</b> "
        f"{markup.safe(en.text(evidence.why))}</div>"
        f'<div class="np-muted np-small">{markup.safe(measured(evidence))}</div>'
    )


def _judge(workbench: Workbench, case_id: str, group: CopyGroupView) -> None:
    if state.lacks_role("copies.judged"):
        return
    why = workbench.copies.why_not(state.require_user(), case_id, group.exhibit_ids)
    if why is not None:
        markup.note(why, "caution")
        return
    key = group.group_id
    question = (
        "Are these copies of one exposure?"
        if group.relation == "copy"
        else "Do these show the same object?"
    )
    choice = st.radio(
        question, list(CHOICES), index=None, format_func=CHOICES.__getitem__, key=f"judge-{key}"
    )
    reason = st.text_area("Reason", key=f"reason-{key}", height=80)
    seen = state.bound(f"judge-{key}", group.seen)
    if st.button("Record", type="primary", disabled=choice is None, key=f"record-{key}") and choice:
        with state.told():
            workbench.copies.judge(
                state.require_user(), case_id, group.group_id, choice, seen=seen, reason=reason
            )
            state.flash("Recorded.")
            st.rerun()
