"""What can go wrong in the workbench, in words that say what happened and what to do."""

from __future__ import annotations


class WorkbenchError(Exception):
    """The base of the workbench's errors."""

    def diagnostics(self) -> str:
        """What happened and what to do, as one or two sentences for a person."""
        return str(self)


class NotAllowed(WorkbenchError):
    """A rule forbids this to this person: a role, the two-person rule, or the order of review."""


class NotFound(WorkbenchError):
    """There is no such case, exhibit, plate, search, catalog or person."""


class BadRequest(WorkbenchError):
    """What was asked for cannot be done as asked; the sentence says what to change."""
