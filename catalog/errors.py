"""The errors of the catalog; each says what happened and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from values.errors import Exit, NameplateError

if TYPE_CHECKING:
    from collections.abc import Sequence


class CatalogError(NameplateError):
    """The base class: a problem with a catalog that its user can fix."""

    exit_code = Exit.NOT_RUN

    def __init__(self, happened: str, *, remedy: str) -> None:
        super().__init__(happened, remedy=remedy)


class ImportRefused(CatalogError):
    """A file cannot be read as a catalog at all; nothing was imported."""


class RecordInvalid(CatalogError):
    """A record contradicts itself or uses an unknown word."""


class SnapshotExists(CatalogError):
    """A snapshot would overwrite a file; snapshots are never overwritten."""


class SnapshotUnreadable(CatalogError):
    """A file is not a snapshot, or has a version unknown to this program."""


class SnapshotDamaged(CatalogError):
    """A snapshot's content differs from its manifest; carries every fault found."""

    exit_code = Exit.DAMAGED

    def __init__(self, happened: str, *, remedy: str, faults: Sequence[str]) -> None:
        super().__init__(happened, remedy=remedy)
        self.faults = tuple(faults)

    def diagnostics(self) -> str:
        """Return what happened, each fault, and what to do."""
        return " ".join((self.message, *self.faults, self.remedy))
