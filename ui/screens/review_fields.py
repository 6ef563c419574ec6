"""The fields of one plate region under review: what the machine read, and what a person says.

Each field has its own key on the keyboard, so that a key pressed twice never judges two fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.components import acts, doubt, markup
from ui.components.focus import focus_on
from words import en
from workbench.review.strength import notes_of
from workbench.state.standing import dissent_of
from workbench.types import ExhibitView, Judgement, Review

if TYPE_CHECKING:
    from vision.types import FieldName, FieldReading, PlateRegion
    from workbench.types import Actor
    from workbench.workbench import Workbench

ADDABLE: tuple[FieldName, ...] = ("maker", "model", "serial", "part_number", "date", "nsn", "cage")
CONFIRM_KEYS = "123456789"
CORRECT_KEYS = "qwetyuiop"  # the row below the digits; Streamlit keeps R for itself
FORMS = {
    Judgement.CORRECTED: "What you read",
    Judgement.REJECTED: "Why it is not this field",
    Judgement.UNSURE: "Why you are unsure",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The region under review and everything recorded about it."""

    case_id: str
    view: ExhibitView
    region: PlateRegion
    fields: tuple[FieldReading, ...]
    plate_id: str

    @property
    def key(self) -> str:
        """Stable for widgets."""
        return f"{self.view.summary.exhibit_id}-{self.region.region_id}"

    def review_of(self, field: str) -> Review | None:
        """The judgement of a field that stands."""
        return next((said for said in reversed(self.reviews_of(field)) if said.counts), None)

    def reviews_of(self, field: str) -> list[Review]:
        """Every judgement of a field, in order."""
        return [
            review
            for review in self.view.reviews
            if review.region_id == self.region.region_id and review.field == field
        ]


def judge(workbench: Workbench, actor: Actor, place: Place) -> None:
    """The fields, each with its judgement or the possible answers."""
    st.toggle(
        "Transcribe blind first",
        key=f"blind-{place.case_id}",
        help="Type what you see before any machine reading is shown. Your transcription is "
        "recorded as blind.",
    )
    why_not = workbench.review.why_not(actor, place.case_id, place.view.summary.exhibit_id)
    if why_not is not None:
        markup.note(why_not, "caution")
    if not place.fields:
        markup.note("No field was read here. Add what you can read yourself.", "caution")
    for number, field in enumerate(place.fields):
        _field(workbench, actor, place, field, number, may=why_not is None)
    if why_not is None:
        _when_done(workbench, actor, place)
        _add_field(workbench, place)


def _field(
    workbench: Workbench,
    actor: Actor,
    place: Place,
    field: FieldReading,
    number: int,
    *,
    may: bool,
) -> None:
    review = place.review_of(field.field)
    with st.container(border=True, key=f"card-field-{place.key}-{field.field}", gap="small"):
        _not_recorded(place, field.field)
        name = f"<b>{markup.safe(words.field(field.field))}</b>"
        if _hidden(workbench, actor, place, field.field):
            st.html(markup.chips(name, markup.chip("the machine's reading is hidden")))
            if may:
                _transcribe(workbench, place, field.field)
            return
        state.saw(place.case_id, *_at(place, field.field))
        if review is not None:
            said = f"{words.JUDGEMENTS[review.judgement]} by {review.reviewer}"
            tone = words.JUDGEMENT_TONES[review.judgement]
            st.html(markup.chips(name, markup.chip(said, tone)))
            _said(review)
            _dissent(place, field.field)
            opened = f"{place.key}-{field.field}" in _open_forms()
            with st.expander("Show the machine's reading · Change answer", expanded=opened):
                st.html(markup.chips(_strength(place, field)))
                _machine(place, field)
                if may:
                    _answers(workbench, actor, place, field)
            return
        st.html(markup.chips(name, _strength(place, field)))
        _dissent(place, field.field)
        if may and state.is_blind(place.case_id):
            st.html(
                '<div class="np-small np-muted">You have already seen the machine\'s reading, '
                "so your answer is not recorded as blind.</div>"
            )
        _machine(place, field)
        if may:
            _answers(workbench, actor, place, field, number=number)


def _at(place: Place, field: str) -> tuple[str, str, str]:
    return place.view.summary.exhibit_id, place.region.region_id, field


def _hidden(workbench: Workbench, actor: Actor, place: Place, field: str) -> bool:
    """Whether machine and colleagues are still hidden: blind, not judged, not seen before."""
    if not state.is_blind(place.case_id):
        return False
    if any(review.reviewer_id == actor.person_id for review in place.reviews_of(field)):
        return False
    return not state.has_seen(workbench, place.case_id, _at(place, field))


def _strength(place: Place, field: FieldReading) -> str:
    reading = place.view.reading
    return doubt.strength(field) if reading is not None else ""


