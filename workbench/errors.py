"""What can go wrong in the workbench, in words that say what happened and what to do."""

from __future__ import annotations

from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "person",
    "case",
    "exhibit",
    "plate",
    "group",
    "catalog",
    "search",
    "trace",
    "bundle",
    "public bundle",
]


class WorkbenchError(Exception):
    """The base of the workbench's errors."""

    def diagnostics(self) -> str:
        """What happened and what to do, as one or two sentences for a person."""
        return str(self)


class NotAllowed(WorkbenchError):
    """A rule forbids this to this person: a role, the two-person rule, or the order of review."""


class NotFound(WorkbenchError):
    """There is no such case, exhibit, plate, search, catalog or person.

    `kind` is what was looked for, so that whoever shows the error can say where such are listed.
    """

    def __init__(self, sentence: str, *, kind: Kind | None = None) -> None:
        super().__init__(sentence)
        self.kind = kind


class BadRequest(WorkbenchError):
    """What was asked for cannot be done as asked; the sentence says what to change."""
