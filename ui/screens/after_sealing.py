"""After sealing: timestamps, signatures from elsewhere, and the public edition of a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from evidence_store.bundle.redact import FieldChoice
from ui import state
from ui.components import markup
from workbench.publication import Withholding
from workbench.types import Role

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from workbench.types import CaseSummary, SealedView
    from workbench.workbench import Workbench

FIELDS = {
    "source_account": "Source account",
    "source_url": "Source address",
    "obtained_at": "When it was obtained",
    "claimed_place": "Claimed place",
    "claimed_date": "Claimed date",
    "note": "Notes of the intake",
    "embedded": "Facts embedded in the files",
    "file_name": "File names",
    "reason": "Reasons that people gave",
    "addressee": "Trace requests: whom they went to",
    "reply_to": "Trace requests: where they may answer",
    "seen": "Trace requests: where it was seen",
    "further": "Trace requests: further words",
    "answer_words": "Answers to trace requests",
    "papers": "Names and hashes of what came with an answer",
}
"""The fields that are most often withheld; the command line can withhold any."""
OF_REQUESTS, OF_ANSWERS = ("reply_to", "seen", "further"), ("answer_words", "papers")
"""Of these, what comes chosen where there are trace requests: they may be confidential."""


def render(workbench: Workbench, case: CaseSummary, sealed: SealedView) -> None:
    """Everything that can be added to a sealed bundle, or made from it."""
    with st.expander("Timestamp, signature from elsewhere, public edition"):
        _signature(workbench, case, sealed)
        if Role.CUSTODIAN in state.require_actor().roles:
            _timestamp(workbench, case, sealed)
            _public(workbench, case, sealed)
        _published(workbench, case, sealed)


def _signature(workbench: Workbench, case: CaseSummary, sealed: SealedView) -> None:
    if not workbench.exports.unsigned(case.case_id, sealed.sequence):
        return
    markup.section(
        "A signature made elsewhere",
        "A reviewer who keeps their own key unpacks the ZIP, runs python -m evidence_store sign "
        "on it, and hands in the .sig file that this leaves in signatures/.",
    )
    file = st.file_uploader("The .sig file", key=f"sig-file-{sealed.sequence}")
    if file is not None and st.button("Put it in", key=f"sig-send-{sealed.sequence}"):
        armour = file.getvalue().decode("ascii", errors="replace")
        with state.told():
            workbench.exports.attach_signature(
                state.require_actor(), case.case_id, sealed.sequence, armour
            )
            state.flash("The signature is in the bundle.")
            st.rerun()


def _timestamp(workbench: Workbench, case: CaseSummary, sealed: SealedView) -> None:
    markup.section(
        "Timestamp (RFC 3161)",
        "An outside authority's word that the seal existed at a time. Without a network, keep "
        "the request and attach the answer later. This computer's clock is never one.",
    )
    actor, publication = state.require_actor(), workbench.publication
    url = st.text_input("Address of an authority", key=f"tsa-url-{sealed.sequence}")
    row = st.container(horizontal=True, gap="small")
    if row.button("Ask it now", key=f"tsa-ask-{sealed.sequence}", disabled=not url.strip()):
        with state.told():
            publication.stamp(actor, case.case_id, sealed.sequence, [url.strip()])
            state.flash("The timestamp is in the bundle.")
            st.rerun()
    if row.button("Make a request to keep", key=f"tsa-request-{sealed.sequence}"):
        with state.told():
            path = publication.request_stamp(actor, case.case_id, sealed.sequence)
            st.download_button(
                "Download the request",
                path.read_bytes(),
                file_name=path.name,
                mime="application/timestamp-query",
                key=f"tsa-download-{sealed.sequence}",
                on_click="ignore",
            )
    answer: UploadedFile | None = st.file_uploader(
        "The authority's answer (.tsr)", key=f"tsa-file-{sealed.sequence}"
    )
    if answer is not None and st.button("Attach it", key=f"tsa-attach-{sealed.sequence}"):
        with state.told():
            publication.attach_stamp(actor, case.case_id, sealed.sequence, answer.getvalue())
            state.flash("The answer is in the bundle.")
            st.rerun()


def _public(workbench: Workbench, case: CaseSummary, sealed: SealedView) -> None:
    markup.section(
        "Public edition",
        "A bundle of its own that withholds some of this one and can be checked against it. "
        "Look at every photo before it goes out: no program has looked at what they show.",
    )
    exhibits = [one.exhibit_id for one in workbench.exhibits.listed(case.case_id, limit=1000)]
    number = sealed.sequence
    with st.form(f"public-{number}", border=False):
        fields = st.multiselect(
            "Fields to withhold",
            list(FIELDS),
            default=_confidential(workbench, case),
            format_func=FIELDS.__getitem__,
            key=f"pf-{number}",
        )
        left, right = st.columns(2)
        hidden = left.multiselect("Photos to withhold", exhibits, key=f"ph-{number}")
        blurred = right.multiselect("Photos to blur", exhibits, key=f"pb-{number}")
        words = st.text_area(
            "Words that must stand nowhere, one a line", key=f"pw-{number}", height=80
        )
        reason = st.text_input("Why, for all to read", key=f"pr-{number}")
        sent = st.form_submit_button("Make the public edition", key=f"public-send-{number}")
    if not sent:
        return
    withholding = Withholding(
        fields=tuple(FieldChoice(name=name) for name in fields),
        exhibits=tuple(hidden),
        blurred=tuple(name for name in blurred if name not in hidden),
        values=tuple(line.strip() for line in words.splitlines() if line.strip()),
        reasons=(reason.strip(),) if reason.strip() else (),
    )
    with state.told():
        workbench.publication.publish(
            state.require_actor(), case.case_id, sealed.sequence, withholding
        )
        state.flash("The public edition is made. Look at its photos before it goes out.")
        st.rerun()


def _confidential(workbench: Workbench, case: CaseSummary) -> tuple[str, ...]:
    traces = workbench.tracing.traces(case.case_id)
    return (OF_REQUESTS if traces else ()) + (
        OF_ANSWERS if any(trace.answers for trace in traces) else ()
    )


def _published(workbench: Workbench, case: CaseSummary, sealed: SealedView) -> None:
    for view in workbench.publication.published(case.case_id):
        if view.came_from != sealed.folder:
            continue
        folder = workbench.publication.folder_path(case.case_id, view.sequence)
        packed = folder.with_name(f"{folder.name}.zip")
        if packed.exists():
            st.download_button(
                f"Download {view.folder}.zip",
                packed.read_bytes,
                file_name=packed.name,
                mime="application/zip",
                key=f"public-zip-{view.sequence}",
                on_click="ignore",
            )