def _machine(place: Place, field: FieldReading) -> None:
    if field.glyphs:
        doubt.glyphs(field)
    else:
        st.html(
            f'<div style="font-size:1.2rem">{markup.machine(field.text or "nothing legible")}</div>'
        )
    doubt.alternatives(field)
    doubt.notes(notes_of(field))
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


def _not_recorded(place: Place, field: str) -> None:
    """Why the last answer was not recorded; it stays until one is recorded."""
    why = state.refusals().get(f"{place.key}-{field}")
    if why is not None:
        markup.note(why, "stop")


def _open_forms() -> dict[str, tuple[Judgement, int]]:
    """The open forms, each with the judgement it is for and what its person saw on opening it."""
    forms: dict[str, tuple[Judgement, int]] = st.session_state.setdefault("np_forms", {})
    return forms


def _dissent(place: Place, field: str) -> None:
    """What others judged differently about the field and did not take back."""
    for one in dissent_of(place.reviews_of(field)):
        markup.note(f"Dissent: {one}", "caution")


def _answers(
    workbench: Workbench,
    actor: Actor,
    place: Place,
    field: FieldReading,
    *,
    number: int | None = None,
) -> None:
    """Confirm at once, or open the form that another answer needs.

    A button acts before anything is drawn, on the state it was drawn from: however quickly keys
    come, none is lost, and none judges what its person has not seen.
    """
    key = f"{place.key}-{field.field}"
    forms = _open_forms()
    if key in forms:
        _form(workbench, place, field, *forms[key])
        return
    with st.container(horizontal=True, gap="small", key=f"answers-{key}"):
        keys = (CONFIRM_KEYS, CORRECT_KEYS)
        confirm, correct = (
            (row[number] if number is not None and number < len(row) else None) for row in keys
        )
        if field.text:
            st.button(
                "Confirm",
                key=f"confirm-{key}",
                shortcut=confirm,
                help="The plate shows what the machine read",
                on_click=_confirm,
                args=(workbench, actor, place, field.field, state.refusals()),
            )
        for answer, label, shortcut in (
            (Judgement.CORRECTED, "Correct", correct),
            (Judgement.UNSURE, "Unsure", None),
            (Judgement.REJECTED, "Reject", None),
        ):
            st.button(
                label,
                key=f"{answer}-{key}",
                shortcut=shortcut,
                on_click=forms.__setitem__,
                args=(key, (answer, place.view.seen)),
            )
    _mark(actor, place, field, confirm=confirm or "", correct=correct or "")


def _mark(actor: Actor, place: Place, field: FieldReading, *, confirm: str, correct: str) -> None:
    """Let the browser store presses here until they are answered (`ui/components/acts`)."""
    key, name = f"{place.key}-{field.field}", words.field(field.field)
    exhibit, region = place.view.summary.exhibit_id, place.region.region_id
    marks = [
        acts.turn(key=correct if answer is Judgement.CORRECTED else "", button=f"{answer}-{key}",
                  what=f"“{said}” for the {name.lower()}")
        for answer, said in (
            (Judgement.CORRECTED, "Correct"),
            (Judgement.UNSURE, "Unsure"),
            (Judgement.REJECTED, "Reject"),
        )
    ]  # fmt: skip
    if field.text:
        view: dict[str, str | int] = {
            "person": actor.person_id,
            "name": actor.name,
            "case": place.case_id,
            "exhibit": exhibit,
            "region": region,
            "field": field.field,
            "seen": place.view.seen,
            "label": f"{name} of {exhibit}, {region}",
            "crop": f"crop-{place.key}",
        }
        marks.append(acts.card(key=confirm, button=f"confirm-{key}", act=view))
    st.html("".join(marks))


def _confirm(
    workbench: Workbench,
    actor: Actor,
    place: Place,
    field: FieldName,
    refusals: dict[str, str],
) -> None:
    _send(workbench, actor, place, field, Judgement.CONFIRMED, refusals)


def _send(
    workbench: Workbench,
    actor: Actor,
    place: Place,
    field: FieldName,
    judgement: Judgement,
    refusals: dict[str, str],
    *,
    seen: int | None = None,
    text: str = "",
    reason: str = "",
    blind: bool = False,
) -> bool:
    """Record an answer to the state that the place was drawn from; say whether it is recorded.

    It does not call Streamlit: inside a callback, that could end the run and lose a press.
    """
    key = f"{place.key}-{field}"
    try:
        workbench.review.judge_field(
            actor,
            place.case_id,
            exhibit_id=place.view.summary.exhibit_id,
            region_id=place.region.region_id,
            field=field,
            judgement=judgement,
            seen=place.view.seen if seen is None else seen,
            text=text,
            blind=blind,
            reason=reason,
        )
    except Exception as error:
        sentence = en.told(error)
        if sentence is None:
            raise
        refusals[key] = sentence
        return False
    refusals.pop(key, None)
    return True


