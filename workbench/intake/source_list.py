"""A source list: a table that gives, for each file of an upload, what its source claims.

One upload often holds finds from many accounts, places and days. A row of the list names a file and
gives its claims; the claims for the whole upload fill what a row leaves empty. A list is believed
no more than typed words: everything in it is a claim.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from catalog.errors import CatalogError
from catalog.importing.load import LoadLimits, table_rows
from catalog.types import RowIssue
from workbench.errors import BadRequest
from workbench.intake.claims import LIST_COLUMNS, check_claims
from workbench.rules.limits import MAX_NOTE
from workbench.types import Claims

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LIMITS = LoadLimits(max_bytes=20 * 1024 * 1024, max_rows=100_000, max_cell=MAX_NOTE)
"""Maximum size of a list; a larger one is refused."""

MOST_NAMED = 20
"""Rows without a file that are named one by one; a list may belong to another folder altogether."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceList:
    """The claims for each file that a list names; `issues` include errors that make it unusable."""

    rows: Mapping[str, tuple[int, Claims]]
    """By file name: the row (the header is row 1) and its claims."""
    issues: tuple[RowIssue, ...]

    @property
    def errors(self) -> tuple[RowIssue, ...]:
        """The issues that make the list unusable."""
        return tuple(issue for issue in self.issues if issue.severity == "error")

    def named(self, file: str) -> str | None:
        """The name under which the list has a file, or None.

        A file in a ZIP is named with the ZIP (`finds.zip/day 1/a.jpg`) or without it.
        """
        whole = _same(file)
        inside = whole.partition("/")[2]
        return next((name for name in (whole, inside) if name in self.rows), None)

    def claims_of(self, file: str, common: Claims) -> Claims:
        """The claims for a file: its row's words, and the common ones where the row is empty."""
        name = self.named(file)
        if name is None:
            return common
        own = {
            one.name: value
            for one in fields(Claims)
            if (value := getattr(self.rows[name][1], one.name))
        }
        return replace(common, **own)

    def unused(self, used: set[str]) -> tuple[str, ...]:
        """A sentence for each row whose file was not among those added; beyond a limit, a count."""
        left = [(row, name) for name, (row, _claims) in self.rows.items() if name not in used]
        said = [
            f"Row {row} of the source list names {name}, which was not among the files."
            for row, name in left[:MOST_NAMED]
        ]
        if len(left) > MOST_NAMED:
            said.append(f"The same is true of {len(left) - MOST_NAMED:,} more rows.")
        return tuple(said)


NO_LIST = SourceList(rows={}, issues=())


def read_source_list(data: bytes, *, name: str, sheet: str | None = None) -> SourceList:
    """Read a list, CSV (UTF-8) or XLSX as its content shows; every odd cell is an issue.

    Raises catalog.errors.ImportRefused or BadRequest if the file as a whole cannot be read,
    whatever is wrong with it.
    """
    try:
        return _read(data, name=name, sheet=sheet)
    except (CatalogError, BadRequest):
        raise
    except Exception as error:  # libraries that read hostile tables raise anything
        raise BadRequest(
            f"{name} cannot be read as a table ({type(error).__name__}). Save it again as CSV "
            "(UTF-8) or XLSX."
        ) from error


def _read(data: bytes, *, name: str, sheet: str | None) -> SourceList:
    if len(data) > LIMITS.max_bytes:
        raise BadRequest(
            f"{name} has {len(data):,} bytes; a source list may have at most {LIMITS.max_bytes:,}."
        )
    table = table_rows(data, name, sheet, LIMITS)
    header = [cell.strip() for cell in next(table, [])]
    places, issues = _places(header)
    rows: dict[str, tuple[int, Claims]] = {}
    if "file" in places:
        for number, cells in enumerate(table, start=2):
            if number > LIMITS.max_rows:
                raise BadRequest(f"{name} has more than {LIMITS.max_rows:,} rows; split it.")
            if any(cell.strip() for cell in cells):
                issues += _take(number, _values(cells, places), header, places, rows)
    return SourceList(rows=rows, issues=tuple(issues))


def _same(name: str) -> str:
    """A file name in one normal form: disks and tables encode the same letters differently."""
    return unicodedata.normalize("NFC", name.strip())


def _places(header: Sequence[str]) -> tuple[dict[str, int], list[RowIssue]]:
    """Which column holds what, and issues with the header."""
    known = {word: target for target, words in LIST_COLUMNS.items() for word in words}
    places: dict[str, int] = {}
    issues = []
    for place, cell in enumerate(header):
        target = known.get(cell.casefold().replace("_", " "))
        if target is None:
            said = f"the column {cell!r} is not used" if cell else f"column {place + 1} has no name"
            own = ", ".join(words[0] for words in LIST_COLUMNS.values())
            issues.append(_issue(1, cell, "", said, f"call it one of {own}", severity="warning"))
        elif target in places:
            issues.append(
                _issue(1, cell, "", f"two columns give the {LIST_COLUMNS[target][0]}", "remove one")
            )
        else:
            places[target] = place
    if "file" not in places:
        issues.append(
            _issue(1, "file", "", "no column gives the file names", "add a column called file")
        )
    return places, issues


def _values(cells: Sequence[str], places: Mapping[str, int]) -> dict[str, str]:
    return {
        target: cells[place].strip() if place < len(cells) else ""
        for target, place in places.items()
    }


def _take(
    row: int,
    values: dict[str, str],
    header: Sequence[str],
    places: Mapping[str, int],
    rows: dict[str, tuple[int, Claims]],
) -> Iterator[RowIssue]:
    """Add one row, or report why it cannot be used."""
    file = _same(values.pop("file"))
    column = header[places["file"]]
    if not file:
        yield _issue(row, column, "", "no file is named", "name the file, or remove the row")
        return
    if file in rows:
        said = f"row {rows[file][0]} names this file already"
        yield _issue(row, column, file, said, "keep one of the two rows")
        return
    for name, value in values.items():
        try:
            check_claims(replace(Claims(), **{name: value}))
        except BadRequest as problem:
            said, _, remedy = problem.diagnostics().rstrip(".").partition("; ")
            yield _issue(row, header[places[name]], value[:200], said, remedy)
    rows[file] = (row, Claims(**values))


def _issue(
    row: int, column: str, value: str, problem: str, remedy: str, *, severity: str = "error"
) -> RowIssue:
    return RowIssue(
        row=row,
        column=column,
        value=value,
        problem=problem,
        remedy=remedy,
        severity="warning" if severity == "warning" else "error",
    )
