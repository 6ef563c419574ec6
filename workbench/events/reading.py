"""Readings by machines."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Final, NamedTuple

from pydantic import Field
from sqlalchemy import Connection, bindparam, delete, func, insert, select

from evidence_store.types import Entry, Sha256
from values.text import counted
from vision.plate.reader import COMBINED
from vision.types import Engine, FieldName, Quad, ReadingState
from workbench import tables
from workbench.events import regions as state
from workbench.events.event import Event, event
from workbench.events.marks import Blob, FromFile, Open
from workbench.rules.progress import state_of
from workbench.rules.seen import Mark, reading_of

_PLATES: Final = select(tables.region.c.region_id, tables.region.c.plate_id).where(
    state.here(tables.region)
)
_FORGET_REGIONS: Final = delete(tables.region).where(state.here(tables.region))
_LAST_REGION: Final = select(func.max(tables.region.c.number)).where(
    tables.region.c.case_id == bindparam("of_case")
)


class ReadField(NamedTuple):
    """A field as read: a list of four in the log."""

    field: FieldName
    text: str
    confidence: float
    """0–1."""
    state: ReadingState


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRegion:
    """A plate as read: its corners, whether a person drew them, and its fields."""

    region: str
    corners: Quad
    drawn: bool
    fields: tuple[ReadField, ...]
    also: Annotated[tuple[str, ...] | None, Field(exclude_if=lambda also: also is None)] = None
    """What else was read there, for searching; None if that was not recorded."""


@event("exhibit.read")
class ExhibitRead(Event):
    """Machines read an exhibit: the `whole` of it, or a region that the actor drew on it."""

    exhibit: Open[str]
    engines: Open[tuple[Engine, ...]]
    whole: Open[bool]
    regions: FromFile[tuple[ReadRegion, ...]]
    reading: Blob[Sha256]

    def sentence(self) -> str:
        what = "" if self.whole else "a region that this person drew on "
        names = sorted({engine.name for engine in self.engines} - {COMBINED.name})
        by = f" with {', '.join(names)}" if names else ""
        return f"Read {what}{self.exhibit}{by}: {counted(len(self.regions), 'plate region')}."

    def touches(self) -> Collection[Mark]:
        return {reading_of(self.exhibit)}

    def fold(self, connection: Connection, entry: Entry) -> None:
        place = state.of_exhibit(entry.log, self.exhibit)
        plates = {row.region_id: row.plate_id for row in connection.execute(_PLATES, place)}
        if plates:
            # The latest reading stands: regions it no longer finds are in the log, not on the
            # screens.
            connection.execute(_FORGET_REGIONS, place)
        judged = state.judged(connection, place)
        last = connection.execute(_LAST_REGION, place).scalar_one()
        rows = [
            {
                "case_id": entry.log,
                "exhibit_id": self.exhibit,
                "region_id": region.region,
                "number": number,
                "plate_id": plates.get(region.region, f"{self.exhibit}/{region.region}"),
                "fields": region.fields,
                "also": region.also or (),
                **state.derived(region.fields, region.also or (), judged.get(region.region, ())),
            }
            for number, region in enumerate(self.regions, start=(last or 0) + 1)
        ]
        if rows:
            connection.execute(insert(tables.region), rows)
        still = [(row["open"], bool(row["fields"])) for row in rows]
        read = state.was_read(connection, place) or self.whole
        fields = [(region.region, region.fields) for region in self.regions]
        connection.execute(
            state.EXHIBIT,
            {
                **place,
                "state": state_of(still, read=read, judged=bool(judged)).value,
                "read": read,
                "reading_sha256": self.reading,
                "reading_sequence": entry.sequence,
                "fields": self.regions[0].fields if self.regions else [],
                **state.doubt(fields, judged),
            },
        )
