"""Review: the crop next to the reading and its uncertainty, with nothing preselected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.components import acts, markup
from ui.components.photo_viewer import Region, photo_viewer
from ui.screens.review_fields import Place, judge

if TYPE_CHECKING:
    from workbench.types import Actor, CaseSummary, QueuePlace
    from workbench.workbench import Workbench

WINDOW = 400
"""How many plate regions around the present one the list offers."""
_REGION = ", region "
ADDRESS = "review"


def render(workbench: Workbench) -> None:
    """One region at a time: choose it, view it, judge its fields."""
    actor = state.require_user()
    case = state.require_case(workbench)
    markup.head("Review", eyebrow=case.title)
    chosen = _choose(workbench, actor, case)
    if chosen is None:
        return
    with state.told():
        place = _place(workbench, case.case_id, chosen)
        left, right = st.columns([1.1, 1], gap="large")
        with left, st.container(key="review_look"):
            _look(workbench, place)
        with right:
            judge(workbench, actor, place)
        _join(workbench, case, chosen, seen=place.view.seen)


def _choose(workbench: Workbench, actor: Actor, case: CaseSummary) -> QueuePlace | None:
    """The region to show: the one requested, else the next one for this person."""
    queue = workbench.review.queue(case.case_id)
    if not queue.regions:
        markup.empty(
            "Nothing to review yet",
            "Every plate found appears here for you to judge, once its photo has been read.",
        )
        if st.button("Go to reading", key="review_reading"):
            state.go("reading")
        return None
    places = _window(workbench, actor, case.case_id)
    at = {(place.exhibit_id, place.region_id): place for place in places}
    members = list(at)
    previous, listed, following = st.columns([1, 3.4, 1.25], vertical_alignment="bottom")
    blind = state.is_blind(case.case_id)
    chosen = listed.selectbox(
        f"{words.count(queue.open, 'plate region')} to review ({queue.regions:,} found)",
        members,
        key="review_region",
        format_func=lambda member: _named(at[member], blind=blind),
    )
    index = members.index(chosen)
    if previous.button(
        "Back", key="review_back", shortcut="b", width="stretch", disabled=index == 0
    ):
        _point(members[index - 1])
    if following.button("Next to review", key="review_next", shortcut="n", width="stretch"):
        upcoming = workbench.review.next_to_review(actor, case.case_id, after=chosen)
        if upcoming is None:
            state.flash("Nothing else in this case is waiting for your judgement.")
        _point(upcoming or chosen)
    st.html(
        acts.turn(key="b", button="review_back", what="the previous plate")
        + acts.turn(key="n", button="review_next", what="the next plate")
    )
    return at[chosen]


def _point(member: tuple[str, str]) -> None:
    st.session_state["review_at"] = member
    st.rerun()


def _window(workbench: Workbench, actor: Actor, case_id: str) -> tuple[QueuePlace, ...]:
    """The regions around the chosen one; sets which one is chosen."""
    said = st.session_state.get("review_region")
    wanted = st.session_state.pop("review_at", None) or _region_named(said)
    wanted = wanted or workbench.review.next_to_review(actor, case_id)
    places = workbench.review.places(case_id, around=_known(workbench, case_id, wanted))
    members = [(place.exhibit_id, place.region_id) for place in places]
    st.session_state["review_region"] = wanted if wanted in members else members[0]
    return places


def _region_named(said: object) -> tuple[str, str] | None:
    """The region chosen in the list: itself, or found by its label where labels have changed since.

    A browser sends the label of the choice; Streamlit passes it through where no region of this run
    has that label any more.
    """
    if isinstance(said, tuple):
        return said
    exhibit_id, _, rest = str(said or "").partition(_REGION)
    return (exhibit_id, rest.partition(" · ")[0]) if rest else None


def _known(
    workbench: Workbench, case_id: str, member: tuple[str, str] | None
) -> tuple[str, str] | None:
    """The region, if this case has it: another case may have been open before."""
    if member is None:
        return None
    return member if workbench.review.has_region(case_id, *member) else None


def _named(place: QueuePlace, *, blind: bool) -> str:
    if not place.offered:
        far = "no field read"
    elif place.open:
        far = f"{place.open} of {place.offered} fields to judge"
    else:
        far = "all fields judged"
    read = f" · {place.words}" if place.words and not blind else ""
    return f"{place.exhibit_id}{_REGION}{place.region_id}{read} · {far}"


def _place(workbench: Workbench, case_id: str, chosen: QueuePlace) -> Place:
    view = workbench.exhibits.one(case_id, chosen.exhibit_id)
    reading = view.reading
    if reading is None:
        raise LookupError(f"{chosen.exhibit_id} has a region but no reading")
    return Place(
        case_id=case_id,
        view=view,
        region=next(r for r in reading.regions if r.region_id == chosen.region_id),
        fields=tuple(
            sorted(
                next(
                    (r.fields for r in reading.combined if r.region_id == chosen.region_id),
                    (),
                ),
                key=lambda field: words.by_importance(field.field),
            )
        ),
        plate_id=chosen.plate_id,
    )


def _look(workbench: Workbench, place: Place) -> None:
    exhibit, region = place.view.summary, place.region
    crop = workbench.exhibits.crop_png(
        place.case_id, exhibit.exhibit_id, region.region_id, height=420
    )
    photo_viewer(
        crop,
        alt=f"Region {region.region_id} of {exhibit.exhibit_id}, cropped and straightened",
        key=f"crop-{place.key}",
        height_px=360,
    )
    _other_looks(workbench, place)
    st.html('<div class="np-small np-muted">The photo this crop comes from:</div>')
    photo_viewer(
        workbench.exhibits.upright_png(place.case_id, exhibit.exhibit_id, longest=1400),
        width=exhibit.width,
        height=exhibit.height,
        regions=[
            Region(
                region_id=region.region_id,
                corners=region.corners,
                label=f"Region {region.region_id}",
            )
        ],
        lines=[]
        if state.is_blind(place.case_id)
        else [field.source.corners for field in place.fields],
        alt=f"{exhibit.exhibit_id} with the region under review",
        key=f"context-{place.key}",
        hint="",
        height_px=320,
    )


def _other_looks(workbench: Workbench, place: Place) -> None:
    """The other exposures that were joined as this plate, side by side."""
    here = (place.view.summary.exhibit_id, place.region.region_id)
    plate = workbench.review.plate(place.case_id, place.plate_id)
    others = [member for member in plate.members if member != here]
    if not others:
        return
    st.html(
        '<div class="np-small np-muted">The same plate in other photos; their readings are '
        "combined:</div>"
    )
    for column, (exhibit_id, region_id) in zip(st.columns(3), others[:3], strict=False):
        with column:
            st.image(
                workbench.exhibits.crop_png(place.case_id, exhibit_id, region_id, height=220),
                alt=f"Region {region_id} of {exhibit_id}",
                width="stretch",
            )
            if st.button(
                f"{exhibit_id}, {region_id}", key=f"look-{exhibit_id}-{region_id}", type="tertiary"
            ):
                _point((exhibit_id, region_id))


def _join(workbench: Workbench, case: CaseSummary, chosen: QueuePlace, *, seen: int) -> None:
    seen = state.bound("join", seen)
    here = (chosen.exhibit_id, chosen.region_id)
    places = workbench.review.places(case.case_id, around=here)
    if len(places) < 2:
        return
    blind = state.is_blind(case.case_id)
    at = {(place.exhibit_id, place.region_id): place for place in places}
    with st.expander("Do two exposures show the same plate?", icon=":material/link:"):
        st.html(
            '<div class="np-muted">If you join them, their readings are combined. A repost is '
            "a copy of an exposure, not a second exposure.</div>"
        )
        members = st.multiselect(
            "Regions that show the same physical plate",
            list(at),
            format_func=lambda member: _named(at[member], blind=blind),
            key="join_members",
        )
        reason = st.text_input("How do you know?", key="join_reason")
        if st.button("Join as one plate", disabled=len(members) < 2, key="join_go"):
            with state.told():
                workbench.review.join_plates(
                    state.require_user(), case.case_id, tuple(members), seen=seen, reason=reason
                )
                state.flash("Joined: these regions now count as one plate.")
                st.rerun()
