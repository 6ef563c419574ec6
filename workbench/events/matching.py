"""Catalog searches, and the decisions on their candidates."""

from collections.abc import Collection

from sqlalchemy import Connection, insert, select

from evidence_store.types import Entry, Sha256
from workbench import tables
from workbench.events.event import Event, event
from workbench.events.marks import Blob, FromFile, Open, Private, SnapshotHash
from workbench.events.places import show
from workbench.rules.seen import Mark, decisions_on, search_of
from workbench.tables import own_material
from workbench.types import AskedField, Judgement, SearchedField


@event("candidates.searched")
class CandidatesSearched(Event):
    """What stood for a plate was compared with a snapshot; the result is stored as it was shown."""

    plate: Open[str]
    query: FromFile[dict[SearchedField, AskedField]]
    circumstances: FromFile[dict[str, str]]
    result: Blob[Sha256]
    snapshot: SnapshotHash[str]

    def sentence(self) -> str:
        return f"Compared {self.plate} with catalog snapshot {self.snapshot[:12]}…"

    def touches(self) -> Collection[Mark]:
        return {search_of(self.plate)}

    def fold(self, connection: Connection, entry: Entry) -> None:
        connection.execute(
            insert(tables.search),
            {
                "case_id": entry.log,
                "sequence": entry.sequence,
                "at": entry.at.isoformat(),
                "by": entry.actor,
                "plate_id": self.plate,
                "snapshot": self.snapshot,
                "query": self.kind.values(self)["query"],
                "result_sha256": self.result,
                "circumstances": self.circumstances,
            },
        )
        region = tables.region.c
        members = connection.execute(
            select(region.exhibit_id, region.region_id).where(
                region.case_id == entry.log, region.plate_id == self.plate
            )
        )
        # A person who searched has seen the candidates, which reveal what the plate may say.
        show(connection, entry, [(exhibit, region, "*") for exhibit, region in members])


@event("candidate.judged")
class CandidateJudged(Event):
    """A reviewer judged a candidate, or that none of them is the unit."""

    search: Open[int]
    plate: Open[str]
    judgement: Open[Judgement]
    supersedes: Open[int | None]
    candidate: Private[str]
    reason: Private[str]

    def sentence(self) -> str:
        return (
            f"Judged {self.candidate or 'the answer “None of these units”'} for "
            f"{self.plate}: {self.judgement}. {self.reason}"
        )

    def touches(self) -> Collection[Mark]:
        return {decisions_on(self.plate)}

    def fold(self, connection: Connection, entry: Entry) -> None:
        members = own_material.shown_on(connection, entry.log, self.plate)
        connection.execute(
            insert(tables.decision),
            {
                "case_id": entry.log,
                "sequence": entry.sequence,
                "at": entry.at.isoformat(),
                "by": entry.actor,
                "search_sequence": self.search,
                "plate_id": self.plate,
                "candidate": self.candidate,
                "judgement": self.judgement.value,
                "reason": self.reason,
                "supersedes": self.supersedes,
                "counts": own_material.counts(
                    connection, entry.log, entry.actor, members, at=entry.sequence
                ),
            },
        )
        shown = [
            {"case_id": entry.log, "exhibit_id": exhibit_id, "sequence": entry.sequence}
            for exhibit_id in members
        ]
        if shown:
            connection.execute(insert(tables.decision_exhibit), shown)
