"""Entries written by the ledger itself (`evidence_store.types.OWN_KINDS`); here only parsed."""

from workbench.events.event import OWN, Event, event
from workbench.events.marks import Open, Private


@event("store-begun", into=OWN)
class StoreBegun(Event):
    """The first entry of the log `store`: the store's identity, and its checkpoint key."""

    origin: Open[str]
    checkpoint_key: Open[str]

    def sentence(self) -> str:
        return f"Started the store {self.origin}."


@event("clock-corrected", into=OWN)
class ClockCorrected(Event):
    """The clock is right at `now`, and was wrong at `last`."""

    last: Open[str]
    now: Open[str]
    reason: Private[str]

    def sentence(self) -> str:
        return (
            f"Stated that the clock is right at {self.now} and was not at {self.last}. "
            f"{self.reason}"
        )


@event("log-created", into=OWN)
class LogCreated(Event):
    """The log of a case was created."""

    log: Open[str]

    def sentence(self) -> str:
        return f"Started the log {self.log}."


@event("log-checkpoint", into=OWN)
class LogCheckpoint(Event):
    """A checkpoint of a case's log was signed."""

    log: Open[str]
    size: Open[int]
    root: Open[str]

    def sentence(self) -> str:
        return f"Noted the log {self.log} at {self.size} entries."
