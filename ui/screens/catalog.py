"""Catalog: snapshots of permits and deliveries, their import, and a free look-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.components import markup
from ui.components.leads import leads
from ui.components.side_by_side import side_by_side
from ui.components.waterfall import waterfall
from words import en
from workbench.report.numbers import ratio
from workbench.report.result import candidates_of, leads_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.delta_generator import DeltaGenerator

    from catalog.importing.load import LoadResult
    from catalog.importing.mapping import ColumnMapping, MappedColumn
    from catalog.snapshot.diff import SnapshotDiff
    from catalog.types import CoverageEntry
    from workbench.types import CatalogSummary
    from workbench.workbench import Workbench

MOST_ISSUES = 200
MOST_CHANGES = 100
COVERS = (
    ("maker", "Maker", "Leave empty for every maker"),
    ("issuer", "Issuer", "The authority; leave empty for every issuer"),
    ("first", "From", "A day, a month or a year: 2018, 2018-05, 2018-05-06"),
    ("last", "Until", "A day, a month or a year"),
)
COMPLETENESS = {
    "unknown": "not known",
    "partial": "some permits or units are missing",
    "complete": "every permit and unit of the above",
}
DATE_ORDERS = {
    "iso": "not set: such a date is an error",
    "dmy": "day first: 3 April",
    "mdy": "month first: 4 March",
}
SERIAL_CELLS = {
    "ask": "not set: such a cell is an error",
    "one": "one serial, written like this",
    "range": "a range: 1234 to 1240",
}


def render(workbench: Workbench) -> None:
    """Look-up, snapshots and import, each on its tab."""
    state.require_user()
    markup.head(
        "Catalog",
        "Permits and deliveries, as recorded. Each import creates a new, unchangeable snapshot; "
        "each result names the snapshot it was found in.",
    )
    look_up, snapshots, import_ = st.tabs(["Look up", "Snapshots", "Import"], key="catalog_tabs")
    with look_up:
        _look_up(workbench)
    with snapshots:
        _snapshots(workbench)
    with import_:
        _import(workbench)


def _look_up(workbench: Workbench) -> None:
    current = workbench.catalogs.current()
    if current is None:
        markup.empty("No catalog yet", "Import one on the Import tab.")
        return
    with st.form("look_up", border=False):
        one, two, three = st.columns(3)
        maker = one.text_input("Maker", key="look_maker")
        model = two.text_input("Model", key="look_model")
        serial = three.text_input(
            "Serial number", key="look_serial", help="? stands for any one character"
        )
        sent = st.form_submit_button("Look up", type="primary", key="look_go")
    if not sent:
        st.html(
            '<div class="np-muted">A look-up is not part of any case and decides nothing.</div>'
        )
        return
    with state.told():
        result = workbench.catalogs.lookup(serial, maker=maker, model=model)
        markup.note(result.explanation or "Looked up.")
        markup.facts((("Covers", result.coverage_note or current.coverage),))
        candidates = candidates_of(result)
        if len(candidates) > 1:
            side_by_side(candidates)
        for candidate in candidates:
            with st.expander(
                markup.plain(f"{candidate.title} – LR {ratio(candidate.likelihood_ratio)}"),
                expanded=len(candidates) == 1,
            ):
                st.html(
                    markup.chips(markup.chip(candidate.verdict, "accent"))
                    + f'<div class="np-lines">{markup.safe(candidate.explanation)}</div>'
                    f"<div>{markup.safe(_unsaid(candidate.fit, candidate.explanation))}</div>"
                )
                waterfall(candidate.features)
                markup.facts(candidate.records)
        leads(leads_of(result))


def _unsaid(sentence: str, said: str) -> str:
    """The sentence, unless it is part of what was said already."""
    return "" if sentence in said else sentence


def _snapshots(workbench: Workbench) -> None:
    catalogs = workbench.catalogs.all_catalogs()
    if not catalogs:
        markup.empty(
            "No snapshots yet",
            "Import your own, or create the demo case, which has an invented one.",
        )
    oldest = min(catalogs, key=lambda one: one.imported_at, default=None)
    for catalog in catalogs:
        _snapshot(workbench, catalog, first=catalog == oldest)


def _snapshot(workbench: Workbench, catalog: CatalogSummary, *, first: bool) -> None:
    with st.container(border=True, key=f"card-catalog-{catalog.sha256[:12]}"):
        left, right = st.columns([4, 1], vertical_alignment="center")
        with left:
            markup.section(catalog.name)
            st.html(
                markup.chips(
                    markup.chip("SYNTHETIC", "caution") if catalog.synthetic else "",
                    markup.chip("in use", "good") if catalog.current else "",
                    markup.chip(words.count(catalog.serials, "serial")),
                    markup.chip(words.count(catalog.permits, "permit")),
                    markup.chip(f"{words.count(catalog.rows_left_out, 'row')} left out", "caution")
                    if catalog.rows_left_out
                    else "",
                )
            )
        seen = state.bound(f"use-{catalog.sha256}", catalog.seen)
        if not catalog.current and right.button(
            "Use this snapshot", key=f"use-{catalog.sha256[:12]}"
        ):
            with state.told():
                workbench.catalogs.choose(state.require_user(), catalog.sha256, seen=seen)
                st.rerun()
        markup.facts(
            (
                ("Covers", catalog.coverage),
                *((("Left out", catalog.left_out),) if catalog.left_out else ()),
                ("Imported", f"{words.when(catalog.imported_at)} by {catalog.imported_by}"),
                ("SHA-256", catalog.sha256),
            ),
            mono=("SHA-256",),
        )
        if not first and st.button(
            "What changed since the previous import", key=f"changes-{catalog.sha256[:12]}"
        ):
            with state.told():
                _changes(workbench.catalogs.changes(catalog.sha256))


def _changes(changes: SnapshotDiff) -> None:
    """How many of each kind changed, and the first of the units and permits among them."""
    said = map(en.text, changes.sentences())
    st.html("".join(f"<div>{markup.safe(sentence)}</div>" for sentence in said))
    records = (*changes.permits_changed, *changes.makers_changed)
    rows = [
        *((name, "permit", "", "added") for name in changes.permits_added),
        *((name, "permit", "removed", "") for name in changes.permits_removed),
        *((one.record_id, at.path, at.before, at.after) for one in records for at in one.fields),
        *((unit.key, "unit", unit.before, unit.after) for unit in changes.units),
        *(("coverage", at.path, at.before, at.after) for at in changes.coverage),
    ]
    if rows:
        markup.table(
            ("Record", "What", "Before", "Now"),
            [tuple(markup.safe(text) for text in row) for row in rows[:MOST_CHANGES]],
        )
    if len(rows) > MOST_CHANGES:
        st.html(f'<div class="np-muted">… and {len(rows) - MOST_CHANGES:,} more.</div>')


def _import(workbench: Workbench) -> None:
    generation = st.session_state.setdefault("catalog_generation", 0)
    markup.section(
        "A file of permits and deliveries", "CSV, XLSX or JSON. You see a preview first."
    )
    if state.lacks_role("catalog.imported"):
        return
    file = st.file_uploader("File", key=f"catalog_file_{generation}", label_visibility="collapsed")
    if file is None:
        return
    with state.told():
        data = file.getvalue()
        key = f"{generation}-{file.file_id}"
        sheet = _sheet(workbench, data, file.name, key=key)
        mapping = _mapping(workbench, data, file.name, sheet, key=f"{key}-{sheet}")
        result = _looked_over(workbench, data, file.name, mapping, sheet, key=file.file_id)
        _preview(workbench, result)
        coverage = _coverage(workbench, generation)
        synthetic = st.checkbox("The records are invented", key=f"catalog_synthetic_{generation}")
        partial = False
        errors = sum(issue.severity == "error" for issue in result.issues)
        if errors:
            partial = st.checkbox(
                f"Import the {result.rows_accepted:,} usable of {result.rows_read:,} rows and "
                "leave out the others",
                key=f"catalog_partial_{generation}",
            )
        ready = coverage is not None and result.rows_accepted > 0 and (partial or not errors)
        if st.button(
            "Import as a new snapshot", type="primary", disabled=not ready, key="catalog_go"
        ):
            summary = workbench.catalogs.import_(
                state.require_user(),
                data,
                name=file.name,
                mapping=mapping,
                sheet=sheet,
                coverage=coverage or "",
                synthetic=synthetic,
                accept_partial=partial,
            )
            st.session_state["catalog_generation"] += 1
            st.session_state.pop("catalog_looked_over", None)
            state.flash(f"{summary.name} is imported: {words.count(summary.serials, 'serial')}.")
            st.rerun()


def _looked_over(
    workbench: Workbench,
    data: bytes,
    name: str,
    mapping: ColumnMapping,
    sheet: str | None,
    *,
    key: str,
) -> LoadResult:
    """What an import would accept; read again only for another file, sheet or mapping."""
    asked = (key, sheet, mapping)
    kept = st.session_state.get("catalog_looked_over")
    if kept is None or kept[0] != asked:
        kept = (asked, workbench.catalogs.preview(data, name=name, mapping=mapping, sheet=sheet))
        st.session_state["catalog_looked_over"] = kept
    result: LoadResult = kept[1]
    return result


def _coverage(workbench: Workbench, generation: int) -> str | tuple[CoverageEntry, ...] | None:
    """The stated coverage of the file: a sentence, and values where known; None if not stated.

    Raises BadRequest for an invalid date.
    """
    note = st.text_area(
        "What this catalog covers (maker, years, issuer), and what it does not",
        key=f"catalog_coverage_{generation}",
        height=80,
    )
    with st.expander("Fill in coverage as fields (one maker or issuer)"):
        places = st.columns(2)
        given = {
            name: places[at % 2].text_input(label, key=f"catalog_{name}_{generation}", help=hint)
            for at, (name, label, hint) in enumerate(COVERS)
        }
        known = st.selectbox(
            "How complete it is",
            list(COMPLETENESS),
            format_func=COMPLETENESS.__getitem__,
            key=f"catalog_completeness_{generation}",
        )
    if any(value.strip() for value in given.values()) or known != "unknown":
        return (workbench.catalogs.covers(**given, completeness=known, note=note),)
    return note if note.strip() else None


def _sheet(workbench: Workbench, data: bytes, name: str, *, key: str) -> str | None:
    """Which sheet of a spreadsheet holds the table; None where there is nothing to choose."""
    sheets = workbench.catalogs.sheets(data, name)
    if len(sheets) < 2:
        return None
    chosen: str = st.selectbox("Sheet with the table", sheets, key=f"sheet-{key}")
    return chosen


def _mapping(
    workbench: Workbench, data: bytes, name: str, sheet: str | None, *, key: str
) -> ColumnMapping:
    """What each column holds: guessed, with reasons; the person can change it."""
    guessed = workbench.catalogs.guess(data, name, sheet=sheet)
    reasons = {column.header: column for column in guessed.columns}
    missing = "; ".join(" or ".join(group) for group in guessed.missing())
    if missing:
        markup.note(f"No column was recognised for: {missing}. Choose it below.", "caution")
    headers = workbench.catalogs.header(data, name, sheet=sheet)
    chosen: dict[str, str] = {}
    with st.expander("What each column holds", expanded=bool(missing)):
        for start in range(0, len(headers), 3):
            for place, header in zip(st.columns(3), headers[start : start + 3], strict=False):
                found = reasons.get(header)
                target = _target(workbench, place, header, found, key=f"map-{key}-{header}")
                if target:
                    chosen[header] = target
        order = st.selectbox(
            "What 03/04/2020 means",
            list(DATE_ORDERS),
            index=list(DATE_ORDERS).index(guessed.date_order),
            format_func=DATE_ORDERS.__getitem__,
            key=f"map-{key}-date-order",
        )
        cells = st.selectbox(
            "What 1234-40 means in a serial cell",
            list(SERIAL_CELLS),
            index=list(SERIAL_CELLS).index(guessed.serial_cells),
            format_func=SERIAL_CELLS.__getitem__,
            key=f"map-{key}-serial-cells",
        )
    return type(guessed).from_json(
        {
            "columns": [
                {"header": header, "target": target, "reason": _reason(reasons, header, target)}
                for header, target in chosen.items()
            ],
            "ignored": [header for header in headers if header and header not in chosen],
            "date_order": order,
            "serial_cells": cells,
        }
    )


def _target(
    workbench: Workbench,
    place: DeltaGenerator,
    header: str,
    found: MappedColumn | None,
    *,
    key: str,
) -> str | None:
    targets = workbench.catalogs.targets()
    names = ["", *targets]
    said = place.selectbox(
        markup.plain(header or "(no name)"),
        names,
        index=names.index(found.target) if found else 0,
        format_func=lambda target: target.replace("_", " ") if target else "(left out)",
        help=f"{found.reason}; {targets[found.target]}" if found else None,
        key=key,
    )
    return said or None


def _reason(reasons: Mapping[str, MappedColumn], header: str, target: str) -> str:
    found = reasons.get(header)
    return found.reason if found and found.target == target else "a person chose it"


def _preview(workbench: Workbench, result: LoadResult) -> None:
    errors = [issue for issue in result.issues if issue.severity == "error"]
    markup.steps(
        (
            (f"{result.rows_read:,}", "rows read", False),
            (f"{result.rows_accepted:,}", "rows that can be used", False),
            (f"{len(errors):,}", "errors", bool(errors)),
            (f"{len(result.issues) - len(errors):,}", "warnings", False),
        )
    )
    found = workbench.catalogs.found(result)
    names = {maker.maker_id: maker.canonical for maker in result.records.makers}
    if found:
        markup.section("What the usable rows contain")
        markup.table(
            ("Maker", "Issuer", "From", "Until", "Permits", "Units with a serial"),
            [
                (
                    markup.safe(names.get(extent.maker_id, extent.maker_id)),
                    markup.safe(extent.issuer),
                    markup.safe(str(extent.first)),
                    markup.safe(str(extent.last)),
                    f"{extent.permits:,}",
                    f"{extent.units:,}",
                )
                for extent in found[:MOST_ISSUES]
            ],
            numeric=(4, 5),
        )
    if result.issues:
        shown = sorted(result.issues, key=lambda issue: issue.severity != "error")[:MOST_ISSUES]
        markup.section("Problems")
        markup.table(
            ("Row", "", "Column", "Value", "Problem", "What to do"),
            [
                (
                    f"{issue.row:,}",
                    markup.chip(issue.severity, "stop" if issue.severity == "error" else "caution"),
                    f'<span style="white-space:nowrap">{markup.safe(issue.column)}</span>',
                    markup.mono(issue.value),
                    markup.safe(issue.problem),
                    markup.safe(issue.remedy),
                )
                for issue in shown
            ],
            numeric=(0,),
        )
        if len(result.issues) > len(shown):
            st.html(f'<div class="np-muted">… and {len(result.issues) - len(shown):,} more.</div>')
