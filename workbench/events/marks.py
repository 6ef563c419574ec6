"""Marks on the fields of events: open, private, or naming stored bytes.

A field is marked once, in its annotation: `exhibit: Open[str]`, `original: Blob[Sha256]`. The marks
determine what is in the open body of an entry and what enters the log only as a commitment; the
list of stored bytes in the entry's envelope, which the audit checks; and the table of kinds in
docs/ledger-format.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias, TypeVar

from pydantic import Field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidence_store.types import StoredKind

_T = TypeVar("_T")


class Mark(StrEnum):
    """The mark of a field, which decides where it is stored and what is checked."""

    OPEN = "open"
    """In the body, and so in every bundle, public ones too."""
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
        """Whether the field is in the open body of the entry."""
        return self in (Mark.OPEN, Mark.SNAPSHOT, Mark.BUNDLE)

    @property
    def kept(self) -> StoredKind | None:
        """The kind of stored bytes that the field names; None if it names none."""
        kept: Mapping[Mark, StoredKind] = {
            Mark.BLOB: "blob",
            Mark.SNAPSHOT: "snapshot",
            Mark.BUNDLE: "bundle",
        }
        return kept.get(self)


class Origin(StrEnum):
    """The source of a field's text that nobody typed, which a log cannot always hold unchanged."""

    FILE = "file"
    """From a file: escaped (`values.recordable.escaped`), which can be undone."""
    QUOTE = "quote"
    """A sentence of the program that quotes a file: made inert (`values.recordable.inert`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """The member of each list item that contains the SHA-256 by which the field names bytes."""

    name: str


Open: TypeAlias = Annotated[_T, Mark.OPEN]
Private: TypeAlias = Annotated[_T, Mark.PRIVATE]
Blob: TypeAlias = Annotated[_T, Mark.BLOB]
SnapshotHash: TypeAlias = Annotated[_T, Mark.SNAPSHOT]
BundleHash: TypeAlias = Annotated[_T, Mark.BUNDLE]
FromFile: TypeAlias = Annotated[_T, Mark.PRIVATE, Origin.FILE]
Quoting: TypeAlias = Annotated[_T, Mark.PRIVATE, Origin.QUOTE]

MAY_BE_MISSING: Final = Field(exclude_if=lambda value: not value)
"""For a field with an empty default: if empty, it is left out of the entry."""
