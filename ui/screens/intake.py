"""Intake: material is added with what its source says, and every file gets an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.components import markup
from workbench.intake.claims import LIST_COLUMNS
from workbench.intake.intake import together
from workbench.intake.material import Promised
from workbench.intake.source_list import NO_LIST, SourceList, read_source_list
from workbench.types import Claims, IntakeReport, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from catalog.types import RowIssue
    from ui import theme
    from workbench.workbench import Workbench

SUFFIXES = frozenset(
    {"jpg", "jpeg", "png", "webp", "tif", "tiff", "heic", "heif", "avif", "bmp", "gif"}
    | {"zip", "mp4", "mov", "m4v", "mkv", "webm", "avi"}
)
"""Names that look like photos, clips and archives; only a hint, the bytes decide."""
SHOWN = 20
"""Issues of a source list that are listed one by one."""
SHOWN_REFUSALS = 50
"""Files not added that are listed, the latest first."""


def render(workbench: Workbench) -> None:
    """The upload, the claims, and the answer to the last upload."""
    state.require_user()
    case = state.require_case(workbench)
    markup.head(
        "Intake",
        "Files are hashed and stored byte for byte before anything opens them. What their source "
        "says is recorded as a claim, separately from what the file says about itself.",
        eyebrow=case.title,
    )
    if state.lacks_role("exhibit.taken_in"):
        return
    reports = st.session_state.get(f"intake_reports_{case.case_id}")
    if reports and not st.session_state.get("intake_go"):
        _show_report(together(reports))
    left, _, right = st.columns([1.15, 0.06, 1])
    generation = st.session_state.setdefault("intake_generation", 0)
    with left:
        markup.section("Files", "Photos, clips or a ZIP of photos, one or many at a time.")
        files = st.file_uploader(
            "Files",
            accept_multiple_files=True,
            key=f"intake_files_{generation}",
            label_visibility="collapsed",
        )
        _unlikely(files)
        go = st.container()
    with right:
        claims = _claims(generation)
        sources = _sources(generation)
    if go.button(
        f"Add {words.count(len(files), 'file')}" if files else "Add files",
        type="primary",
        disabled=not files or sources is None,
        key="intake_go",
    ):
        _take_in(workbench, case.case_id, files, claims, sources or NO_LIST)
    if st.toggle("Show every file that was not added to this case", key="intake_refused"):
        _refused_so_far(workbench.intake.refusals(case.case_id))


def _unlikely(files: Sequence[UploadedFile]) -> None:
    odd = [file.name for file in files if file.name.rpartition(".")[2].lower() not in SUFFIXES]
    if odd:
        markup.note(
            "These names do not look like photos, clips or ZIP files. The contents decide, and you "
            "get an answer for each file: " + ", ".join(odd[:5]),
            "caution",
        )


def _claims(generation: int) -> Claims:
    markup.section(
        "What the source says", "Nothing here is checked. Leave blank what you do not know."
    )
    url = st.text_input(
        "Source address (URL)", key=f"claim_url_{generation}", placeholder="https://…"
    )
    account = st.text_input("Source account or person", key=f"claim_account_{generation}")
    one, two = st.columns(2)
    obtained = one.text_input(
        "Obtained on", key=f"claim_obtained_{generation}", placeholder="2020-10-19"
    )
    date = two.text_input(
        "Date taken, as claimed",
        key=f"claim_date_{generation}",
        placeholder="2020-10 or 2020-10-19",
    )
    place = st.text_input("Place taken, as claimed", key=f"claim_place_{generation}")
    note = st.text_area("Note", key=f"claim_note_{generation}", height=80)
    return Claims(
        source_url=url,
        source_account=account,
        obtained_at=obtained,
        claimed_place=place,
        claimed_date=date,
        note=note,
    )


def _sources(generation: int) -> SourceList | None:
    """The source list, if there is one; None for one that cannot be used."""
    with st.expander("Different sources? Add a list (CSV, Excel)", icon=":material/table_view:"):
        st.html(
            '<div class="np-muted np-small">A CSV or Excel file (XLSX) with a row for each such '
            "file. Empty cells are filled from the fields above. Columns: "
            f"<b>{markup.safe(', '.join(names[0] for names in LIST_COLUMNS.values()))}</b>.</div>"
        )
        table = st.file_uploader("Source list", key=f"intake_sources_{generation}")
        if table is None:
            return NO_LIST
        with state.told():
            found = read_source_list(table.getvalue(), name=table.name)
            _show_list(found)
            return None if found.errors else found
    return None


def _show_list(found: SourceList) -> None:
    _issues(found.errors, "The list cannot be used until these are fixed:", "stop")
    odd = [one for one in found.issues if one.severity != "error"]
    _issues(odd, "Ignored in the list:", "caution")
    if not found.errors:
        markup.note(f"Claims listed for {words.count(len(found.rows), 'file')}.", "good")


def _issues(issues: Sequence[RowIssue], sentence: str, tone: theme.Tone) -> None:
    if issues:
        points = [f"row {one.row}, {one.column}: {one.sentence}" for one in issues[:SHOWN]]
        more = [f"and {len(issues) - SHOWN:,} more"] if len(issues) > SHOWN else []
        markup.note(sentence, tone, points=[*points, *more])


def _take_in(
    workbench: Workbench,
    case_id: str,
    files: Sequence[UploadedFile],
    claims: Claims,
    sources: SourceList,
) -> None:
    """Add file by file; any press meanwhile stops it between two photos.

    Each report goes into a list that the session holds already, since any call to Streamlit may
    end the run.
    """
    reports = [IntakeReport(total=len(files))]
    st.session_state[f"intake_reports_{case_id}"] = reports
    bar = st.progress(0.0, text="Hashing, storing and comparing …")
    st.button("Stop after this photo", key="intake_stop")
    with state.told():
        for report in workbench.intake.taking_in(
            state.require_user(),
            case_id,
            (Promised(name=file.name, fetch=file.getvalue) for file in files),
            claims,
            total=len(files),
            sources=sources,
        ):
            reports.append(report)
            bar.progress(
                report.done / report.total,
                text=markup.plain(f"{report.done} of {report.total} done: {report.name}"),
            )
        st.session_state["intake_generation"] += 1
        st.rerun()
    bar.empty()
    if len(reports) == 1:
        del st.session_state[f"intake_reports_{case_id}"]


def _show_report(report: IntakeReport) -> None:
    taken = words.count(len(report.accepted), "exhibit")
    with st.container(border=True, key="card-report"):
        markup.section("Last upload")
        if report.stopped:
            markup.note(report.stopped, "caution")
        if report.accepted:
            markup.note(f"{taken} added: {_named(report.accepted)}.", "good")
        if report.known:
            markup.note(
                f"{words.count(len(report.known), 'file')} skipped: already in this case, with "
                f"the same name and claims ({_named(report.known)}).",
                "accent",
            )
        if report.copies:
            markup.note(
                "Proposed as copies of exhibits already in the case. They add no evidence unless a "
                "person splits them, and are read last:",
                "accent",
                points=[f"{new} as a copy of {old}" for new, old in report.copies],
            )
        if report.refused:
            markup.note(
                f"{words.count(len(report.refused), 'file')} not added; the others are unaffected:",
                "stop",
                points=[refusal.reason for refusal in report.refused],
            )
        if report.problems:
            markup.note(
                "Not everything worked; the rest was added:",
                "caution",
                points=report.problems,
            )
        row = st.container(horizontal=True, gap="small")
        if report.accepted and row.button("Start reading", type="primary", key="intake_read"):
            state.go("reading")
        if report.accepted and row.button("See the exhibits", key="intake_see"):
            state.go("exhibits")


def _refused_so_far(refusals: Sequence[Refusal]) -> None:
    """Every file that could not be added to this case, as its log has it."""
    if not refusals:
        markup.note("Every file submitted to this case was added.", "good")
        return
    markup.table(
        ("File", "Bytes", "SHA-256", "Why"),
        [
            (
                markup.safe(one.name),
                "unknown" if one.size is None else f"{one.size:,}",
                markup.mono(one.sha256 or "not computed"),
                markup.safe(one.reason),
            )
            for one in refusals[:SHOWN_REFUSALS]
        ],
    )
    if len(refusals) > SHOWN_REFUSALS:
        st.caption(f"The latest {SHOWN_REFUSALS} of {len(refusals):,}; the log has them all.")


def _named(exhibits: Sequence[str]) -> str:
    first, last = exhibits[0], exhibits[-1]
    return first if first == last else f"{first} to {last}"
