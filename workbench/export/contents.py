"""What a case file, its tables and its bundle say of each exhibit and search, made in one walk.

A reading and an original are opened once, and with them everything is made that needs them: pages,
rows, crops and files. What is made is a value; report, tables and members are put together of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.export.payload import exhibit_files, search_file, trace_files
from workbench.export.tabulate import decision_rows, reading_rows, review_rows
from workbench.report.case_pages import report_exhibit, report_search

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from evidence_store.bundle.layout import PayloadFile
    from evidence_store.bundle.tables import Row
    from vision.types import Engine
    from workbench.cases.images import Images
    from workbench.export.payload import Suffixes
    from workbench.report.types import ReportExhibit, ReportSearch
    from workbench.state import CaseState, StoreState
    from workbench.types import ExhibitView


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What was made of a case; exhibits in the order of intake, searches in that of the log."""

    exhibits: tuple[ReportExhibit, ...]
    searches: tuple[ReportSearch, ...]
    readings: tuple[Row, ...]
    """Rows of the table of readings."""
    judgements: tuple[Row, ...]
    """Rows of the table of decisions: what people said of fields."""
    decisions: tuple[Row, ...]
    """Rows of the same table: what they decided on candidates."""
    engines: tuple[Engine, ...]
    """Every reader that read something, once, with the hash of its weights."""
    files: tuple[PayloadFile, ...]
    """Members of the bundle beside report and tables; each path once. Empty if not asked for."""


def contents_of(
    state: CaseState,
    store: StoreState,
    images: Images,
    *,
    suffixes: Suffixes | None = None,
    without: Collection[str] = (),
) -> Contents:
    """Walk through a case once. Files are made where `suffixes` says how they end.

    Exhibits in `without` have no rows in tables; the report says of them what it says.
    """
    exhibits: list[ReportExhibit] = []
    searches: list[ReportSearch] = []
    readings: list[Row] = []
    judgements: list[Row] = []
    decisions: list[Row] = []
    engines: set[Engine] = set()
    files: dict[str, PayloadFile] = {}

    def add(made: Iterable[PayloadFile]) -> None:
        for file in made:
            files.setdefault(file.path, file)  # a repost has the same bytes, and so the same path

    for view in state.walk():
        record = state.record(view.summary.exhibit_id)
        exhibits.append(report_exhibit(view, record.size, images))
        engines.update(_engines(view))
        if record.exhibit_id not in without:
            readings += reading_rows(view)
            judgements += review_rows(view)
        if suffixes is not None:
            add(exhibit_files(view, record, images, suffixes))
    for asked, search in zip(state.asked, state.searches(), strict=True):
        searches.append(report_search(search, store.catalog(search.snapshot_sha256)))
        decisions += decision_rows(search)
        if suffixes is not None:
            add([search_file(asked, state.searched(asked))])
    if suffixes is not None:
        add(trace_files(state.traces, suffixes))
    return Contents(
        exhibits=tuple(exhibits),
        searches=tuple(searches),
        readings=tuple(readings),
        judgements=tuple(judgements),
        decisions=tuple(decisions),
        engines=_in_order(engines),
        files=tuple(files.values()),
    )


def _in_order(engines: Iterable[Engine]) -> tuple[Engine, ...]:
    """Readers by name, version and weights."""
    return tuple(sorted(engines, key=lambda one: (one.name, one.version, one.weights_sha256)))


def _engines(view: ExhibitView) -> Iterable[Engine]:
    return () if view.reading is None else (item.engine for item in view.reading.readings)
