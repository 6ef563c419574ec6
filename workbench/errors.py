"""The errors of the workbench, in words that say what happened and what to do."""

from __future__ import annotations

from typing import Literal, TypeAlias

from evidence_store.errors import StoreError as StoreError
from values.errors import Exit, NameplateError

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


class WorkbenchError(NameplateError):
    """The base of the workbench's errors."""


class NotAllowed(WorkbenchError):
    """A rule forbids this to this person: a role, the two-person rule, or the order of review."""

    exit_code = Exit.REFUSED


class Overtaken(NotAllowed):
    """Something newer stands than what the author saw; the sentence says what, whose and when."""

    exit_code = Exit.LATER


class NotFound(WorkbenchError):
    """There is no such case, exhibit, plate, search, catalog or person.

    `kind` is what was looked for, so that whoever shows the error can say where such things are
    listed.
    """

    exit_code = Exit.MISSING

    def __init__(self, sentence: str, *, kind: Kind | None = None) -> None:
        super().__init__(sentence)
        self.kind = kind


class BadRequest(WorkbenchError):
    """The request cannot be carried out as it is; the sentence says what to change."""

    exit_code = Exit.NOT_RUN
