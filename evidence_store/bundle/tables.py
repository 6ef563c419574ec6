"""A case's data as tables for other programs: CSV, JSON, and its JSON Schema.

The JSON is exact. In the CSV, a text that a spreadsheet would treat as a formula gets a leading
apostrophe, so that opening the file executes nothing.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from evidence_store.bundle.errors import BundleContentsError
from evidence_store.bundle.layout import PayloadFile
from evidence_store.canonical import canonical_json

if TYPE_CHECKING:
    from evidence_store.types import Json

Cell: TypeAlias = "bool | int | float | str | None"
Row: TypeAlias = Mapping[str, Cell]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Characters that start a formula in spreadsheets; the full-width ones do in East Asian settings.
"""


class Kind(StrEnum):
    """The type of a column, in JSON Schema's words."""

    TEXT = "string"
    INTEGER = "integer"
    NUMBER = "number"
    YES_NO = "boolean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table; None is always allowed and means "not there"."""

    name: str
    kind: Kind
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The columns of one kind of table."""

    name: str
    title: str
    columns: tuple[Column, ...]


READINGS = Table(
    name="readings",
    title="What the program read, one row for each field of each plate region",
    columns=(
        Column(name="exhibit", kind=Kind.TEXT, description="Number of the exhibit."),
        Column(
            name="exposure",
            kind=Kind.TEXT,
            description="First exhibit of the exposure that it shows; one exposure is one look.",
        ),
        Column(name="region", kind=Kind.TEXT, description="Plate region in the exhibit."),
        Column(name="drawn", kind=Kind.YES_NO, description="Whether a person drew the region."),
        Column(
            name="corners",
            kind=Kind.TEXT,
            description="Its corners as x,y in pixels of the upright photo, a blank between two; "
            "those of a drawn region are as the person drew them.",
        ),
        Column(name="field", kind=Kind.TEXT, description="Which field of the plate."),
        Column(name="text", kind=Kind.TEXT, description="The best text, as the machine has it."),
        Column(name="state", kind=Kind.TEXT, description="stated, offered or unreadable."),
        Column(name="confidence", kind=Kind.NUMBER, description="Of the whole text, 0 to 1."),
        Column(name="engine", kind=Kind.TEXT, description="Name and version of the reader."),
        Column(name="entry", kind=Kind.INTEGER, description="Entry of the log that records it."),
    ),
)
DECISIONS = Table(
    name="decisions",
    title="What people decided, one row for each decision; later ones supersede, none vanish",
    columns=(
        Column(name="entry", kind=Kind.INTEGER, description="Entry of the log that records it."),
        Column(name="at", kind=Kind.TEXT, description="Time by the store's clock, ISO 8601, UTC."),
        Column(name="reviewer", kind=Kind.TEXT, description="Identifier of the person."),
        Column(name="reviewer_name", kind=Kind.TEXT, description="Name of the person."),
        Column(
            name="exhibit",
            kind=Kind.TEXT,
            description="Number of the exhibit; for a candidate, the one its plate is called by.",
        ),
        Column(name="region", kind=Kind.TEXT, description="Plate region in that exhibit."),
        Column(name="field", kind=Kind.TEXT, description="Field of the plate, or candidate."),
        Column(name="judgement", kind=Kind.TEXT, description="The decision in one word."),
        Column(name="text", kind=Kind.TEXT, description="What was read, or the candidate's key."),
        Column(name="reason", kind=Kind.TEXT, description="Why, in the person's words."),
        Column(name="blind", kind=Kind.YES_NO, description="Made before the machine was seen."),
        Column(name="supersedes", kind=Kind.INTEGER, description="Entry that it takes over from."),
        Column(
            name="stands",
            kind=Kind.YES_NO,
            description="False if it was replaced, or awaits another person under the case's rule.",
        ),
    ),
)
TRACES = Table(
    name="traces",
    title="Trace requests and their answers, one row for each; an answer is that party's word",
    columns=(
        Column(name="entry", kind=Kind.INTEGER, description="Entry of the log that records it."),
        Column(name="at", kind=Kind.TEXT, description="Time by the store's clock, ISO 8601, UTC."),
        Column(name="trace", kind=Kind.TEXT, description="Number of the trace request."),
        Column(name="plate", kind=Kind.TEXT, description="The plate that it is about."),
        Column(name="addressee", kind=Kind.TEXT, description="Whoever was asked."),
        Column(name="addressee_is", kind=Kind.TEXT, description="What they have to do with it."),
        Column(name="day", kind=Kind.TEXT, description="Day on which it was sent, or received."),
        Column(name="answer", kind=Kind.TEXT, description="What an answer comes to, in a word."),
        Column(name="words", kind=Kind.TEXT, description="What was answered."),
    ),
)


def table_files(
    table: Table, rows: Sequence[Row], *, about: tuple[str, ...] = ()
) -> tuple[PayloadFile, PayloadFile, PayloadFile]:
    """Return the CSV, the JSON and the schema of a table as payload files.

    Raises `BundleContentsError` for a row with a cell of the wrong type, or with an unknown column.
    """
    checked = [_checked(table, number, row) for number, row in enumerate(rows, start=1)]
    return (
        PayloadFile(
            path=f"tables/{table.name}.csv",
            source=csv_bytes(table, checked),
            media_type="text/csv; charset=utf-8; header=present",
            title=table.title,
            about=about,
        ),
        PayloadFile(
            path=f"tables/{table.name}.json",
            source=json_bytes(table, checked),
            media_type="application/json",
            title=table.title,
            about=about,
        ),
        PayloadFile(
            path=f"schemas/{table.name}.schema.json",
            source=schema_bytes(table),
            media_type="application/schema+json",
            title=f"JSON Schema of tables/{table.name}.json",
        ),
    )


def csv_bytes(table: Table, rows: Sequence[Row]) -> bytes:
    """Write rows as CSV (RFC 4180, UTF-8) without anything a spreadsheet treats as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    for row in rows:
        writer.writerow([_csv_cell(row.get(column.name)) for column in table.columns])
    return out.getvalue().encode("utf-8")


