"""What a search over all readings of a case found, each hit next to its plate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.components import markup
from workbench.types import FoundBy, Hit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.types import CaseSummary
    from workbench.workbench import Workbench

MOST = 50
"""Most hits requested; for more, a longer fragment is needed."""
PICTURED = 24
WHOSE = {
    FoundBy.PERSON: "transcribed by a person",
    FoundBy.MACHINE: "read by the machine",
    FoundBy.ALSO: "an alternative, or a line outside any field",
}


def found(workbench: Workbench, case: CaseSummary, fragment: str) -> None:
    """The hits: exact ones first, then look-alikes, marked as such."""
    hits: Sequence[Hit] = ()
    with state.told():
        hits = workbench.finder.find(fragment, case_id=case.case_id, limit=MOST)
        if not hits:
            markup.empty(
                "Nothing found",
                "No field, alternative or line in this case contains it, even allowing for "
                "look-alikes such as O for 0. Photos not yet read are not searched.",
            )
    if not hits:
        return
    exact = sum(hit.exact for hit in hits)
    alike = len(hits) - exact
    said = words.count(exact, "exact hit")
    if alike:
        said += f", {alike:,} with look-alikes such as O for 0"
    if len(hits) == MOST:
        said += f"; only the first {MOST} are shown, so type more of it"
    st.html(f'<div class="np-muted np-small">{said}.</div>')
    for number, hit in enumerate(hits):
        _hit(workbench, case.case_id, hit, pictured=number < PICTURED)


def _hit(workbench: Workbench, case_id: str, hit: Hit, *, pictured: bool) -> None:
    state.saw(case_id, hit.exhibit_id)
    name = f"{hit.exhibit_id}-{hit.region_id}"
    with st.container(border=True, key=f"card-hit-{name}"):
        look, said, button = st.columns([1.1, 3, 1], vertical_alignment="center")
        if pictured:
            with look, state.told():
                st.image(
                    workbench.exhibits.crop_png(case_id, hit.exhibit_id, hit.region_id, height=120),
                    alt=f"Region {hit.region_id} of {hit.exhibit_id}",
                    width="stretch",
                )
        text = markup.human if hit.by is FoundBy.PERSON else markup.machine
        field = f"{words.field(hit.field)}, {WHOSE[hit.by]}" if hit.field else WHOSE[hit.by]
        said.html(
            f'<div style="font-size:1.15rem">{text(hit.text)}</div>'
            f'<div class="np-small np-muted">{markup.safe(field)}'
            f"{'' if hit.exact else ' – with look-alikes'}<br>"
            f"{markup.safe(hit.exhibit_id)}, region {markup.safe(hit.region_id)} · "
            f"{markup.safe(hit.file_name)}</div>"
        )
        if button.button("Review", key=f"hit-{name}", width="stretch"):
            st.session_state["review_at"] = (hit.exhibit_id, hit.region_id)
            state.go("review")
