"""What case file, tables and bundle contain of each exhibit and search, made in one walk.

Each reading and original is opened once, and everything that needs it is made then: pages, rows,
crops and files. The result is a value, from which report, tables and members are put together.
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
    """What was made from a case; exhibits in order of intake, searches in the order of the log."""

    exhibits: tuple[ReportExhibit, ...]
    searches: tuple[ReportSearch, ...]
    readings: tuple[Row, ...]
    """Rows of the table of readings."""
    judgements: tuple[Row, ...]
    """Rows of the table of decisions: people's judgements of fields."""
    decisions: tuple[Row, ...]
    """Rows of the same table: people's decisions on candidates."""
    engines: tuple[Engine, ...]
    """Every engine that read something, once, with the hash of its weights."""
    files: tuple[PayloadFile, ...]
    """Members of the bundle besides report and tables; each path once. Empty if not requested."""


def contents_of(
    state: CaseState,
    store: StoreState,
    images: Images,
    *,
    suffixes: Suffixes | None = None,
    without: Collection[str] = (),
) -> Contents:
    """Walk through a case once. Files are made only with `suffixes`, which give their extensions.

    Exhibits in `without` have no rows in the tables; the report states what it says about them.
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
            files.setdefault(file.path, file)  # a repost has the same bytes and path

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
    """Engines ordered by name, version and weights."""
    return tuple(sorted(engines, key=lambda one: (one.name, one.version, one.weights_sha256)))


def _engines(view: ExhibitView) -> Iterable[Engine]:
    return () if view.reading is None else (item.engine for item in view.reading.readings)