def json_bytes(table: Table, rows: Sequence[Row]) -> bytes:
    """Write rows as JSON, one line per row, with a reference to the schema."""
    names = [column.name for column in table.columns]
    lines = [canonical_json({name: row.get(name) for name in names}).decode() for row in rows]
    body = ",\n".join(lines)
    schema = f"../schemas/{table.name}.schema.json"
    return f'{{"$schema":"{schema}","rows":[\n{body}\n]}}\n'.encode()


def schema_bytes(table: Table) -> bytes:
    """Write the JSON Schema (2020-12) of a table's JSON."""
    properties: dict[str, Json] = {
        column.name: {"type": [column.kind.value, "null"], "description": column.description}
        for column in table.columns
    }
    names: list[Json] = [column.name for column in table.columns]
    row: Json = {
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": False,
    }
    schema = {
        "$schema": _DIALECT,
        "title": table.title,
        "type": "object",
        "properties": {"$schema": {"type": "string"}, "rows": {"type": "array", "items": row}},
        "required": ["rows"],
        "additionalProperties": False,
    }
    return json.dumps(schema, indent=1, ensure_ascii=True).encode("ascii") + b"\n"


def _checked(table: Table, number: int, row: Row) -> Row:
    unknown = sorted(row.keys() - {column.name for column in table.columns})
    if unknown:
        raise BundleContentsError(f"Row {number} of {table.name} has a column {unknown[0]!r}.")
    for column in table.columns:
        value = row.get(column.name)
        if value is not None and not _is_of(column.kind, value):
            raise BundleContentsError(
                f"Row {number} of {table.name}: {column.name} is {value!r}, not a {column.kind}."
            )
    return row


def _is_of(kind: Kind, value: Cell) -> bool:
    if isinstance(value, bool) or kind is Kind.YES_NO:
        return isinstance(value, bool) and kind is Kind.YES_NO
    if kind is Kind.TEXT:
        return isinstance(value, str)
    return isinstance(value, int) or (kind is Kind.NUMBER and isinstance(value, float))


def _csv_cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return repr(value)
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA_STARTS) else value
