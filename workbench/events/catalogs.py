"""Catalog snapshots: imported, and chosen for searches."""

from collections.abc import Collection

from pydantic import JsonValue
from sqlalchemy import Connection, insert, select, update

from evidence_store.types import Entry, Sha256
from workbench import tables
from workbench.events.event import Event, event
from workbench.events.marks import Blob, FromFile, Open, Quoting, SnapshotHash
from workbench.rules.seen import CATALOG, Mark


@event("catalog.imported")
class CatalogImported(Event):
    """Store log: a file was imported as a catalog snapshot; the file itself is stored as a blob."""

    issues: Open[int]
    manifest: Open[dict[str, JsonValue]]
    """The snapshot's own manifest (`catalog.snapshot.reader`)."""
    name: Quoting[str]
    mapping: FromFile[JsonValue]
    """The meaning of each column (`catalog.importing.mapping.ColumnMapping.to_json`)."""
    source: Blob[Sha256]
    snapshot: SnapshotHash[Sha256]

    def sentence(self) -> str:
        return f"Imported {self.name} as catalog snapshot {self.snapshot[:12]}…"

    def fold(self, connection: Connection, entry: Entry) -> None:
        known = connection.execute(
            select(tables.catalog.c.sha256).where(tables.catalog.c.sha256 == self.snapshot)
        ).first()
        if known is not None:
            return
        connection.execute(
            insert(tables.catalog),
            {
                "sha256": self.snapshot,
                "sequence": entry.sequence,
                "name": self.name,
                "imported_at": entry.at.isoformat(),
                "imported_by": entry.actor,
                "manifest": self.manifest,
                "chosen_at": -1,
            },
        )


@event("catalog.chosen")
class CatalogChosen(Event):
    """Store log: from now on searches use this snapshot."""

    snapshot: SnapshotHash[str]

    def sentence(self) -> str:
        return f"Chose catalog snapshot {self.snapshot[:12]}…"

    def touches(self) -> Collection[Mark]:
        return {CATALOG}

    def fold(self, connection: Connection, entry: Entry) -> None:
        connection.execute(
            update(tables.catalog)
            .where(tables.catalog.c.sha256 == self.snapshot)
            .values(chosen_at=entry.sequence)
        )
