"""Load catalog files from untrusted sources: strict, limited, every problem reported."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from catalog.errors import ImportRefused
from catalog.importing.load_json import flat_rows, is_json, load_records, read_json
from catalog.importing.load_xlsx import inert_parts, is_xlsx, sheet_names, xlsx_rows
from catalog.importing.mapping import ColumnMapping, MappedColumn, guess_columns
from catalog.importing.rows import LoadResult, RecordBuilder
from catalog.types import RowIssue
from values.rule import Declared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "ColumnMapping",
    "LoadLimits",
    "LoadResult",
    "MappedColumn",
    "guess_mapping",
    "header_of",
    "load",
    "load_csv",
    "load_rows",
    "sheet_names",
    "table_rows",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadLimits:
    """Resource limits for one file; a larger file is refused."""

    max_bytes: int = 512 * 1024 * 1024
    max_rows: int = 2_000_000
    max_columns: int = 200
    max_cell: int = 8_192
    """Characters of one cell."""


LIMITS: Final = LoadLimits()
"""Resource limits for a catalog file: bytes, rows, columns, characters of a cell."""

RULES: Final = Declared(
    "catalog-file",
    test="tests/unit/catalog/importing/test_load.py",
    source="assumed",
    units={
        "LIMITS": "bytes, rows, columns, characters",
    },
)
_DELIMITERS: Final = (",", ";", "\t", "|")


def load_csv(
    data: bytes, *, name: str, mapping: ColumnMapping | None = None, limits: LoadLimits = LIMITS
) -> LoadResult:
    """Load a CSV file (UTF-8) with a mapping, or with a guessed one.

    Returns the records of all valid rows and an issue for each bad cell. Raises ImportRefused if
    the file as a whole cannot be read: too large, another encoding, no header.
    """
    rows = _csv_rows(data, name, limits)
    header = next(rows, [])
    return load_rows(header, rows, name=name, mapping=mapping, limits=limits)


def load(
    data: bytes,
    *,
    name: str,
    mapping: ColumnMapping | None = None,
    sheet: str | None = None,
    limits: LoadLimits = LIMITS,
) -> LoadResult:
    """Load a catalog file: CSV, XLSX or JSON, detected by content and not by name.

    `sheet` names the sheet of a spreadsheet (the first if None). Raises ImportRefused if the file
    as a whole cannot be read; everything else is an issue of the result.
    """
    _check_bytes(data, name, limits)
    if is_json(data):
        value = read_json(data, name=name)
        if isinstance(value, dict):
            return load_records(value, name=name)
        rows: Iterator[Sequence[str]] = flat_rows(value, name=name)
    else:
        rows = table_rows(data, name, sheet, limits)
    header = next(rows, [])
    result = load_rows(header, rows, name=name, mapping=mapping, limits=limits)
    return _with_remarks(result, data, name, sheet) if is_xlsx(data) else result


def header_of(
    data: bytes, *, name: str, sheet: str | None = None, limits: LoadLimits = LIMITS
) -> tuple[str, ...]:
    """Return the column names of a file; () for records in the catalog's own form.

    Raises ImportRefused as `load` does.
    """
    _check_bytes(data, name, limits)
    if is_json(data):
        value = read_json(data, name=name)
        return () if isinstance(value, dict) else tuple(next(flat_rows(value, name=name)))
    return tuple(cell.strip() for cell in next(table_rows(data, name, sheet, limits), []))


def table_rows(
    data: bytes, name: str, sheet: str | None, limits: LoadLimits = LIMITS
) -> Iterator[Sequence[str]]:
    """Yield the rows of a CSV file or of a spreadsheet's sheet, including the header.

    Raises ImportRefused if the file is neither, too large or broken, with the row number.
    """
    if is_xlsx(data):
        return xlsx_rows(data, name=name, sheet=sheet)
    if data.startswith((b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"%PDF")):
        raise ImportRefused(
            f"{name} is not a CSV, XLSX or JSON file.",
            remedy="Open it in the program that made it and export the table as CSV UTF-8.",
        )
    return _csv_rows(data, name, limits)


def _with_remarks(result: LoadResult, data: bytes, name: str, sheet: str | None) -> LoadResult:
    """Add what was ignored in a spreadsheet, so that nothing is left out silently."""
    remarks = [
        f"the spreadsheet also contains {words}, which were not read" for words in inert_parts(data)
    ]
    others = [other for other in sheet_names(data, name=name) if other != sheet]
    others = others if sheet else others[1:]
    if others:
        remarks.append(f"other sheets were not read: {', '.join(others)}")
    issues = tuple(
        RowIssue(
            row=1,
            column="",
            value="",
            problem=remark,
            remedy="nothing if the table is complete without it",
            severity="warning",
        )
        for remark in remarks
    )
    return replace(
        result,
        issues=issues + result.issues,
        issues_total=result.issues_total + len(issues),
    )


def guess_mapping(source: bytes | Sequence[str], *, name: str = "the file") -> ColumnMapping:
    """Propose what each column contains, from a file's bytes or from its column names alone."""
    header = header_of(source, name=name) if isinstance(source, bytes) else source
    return guess_columns(header)


