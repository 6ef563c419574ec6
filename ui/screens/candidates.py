"""Candidates: which catalog unit a reviewed plate may be from, the weight, and a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.choice import choose
from ui.components import doubt, markup
from ui.components.leads import leads
from ui.components.side_by_side import side_by_side
from ui.components.waterfall import waterfall
from workbench.report.numbers import ratio
from workbench.report.result import (
    applications_of,
    candidates_of,
    finding_of,
    leads_of,
    verdict_of,
)
from workbench.types import SEARCHED_FIELDS, Judgement, PlateView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui import theme
    from workbench.report.types import ReportCandidate, ReportFinding
    from workbench.types import CaseSummary, DecisionView, SearchView
    from workbench.workbench import Workbench

CHOICES = {
    Judgement.CONFIRMED: "Confirm: the plate is from this unit",
    Judgement.REJECTED: "Reject: it is not from this unit",
    Judgement.UNSURE: "Unsure",
}
CIRCUMSTANCES = (
    ("found_country", "Found in (country)", "For example AM or Armenia"),
    ("found_with", "Found with (party)", "Who held or used it, if known"),
    ("photo_taken", "Photo taken", "2020-10 or 2020-10-19"),
    ("photo_published", "Photo published", "2020-10-19"),
)


def render(workbench: Workbench) -> None:
    """Choose a plate, search, weigh, decide."""
    state.require_user()
    case = state.require_case(workbench)
    markup.head(
        "Candidates",
        "Which unit in the catalog a plate may be from, and how strongly the reading supports "
        "that. What it would mean is stated separately, under findings.",
        eyebrow=case.title,
    )
    plates = workbench.review.plates(case.case_id, limit=500)
    if not plates:
        markup.empty("No plates yet", "Candidates are shown for reviewed plates. Review one first.")
        if st.button("Go to review", key="candidates_to_review"):
            state.go("review")
        return
    if workbench.catalogs.current() is None:
        markup.empty("No catalog yet", "Import a catalog of permits and deliveries first.")
        if st.button("Go to the catalog", key="candidates_catalog"):
            state.go("catalog")
        return
    blind = state.is_blind(case.case_id)
    plate = _plate(plates, blind=blind)
    if plate is None:
        return
    for shown in (plate,) if blind else plates:
        if plate.ready or not blind:
            for exhibit_id, _region in shown.members:
                state.saw(case.case_id, exhibit_id)
    if plate.ready or not blind:
        _standing(plate)
    if not plate.ready:
        _not_ready(plate)
        return
    _search(workbench, case, plate)
    searches = workbench.matching.searches(case.case_id, plate_id=plate.plate_id)
    if searches:
        _result(workbench, case, searches[0], earlier=len(searches) - 1)
    if state.may("trace.asked"):
        st.space("small")
        if st.button(
            "Ask the maker or an authority about this plate",
            key="candidates_trace",
            icon=":material/outgoing_mail:",
        ):
            st.session_state["traces_plate"] = plate.plate_id
            st.session_state["traces_asked"] = case.case_id
            state.go("traces")


def _plate(plates: Sequence[PlateView], *, blind: bool) -> PlateView | None:
    by_id = {plate.plate_id: plate for plate in plates}
    ready = [plate for plate in plates if plate.ready]
    chosen = choose(
        "Plate",
        list(by_id),
        key="candidates_plate",
        named=lambda plate_id: _named(by_id[plate_id], blind=blind),
        first=(ready or list(plates))[0].plate_id,
    )
    return by_id.get(chosen)


def _named(plate: PlateView, *, blind: bool) -> str:
    seen_in = ", ".join(f"{exhibit}, region {region}" for exhibit, region in plate.members)
    said = "" if blind else f": {plate_words(plate) or 'no field read'}"
    return f"{seen_in}{said} ({'reviewed' if plate.ready else 'needs review first'})"


def plate_words(plate: PlateView) -> str:
    """Maker, model and serial of a plate; a person's text before the machine's."""
    return " ".join(
        text
        for field in plate.fields
        if field.field in SEARCHED_FIELDS and (text := field.human_text or field.machine_text)
    )


def _standing(plate: PlateView) -> None:
    markup.table(
        ("Field", "Machine", "Person", "Judgement"),
        [
            (
                markup.safe(words.field(field.field)),
                markup.machine(field.machine_text),
                markup.human(field.human_text or ""),
                markup.chip(
                    words.JUDGEMENTS[field.judgement], words.JUDGEMENT_TONES[field.judgement]
                )
                if field.judgement
                else markup.chip("not judged"),
            )
            for field in plate.fields
        ],
    )


def _not_ready(plate: PlateView) -> None:
    missing = ", ".join(words.field(name).lower() for name in plate.missing) or "every field"
    markup.note(
        f"Candidates come after review, so that the catalog does not affect what people read. "
        f"Not judged yet: {missing}.",
        "caution",
    )
    if st.button("Review this plate", type="primary", key="candidates_review"):
        st.session_state["review_at"] = plate.members[0]
        state.go("review")


def _search(workbench: Workbench, case: CaseSummary, plate: PlateView) -> None:
    if state.lacks_role("candidates.searched"):
        return
    with st.expander("Circumstances (used for the findings)", icon=":material/public:"):
        st.html(
            '<div class="np-muted np-small">They do not change the weight of a candidate.</div>'
        )
        columns = st.columns(2)
        given = {
            name: columns[at % 2].text_input(label, key=f"circumstance-{name}", placeholder=hint)
            for at, (name, label, hint) in enumerate(CIRCUMSTANCES)
        }
    registers = {one.sha256: one for one in workbench.catalogs.all_catalogs()}
    asked = None
    if len(registers) > 1:
        asked = st.selectbox(
            "Catalog",
            sorted(registers, key=lambda sha256: not registers[sha256].current),
            format_func=lambda sha256: f"{registers[sha256].name} ({sha256[:12]}…)",
            key="candidates_catalog",
        )
    if st.button("Search the catalog", type="primary", key="candidates_search"):
        with state.told():
            workbench.matching.search(
                state.require_user(),
                case.case_id,
                plate.plate_id,
                circumstances={name: value for name, value in given.items() if value.strip()},
                catalog=asked,
            )
            st.rerun()


def _result(workbench: Workbench, case: CaseSummary, view: SearchView, *, earlier: int) -> None:
    st.space("small")
    catalog = workbench.catalogs.summary(view.snapshot_sha256)
    candidates = candidates_of(view.result)
    findings = [finding_of(finding) for finding in view.findings]
    before = (
        f" {words.count(earlier, 'earlier search is', 'earlier searches are')} in the log."
        if earlier
        else ""
    )
    markup.section(
        "Result",
        f"Searched {words.when(view.at)} by {view.by} in “{catalog.name}”.{before}",
    )
    if catalog.synthetic:
        st.html(markup.chips(markup.chip("SYNTHETIC CATALOG", "caution")))
    explanation = view.result.explanation
    coverage = view.result.coverage_note or catalog.coverage
    verdict = verdict_of(view.result)
    markup.note(explanation or verdict, "accent")
    doubt.notes(view.result.limits)
    markup.facts(
        (("Catalog covers", coverage), ("Snapshot", view.snapshot_sha256)), mono=("Snapshot",)
    )
    for one in view.dissent:
        markup.note(f"Dissent. {one}", "caution")
    if len(candidates) > 1:
        side_by_side(candidates)
    actor = state.require_user()
    why_not = workbench.matching.why_not(actor, case.case_id, view.plate_id)
    if why_not is not None and state.may("candidate.judged"):  # otherwise it is shown above
        markup.note(why_not, "caution")
    for number, candidate in enumerate(candidates):
        with st.container(border=True, key=f"card-candidate-{view.sequence}-{candidate.key}"):
            _candidate(view, candidate, findings, opened=number == 0)
            if why_not is None:
                _decide(workbench, case, view, candidate.key)
    applications = applications_of(view.result)
    if applications:
        said = words.count(len(applications), "application")
        with st.expander(f"{said} for this maker and model, never approved"):
            markup.facts(applications)
    leads(leads_of(view.result))
    _decisions(view, "")
    if why_not is None:
        _none_of_them(workbench, case, view, some=bool(candidates))


def _candidate(
    view: SearchView,
    candidate: ReportCandidate,
    findings: Sequence[ReportFinding],
    *,
    opened: bool,
) -> None:
    left, right = st.columns([2.3, 1])
    left.html(
        f'<div class="np-section"><h2>{markup.safe(candidate.title)}</h2></div>'
        + markup.chips(markup.chip(candidate.verdict, _tone(view, candidate)))
    )
    right.html(_weight(candidate))
    if not candidate.explanation:
        st.html(_sentence(candidate))
    if candidate.explanation:
        st.html(f'<div class="np-lines">{markup.safe(candidate.explanation)}</div>')
    with st.expander("How the weight adds up", expanded=opened):
        waterfall(candidate.features)
    with st.expander("Records in the catalog", expanded=opened):
        markup.facts(candidate.records)
    if candidate.neighbours:
        with st.expander("Nearest other units and how they differ"):
            markup.table(
                ("Serial number", "Difference"),
                [
                    (markup.machine(serial), markup.safe(how))
                    for serial, how in candidate.neighbours
                ],
            )
    if candidate.sensitivity or candidate.notes:
        with st.expander("Under other assumptions"):
            markup.facts(candidate.sensitivity)
            doubt.notes(candidate.notes)
    mine = [f for f in findings if f.candidate in {"", candidate.key}]
    if mine:
        with st.expander(
            f"What it would mean: {words.count(len(mine), 'finding')}", expanded=opened
        ):
            for finding in mine:
                _finding(finding)
    _decisions(view, candidate.key)


def _weight(candidate: ReportCandidate) -> str:
    if candidate.likelihood_ratio is None:
        return '<div class="np-small np-muted">No serial number was compared</div>'
    return (
        '<div class="np-small np-muted">Likelihood ratio</div>'
        f'<div class="np-lr">{markup.safe(ratio(candidate.likelihood_ratio))}</div>'
        f'<div class="np-small np-muted">{markup.safe(candidate.band)}</div>'
    )


def _sentence(candidate: ReportCandidate) -> str:
    fit = f" <b>{markup.safe(candidate.fit)}</b>" if candidate.fit else ""
    if candidate.likelihood_ratio is None:
        return f"<div>{markup.safe(candidate.explanation)}{fit}</div>"
    after = (
        f" Divided by the number of catalog units searched: "
        f"{markup.safe(ratio(candidate.after_search))}."
        if candidate.after_search is not None
        else ""
    )
    return (
        f"<div>The reading is {markup.safe(ratio(candidate.likelihood_ratio))} times more "
        f"probable if the plate is this unit's than if it is another unit's.{fit}{after}</div>"
    )


def _tone(view: SearchView, candidate: ReportCandidate) -> theme.Tone:
    raw = next((item.verdict for item in view.result.candidates if item.key == candidate.key), "")
    return words.VERDICT_TONES.get(raw, "neutral")


def _finding(finding: ReportFinding) -> None:
    grounds = "".join(f"<li>{markup.safe(ground)}</li>" for ground in finding.grounds)
    others = "".join(f"<li>{markup.safe(other)}</li>" for other in finding.alternatives)
    st.html(
        f'<div class="np-note np-note-accent"><b>{markup.safe(finding.statement)}</b>'
        + (
            f'<div class="np-small" style="margin-top:.4rem">Grounds<ul>{grounds}</ul></div>'
            if grounds
            else ""
        )
        + (
            f'<div class="np-small">What else could explain it<ul>{others}</ul></div>'
            if others
            else ""
        )
        + "</div>"
    )


def _decisions(view: SearchView, key: str) -> None:
    mine: list[DecisionView] = [d for d in view.decisions if d.candidate == key]
    for decision in mine:
        if decision.stands:
            standing = markup.chip("stands", "good")
        elif decision.replaced:
            standing = markup.chip("replaced by a later decision")
        else:
            standing = markup.chip("does not stand yet: awaiting another reviewer", "caution")
        st.html(
            markup.chips(
                markup.chip(
                    words.JUDGEMENTS[decision.judgement], words.JUDGEMENT_TONES[decision.judgement]
                ),
                standing,
            )
            + f'<div class="np-note">{markup.safe(decision.reason)}<br>'
            '<span class="np-muted np-small">'
            f"{markup.safe(decision.by)}, {words.when(decision.at)}</span></div>"
        )


def _decide(workbench: Workbench, case: CaseSummary, view: SearchView, candidate: str) -> None:
    key = f"{view.sequence}-{candidate}"
    seen = state.bound(f"decide-{key}", view.seen)
    choice = st.radio(
        "Your decision",
        list(CHOICES),
        index=None,
        format_func=CHOICES.__getitem__,
        horizontal=True,
        key=f"decide-{key}",
    )
    if choice is None:
        return
    reason = st.text_area(
        "Reason (recorded with the decision)", key=f"decidereason-{key}", height=80
    )
    if st.button("Record the decision", type="primary", key=f"decidego-{key}"):
        _record(workbench, case, view, candidate, choice, reason, seen)


def _none_of_them(workbench: Workbench, case: CaseSummary, view: SearchView, *, some: bool) -> None:
    with st.expander("None of these units" if some else "No unit in this catalog"):
        seen = state.bound(f"decide-{view.sequence}-none", view.seen)
        reason = st.text_area("Reason", key=f"nonereason-{view.sequence}", height=80)
        if st.button("Record that no unit in this catalog fits", key=f"nonego-{view.sequence}"):
            _record(workbench, case, view, "", Judgement.CONFIRMED, reason, seen)


def _record(
    workbench: Workbench,
    case: CaseSummary,
    view: SearchView,
    candidate: str,
    judgement: Judgement,
    reason: str,
    seen: int,
) -> None:
    with state.told():
        workbench.matching.decide(
            state.require_user(),
            case.case_id,
            search_sequence=view.sequence,
            candidate=candidate,
            judgement=judgement,
            reason=reason,
            seen=seen,
        )
        state.flash("The decision is recorded.")
        st.rerun()
