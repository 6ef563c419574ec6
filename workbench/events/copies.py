"""Copies of one exposure, exposures of one object: proposed by the program, judged by people."""

from collections.abc import Collection

from pydantic_core import to_jsonable_python
from sqlalchemy import Connection, insert

from evidence_store.types import Entry
from vision.types import CopyEvidence, CopyRelation
from workbench import tables
from workbench.events import regions
from workbench.events.event import Event, event
from workbench.events.marks import Open, Private
from workbench.rules.seen import Mark, together
from workbench.tables import exposures
from workbench.types import Judgement

_COPIED = {
    "exact": "identical file",
    "near": "whole frame",
    "hard": "cropped, rotated or altered",
}


@event("copies.proposed")
class CopiesProposed(Event):
    """The program found an exhibit to be a copy of an earlier one, and says why."""

    exhibit: Open[str]
    of: Open[str]
    relation: Open[CopyRelation]
    evidence: Private[CopyEvidence]

    def sentence(self) -> str:
        if self.relation == "same_object":
            return f"Proposed {self.exhibit} and {self.of} as two exposures of the same object."
        how = _COPIED.get(self.relation, self.relation)
        return f"Proposed {self.exhibit} as a copy of {self.of}, {how}."

    def touches(self) -> Collection[Mark]:
        return {together(self.relation, exhibit) for exhibit in (self.exhibit, self.of)}

    def fold(self, connection: Connection, entry: Entry) -> None:
        exposures.require(connection, entry.log, (self.exhibit, self.of))
        connection.execute(
            insert(tables.copy_pair),
            {
                "case_id": entry.log,
                "sequence": entry.sequence,
                "exhibit_id": self.exhibit,
                "of": self.of,
                "relation": self.relation,
                "evidence": to_jsonable_python(self.evidence),
            },
        )
        exposures.proposed(connection, entry.log, self.exhibit, self.of, relation=self.relation)
        regions.count_again(connection, entry.log, (self.exhibit,))


@event("copies.judged")
class CopiesJudged(Event):
    """A reviewer confirmed or split a proposed group of copies; the reviewer decides."""

    group: Open[str]
    exhibits: Open[tuple[str, ...]]
    judgement: Open[Judgement]
    reason: Private[str]

    def sentence(self) -> str:
        return f"Judged the group {', '.join(self.exhibits)}: {self.judgement}. {self.reason}"

    def touches(self) -> Collection[Mark]:
        return {together(self.group.partition(":")[0], exhibit) for exhibit in self.exhibits}

    def fold(self, connection: Connection, entry: Entry) -> None:
        connection.execute(
            insert(tables.copy_judgement),
            {
                "case_id": entry.log,
                "sequence": entry.sequence,
                "group_id": self.group,
                "exhibits": self.exhibits,
                "judgement": self.judgement.value,
                "by": entry.actor,
                "reason": self.reason,
            },
        )
        connection.execute(
            insert(tables.copy_judged),
            [
                {"case_id": entry.log, "exhibit_id": exhibit_id, "sequence": entry.sequence}
                for exhibit_id in dict.fromkeys(self.exhibits)
            ],
        )
        exposures.judged(connection, entry.log, self.exhibits, group=self.group)
        regions.count_again(connection, entry.log, self.exhibits)
