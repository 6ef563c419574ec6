"""Cases: created, opened; what a rule refused, and what somebody was shown."""

from sqlalchemy import Connection, insert

from evidence_store.types import Entry
from workbench import tables
from workbench.events.event import Event, event
from workbench.events.marks import Open, Private, Quoting
from workbench.events.places import show
from workbench.types import Policy


@event("case.created")
class CaseCreated(Event):
    """Store log: a case was created, and with it a log of its own."""

    case: Open[str]

    def sentence(self) -> str:
        return f"Created {self.case}."


@event("case.opened")
class CaseOpened(Event):
    """The first entry of a case's log."""

    case: Open[str]
    policy: Open[Policy]
    synthetic: Open[bool]
    title: Private[str]
    provenance: Private[str]

    def sentence(self) -> str:
        return (
            f"Opened the case “{self.title}” under the policy "
            f"“{self.policy.value.replace('_', ' ')}”."
        )

    def fold(self, connection: Connection, entry: Entry) -> None:
        connection.execute(
            insert(tables.case),
            {
                "case_id": self.case,
                "title": self.title,
                "policy": self.policy.value,
                "provenance": self.provenance,
                "synthetic": self.synthetic,
                "opened_at": entry.at.isoformat(),
                "opened_by": entry.actor,
            },
        )


@event("refused")
class Refused(Event):
    """Either log: a rule stopped someone from doing something."""

    verb: Open[str]
    why: Quoting[str]

    def sentence(self) -> str:
        return f"Was not allowed to {self.verb}. {self.why}"


@event("words.shown")
class WordsShown(Event):
    """A person was shown what machines or others read at (exhibit, region, field); `*` is each."""

    places: Open[tuple[tuple[str, str, str], ...]]
    shown_by: Open[str]

    def sentence(self) -> str:
        at = {
            exhibit if region == "*" else f"{exhibit}/{region}"
            for exhibit, region, _field in self.places
        }
        where = "every exhibit" if "*" in at else ", ".join(sorted(at))
        return f"Was shown what was read at {where} ({self.shown_by})."

    def fold(self, connection: Connection, entry: Entry) -> None:
        show(connection, entry, self.places)