def _form(
    workbench: Workbench, place: Place, field: FieldReading, answer: Judgement, seen: int
) -> None:
    key = f"{place.key}-{field.field}"
    with st.form(f"form-{key}", border=False):
        text = ""
        if answer is Judgement.CORRECTED:
            text = st.text_input(
                FORMS[answer],
                value=field.text,
                key=f"text-{key}",
                help="Type ? for each character you cannot read.",
            )
        label = "Reason (optional)" if answer is Judgement.CORRECTED else FORMS[answer]
        reason = st.text_input(label, key=f"reason-{key}")
        with st.container(horizontal=True, gap="small"):
            send = st.form_submit_button("Record", type="primary", key=f"record-{key}")
            leave = st.form_submit_button("Cancel", key=f"leave-{key}")
    focus_on(f"{'text' if answer is Judgement.CORRECTED else 'reason'}-{key}")
    if leave:
        _open_forms().pop(key, None)
        state.refusals().pop(key, None)
        st.rerun()
    if send and answer is Judgement.CORRECTED and text.strip() == field.text:
        markup.note(
            "This is what the machine read. Change it, or cancel and press Confirm.", "caution"
        )
    elif send:
        _record(workbench, place, field.field, answer, seen=seen, text=text, reason=reason)


def _transcribe(workbench: Workbench, place: Place, field: FieldName) -> None:
    key = f"{place.key}-{field}"
    text = st.text_input(
        f"{words.field(field)}, as you read it",
        key=f"blindtext-{key}",
        help="Type ? for each character you cannot read.",
    )
    seen = state.bound(f"blind-{key}", place.view.seen)
    row = st.container(horizontal=True, gap="small")
    if row.button("Record and show the machine's reading", type="primary", key=f"blindgo-{key}"):
        _record(workbench, place, field, Judgement.CORRECTED, seen=seen, text=text, blind=True)
    if row.button("I cannot read it", key=f"blindno-{key}"):
        why = "Could not be read blind."
        _record(workbench, place, field, Judgement.UNSURE, seen=seen, reason=why)


def _record(
    workbench: Workbench,
    place: Place,
    field: FieldName,
    judgement: Judgement,
    *,
    seen: int,
    text: str = "",
    reason: str = "",
    blind: bool = False,
) -> None:
    """Record the input and redraw the screen; refused input stays as typed."""
    key = f"{place.key}-{field}"
    forms = _open_forms()
    if _send(
        workbench,
        state.require_user(),
        place,
        field,
        judgement,
        state.refusals(),
        seen=seen,
        text=text,
        reason=reason,
        blind=blind,
    ):
        forms.pop(key, None)
        for name in ("text", "reason", "blindtext"):
            st.session_state.pop(f"{name}-{key}", None)
    elif key in forms:
        forms[key] = (judgement, place.view.seen)  # the refusal is drawn with what stands now
    st.rerun()


def _when_done(workbench: Workbench, actor: Actor, place: Place) -> None:
    """Once every field is judged: on to the next plate, or to this one's candidates."""
    if not place.fields or any(place.review_of(field.field) is None for field in place.fields):
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        here = (place.view.summary.exhibit_id, place.region.region_id)
        upcoming = workbench.review.next_to_review(actor, place.case_id, after=here)
        if upcoming is not None and st.button("Next plate", type="primary", key="review_on"):
            st.session_state["review_at"] = upcoming
            st.rerun()
        if st.button(
            "See this plate's candidates",
            key="review_candidates",
            type="secondary" if upcoming else "primary",
        ):
            st.session_state["candidates_plate"] = place.plate_id
            state.go("candidates")


def _add_field(workbench: Workbench, place: Place) -> None:
    known = {field.field for field in place.fields}
    added = {
        review.field
        for review in place.view.reviews
        if review.region_id == place.region.region_id and review.counts
    } - known
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
                _dissent(place, field)
    free = [field for field in ADDABLE if field not in known | added]
    if not free:
        return
    for field in free:
        _not_recorded(place, field)
    with st.expander("Add a field that the machine missed", icon=":material/add:"):
        added_field = st.selectbox(
            "Field", free, index=None, format_func=words.field, key=f"add-{place.key}"
        )
        text = st.text_input("What you read", key=f"addtext-{place.key}")
        seen = state.bound(f"add-{place.key}", place.view.seen)
        if (
            st.button("Record", disabled=added_field is None, key=f"addgo-{place.key}")
            and added_field
        ):
            st.session_state.pop(f"add-{place.key}", None)
            _record(workbench, place, added_field, Judgement.CORRECTED, seen=seen, text=text)
