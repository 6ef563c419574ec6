"""Verify: check a bundle from anywhere, with keys that came separately."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ui import server, state, words
from ui.components import markup

if TYPE_CHECKING:
    from workbench.export.export import VerifyView
    from workbench.workbench import Workbench


def render(workbench: Workbench) -> None:
    """Choose a bundle and the trusted signers, and see every fault by name."""
    state.require_user()
    markup.head(
        "Verify a bundle",
        "Checks every hash, every signature and every entry in the log, and lists the faults it "
        "finds, not only the first.",
    )
    left, _, right = st.columns([1.1, 0.06, 1])
    with left:
        path, upload = _bundle()
    with right:
        signers = _signers()
        roots, sealed = _more()
    if st.button("Verify", type="primary", disabled=not (path or upload), key="verify_go"):
        st.session_state.pop("verify_result", None)
        with state.told(), st.spinner("Checking every file …"):
            st.session_state["verify_result"] = (
                _uploaded(workbench, upload.getvalue(), signers, roots, sealed)
                if upload is not None
                else workbench.exports.verify(
                    Path(path), allowed_signers_text=signers, tsa_roots=roots, sealed=sealed
                )
            )
    shown: VerifyView | None = st.session_state.get("verify_result")
    if shown is not None:
        _show(shown)


def _forget() -> None:
    """An answer belongs to the bundle it was given for."""
    st.session_state.pop("verify_result", None)


def _bundle() -> tuple[str, st.runtime.uploaded_file_manager.UploadedFile | None]:
    others = server.serves_others()
    markup.section(
        "The bundle",
        "A ZIP file." if others else "A ZIP file, or the folder's path on this computer.",
    )
    upload = st.file_uploader(
        "Bundle as ZIP",
        key="verify_upload",
        label_visibility="collapsed",
        on_change=_forget,
    )
    if others:  # visitors see no paths of the server, only the bundle that it offered
        path = str(st.session_state.get("verify_path", ""))
        if path:
            st.caption(f"Or the sealed bundle that was chosen: {markup.plain(Path(path).name)}")
        return path, upload
    path = st.text_input(
        "Or the path of a folder or ZIP on this computer", key="verify_path", on_change=_forget
    )
    return path.strip(), upload


def _signers() -> str | None:
    markup.section(
        "Whom to trust",
        "An allowed_signers file has to come from the administrator (custodian), and separately "
        "from the bundle.",
    )
    own = st.radio(
        "Trusted signers",
        ("own", "given"),
        format_func={
            "own": "The people in this store",
            "given": "A file that I was given",
        }.get,
        key="verify_trust",
        label_visibility="collapsed",
    )
    if own == "own":
        return None
    file = st.file_uploader("allowed_signers", key="verify_signers")
    return file.getvalue().decode("utf-8", errors="replace") if file else ""


def _more() -> tuple[bytes | None, Path | None]:
    with st.expander("Check a timestamp, or a public bundle against its sealed bundle"):
        file = st.file_uploader(
            "Root certificate of a timestamp authority (PEM)",
            key="verify_roots",
            on_change=_forget,
            help="Get it from the authority itself. Without it, nobody outside confirms the time.",
        )
        if server.serves_others():
            return file.getvalue() if file else None, None
        sealed = st.text_input(
            "Path of the sealed bundle that this public bundle must come from",
            key="verify_sealed",
            on_change=_forget,
        ).strip()
    return file.getvalue() if file else None, Path(sealed) if sealed else None


def _uploaded(
    workbench: Workbench,
    data: bytes,
    signers: str | None,
    roots: bytes | None,
    sealed: Path | None,
) -> VerifyView:
    with tempfile.TemporaryDirectory(prefix="nameplate-verify-") as folder:
        path = Path(folder) / "bundle.zip"
        path.write_bytes(data)
        return workbench.exports.verify(
            path, allowed_signers_text=signers, tsa_roots=roots, sealed=sealed
        )


def _show(result: VerifyView) -> None:
    st.space("small")
    if result.ok:
        markup.note(
            "This bundle is intact, and its signatures are valid for the keys trusted below.",
            "good",
        )
        listed = "".join(f"<li>{markup.safe(sentence)}</li>" for sentence in result.checked)
        st.html(f'<ul style="line-height:1.6;padding-left:1.2rem">{listed}</ul>')
        for remark in result.remarks:
            markup.note(remark, "caution")
    else:
        markup.note(
            f"Do not rely on this bundle: {words.count(len(result.faults), 'fault')}.",
            "stop",
        )
        markup.table(
            ("Fault", "Where", "What it means"),
            [
                (markup.mono(fault.code), markup.mono(fault.where), markup.safe(fault.message))
                for fault in result.faults
            ],
        )
    markup.facts((("Keys trusted", result.trust),))
