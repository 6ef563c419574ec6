"""Export: seal the case in a signed bundle, and hand over what is needed to check it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.components import markup
from ui.screens import after_sealing
from workbench.report.texts import NOT_PROVED_ENGLISH
from workbench.rules.blindness import TELLING

if TYPE_CHECKING:
    from workbench.types import CaseSummary, SealedView
    from workbench.workbench import Workbench

ROWS = 50
_PDF = "data/report.pdf"
"""Path of the case file in a bundle."""


def render(workbench: Workbench) -> None:
    """Seal, download, sign, and the chain of custody."""
    state.require_user()
    case = state.require_case(workbench)
    markup.head(
        "Export",
        "A signed bundle contains the originals, the readings, every judgement and dissent, the "
        "candidates as shown, and the whole log. It can be checked without this program.",
        eyebrow=case.title,
    )
    left, _, right = st.columns([1.25, 0.06, 1])
    with left:
        _seal(workbench, case)
        for sealed in workbench.exports.sealed(case.case_id):
            _bundle(workbench, case, sealed)
    with right:
        _how_to_check()
        st.space("small")
        markup.section("What a bundle does not prove")
        listed = "".join(f"<li>{markup.safe(sentence)}</li>" for sentence in NOT_PROVED_ENGLISH)
        st.html(f'<ul class="np-small" style="padding-left:1.1rem;line-height:1.5">{listed}</ul>')
    st.space("small")
    _custody(workbench, case)


def _seal(workbench: Workbench, case: CaseSummary) -> None:
    markup.section(
        "Seal a bundle",
        "A bundle covers the case up to its last entry and does not change. Later entries need a "
        "new bundle.",
    )
    unanswered = sum(not one.answers for one in workbench.tracing.traces(case.case_id))
    open_ends = [
        text
        for number, text in (
            (case.waiting, f"{words.count(case.waiting, 'exhibit is', 'exhibits are')} not read"),
            (
                case.to_review,
                f"{words.count(case.to_review, 'exhibit has', 'exhibits have')} unjudged readings",
            ),
            (
                unanswered,
                f"{words.count(unanswered, 'trace request is', 'trace requests are')} not answered",
            ),
        )
        if number
    ]
    if open_ends:
        markup.note(f"Still open: {'; '.join(open_ends)}. The bundle will say so.", "caution")
    if not case.exhibits:
        markup.empty(
            "Nothing to seal yet", "A bundle needs at least one exhibit. Add photos or clips first."
        )
        return
    if state.lacks_role("bundle.sealed"):
        return
    if st.button("Seal a bundle now", type="primary", key="seal"):
        bar = st.progress(0.0, text="Sealing …")

        def on_step(what: str, done: int, total: int) -> None:
            bar.progress(done / max(total, 1), text=markup.plain(f"{what} …" if what else "Done"))

        with state.told():
            workbench.exports.seal(state.require_user(), case.case_id, on_step=on_step)
            state.flash("The bundle is sealed.")
            st.rerun()
        bar.empty()


def _bundle(workbench: Workbench, case: CaseSummary, sealed: SealedView) -> None:
    with st.container(border=True, key=f"card-bundle-{sealed.sequence}"):
        names = {p.person_id: p.name for p in workbench.people.everyone()}
        unsigned = workbench.exports.unsigned(case.case_id, sealed.sequence)
        markup.section(f"Bundle up to entry {sealed.entries:,}")
        missing = ", ".join(names.get(person, person) for person in unsigned)
        st.html(
            markup.chips(
                markup.chip(f"signature missing: {missing}", "caution")
                if unsigned
                else markup.chip("signed by everyone required", "good")
            )
        )
        markup.facts(
            (
                ("Sealed", f"{words.when(sealed.at)} by {sealed.by}"),
                ("Folder", sealed.folder),
                ("Tag manifest", sealed.tagmanifest_sha256),
            ),
            mono=("Folder", "Tag manifest"),
        )
        row = st.container(horizontal=True, gap="small")
        path = workbench.exports.zip_bytes_path(case.case_id, sealed.sequence)
        row.download_button(
            "Download ZIP",
            path.read_bytes,
            file_name=path.name,
            mime="application/zip",
            type="primary",
            key=f"zip-{sealed.sequence}",
            on_click="ignore",
        )
        row.download_button(
            "Download case file (PDF)",
            (workbench.exports.folder_path(case.case_id, sealed.sequence) / _PDF).read_bytes,
            file_name=f"{sealed.folder}.pdf",
            mime="application/pdf",
            key=f"pdf-{sealed.sequence}",
            on_click="ignore",
            help="The report in the bundle, as a PDF.",
        )
        if row.button("Verify this bundle", key=f"verify-{sealed.sequence}"):
            st.session_state["verify_path"] = str(
                workbench.exports.folder_path(case.case_id, sealed.sequence)
            )
            state.go("verify")
        actor = state.require_user()
        if actor.person_id in unsigned and row.button(
            "Sign this bundle", key=f"sign-{sealed.sequence}"
        ):
            with state.told():
                workbench.exports.sign(actor, case.case_id, sealed.sequence)
                state.flash("Signed.")
                st.rerun()
        after_sealing.render(workbench, case, sealed)


def _how_to_check() -> None:
    markup.section(
        "How a third party can check it",
        "On any computer, with standard tools. VERIFY.txt in the bundle lists every command.",
    )
    st.code(
        "sha256sum --strict -c manifest-sha256.txt\n"
        "sha256sum --strict -c tagmanifest-sha256.txt\n"
        "find data -type f | sort | diff - <(cut -c67- manifest-sha256.txt | sort)\n"
        "ssh-keygen -Y verify …   # as VERIFY.txt says",
        language=None,
        wrap_lines=True,
    )
    st.html(
        "<div class='np-small'>Or with this program, which names each fault it finds: "
        "<span class='np-mono'>python -m evidence_store verify BUNDLE --allowed-signers FILE"
        "</span>. "
        "They must get the allowed_signers file (see People and keys) separately from the "
        "bundle.</div>"
    )


def _custody(workbench: Workbench, case: CaseSummary) -> None:
    markup.section("Chain of custody", "Every entry in this case's log, oldest first.")
    offset = st.session_state.setdefault("custody_offset", 0)
    rows = workbench.cases.ledger_rows(case.case_id, offset=offset, limit=ROWS)
    if not rows and offset:
        offset = st.session_state["custody_offset"] = 0
        rows = workbench.cases.ledger_rows(case.case_id, offset=0, limit=ROWS)
    blind = state.is_blind(case.case_id)
    if not blind and any(row.kind in TELLING for row in rows):
        state.saw(case.case_id, state.EVERY_EXHIBIT)
    markup.table(
        ("No.", "When (UTC)", "Who", "What", "Leaf hash"),
        [
            (
                f"{row.sequence:,}",
                row.at.strftime("%Y-%m-%d %H:%M:%S"),
                markup.safe(row.actor),
                markup.safe(
                    "Hidden while you transcribe blind."
                    if blind and row.kind in TELLING
                    else row.summary
                ),
                (
                    f'<span class="np-mono np-small" title="{markup.safe(row.leaf_hash)}">'
                    f"{markup.safe(row.leaf_hash[:12])}…</span>"
                ),
            )
            for row in rows
        ],
        numeric=(0,),
    )
    turn = st.container(horizontal=True, gap="small")
    if offset and turn.button("Earlier entries", key="custody_back"):
        st.session_state["custody_offset"] = max(0, offset - ROWS)
        st.rerun()
    if len(rows) == ROWS and turn.button("Later entries", key="custody_on"):
        st.session_state["custody_offset"] = offset + ROWS
        st.rerun()
