"""Marks on the fields of events: what is open, what is private, and what names kept bytes.

A field is marked once, in its annotation: `exhibit: Open[str]`, `original: Blob[Sha256]`. From the
marks are derived what stands in the open body of an entry and what enters the log as a commitment
alone; the list of kept bytes in the entry's envelope, which the audit walks; and the table of
kinds in docs/ledger-format.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias, TypeVar

from pydantic import Field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidence_store.types import Kept

_T = TypeVar("_T")


class Mark(StrEnum):
    """What a field is, and so where it stands and who looks after it."""

    OPEN = "open"
    """Stands in the body, and with it in every bundle, public ones too."""
    PRIVATE = "private"
    """Enters the log as a salted commitment; can be withheld."""
    BLOB = "blob"
    """Private, and names bytes of the blob store by their SHA-256."""
    SNAPSHOT = "snapshot"
    """Open, and names a catalog snapshot by its SHA-256."""
    BUNDLE = "bundle"
    """Open, and names the bundle in the field `bundle` by its tag manifest's SHA-256."""

    @property
    def is_open(self) -> bool:
        """Whether the field stands in the open body of the entry."""
        return self in (Mark.OPEN, Mark.SNAPSHOT, Mark.BUNDLE)

    @property
    def kept(self) -> Kept | None:
        """Where the bytes lie that the field names; None if it names none."""
        kept: Mapping[Mark, Kept] = {
            Mark.BLOB: "blob",
            Mark.SNAPSHOT: "snapshot",
            Mark.BUNDLE: "bundle",
        }
        return kept.get(self)


class Origin(StrEnum):
    """Where a field's text comes from, if nobody typed it: a log cannot hold all of it as it is."""

    FILE = "file"
    """Out of a file: escaped (`values.recordable.escaped`), so that it can be had back."""
    QUOTE = "quote"
    """A sentence of the program that quotes a file: made inert (`values.recordable.inert`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """In which member of each item of a list the SHA-256 stands that the field names bytes by."""

    name: str


Open: TypeAlias = Annotated[_T, Mark.OPEN]
Private: TypeAlias = Annotated[_T, Mark.PRIVATE]
Blob: TypeAlias = Annotated[_T, Mark.BLOB]
SnapshotHash: TypeAlias = Annotated[_T, Mark.SNAPSHOT]
BundleHash: TypeAlias = Annotated[_T, Mark.BUNDLE]
FromFile: TypeAlias = Annotated[_T, Mark.PRIVATE, Origin.FILE]
Quoting: TypeAlias = Annotated[_T, Mark.PRIVATE, Origin.QUOTE]

MAY_BE_MISSING: Final = Field(exclude_if=lambda value: not value)
"""For a field with an empty default: where it is empty, an entry lacks it."""
