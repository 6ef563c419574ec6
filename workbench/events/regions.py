"""Update how far an exhibit's regions are judged, in the tables, after readings and judgements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from sqlalchemy import ColumnElement, Table, bindparam, select, update

from values.text import skeleton
from workbench import tables
from workbench.rules.progress import open_fields, state_of
from workbench.tables import own_material
from workbench.tables.findable import findable
from workbench.types import SEARCHED_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

# Statements run for every entry are built once: building them takes longer than the database.


def here(table: Table) -> ColumnElement[bool]:
    """The rows of one exhibit, given by `of_exhibit`."""
    return (table.c.case_id == bindparam("of_case")) & (
        table.c.exhibit_id == bindparam("of_exhibit")
    )


def of_exhibit(case_id: str, exhibit_id: str) -> dict[str, str]:
    """The parameters that select an exhibit's rows in `here`."""
    return {"of_case": case_id, "of_exhibit": exhibit_id}


EXHIBIT: Final = update(tables.exhibit).where(here(tables.exhibit))
REGION: Final = update(tables.region).where(
    here(tables.region), tables.region.c.region_id == bindparam("of_region")
)
_REGIONS: Final = select(tables.region).where(here(tables.region))
_READ: Final = select(tables.exhibit.c.read).where(here(tables.exhibit))
_JUDGED: Final = select(
    tables.review.c.region_id, tables.review.c.field, tables.review.c.text, tables.review.c.counts
).where(here(tables.review))

Fields: TypeAlias = "Sequence[tuple[str, str, float, str]]"
"""For each field: name, text, confidence (0–1), and state."""


Judged: TypeAlias = "tuple[str, str, bool]"
"""A judged field, what the person wrote, and whether it counts."""


def judged(connection: Connection, place: Mapping[str, str]) -> dict[str, list[Judged]]:
    """For each region of an exhibit, its judgements."""
    said: dict[str, list[Judged]] = {}
    for row in connection.execute(_JUDGED, place):
        said.setdefault(row.region_id, []).append((row.field, row.text, row.counts))
    return said


def _settled(said: Iterable[Judged]) -> set[str]:
    """The fields with a judgement that counts."""
    return {name for name, _text, counts in said if counts}


def derived(fields: Fields, also: Iterable[str], said: Iterable[Judged]) -> dict[str, int | str]:
    """What is not judged yet in a region, and the words by which the region is found."""
    said = tuple(said)
    key = findable(
        (*(text for _name, text, *_rest in fields), *also, *(text for _name, text, _ in said))
    )
    still = open_fields(fields, _settled(said))
    return {"open": len(still), "key": key, "skeleton": skeleton(key)}


def doubt(
    regions: Iterable[tuple[str, Fields]], said: Mapping[str, Iterable[Judged]]
) -> dict[str, float | bool]:
    """Confidence of the least sure field that a person should still check, and whether one is lost.

    Only maker, model and serial count: a match rests on them.
    """
    still = [
        (confidence, state)
        for region_id, fields in regions
        for name, _text, confidence, state in fields
        if name in SEARCHED_FIELDS and name not in _settled(said.get(region_id, ()))
    ]
    return {
        "sure": min((confidence for confidence, _ in still), default=tables.NOTHING_OPEN),
        "unreadable": any(state == "unreadable" for _, state in still),
    }


def was_read(connection: Connection, place: Mapping[str, str]) -> bool:
    """Whether the machine has read an exhibit as a whole, not only a drawn region."""
    return bool(connection.execute(_READ, place).scalar_one())


def update_open_fields(
    connection: Connection, place: Mapping[str, str], judged_region: str | None = None
) -> None:
    """Update what is open on an exhibit after one region, or any, was judged."""
    said = judged(connection, place)
    states, fields = [], list[tuple[str, Fields]]()
    for row in connection.execute(_REGIONS, place).all():
        now = derived(row.fields, row.also, said.get(row.region_id, ()))
        states.append((now["open"], bool(row.fields)))
        fields.append((row.region_id, row.fields))
        if judged_region in (None, row.region_id):
            connection.execute(REGION, {**place, "of_region": row.region_id, **now})
    read = was_read(connection, place)
    state = state_of(states, read=read, judged=True)
    connection.execute(EXHIBIT, {**place, "state": state.value, **doubt(fields, said)})


def count_again(connection: Connection, case_id: str, exhibit_ids: Iterable[str]) -> None:
    """Apply a changed exposure to people's judgements of it."""
    for exhibit_id in own_material.count_again(connection, case_id, exhibit_ids):
        update_open_fields(connection, of_exhibit(case_id, exhibit_id))