def load_rows(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    name: str,
    mapping: ColumnMapping | None = None,
    limits: LoadLimits = LIMITS,
) -> LoadResult:
    """Load rows of text cells from any kind of file; the header is row 1."""
    header = tuple(cell.strip() for cell in header)
    _check_header(header, name, limits)
    mapping = guess_columns(header) if mapping is None else mapping
    builder = RecordBuilder(mapping, header)
    _audit_columns(builder, header, mapping)
    if builder.issues.odd:
        return builder.finish()
    for number, cells in enumerate(rows, 2):
        if number > limits.max_rows + 1:
            raise ImportRefused(
                f"{name} has more than {limits.max_rows} rows.",
                remedy="Split it into several files and import one after the other.",
            )
        if any(cells):
            _add(builder, number, cells, len(header), limits)
    return builder.finish()


def _add(
    builder: RecordBuilder, number: int, cells: Sequence[str], width: int, limits: LoadLimits
) -> None:
    if len(cells) != width:
        cells = list(cells)
        extra = [cell for cell in cells[width:] if cell]
        missing = len(cells) < width
        if extra or missing:
            builder.rows_read += 1
            builder.issues.report(
                "",
                extra[0] if extra else "",
                f"the row has {len(cells)} cells instead of {width}",
                "check for a missing or unquoted separator",
                row=number,
            )
            return
        cells = cells[:width]
    longest = max(map(len, cells))
    if longest > limits.max_cell:
        builder.rows_read += 1
        builder.issues.report(
            "",
            next(cell for cell in cells if len(cell) == longest)[:80],
            f"a cell has {longest} characters, more than {limits.max_cell}",
            "shorten it, or check for an unclosed quotation mark",
            row=number,
        )
        return
    builder.add(number, cells)


def _check_header(header: tuple[str, ...], name: str, limits: LoadLimits) -> None:
    if not any(header):
        raise ImportRefused(
            f"{name} has no column names in its first row.",
            remedy="Put the names of the columns into the first row.",
        )
    if len(header) > limits.max_columns:
        raise ImportRefused(
            f"{name} has {len(header)} columns, more than {limits.max_columns}.",
            remedy="Remove the columns that are not about permits and deliveries.",
        )
    twice = next((cell for cell in header if cell and header.count(cell) > 1), None)
    if twice is not None:
        raise ImportRefused(
            f"{name} has two columns named {twice!r}.", remedy="Give each column its own name."
        )


def _audit_columns(builder: RecordBuilder, header: tuple[str, ...], mapping: ColumnMapping) -> None:
    """Report required columns that are missing, and mapped columns that are never used."""
    for column in mapping.columns:
        if column.header not in header:
            builder.issues.report(
                column.header,
                "",
                f"the mapping reads a column {column.header!r}, which the file does not have",
                "correct the mapping, or choose the right file",
                row=1,
            )
    for group in mapping.missing():
        wanted = " or ".join(group)
        builder.issues.report(
            group[0],
            ", ".join(header),
            f"no column gives the {wanted.replace('_', ' ')}",
            f"add a column named {wanted}, or map one of the file's columns to it",
            row=1,
        )
    used = {column.header for column in mapping.columns} | set(mapping.ignored)
    for place, cell in enumerate(header, 1):
        if not cell:
            problem, remedy = f"column {place} has no name and is not used", "name it or remove it"
        elif cell not in used:
            problem, remedy = "this column is not used", "map it, or ignore it on purpose"
        else:
            continue
        builder.issues.report(cell, "", problem, remedy, row=1, severity="warning")


def _csv_rows(data: bytes, name: str, limits: LoadLimits) -> Iterator[list[str]]:
    text, delimiter = _declared(_decode(data, name, limits))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    empty = True
    try:
        for row in reader:
            empty = False
            yield row
    except csv.Error as problem:
        raise ImportRefused(
            f"{name} stops being valid CSV near line {reader.line_num} ({problem}).",
            remedy="Check the quotation marks there and save it as CSV again.",
        ) from None
    if empty:
        raise ImportRefused(f"{name} is empty.", remedy="Choose a file with column names and rows.")


def _check_bytes(data: bytes, name: str, limits: LoadLimits) -> None:
    if len(data) > limits.max_bytes:
        raise ImportRefused(
            f"{name} has {len(data)} bytes, more than {limits.max_bytes}.",
            remedy="Split it into several files and import one after the other.",
        )


def _decode(data: bytes, name: str, limits: LoadLimits) -> str:
    _check_bytes(data, name, limits)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportRefused(
            f"{name} is encoded in UTF-16.", remedy="Save it as “CSV UTF-8” and import that."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise ImportRefused(
            f"{name} is not encoded in UTF-8 (line {line} has the byte "
            f"0x{data[problem.start]:02x}).",
            remedy="Save it as “CSV UTF-8” and import that; no encoding is guessed.",
        ) from None
    if "\0" in text:
        raise ImportRefused(
            f"{name} contains zero bytes, so it is not text.",
            remedy="Choose a CSV file, or import the spreadsheet itself.",
        )
    return text


def _declared(text: str) -> tuple[str, str]:
    """Return the table and its separator: from a first line `sep=;`, otherwise guessed.

    The guess is the separator that occurs most often in the first line.
    """
    first, _, rest = text.partition("\n")
    if first.startswith("sep=") and first[4:].strip("\r") in _DELIMITERS:
        return rest, first[4:].strip("\r")
    return text, max(_DELIMITERS, key=first.count)
