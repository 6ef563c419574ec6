"""Exhibits: everything added, as tiles, and one exhibit with all that is known about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.components import doubt, markup
from ui.components.frame_picker import frame_picker
from ui.components.photo_viewer import Region, photo_viewer
from ui.screens.found import found
from words import en
from workbench.types import SEARCHED_FIELDS, ExhibitState, ExhibitSummary, ExhibitView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.types import PlateRegion
    from workbench.types import CaseSummary
    from workbench.workbench import Workbench

PER_PAGE = 24
COLUMNS = 4
EVERY, UNREADABLE = "all", "unreadable"
SHOWN = 1600
"""Longest side, in pixels, of a photo as it is sent to the browser at first."""


def render(workbench: Workbench) -> None:
    """The tiles, or one exhibit if the address names it."""
    state.require_user()
    case = state.require_case(workbench)
    chosen = st.query_params.get("exhibit")
    if chosen:
        _one(workbench, case, chosen)
    else:
        _all(workbench, case)


def _choose(exhibit_id: str | None) -> None:
    if exhibit_id:
        st.query_params["exhibit"] = exhibit_id
    else:
        st.query_params.pop("exhibit", None)


def _all(workbench: Workbench, case: CaseSummary) -> None:
    markup.head("Exhibits", eyebrow=case.title)
    if not case.exhibits:
        markup.empty("No exhibits yet", "Add photos or clips; each becomes an exhibit here.")
        if st.button("Add files", key="exhibits_intake"):
            state.go("intake")
        return
    one, two, three = st.columns([5, 1.4, 1.2], vertical_alignment="bottom")
    fragment = one.text_input(
        "Find in all readings",
        key="exhibits_find",
        placeholder="Part of a serial, model or maker; ? stands for any one character",
        icon=":material/search:",
    )
    if fragment.strip():
        found(workbench, case, fragment)
        return
    order = two.selectbox(
        "Order", list(words.ORDERS), key="exhibits_order", format_func=words.ORDERS.__getitem__
    )
    shown_as = st.segmented_control(
        "Show",
        (EVERY, *(state.value for state in ExhibitState), UNREADABLE),
        default=EVERY,
        required=True,
        format_func=_filter_name,
        key="exhibits_state",
        label_visibility="collapsed",
    )
    unreadable = shown_as == UNREADABLE
    wanted = None if shown_as in {EVERY, UNREADABLE} else ExhibitState(shown_as)
    total = workbench.exhibits.count(case.case_id, state=wanted, unreadable=unreadable)
    pages = max(1, -(-total // PER_PAGE))
    page = 1
    if pages > 1:
        page = int(three.number_input(f"Page (of {pages:,})", 1, pages, 1, key=f"page_{pages}"))
    shown = workbench.exhibits.listed(
        case.case_id,
        state=wanted,
        unreadable=unreadable,
        order=order,
        offset=(page - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    _tiles(workbench, case, shown)


def _filter_name(name: str) -> str:
    if name in {EVERY, UNREADABLE}:
        return {EVERY: "All", UNREADABLE: "Unreadable"}[name]
    return words.STATES[ExhibitState(name)]


def _tiles(workbench: Workbench, case: CaseSummary, shown: Sequence[ExhibitSummary]) -> None:
    if not shown:
        markup.empty("No exhibits of this kind", "Choose another kind above, or All.")
    for start in range(0, len(shown), COLUMNS):
        for column, exhibit in zip(
            st.columns(COLUMNS), shown[start : start + COLUMNS], strict=False
        ):
            with column:
                _tile(workbench, case.case_id, exhibit)


def _tile(workbench: Workbench, case_id: str, exhibit: ExhibitSummary) -> None:
    with st.container(key=f"tile-{exhibit.exhibit_id}", gap="small"):
        try:
            small = workbench.exhibits.thumbnail(case_id, exhibit)
            st.image(small, width="stretch", alt=f"{exhibit.exhibit_id}, {exhibit.file_name}")
        except Exception as error:
            sentence = en.told(error)
            if sentence is None:
                raise
            why = markup.safe(sentence)
            st.html(f'<div class="np-empty np-small">No picture. {why}</div>')
        blind = state.is_blind(case_id)
        if exhibit.fields and not blind:
            state.saw(case_id, exhibit.exhibit_id)
        said = " ".join(
            text
            for name, text, _state in sorted(
                exhibit.fields, key=lambda f: words.by_importance(f[0])
            )
            if text and name in SEARCHED_FIELDS and not blind
        )
        st.html(
            markup.chips(*_labels(exhibit))
            + f'<div class="np-small np-tile-text">{markup.machine(said)}'
            f'<div class="np-muted">{markup.safe(exhibit.file_name)}</div></div>'
        )
        st.button(
            f"Open {exhibit.exhibit_id}",
            key=f"open-{exhibit.exhibit_id}",
            width="stretch",
            on_click=_choose,
            args=(exhibit.exhibit_id,),
        )


def _one(workbench: Workbench, case: CaseSummary, exhibit_id: str) -> None:
    st.button(
        "All exhibits",
        icon=":material/arrow_back:",
        type="tertiary",
        key="back",
        on_click=_choose,
        args=(None,),
    )
    with state.told():
        view = workbench.exhibits.one(case.case_id, exhibit_id)
        exhibit = view.summary
        if view.reading is not None:
            state.saw(case.case_id, exhibit_id)
        markup.head(exhibit.exhibit_id, eyebrow=f"{case.title} · {exhibit.file_name}")
        st.html(markup.chips(*_labels(exhibit)))
        left, right = st.columns([1.75, 1], gap="large")
        with left:
            if exhibit.media == "clip":
                _clip(workbench, case.case_id, view)
            else:
                _photo(workbench, case.case_id, view)
        with right:
            _about(workbench, case.case_id, view)


def _labels(exhibit: ExhibitSummary) -> list[str]:
    labels = [markup.chip(words.STATES[exhibit.state], words.STATE_TONES[exhibit.state])]
    if exhibit.copy_of:
        said = "Copy of" if exhibit.copy_is_settled else "Likely copy of"
        labels.append(markup.chip(f"{said} {exhibit.copy_of}"))
    if exhibit.parent:
        labels.append(markup.chip(f"frame of {exhibit.parent}", "accent"))
    return labels


def _photo(workbench: Workbench, case_id: str, view: ExhibitView) -> None:
    exhibit = view.summary
    regions = view.reading.regions if view.reading else ()
    key = exhibit.exhibit_id
    switches = st.container(horizontal=True)
    drawing = switches.toggle("Draw a region", key=f"drawing-{key}")
    full = switches.toggle("Full resolution", key=f"full-{key}")
    picked = photo_viewer(
        workbench.exhibits.upright_png(case_id, key, longest=None if full else SHOWN),
        width=exhibit.width,
        height=exhibit.height,
        regions=[_region(view, region) for region in regions],
        selected=st.session_state.get(f"region-{key}"),
        drawing=drawing,
        alt=f"{key}: {exhibit.file_name}",
        key=f"viewer-{key}",
    )
    if picked.drawn is not None:
        _read_drawn(workbench, case_id, key, picked.drawn)
    if picked.region_id is not None:
        st.session_state[f"region-{key}"] = picked.region_id
        st.rerun()
    _reading(workbench, case_id, view)


def _region(view: ExhibitView, region: PlateRegion) -> Region:
    read = next(
        (
            item
            for item in (view.reading.combined if view.reading else ())
            if item.region_id == region.region_id
        ),
        None,
    )
    said = ", ".join(f"{words.field(f.field)} {f.text}" for f in read.fields) if read else ""
    return Region(
        region_id=region.region_id,
        corners=region.corners,
        label=f"Region {region.region_id}: {said or 'no field read'}",
    )


def _read_drawn(
    workbench: Workbench, case_id: str, exhibit_id: str, drawn: Sequence[tuple[float, float]]
) -> None:
    top_left, top_right, bottom_right, bottom_left = drawn
    with state.told(), st.spinner("Reading the region …"):
        region_id = workbench.reading.read_region(
            state.require_user(),
            case_id,
            exhibit_id,
            (top_left, top_right, bottom_right, bottom_left),
        )
        st.session_state[f"region-{exhibit_id}"] = region_id
        del st.session_state[f"drawing-{exhibit_id}"]
        state.flash(f"{region_id} was drawn and read.")
        st.rerun()


def _reading(workbench: Workbench, case_id: str, view: ExhibitView) -> None:
    key = view.summary.exhibit_id
    if view.reading is None:
        markup.note("This exhibit has not been read yet.")
        if st.button("Read it now", key=f"read-{key}"):
            _read_again(workbench, case_id, key)
        return
    if view.summary.state is ExhibitState.WAITING:
        markup.note("Only the regions drawn by hand have been read, not yet the photo itself.")
        if st.button("Read it now", key=f"read-now-{key}"):
            _read_again(workbench, case_id, key)
    elif not view.reading.regions:
        markup.note(
            "No plate was found. If you see one, draw a region around it by hand.", "caution"
        )
    chosen = st.session_state.get(f"region-{key}")
    for region in view.reading.regions:
        if chosen is None or chosen == region.region_id:
            _region_card(view, region.region_id)
    if (
        chosen is not None
        and len(view.reading.regions) > 1
        and st.button("Show all regions", key=f"all-{key}")
    ):
        del st.session_state[f"region-{key}"]
        st.rerun()
    if view.reading.codes:
        markup.section("Codes", "Read from the photo; compare them with the text on the plate.")
        doubt.codes(view.reading)
    doubt.notes(tuple(map(en.text, view.reading.notes)))
    if st.button("Read again", key=f"read-{key}", type="tertiary", icon=":material/refresh:"):
        _read_again(workbench, case_id, key)


def _read_again(workbench: Workbench, case_id: str, exhibit_id: str) -> None:
    with state.told(), st.spinner("Reading …"):
        workbench.reading.read_again(state.require_user(), case_id, exhibit_id)
        st.rerun()


def _region_card(view: ExhibitView, region_id: str) -> None:
    reading = view.reading
    combined = (
        next((r for r in reading.combined if r.region_id == region_id), None) if reading else None
    )
    with st.container(border=True, key=f"card-region-{region_id}"):
        head, button = st.columns([3, 1], vertical_alignment="center")
        with head:
            markup.section(f"Region {region_id}")
        if button.button("Review", key=f"review-{region_id}", width="stretch"):
            st.session_state["review_at"] = (view.summary.exhibit_id, region_id)
            state.go("review")
        if reading is None or combined is None or not combined.fields:
            markup.note("Text was found here, but no plate field.", "neutral")
            return
        standing = {(r.region_id, r.field): r for r in view.reviews if r.counts}
        rows = []
        for field in sorted(combined.fields, key=lambda f: words.by_importance(f.field)):
            review = standing.get((region_id, field.field))
            rows.append(
                (
                    markup.safe(words.field(field.field)),
                    markup.machine(field.text or "–"),
                    doubt.strength(field),
                    (
                        markup.chip(
                            words.JUDGEMENTS[review.judgement],
                            words.JUDGEMENT_TONES[review.judgement],
                        )
                        + " "
                        + markup.human(review.text)
                    )
                    if review
                    else '<span class="np-muted np-small">not judged</span>',
                )
            )
        markup.table(("Field", "Machine", "How sure", "Person"), rows)
        if reading is not None:
            doubt.lines(reading, region_id)


def _about(workbench: Workbench, case_id: str, view: ExhibitView) -> None:
    exhibit, claims = view.summary, view.claims
    size = workbench.exhibits.size(case_id, exhibit.exhibit_id)
    markup.section("Custody")
    rows = [
        ("SHA-256", exhibit.sha256),
        ("Size", f"{exhibit.width} × {exhibit.height} pixels, {size:,} bytes"),
        ("Added", f"{words.when(exhibit.taken_in_at)} by {exhibit.taken_in_by}"),
    ]
    if view.derived_how:
        rows.append(("How made", view.derived_how))
    markup.facts(rows, mono=("SHA-256",))
    st.space("small")
    markup.section("Claimed by the source", "Recorded as given; not checked.")
    claimed = (
        ("Address", claims.source_url),
        ("Account", claims.source_account),
        ("Obtained", claims.obtained_at),
        ("Place", claims.claimed_place),
        ("Date taken", claims.claimed_date),
        ("Note", claims.note),
    )
    markup.facts([row for row in claimed if row[1]] or [("Claims", "none given")])
    st.space("small")
    _embedded(view)
    st.download_button(
        "Download the original",
        lambda: workbench.exhibits.original(case_id, exhibit.exhibit_id),
        file_name=f"{exhibit.exhibit_id}.bin",
        mime="application/octet-stream",
        key="download_original",
        on_click="ignore",
        icon=":material/download:",
        help="The bytes exactly as received. The name is deliberately neutral: the name that "
        "a file came with is only a claim.",
    )


def _embedded(view: ExhibitView) -> None:
    markup.section("Embedded in the file", "What the file says about itself; anyone can alter it.")
    facts = view.embedded
    first = []
    if facts.captured_at:
        first.append(("Captured", facts.captured_at))
    if facts.latitude is not None and facts.longitude is not None:
        first.append(("Position", f"{facts.latitude:.6f}, {facts.longitude:.6f}"))
    if first:
        markup.facts(first)
    if facts.facts:
        with st.expander(
            f"All {words.count(len(facts.facts), 'embedded fact')}", expanded=not first
        ):
            markup.facts([(f"{fact.group} {fact.name}", fact.value) for fact in facts.facts])
    elif not first:
        st.html(
            '<div class="np-muted np-small">The file contains no such facts. Services that '
            "pass photos on usually remove them.</div>"
        )
    for problem in facts.problems:
        markup.note(en.text(problem), "caution")


def _grab(workbench: Workbench, case_id: str, clip: str, seconds: float) -> None:
    with state.told():
        frame = workbench.intake.grab_frame(state.require_user(), case_id, clip, seconds=seconds)
        state.flash(f"{frame} was taken at {seconds:g} s. It is waiting to be read.")
        st.rerun()


def _clip(workbench: Workbench, case_id: str, view: ExhibitView) -> None:
    key = view.summary.exhibit_id
    with st.container(key=f"video-{key}"):
        st.video(workbench.exhibits.original(case_id, key), width="stretch")
    shown = frame_picker(video_key=f"video-{key}", key=f"picker-{key}")
    if shown is not None:
        _grab(workbench, case_id, key, shown)
    with st.expander("Take a frame at a given time", icon=":material/timer:"):
        one, two = st.columns([2, 1], vertical_alignment="bottom")
        seconds = one.number_input(
            "Time in the clip (seconds)", min_value=0.0, step=0.1, format="%.3f", key=f"grab-{key}"
        )
        if two.button("Take this frame", key=f"take-{key}", width="stretch"):
            _grab(workbench, case_id, key, seconds)
    markup.section(
        words.count(len(view.frames), "frame"),
        "Chosen by scene cuts, sharpness and text, or taken by hand; each is an exhibit.",
    )
    for start in range(0, len(view.frames), 3):
        for column, frame in zip(st.columns(3), view.frames[start : start + 3], strict=False):
            with column, st.container(key=f"tile-{frame}"), state.told():
                st.image(
                    workbench.exhibits.thumbnail(
                        case_id, workbench.exhibits.one(case_id, frame).summary
                    ),
                    width="stretch",
                    alt=f"Frame {frame}",
                )
                st.button(
                    f"Open {frame}",
                    key=f"open-{frame}",
                    width="stretch",
                    on_click=_choose,
                    args=(frame,),
                )
