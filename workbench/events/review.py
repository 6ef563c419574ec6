"""People's judgements of fields and plates."""

from collections.abc import Collection
from typing import Annotated

from sqlalchemy import Connection, insert

from evidence_store.types import Entry
from vision.types import FieldName
from workbench import tables
from workbench.events import regions as state
from workbench.events.event import Event, event
from workbench.events.marks import MAY_BE_MISSING, FromFile, Open, Private
from workbench.events.places import show
from workbench.rules.seen import Mark, field_at, plate_at, words_at
from workbench.tables import own_material
from workbench.types import Judgement


@event("plates.joined")
class PlatesJoined(Event):
    """A person said that these regions show one physical plate."""

    plate: Open[str]
    members: Open[tuple[tuple[str, str], ...]]
    """(exhibit, region)."""
    reason: Private[str]

    def sentence(self) -> str:
        members = ", ".join("/".join(member) for member in self.members)
        return f"Stated that {members} show one plate. {self.reason}"

    def touches(self) -> Collection[Mark]:
        return {plate_at(*member) for member in self.members}

    def fold(self, connection: Connection, entry: Entry) -> None:
        for exhibit_id, region_id in self.members:
            place = state.of_exhibit(entry.log, exhibit_id)
            connection.execute(
                state.REGION, {**place, "of_region": region_id, "plate_id": self.plate}
            )


@event("field.judged")
class FieldJudged(Event):
    """A reviewer judged one field; the machine's reading and the person's stay separate."""

    exhibit: Open[str]
    region: Open[str]
    field: Open[FieldName]
    judgement: Open[Judgement]
    blind: Open[bool]
    supersedes: Open[int | None]
    act: Annotated[Open[str], MAY_BE_MISSING] = ""
    """The identifier of the press, if a browser gave one."""
    text: Private[str]
    machine_text: FromFile[str]
    reason: Private[str]

    def sentence(self) -> str:
        return (
            f"Judged the {self.field.replace('_', ' ')} of {self.exhibit}/{self.region}: "
            f"{self.judgement}"
            + (f", {self.text}" if self.text else "")
            + (" (written before the machine's reading was shown)" if self.blind else "")
            + (f". {self.reason}" if self.reason else ".")
        )

    def touches(self) -> Collection[Mark]:
        return {
            field_at(self.exhibit, self.region, self.field),
            words_at(self.exhibit, self.region),
        }

    def fold(self, connection: Connection, entry: Entry) -> None:
        connection.execute(
            insert(tables.review),
            {
                "case_id": entry.log,
                "sequence": entry.sequence,
                "at": entry.at.isoformat(),
                "by": entry.actor,
                "exhibit_id": self.exhibit,
                "region_id": self.region,
                "field": self.field,
                "judgement": self.judgement.value,
                "text": self.text,
                "machine_text": self.machine_text,
                "blind": self.blind,
                "reason": self.reason,
                "supersedes": self.supersedes,
                "counts": own_material.counts(
                    connection, entry.log, entry.actor, (self.exhibit,), at=entry.sequence
                ),
            },
        )
        # A person who judged a field has from then on been shown what was read there.
        show(connection, entry, [(self.exhibit, self.region, self.field)])
        state.update_open_fields(connection, state.of_exhibit(entry.log, self.exhibit), self.region)
