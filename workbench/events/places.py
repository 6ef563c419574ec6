"""Fold what people were shown, from which *blind* is derived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from workbench import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from evidence_store.types import Entry


def show(connection: Connection, entry: Entry, places: Iterable[tuple[str, str, str]]) -> None:
    """Record what an entry's author was shown: (exhibit, region, field), each once."""
    shown = tables.shown.c
    known = {
        tuple(row)
        for row in connection.execute(
            select(shown.exhibit_id, shown.region_id, shown.field).where(
                shown.case_id == entry.log, shown.person_id == entry.actor
            )
        )
    }
    rows = [
        {
            "case_id": entry.log,
            "person_id": entry.actor,
            "exhibit_id": exhibit_id,
            "region_id": region_id,
            "field": field,
        }
        for exhibit_id, region_id, field in dict.fromkeys(places)
        if (exhibit_id, region_id, field) not in known
    ]
    if rows:
        connection.execute(insert(tables.shown), rows)
