"""Review: the crop beside the reading, its doubt in the open, and nothing chosen beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.components import doubt, markup
from ui.components.photo_viewer import Region, photo_viewer
from workbench.types import ExhibitView, Judgement, Review

if TYPE_CHECKING:
    from vision.types import FieldName, FieldReading, PlateRegion
    from workbench.types import Actor, CaseSummary
    from workbench.workbench import Workbench

CHOICES = {
    Judgement.CONFIRMED: "Confirm the machine's reading",
    Judgement.CORRECTED: "Correct it",
    Judgement.REJECTED: "Reject it: this is not that field",
    Judgement.UNSURE: "Unsure",
}
ADDABLE: tuple[FieldName, ...] = ("maker", "model", "serial", "part_number", "date", "nsn", "cage")
CONTEXT = 0.6
"""How much of its surroundings the photo beside a crop shows, as a share of the region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The region under review and everything recorded of it."""

    case_id: str
    view: ExhibitView
    region: PlateRegion
    fields: tuple[FieldReading, ...]

    @property
    def key(self) -> str:
        """Stable for widgets."""
        return f"{self.view.summary.exhibit_id}-{self.region.region_id}"

    def review_of(self, field: str) -> Review | None:
        """The judgement of a field that stands."""
        mine = [
            review
            for review in self.view.reviews
            if review.region_id == self.region.region_id and review.field == field
        ]
        return mine[-1] if mine else None


def render(workbench: Workbench) -> None:
    """One region at a time: choose it, look, judge its fields."""
    actor = state.require_actor()
    case = state.require_case(workbench)
    markup.head(
        "Review",
        "Say what you read. Your words stand beside the machine's and never replace them; the "
        "catalog is shown only afterwards.",
        eyebrow=case.title,
    )
    chosen = _choose(workbench, actor, case)
    if chosen is None:
        return
    with state.told():
        place = _place(workbench, case.case_id, *chosen)
        left, right = st.columns([1.15, 1], gap="large")
        with left, st.container(key="review_look"):
            _look(workbench, place)
        with right:
            _judge(workbench, place)
        _join(workbench, case)


def _choose(workbench: Workbench, actor: Actor, case: CaseSummary) -> tuple[str, str] | None:
    """The region to look at: where somebody pointed, else what waits for this person."""
    plates = workbench.review.plates(case.case_id, limit=500)
    members = [member for plate in plates for member in plate.members]
    if not members:
        markup.empty(
            "Nothing to review yet",
            "When photos have been read, each plate that was found comes here to be judged.",
        )
        if st.button("Go to reading", key="review_reading"):
            state.go("reading")
        return None
    pointed = st.session_state.pop("review_at", None)
    if pointed in members:
        st.session_state["review_region"] = pointed
    elif st.session_state.get("review_region") not in members:
        st.session_state["review_region"] = (
            workbench.review.next_to_review(actor, case.case_id) or members[0]
        )
    judged = _progress(workbench, case.case_id)
    one, two = st.columns([3, 1], vertical_alignment="bottom")
    chosen = one.selectbox(
        "Plate region",
        members,
        key="review_region",
        format_func=lambda member: f"{member[0]}, region {member[1]} – {judged[member]}",
    )
    if two.button("Next to review", key="review_next", width="stretch"):
        upcoming = workbench.review.next_to_review(actor, case.case_id)
        if upcoming is None:
            state.flash("Nothing more waits for your judgement in this case.")
        st.session_state["review_at"] = upcoming
        st.rerun()
    return chosen


def _progress(workbench: Workbench, case_id: str) -> dict[tuple[str, str], str]:
    """How far each region is, in words."""
    said = {}
    for plate in workbench.review.plates(case_id, limit=500):
        open_fields = [f for f in plate.fields if f.judgement is None]
        text = f"{len(open_fields)} of {len(plate.fields)} fields to judge"
        for member in plate.members:
            said[member] = text if open_fields else "all fields judged"
    return said


def _place(workbench: Workbench, case_id: str, exhibit_id: str, region_id: str) -> Place:
    view = workbench.intake.exhibit(case_id, exhibit_id)
    reading = view.reading
    if reading is None:
        raise LookupError(f"{exhibit_id} has a region but no reading")
    return Place(
        case_id=case_id,
        view=view,
        region=next(r for r in reading.regions if r.region_id == region_id),
        fields=tuple(
            sorted(
                next((r.fields for r in reading.combined if r.region_id == region_id), ()),
                key=lambda field: words.by_importance(field.field),
            )
        ),
    )


def _look(workbench: Workbench, place: Place) -> None:
    exhibit = place.view.summary
    st.image(
        workbench.intake.crop_png(
            place.case_id, exhibit.exhibit_id, place.region.region_id, height=420
        ),
        width="stretch",
        alt=f"Region {place.region.region_id} of {exhibit.exhibit_id}, straightened",
    )
    st.html(
        '<div class="np-small np-muted">Cut out and straightened. The photo it comes from:</div>'
    )
    photo_viewer(
        workbench.intake.upright_png(place.case_id, exhibit.exhibit_id, longest=1400),
        width=exhibit.width,
        height=exhibit.height,
        regions=[
            Region(
                region_id=place.region.region_id,
                corners=place.region.corners,
                label=f"Region {place.region.region_id}",
            )
        ],
        lines=[] if _blind(place) else [field.source.corners for field in place.fields],
        alt=f"{exhibit.exhibit_id} with the region under review",
        key=f"context-{place.key}",
        hint="",
        height_px=380,
    )


def _blind(place: Place) -> bool:
    return bool(st.session_state.get(f"blind-{place.case_id}"))


def _judge(workbench: Workbench, place: Place) -> None:
    blind = st.toggle(
        "Transcribe blind first",
        key=f"blind-{place.case_id}",
        help="You write what you see before any machine reading is shown. What you wrote then "
        "is recorded as written blind.",
    )
    if not place.fields:
        markup.note("No field was read here. Add what you can read yourself.", "caution")
    for field in place.fields:
        _field(workbench, place, field, blind=blind)
    _add_field(workbench, place)


def _field(workbench: Workbench, place: Place, field: FieldReading, *, blind: bool) -> None:
    review = place.review_of(field.field)
    with st.container(border=True, key=f"card-field-{place.key}-{field.field}"):
        labels = [f"<b>{markup.safe(words.field(field.field))}</b>"]
        if review is not None:
            labels.append(
                markup.chip(
                    f"{words.JUDGEMENTS[review.judgement]} by {review.reviewer}",
                    words.JUDGEMENT_TONES[review.judgement],
                )
            )
        if blind and review is None:
            st.html(markup.chips(*labels))
            _transcribe(workbench, place, field.field)
            return
        if review is not None:
            _judged_field(workbench, place, field, review, labels)
            return
        st.html(markup.chips(*labels, doubt.strength(field)))
        _machine(place, field)
        _form(workbench, place, field.field, offered=field.text)


def _judged_field(
    workbench: Workbench, place: Place, field: FieldReading, review: Review, labels: list[str]
) -> None:
    """A field that has been judged, folded up: the words that stand, and what the machine said."""
    st.html(markup.chips(*labels))
    _said(review)
    with st.expander("The machine's reading, and judging again"):
        st.html(markup.chips(doubt.strength(field)))
        _machine(place, field)
        _form(workbench, place, field.field, offered=field.text)


def _machine(place: Place, field: FieldReading) -> None:
    if field.glyphs:
        doubt.glyphs(field)
    else:
        st.html(
            f'<div style="font-size:1.2rem">{markup.machine(field.text or "nothing legible")}</div>'
        )
    doubt.alternatives(field)
    doubt.notes(field.notes)
    if place.view.reading is not None:
        doubt.readers(place.view.reading, place.region.region_id, field)


def _said(review: Review) -> None:
    blind = ", written before the machine's reading was shown" if review.blind else ""
    text = markup.human(review.text) + " " if review.text else ""
    reason = f"<br>{markup.safe(review.reason)}" if review.reason else ""
    st.html(
        f'<div class="np-note">{text}<span class="np-muted np-small">'
        f"{markup.safe(review.reviewer)}, "
        f"{words.when(review.at)}{blind}</span>{reason}</div>"
    )


def _form(workbench: Workbench, place: Place, field: FieldName, *, offered: str) -> None:
    key = f"{place.key}-{field}"
    choices = [c for c in CHOICES if offered or c is not Judgement.CONFIRMED]
    choice = st.radio(
        f"Your judgement of the {words.field(field).lower()}",
        choices,
        index=None,
        format_func=CHOICES.__getitem__,
        key=f"choice-{key}",
    )
    text = ""
    if choice is Judgement.CORRECTED:
        text = st.text_input(
            "What you read", key=f"text-{key}", help="Write ? for a character you cannot read."
        )
    reason = ""
    if choice is not None:
        needed = choice in {Judgement.REJECTED, Judgement.UNSURE}
        reason = st.text_input("Reason" if needed else "Reason (optional)", key=f"reason-{key}")
    if choice is not None and st.button("Record", type="primary", key=f"record-{key}"):
        _record(workbench, place, field, choice, text=text, reason=reason)


def _transcribe(workbench: Workbench, place: Place, field: FieldName) -> None:
    key = f"{place.key}-{field}"
    text = st.text_input(
        f"The {words.field(field).lower()} as you read it",
        key=f"blindtext-{key}",
        help="Write ? for a character you cannot read.",
    )
    one, two = st.columns(2)
    if one.button("Record, then show", type="primary", key=f"blindgo-{key}", width="stretch"):
        _record(workbench, place, field, Judgement.CORRECTED, text=text, blind=True)
    if two.button("I cannot read it", key=f"blindno-{key}", width="stretch"):
        _record(workbench, place, field, Judgement.UNSURE, reason="Could not be read blind.")


def _record(
    workbench: Workbench,
    place: Place,
    field: FieldName,
    judgement: Judgement,
    *,
    text: str = "",
    reason: str = "",
    blind: bool = False,
) -> None:
    with state.told():
        workbench.review.judge_field(
            state.require_actor(),
            place.case_id,
            exhibit_id=place.view.summary.exhibit_id,
            region_id=place.region.region_id,
            field=field,
            judgement=judgement,
            text=text,
            blind=blind,
            reason=reason,
        )
        for name in ("choice", "text", "reason", "blindtext"):
            st.session_state.pop(f"{name}-{place.key}-{field}", None)
        st.rerun()


def _add_field(workbench: Workbench, place: Place) -> None:
    known = {field.field for field in place.fields}
    added = {r.field for r in place.view.reviews if r.region_id == place.region.region_id} - known
    for field in sorted(added):
        review = place.review_of(field)
        if review is not None:
            with st.container(border=True, key=f"card-added-{place.key}-{field}"):
                st.html(
                    markup.chips(
                        f"<b>{markup.safe(words.field(field))}</b>",
                        markup.chip("read by a person only", "accent"),
                    )
                )
                _said(review)
    free = [field for field in ADDABLE if field not in known | added]
    if not free:
        return
    with st.expander("Add a field that the machine missed", icon=":material/add:"):
        added_field = st.selectbox(
            "Field", free, index=None, format_func=words.field, key=f"add-{place.key}"
        )
        text = st.text_input("What you read", key=f"addtext-{place.key}")
        if (
            st.button("Record", disabled=added_field is None, key=f"addgo-{place.key}")
            and added_field
        ):
            st.session_state.pop(f"add-{place.key}", None)
            _record(workbench, place, added_field, Judgement.CORRECTED, text=text)


def _join(workbench: Workbench, case: CaseSummary) -> None:
    plates = workbench.review.plates(case.case_id, limit=500)
    members = [member for plate in plates for member in plate.members]
    if len(members) < 2:
        return
    st.space("medium")
    with st.expander("Two exposures show the same plate?", icon=":material/link:"):
        st.html(
            '<div class="np-muted">Joined, their readings are weighed together. A repost of one '
            "exposure is a copy, not a second look.</div>"
        )
        chosen = st.multiselect(
            "Regions that show one physical plate",
            members,
            format_func=lambda member: f"{member[0]}, region {member[1]}",
            key="join_members",
        )
        reason = st.text_input("How you know", key="join_reason")
        if st.button("Join", disabled=len(chosen) < 2, key="join_go"):
            with state.told():
                workbench.review.join_plates(
                    state.require_actor(), case.case_id, tuple(chosen), reason=reason
                )
                state.flash("Joined: these regions now count as one plate.")
                st.rerun()
