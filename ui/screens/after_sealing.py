"""After sealing: timestamps, external signatures, and the public edition of a bundle."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from evidence_store.bundle.errors import AnswersMissing
from evidence_store.bundle.redaction_plan import FieldChoice
from ui import state
from ui.components import markup
from workbench.publication.publication import Answer, Verdict, Withholding, withheld_by_rule

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from workbench.types import CaseSummary, SealedView
    from workbench.workbench import Workbench

WORDS = {
    "source_account": "Source account",
    "source_url": "Source address",
    "obtained_at": "When it was obtained",
    "claimed_place": "Claimed place",
    "claimed_date": "Claimed date",
    "note": "Intake notes",
    "provenance": "Where the material comes from",
    "embedded": "Facts embedded in the files",
    "file_name": "File names",
    "addressee": "Trace requests: addressee",
    "reply_to": "Trace requests: reply address",
    "seen": "Trace requests: where it was seen",
    "further": "Trace requests: further text",
    "answer_words": "Answers to trace requests",
    "papers": "Names and hashes of files that came with an answer",
    "letter": "Hashes of letters",
    "problems": "Parts of clips that could not be decoded",
    "said": "Remarks on clips and frames, as identifiers and figures",
    "answers": "Answers about text similar to what was withheld",
    "released": "What was deliberately released before",
    "sha256": "Hashes of archives and of refused files",
}
"""What fields are called on the screen."""
FIELDS = {
    "reason": "Reasons people gave",
    "original": "Hashes of the original files",
    "title": "Case title",
}
"""Fields often withheld beyond the rule; the command line can withhold any field."""


def may_be_released() -> dict[str, str]:
    """The fields that the rule of disclosure withholds everywhere, and what they are called."""
    withheld = withheld_by_rule() - FIELDS.keys()
    known = {name: words for name, words in WORDS.items() if name in withheld}
    return known | {name: name.replace("_", " ") for name in sorted(withheld - known.keys())}


_VERDICTS = {Verdict.WITHHELD: "Withhold it too", Verdict.RELEASED: "Release it deliberately"}


def render(workbench: Workbench, case: CaseSummary, sealed: SealedView) -> None:
    """Everything that can be added to a sealed bundle, or made from it."""
    with st.expander("Timestamp, external signature, public bundle"):
        _signature(workbench, case, sealed)
        if state.may("bundle.published"):
            _timestamp(workbench, case, sealed)
            _public(workbench, case, sealed)
        _published(workbench, case, sealed)


def _signature(workbench: Workbench, case: CaseSummary, sealed: SealedView) -> None:
    if not workbench.exports.unsigned(case.case_id, sealed.sequence):
        return
    markup.section(
        "External signature",
        "A reviewer who keeps their own key unpacks the ZIP, runs python -m evidence_store sign "
        "on it, and uploads the .sig file that this creates in signatures/.",
    )
    file = st.file_uploader("The .sig file", key=f"sig-file-{sealed.sequence}")
    if file is not None and st.button("Add the signature", key=f"sig-send-{sealed.sequence}"):
        armour = file.getvalue().decode("ascii", errors="replace")
        with state.told():
            workbench.exports.attach_signature(
                state.require_user(), case.case_id, sealed.sequence, armour
            )
            state.flash("The signature is in the bundle.")
            st.rerun()


def _timestamp(workbench: Workbench, case: CaseSummary, sealed: SealedView) -> None:
    markup.section(
        "Timestamp (RFC 3161)",
        "An outside authority's statement that the seal existed at a given time. Without a "
        "network, save the request and attach the answer later. This computer's clock never "
        "counts as one.",
    )
    actor, publication = state.require_user(), workbench.publication
    url = st.text_input("Address of a timestamp authority", key=f"tsa-url-{sealed.sequence}")
    row = st.container(horizontal=True, gap="small")
    if row.button(
        "Request a timestamp now", key=f"tsa-ask-{sealed.sequence}", disabled=not url.strip()
    ):
        with state.told():
            publication.stamp(actor, case.case_id, sealed.sequence, [url.strip()])
            state.flash("The timestamp is in the bundle.")
            st.rerun()
    if row.button("Create a request file", key=f"tsa-request-{sealed.sequence}"):
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
    if answer is not None and st.button("Attach the answer", key=f"tsa-attach-{sealed.sequence}"):
        with state.told():
            publication.attach_stamp(actor, case.case_id, sealed.sequence, answer.getvalue())
            state.flash("The answer is in the bundle.")
            st.rerun()


def _public(workbench: Workbench, case: CaseSummary, sealed: SealedView) -> None:
    markup.section(
        "Public bundle",
        "A separate bundle that withholds parts of this one and can be checked against it. What "
        "sources said, file names and facts embedded in files are withheld unless you release "
        "them here. Look at every photo before you publish: no program has checked what the "
        "photos show.",
    )
    exhibits = [one.exhibit_id for one in workbench.exhibits.listed(case.case_id, limit=1000)]
    number = sealed.sequence
    asked = f"public-asked-{number}"
    with st.form(f"public-{number}", border=False):
        may = may_be_released()
        released = st.multiselect(
            "Release what would otherwise be withheld",
            list(may),
            format_func=may.__getitem__,
            key=f"pd-{number}",
        )
        fields = st.multiselect(
            "Additional fields to withhold",
            list(FIELDS),
            format_func=FIELDS.__getitem__,
            key=f"pf-{number}",
        )
        left, right = st.columns(2)
        hidden = left.multiselect("Photos to withhold", exhibits, key=f"ph-{number}")
        blurred = right.multiselect("Photos to blur", exhibits, key=f"pb-{number}")
        copies = st.multiselect(
            "Show deliberately, although it is a copy of one of these", exhibits, key=f"pc-{number}"
        )
        words = st.text_area(
            "Words that must not appear anywhere, one per line", key=f"pw-{number}", height=80
        )
        reason = st.text_input("Reason (published with it)", key=f"pr-{number}")
        sent = st.form_submit_button("Create the public bundle", key=f"public-send-{number}")
    if sent:
        st.session_state[asked] = (
            Withholding(
                fields=tuple(FieldChoice(name=name) for name in fields),
                exhibits=tuple(hidden),
                blurred=tuple(name for name in blurred if name not in hidden),
                values=tuple(line.strip() for line in words.splitlines() if line.strip()),
                released=tuple(FieldChoice(name=name) for name in released if name not in fields),
                released_copies=tuple(copies),
                reasons=(reason.strip(),) if reason.strip() else (),
            ),
            (),
        )
        _publish(workbench, case, sealed, ())
    elif asked in st.session_state:
        _near(workbench, case, sealed)


def _publish(
    workbench: Workbench, case: CaseSummary, sealed: SealedView, answers: tuple[Answer, ...]
) -> None:
    """Create the requested edition; near hits are stored and shown, to be answered."""
    asked = f"public-asked-{sealed.sequence}"
    withholding, _hits = st.session_state[asked]
    withholding = replace(withholding, answers=(*withholding.answers, *answers))
    with state.told():
        try:
            workbench.publication.publish(
                state.require_user(), case.case_id, sealed.sequence, withholding
            )
        except AnswersMissing as error:
            st.session_state[asked] = (withholding, error.hits)
            st.rerun()
        del st.session_state[asked]
        hidden = (*withholding.exhibits, *withholding.blurred)
        same = [
            name
            for name in workbench.publication.shows_the_same(case.case_id, hidden)
            if name not in withholding.released_copies
        ]
        also = f" Also withheld or blurred, as the same picture: {', '.join(same)}." if same else ""
        state.flash(f"The public bundle is ready.{also} Look at its photos before you publish it.")
        st.rerun()


def _near(workbench: Workbench, case: CaseSummary, sealed: SealedView) -> None:
    """Near hits, each of which has to be answered before anything is written."""
    number = sealed.sequence
    withholding, hits = st.session_state[f"public-asked-{number}"]
    if not hits:
        return
    st.warning(
        f"Nothing was written yet. {len(hits)} text{' is' if len(hits) == 1 else 's are'} similar "
        "to what is withheld. Decide for each one."
    )
    with st.form(f"near-{number}", border=True):
        said = [
            st.radio(
                markup.plain(hit.sentence()),
                list(Verdict),
                index=None,
                format_func=_VERDICTS.__getitem__,
                horizontal=True,
                key=f"near-{number}-{len(withholding.answers)}-{place}",
            )
            for place, hit in enumerate(hits)
        ]
        row = st.container(horizontal=True, gap="small")
        go_on = row.form_submit_button("Publish with these answers", key=f"near-send-{number}")
        stop = row.form_submit_button("Do not publish", key=f"near-stop-{number}")
    if stop:
        del st.session_state[f"public-asked-{number}"]
        state.flash("Nothing was published.")
        st.rerun()
    if go_on and None in said:
        st.error("Each of them needs an answer.")
    elif go_on:
        _publish(
            workbench,
            case,
            sealed,
            tuple(
                Answer(words=hit.words, verdict=verdict)
                for hit, verdict in zip(hits, said, strict=True)
                if verdict is not None
            ),
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
